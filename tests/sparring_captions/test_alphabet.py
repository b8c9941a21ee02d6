"""What a character encoder sees of a caption, and what it says of the rest."""

from __future__ import annotations

import pytest

from sparring_captions.alphabet import ALPHABET, refuses, spelled, tokens, unread


def test_the_alphabet_has_seventy_symbols_and_the_dash_its_second_place() -> None:
    assert len(ALPHABET) == 70
    assert tokens("ab9-+ ]", characters=9).tolist() == [1, 2, 36, 60, 59, 70, 67, 0, 0]


def test_a_caption_is_cut_or_filled_up_to_the_length_that_is_asked_for() -> None:
    assert tokens("abc", characters=2).tolist() == [1, 2]
    assert tokens("a" * 500).tolist() == [1] * 201
    assert tokens("").tolist() == [0] * 201


@pytest.mark.parametrize(
    ("caption", "read"),
    [
        ("A Red  Circle\n", "a red circle"),
        ("Écru", "ecru"),
        ("it\u2019s \u201cmint\u201d \u2014 or\u00a0not", 'it\'s "mint" - or not'),
        ("\ufeffred\u200b\u00ad", "red"),
        ("wei\u00df, ﬁne, Ａ, \u0130", "weiss, fine, a, i"),
    ],
)
def test_what_keyboards_and_languages_do_to_plain_letters_is_undone(caption: str, read: str) -> None:
    assert spelled(caption) == read
    assert unread(caption) == ""


@pytest.mark.parametrize(
    ("caption", "said"),
    [
        ("a" * 2904, "only the first 201 of 2,904 characters are read"),
        ("red жд ж", "'ж', 'д' are no characters that the encoder knows"),
        ("red €", "'€' is no character that the encoder knows"),
        ("абвгдежзклм red", "'а', 'б', 'в', 'г', 'д', 'е', 'ж', 'з' and 3 more are no characters that the encoder knows"),
        ("é" * 201 + "ж", "only the first 201 of 202 characters are read"),
        ("ж" + "a" * 201, "only the first 201 of 202 characters are read; 'ж' is no character that the encoder knows"),
    ],
)
def test_what_is_not_read_is_said(caption: str, said: str) -> None:
    assert unread(caption) == said


@pytest.mark.parametrize(
    ("caption", "why"),
    [
        ("", "it is empty"),
        (" \n\u200b", "it is empty"),
        ("12, 34!", "it has no letter that the encoder knows: write it in English"),
        ("красный круг", "it has no letter that the encoder knows: write it in English"),
        ("1" * 201 + " red", "it has no letter that the encoder knows: write it in English"),
        ("x", ""),
    ],
)
def test_a_caption_without_anything_to_draw_is_refused(caption: str, why: str) -> None:
    assert refuses(caption) == why
