from __future__ import annotations

import csv
import hashlib
import io
import random
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.publish.sample import sample_tables
from warehouse.content import (
    canonical_order,
    canonical_text,
    content_hash,
    csv_chunks,
    table_content_hash,
    tables_content_hash,
    typed,
)
from warehouse.tables import TABLES

TEXTS = st.lists(st.none() | st.text(st.characters(codec="utf-8"), max_size=8), max_size=12)
RATES = st.none() | st.decimals(Decimal("-999999"), Decimal("999999"), places=6)


def text_of(table: pa.Table) -> str:
    return b"".join(csv_chunks(table)).decode()


@settings(deadline=None)
@given(TEXTS)
def test_the_canonical_text_is_read_by_any_csv_reader(values: list[str | None]) -> None:
    table = pa.table({"row_key": [str(n) for n in range(len(values))], "value": pa.array(values, pa.string())})
    rows = list(csv.reader(io.StringIO(text_of(table), newline="")))
    assert rows == [["row_key", "value"], *([str(n), value or ""] for n, value in enumerate(values))]


@settings(deadline=None)
@given(st.lists(RATES, max_size=20))
def test_a_rate_is_written_plainly_and_read_back(values: list[Decimal | None]) -> None:
    column = pa.chunked_array([pa.array(values, pa.decimal128(12, 6))])
    text = canonical_text(column)
    assert typed(text, pa.decimal128(12, 6)).equals(column)
    for written, value in zip(text.to_pylist(), values, strict=True):
        assert (written is None) == (value is None)
        if written is not None and value is not None:
            assert Decimal(written) == value
            assert "E" not in written
            assert not ("." in written and written.endswith(("0", ".")))


def test_null_empty_and_zero_are_three_things() -> None:
    table = pa.table({"row_key": ["a", "b", "c"], "text": pa.array([None, "", "0"], pa.string())})
    assert text_of(table) == 'row_key,text\na,\nb,""\nc,0\n'


def test_the_content_hash_is_that_of_the_csv_text() -> None:
    table = sample_tables()["preference_rate"]
    assert table_content_hash("preference_rate", table) == hashlib.sha256(text_of(table).encode()).hexdigest()


@pytest.mark.parametrize("name", ["preference_rate", "source_row", "provision", "validation_result"])
def test_the_order_and_the_chunks_of_the_rows_do_not_matter(name: str) -> None:
    table = sample_tables()[name]
    order = list(range(table.num_rows))
    random.Random(7).shuffle(order)
    shuffled = pa.concat_tables([table.take(order[:1]), table.take(order[1:])])
    assert table_content_hash(name, shuffled) == table_content_hash(name, table)
    assert canonical_order(shuffled, TABLES[name].natural_key).equals(canonical_order(table, TABLES[name].natural_key))


def test_every_cell_matters() -> None:
    def lower(rows: dict[str, list[dict[str, object]]]) -> None:
        rows["preference_rate"][3]["rate_pct"] = Decimal("1.400001")

    assert tables_content_hash(sample_tables(lower)) != tables_content_hash(sample_tables())


def test_a_null_is_not_a_zero_for_the_hash() -> None:
    schema = pa.schema([("row_key", pa.string()), ("rate_pct", pa.decimal128(12, 6))])
    hashes = {
        content_hash(pa.table({"row_key": ["a"], "rate_pct": [rate]}, schema=schema), ["row_key"])
        for rate in (None, Decimal(0))
    }
    assert len(hashes) == 2


def test_the_judgement_is_not_bound_to_its_own_results_nor_to_the_changes() -> None:
    tables = sample_tables()
    assert tables_content_hash({**tables, "validation_result": tables["validation_result"].slice(0, 0)}) == (
        tables_content_hash(tables)
    )


def test_an_absent_table_is_an_empty_one() -> None:
    tables = sample_tables()
    assert tables["faq"].num_rows == 0
    assert tables_content_hash({name: t for name, t in tables.items() if name != "faq"}) == tables_content_hash(tables)


def test_what_is_not_a_number_is_refused() -> None:
    with pytest.raises(ValueError, match="not a number"):
        canonical_text(pa.chunked_array([pa.array([float("nan")])]))
