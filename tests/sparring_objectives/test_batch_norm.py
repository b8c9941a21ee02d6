"""Batch norm, plain and conditional: what torch computes, over the global batch."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from sparring_objectives.batch_norm import BatchNorm
from sparring_objectives.conditional_batch_norm import ConditionalBatchNorm


@pytest.mark.parametrize(("positions", "published"), [((), nn.BatchNorm1d), ((7,), nn.BatchNorm1d), ((5, 4), nn.BatchNorm2d)])
@pytest.mark.parametrize("affine", [True, False])
def test_batch_norm_is_torchs(positions: tuple[int, ...], published: type[nn.Module], affine: bool) -> None:
    norm, other = BatchNorm(3, affine=affine), published(3, affine=affine)
    batch = 5 + 2 * torch.randn(8, 3, *positions)

    torch.testing.assert_close(norm(batch), other(batch))
    assert norm.state_dict().keys() == other.state_dict().keys()
    for name, value in other.state_dict().items():
        torch.testing.assert_close(norm.state_dict()[name], value)
    torch.testing.assert_close(norm.eval()(batch), other.eval()(batch))


def test_batch_norm_refuses_what_has_no_channels() -> None:
    with pytest.raises(ValueError, match=r"batch norm takes \(batch, channels, ...\), not \(8,\)"):
        BatchNorm(3)(torch.randn(8))


def test_conditional_batch_norm_starts_as_the_plain_one() -> None:
    batch, label = torch.randn(8, 3, 5, 4), torch.randint(10, (8,))

    normalized = ConditionalBatchNorm(3, classes=10)(batch, label)

    torch.testing.assert_close(normalized, BatchNorm(3, eps=2e-5, affine=False)(batch))


def test_each_class_has_its_own_gain_and_bias() -> None:
    norm = ConditionalBatchNorm(3, classes=2).eval()
    nn.init.constant_(norm.gain.weight[1], 2.0)
    nn.init.constant_(norm.bias.weight[1], 7.0)
    batch = torch.ones(2, 3, 5)

    zero, one = norm(batch, torch.tensor([0, 1]))

    torch.testing.assert_close(zero, torch.ones(3, 5), atol=1e-4, rtol=0)
    torch.testing.assert_close(one, torch.full((3, 5), 9.0), atol=1e-4, rtol=0)
