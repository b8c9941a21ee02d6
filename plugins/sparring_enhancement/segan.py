"""SEGAN: an adversarial pair of strided convolutions on the raw waveform (Pascual, Bonafonte, Serra 2017), as published."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import torch
from einops import rearrange
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from sparring_enhancement.hourglass import Down, Hourglass, Up, initialize
from sparring_objectives.virtual_batch_norm import Moments, VirtualBatchNorm

Score = Float[Tensor, "batch 1"]

PUBLISHED_WIDTHS = (16, 32, 32, 64, 64, 128, 128, 256, 256, 512, 1024)


class Generator(Hourglass):
    """SEGAN's convolutional auto-encoder: noisy speech and a latent in, enhanced speech out.

    Every encoder layer divides the time by `stride`. PReLU has one slope per channel, which starts at 0; the output is a tanh; nothing is
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
        return self.decoded(noisy, latent).tanh()


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
