"""Instance noise: what is judged is blurred by noise until real and generated samples overlap."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from sparring import View


class InstanceNoise(View):
    """Adds normal noise of standard deviation `std`, falling linearly to nothing over `over` steps (Sønderby et al. 2017).

    Without `over` it falls over the whole run.
    """

    def __init__(self, *, std: float = 0.1, over: int | None = None) -> None:
        super().__init__()
        if std < 0 or (over is not None and over < 1):
            raise ValueError(f"std is {std} and over is {over}, but noise is at least 0 and falls over at least 1 step")
        self.std, self.over = std, over

    def forward(self, judged: Tensor, noise: Any, progress: Any) -> Tensor:
        std = self.std * (1 - min(progress.phase if self.over is None else progress.step / self.over, 1.0))
        return judged + std * noise.normal(*judged.shape[1:]) if std else judged
