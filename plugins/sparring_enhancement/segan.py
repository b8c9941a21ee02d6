"""SEGAN: an adversarial pair of strided convolutions on the raw waveform (Pascual, Bonafonte, Serra 2017), as published."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import torch
from einops import rearrange
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from sparring_objectives.virtual_batch_norm import Moments, VirtualBatchNorm

Score = Float[Tensor, "batch 1"]

PUBLISHED_WIDTHS = (16, 32, 32, 64, 64, 128, 128, 256, 256, 512, 1024)


def same_padding(kernel_size: int, stride: int) -> tuple[int, int]:
    """Zeros before and after with which a convolution makes `time / stride` frames: TensorFlow's SAME, where `stride` divides `time`."""
    if kernel_size < stride:
        raise ValueError(f"a kernel of {kernel_size} samples leaves gaps at a stride of {stride}: make kernel_size at least {stride}")
    total = kernel_size - stride
    return total // 2, total - total // 2


class Down(nn.Conv1d):
    """Strided convolution with SAME padding: `(batch, channels, time)` to `(batch, width, time / stride)`."""

    def __init__(self, channels: int, width: int, *, kernel_size: int, stride: int, bias: bool = True) -> None:
        super().__init__(channels, width, kernel_size, stride, bias=bias)
        self.margin = same_padding(kernel_size, stride)
        initialize(self)

    def forward(self, wave: Tensor) -> Tensor:
        return super().forward(functional.pad(wave, self.margin))


class Up(nn.ConvTranspose1d):
    """The transpose of `Down`: `(batch, channels, frames)` to `(batch, width, frames * stride)`."""

    def __init__(self, channels: int, width: int, *, kernel_size: int, stride: int, bias: bool = True) -> None:
        before, after = same_padding(kernel_size, stride)
        super().__init__(channels, width, kernel_size, stride, padding=before, bias=bias)
        self.surplus = after - before
        initialize(self)

    def forward(self, frames: Tensor) -> Tensor:
        wave = super().forward(frames)
        return wave[..., : wave.shape[-1] - self.surplus]


def initialize(layer: nn.Conv1d | nn.ConvTranspose1d) -> None:
    """Normal with standard deviation 0.02, redrawn beyond two deviations, as TensorFlow truncates; no bias."""
    nn.init.trunc_normal_(layer.weight, std=0.02, a=-0.04, b=0.04)
    if layer.bias is not None:
        nn.init.zeros_(layer.bias)


class Generator(nn.Module):
    """SEGAN's convolutional auto-encoder: noisy speech and a latent in, enhanced speech out.

    Every encoder layer divides the time by `stride`; the decoder mirrors it. What an encoder layer gives before its activation is put
    beside what the decoder gives after its own. PReLU has one slope per channel, which starts at 0; the output is a tanh; nothing is
    normalized. The latent's channels stand before the code's; `latent_channels: 0` does without a latent.
    """

    def __init__(
        self,
        *,
        widths: tuple[int, ...] = PUBLISHED_WIDTHS,
        kernel_size: int = 31,
        stride: int = 2,
        latent_channels: int = 1024,
    ) -> None:
        super().__init__()
        self.latent_channels = latent_channels
        self.samples_per_frame = stride ** len(widths)
        outer = (1, *widths[:-1])
        self.encoder = nn.ModuleList(
            Down(channels, width, kernel_size=kernel_size, stride=stride) for channels, width in zip(outer, widths, strict=True)
        )
        self.encoder_activations = nn.ModuleList(nn.PReLU(width, init=0.0) for width in widths)
        # Below a skip the decoder's width doubles; the deepest layer has the latent beside it instead.
        inner = (*(2 * width for width in widths[:-1]), widths[-1] + latent_channels)
        self.decoder = nn.ModuleList(
            Up(channels, width, kernel_size=kernel_size, stride=stride) for channels, width in zip(inner[::-1], outer[::-1], strict=True)
        )
        self.decoder_activations = nn.ModuleList(nn.PReLU(width, init=0.0) for width in outer[:0:-1])

    def latent_shape(self, time: int) -> tuple[int, int] | None:
        """`(channels, frames)` of the latent for an input of `time` samples; None where there is no latent."""
        return (self.latent_channels, time // self.samples_per_frame) if self.latent_channels else None

    def forward(
        self, noisy: Float[Tensor, "batch 1 time"], latent: Float[Tensor, "batch channels frames"] | None = None
    ) -> Float[Tensor, "batch 1 time"]:
        """Enhanced speech in (-1, 1). Raises `ValueError` for a `time` that is not a multiple of the samples in a frame of the code."""
        if noisy.shape[-1] % self.samples_per_frame:
            raise ValueError(f"the generator takes multiples of {self.samples_per_frame} samples, not {noisy.shape[-1]}: pad the input")
        hidden, skips = noisy, []
        for layer, activation in zip(self.encoder, self.encoder_activations, strict=True):
            linear = layer(hidden)
            skips.append(linear)
            hidden = activation(linear)
        skips.pop()
        if latent is not None:
            hidden = torch.cat([latent, hidden], dim=1)
        for layer, activation in zip(self.decoder, self.decoder_activations, strict=False):
            hidden = torch.cat([activation(layer(hidden)), skips.pop()], dim=1)
        return self.decoder[-1](hidden).tanh()


@dataclass(frozen=True)
class Reference:
    """The pair that virtual batch norm refers to: what it was, the moments of every layer, and the discriminator's verdict on it.

    Mixing a batch's moments with themselves changes nothing, so the pass that makes the reference is also the pass that scores the pair.
    """

    signal: Tensor
    condition: Tensor
    moments: tuple[Moments, ...]
    score: Tensor


class Discriminator(nn.Module):
    """SEGAN's judge of a pair: is `signal` the clean speech that belongs to `condition`, the noisy speech?

    Strided convolutions, each normalized, with LeakyReLU of slope 0.3, then a convolution of width 1 and a linear layer over the frames,
    which fixes the input to `chunk_samples`. With `norm: virtual-batch` every pair but the reference needs one, made by `reference`.
    """

    def __init__(
        self,
        *,
        widths: tuple[int, ...] = PUBLISHED_WIDTHS,
        kernel_size: int = 31,
        stride: int = 2,
        chunk_samples: int = 16384,
        norm: Literal["virtual-batch", "none"] = "virtual-batch",
    ) -> None:
        super().__init__()
        frames, rest = divmod(chunk_samples, stride ** len(widths))
        if rest or not frames:
            multiple = stride ** len(widths)
            raise ValueError(f"{len(widths)} layers of stride {stride} need chunk_samples in multiples of {multiple}, not {chunk_samples}")
        self.layers = nn.ModuleList(
            Down(channels, width, kernel_size=kernel_size, stride=stride) for channels, width in zip((2, *widths[:-1]), widths, strict=True)
        )
        self.norms = nn.ModuleList(VirtualBatchNorm(width) for width in widths) if norm == "virtual-batch" else None
        self.channels_to_one = nn.Conv1d(widths[-1], 1, kernel_size=1, bias=False)
        self.frames_to_one = nn.Linear(frames, 1)
        initialize(self.channels_to_one)
        nn.init.xavier_uniform_(self.frames_to_one.weight)
        nn.init.zeros_(self.frames_to_one.bias)

    def reference(self, signal: Float[Tensor, "batch 1 time"], condition: Float[Tensor, "batch 1 time"]) -> Reference | None:
        """What virtual batch norm needs to judge other pairs, made from the real pair of the step; None without virtual batch norm."""
        if self.norms is None:
            return None
        score, moments = self.judge(signal, condition, reference=None)
        return Reference(signal, condition, moments, score)

    def forward(
        self, signal: Float[Tensor, "batch 1 time"], condition: Float[Tensor, "batch 1 time"], reference: Reference | None = None
    ) -> Score:
        """The score of each pair, unbounded."""
        if reference is not None and signal is reference.signal and condition is reference.condition:
            return reference.score
        return self.judge(signal, condition, reference=reference)[0]

    def judge(self, signal: Tensor, condition: Tensor, *, reference: Reference | None) -> tuple[Tensor, tuple[Moments, ...]]:
        hidden, used = torch.cat([signal, condition], dim=1), []
        for depth, layer in enumerate(self.layers):
            hidden = layer(hidden)
            if self.norms is not None:
                hidden, moments = self.norms[depth](hidden, None if reference is None else reference.moments[depth])
                used.append(moments)
            hidden = functional.leaky_relu(hidden, 0.3)
        frames = rearrange(self.channels_to_one(hidden), "batch 1 frames -> batch frames")
        return self.frames_to_one(frames), tuple(used)
