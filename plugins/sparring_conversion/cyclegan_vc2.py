"""CycleGAN-VC2: a 2-1-2D generator and a PatchGAN discriminator of spectra (Kaneko, Kameoka, Tanaka, Hojo 2019)."""

from __future__ import annotations

from einops import rearrange
from jaxtyping import Float
from torch import Tensor, nn

from sparring_conversion.gated_convolution import GatedConvolution2d, GatedResidual1d, instance_norm

Spectra = Float[Tensor, "batch dims frames"]
Score = Float[Tensor, "batch height width"]


class Generator(nn.Module):
    """Spectra of one voice in, spectra of another out: two-dimensional layers around a one-dimensional trunk (section 3.2).

    The picture of the spectra is made four times smaller in both directions, and its rows become channels for the trunk's residual blocks,
    which do the converting; then all the way back. Input and output are normalized spectra of a multiple of 4 frames, 8 at least. `width`
    is that of the first layer, which the others are multiples of; `blocks` counts the residual blocks. Every gated layer has a value and a
    gate of their own, also on the way up. Raises `ValueError` for `dims` that 4 does not divide.
    """

    def __init__(self, *, dims: int = 36, width: int = 128, blocks: int = 6) -> None:
        super().__init__()
        self.rows, rest = divmod(dims, 4)
        if rest:
            raise ValueError(
                f"a 2-1-2D generator halves the dimensions twice: dims must be a multiple of 4, not {dims}; take {dims - rest + 4}"
            )
        self.down = nn.Sequential(
            GatedConvolution2d(1, width, kernel_size=(5, 15), normalized=False),
            GatedConvolution2d(width, 2 * width, kernel_size=(5, 5), stride=(2, 2)),
            GatedConvolution2d(2 * width, 2 * width, kernel_size=(5, 5), stride=(2, 2)),
        )
        folded = 2 * width * self.rows
        self.trunk = nn.Sequential(
            nn.Conv1d(folded, 2 * width, kernel_size=1, bias=False),
            instance_norm(2 * width),
            *(GatedResidual1d(2 * width, 4 * width) for _ in range(blocks)),
            nn.Conv1d(2 * width, folded, kernel_size=1, bias=False),
            instance_norm(folded),
        )
        self.up = nn.Sequential(
            GatedConvolution2d(2 * width, 2 * width, kernel_size=(5, 5), upscale=2),
            GatedConvolution2d(2 * width, width, kernel_size=(5, 5), upscale=2),
            nn.Conv2d(width, 1, kernel_size=(5, 15), padding=(2, 7)),
        )

    def forward(self, spectra: Spectra) -> Spectra:
        """The converted spectra, unbounded."""
        picture = self.down(rearrange(spectra, "batch dims frames -> batch 1 dims frames"))
        trunk = self.trunk(rearrange(picture, "batch channels rows frames -> batch (channels rows) frames"))
        picture = rearrange(trunk, "batch (channels rows) frames -> batch channels rows frames", rows=self.rows)
        return rearrange(self.up(picture), "batch 1 dims frames -> batch dims frames")


class Discriminator(nn.Module):
    """The judge of spectra as a picture, `dims` high and `frames` wide: a convolution gives every patch a score (section 3.3).

    36 dimensions and 128 frames have 5 x 16 scores, unbounded. `width` is that of the first layer, which the others are multiples of.
    """

    def __init__(self, *, width: int = 128) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            GatedConvolution2d(1, width, kernel_size=(3, 3), normalized=False),
            GatedConvolution2d(width, 2 * width, kernel_size=(3, 3), stride=(2, 2)),
            GatedConvolution2d(2 * width, 4 * width, kernel_size=(3, 3), stride=(2, 2)),
            GatedConvolution2d(4 * width, 8 * width, kernel_size=(3, 3), stride=(2, 2)),
            GatedConvolution2d(8 * width, 8 * width, kernel_size=(1, 5)),
            nn.Conv2d(8 * width, 1, kernel_size=(1, 3), padding=(0, 1)),
        )

    def forward(self, spectra: Spectra) -> Score:
        """The score of every patch, unbounded."""
        picture = rearrange(spectra, "batch dims frames -> batch 1 dims frames")
        return rearrange(self.layers(picture), "batch 1 height width -> batch height width")
