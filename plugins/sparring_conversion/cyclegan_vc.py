"""CycleGAN-VC: a one-dimensional gated generator and a two-dimensional gated discriminator of spectra (Kaneko & Kameoka 2018)."""

from __future__ import annotations

from einops import rearrange
from jaxtyping import Float
from torch import Tensor, nn

from sparring_conversion.gated_convolution import GatedConvolution1d, GatedConvolution2d, GatedResidual1d

Spectra = Float[Tensor, "batch dims frames"]
Score = Float[Tensor, "batch height width"]


class Generator(nn.Module):
    """Spectra of one voice in, spectra of another out: convolutions over time for which the dimensions are channels.

    Input and output are normalized spectra of a multiple of 4 frames, 8 at least. `width` is that of the first layer, which the others are
    multiples of; `blocks` counts the residual blocks.
    """

    def __init__(self, *, dims: int = 24, width: int = 128, blocks: int = 6) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            GatedConvolution1d(dims, width, kernel_size=15, normalized=False),
            GatedConvolution1d(width, 2 * width, kernel_size=5, stride=2),
            GatedConvolution1d(2 * width, 4 * width, kernel_size=5, stride=2),
            *(GatedResidual1d(4 * width, 8 * width) for _ in range(blocks)),
            GatedConvolution1d(4 * width, 4 * width, kernel_size=5, upscale=2),
            GatedConvolution1d(4 * width, 2 * width, kernel_size=5, upscale=2),
            nn.Conv1d(2 * width, dims, kernel_size=15, padding=7),
        )

    def forward(self, spectra: Spectra) -> Spectra:
        """The converted spectra, unbounded."""
        return self.layers(spectra)


class Discriminator(nn.Module):
    """The judge of spectra as a picture, `dims` high and `frames` wide: a score for every patch, unbounded.

    24 dimensions and 128 frames have 6 x 8 scores. The paper's last layer is fully connected with a sigmoid. Here one linear layer judges
    every position, as in the widely used implementation of L. Mao, so that any number of frames can be judged, and there is no sigmoid,
    which least squares do without (Mao et al. 2017).
    """

    def __init__(self, *, width: int = 128) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            GatedConvolution2d(1, width, kernel_size=(3, 3), stride=(1, 2), normalized=False),
            GatedConvolution2d(width, 2 * width, kernel_size=(3, 3), stride=(2, 2)),
            GatedConvolution2d(2 * width, 4 * width, kernel_size=(3, 3), stride=(2, 2)),
            GatedConvolution2d(4 * width, 8 * width, kernel_size=(6, 3), stride=(1, 2)),
            nn.Conv2d(8 * width, 1, kernel_size=1),
        )

    def forward(self, spectra: Spectra) -> Score:
        """The score of every patch, unbounded."""
        picture = rearrange(spectra, "batch dims frames -> batch 1 dims frames")
        return rearrange(self.layers(picture), "batch 1 height width -> batch height width")
