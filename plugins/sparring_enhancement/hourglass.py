"""Down in time and up again: the strided convolutions with skips that every SEGAN generator is made of."""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional


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


class Hourglass(nn.Module):
    """An encoder and a decoder that mirrors it. What an encoder layer gives before its activation is put beside what the decoder gives
    after its own; the last decoder layer has no activation. Subclasses fill the four lists.
    """

    samples_per_frame: int
    encoder: nn.ModuleList
    encoder_activations: nn.ModuleList
    decoder: nn.ModuleList
    decoder_activations: nn.ModuleList

    def decoded(
        self, noisy: Float[Tensor, "batch 1 time"], latent: Float[Tensor, "batch channels frames"] | None = None
    ) -> Float[Tensor, "batch 1 time"]:
        """What the last layer says; `latent` stands before the code. Raises `ValueError` for a `time` that is no multiple of a frame."""
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
        return self.decoder[-1](hidden)
