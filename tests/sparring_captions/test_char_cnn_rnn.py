"""The char-CNN-RNN: its published sizes, and what its embeddings depend on."""

from __future__ import annotations

import pytest
import torch

from sparring_captions.char_cnn_rnn import CharCnnRnn


def small(characters: int = 60) -> CharCnnRnn:
    torch.manual_seed(0)
    return CharCnnRnn(characters=characters, widths=(8, 8, 8), width=6)


def test_the_published_sizes_have_eighteen_steps_and_1_8_million_parameters() -> None:
    encoder = CharCnnRnn()

    seen = encoder.convolutions(torch.zeros(1, 70, 201))

    convolutions = (70 * 4 * 384 + 384) + (384 * 4 * 512 + 512) + (512 * 4 * 256 + 256)
    recurrence, out = 2 * (256 * 256 + 256), 256 * 1024 + 1024
    assert seen.shape == (1, 256, 18)
    assert sum(part.numel() for part in encoder.parameters()) == convolutions + recurrence + out == 1_814_144


def test_unknown_characters_and_the_end_are_all_zeros() -> None:
    encoder = small()
    blank, known = encoder.encode(["жжж", "a"])

    with torch.no_grad():
        encoder.convolutions.get_parameter("0.weight").zero_()

    torch.testing.assert_close(encoder.encode(["жжж"])[0], blank)
    assert not torch.allclose(known, blank)


def test_an_embedding_depends_on_the_caption_and_neither_on_the_others_nor_on_the_mode() -> None:
    encoder = small()
    captions = [f"a {colour} ring number {number}" for number in range(33) for colour in ("red", "blue")]

    together = encoder.train().encode(captions)

    assert together.shape == (66, 6)
    assert not together.requires_grad
    torch.testing.assert_close(encoder.eval().encode(captions[65:]), together[65:])
    assert len(torch.unique(together, dim=0)) == 66
    assert encoder.encode([]).shape == (0, 6)


def test_what_is_encoded_is_what_is_learned() -> None:
    encoder = small()

    learned = encoder(encoder.tokens("A red ring")[None])

    torch.testing.assert_close(learned.detach(), encoder.encode(["a red ring"]))
    assert learned.requires_grad
    assert encoder.unread("a" * 61) == "only the first 60 of 61 characters are read"
    assert encoder.refuses("1" * 60 + "a") == "it has no letter that the encoder knows: write it in English"


def test_its_identity_changes_with_a_weight_and_a_size() -> None:
    encoder, longer = small(), small(characters=210)
    before = encoder.identity()

    assert small().identity() == before
    assert longer.identity() != before
    with torch.no_grad():
        encoder.out.bias[0] += 1e-3
    assert encoder.identity() != before


def test_sizes_that_leave_nothing_are_refused() -> None:
    assert CharCnnRnn(characters=48, widths=(2, 2, 2), width=2).encode(["a"]).shape == (1, 2)
    with pytest.raises(ValueError, match="47 characters are too few for three convolutions and two poolings: take 48 or more"):
        CharCnnRnn(characters=47)
    with pytest.raises(ValueError, match=r"widths of \[8, 0, 8\] and an embedding of 6 leave a layer empty: take 1 or more of each"):
        CharCnnRnn(widths=(8, 0, 8), width=6)
