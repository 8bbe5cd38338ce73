"""The vocabulary of columns: what a table's column can hold.

A column is declared once, by `column` in `warehouse.tables`; SQLite types, pyarrow types, the data dictionary and the
Frictionless schema are all read from that declaration. Nothing here touches a file or a database.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
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
