"""How the largest tables stand in the release's SQLite: in parts, put together by a view of the table's own name.

Most of their bytes are texts that repeat: the same schedule, period or duty on thousands of rows. Such columns stand
together, each combination once, in a table of their own (`preference_rate__period`), and the rows
(`preference_rate__row`) have its number. A text that differs only in its middle is cut in three, and what stands around
the middle counts among the columns that repeat. The view has every column of the table, so that a reader sees no
difference; foreign keys stand on the parts. Written out in full the same file takes twice the space.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any

from publish.shape import SQL_TYPES, shape_of
from warehouse.columns import KEPT
from warehouse.tables import TABLES, columns_of

Row = tuple[Any, ...]
_NUMBER = re.compile(r"(.*?)(\d+)()", re.DOTALL)
"""A place ends in the number of its row."""
_CODES = re.compile(r"(.*?)(\d[\d.]{3,}\d(?:.*\d[\d.]{3,}\d)?)(.*)", re.DOTALL)
"""Cells of a tariff differ from row to row in their codes, and mostly in nothing else."""
_SCHEDULE = ("schedule_id", "regime_id", "importer", "exporter")
_PERIOD = ("valid_from", "valid_to")


@dataclass(frozen=True)
class Layout:
    """How the rows of one table are taken apart.

    Attributes:
        key: primary key of the rows, columns of the rows; `x_no` is the number in group `x`.
        groups: columns that stand together in a table of their own. `x<` and `x>` are what stands before and after the
            middle of column `x`.
        cuts: columns cut in three, and the expression that a whole text must match for its middle to be found.
    """

    key: tuple[str, ...]
    groups: Mapping[str, tuple[str, ...]]
    cuts: Mapping[str, re.Pattern[str]] = field(default_factory=dict)


LAYOUTS: dict[str, Layout] = {
    "source_row": Layout(
        ("source_row_id",),
        {"place": ("document_id", "page", "locator<", "locator>"), "look": ("role", "cells<", "cells>"),
         "box": ("bbox",)},
        {"locator": _NUMBER, "cells": _CODES},
    ),
    "concession": Layout(
        ("line_code", "schedule_no", "row_no"),
        {"schedule": ("schedule_id",), "terms": ("base_duty_id", "category", "state")},
    ),
    "preference_rate": Layout(
        ("line_code", "schedule_no", "row_no", "period_no"),
        {"schedule": _SCHEDULE, "period": _PERIOD,
         "outcome": ("duty_id", "rate_pct", "rate_max_pct", "state", "derivation")},
    ),
    "hs2022_preference_rate": Layout(
        ("hs6", "schedule_no", "period_no"),
        {"schedule": _SCHEDULE, "period": _PERIOD,
         "outcome": ("duty_id", "rate_pct", "rate_max_pct", "state", "reason", "relation", "min_pct", "max_pct",
                     "mean_pct", "n_lines", "n_distinct", "n_free", "n_excluded", "n_non_ad_valorem", "layer")},
    ),
    "hs2022_contributor": Layout(
        ("rate_row_key", "source_rate_row_key"), {"line": ("line_code", "hs6_from", "relation")}
    ),
    "hs_correlation": Layout(
        ("code_from", "pair_no", "code_to"), {"pair": ("edition_from", "edition_to", "relation", "material", "source")}
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


def column_ddl(name: str, column: str) -> str:
    """A published column as it is declared: type, whether it may be null, what it refers to."""
    meta = columns_of(name)[column]
    parts = [column, SQL_TYPES[shape_of(name).types()[column]]]
    parts += [] if meta.nullable else ["NOT NULL"]
    if meta.references:
        table, _, target = meta.references.partition(".")
        parts.append(f"REFERENCES {rows_table(table)} ({target})")
    return " ".join(parts)


def ddl(name: str) -> list[str]:
    """The statements that create the parts of a table and its view."""
    layout = LAYOUTS[name]
    made = []
    for group, members in layout.groups.items():
        columns = ["no INTEGER PRIMARY KEY", *(_member_ddl(name, member) for member in members)]
        made.append(_create(f"{name}__{group}", columns, "STRICT"))
    columns = [_row_ddl(name, column) for column in _row_columns(name)]
    columns.append(f"PRIMARY KEY ({', '.join(layout.key)})")
    made.append(_create(rows_table(name), columns, "STRICT, WITHOUT ROWID"))
    made.append(_view(name))
    return made


def _create(table: str, columns: list[str], kind: str) -> str:
    body = ",\n  ".join(columns)
    return f"CREATE TABLE {table} (\n  {body}\n) {kind}"


def _member_ddl(name: str, member: str) -> str:
    return f"{_sql_name(member)} TEXT NOT NULL" if member[-1] in "<>" else column_ddl(name, member)


def _sql_name(member: str) -> str:
    return member.replace("<", "_before").replace(">", "_after")


def _row_ddl(name: str, column: str) -> str:
    group = column.removesuffix("_no")
    if column != group and group in LAYOUTS[name].groups:
        return f"{column} INTEGER NOT NULL REFERENCES {name}__{group} (no)"
    return column_ddl(name, column)


def _row_columns(name: str) -> list[str]:
    """The columns of the rows: the key first, as SQLite stores them, then the others that no group has, and numbers.

    (SQLite 3.40 looks for nulls in the wrong place where the last column declared is one of the key.)
    """
    layout = LAYOUTS[name]
    grouped = {member for members in layout.groups.values() for member in members}
    own = [column for column in columns_of(name) if column not in grouped]
    own = [column for column in own if not (column == "row_key" and TABLES[name].key_parts)]
    return list(dict.fromkeys([*layout.key, *own, *(f"{group}_no" for group in layout.groups)]))


def _view(name: str) -> str:
    """A view of one table only: SQLite can look into it wherever it stands in a join, and reads only what is asked."""
    columns = ",\n  ".join(f"{_expression(name, column)} AS {column}" for column in columns_of(name))
    return f"CREATE VIEW {name} AS SELECT\n  {columns}\nFROM {rows_table(name)} AS r"


def _expression(name: str, column: str) -> str:
    layout, parts = LAYOUTS[name], TABLES[name].key_parts
    if column == "row_key" and parts:
        return f"r.{parts[0]}" if len(parts) == 1 else " || ".join(f"substr(r.{part}, 1, {KEPT})" for part in parts)
    of = {member: group for group, members in layout.groups.items() for member in members}
    if column in of:
        return f"(SELECT g.{column} FROM {name}__{of[column]} AS g WHERE g.no = r.{of[column]}_no)"
    if column in layout.cuts:
        group, whole = of[f"{column}<"], f"g.{column}_before || r.{column} || g.{column}_after"
        return f"(SELECT {whole} FROM {name}__{group} AS g WHERE g.no = r.{group}_no)"
    return f"r.{column}"


def take_apart(name: str, columns: Mapping[str, list[Any]]) -> dict[str, list[Row]]:
    """The rows of every part of a table, in the order in which they are stored.

    Args:
        name: a table of `LAYOUTS`.
        columns: its published columns, as SQLite stores their values.
    """
    layout, held = LAYOUTS[name], dict(columns)
    for column, pattern in layout.cuts.items():
        pieces = [_cut(pattern, text) for text in held[column]]
        for member, place in ((f"{column}<", 0), (column, 1), (f"{column}>", 2)):
            held[member] = [piece[place] for piece in pieces]
    parts: dict[str, list[Row]] = {}
    for group, members in layout.groups.items():
        values = list(zip(*(held[member] for member in members), strict=True))
        number = {value: no for no, value in enumerate(sorted(set(values), key=_nulls_last), start=1)}
        parts[f"{name}__{group}"] = [(no, *value) for value, no in number.items()]
        held[f"{group}_no"] = [number[value] for value in values]
    names = _row_columns(name)
    rows = list(zip(*(held[column] for column in names), strict=True))
    rows.sort(key=itemgetter(*range(len(layout.key))))
    return {**parts, rows_table(name): rows}


def _cut(pattern: re.Pattern[str], text: str) -> tuple[str, str, str]:
    """A text as what stands before its middle, the middle, and what stands after; it may have no middle."""
    found = pattern.fullmatch(text)
    return (found[1], found[2], found[3]) if found else (text, "", "")


def _nulls_last(values: Row) -> Row:
    return tuple((value is None, "" if value is None else value) for value in values)
