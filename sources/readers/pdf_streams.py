"""Whether the compressed streams of a PDF are whole: PDFium reads a damaged one as far as it goes, in silence.

Only the bytes are looked at, never what they mean; streams that are compressed in other ways have no checksum to hold.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np

_FILTERS = re.compile(rb"/Filter\s*(?:\[([^\]]*)\]|(/\w+))")
_NAME = re.compile(rb"/\w+")
_FLATE, _BASE85_FLATE = [b"/FlateDecode"], [b"/ASCII85Decode", b"/FlateDecode"]
_MOST = 1 << 20
_POWERS = np.array([85**4, 85**3, 85**2, 85, 1], np.uint64)


def damaged_streams(path: Path) -> tuple[int, int]:
    """How many streams fail their checksum or end before it, and how many were looked at."""
    damaged = seen = 0
    for filters, packed in _streams(path.read_bytes()):
        if filters in (_FLATE, _BASE85_FLATE):
            seen += 1
            damaged += not _is_whole(packed if filters == _FLATE else _from_base85(packed))
    return damaged, seen


def _streams(content: bytes) -> Iterator[tuple[list[bytes], bytes]]:
    """Each stream's filters and bytes."""
    at = content.find(b"stream")
    while at >= 0:
        end = content.find(b"endstream", at)
        end = end if end >= 0 else len(content)
        found = _FILTERS.search(content, max(content.rfind(b"obj", 0, at), 0), at)
        filters = _NAME.findall(found[1] or found[2] or b"") if found else []
        yield filters, content[at + len(b"stream") : end].removeprefix(b"\r").removeprefix(b"\n")
        at = content.find(b"stream", end + len(b"endstream"))


def _is_whole(packed: bytes) -> bool:
    """Whether the stream unpacks to its checksum; what it unpacks to is not kept, however large."""
    unpacker = zlib.decompressobj()
    try:
        unpacker.decompress(packed, _MOST)
        while unpacker.unconsumed_tail and not unpacker.eof:
            unpacker.decompress(unpacker.unconsumed_tail, _MOST)
    except zlib.error:
        return False
    return unpacker.eof


def _from_base85(text: bytes) -> bytes:
    """Bytes written as Adobe's base 85; a digit that is none spoils what it stands for, and so the checksum."""
    text = b"".join(text.partition(b"~")[0].split()).replace(b"z", b"!!!!!")
    short = -len(text) % 5
    digits = np.frombuffer(text + b"u" * short, np.uint8).astype(np.uint64) - np.uint64(33)
    words = (digits.reshape(-1, 5) * _POWERS).sum(axis=1).astype(">u4")
    packed: bytes = words.tobytes()
    return packed[: len(packed) - short]
