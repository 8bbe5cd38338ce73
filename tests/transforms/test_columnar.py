"""Columns as numbers and back: nothing is lost, and keys are those of the vocabulary."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.columnar import mean_half_even, millionths, numbered, pick, rates, row_keys, spread
from warehouse.keys import row_key, stable_key
from warehouse.tables import arrow_schema

POINTS = st.decimals(-999_999, 999_999, places=6, allow_nan=False)
TEXTS = st.text(max_size=6)
DIGITS = st.text("0123456789", min_size=1, max_size=10)


@settings(deadline=None)
@given(st.lists(st.none() | POINTS), st.integers(0, 3))
def test_rates_come_back_as_they_went(points: list[Decimal | None], skip: int) -> None:
    column = pa.chunked_array([pa.array(points, pa.decimal128(12, 6)).slice(skip)])
    values, given_ = millionths(column)
    assert rates(values, given_).to_pylist() == column.to_pylist()


KEYED = {
    "party_group": {"group_id": TEXTS, "party_id": TEXTS, "valid_from": st.dates().map(str)},
    "tariff_line": {"nomenclature_id": TEXTS, "line_code": DIGITS, "stat_suffix": st.none() | DIGITS},
    "preference_rate": {"schedule_id": TEXTS, "line_code": DIGITS, "row_no": st.integers(1, 99),
                        "valid_from": st.dates().map(str)},
    "mfn_rate": {"importer": TEXTS, "nomenclature_id": TEXTS, "kind": TEXTS, "line_code": DIGITS,
                 "valid_from": st.dates().map(str)},
    "hs2022_contributor": {"rate_row_key": st.just("abcdefgh-610910-20230101"), "source_rate_row_key": DIGITS},
}  # fmt: skip


@pytest.mark.parametrize("table", KEYED)
@settings(deadline=None, max_examples=50)
@given(st.data())
def test_keys_of_columns_are_the_keys_of_their_rows(table: str, data: st.DataObject) -> None:
    rows = data.draw(st.lists(st.fixed_dictionaries(KEYED[table])))
    types = {name: arrow_schema(table).field(name).type for name in KEYED[table]}
    columns = {name: pa.array([row[name] for row in rows], kind) for name, kind in types.items()}
    assert row_keys(table, columns).to_pylist() == [row_key(table, row) for row in rows]


def test_a_key_is_put_together_from_a_hash_and_what_is_plain() -> None:
    rate = {"schedule_id": "aa-bb", "line_code": "01012100", "row_no": 1, "valid_from": "2022-12-01"}
    assert row_key("preference_rate", rate) == f"{stable_key('preference_rate', ['aa-bb'])[:8]}-01012100-1-20221201"
    line = {"nomenclature_id": "n", "line_code": "0101", "stat_suffix": None}
    assert row_key("tariff_line", line).endswith("-0101")


@settings(deadline=None)
@given(st.lists(st.none() | TEXTS), st.lists(st.none() | TEXTS))
def test_numbers_stand_for_sorted_texts(one: list[str | None], two: list[str | None]) -> None:
    columns = [pa.chunked_array([pa.array(values, pa.string())]) for values in (one, two)]
    values, places = numbered(*columns)
    assert values.to_pylist() == sorted(set(values.to_pylist()), key=str.encode)
    assert [pick(values, place).to_pylist() for place in places] == [one, two]


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 4))))
def test_ranges_are_laid_end_to_end(ranges: list[tuple[int, int]]) -> None:
    first, count = (np.array([r[n] for r in ranges], dtype=np.int64) for n in (0, 1))
    owner, member = spread(first, count)
    assert list(zip(owner.tolist(), member.tolist(), strict=True)) == [
        (place, start + step) for place, (start, size) in enumerate(ranges) for step in range(size)
    ]


@settings(deadline=None)
@given(st.integers(0, 10**12), st.integers(1, 5000))
def test_a_mean_is_rounded_half_to_even(total: int, count: int) -> None:
    exact = (Decimal(total) / count).quantize(Decimal(1), ROUND_HALF_EVEN)
    assert mean_half_even(np.array([total]), np.array([count])).tolist() == [int(exact)]
