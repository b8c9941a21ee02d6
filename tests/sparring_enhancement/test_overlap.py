"""Chunks and their overlaps leave no trace in the signal."""

from __future__ import annotations

import itertools

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from sparring_enhancement.overlap import Overlap


def through(overlap: Overlap, wave: Tensor, *, generate=lambda rows: rows, batch_size: int = 4, block: int = 50) -> Tensor:
    return torch.cat(list(overlap.through(generate, wave.split(block, dim=-1), batch_size=batch_size)), dim=-1)


@pytest.mark.parametrize("overlap_samples", [0, 1, 7, 32, 51])
def test_what_is_not_changed_comes_back_whole(overlap_samples: int) -> None:
    overlap = Overlap(chunk_samples=64, overlap_samples=overlap_samples)

    for samples, channels, batch_size, block in itertools.product((1, 5, 63, 64, 65, 128, 500), (1, 3), (1, 8), (7, 64, 500)):
        wave = torch.randn(channels, samples)
        assert torch.allclose(through(overlap, wave, batch_size=batch_size, block=block), wave, atol=1e-6)


def test_neither_blocks_nor_batches_change_what_is_generated() -> None:
    torch.manual_seed(0)
    layer = nn.Conv1d(1, 1, 31, padding=15).requires_grad_(False)
    wave, overlap = torch.randn(2, 1000), Overlap(chunk_samples=128, overlap_samples=64)

    whole = through(overlap, wave, generate=layer, block=1000, batch_size=1)

    for block, batch_size in ((1, 1), (13, 5), (128, 64)):
        assert torch.allclose(through(overlap, wave, generate=layer, block=block, batch_size=batch_size), whole, atol=1e-6)


def test_no_seam_is_heard_if_the_context_covers_what_a_sample_depends_on() -> None:
    torch.manual_seed(0)
    layer = nn.Conv1d(1, 1, 31, padding=15).requires_grad_(False)
    wave, overlap = torch.randn(1, 1000), Overlap(chunk_samples=128, overlap_samples=64)

    assert overlap.context_samples >= 15
    assert torch.allclose(through(overlap, wave, generate=layer), layer(wave), atol=1e-6)


def test_chunks_side_by_side_leave_the_seams_that_the_overlap_removes() -> None:
    torch.manual_seed(0)
    layer = nn.Conv1d(1, 1, 31, padding=15).requires_grad_(False)
    wave = torch.randn(1, 1000)

    published = through(Overlap(chunk_samples=128, overlap_samples=0), wave, generate=layer)

    assert not torch.allclose(published, layer(wave), atol=1e-2)


def test_a_signal_that_comes_later_by_whole_steps_of_the_network_is_generated_alike() -> None:
    torch.manual_seed(0)
    down, up = nn.Conv1d(1, 4, 8, 4, padding=2).requires_grad_(False), nn.ConvTranspose1d(4, 1, 8, 4, padding=2).requires_grad_(False)
    wave, overlap = torch.randn(1, 1000), Overlap(chunk_samples=128, overlap_samples=64)

    plain = through(overlap, wave, generate=lambda rows: up(down(rows).tanh()))
    later = through(overlap, functional.pad(wave, (20, 0)), generate=lambda rows: up(down(rows).tanh()))

    assert torch.allclose(later[:, 20 + 16 :], plain[:, 16:], atol=1e-6)


def test_an_empty_stream_stays_empty() -> None:
    assert list(Overlap(chunk_samples=64, overlap_samples=32).through(lambda rows: rows, [], batch_size=2)) == []


@pytest.mark.parametrize("overlap_samples", [-1, 52])
def test_an_overlap_that_leaves_no_middle_is_refused(overlap_samples: int) -> None:
    with pytest.raises(ValueError, match=f"an overlap of {overlap_samples} samples does not fit chunks of 64: give one from 0 to 51"):
        Overlap(chunk_samples=64, overlap_samples=overlap_samples)
