"""Noises drawn by code: what disturbs speech, without a corpus of noise. The test's kinds are others than the training's.

Every noise is a function `(draw, samples, sample_rate_hz)` that gives `samples` samples (one or more) of root mean square one, the same
for the same state of `draw`. They are stand-ins for recordings (DEMAND), cheap enough to be drawn anew for every training sample.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

import numpy as np
import torch
from jaxtyping import Float
from scipy.signal import lfilter
from torch import Tensor

from sparring import DataError

Noise = Callable[[np.random.Generator, int, int], Float[Tensor, " time"]]
Samples = np.ndarray

# The long-term spectrum of the bundled corpus's training voices, in dB; below and above, it falls off.
SPEECH_HZ = (45, 100, 160, 250, 400, 630, 1000, 1600, 2500, 4000, 6300, 8000)
SPEECH_DB = (-75, -54, -49, -55, -56.5, -59, -68.5, -74, -78, -78.5, -82.5, -110)

TABLE = 4096


def speech_shaped(draw: np.random.Generator, samples: int, sample_rate_hz: int) -> Float[Tensor, " time"]:
    """Gaussian noise with the long-term spectrum of speech."""
    return _unit(_coloured(draw, samples, sample_rate_hz, lambda hz: 10 ** (np.interp(np.log(hz), np.log(SPEECH_HZ), SPEECH_DB) / 20)))


def white(draw: np.random.Generator, samples: int, sample_rate_hz: int) -> Float[Tensor, " time"]:
    """Gaussian noise with equal power in every hertz: a hissing line."""
    return _unit(draw.standard_normal(samples, dtype=np.float32))


def pink(draw: np.random.Generator, samples: int, sample_rate_hz: int) -> Float[Tensor, " time"]:
    """Gaussian noise with equal power in every octave above 20 Hz."""
    return _unit(_coloured(draw, samples, sample_rate_hz, lambda hz: np.maximum(hz, 20) ** -0.5))


def rumble(draw: np.random.Generator, samples: int, sample_rate_hz: int) -> Float[Tensor, " time"]:
    """A vehicle from inside: power that falls with the square of frequency (brown), or faster, above 40 to 120 Hz."""
    corner, order = draw.uniform(40, 120), draw.uniform(1, 1.4)
    return _unit(_coloured(draw, samples, sample_rate_hz, lambda hz: np.maximum(hz / corner, 1) ** -order * np.minimum(hz / 25, 1)))


def hum(draw: np.random.Generator, samples: int, sample_rate_hz: int) -> Float[Tensor, " time"]:
    """Mains hum: 50 or 60 Hz with harmonics of random strength, and a little hiss."""
    mains = draw.choice((50.0, 60.0)) * draw.uniform(0.998, 1.002)
    harmonics = int(min(40, 0.45 * sample_rate_hz / mains))
    tone = _periodic(draw, harmonics, mains * np.arange(samples) / sample_rate_hz)
    return _unit(tone + 0.05 * draw.standard_normal(samples, dtype=np.float32))


def wind(draw: np.random.Generator, samples: int, sample_rate_hz: int) -> Float[Tensor, " time"]:
    """Wind on a microphone: low frequencies, in gusts."""
    corner = draw.uniform(60, 250)
    steady = _coloured(draw, samples, sample_rate_hz, lambda hz: 1 / (1 + (hz / corner) ** 1.5))
    return _unit(steady * np.exp(0.8 * _slow(draw, samples, sample_rate_hz, per_second=2.5)))


def clicks(draw: np.random.Generator, samples: int, sample_rate_hz: int) -> Float[Tensor, " time"]:
    """Crackle of a bad contact or an old record: 10 to 60 impulses a second, each of which rings, over a faint hiss."""
    impulses = _events(draw, samples, sample_rate_hz, per_second=draw.uniform(10, 60)) * draw.standard_normal(samples, dtype=np.float32)
    ringing = _resonated(impulses, sample_rate_hz, hz=draw.uniform(800, 4000), decay_seconds=0.0008)
    return _unit(ringing + 0.02 * draw.standard_normal(samples, dtype=np.float32))


def rain(draw: np.random.Generator, samples: int, sample_rate_hz: int) -> Float[Tensor, " time"]:
    """Rain on a window: some hundred drops a second, each a short burst at a few kilohertz, over a hiss of distant ones."""
    drops = _events(draw, samples, sample_rate_hz, per_second=draw.uniform(150, 500)) * draw.exponential(size=samples)
    near = _resonated(drops, sample_rate_hz, hz=draw.uniform(1500, 6000), decay_seconds=0.002)
    far = _coloured(draw, samples, sample_rate_hz, lambda hz: np.minimum(hz / 2000, 1))
    return _unit(near / _rms(near) + draw.uniform(0.2, 0.6) * far / _rms(far))


def siren(draw: np.random.Generator, samples: int, sample_rate_hz: int) -> Float[Tensor, " time"]:
    """A tone with overtones that wails up and down between about 500 and 1500 Hz, over a street's murmur."""
    turn = draw.uniform(0.15, 3.0) * np.arange(samples) / sample_rate_hz + draw.random()
    hz = draw.uniform(500, 800) * 2 ** (0.6 + 0.6 * np.sin(2 * np.pi * turn))
    tone = _periodic(draw, max(int(0.45 * sample_rate_hz / hz.max()), 1), np.cumsum(hz) / sample_rate_hz)
    street = _coloured(draw, samples, sample_rate_hz, lambda hz: 1 / np.maximum(hz, 100))
    return _unit(tone / _rms(tone) + draw.uniform(0.1, 0.4) * street / _rms(street))


def machinery(draw: np.random.Generator, samples: int, sample_rate_hz: int) -> Float[Tensor, " time"]:
    """A machine at work: a band of noise that is modulated 5 to 25 times a second, and a whine."""
    centre, width = draw.uniform(400, 2500), draw.uniform(0.3, 0.9)
    band = _coloured(draw, samples, sample_rate_hz, lambda hz: np.exp(-((np.log(hz / centre) / width) ** 2)))
    strokes = draw.uniform(5, 25) * np.arange(samples) / sample_rate_hz + draw.random()
    whine = np.sin(2 * np.pi * (draw.uniform(300, 1200) * np.arange(samples) / sample_rate_hz + draw.random()))
    return _unit(band / _rms(band) * (1 + draw.uniform(0.5, 0.95) * np.sin(2 * np.pi * strokes)) + draw.uniform(0.1, 0.5) * whine)


def typing(draw: np.random.Generator, samples: int, sample_rate_hz: int) -> Float[Tensor, " time"]:
    """A keyboard: 5 to 12 strokes a second, each a burst of noise that dies away within some 20 ms, in a quiet room."""
    strokes = _events(draw, samples, sample_rate_hz, per_second=draw.uniform(5, 12)) * draw.uniform(0.4, 1.0, samples)
    dying = lfilter([1.0], [1.0, -np.exp(-1 / (draw.uniform(0.004, 0.01) * sample_rate_hz))], strokes)
    clatter = _coloured(draw, samples, sample_rate_hz, lambda hz: (hz / 1500) / (1 + (hz / 1500) ** 2))
    room = _coloured(draw, samples, sample_rate_hz, lambda hz: 1 / np.maximum(hz, 60))
    keys = clatter * dying
    return _unit(keys / _rms(keys) + 0.15 * room / _rms(room))


def surf(draw: np.random.Generator, samples: int, sample_rate_hz: int) -> Float[Tensor, " time"]:
    """Waves on a beach: broad noise that swells every few seconds and is brighter the louder it is."""
    swell = np.exp(0.9 * _slow(draw, samples, sample_rate_hz, per_second=0.4))
    deep = _coloured(draw, samples, sample_rate_hz, lambda hz: 1 / (1 + hz / 300))
    bright = _coloured(draw, samples, sample_rate_hz, lambda hz: (hz / 1000) / (1 + (hz / 2500) ** 2))
    return _unit(swell * (deep / _rms(deep) + 0.5 * swell * bright / _rms(bright)))


def babble(waves: Sequence[Float[Tensor, " _"]], waves_hz: int, *, talkers: int = 6) -> Noise:
    """A noise of people who talk at once: `talkers` places of the given recordings, laid over each other at equal levels, in a quiet hall.

    Raises `DataError` if there is no sound in the recordings, and the noise does if it is asked for at another rate than `waves_hz`.
    """
    sounding = [wave.numpy() for wave in waves if wave.any()]
    if not sounding:
        raise DataError("Babble needs recordings of voices, and those given are silent, or none.")
    voices = np.concatenate([wave / _rms(wave) for wave in sounding])

    def talk(draw: np.random.Generator, samples: int, sample_rate_hz: int) -> Float[Tensor, " time"]:
        if sample_rate_hz != waves_hz:
            raise DataError(f"Babble was made from voices at {waves_hz} Hz, and {sample_rate_hz} Hz are asked for: resample the voices.")
        starts = draw.integers(len(voices), size=talkers)
        hall = 1e-3 * draw.standard_normal(samples, dtype=np.float32)
        return _unit(sum((voices.take(np.arange(start, start + samples), mode="wrap") for start in starts), start=hall))

    return talk


TRAINING_NOISES: Mapping[str, Noise] = MappingProxyType(
    {"speech-shaped": speech_shaped, "white": white, "pink": pink, "rumble": rumble, "hum": hum, "wind": wind, "clicks": clicks}
)

TEST_NOISES: Mapping[str, Noise] = MappingProxyType({"rain": rain, "siren": siren, "machinery": machinery, "typing": typing, "surf": surf})


def _coloured(draw: np.random.Generator, samples: int, sample_rate_hz: int, gain: Callable[[Samples], Samples]) -> Samples:
    """Gaussian noise whose amplitude at a frequency (Hz, above zero) is `gain` of it."""
    length = 1 << max(samples - 1, 255).bit_length()
    hz = np.arange(1, length // 2 + 1, dtype=np.float32) * np.float32(sample_rate_hz / length)
    parts = draw.standard_normal((2, len(hz)), dtype=np.float32)
    spectrum = np.zeros(len(hz) + 1, dtype=np.complex64)
    spectrum[1:] = (parts[0] + 1j * parts[1]) * gain(hz)
    return np.fft.irfft(spectrum, length)[:samples] * np.float32(length**0.5)


def _slow(draw: np.random.Generator, samples: int, sample_rate_hz: int, *, per_second: float) -> Samples:
    """Gaussian numbers, `per_second` of them a second, joined by straight lines."""
    positions = np.arange(samples) * (per_second / sample_rate_hz) + draw.random()
    knots = draw.standard_normal(int(positions[-1]) + 2)
    return np.interp(positions, np.arange(len(knots)), knots)


def _events(draw: np.random.Generator, samples: int, sample_rate_hz: int, *, per_second: float) -> Samples:
    """Ones at random moments, at least one of them, and zeros between."""
    count = max(int(draw.poisson(per_second * samples / sample_rate_hz)), 1)
    ones = np.zeros(samples)
    ones[draw.integers(samples, size=count)] = 1
    return ones


def _resonated(wave: Samples, sample_rate_hz: int, *, hz: float, decay_seconds: float) -> Samples:
    """The wave through a resonance at `hz` whose ringing falls by a factor of e in `decay_seconds`."""
    radius, angle = np.exp(-1 / (decay_seconds * sample_rate_hz)), 2 * np.pi * min(hz / sample_rate_hz, 0.45)
    return np.asarray(lfilter([1.0], [1.0, -2 * radius * np.cos(angle), radius**2], wave))


def _periodic(draw: np.random.Generator, harmonics: int, cycles: Samples) -> Samples:
    """A wave with so many harmonics, of random strengths (falling on the whole) and phases, after so many cycles."""
    spectrum = np.zeros(TABLE // 2 + 1, dtype=complex)
    order = np.arange(1, harmonics + 1)
    spectrum[1 : harmonics + 1] = draw.exponential(size=harmonics) / order * np.exp(2j * np.pi * draw.random(harmonics))
    return np.fft.irfft(spectrum, TABLE)[(cycles * TABLE).astype(np.int64) % TABLE] * TABLE


def _rms(wave: Samples) -> np.floating:
    return np.sqrt(np.square(wave, dtype=np.float64).mean())


def _unit(wave: Samples) -> Float[Tensor, " time"]:
    return torch.from_numpy((wave / _rms(wave)).astype(np.float32))
