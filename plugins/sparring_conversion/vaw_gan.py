"""VAW-GAN: a variational auto-encoder with a speaker code, and a Wasserstein critic, frame by frame (Hsu et al. 2017), as published.

A frame's spectrum is a picture one bin wide. Every layer but the last ones divides its height by 3, or multiplies it, with TensorFlow's
SAME padding. Frames know nothing of each other, save that batch norm takes its moments over all of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from einops import einsum, rearrange
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn import functional

from sparring_objectives.batch_norm import BatchNorm

Spectra = Float[Tensor, "batch dims frames"]
Latent = Float[Tensor, "batch latent frames"]
Speakers = Int[Tensor, " batch"]

STRIDE = 3
SLOPE = 0.02


class Posterior(NamedTuple):
    """The normal distribution of each frame's latent: `mean` and `log_variance`, each (batch, latent, frames)."""

    mean: Latent
    log_variance: Latent


class Encoder(nn.Module):
    """What was said, without who said it: the `Posterior` of each frame's latent.

    Five convolutions of 7 bins whose channels double from `width`, each with batch norm and LeakyReLU of slope 0.02, then two linear
    heads. Any `dims` and any number of frames does.
    """

    def __init__(self, *, dims: int = 513, latent_size: int = 128, width: int = 16) -> None:
        super().__init__()
        heights, widths = _thirds(dims, 5), [width * 2**depth for depth in range(5)]
        self.layers = nn.Sequential()
        for height, channels, wider in zip(heights[:-1], (1, *widths[:-1]), widths, strict=True):
            self.layers.extend([Down(channels, wider, height=height, kernel_size=7), BatchNorm(wider), nn.LeakyReLU(SLOPE)])
        self.mean = nn.Linear(widths[-1] * heights[-1], latent_size)
        self.log_variance = nn.Linear(widths[-1] * heights[-1], latent_size)
        initialize(self)

    def forward(self, spectra: Spectra) -> Posterior:
        hidden = self.layers(rearrange(spectra, "batch dims frames -> (batch frames) 1 dims"))
        units = rearrange(hidden, "(batch frames) channels height -> batch frames (channels height)", frames=spectra.shape[-1])
        heads = (rearrange(head(units), "batch frames latent -> batch latent frames") for head in (self.mean, self.log_variance))
        return Posterior(*heads)


class Generator(nn.Module):
    """Spectra in (-1, 1) that say what the latent says in the voice of `speaker`.

    Latent and speaker code, a row of unit length as long as the latent, each pass a linear layer, and are added up; another linear layer
    makes the smallest map, of `channels`, and three transposed convolutions the spectrum, with 4, 2 and 1 times `width` channels; the last
    layer's kernel reaches from any bin to any other, and a tanh follows. Any number of frames does.
    """

    def __init__(self, *, speakers: int = 2, dims: int = 513, latent_size: int = 128, channels: int = 81, width: int = 8) -> None:
        super().__init__()
        *outer, self.height = _thirds(dims, 3)
        self.codes = nn.Embedding(speakers, latent_size)
        self.of_latent = nn.Linear(latent_size, outer[1])
        self.of_code = nn.Linear(latent_size, outer[1], bias=False)
        self.first = nn.Sequential(
            nn.Linear(outer[1], channels * self.height, bias=False), BatchNorm(channels * self.height), nn.LeakyReLU(SLOPE)
        )
        self.layers = nn.Sequential()
        widths = (channels, 4 * width, 2 * width, width)
        for wide, narrow, height, kernel_size in zip(widths, widths[1:], outer[::-1], (9, 7, 7), strict=False):
            self.layers.extend([Up(wide, narrow, height=height, kernel_size=kernel_size), BatchNorm(narrow), nn.LeakyReLU(SLOPE)])
        self.last = Spanning(width, 1, height=dims, stride=1, bias=True)
        initialize(self)

    def forward(self, latent: Latent, speaker: Speakers) -> Spectra:
        code = self.of_code(functional.normalize(self.codes(speaker), dim=-1))
        hidden = self.of_latent(rearrange(latent, "batch latent frames -> batch frames latent")) + code[:, None]
        units = self.first(rearrange(functional.leaky_relu(hidden, SLOPE), "batch frames units -> (batch frames) units"))
        spectra = self.last(self.layers(rearrange(units, "frame (channels height) -> frame channels height", height=self.height)))
        return rearrange(spectra.tanh(), "(batch frames) 1 dims -> batch dims frames", frames=latent.shape[-1])


class Critic(nn.Module):
    """The score of each frame, (batch, frames), unbounded.

    Three convolutions whose channels double from `width`, batch norm after all but the first, LeakyReLU of slope 0.02; the third one's
    kernel reaches from any place to any other. Then a linear layer. The paper's critic knows one speaker, its target, and sees no label.
    With `conditional: true` the inner product of the speaker's embedding with the last features is added (Miyato and Koyama 2018, eq. 5).
    """

    def __init__(self, *, speakers: int = 2, dims: int = 513, width: int = 16, conditional: bool = False) -> None:
        super().__init__()
        heights = _thirds(dims, 3)
        self.layers = nn.Sequential(
            Down(1, width, height=heights[0], kernel_size=7, bias=True), nn.LeakyReLU(SLOPE),
            Down(width, 2 * width, height=heights[1], kernel_size=7), BatchNorm(2 * width), nn.LeakyReLU(SLOPE),
            Spanning(2 * width, 4 * width, height=heights[2], stride=STRIDE), BatchNorm(4 * width), nn.LeakyReLU(SLOPE),
        )  # fmt: skip
        self.last = nn.Linear(4 * width * heights[3], 1)
        self.embedding = nn.Embedding(speakers, 4 * width * heights[3]) if conditional else None
        initialize(self)

    def forward(self, spectra: Spectra, speaker: Speakers) -> Float[Tensor, "batch frames"]:
        hidden = self.layers(rearrange(spectra, "batch dims frames -> (batch frames) 1 dims"))
        units = rearrange(hidden, "(batch frames) channels height -> batch frames (channels height)", frames=spectra.shape[-1])
        score = rearrange(self.last(units), "batch frames 1 -> batch frames")
        if self.embedding is None:
            return score
        return score + einsum(self.embedding(speaker), units, "batch units, batch frames units -> batch frames")


class Down(nn.Conv1d):
    """A convolution from `height` places to a third of them, rounded up, with SAME padding: the odd zero goes to the end."""

    def __init__(self, channels: int, width: int, *, height: int, kernel_size: int, bias: bool = False) -> None:
        before, after = same_padding(height, kernel_size=kernel_size, stride=STRIDE)
        super().__init__(channels, width, kernel_size, STRIDE, padding=before, bias=bias)
        self.surplus = after - before

    def forward(self, input: Tensor) -> Tensor:
        return super().forward(functional.pad(input, (0, self.surplus)) if self.surplus else input)


class Up(nn.ConvTranspose1d):
    """The transpose of `Down`: from a third of `height` places to all of them."""

    def __init__(self, channels: int, width: int, *, height: int, kernel_size: int) -> None:
        before, _ = same_padding(height, kernel_size=kernel_size, stride=STRIDE)
        super().__init__(channels, width, kernel_size, STRIDE, padding=before, bias=False)
        self.height = height

    def forward(self, input: Tensor) -> Tensor:
        return super().forward(input)[..., : self.height]


class Spanning(nn.Conv1d):
    """A SAME convolution whose kernel of `2 * height + 1` places, or one less on each side at stride 1, reaches from anywhere to anywhere.

    It is computed as a product with the matrix that it amounts to, since half of what a convolution would multiply are zeros around.
    """

    def __init__(self, channels: int, width: int, *, height: int, stride: int, bias: bool = False) -> None:
        kernel_size = 2 * height + (1 if stride > 1 else -1)
        super().__init__(channels, width, kernel_size, stride, bias=bias)
        before, _ = same_padding(height, kernel_size=kernel_size, stride=stride)
        self.height, self.used = height, slice(before - (height - 1) // stride * stride, before + height)

    def forward(self, input: Float[Tensor, "frame channels height"]) -> Tensor:
        # Output place j sees input place i through tap i - stride * j + before: a window over the taps that slides back, so that the
        # windows in the order of the taps give the output from its end.
        windows = self.weight[..., self.used].unfold(2, self.height, self.stride[0])
        matrix = rearrange(windows, "width channels j i -> (width j) (channels i)")
        product = functional.linear(rearrange(input, "frame channels i -> frame (channels i)"), matrix)
        output = rearrange(product, "frame (width j) -> frame width j", width=self.out_channels).flip(2)
        return output if self.bias is None else output + self.bias[:, None]


def same_padding(height: int, *, kernel_size: int, stride: int) -> tuple[int, int]:
    """Zeros before and after with which a convolution gives `height / stride` places, rounded up: TensorFlow's SAME."""
    total = max((-(-height // stride) - 1) * stride + kernel_size - height, 0)
    return total // 2, total - total // 2


def initialize(network: nn.Module) -> None:
    """Glorot's uniform weights and no biases, as the authors' library has it; embeddings are N(0, 0.02)."""
    for module in network.modules():
        if isinstance(module, nn.Linear | nn.Conv1d | nn.ConvTranspose1d):
            nn.init.xavier_uniform_(module.weight)
            if module.bias is not None:
                nn.init.zeros_(module.bias)
        elif isinstance(module, nn.Embedding):
            nn.init.normal_(module.weight, std=0.02)


def _thirds(dims: int, times: int) -> Sequence[int]:
    """Heights from `dims` on, each a third of the one before, rounded up."""
    heights = [dims]
    for _ in range(times):
        heights.append(-(-heights[-1] // STRIDE))
    return heights
