"""The vocabulary of columns: what a table's column can hold, and the stable keys of rows.

A column is declared once, here and in `tables.py`; SQLite types, pyarrow types, the data dictionary and the
Frictionless schema are all read from that declaration. Nothing here touches a file or a database.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any, Literal

import pyarrow as pa
from sqlalchemy import REAL, Integer, Text
from sqlmodel import Field

Kind = Literal["text", "code", "date", "json", "integer", "flag", "rate", "real"]

SQL_TYPES: dict[str, type] = {
    "text": Text, "code": Text, "date": Text, "json": Text,
    "integer": Integer, "flag": Integer, "rate": REAL, "real": REAL,
}  # fmt: skip
ARROW_TYPES: dict[str, pa.DataType] = {
    "text": pa.string(), "code": pa.string(), "date": pa.string(), "json": pa.string(),
    "integer": pa.int64(), "flag": pa.int64(), "rate": pa.decimal128(12, 6), "real": pa.float64(),
}  # fmt: skip


_LETTERS = "abcdefghijklmnopqrstuvwxyz234567"
_TWO = [one + other for one in _LETTERS for other in _LETTERS]
"""Ten bits as two letters of base 32: half a million keys a second, where `base64.b32encode` gives sixty thousand."""


@dataclass(frozen=True)
class ColumnMeta:
    """What is known of a column beyond its name.

    Attributes:
        kind: `text`, `code` (digits or an identifier), `date` (ISO text), `json`, `integer`, `flag` (0 or 1),
            `rate` (percentage points: decimal(12,6) in Parquet, REAL in SQLite) or `real`.
        description: one English sentence for the data dictionary.
        nullable: whether a row may leave it empty.
        references: `table.column` that a value must exist in, or None.
        enum: the closed vocabulary, or empty.
        unit: unit of a number, or None.
        example: a value as it would stand in the CSV.
    """

    kind: Kind
    description: str
    nullable: bool
    references: str | None
    enum: tuple[str, ...]
    unit: str | None
    example: str | None


def column(
    kind: Kind,
    description: str,
    *,
    nullable: bool = False,
    primary_key: bool = False,
    references: str | None = None,
    enum: Sequence[str] = (),
    unit: str | None = None,
    example: str | None = None,
) -> Any:
    """Declare one column of a table; see `ColumnMeta` for the meaning of the arguments."""
    meta = ColumnMeta(kind, description, nullable, references, tuple(enum), unit, example)
    extra: dict[str, Any] = {} if primary_key else {"nullable": nullable}
    if nullable:
        extra["default"] = None
    if references:
        extra["foreign_key"] = references
    return Field(
        description=description,
        sa_type=SQL_TYPES[kind],
        primary_key=primary_key,
        sa_column_kwargs={"info": {"meta": meta}, "comment": description},
        **extra,
    )


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
