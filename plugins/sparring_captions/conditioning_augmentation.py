"""Conditioning augmentation: a text becomes a Gaussian from which conditions are drawn (StackGAN: Zhang et al. 2017, §3.1)."""

from __future__ import annotations

from einops import rearrange
from torch import nn
from torch.nn import functional

from sparring_captions.convolutions import Condition, Text, initialize
from sparring_captions.text_discriminator import SLOPE


class ConditioningAugmentation(nn.Module):
    """Mean and log of the deviation of the condition of each text, `width` numbers each: what `gaussian-kl` takes.

    A condition is mean + deviation · ε with ε from N(0, 1). One linear layer and LeakyReLU of slope 0.2, which is on both halves, as in
    the code. Weights start as N(0, 0.02).
    """

    def __init__(self, *, text_width: int = 1024, width: int = 128) -> None:
        super().__init__()
        self.text_width = text_width
        self.layer = nn.Linear(text_width, 2 * width)
        initialize(self, linear=True)

    def forward(self, text: Text) -> tuple[Condition, Condition]:
        mean, log_deviation = rearrange(functional.leaky_relu(self.layer(text), SLOPE), "batch (half width) -> half batch width", half=2)
        return mean, log_deviation
