"""Captions as people write and read them: in files, in messages, and in the names of folders."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from pathlib import Path

from sparring import DataError, whole_file

MOST_BYTES = 2**28
# Of a caption, so many characters stand in a message and in the name of a folder.
SHOWN = 60
SLUG = 24
ARTICLES = ("a", "an", "the")
ROWS = "captions.txt"


def read_captions(path: Path | str) -> list[str]:
    """The captions in a text file, one a line; blank lines are left out, and white space counts as one space.

    Raises `DataError`, naming the file, if it is missing, no text in UTF-8, without a caption, or larger than 256 MiB.
    """
    path = Path(path)
    try:
        if path.stat().st_size > MOST_BYTES:
            raise DataError(f"{path}: has more than {MOST_BYTES >> 20} MiB: split it")
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError:
        raise DataError(f"{path}: is no text in UTF-8: save it as such, with one caption a line") from None
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror}") from error
    captions = [tidy(line) for line in lines if line.strip()]
    if not captions:
        raise DataError(f"{path}: has no caption: write one a line")
    return captions


def write_rows(path: Path, rows: Iterable[tuple[str, str]]) -> Path:
    """Say what the rows of a picture are: a line for each, the first row first, with its name, a tab and its caption. Returns the path.

    Raises `DataError`, naming the file, if the disk refuses.
    """
    text = "".join(f"{name}\t{tidy(caption)}\n" for name, caption in rows)
    with whole_file(path) as draft:
        draft.write_text(text, encoding="utf-8", errors="replace")
    return path


def tidy(caption: str) -> str:
    """In one line: white space of any kind is one space, and at the ends it is none."""
    return " ".join(caption.split())


def shown(caption: str) -> str:
    """Its beginning in quotation marks, for messages."""
    return repr(caption if len(caption) <= SHOWN else f"{caption[: SHOWN - 1]}…")


def words(caption: str) -> list[str]:
    """Its words, in lower case and without digits: what an encoder has to have seen in training."""
    return re.findall(r"[^\W\d_]+", caption.lower())


def slug(caption: str) -> str:
    """The first words of a caption for the name of a folder: at most 24 of a-z, 0-9 and '-'; "" if nothing of it can be written so.

    A first article is left out. Different captions may have one slug.
    """
    plain = unicodedata.normalize("NFKD", caption).encode("ascii", "ignore").decode().lower()
    pieces = re.findall(r"[a-z0-9]+", plain)
    kept = pieces[1:] if len(pieces) > 1 and pieces[0] in ARTICLES else pieces
    return _first(kept)


def _first(pieces: Sequence[str]) -> str:
    """As many pieces as there is room for, and of the first one what there is room for."""
    joined = "-".join(pieces)
    if len(joined) <= SLUG:
        return joined
    return joined[: joined.rfind("-", 0, SLUG + 1)] if len(pieces[0]) <= SLUG else pieces[0][:SLUG]
