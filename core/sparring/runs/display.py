"""What a person sees while it trains: a bar on a terminal, a line every few seconds elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from datetime import timedelta

from tqdm import tqdm

SECONDS_BETWEEN_LINES = 5.0
QUIET = ("/lr", "/gradient-norm")


class Display:
    """Shows step, samples per second, time left and losses. `shown=False` (on all processes but the first) shows nothing."""

    def __init__(self, *, steps: int, start: int, samples_per_step: int, shown: bool = True) -> None:
        self.steps, self.start, self.samples_per_step, self.shown = steps, start, samples_per_step, shown
        self.losses = ""
        self._began = self._last_line = time.monotonic()
        live = shown and sys.stderr.isatty()
        bar = "{percentage:3.0f} % {bar} step {n_fmt}/{total_fmt} · {elapsed} < {remaining}{postfix}"
        self._bar = tqdm(total=steps, initial=start, bar_format=bar, dynamic_ncols=True, smoothing=0.05) if live else None

    def played(self, step: int) -> None:
        """Another step is behind."""
        if self._bar is not None:
            self._bar.set_postfix_str(f"{self._rate(step):.0f} samples/s{self.losses}", refresh=False)
            self._bar.update(step - self._bar.n)
        elif self.shown and (time.monotonic() - self._last_line > SECONDS_BETWEEN_LINES or step == self.steps):
            self._last_line = time.monotonic()
            left = (self.steps - step) * self.samples_per_step / max(self._rate(step), 1e-9)
            self.say(f"step {step}/{self.steps} · {self._rate(step):.0f} samples/s · {timedelta(seconds=round(left))} left{self.losses}")

    def measured(self, metrics: Mapping[str, float]) -> None:
        """New means of the terms."""
        self.losses = "".join(f" · {name} {value:.3g}" for name, value in metrics.items() if not name.endswith(QUIET))

    def say(self, text: str) -> None:
        """A line that stays, above the bar."""
        if self.shown:
            tqdm.write(text, file=sys.stdout) if self._bar is not None else print(text, flush=True)

    def close(self) -> None:
        if self._bar is not None:
            self._bar.close()

    def _rate(self, step: int) -> float:
        return (step - self.start) * self.samples_per_step / max(time.monotonic() - self._began, 1e-9)
