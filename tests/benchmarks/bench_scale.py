"""Measures the way of many schedules from accepted extraction to stored tables: 12,000 lines of 20 periods each.

Run with `python -m pytest tests/benchmarks/bench_scale.py -s -m benchmark`; FTADATA_BENCH_SCALE sets the numbers of
schedules (`10,50,200` take a quarter of an hour). Each is read from its CSV, made into lines, dated rates and HS 2022
rates, and stored, as a run does; then DuckDB reads and writes the same Parquet files. Seconds are those of the
processor, of all threads, so that a busy machine does not bend the line.
"""

from __future__ import annotations

import os
import random
import resource
import shutil
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path

import duckdb
import pytest

from sources.extraction import Extraction, read_csv, write_csv
from tests.transforms.hs_sheets import concordance
from tests.transforms.schedules import STAGING, category, extraction, schedule
from transforms.correlations import Ties
from transforms.hs_editions import transpose_preference
from transforms.lines import duty_rows, read_lines
from transforms.rates import preference_rates
from transforms.schedules import schedule_row
from transforms.source_rows import row_accounts, source_rows
from warehouse.rows import build
from warehouse.store import Store

LINES, PERIODS, VARIANTS = 12_000, 20, 4
pytestmark = pytest.mark.benchmark
CALENDAR = STAGING.model_copy(update={"categories": {"20": category(PERIODS)}})


def accepted(ties: Ties, seed: int) -> Extraction:
    """Lines of every subheading, 12,000 in all, each falling from its base rate to zero in 20 stages."""
    rng = random.Random(seed)
    codes = sorted([*ties.codes_from, *rng.choices(ties.codes_from, k=LINES - len(ties.codes_from))])
    base = {code: rng.choice(("7%", "15%", "35%")) for code in ties.codes_from}
    shown = (f"{code[:4]}.{code[4:]}.{place:05}" for place, code in enumerate(codes))
    rows = [(line, base[code] if rng.random() > 0.05 else "5%", "20") for line, code in zip(shown, codes, strict=True)]
    return replace(extraction(*rows), accepted_by="nobody")


def make(store: Store, file: Path, number: int, ties: Ties) -> int:
    """One schedule, from its CSV into the store; returns the rows that were stored."""
    unit = f"schedule-s{number}"
    read = replace(read_csv(file), document_id=f"d{number}")
    spec = schedule(id=f"s{number}", document=f"d{number}", nomenclature=f"n{number}")
    lines = read_lines(read, spec, CALENDAR, digits=11, subheadings=frozenset(ties.codes_from))
    rates = preference_rates(spec, "r", lines, CALENDAR)
    tariff_line = build("tariff_line", lines.tariff_lines)
    carried = transpose_preference(rates.table, tariff_line, ties, schedule_row(spec, "r"))
    tables = {
        "source_row": build("source_row", source_rows(read)),
        "row_account": build("row_account", row_accounts(read)),
        "tariff_line": tariff_line,
        "concession": build("concession", lines.concessions),
        "duty": build("duty", duty_rows({**lines.duties, **rates.duties}.values())),
        "preference_rate": rates.table,
        "hs2022_preference_rate": carried.rates,
        "hs2022_contributor": carried.contributors,
    }
    store.stage(unit)
    store.put(unit, tables)
    store.commit(unit, str(number).rjust(16, "0"))
    assert lines.rejected == []
    assert rates.table.num_rows == LINES * PERIODS
    return sum(table.num_rows for table in tables.values())


def beside_duckdb(units: Path, copy: Path) -> float:
    """Processor seconds in which DuckDB reads every stored file and writes it as Parquet."""
    files = sorted(units.rglob("*.parquet"))
    started = time.process_time()
    with duckdb.connect() as connection:
        connection.execute("SET enable_progress_bar = false")
        for at, file in enumerate(files):
            connection.execute(
                f"COPY (SELECT * FROM read_parquet('{file}')) TO '{copy / str(at)}' (FORMAT parquet, COMPRESSION zstd)"
            )
    return time.process_time() - started


def test_time_is_linear_in_the_rows_and_memory_is_flat(tmp_path: Path) -> None:
    ties = concordance().ties("HS 2017")
    files = [tmp_path / f"{seed}.csv" for seed in range(VARIANTS)]
    for seed, file in enumerate(files):
        file.write_text(write_csv(accepted(ties, seed)), encoding="utf-8", newline="\n")
    measured = []
    make(Store(tmp_path / "warm"), files[0], 0, ties)
    for count in map(int, os.environ.get("FTADATA_BENCH_SCALE", "10,50,200").split(",")):
        store, copy = Store(tmp_path / f"store-{count}"), tmp_path / f"copy-{count}"
        copy.mkdir()
        started = time.process_time()
        rows = sum(make(store, files[number % VARIANTS], number, ties) for number in range(count))
        seconds = time.process_time() - started
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        with ProcessPoolExecutor(1, get_context("spawn")) as alone:
            duck = alone.submit(beside_duckdb, store.root / "units", copy).result()
        measured.append((rows / seconds, peak))
        print(
            f"\n{count:4} schedules, {rows:,} rows: {seconds:.1f} s, {rows / seconds:,.0f} rows a second, peak"
            f" {peak:.0f} MB; DuckDB reads and writes them in {duck:.1f} s, {rows / duck:,.0f} rows a second"
            f" ({seconds / duck:.1f} times)"
        )
        for folder in (store.root, copy):
            shutil.rmtree(folder)
    speeds, peaks = zip(*measured, strict=True)
    assert max(speeds) < 1.5 * min(speeds)
    assert peaks[-1] < 1.25 * peaks[0]
