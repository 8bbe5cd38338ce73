"""The container of binary Office files (OLE2 compound file, [MS-CFB]): names and bytes of its streams.

Here stands only the container: which streams there are and what bytes they hold. What is inside a workbook's stream
is in `sources.readers.biff`; what makes a container dangerous is in `sources.door`.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from functools import cached_property

from sources.errors import Exit, FtaError

SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_END = 0xFFFFFFFA  # sector numbers from here on mean: end of chain, free, or part of the table itself
_HEADER = 512


def _broken(message: str) -> FtaError:
    return FtaError(
        "document_unreadable",
        f"The binary Office file is damaged: {message}.",
        remedy="Ask for the file again, or open it and save it as .xlsx.",
        exit_code=Exit.DOCUMENT,
    )


@dataclass(frozen=True)
class CompoundFile:
    """An OLE2 file in memory.

    Raises:
        FtaError: `document_unreadable` where the container's own tables do not hold together.
    """

    data: bytes

    def __post_init__(self) -> None:
        if len(self.data) < _HEADER or not self.data.startswith(SIGNATURE):
            raise _broken("it does not begin as a compound file does")
        if self._sector_size not in (512, 4096):
            raise _broken(f"its sectors are said to be {self._sector_size} bytes long")

    @property
    def _sector_size(self) -> int:
        shift = self._u16(30)
        return 1 << shift if shift < 16 else 0

    def _u16(self, at: int) -> int:
        return int.from_bytes(self.data[at : at + 2], "little")

    def _u32(self, at: int) -> int:
        return int.from_bytes(self.data[at : at + 4], "little")

    def _sector(self, number: int) -> bytes:
        start = (number + 1) * self._sector_size
        if start >= len(self.data):
            raise _broken(f"sector {number} lies outside the file")
        return self.data[start : start + self._sector_size]

    @cached_property
    def _fat(self) -> tuple[int, ...]:
        sectors = [self._u32(76 + 4 * i) for i in range(min(109, self._u32(44)))]
        following, seen = self._u32(68), set[int]()
        while following < _END:
            if following in seen:
                raise _broken("its list of sectors runs in a circle")
            seen.add(following)
            block = self._sector(following)
            numbers = struct.unpack(f"<{len(block) // 4}I", block[: len(block) // 4 * 4])
            sectors += [number for number in numbers[:-1] if number < _END]
            following = numbers[-1]
        table: list[int] = []
        for number in sectors:
            if number < _END:
                block = self._sector(number)
                table += struct.unpack(f"<{len(block) // 4}I", block[: len(block) // 4 * 4])
        return tuple(table)

    def _chain(self, first: int, table: tuple[int, ...]) -> list[int]:
        chain: list[int] = []
        while first < _END:
            if first >= len(table) or len(chain) > len(table):
                raise _broken("a chain of sectors does not end")
            chain.append(first)
            first = table[first]
        return chain

    def _long(self, first: int) -> bytes:
        return b"".join(self._sector(number) for number in self._chain(first, self._fat))

    @cached_property
    def _entries(self) -> dict[str, tuple[int, int, int]]:
        directory = self._long(self._u32(48))
        entries: dict[str, tuple[int, int, int]] = {}
        for at in range(0, len(directory) - 127, 128):
            kind, length = directory[at + 66], int.from_bytes(directory[at + 64 : at + 66], "little")
            if kind not in (1, 2, 5) or not 2 <= length <= 64:
                continue
            name = directory[at : at + length - 2].decode("utf-16-le", "replace")
            first, size = struct.unpack_from("<II", directory, at + 116)
            entries.setdefault(name, (kind, first, size))
        return entries

    @property
    def names(self) -> tuple[str, ...]:
        """Names of all storages and streams, whatever their level."""
        return tuple(self._entries)

    @property
    def streams(self) -> tuple[str, ...]:
        """Names of the streams alone."""
        return tuple(name for name, (kind, _, _) in self._entries.items() if kind == 2)

    @cached_property
    def _short_stream(self) -> tuple[bytes, tuple[int, ...]]:
        root = next((entry for entry in self._entries.values() if entry[0] == 5), None)
        first_table = self._u32(60)
        if root is None or first_table >= _END:
            return b"", ()
        table = self._long(first_table)
        return self._long(root[1]), struct.unpack(f"<{len(table) // 4}I", table[: len(table) // 4 * 4])

    def stream(self, name: str) -> bytes:
        """Bytes of a stream.

        Raises:
            KeyError: there is no stream of that name.
            FtaError: `document_unreadable`.
        """
        kind, first, size = self._entries[name]
        if kind != 2:
            raise KeyError(name)
        if size >= self._u32(56):
            return self._long(first)[:size]
        whole, table = self._short_stream
        return b"".join(whole[64 * number : 64 * number + 64] for number in self._chain(first, table))[:size]

    def check(self) -> None:
        """Follow every chain of sectors to its end; a library that reads a chain in a circle would never return.

        Raises:
            FtaError: `document_unreadable`.
        """
        for name in self.streams:
            self.stream(name)
