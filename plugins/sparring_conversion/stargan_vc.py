"""StarGAN-VC: one generator for every pair of speakers, a discriminator and a classifier (Kameoka et al. 2018), fully convolutional.

Mel-cepstra over time are treated as pictures of one channel. Layers are gated: a convolution, a norm, a gated linear unit. Where a
network sees the speaker, it does so in every layer: a one-hot code, tiled over all positions, stands beside the layer's input.
"""

from __future__ import annotations

from typing import Literal

import torch
from einops import rearrange, reduce, repeat
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn import functional

from sparring_objectives.batch_norm import BatchNorm

Spectra = Float[Tensor, "batch dims frames"]
Speakers = Int[Tensor, " batch"]
Norm = Literal["instance", "batch"]
Size = tuple[int, int]

SHRINKING = 4
CLASSIFIED = 8


class Generator(nn.Module):
    """Spectra of any speaker to spectra that say the same in the voice of `speaker`, unbounded.

    Five layers down to a code of `code_channels` at a quarter of the frame rate, with no dimension left, and five up again, the last one
    bare. `width` is that of the first layer; the widest has four times as many. `dims` is a multiple of 4; at the paper's 36 the layer
    that spans what is left of them has its 9 rows.

    `norm: instance` judges every utterance by itself. It takes out again what a tiled code adds evenly, so that speakers differ by what
    happens at the edges and in the layer that spreads the code over the dimensions; `norm: batch` leaves it in.
    """

    def __init__(self, *, speakers: int = 4, dims: int = 36, width: int = 32, code_channels: int = 5, norm: Norm = "instance") -> None:
        super().__init__()
        if dims % SHRINKING or dims < SHRINKING:
            raise ValueError(f"the generator takes dims in multiples of {SHRINKING}, not {dims}: choose another number of coefficients")
        self.speakers, rows = speakers, dims // SHRINKING
        self.encoder = nn.Sequential(
            Gated(Convolution(1, 2 * width, (3, 9)), norm),
            Gated(Convolution(width, 4 * width, (4, 8), (2, 2)), norm),
            Gated(Convolution(2 * width, 8 * width, (4, 8), (2, 2)), norm),
            Gated(Convolution(4 * width, 4 * width, (3, 5)), norm),
            Gated(Convolution(2 * width, 2 * code_channels, (rows, 5), (rows, 1)), norm),
        )
        self.decoder = nn.ModuleList(
            [
                Gated(Transposed(code_channels + speakers, 4 * width, (rows, 5), (rows, 1)), norm),
                Gated(Transposed(2 * width + speakers, 8 * width, (3, 5)), norm),
                Gated(Transposed(4 * width + speakers, 4 * width, (4, 8), (2, 2)), norm),
                Gated(Transposed(2 * width + speakers, 2 * width, (4, 8), (2, 2)), norm),
                Transposed(width + speakers, 1, (3, 9), bias=True),
            ]
        )

    def forward(self, spectra: Spectra, speaker: Speakers) -> Spectra:
        """Converted spectra. Raises `ValueError` for a number of frames that is not a multiple of 4."""
        if spectra.shape[-1] % SHRINKING:
            raise ValueError(f"the generator takes multiples of {SHRINKING} frames, not {spectra.shape[-1]}: pad the input")
        hidden = self.encoder(rearrange(spectra, "batch dims frames -> batch 1 dims frames"))
        for layer in self.decoder:
            hidden = layer(beside(hidden, speaker, speakers=self.speakers))
        return rearrange(hidden, "batch 1 dims frames -> batch dims frames")


class Discriminator(nn.Module):
    """The score of spectra as speech of `speaker`, unbounded: the mean over time of the logits that every eighth frame gets.

    The paper multiplies probabilities over time; a mean of logits keeps the score in proportion whatever the number of frames is, and
    serves losses without a sigmoid. Any number of frames does. A gradient penalty needs `norm: instance`.
    """

    def __init__(self, *, speakers: int = 4, dims: int = 36, width: int = 32, norm: Norm = "instance") -> None:
        super().__init__()
        self.speakers = speakers
        self.layers = nn.ModuleList(
            [
                Gated(Convolution(1 + speakers, 2 * width, (3, 9)), norm),
                Gated(Convolution(width + speakers, 2 * width, (3, 8), (1, 2)), norm),
                Gated(Convolution(width + speakers, 2 * width, (3, 8), (1, 2)), norm),
                Gated(Convolution(width + speakers, 2 * width, (3, 6), (1, 2)), norm),
                Convolution(width + speakers, 1, (dims, 5), (dims, 1), bias=True),
            ]
        )

    def forward(self, spectra: Spectra, speaker: Speakers) -> Float[Tensor, " batch"]:
        hidden = rearrange(spectra, "batch dims frames -> batch 1 dims frames")
        for layer in self.layers:
            hidden = layer(beside(hidden, speaker, speakers=self.speakers))
        return reduce(hidden, "batch 1 1 frames -> batch", "mean")


class Classifier(nn.Module):
    """Logits of the speakers, (batch, speakers), from the first eight coefficients of spectra of any number of frames.

    Their softmax is the product over time of each position's softmax, made to add up to one: logits are averaged over time. With
    `norm: instance`, 16 frames or fewer leave one position to the last norm, and then all logits are the same: take more.
    """

    def __init__(self, *, speakers: int = 4, width: int = 8, norm: Norm = "instance") -> None:
        super().__init__()
        self.layers = nn.Sequential(
            Gated(Convolution(1, 2 * width, (4, 4), (2, 2)), norm),
            Gated(Convolution(width, 4 * width, (4, 4), (2, 2)), norm),
            Gated(Convolution(2 * width, 8 * width, (4, 4), (2, 2)), norm),
            Gated(Convolution(4 * width, 4 * width, (3, 4), (1, 2)), norm),
            Convolution(2 * width, speakers, (1, 4), (1, 2), bias=True),
        )

    def forward(self, spectra: Spectra) -> Float[Tensor, "batch speakers"]:
        picture = rearrange(spectra[:, :CLASSIFIED], "batch dims frames -> batch 1 dims frames")
        return reduce(self.layers(picture), "batch speakers dims frames -> batch speakers", "mean")


class Convolution(nn.Conv2d):
    """A convolution with SAME padding: `size / stride` positions, rounded up, the odd zero at the end.

    Kernels here exceed their strides by an even number, and no stride that leaves a rest is more than 2, so that the zeros in front are
    the same for every size.
    """

    def __init__(self, channels: int, width: int, kernel: Size, stride: Size = (1, 1), *, bias: bool = False) -> None:
        super().__init__(channels, width, kernel, stride, padding=_margin(kernel, stride), bias=bias)

    def forward(self, input: Tensor) -> Tensor:
        rows, columns = -input.shape[2] % self.stride[0], -input.shape[3] % self.stride[1]
        return super().forward(functional.pad(input, (0, columns, 0, rows)) if rows or columns else input)


class Transposed(nn.ConvTranspose2d):
    """The transpose of `Convolution`: `size * stride` positions."""

    def __init__(self, channels: int, width: int, kernel: Size, stride: Size = (1, 1), *, bias: bool = False) -> None:
        super().__init__(channels, width, kernel, stride, padding=_margin(kernel, stride), bias=bias)


class InstanceNorm(nn.Module):
    """Each channel of each example, over its positions; unlike torch's own, it accepts a single position, which becomes the bias."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(channels, 1, 1))
        self.bias = nn.Parameter(torch.zeros(channels, 1, 1))

    def forward(self, input: Float[Tensor, "batch channels rows columns"]) -> Float[Tensor, "batch channels rows columns"]:
        return torch.addcmul(self.bias, functional.layer_norm(input, input.shape[2:]), self.weight)


class Gated(nn.Module):
    """A layer without bias, a norm, and a gated linear unit, which halves the channels: the second half is the gate's."""

    def __init__(self, layer: Convolution | Transposed, norm: Norm) -> None:
        super().__init__()
        self.layer = layer
        self.norm = {"instance": InstanceNorm, "batch": BatchNorm}[norm](layer.out_channels)

    def forward(self, input: Tensor) -> Tensor:
        return functional.glu(self.norm(self.layer(input)), dim=1)


def beside(hidden: Tensor, speaker: Speakers, *, speakers: int) -> Tensor:
    """`hidden` (batch, channels, rows, columns) with the speakers' one-hot codes as further channels, the same at every position."""
    code = functional.one_hot(speaker, speakers).to(hidden.dtype)
    tiled = repeat(code, "batch speakers -> batch speakers rows columns", rows=hidden.shape[2], columns=hidden.shape[3])
    return torch.cat([hidden, tiled], dim=1)


def _margin(kernel: Size, stride: Size) -> Size:
    return (kernel[0] - stride[0]) // 2, (kernel[1] - stride[1]) // 2
