"""The characters that a text encoder reads: 70 symbols, as numbers."""

from __future__ import annotations

import unicodedata

import torch
from jaxtyping import Int
from torch import Tensor

# As in the authors' code, where '-' stands twice: it has the second place, and the first one is never seen.
ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789-,;.!?:'\"/\\|_@#$%^&*~`+-=<>()[]{} "
NUMBERS = {symbol: number for number, symbol in enumerate(ALPHABET, start=1)}
LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz")
# What people's keyboards make of the alphabet's own marks.
PLAIN = str.maketrans("\u2018\u2019\u201a\u201c\u201d\u201e\u00ab\u00bb\u2010\u2011\u2012\u2013\u2014\u2212", '\'\'\'"""""------')
CHARACTERS = 201  # of a caption, as published
NAMED = 8


def tokens(caption: str, characters: int = CHARACTERS) -> Int[Tensor, " characters"]:
    """The first `characters` characters as numbers, int64: 1 to 70 by the alphabet, 0 for others and after the end.

    Before, the caption is `spelled` as the alphabet allows. Source: Reed et al. 2016 (arXiv 1605.05395) and its code, which differ in
    nothing for plain lower-case English.
    """
    numbers = [NUMBERS.get(symbol, 0) for symbol in spelled(caption)[:characters]]
    return torch.tensor(numbers + [0] * (characters - len(numbers)), dtype=torch.int64)


def spelled(caption: str) -> str:
    """The caption in lower case, without accents ('é' is 'e', 'ß' is 'ss') or invisible characters, with plain quotation marks and dashes,
    and one space for any white space between words."""
    plain = unicodedata.normalize("NFKD", caption.translate(PLAIN)).casefold()
    seen = (symbol for symbol in unicodedata.normalize("NFKD", plain) if unicodedata.category(symbol) not in ("Mn", "Cf"))
    return " ".join("".join(seen).split())


def unread(caption: str, characters: int = CHARACTERS) -> str:
    """What `tokens` leaves out, for people: "only the first 201 of 2,904 characters are read"; "" if it is nothing."""
    plain = spelled(caption)
    said = [f"only the first {characters:,} of {len(plain):,} characters are read"] if len(plain) > characters else []
    strange = list(dict.fromkeys(symbol for symbol in plain[:characters] if symbol not in NUMBERS))
    if strange:
        more = f" and {len(strange) - NAMED} more" if len(strange) > NAMED else ""
        named = ", ".join(repr(symbol) for symbol in strange[:NAMED])
        said.append(f"{named}{more} {'is no character' if len(strange) == 1 else 'are no characters'} that the encoder knows")
    return "; ".join(said)


def refuses(caption: str, characters: int = CHARACTERS) -> str:
    """Why nothing can be made of the caption, for people; "" if something can."""
    plain = spelled(caption)
    if not plain:
        return "it is empty"
    if not LETTERS.intersection(plain[:characters]):
        return "it has no letter that the encoder knows: write it in English"
    return ""
