"""Adaptive augmentation (ADA): as much augmentation as keeps a discriminator from learning its data by heart."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from sparring import View, global_mean, world_size
from sparring_objectives.transforms import COLOUR, GEOMETRIC, Images, Transform, Transforms


class AdaptiveAugment(View):
    """Transforms images, each with a probability that follows how sure the discriminator is of real ones (Karras et al. 2020, section 3).

    How often real scores are positive beyond negative, E[sign D(x)], is to be `target`: after every `every` turns of the discriminator the
    probability goes up or down, by 1 in `speed` samples. `fixed` is a probability that follows nothing; it rises to that within the
    first `rise` samples, along half a cosine (R3GAN). Only for losses whose scores are positive for real.

    The default `policy` is the paper's `bgc`: all but `cutout`. Unlike the authors' code, images are interpolated bilinearly, without
    their wavelet filter. With one channel hue and saturation change nothing.
    """

    def __init__(
        self,
        *,
        policy: tuple[Transform, ...] = (*GEOMETRIC, *COLOUR),
        target: float = 0.6,
        every: int = 4,
        speed: int = 500_000,
        fixed: float | None = None,
        rise: int = 0,
    ) -> None:
        super().__init__()
        if not policy or len(set(policy)) < len(policy):
            raise ValueError(f"policy is {list(policy)}, but it names every transform at most once, and one at least")
        if fixed is not None and not 0 <= fixed <= 1:
            raise ValueError(f"fixed is {fixed}, but it is a probability, from 0 to 1; leave it out for one that adapts")
        if rise and fixed is None:
            raise ValueError("rise is the way to a probability that is `fixed`: give both, or neither")
        if every < 1 or speed < 1 or rise < 0:
            raise ValueError(f"every is {every}, speed {speed} and rise {rise}, but the first two are at least 1, the last 0")
        self.policy, self.target, self.every, self.speed, self.fixed, self.rise = policy, target, every, speed, fixed, rise
        self.batch = 0
        self.probability: Tensor
        self.sign: Tensor
        self.turns: Tensor
        self.samples: Tensor
        for name in ("probability", "sign", "turns", "samples"):
            self.register_buffer(name, torch.zeros(()))

    def forward(self, judged: Images, noise: Any, progress: Any) -> Images:
        self.batch = len(judged) * world_size()
        if self.fixed is not None:
            self.probability.fill_(self.fixed * _risen(progress.samples / self.rise if self.rise else 1.0))
        transforms = Transforms(self.policy, self.probability, noise)
        with torch.autocast(judged.device.type, enabled=False):  # bfloat16 has no room for the places of pixels
            seen = judged.to(torch.promote_types(judged.dtype, torch.float32))
            if not set(GEOMETRIC).isdisjoint(self.policy):
                seen = transforms.moved(seen)
            if not set(COLOUR).isdisjoint(self.policy):
                seen = transforms.coloured(seen)
            return transforms.cut_out(seen) if "cutout" in self.policy else seen

    @torch.no_grad()
    def observe(self, real: Tensor) -> None:
        """Steps towards the target once enough turns have been seen; never waits for the device."""
        if self.fixed is not None:
            return
        self.sign += global_mean(real.sign().mean())
        self.turns += 1
        self.samples += self.batch
        due = self.turns >= self.every
        step = (self.sign / self.turns - self.target).sign() * self.samples / self.speed
        self.probability.copy_(torch.where(due, (self.probability + step).clamp(0, 1), self.probability))
        for sum in (self.sign, self.turns, self.samples):
            sum *= ~due

    def measure(self) -> Mapping[str, Tensor]:
        return {"probability": self.probability.clone()}


def _risen(share: float) -> float:
    """Half a cosine from 0 to 1."""
    return (1 - math.cos(math.pi * min(share, 1.0))) / 2
