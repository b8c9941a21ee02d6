"""Recordings in pieces: joined without seams, wherever blocks and channels end."""

from __future__ import annotations

import torch
from torch import Tensor

from sparring_audio import Pieces, in_pieces

RATE = 1000


def noise(seconds: float, *, channels: int = 1) -> Tensor:
    return torch.rand(channels, int(seconds * RATE), generator=torch.Generator().manual_seed(0)) - 0.5


def joined(wave: Tensor, *, block: int, convert=lambda piece, channel, start: piece) -> Tensor:
    return torch.cat(list(in_pieces(wave.split(block, dim=1), convert, sample_rate_hz=RATE)), dim=1)


def test_what_is_left_as_it_is_comes_back_bit_for_bit() -> None:
    for seconds in (0.001, 29.999, 30, 30.001, 100):
        wave = noise(seconds, channels=2)

        assert torch.equal(joined(wave, block=7001), wave), seconds


def test_pieces_last_half_a_minute_at_most_and_tell_where_they_begin() -> None:
    wave, pieces = noise(100), []

    def convert(piece: Tensor, channel: int, start: int) -> Tensor:
        pieces.append((start, piece))
        return piece

    joined(wave, block=7001, convert=convert)

    assert all(torch.equal(piece, wave[0, start : start + len(piece)]) for start, piece in pieces)
    assert all(5 * RATE <= len(piece) <= 30 * RATE for _, piece in pieces)
    assert 4 <= len(pieces) <= 6


def test_a_cut_lies_where_it_is_quietest() -> None:
    wave, cuts = noise(35), []
    wave[0, 21000:21050] = 0
    pieces = Pieces(lambda piece, start: cuts.append(start) or piece, sample_rate_hz=RATE)

    pieces.push(wave[0])
    pieces.finish()

    assert cuts[0] == 0
    assert 21000 <= cuts[1] + 20 <= 21050


def test_neighbours_fade_into_each_other() -> None:
    levels = iter((1.0, 2.0))
    wave = noise(35)

    made = joined(wave, block=35000, convert=lambda piece, channel, start: torch.full_like(piece, next(levels)))[0]

    steps = made.diff()
    assert made[0] == 1
    assert made[-1] == 2
    assert (steps >= 0).all()
    assert steps.max() < 0.05
    assert (steps > 0).sum() <= 41


def test_how_long_blocks_are_changes_nothing() -> None:
    wave = noise(75, channels=2)
    wave[1] = wave[1].flip(0)

    one, other = (joined(wave, block=block, convert=lambda piece, channel, start: piece * start) for block in (997, 65536))

    assert torch.equal(one, other)


def test_channels_are_cut_by_themselves() -> None:
    wave = noise(75, channels=2)

    both, alone = (joined(part, block=9973, convert=lambda piece, channel, start: piece * start) for part in (wave, wave[1:]))

    assert torch.equal(both[1:], alone)
    assert not torch.equal(both[:1], wave[:1])
