"""Metadata for Datasette: everything described, and queries that run."""

from __future__ import annotations

import pytest

from publish.datasette import metadata
from tests.publish.database import database
from tests.publish.sample import sample_tables
from warehouse.tables import TABLES, columns_of

FTA = metadata("1.0.0")["databases"]["fta"]
ASKED = {"exporter": "KH", "importer": "KR", "hs6": "610910", "on": "2026-11-22", "regime": "ckfta"}


@pytest.mark.parametrize("table", TABLES)
def test_every_table_and_column_is_described(table: str) -> None:
    described = FTA["tables"][table]
    assert described["description"]
    assert described["columns"].keys() == columns_of(table).keys()
    assert all(described["columns"].values())


def test_the_queries_lead_from_a_rate_to_its_lines_and_its_rule() -> None:
    connection = database(sample_tables())
    queries = {name: query["sql"] for name, query in FTA["queries"].items()}
    found = {row[0]: row for row in connection.execute(queries["compare"], ASKED)}
    assert (found["ckfta"][2:4], found["akfta"][2:4]) == (("free", 0.0), ("not_held", None))
    lines = connection.execute(queries["lines"], {"rate_row_key": found["ckfta"][-1]}).fetchall()
    assert [(line[0], line[-1]) for line in lines] == [
        ("6109101000", "page 1, row 5"), ("6109109000", "page 1, row 6")
    ]  # fmt: skip
    (rule,) = connection.execute(queries["rule_of_origin"], ASKED).fetchall()
    assert rule[:3] == ("chapter", "ok", "CC")
