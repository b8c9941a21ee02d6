"""Feature matching: the generator is to give a discriminator's features the mean that the data gives them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Literal

import torch
from torch import Tensor, nn

from sparring import Contest, RecipeError, Regularizer, Round, global_mean

HEADS = (nn.Linear, nn.Conv1d, nn.Conv2d, nn.Conv3d)


class FeatureMatching(Regularizer):
    """The difference between the mean features of the fake and of the real batch (Salimans et al. 2016, section 3.1); a generator's term.

    Features are the output of the module `layer` (a dotted name within the judging network), and without one what goes into the last linear
    or convolutional layer that is run. Means are over the global batch. The difference is averaged over the features: its square in the
    paper and the authors' MNIST code (there a sum), its absolute value in their CIFAR-10 code. The discriminator's noise stays on.
    """

    def __init__(self, *, difference: Literal["mean-square", "mean-absolute"] = "mean-square", layer: str | None = None) -> None:
        super().__init__()
        self.difference, self.layer = difference, layer

    def penalty(self, round: Round, contest: Contest) -> Tensor:
        real, fake = contest.judged
        with torch.no_grad():
            wanted = self._mean(round, contest, judged=real, score=contest.real)
        apart = self._mean(round, contest, judged=fake, score=contest.fake) - wanted
        return apart.square().mean() if self.difference == "mean-square" else apart.abs().mean()

    def _mean(self, round: Round, contest: Contest, *, judged: str, score: str) -> Tensor:
        with self._watched(round.judges(contest)) as seen:
            _ = round.replace(**{judged: round[judged]})[score]
        if not seen or not isinstance(seen[-1], Tensor):
            what = "no linear or convolutional layer is run" if self.layer is None else f"layer {self.layer!r} gives no tensor"
            raise RecipeError(f"feature-matching: {what} when {score!r} is computed; name a layer whose output is one tensor with `layer`")
        return global_mean(seen[-1].mean(dim=0))

    @contextmanager
    def _watched(self, judges: Mapping[str, nn.Module]) -> Iterator[list[Any]]:
        """What the layer gives while the judges are at work, in the order of time."""
        seen: list[Any] = []
        if self.layer is None:
            heads = [module for judge in judges.values() for module in judge.modules() if isinstance(module, HEADS)]
            hooks = [module.register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0])) for module in heads]
        else:
            layer = self._named(self.layer, judges)
            hooks = [layer.register_forward_hook(lambda _, inputs, output: seen.append(output))]
        try:
            yield seen
        finally:
            for hook in hooks:
                hook.remove()

    @staticmethod
    def _named(layer: str, judges: Mapping[str, nn.Module]) -> nn.Module:
        found = [dict(judge.named_modules()).get(layer) for judge in judges.values()]
        for module in found:
            if module is not None:
                return module
        there = "; ".join(f"{name!r} has {sorted(inner for inner, _ in judge.named_modules() if inner)}" for name, judge in judges.items())
        raise RecipeError(f"feature-matching: no judging network has a layer {layer!r}; {there}")
