"""The views of a game: what discriminators see of the samples that they judge."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn

from sparring.objective import View
from sparring.play.noise import Noise
from sparring.play.progress import Progress


class Views(nn.Module):
    """Views by name, one after the other."""

    def __init__(self, views: Mapping[str, View]) -> None:
        super().__init__()
        self.views = nn.ModuleDict(views)

    def forward(self, judged: Tensor, noise: Noise, progress: Progress) -> Tensor:
        for view in self.views.values():
            judged = view(judged, noise, progress)
        return judged

    @torch.no_grad()
    def observe(self, real: Sequence[Tensor]) -> None:
        """Tell every view the scores of the real in one turn of a discriminator."""
        if real and len(self.views):
            scores = torch.cat([score.detach().flatten() for score in real])
            for view in self.views.values():
                view.observe(scores)  # type: ignore[operator]

    def measure(self) -> dict[str, Tensor]:
        """What the logs say, as `VIEW/WHAT`."""
        return {f"{name}/{what}": value for name, view in self.views.items() for what, value in view.measure().items()}  # type: ignore[operator]
