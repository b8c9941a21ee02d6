"""Other sample rates, at once and in blocks."""

from __future__ import annotations

import math

import pytest
import torch

from sparring import DataError
from sparring_audio import StreamingResampler, resample


def test_equal_rates_give_the_wave_itself() -> None:
    wave = torch.randn(2, 100)

    assert resample(wave, 16_000, 16_000) is wave


def test_a_tone_keeps_its_pitch_and_level() -> None:
    seconds = torch.arange(48_000) / 48_000

    tone = resample(torch.sin(2 * math.pi * 1_000 * seconds)[None], 48_000, 16_000)

    expected = torch.sin(2 * math.pi * 1_000 * torch.arange(16_000) / 16_000)
    torch.testing.assert_close(tone[0, 100:-100], expected[100:-100], rtol=0, atol=2e-3)


@pytest.mark.parametrize(("from_hz", "to_hz"), [(48_000, 16_000), (44_100, 16_000), (16_000, 44_100), (8_000, 16_000), (16_000, 16_000)])
@pytest.mark.parametrize("block", [1, 37, 1_000, 4_096, 50_000])
def test_blocks_add_up_to_the_whole(from_hz: int, to_hz: int, block: int) -> None:
    wave = torch.randn(2, 20_011 if block > 1 else 301, generator=torch.Generator().manual_seed(0))
    stream = StreamingResampler(from_hz, to_hz)

    pieces = [*(stream.push(piece) for piece in wave.split(block, dim=1)), stream.finish()]

    torch.testing.assert_close(torch.cat(pieces, dim=1), resample(wave, from_hz, to_hz), rtol=0, atol=1e-6)


def test_a_stream_keeps_only_the_filters_reach() -> None:
    stream = StreamingResampler(44_100, 16_000)

    for _ in range(20):
        stream.push(torch.zeros(1, 10_000))

    assert stream._kept is not None
    assert stream._kept.shape[1] < 2_000


def test_rates_without_a_simple_ratio_are_refused() -> None:
    with pytest.raises(DataError, match=r"^44101 Hz cannot be brought to 16000 Hz"):
        resample(torch.zeros(1, 100), 44_101, 16_000)


def test_finishing_what_never_began_is_refused() -> None:
    with pytest.raises(DataError, match=r"^Nothing was pushed"):
        StreamingResampler(48_000, 16_000).finish()
