"""The keys of rows: how a `row_key` is made, and what it says of its row."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any

from warehouse.tables import TABLES, columns_of

_LETTERS = "abcdefghijklmnopqrstuvwxyz234567"
_TWO = [one + other for one in _LETTERS for other in _LETTERS]
"""Ten bits as two letters of base 32: half a million keys a second, where `base64.b32encode` gives sixty thousand."""


def row_key(table: str, row: Mapping[str, Any]) -> str:
    """The `row_key` of one row, from the natural key of its table."""
    return recipe(table)(row)


@cache
def recipe(table: str) -> Callable[[Mapping[str, Any]], str]:
    """How the `row_key` of a row of a table is made.

    Codes, row numbers and days stand in it as they are, joined by hyphens after the hash of the rest; a day is written
    without its own (20230101), a null is left out. Rows that are alike stand beside each other by such keys, and a
    million of them compress to a tenth of what hashes take.
    """
    kind = TABLES[table]
    if not kind.key_plain:
        return lambda row: stable_key(table, [row.get(name) for name in kind.natural_key])
    plain = [(name, name in dates_of(table)) for name in kind.key_plain]

    def put_together(row: Mapping[str, Any]) -> str:
        parts = [key_prefix(table, *[row.get(name) for name in kind.key_hashed])] if kind.key_hashed else []
        for name, is_day in plain:
            if (value := row.get(name)) is not None:
                parts.append(value.replace("-", "") if is_day else str(value))
        return "-".join(parts)

    return put_together


@cache
def dates_of(table: str) -> frozenset[str]:
    """The columns of a table that hold days."""
    return frozenset(name for name, meta in columns_of(table).items() if meta.kind == "date")


def said_by_key(table: str, key: str) -> dict[str, str] | None:
    """What a `row_key` says of the first column that stands in it as it is; None where no row of the table can have it.

    Few rows share that value and it is what tables are stored by, so that a row is found without reading its table.
    """
    kind, pieces = TABLES[table], key.split("-")
    if not kind.key_plain:
        return {} if len(key) == LETTERS else None
    if kind.key_hashed:
        fits = 1 < len(pieces) <= 1 + len(kind.key_plain) and len(pieces[0]) == SHORT
        return {kind.key_plain[0]: pieces[1]} if fits else None
    return {kind.key_plain[0]: key} if len(kind.key_plain) == 1 else {}


def stable_key(table: str, values: Iterable[object]) -> str:
    """The `row_key` of a row: a stable hash of its table's name and the values of its natural key.

    Recipe: join the table's name and the values, in the order of the natural key, with U+001F; a null is the empty
    string, a decimal is written plainly without trailing zeros; hash with SHA-256; write the first bits in lower-case
    base 32, five to a letter; keep twelve letters. Sixty bits: among a million rows two are alike once in two million
    times, and then the tables do not pass.
    """
    text = "\x1f".join([table, *[value if type(value) is str else _key_part(value) for value in values]])
    n = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") >> 4
    return (
        _TWO[n >> 50] + _TWO[n >> 40 & 1023] + _TWO[n >> 30 & 1023] + _TWO[n >> 20 & 1023]
        + _TWO[n >> 10 & 1023] + _TWO[n & 1023]
    )  # fmt: skip


LETTERS = 12
"""Letters of a `stable_key`."""
SHORT = 8
"""Letters of the hash in a key that goes on in plain words: forty bits, for the few schedules that a table has."""


@lru_cache(maxsize=4096)
def key_prefix(table: str, *values: str | None) -> str:
    """What a key that goes on in plain words begins with: eight letters of the `stable_key` of the other values."""
    return stable_key(table, values)[:SHORT]


def _key_part(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    return str(value)
