"""Takes the rows of a table apart into the parts that `publish.layout` describes.

Column by column, in Arrow and numpy: a release has a million rows, and as Python's objects they would take more room
than everything else together. Which parts there are and how they are read back is not settled here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute

from publish.layout import KEY, LAYOUTS, row_columns, rows_table, sql_name
from warehouse.keys import SHORT

pc: Any = pyarrow.compute  # its stubs know chunked arrays only in part
Column: TypeAlias = Any  # an Arrow array, chunked or not; its stubs know too few of its calls
Columns: TypeAlias = dict[str, Column]


def take_apart(name: str, columns: Mapping[str, Column]) -> dict[str, pa.Table]:
    """The rows of every part of a table, in the order in which they are stored.

    Args:
        name: a table of `LAYOUTS`.
        columns: its published columns, as SQLite stores their values.
    """
    layout, held = LAYOUTS[name], dict(columns)
    held[f"{KEY}<"] = pc.utf8_slice_codeunits(held[KEY], 0, SHORT)
    for column, pattern in layout.cuts.items():
        held |= _cut(column, held[column], pattern)
    for column, (source, size) in layout.says.items():
        said = held[source] if size is None else pc.utf8_slice_codeunits(held[source], 0, size)
        held[column] = pc.if_else(pc.equal(held[column], said), pa.scalar(None, pa.string()), held[column])
    parts: dict[str, pa.Table] = {}
    for group, members in layout.groups.items():
        parts[f"{name}__{group}"], held[f"{group}_no"] = _group({member: held[member] for member in members})
    rows = pa.table({column: held[column] for column in row_columns(name)})
    parts[rows_table(name)] = rows.sort_by([(column, "ascending") for column in layout.key])
    return parts


def _cut(column: str, texts: Column, pattern: str) -> Columns:
    """Texts as what stands before their middle, the middle, and what stands after; a text may have no middle."""
    found = pc.extract_regex(texts, pattern)
    without = {"before": texts, "middle": pa.scalar(""), "after": pa.scalar("")}
    pieces = {
        piece: pc.if_else(pc.is_valid(found), pc.struct_field(found, piece), otherwise)
        for piece, otherwise in without.items()
    }
    return {f"{column}<": pieces["before"], column: pieces["middle"], f"{column}>": pieces["after"]}


def _group(members: Columns) -> tuple[pa.Table, Column]:
    """Each combination of some columns once, sorted, with its number; and the number of each row's combination."""
    combined = np.zeros(len(next(iter(members.values()))), np.int64)
    for values in members.values():
        places, size = _places(values)
        combined = np.unique(combined * size + places, return_inverse=True)[1]
    _, first, numbers = np.unique(combined, return_index=True, return_inverse=True)
    rows = {sql_name(member): values.take(pa.array(first)) for member, values in members.items()}
    return pa.table({"no": pa.array(np.arange(1, len(first) + 1)), **rows}), pa.array(numbers + 1)


def _places(values: Column) -> tuple[Any, int]:
    """The place of each value among the distinct ones, sorted, nulls last; and how many places there are."""
    distinct = values.unique().drop_null()
    distinct = distinct.take(pc.sort_indices(distinct))
    found = pc.fill_null(pc.index_in(values, value_set=distinct), len(distinct))
    return found.to_numpy().astype(np.int64), len(distinct) + 1
