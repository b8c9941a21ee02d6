"""Pre-emphasis and its inverse."""

from __future__ import annotations

import torch

from sparring_audio import deemphasise, preemphasise


def test_the_first_sample_is_kept_and_the_others_lose_a_share_of_the_one_before() -> None:
    assert torch.equal(preemphasise(torch.tensor([1.0, 2.0, 4.0]), 0.5), torch.tensor([1.0, 1.5, 3.0]))


def test_deemphasis_inverts_preemphasis() -> None:
    wave = torch.randn(3, 2, 16_384, generator=torch.Generator().manual_seed(0))

    torch.testing.assert_close(deemphasise(preemphasise(wave, 0.95), 0.95), wave, rtol=0, atol=1e-5)


def test_blocks_with_a_carried_sample_equal_the_whole() -> None:
    wave = torch.randn(2, 10_000, generator=torch.Generator().manual_seed(0))
    lifted, restored = [], []

    before = None
    for block in wave.split(3_000, dim=1):
        lifted.append(preemphasise(block, 0.95, before=before))
        before = block[:, -1]
    before = None
    for block in lifted:
        restored.append(deemphasise(block, 0.95, before=before))
        before = restored[-1][:, -1]

    assert torch.equal(torch.cat(lifted, dim=1), preemphasise(wave, 0.95))
    torch.testing.assert_close(torch.cat(restored, dim=1), wave, rtol=0, atol=1e-5)
