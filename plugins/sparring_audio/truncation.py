"""Files that end before their own header says: libsndfile reads these without a word, as shorter recordings."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import BinaryIO

# A program that writes into a pipe cannot know the length beforehand and puts the largest number, or one near 2 GiB: no promise.
UNKNOWN = 0x7FFFF000

# A file of zeros after a RIFF header would otherwise be walked through chunk by empty chunk.
MOST_CHUNKS = 100

# RFC 3533, section 6: a header of 27 bytes, 255 lengths, 255 segments of 255 bytes; with room for a tag behind it.
LARGEST_PAGE = 27 + 255 + 255 * 255 + 1024


def missing_bytes(path: Path) -> int:
    """How many bytes are missing from the end of a WAV (also RIFX, RF64), AIFF, AU, W64 or Ogg file; 0 for whole or other files."""
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(24).ljust(24, b"\0")
        match head[:4]:
            case b"RIFF" | b"RF64":
                end = _end_of_data(file, "<", b"data")
            case b"RIFX":
                end = _end_of_data(file, ">", b"data")
            case b"FORM":
                end = _end_of_data(file, ">", b"SSND")
            case b".snd":
                start, length = struct.unpack(">II", head[4:12])
                end = start + length if length < UNKNOWN else 0
            case b"riff":
                (end,) = struct.unpack("<Q", head[16:24])
            case b"OggS":
                end = _end_of_ogg(file, size)
            case _:
                end = 0
    return max(end - size, 0)


def _end_of_data(file: BinaryIO, order: str, wanted: bytes) -> int:
    """Where the sample chunk of a file of chunks ends (RIFF, IFF: name, 32-bit length, content, padded to an even length).

    0 if the length is unknown, or if no such chunk is among the first ones.
    """
    at, long_length = 12, 0
    for _ in range(MOST_CHUNKS):
        file.seek(at)
        # Behind name and length: in RF64's first chunk, the 64-bit lengths of the file and of the samples.
        chunk = file.read(24)
        if len(chunk) < 8:
            break
        (length,) = struct.unpack(f"{order}I", chunk[4:8])
        if chunk[:4] == b"ds64" and len(chunk) == 24:
            (long_length,) = struct.unpack("<Q", chunk[16:24])
        if chunk[:4] == wanted:
            if length == 0xFFFFFFFF:
                return at + 8 + long_length if long_length else 0
            return at + 8 + length if length < UNKNOWN else 0
        at += 8 + length + length % 2
    return 0


def _end_of_ogg(file: BinaryIO, size: int) -> int:
    """Where the last page ends; beyond the file if that page does not say that it is the last (RFC 3533, section 6)."""
    start = max(size - LARGEST_PAGE, 0)
    file.seek(start)
    tail = file.read()
    at = tail.rfind(b"OggS")
    page = tail[at:]
    if at < 0 or len(page) < 27 or len(page) < 27 + page[26]:
        return size + 1
    end = start + at + 27 + page[26] + sum(page[27 : 27 + page[26]])
    return end if page[5] & 0x04 else max(end, size + 1)
