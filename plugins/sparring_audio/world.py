"""WORLD: speech taken apart into pitch, spectral envelope and aperiodicity, and put together again (Morise, Yokomori, Ozawa 2016)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import astuple, dataclass
from typing import Any, Literal

import numpy as np
import pyworld
from jaxtyping import Float64

from sparring import DataError

LOWEST_RATE_HZ = 16_000
DEFAULT_FLOOR_HZ = 71.0


@dataclass(frozen=True, kw_only=True)
class WorldSettings:
    """How speech is analysed: by which pitch tracker (refined by StoneMask), in which range of pitch, every how many seconds.

    `dio` calls about 70 % of a read sentence voiced; `harvest` is slower, fills gaps, and stands noise better. Raises `ValueError` for
    a range or a step that WORLD cannot work with.
    """

    f0_method: Literal["dio", "harvest"] = "dio"
    f0_floor_hz: float = DEFAULT_FLOOR_HZ
    f0_ceiling_hz: float = 500.0
    frame_seconds: float = 0.005

    def __post_init__(self) -> None:
        if not 20 <= self.f0_floor_hz < self.f0_ceiling_hz <= LOWEST_RATE_HZ / 8:
            raise ValueError(f"pitch from {self.f0_floor_hz} to {self.f0_ceiling_hz} Hz is no range of voices: stay within 20 to 2000 Hz")
        if not 0.001 <= self.frame_seconds <= 0.05:
            raise ValueError(f"frames every {self.frame_seconds} seconds are not what WORLD is for: choose 0.001 to 0.05 seconds")

    def key(self) -> str:
        """Everything that changes an analysis, as text for the name of a cache file."""
        return " ".join(["world", pyworld.__version__, *map(str, astuple(self))])


@dataclass(frozen=True, kw_only=True, eq=False)
class WorldAnalysis:
    """What WORLD hears: pitch in Hz (0 where unvoiced), power envelope, and share of noise (0 to 1) in every bin, frame by frame.

    Bins are equally spaced from 0 to half the sample rate. Frame i is centred on i * frame_seconds.
    """

    f0: Float64[np.ndarray, " frames"]
    envelope: Float64[np.ndarray, "frames bins"]
    aperiodicity: Float64[np.ndarray, "frames bins"]
    sample_rate_hz: int
    frame_seconds: float

    @property
    def voiced(self) -> np.ndarray:
        """Whether a frame has a pitch, of shape (frames,)."""
        return self.f0 > 0

    @property
    def energy(self) -> np.ndarray:
        """The power envelope summed over its bins, of shape (frames,)."""
        return self.envelope.sum(axis=1)

    @property
    def fft_size(self) -> int:
        return 2 * (self.envelope.shape[1] - 1)


def analyse_world(wave: Any, sample_rate_hz: int, *, settings: WorldSettings | None = None) -> WorldAnalysis:
    """The WORLD analysis of a wave, shape (time,), full scale 1, of one sample or more; the same wave gives the same numbers.

    Frames are 1 + floor(seconds / frame_seconds). The envelope (CheapTrick) has `fft_size_of` // 2 + 1 bins: 513 at 16 to 24 kHz
    unless the floor of pitch is below the default. Digital silence is unvoiced, with an envelope around 1e-16. Without `settings`, the
    defaults.

    Raises `DataError` below 16 kHz, where WORLD's aperiodicity is not defined, and for a wave that is empty, not one-dimensional, not
    finite, or of numbers too large to square.

    Source: Morise, Yokomori, Ozawa 2016, WORLD; Morise 2015 (CheapTrick), 2016 (D4C); Morise, Kawahara, Katayose 2009 (DIO).
    """
    settings = settings or WorldSettings()
    if sample_rate_hz < LOWEST_RATE_HZ:
        raise DataError(f"WORLD needs at least {LOWEST_RATE_HZ} Hz and the wave has {sample_rate_hz} Hz: resample it first")
    samples = samples_of(wave)
    track: Callable[..., tuple[np.ndarray, np.ndarray]] = pyworld.dio if settings.f0_method == "dio" else pyworld.harvest
    period = 1000 * settings.frame_seconds
    coarse, times = track(samples, sample_rate_hz, f0_floor=settings.f0_floor_hz, f0_ceil=settings.f0_ceiling_hz, frame_period=period)
    f0 = pyworld.stonemask(samples, coarse, times, sample_rate_hz)
    fft_size = fft_size_of(sample_rate_hz, settings=settings)
    envelope = pyworld.cheaptrick(samples, f0, times, sample_rate_hz, fft_size=fft_size)
    aperiodicity = pyworld.d4c(samples, f0, times, sample_rate_hz, fft_size=fft_size)
    if not (np.isfinite(envelope).all() and np.isfinite(aperiodicity).all()):
        raise DataError(f"WORLD finds no spectrum in a wave that reaches {np.abs(samples).max():.3g}: scale it to full scale 1")
    return WorldAnalysis(
        f0=f0,
        envelope=envelope,
        aperiodicity=aperiodicity,
        sample_rate_hz=sample_rate_hz,
        frame_seconds=settings.frame_seconds,
    )


def fft_size_of(sample_rate_hz: int, *, settings: WorldSettings | None = None) -> int:
    """The length of the transform behind an analysis' envelope of fft_size // 2 + 1 bins: 1024 at 16 to 24 kHz, 2048 up to 48 kHz."""
    # three periods of the lowest pitch have to fit; a floor above the default gains nothing, and WORLD overruns small transforms
    floor_hz = min(DEFAULT_FLOOR_HZ, (settings or WorldSettings()).f0_floor_hz)
    return int(pyworld.get_cheaptrick_fft_size(sample_rate_hz, floor_hz))


def synthesise_world(analysis: WorldAnalysis, *, samples: int | None = None) -> Float64[np.ndarray, " time"]:
    """The wave that an analysis describes, cut or padded with zeros to `samples` (None: frames * frame_seconds, rounded down).

    Deterministic: its noise starts from the same seed every time, so that equal analyses give equal samples, bit for bit.

    Raises `DataError` for an analysis that WORLD cannot speak: no frames, parts of different shapes, bins that are not a power of
    two + 1, a pitch outside 0 to half the rate, powers that are not positive, an aperiodicity outside 0 to 1.
    """
    _speakable(analysis)
    f0, envelope, aperiodicity = map(np.ascontiguousarray, (analysis.f0, analysis.envelope, analysis.aperiodicity))
    wave = pyworld.synthesize(f0, envelope, aperiodicity, analysis.sample_rate_hz, 1000 * analysis.frame_seconds)
    if samples is None:
        return wave
    return np.pad(wave[:samples], (0, max(0, samples - len(wave))))


def samples_of(wave: Any) -> Float64[np.ndarray, " time"]:
    """A tensor or array of one channel as WORLD takes it.

    Raises `DataError` for a wave that is empty, not one-dimensional, or not finite.
    """
    if hasattr(wave, "detach"):
        wave = wave.detach().cpu().double().numpy()
    samples = np.ascontiguousarray(wave, dtype=np.float64)
    if samples.ndim != 1 or not len(samples):
        raise DataError(f"the wave has shape {samples.shape}: pass one channel of one utterance, shape (time,), of a sample or more")
    if not np.isfinite(samples).all():
        raise DataError("the wave has samples that are not finite: look for the network or the file that they come from")
    return samples


def _speakable(analysis: WorldAnalysis) -> None:
    """WORLD would read beyond the ends of arrays, or never return, if this did not hold."""
    frames, bins = analysis.envelope.shape
    if not frames or analysis.f0.shape != (frames,) or analysis.aperiodicity.shape != (frames, bins):
        shapes = f"{analysis.f0.shape}, {analysis.envelope.shape} and {analysis.aperiodicity.shape}"
        raise DataError(f"pitch, envelope and aperiodicity have the shapes {shapes}: give each the same frames, one or more")
    if bins < 3 or (bins - 1) & (bins - 2):
        raise DataError(f"the envelope has {bins} bins: WORLD needs a power of two + 1, as its analysis gives")
    if not ((analysis.f0 >= 0) & (analysis.f0 < analysis.sample_rate_hz / 2)).all():
        raise DataError("the pitch leaves 0 to half the sample rate in some frames: give Hz, 0 where unvoiced")
    if not ((analysis.envelope > 0) & np.isfinite(analysis.envelope)).all():
        raise DataError("the envelope has powers that are not positive numbers: give a power envelope, not its logarithm, without zeros")
    if not ((analysis.aperiodicity >= 0) & (analysis.aperiodicity <= 1)).all():
        raise DataError("the aperiodicity leaves 0 to 1 in some bins: give the share of noise in each")
