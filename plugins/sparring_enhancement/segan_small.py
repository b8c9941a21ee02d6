"""A generator in SEGAN's scheme for two CPU cores and six minutes: fewer, longer strides, and a correction of the noisy wave as output."""

from __future__ import annotations

from jaxtyping import Float
from torch import Tensor, nn

from sparring_enhancement.hourglass import Down, Hourglass, Up


class SmallGenerator(Hourglass):
    """A convolutional encoder-decoder with skips on the raw waveform: what it says is added to the noisy speech.

    It starts as the identity (the last layer is zero), where SEGAN spends its first thousands of steps on learning to pass speech through.
    Without biases, and with activations that only know the sign, it is homogeneous: half the input gives half the output, at any level
    (Mohan et al. 2020 show that such networks also generalise to noise levels that they were not trained on). Strides of 4 make five layers
    of what takes SEGAN eleven. There is no latent, which SEGAN's generator is known to ignore.
    """

    def __init__(self, *, widths: tuple[int, ...] = (16, 32, 64, 128, 128), kernel_size: int = 8, stride: int = 4) -> None:
        super().__init__()
        self.samples_per_frame = stride ** len(widths)
        outer = (1, *widths[:-1])
        inner = (*(2 * width for width in widths[:-1]), widths[-1])
        shape = {"kernel_size": kernel_size, "stride": stride, "bias": False}
        encoder = [Down(channels, width, **shape) for channels, width in zip(outer, widths, strict=True)]
        decoder = [Up(channels, width, **shape) for channels, width in zip(inner, outer, strict=True)][::-1]
        for layer in (*encoder, *decoder):
            # An output hears in_channels * kernel_size inputs on the way down, and a stride-th of them on the way up.
            heard = layer.in_channels * kernel_size / (stride if isinstance(layer, Up) else 1)
            nn.init.normal_(layer.weight, std=(2 / heard) ** 0.5)
        nn.init.zeros_(decoder[-1].weight)
        self.encoder, self.decoder = nn.ModuleList(encoder), nn.ModuleList(decoder)
        self.encoder_activations = nn.ModuleList(nn.PReLU(width) for width in widths)
        self.decoder_activations = nn.ModuleList(nn.PReLU(width) for width in outer[:0:-1])

    def forward(self, noisy: Float[Tensor, "batch 1 time"]) -> Float[Tensor, "batch 1 time"]:
        """Enhanced speech. Raises `ValueError` for a `time` that the strides do not divide."""
        return noisy + self.decoded(noisy)
