"""Tables stored in parts read as they were written, hold their keys, and take less space than written out in full."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publish.layout import LAYOUTS, part_tables, rows_table
from publish.shape import SQL_TYPES, shape_of
from publish.sqlite import arrow_reader, read_sqlite, write_sqlite
from tests.publish.database import put_table
from tests.publish.sample import sample_tables
from warehouse.content import canonical_order
from warehouse.rows import build
from warehouse.tables import TABLES, columns_of

DIGITS = st.text("0123456789", min_size=4, max_size=10)
DAYS = st.dates().map(str)
RATES = st.decimals(0, 100, places=2)
SOURCES = st.sampled_from(("abcdefgh-LINE-1-20230101", "ijklmnop-LINE-20230101", "abcdefgh-9999-1-20230101", "k", ""))
TEXT = st.text(alphabet='aព0123456789.%",\\\n[]{}:', max_size=30)


def written(name: str, table: pa.Table) -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    put_table(connection, name, table)
    return connection


def comes_back(name: str, table: pa.Table) -> bool:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "fta.sqlite"
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            put_table(connection, name, table)
        with arrow_reader(path) as cursor:
            found = canonical_order(read_sqlite(cursor, shape_of(name)), TABLES[name].natural_key)
    return bool(found.equals(canonical_order(table, TABLES[name].natural_key)))


@pytest.mark.parametrize("name", sorted(LAYOUTS.keys() - {"mfn_rate"}))
def test_a_table_in_parts_reads_as_it_was_written(name: str) -> None:
    table = sample_tables()[name]
    assert table.num_rows
    assert comes_back(name, table)


@settings(deadline=None, max_examples=40)
@given(st.lists(st.tuples(DIGITS, DAYS, st.none() | DAYS, st.none() | RATES), unique_by=lambda row: row[:2]))
def test_any_rate_of_a_line_comes_back_with_its_key(rows: list[tuple[str, str, str | None, Decimal | None]]) -> None:
    fixed = {"importer": "JP", "nomenclature_id": "jp", "kind": "applied", "state": "ok", "duty_id": None}
    mfn: list[dict[str, Any]] = [
        {**fixed, "line_code": line, "valid_from": day, "valid_to": end, "rate_pct": rate}
        for line, day, end, rate in rows
    ]
    assert comes_back("mfn_rate", build("mfn_rate", mfn))


@settings(deadline=None, max_examples=40)
@given(st.lists(st.tuples(DIGITS, DIGITS, SOURCES), unique_by=lambda row: row[0]))
def test_a_contributor_comes_back_whatever_its_rate_is_called(rows: list[tuple[str, str, str]]) -> None:
    contributors: list[dict[str, Any]] = [
        {"rate_row_key": f"abcdefgh-{rate}-20230101", "source_rate_row_key": source.replace("LINE", line),
         "line_code": line, "hs6_from": line[:6], "relation": "1:1"}
        for rate, line, source in rows
    ]  # fmt: skip
    assert comes_back("hs2022_contributor", build("hs2022_contributor", contributors))


@settings(deadline=None, max_examples=40)
@given(st.lists(st.tuples(TEXT, TEXT, st.none() | TEXT), max_size=20, unique_by=lambda row: row[0]))
def test_any_place_and_any_cells_come_back(rows: list[tuple[str, str, str | None]]) -> None:
    given_rows: list[dict[str, Any]] = [
        {"source_row_id": f"r{number}", "document_id": "d", "locator": locator, "page": None, "row_no": number,
         "bbox": bbox, "role": "line", "continues": None, "cells": cells}
        for number, (locator, cells, bbox) in enumerate(rows)
    ]  # fmt: skip
    connection = written("source_row", build("source_row", given_rows))
    found = connection.execute("SELECT source_row_id, locator, cells, bbox, row_key FROM source_row").fetchall()
    connection.close()
    expected = [(r["source_row_id"], r["locator"], r["cells"], r["bbox"], r["source_row_id"]) for r in given_rows]
    assert sorted(found) == sorted(expected)


def test_a_view_has_the_columns_and_types_of_its_table() -> None:
    for name in LAYOUTS:
        connection = written(name, sample_tables()[name])
        held = {column: kind for _, column, kind, *_ in connection.execute(f"PRAGMA table_info({name})")}
        connection.close()
        assert list(held) == list(columns_of(name))
        types = shape_of(name).types()
        assert all(kind in ("", SQL_TYPES[types[column]]) for column, kind in held.items())


def test_no_reference_of_a_table_in_parts_is_lost(tmp_path: Path) -> None:
    path = tmp_path / "fta.sqlite"
    write_sqlite(path, sample_tables())
    connection = sqlite3.connect(path)
    for name in LAYOUTS:
        declared = {
            (parent, target)
            for part in part_tables(name)
            for _, _, parent, _, target, *_ in connection.execute(f"PRAGMA foreign_key_list({part})")
        }
        for meta in columns_of(name).values():
            if meta.references:
                table, _, target = meta.references.partition(".")
                assert (rows_table(table), target) in declared
    assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    connection.execute("DELETE FROM duty")
    assert {row[0] for row in connection.execute("PRAGMA foreign_key_check")} >= {"preference_rate__outcome"}
    connection.close()


def test_a_row_is_found_by_the_key_that_it_is_asked_for_by_without_reading_the_table() -> None:
    asked = {"source_row": "source_row_id", "concession": "line_code", "preference_rate": "line_code",
             "hs2022_preference_rate": "hs6", "hs2022_contributor": "rate_row_key",
             "hs_correlation": "code_from", "tariff_line": "line_code", "mfn_rate": "line_code",
             "hs2022_origin_rule": "hs6"}  # fmt: skip
    assert asked.keys() == LAYOUTS.keys()
    for name, column in asked.items():
        connection = written(name, sample_tables()[name])
        plan = connection.execute(
            f"EXPLAIN QUERY PLAN SELECT v.* FROM (SELECT 1) AS one LEFT JOIN {name} AS v ON v.{column} = ?", ("x",)
        ).fetchall()
        connection.close()
        assert any(f"SEARCH r USING PRIMARY KEY ({column}=?)" in step[3] for step in plan), (name, plan)
