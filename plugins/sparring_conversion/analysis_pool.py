"""WORLD analyses of many waves at once. Worker processes import this file, which imports neither torch nor the network code."""

from __future__ import annotations

import logging
import os
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing import get_context

import numpy as np
from jaxtyping import Float

from sparring import DataError
from sparring_audio import WorldSettings, analyse_world
from sparring_conversion.spectra import Spectra

# A speaker's pauses before and after a sentence tell nothing of the voice.
AUDIBLE = 1e-4  # of the energy of the loudest frame: -40 dB
SILENT = 1e-4  # a peak of -80 dB, which is the dither of 16 bits and not speech

FEWEST_FOR_A_POOL = 8
WAITING_PER_WORKER = 3

Analysed = tuple[np.ndarray, np.ndarray] | str

log = logging.getLogger("sparring")


@dataclass(frozen=True)
class Analyser:
    """From a wave to what is kept of it. Callable in any process."""

    settings: WorldSettings
    spectra: Spectra
    sample_rate_hz: int

    def __call__(self, wave: Float[np.ndarray, " time"]) -> Analysed:
        """Features (frames, dims) float32 and F0 (frames,) in Hz, from the first to the last frame that is less than 40 dB below the
        loudest one; no frames at all for silence; or a sentence on why WORLD cannot analyse the wave.
        """
        if np.abs(wave).max() < SILENT:
            return np.zeros((0, self.spectra.width), np.float32), np.zeros(0)
        try:
            analysis = analyse_world(wave, self.sample_rate_hz, settings=self.settings)
        except DataError as error:
            return str(error)
        audible = np.flatnonzero(analysis.energy > AUDIBLE * analysis.energy.max())
        spoken = slice(audible[0], audible[-1] + 1)
        return self.spectra.of(analysis)[spoken].astype(np.float32), analysis.f0[spoken]

    def key(self) -> str:
        """Everything that changes its result, as text for the name of a cache file."""
        spectra = f"{self.spectra.kind} {self.spectra.width}"
        return f"{self.settings.key()} {spectra} {self.sample_rate_hz} trimmed {AUDIBLE} {SILENT}"


def analyse_all(analyser: Analyser, waves: Iterable[Float[np.ndarray, " time"]], *, count: int, processes: int) -> Iterator[Analysed]:
    """The analyses of `count` waves, in their order; no more of them are read ahead than keeps the processes busy.

    Few waves are analysed in this process, which is quicker than starting others, and so are all where others die.
    """
    waves = iter(waves)
    waiting: deque[np.ndarray] = deque()
    if count >= FEWEST_FOR_A_POOL and processes > 1:
        results: deque[Future[Analysed]] = deque()
        try:
            with ProcessPoolExecutor(min(processes, count // 4), mp_context=get_context("spawn")) as pool:
                for wave in waves:
                    waiting.append(wave)
                    results.append(pool.submit(analyser, wave))
                    if len(results) >= WAITING_PER_WORKER * processes:
                        yield results.popleft().result()
                        waiting.popleft()
                while results:
                    yield results.popleft().result()
                    waiting.popleft()
        except BrokenProcessPool:
            log.warning("the processes that analyse voices died; this one goes on alone")
    yield from map(analyser, waiting)
    yield from map(analyser, waves)


def processors() -> int:
    """How many this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
