"""Whether a VBA project ([MS-OVBA]) holds any statement, or only the empty modules that office programs leave behind.

Nothing is run. Official workbooks come with empty projects (a module with `Option Explicit`), which are no danger; a
project in which anything else stands, or which cannot be read whole, counts as macros.
"""

from __future__ import annotations

import re

from sources.readers.ole import CompoundFile

_MODULE_LINE = re.compile(rb"^(Module|Class|BaseClass|Document)=", re.MULTILINE)
_IDLE_LINE = re.compile(rb"\s*(Attribute\s.*|Option\s+\w+(\s+\w+)?\s*|'.*)?")
_SOURCE_START = b"\x00Attribut"  # how the first line of every module's source looks when compressed
_MOST_SOURCE = 10_000_000


def holds_statements(container: CompoundFile) -> bool:
    """Whether any module of the project holds more than attributes, options and comments."""
    names = container.names
    declared = len(_MODULE_LINE.findall(container.stream("PROJECT"))) if "PROJECT" in names else 0
    sources = []
    for name in container.streams:
        content = container.stream(name)
        start = content.find(_SOURCE_START)
        if start >= 3 and content[start - 3] == 1:
            sources.append(_decompress(content[start - 3 :]))
    if not declared or len(sources) < declared:
        return True
    return any(not _IDLE_LINE.fullmatch(line) for source in sources for line in source.splitlines())


def _decompress(container: bytes) -> bytes:
    """The bytes of a CompressedContainer ([MS-OVBA] 2.4.1)."""
    out, at = bytearray(), 1
    while at + 2 <= len(container) and len(out) < _MOST_SOURCE:
        header = int.from_bytes(container[at : at + 2], "little")
        end = min(at + (header & 0xFFF) + 3, len(container))
        chunk = container[at + 2 : end]
        out += _decompress_chunk(chunk) if header >> 15 else chunk
        at = end
    return bytes(out)


def _decompress_chunk(chunk: bytes) -> bytes:
    out, at = bytearray(), 0
    while at < len(chunk):
        flags = chunk[at]
        at += 1
        for bit in range(8):
            if at >= len(chunk):
                break
            if not flags >> bit & 1:
                out.append(chunk[at])
                at += 1
                continue
            token = int.from_bytes(chunk[at : at + 2], "little")
            at += 2
            bits = max((len(out) - 1).bit_length(), 4)
            back = (token >> (16 - bits)) + 1
            if back > len(out):
                return bytes(out) + b"?"  # damaged: what cannot be read counts as a statement
            for _ in range((token & (0xFFFF >> bits)) + 3):
                out.append(out[-back])
    return bytes(out)
