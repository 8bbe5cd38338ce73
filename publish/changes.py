"""What differs between two sets of tables, row by row and cell by cell, and how to apply it.

Differences are found on canonical text, so that a change of storage is no change. Why a row changed is settled in
`publish.reasons`; what to tell a reader of it, in `publish.changelog`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute

from publish.formats import from_text, to_text
from publish.shape import Shape
from warehouse.content import canonical_order

pc: Any = pyarrow.compute  # its stubs know chunked arrays only in part

ChangeRow = dict[str, Any]
NOT_COMPARED = ("change",)
"""Tables that tell of a release rather than of the world."""


@dataclass(frozen=True)
class TableDiff:
    """What differs in one table; all columns are canonical text, and both sides have the same columns.

    Attributes:
        table: its name.
        added: rows whose key only the newer has.
        removed: rows whose key only the older has.
        before: the older side of the rows that both have and that differ.
        after: their newer side, in the same order.
    """

    table: str
    added: pa.Table
    removed: pa.Table
    before: pa.Table
    after: pa.Table

    @property
    def count(self) -> int:
        """Rows that differ."""
        return self.added.num_rows + self.removed.num_rows + self.after.num_rows

    def rows(self, op: str) -> pa.Table:
        """The rows that an operation left behind: `added`, `removed` or `changed` (their newer side)."""
        return {"added": self.added, "removed": self.removed, "changed": self.after}[op]


def diff_tables(older: Mapping[str, pa.Table], newer: Mapping[str, pa.Table]) -> list[TableDiff]:
    """What differs between two sets of tables, in the order of their names; a missing table is empty."""
    names = sorted((older.keys() | newer.keys()) - set(NOT_COMPARED))
    found = (diff_table(name, older.get(name), newer.get(name)) for name in names)
    return [diff for diff in found if diff.count]


def diff_table(name: str, older: pa.Table | None, newer: pa.Table | None) -> TableDiff:
    """What differs in one table; rows are matched by `row_key`."""
    columns = _columns(older, newer)
    old, new = _text(older, columns), _text(newer, columns)
    place = pc.index_in(new.column("row_key"), value_set=old.column("row_key").combine_chunks())
    kept = pc.is_valid(place)
    before, after = old.take(place.drop_null()), new.filter(kept)
    differs = _differs(before, after)
    gone = pc.invert(pc.is_in(old.column("row_key"), value_set=new.column("row_key").combine_chunks()))
    return TableDiff(
        table=name,
        added=new.filter(pc.invert(kept)),
        removed=old.filter(gone),
        before=before.filter(differs),
        after=after.filter(differs),
    )


def _columns(older: pa.Table | None, newer: pa.Table | None) -> list[str]:
    """The columns of both, the newer's first."""
    held = [table.column_names for table in (newer, older) if table is not None]
    return list(dict.fromkeys(name for names in held for name in names)) or ["row_key"]


def _text(table: pa.Table | None, columns: Sequence[str]) -> pa.Table:
    if table is None:
        return pa.schema([(name, pa.string()) for name in columns]).empty_table()
    text = to_text(table)
    nothing = pa.nulls(table.num_rows, pa.string())
    arrays = [text.column(name) if name in text.column_names else nothing for name in columns]
    return pa.table(arrays, names=list(columns)).combine_chunks()


def _differs(before: pa.Table, after: pa.Table) -> Any:
    mask = pc.is_null(before.column("row_key"))
    for name in before.column_names:
        mask = pc.or_(mask, _cell_differs(before.column(name), after.column(name)))
    return mask


def _cell_differs(before: Any, after: Any) -> Any:
    unequal = pc.fill_null(pc.not_equal(before, after), False)
    return pc.or_(unequal, pc.not_equal(pc.is_null(before), pc.is_null(after)))


def change_rows(
    diffs: Iterable[TableDiff], release: str, reasons: Mapping[tuple[str, str], str]
) -> Iterator[ChangeRow]:
    """Rows of table `change`, without their key: one for a row added or removed, one for each cell changed.

    Args:
        diffs: what differs.
        release: version of the newer.
        reasons: for each (table, row key) its reason.

    Yields:
        An added row has its cells in `new` as a JSON object of canonical text (nulls left out), a removed one in
        `old`; a changed cell has its canonical text in both.
    """
    for diff in diffs:
        for op, side in (("added", "new"), ("removed", "old")):
            for row in diff.rows(op).to_pylist():
                key = str(row["row_key"])
                yield _change(release, diff.table, key, op, reasons[diff.table, key], **{side: _as_json(row)})
        for name in diff.after.column_names:
            mask = _cell_differs(diff.before.column(name), diff.after.column(name))
            keys: list[Any] = diff.after.column("row_key").filter(mask).to_pylist()
            olds = diff.before.column(name).filter(mask).to_pylist()
            news = diff.after.column(name).filter(mask).to_pylist()
            for key, old, new in zip(keys, olds, news, strict=True):
                reason = reasons[diff.table, key]
                yield _change(release, diff.table, key, "changed", reason, column_name=name, old=old, new=new)


def _as_json(row: Mapping[str, str | None]) -> str:
    held = {name: value for name, value in row.items() if value is not None}
    return json.dumps(held, ensure_ascii=False, separators=(",", ":"))


def _change(
    release: str,
    table: str,
    key: str,
    op: str,
    reason: str,
    *,
    column_name: str | None = None,
    old: str | None = None,
    new: str | None = None,
) -> ChangeRow:
    return {
        "release": release,
        "table_name": table,
        "changed_row_key": key,
        "op": op,
        "column_name": column_name,
        "old": old,
        "new": new,
        "reason": reason,
    }


def apply_changes(
    older: Mapping[str, pa.Table], changes: Iterable[ChangeRow], shapes: Mapping[str, Shape]
) -> dict[str, pa.Table]:
    """The newer tables, from the older ones and the changes between them.

    Args:
        older: tables of the older release.
        changes: rows as `change_rows` gives them.
        shapes: shapes of the newer release.

    Raises:
        KeyError: a change speaks of a row that the older does not have.
    """
    by_table: dict[str, list[ChangeRow]] = {}
    for change in changes:
        by_table.setdefault(change["table_name"], []).append(change)
    compared = {name: shape for name, shape in shapes.items() if name not in NOT_COMPARED}
    return {name: _applied(older.get(name), by_table.get(name, ()), shape) for name, shape in compared.items()}


def _applied(older: pa.Table | None, changes: Iterable[ChangeRow], shape: Shape) -> pa.Table:
    names = shape.schema.names
    rows = {row["row_key"]: row for row in _text(older, _columns(older, shape.schema.empty_table())).to_pylist()}
    for change in changes:
        key = change["changed_row_key"]
        if change["op"] == "removed":
            del rows[key]
        elif change["op"] == "added":
            rows[key] = json.loads(change["new"])
        else:
            rows[key][change["column_name"]] = change["new"]
    text = pa.schema([(name, pa.string()) for name in names])
    built = pa.Table.from_pylist([{name: row.get(name) for name in names} for row in rows.values()], schema=text)
    return canonical_order(from_text(built, shape), shape.natural_key)
