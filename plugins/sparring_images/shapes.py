"""The shapes of image generation: tensors by name."""

from __future__ import annotations

from jaxtyping import Float, Int
from torch import Tensor

Image = Float[Tensor, "batch channels height width"]
Labels = Int[Tensor, " batch"]
Latent = Float[Tensor, "batch latent"]
Score = Float[Tensor, " batch"]
