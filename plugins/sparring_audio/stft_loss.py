"""Distance of two waveforms as their magnitude spectra see it, at several resolutions of time and frequency."""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor, nn

from sparring import Loss, global_mean

PUBLISHED_RESOLUTIONS = ((1024, 120, 600), (2048, 240, 1200), (512, 50, 240))


class MultiResolutionStft(Loss):
    """Spectral convergence plus L1 of log magnitudes, averaged over resolutions (Yamamoto, Song, Kim 2020, Parallel WaveGAN, eq. 3-6).

    `resolutions` are (FFT size, hop, window) in samples. The Frobenius norms of the convergence are taken over the global batch, so that
    a silent chunk weighs nothing.
    """

    def __init__(self, *, resolutions: tuple[tuple[int, int, int], ...] = PUBLISHED_RESOLUTIONS) -> None:
        super().__init__()
        self.resolutions = nn.ModuleList(Resolution(fft, hop, window) for fft, hop, window in resolutions)

    def forward(self, output: Float[Tensor, "batch 1 time"], target: Float[Tensor, "batch 1 time"]) -> Float[Tensor, ""]:
        return torch.stack([resolution(output, target) for resolution in self.resolutions]).mean()


class Resolution(nn.Module):
    """One resolution: ||Y - X|| / ||Y|| + mean |ln Y - ln X|, with Y the target's magnitudes and X the output's."""

    window: Tensor

    def __init__(self, fft: int, hop: int, window: int) -> None:
        super().__init__()
        self.fft, self.hop = fft, hop
        self.register_buffer("window", torch.hann_window(window), persistent=False)

    def forward(self, output: Tensor, target: Tensor) -> Tensor:
        generated, wanted = self.magnitude(output), self.magnitude(target)
        difference = global_mean((wanted - generated).square().mean())
        convergence = (difference / global_mean(wanted.square().mean())).sqrt()
        return convergence + (wanted.log() - generated.log()).abs().mean()

    def magnitude(self, wave: Tensor) -> Tensor:
        spectrum = torch.stft(wave.float().squeeze(1), self.fft, self.hop, len(self.window), self.window, return_complex=True)
        return torch.view_as_real(spectrum).square().sum(-1).clamp(min=1e-7).sqrt()
