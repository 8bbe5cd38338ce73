"""The shape of a table as a release states it: columns, types and natural key, apart from today's definitions.

A release is read by the shape in its own manifest, so that an old one can be verified and compared after the
definitions have moved on. Reading and writing files is in `publish.formats` and `publish.sqlite`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from warehouse.tables import TABLES, arrow_schema

TYPES: dict[str, pa.DataType] = {
    "text": pa.string(),
    "integer": pa.int64(),
    "decimal(12,6)": pa.decimal128(12, 6),
    "real": pa.float64(),
}
SQL_TYPES = {"text": "TEXT", "integer": "INTEGER", "decimal(12,6)": "REAL", "real": "REAL"}
NAMES = {kind: name for name, kind in TYPES.items()}


@dataclass(frozen=True)
class Shape:
    """A table's columns and key.

    Attributes:
        name: the table.
        natural_key: columns that identify a row, in the order in which rows are sorted.
        schema: the Arrow schema, of the four types of `TYPES`.
    """

    name: str
    natural_key: tuple[str, ...]
    schema: pa.Schema

    def types(self) -> dict[str, str]:
        """Name of each column's type, in order."""
        return {field.name: NAMES[field.type] for field in self.schema}

    def as_json(self) -> dict[str, Any]:
        """The shape as the manifest states it."""
        return {
            "natural_key": list(self.natural_key),
            "columns": [
                {"name": field.name, "type": NAMES[field.type], "nullable": field.nullable} for field in self.schema
            ],
        }


def shape_of(name: str) -> Shape:
    """The shape of a table of the vocabulary today."""
    return Shape(name, TABLES[name].natural_key, arrow_schema(name))


def shape_from_json(name: str, stated: dict[str, Any]) -> Shape:
    """The shape that a manifest states.

    Raises:
        KeyError: a type is none of `TYPES`, or a part is missing.
    """
    fields = [pa.field(c["name"], TYPES[c["type"]], nullable=c["nullable"]) for c in stated["columns"]]
    return Shape(name, tuple(stated["natural_key"]), pa.schema(fields))
