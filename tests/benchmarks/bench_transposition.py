"""Measures conversion to HS 2022: one schedule, and many of 12,000 lines in 20 periods, beside DuckDB on the same rows.

Run with `python -m pytest tests/benchmarks/bench_transposition.py -s -m benchmark`; FTADATA_BENCH_SCHEDULES sets how
many schedules (200 take some minutes). Time is linear in the rows and memory flat, because nothing is kept between
schedules but the correlations. DuckDB reads and writes the rows that went in and came out as Parquet.
"""

from __future__ import annotations

import os
import random
import resource
import time
from decimal import Decimal
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.transforms.hs_sheets import concordance
from transforms.columnar import row_keys
from transforms.correlations import Ties
from transforms.hs_editions import Transposition, transpose_preference
from warehouse.rows import build
from warehouse.tables import arrow_schema

LINES, PERIODS = 12_000, 20
pytestmark = pytest.mark.benchmark


def generated_lines(ties: Ties, lines: int) -> pa.Table:
    """One or more lines for every subheading of the edition, `lines` in all."""
    rng = random.Random(1)
    codes = [*ties.codes_from, *rng.choices(ties.codes_from, k=lines - len(ties.codes_from))]
    numbers = [f"{code}{place:04}" for place, code in enumerate(sorted(codes))]
    return build(
        "tariff_line",
        [{"nomenclature_id": "n", "line_code": c, "hs_edition": ties.edition, "hs6": c[:6]} for c in numbers],
    )


def generated_rates(lines: pa.Table, schedule_id: str, seed: int) -> pa.Table:
    """Rates that fall in equal steps over all periods; lines of a subheading mostly alike."""
    rng = random.Random(seed)
    base = {code: rng.choice([0, 7, 15, 35]) for code in lines["hs6"].unique().to_pylist()}
    steps = {b: [Decimal(b * (PERIODS - n - 1)).scaleb(0) / PERIODS for n in range(PERIODS)] for b in (0, 5, 7, 15, 35)}
    days = [f"{2022 + n}-01-01" for n in range(PERIODS)]
    starting = [base[hs6] if rng.random() > 0.05 else 5 for hs6 in lines["hs6"].to_pylist()]
    rate = [value for b in starting for value in steps[b]]
    columns = {
        "line_code": pa.array([code for code in lines["line_code"].to_pylist() for _ in days]),
        "valid_from": pa.array(days * len(starting)),
        "valid_to": pa.array([*days[1:], None] * len(starting)),
        "rate_pct": pa.array(rate, pa.decimal128(12, 6)),
        "duty_id": pa.array([f"{value}%" for value in rate]),
        "state": pa.array(["ok" if value else "free" for value in rate]),
    }
    fixed = {
        "schedule_id": schedule_id, "regime_id": "r", "importer": "KR", "exporter": "KH", "derivation": "computed",
    }  # fmt: skip
    columns |= {name: pa.repeat(value, len(rate)) for name, value in fixed.items()}
    columns["row_no"] = pa.repeat(1, len(rate))
    columns["row_key"] = row_keys("preference_rate", columns)
    schema = arrow_schema("preference_rate")
    empty = {name: pa.nulls(len(rate), schema.field(name).type) for name in schema.names if name not in columns}
    return pa.table({**empty, **columns}).select(schema.names).cast(schema)


def convert(rates: pa.Table, lines: pa.Table, ties: Ties, schedule_id: str) -> Transposition:
    schedule = {
        "schedule_id": schedule_id, "regime_id": "r", "importer": "KR", "exporter": "KH", "layer": "treaty_annex",
        "completeness": "full",
    }  # fmt: skip
    return transpose_preference(rates, lines, ties, schedule)


def peak_megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def duckdb_seconds(tables: dict[str, pa.Table], folder: Path) -> float:
    """Seconds in which DuckDB reads the tables from Parquet and writes them as Parquet."""
    for name, table in tables.items():
        pq.write_table(table, folder / f"{name}.parquet")
    start = time.perf_counter()
    with duckdb.connect() as connection:
        for name in tables:
            source, target = folder / f"{name}.parquet", folder / f"{name}-copy.parquet"
            connection.execute(f"COPY (SELECT * FROM read_parquet('{source}')) TO '{target}' (FORMAT parquet)")
    return time.perf_counter() - start


@pytest.mark.parametrize("edition", ["HS 2007", "HS 2017"])
def test_time_is_linear_and_memory_flat(edition: str, tmp_path: Path) -> None:
    count = int(os.environ.get("FTADATA_BENCH_SCHEDULES", "10"))
    ties = concordance().ties(edition)
    lines = generated_lines(ties, LINES)
    seconds, peaks, rows = [], [], 0
    for number in range(count):
        rates = generated_rates(lines, f"s{number}", number)
        start = time.perf_counter()
        result = convert(rates, lines, ties, f"s{number}")
        seconds.append(time.perf_counter() - start)
        peaks.append(peak_megabytes())
        rows += rates.num_rows + result.rates.num_rows + result.contributors.num_rows
    beside = duckdb_seconds({"rates": rates, "hs2022": result.rates, "contributors": result.contributors}, tmp_path)
    states = result.rates["state"].to_pylist()
    half = count // 2
    print(
        f"\n{edition}: {count} schedules of {rates.num_rows:,} rates: {sum(seconds) / count:.2f} s each"
        f" (first half {sum(seconds[:half]) / half:.2f}, second {sum(seconds[half:]) / (count - half):.2f}),"
        f" {rows / sum(seconds):,.0f} rows in and out a second; {result.rates.num_rows:,} rates and"
        f" {result.contributors.num_rows:,} contributors of the last; {states.count('ambiguous') / len(states):.1%}"
        f" ambiguous; peak {peaks[0]:.0f} MB after one, {peaks[-1]:.0f} after all;"
        f" DuckDB reads and writes the rows of one in {beside:.2f} s ({seconds[-1] / beside:.1f} times)"
    )
    assert sum(seconds[half:]) / (count - half) < 1.5 * sum(seconds[:half]) / half
    assert peaks[-1] < 1.25 * peaks[min(1, count - 1)]
