"""Frames and their overlap-add."""

from __future__ import annotations

import pytest
import torch

from sparring_audio import frame, overlap_add


def test_frames_are_views_and_leave_an_incomplete_tail_out() -> None:
    wave = torch.arange(10.0)

    frames = frame(wave, 4, 2)

    assert frames.tolist() == [[0, 1, 2, 3], [2, 3, 4, 5], [4, 5, 6, 7], [6, 7, 8, 9]]
    assert frames.untyped_storage().data_ptr() == wave.untyped_storage().data_ptr()
    assert frame(wave, 4, 4).shape == (2, 4)


def test_padding_puts_every_sample_into_a_frame() -> None:
    assert frame(torch.arange(1.0, 6.0), 4, 4, pad=True).tolist() == [[1, 2, 3, 4], [5, 0, 0, 0]]


def test_a_wave_shorter_than_a_frame_has_none_or_a_padded_one() -> None:
    assert frame(torch.ones(2, 3), 4, 2).shape == (2, 0, 4)
    assert frame(torch.ones(2, 3), 4, 2, pad=True).tolist() == [[[1, 1, 1, 0]]] * 2


@pytest.mark.parametrize(("length", "hop"), [(64, 64), (64, 32), (64, 48), (64, 16), (64, 17)])
@pytest.mark.parametrize("samples", [10, 64, 65, 1_000])
def test_overlap_add_inverts_padded_framing(length: int, hop: int, samples: int) -> None:
    wave = torch.randn(2, samples, generator=torch.Generator().manual_seed(0))

    again = overlap_add(frame(wave, length, hop, pad=True), hop, samples=samples)

    torch.testing.assert_close(again, wave, rtol=0, atol=1e-6)


def test_frames_fade_into_each_other() -> None:
    steps = torch.tensor([[0.0] * 8, [1.0] * 8])

    wave = overlap_add(steps, 4, samples=12)

    assert wave.tolist() == pytest.approx([0] * 4 + [0.2, 0.4, 0.6, 0.8] + [1] * 4)
