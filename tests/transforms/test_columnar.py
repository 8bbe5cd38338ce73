"""Columns as numbers and back: nothing is lost, and keys are those of the vocabulary."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal

import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.columnar import joined_keys, mean_half_even, millionths, numbered, pick, rates, row_keys, spread
from warehouse.columns import stable_key
from warehouse.tables import row_key

POINTS = st.decimals(-999_999, 999_999, places=6, allow_nan=False)
TEXTS = st.text(max_size=6)


@settings(deadline=None)
@given(st.lists(st.none() | POINTS), st.integers(0, 3))
def test_rates_come_back_as_they_went(points: list[Decimal | None], skip: int) -> None:
    column = pa.chunked_array([pa.array(points, pa.decimal128(12, 6)).slice(skip)])
    values, given_ = millionths(column)
    assert rates(values, given_).to_pylist() == column.to_pylist()


@settings(deadline=None)
@given(st.lists(st.tuples(TEXTS, st.none() | TEXTS)))
def test_keys_of_a_column_are_the_stable_keys_of_its_rows(rows: list[tuple[str, str | None]]) -> None:
    first, second = (pa.array([row[n] for row in rows], pa.string()) for n in (0, 1))
    assert row_keys("t", first, second).to_pylist() == [stable_key("t", row) for row in rows]


def test_keys_made_of_hashes_are_those_of_the_tables() -> None:
    keys = [("abcdefghijkl", "mnopqrstuvwx"), ("a" * 12, "b" * 12)]
    first, second = (pa.array([key[n] for key in keys], pa.string()) for n in (0, 1))
    rows = [{"rate_row_key": one, "source_rate_row_key": two} for one, two in keys]
    assert joined_keys(first, second).to_pylist() == [row_key("hs2022_contributor", row) for row in rows]
    assert joined_keys(first, second).to_pylist()[0] == "abcdefghmnopqrst"


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
