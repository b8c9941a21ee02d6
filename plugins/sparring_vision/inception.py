"""The Inception network of the published scores, from a file of weights that is here already."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Literal

import torch
from einops.layers.torch import Rearrange
from jaxtyping import Float
from safetensors import SafetensorError
from safetensors.torch import load
from torch import Tensor, nn
from torch.nn import functional as F

from sparring import DataError
from sparring_vision.real_images import Pixels

Resize = Literal["tensorflow", "pil-bilinear", "pil-bicubic"]
SIDE = 299
CONVERT = "tools/to_safetensors.py makes it of torch-fidelity's weights-inception-2015-12-05-6726825d.pth"


class Inception(nn.Module):
    """Inception v3 as of 2015-12-05 (Szegedy et al. 2015, Rethinking the Inception architecture), built of torch-fidelity's blocks.

    Called with images (batch, 1 or 3, height, width) of 0..255, it returns the pooled features (batch, 2048) and the 1008 logits without
    their bias, as the inception score takes them. `resize`: `tensorflow` is the bilinear one of the original graph, that torch-fidelity
    follows; the two others are Pillow's, which do not alias, in floating point and without rounding (Parmar et al. 2022).
    """

    def __init__(self, *, resize: Resize = "tensorflow") -> None:
        super().__init__()
        from torch_fidelity import feature_extractor_inceptionv3 as blocks  # here, since only those who have weights need the package

        conv = blocks.BasicConv2d
        self.resize = resize
        self.trunk = nn.Sequential(
            OrderedDict[str, nn.Module](
                Conv2d_1a_3x3=conv(3, 32, kernel_size=3, stride=2),
                Conv2d_2a_3x3=conv(32, 32, kernel_size=3),
                Conv2d_2b_3x3=conv(32, 64, kernel_size=3, padding=1),
                MaxPool_1=nn.MaxPool2d(3, stride=2),
                Conv2d_3b_1x1=conv(64, 80, kernel_size=1),
                Conv2d_4a_3x3=conv(80, 192, kernel_size=3),
                MaxPool_2=nn.MaxPool2d(3, stride=2),
                Mixed_5b=blocks.InceptionA(192, pool_features=32),
                Mixed_5c=blocks.InceptionA(256, pool_features=64),
                Mixed_5d=blocks.InceptionA(288, pool_features=64),
                Mixed_6a=blocks.InceptionB(288),
                Mixed_6b=blocks.InceptionC(768, channels_7x7=128),
                Mixed_6c=blocks.InceptionC(768, channels_7x7=160),
                Mixed_6d=blocks.InceptionC(768, channels_7x7=160),
                Mixed_6e=blocks.InceptionC(768, channels_7x7=192),
                Mixed_7a=blocks.InceptionD(768),
                Mixed_7b=blocks.InceptionE_1(1280),
                Mixed_7c=blocks.InceptionE_2(2048),
                AvgPool=nn.AdaptiveAvgPool2d(1),
                flat=Rearrange("batch channels 1 1 -> batch channels"),
            )
        )
        self.fc = nn.Linear(2048, 1008)

    def forward(self, images: Pixels) -> tuple[Tensor, Tensor]:
        features = self.trunk(self.prepared(images))
        return features, features @ self.fc.weight.T

    def prepared(self, images: Pixels) -> Float[Tensor, "images 3 299 299"]:
        """Images as the first convolution sees them: of three channels, resized, and scaled to about [-1, 1]."""
        pixels = images.float().expand(-1, 3, -1, -1)
        if self.resize == "tensorflow":
            from torch_fidelity.interpolate_compat_tensorflow import interpolate_bilinear_2d_like_tensorflow1x as interpolate

            return (interpolate(pixels, size=(SIDE, SIDE), align_corners=False) - 128) / 128
        mode = self.resize.removeprefix("pil-")
        resized = F.interpolate(pixels, size=(SIDE, SIDE), mode=mode, align_corners=False, antialias=True)
        # StudioGAN scales 0..255 to -1..1; clean-fid, with the bicubic one, as the original graph
        return resized / 127.5 - 1 if mode == "bilinear" else (resized - 128) / 128


def inception_from(weights: Path, *, resize: Resize) -> tuple[Inception, Mapping[str, str]]:
    """The network with the weights of a safetensors file, and what to say of it. Raises `DataError` if the file is none of its."""
    try:
        content = weights.read_bytes()
        tensors = load(content)
    except (OSError, SafetensorError) as error:
        raise DataError(f"{weights}: cannot be read: {error}; {CONVERT}") from error
    with torch.random.fork_rng(devices=[]):
        network = Inception(resize=resize)
    named = {name if name.startswith("fc.") else f"trunk.{name}": tensor for name, tensor in tensors.items()}
    try:
        network.load_state_dict(named)
    except RuntimeError as error:
        raise DataError(f"{weights}: holds other weights than those of Inception 2015-12-05; {CONVERT}") from error
    said = {
        "extractor": "Inception 2015-12-05, 2048 features",
        "extractor weights": sha256(content).hexdigest()[:16],
        "resize": f"{resize}, to {SIDE}",
    }
    return network.eval(), said
