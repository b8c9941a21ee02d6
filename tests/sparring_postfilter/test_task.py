"""The task: what the generator hears, and what is judged."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from sparring_postfilter.task import PostFiltering


class Sum(nn.Module):
    def forward(self, synthetic: Tensor, noise: Tensor) -> Tensor:
        return synthetic + noise


class Mean(nn.Module):
    def forward(self, features: Tensor) -> Tensor:
        return features.mean(dim=(1, 2))


class Ones:
    """Draws that are all one, for a batch of three."""

    def normal(self, *shape: int) -> Tensor:
        return torch.ones(3, *shape)


def test_noise_has_the_shape_of_the_features_and_reaches_the_generator() -> None:
    task, synthetic = PostFiltering(), torch.randn(3, 24, 40)

    texture = task.texture(Ones(), synthetic)
    filtered = task.filtered(Sum(), synthetic, texture)

    assert torch.equal(texture, torch.ones(3, 24, 40))
    assert torch.equal(filtered, synthetic + 1)


def test_natural_and_filtered_features_are_judged_each_by_itself() -> None:
    task, natural, filtered = PostFiltering(), torch.randn(3, 24, 40), torch.randn(3, 24, 40)

    scores = task.natural_score(Mean(), natural), task.filtered_score(Mean(), filtered)

    assert torch.equal(torch.stack(scores), torch.stack([natural.mean(dim=(1, 2)), filtered.mean(dim=(1, 2))]))
    assert [(one.real, one.fake, one.judged) for one in task.contests] == [("natural_score", "filtered_score", ("natural", "filtered"))]
