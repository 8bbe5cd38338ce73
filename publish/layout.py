"""How the largest tables stand in the release's SQLite: in parts, put together by a view of the table's own name.

Most of their bytes are texts that repeat: the same schedule, period or duty on thousands of rows. Such columns stand
together, each combination once, in a table of their own (`preference_rate__period`), and the rows
(`preference_rate__row`) have its number. A text that differs only in its middle is cut in three, and what stands around
the middle counts among the columns that repeat. What another column says already is not stored again. The view has
every column of the table, so that a reader sees no difference; foreign keys stand on the parts. Written out in full the
same file takes more than twice the space. Taking rows apart is the matter of `publish.parts`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from publish.shape import SQL_TYPES, shape_of
from warehouse.tables import TABLES, columns_of

KEY = "row_key"
_NUMBER = r"^(?s:(?P<before>.*?)(?P<middle>\d+)(?P<after>))$"
"""A place ends in the number of its row."""
_CODES = r"^(?s:(?P<before>.*?)(?P<middle>\d[\d.]{3,}\d(?:.*\d[\d.]{3,}\d)?)(?P<after>.*))$"
"""Cells of a tariff differ from row to row in their codes, and mostly in nothing else."""
_LINE = r"^(?P<before>[a-z2-7]{8}-)(?P<middle>\d+)(?P<after>-[\d-]*)$"
"""The key of a line's rate has its code in the middle."""
_SCHEDULE = ("schedule_id", "regime_id", "importer", "exporter")
_PERIOD = ("valid_from", "valid_to")


@dataclass(frozen=True)
class Layout:
    """How the rows of one table are taken apart.

    Attributes:
        key: primary key of the rows, columns of the rows; `x_no` is the number in group `x`.
        groups: columns that stand together in a table of their own. `x<` and `x>` are what stands before and after the
            middle of column `x`; `row_key<` is the hash that the key begins with.
        cuts: columns cut in three, and the expression (RE2) that finds the pieces of a whole text.
        says: columns, or their middles, that say what another column says, or begins with: that column and how many
            characters of it. Only what is otherwise is stored.
        keeps_key: whether the rows have their `row_key` as it is, because a join compares it or it is part of theirs;
            else the view makes it.
    """

    key: tuple[str, ...]
    groups: Mapping[str, tuple[str, ...]]
    cuts: Mapping[str, str] = field(default_factory=dict)
    says: Mapping[str, tuple[str, int | None]] = field(default_factory=dict)
    keeps_key: bool = False


LAYOUTS: dict[str, Layout] = {
    "source_row": Layout(
        ("source_row_id",),
        {"place": ("document_id", "page", "locator<", "locator>"), "look": ("role", "cells<", "cells>"),
         "box": ("bbox",)},
        {"locator": _NUMBER, "cells": _CODES},
    ),
    "tariff_line": Layout(
        ("line_code", "nomenclature_no", "row_key"), {"nomenclature": ("nomenclature_id", "hs_edition")},
        says={"hs6": ("line_code", 6)}, keeps_key=True,
    ),
    "concession": Layout(
        ("line_code", "schedule_no", "row_no"),
        {"schedule": ("row_key<", "schedule_id"), "terms": ("base_duty_id", "category", "state")},
    ),
    "preference_rate": Layout(
        ("line_code", "schedule_no", "row_no", "period_no"),
        {"schedule": _SCHEDULE, "period": _PERIOD,
         "outcome": ("duty_id", "rate_pct", "rate_max_pct", "state", "derivation")},
        keeps_key=True,
    ),
    "mfn_rate": Layout(
        ("line_code", "tariff_no"),
        {"tariff": ("row_key<", "importer", "nomenclature_id", "kind", *_PERIOD),
         "outcome": ("duty_id", "rate_pct", "state")},
    ),
    "hs2022_preference_rate": Layout(
        ("hs6", "schedule_no", "period_no"),
        {"schedule": ("row_key<", *_SCHEDULE), "period": _PERIOD,
         "outcome": ("duty_id", "rate_pct", "rate_max_pct", "state", "reason", "relation", "min_pct", "max_pct",
                     "mean_pct", "n_lines", "n_distinct", "n_free", "n_excluded", "n_non_ad_valorem", "layer")},
    ),
    "hs2022_contributor": Layout(
        ("rate_row_key", "line_code", "source_no"),
        {"source": ("source_rate_row_key<", "source_rate_row_key>", "relation")},
        {"source_rate_row_key": _LINE},
        says={"source_rate_row_key": ("line_code", None), "hs6_from": ("line_code", 6)},
    ),
    "hs2022_origin_rule": Layout(
        ("hs6", "standing_no", "origin_rule_row_key"), {"standing": ("regime_id", "level", "state")}
    ),
    "hs_correlation": Layout(
        ("code_from", "pair_no", "code_to"),
        {"pair": ("row_key<", "edition_from", "edition_to", "relation", "material", "source")},
    ),
}  # fmt: skip
"""The tables that take most of the space, in the order of the key that they are asked for by."""


def rows_table(name: str) -> str:
    """The table that holds the keys of a table's rows: itself, or the rows of its parts."""
    return f"{name}__row" if name in LAYOUTS else name


def part_tables(name: str) -> tuple[str, ...]:
    """The tables that a table is put together from; none for one that stands as it is."""
    layout = LAYOUTS.get(name)
    return () if layout is None else (*(f"{name}__{group}" for group in layout.groups), rows_table(name))


def column_ddl(name: str, column: str, *, nullable: bool = False) -> str:
    """A published column as it is declared: type, whether it may be null, what it refers to."""
    meta = columns_of(name)[column]
    parts = [column, SQL_TYPES[shape_of(name).types()[column]]]
    parts += [] if meta.nullable or nullable else ["NOT NULL"]
    if meta.references:
        table, _, target = meta.references.partition(".")
        parts.append(f"REFERENCES {rows_table(table)} ({target})")
    return " ".join(parts)


def row_columns(name: str) -> list[str]:
    """The columns of the rows: the key first, as SQLite stores them, then the others that no group has, and numbers.

    (SQLite 3.40 looks for nulls in the wrong place where the last column declared is one of the key.)
    """
    layout = LAYOUTS[name]
    elsewhere = {member for members in layout.groups.values() for member in members}
    if not layout.keeps_key:
        elsewhere.add(KEY)
    own = [column for column in columns_of(name) if column not in elsewhere]
    return list(dict.fromkeys([*layout.key, *own, *(f"{group}_no" for group in layout.groups)]))


def ddl(name: str) -> list[str]:
    """The statements that create the parts of a table and its view."""
    layout = LAYOUTS[name]
    made = []
    for group, members in layout.groups.items():
        columns = ["no INTEGER PRIMARY KEY", *(_member_ddl(name, member) for member in members)]
        made.append(_create(f"{name}__{group}", columns, "STRICT"))
    columns = [_row_ddl(name, column) for column in row_columns(name)]
    columns.append(f"PRIMARY KEY ({', '.join(layout.key)})")
    made.append(_create(rows_table(name), columns, "STRICT, WITHOUT ROWID"))
    made.append(_view(name))
    return made


def _create(table: str, columns: list[str], kind: str) -> str:
    body = ",\n  ".join(columns)
    return f"CREATE TABLE {table} (\n  {body}\n) {kind}"


def _member_ddl(name: str, member: str) -> str:
    return f"{sql_name(member)} TEXT NOT NULL" if member[-1] in "<>" else column_ddl(name, member)


def sql_name(member: str) -> str:
    """A member of a group as its column is called."""
    return member.replace("<", "_before").replace(">", "_after")


def _row_ddl(name: str, column: str) -> str:
    group = column.removesuffix("_no")
    if column != group and group in LAYOUTS[name].groups:
        return f"{column} INTEGER NOT NULL REFERENCES {name}__{group} (no)"
    return column_ddl(name, column, nullable=column in LAYOUTS[name].says)


def _view(name: str) -> str:
    """A view of one table only: SQLite can look into it wherever it stands in a join, and reads only what is asked."""
    columns = ",\n  ".join(f"{_expression(name, column)} AS {column}" for column in columns_of(name))
    return f"CREATE VIEW {name} AS SELECT\n  {columns}\nFROM {rows_table(name)} AS r"


def _expression(name: str, column: str) -> str:
    """A column of a table from its parts."""
    layout = LAYOUTS[name]
    if column == KEY and not layout.keeps_key:
        return _key_expression(name)
    group = _group_of(layout, column)
    if group is not None:
        return f"(SELECT g.{column} FROM {name}__{group} AS g WHERE g.no = r.{group}_no)"
    stored = f"r.{column}"
    if column in layout.says:
        source, size = layout.says[column]
        stored = f"ifnull({stored}, {f'r.{source}' if size is None else f'substr(r.{source}, 1, {size})'})"
    if column in layout.cuts:
        group = _group_of(layout, f"{column}<")
        whole = f"g.{column}_before || {stored} || g.{column}_after"
        return f"(SELECT {whole} FROM {name}__{group} AS g WHERE g.no = r.{group}_no)"
    return stored


def _group_of(layout: Layout, member: str) -> str | None:
    return next((group for group, members in layout.groups.items() if member in members), None)


def _key_expression(name: str) -> str:
    """The key of a row, by the recipe of its table (`warehouse.keys.row_key`)."""
    layout, kind = LAYOUTS[name], TABLES[name]
    group = _group_of(layout, f"{KEY}<")
    before = [f"(SELECT g.{KEY}_before FROM {name}__{group} AS g WHERE g.no = r.{group}_no)"] if group else []
    return " || '-' || ".join([*before, *(_plain_expression(name, column) for column in kind.key_plain)])


def _plain_expression(name: str, column: str) -> str:
    meta, text = columns_of(name)[column], _expression(name, column)
    return f"replace({text}, '-', '')" if meta.kind == "date" else text
