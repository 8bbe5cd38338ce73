"""Measures a release of generated data the size of all that is held: seconds and bytes, beside DuckDB on the same rows.

Run with `python -m pytest tests/benchmarks/bench_release.py -s -m benchmark`. Figures of issue weight: writing within
three times of DuckDB writing the same rows to Parquet and SQLite in the same run; a diff of two full releases under
5 s. DuckDB's SQLite extension is loaded where this machine has it; else DuckDB reads its own Parquet back and hands the
rows to SQLite in the plainest way, without keys, which is kinder to it.
"""

from __future__ import annotations

import random
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from publish.differences import diff
from publish.formats import write_csv, write_parquet
from publish.release import ReleaseInput, publish
from publish.sqlite import write_sqlite
from tests.publish.sample import Tables, duty_id, sample_tables
from transforms.source_rows import source_row_id
from warehouse.content import canonical_order, tables_content_hash
from warehouse.keys import row_key, stable_key
from warehouse.tables import TABLES, arrow_schema

LINES, PERIODS, SUBHEADINGS = 50_000, 8, 5_612
pytestmark = pytest.mark.benchmark


def large_tables(seed: int = 1) -> Tables:
    """The sample with two schedules of 25,000 lines in eight periods each, their HS 2022 rates and contributors."""
    tables = sample_tables()
    rng = random.Random(seed)
    rates = sorted({Decimal(rng.randrange(0, 400)) / 10 for _ in range(300)})
    duties = [(duty_id(f"{rate}%"), rate) for rate in rates]
    columns: dict[str, dict[str, list[object]]] = {
        name: {column: [] for column in arrow_schema(name).names}
        for name in ("source_row", "tariff_line", "concession", "preference_rate", "hs2022_preference_rate",
                     "hs2022_contributor")
    }  # fmt: skip

    def put(table: str, **values: object) -> str:
        key = row_key(table, values)
        for name, column in columns[table].items():
            column.append(key if name == "row_key" else values.get(name))
        return key

    sides = (("ckfta-kh", "KH", "KR", "ahtn-2017-kh", "ckfta-annex-2a-kh"),
             ("ckfta-kr", "KR", "KH", "hsk-2019-kr", "ckfta-annex-2a-kr"))  # fmt: skip
    starts = ["2022-12-01", *(f"{2023 + n}-01-01" for n in range(PERIODS - 1))]
    ends = [*starts[1:], None]
    for schedule, importer, exporter, nomenclature, document in sides:
        common = {"schedule_id": schedule, "regime_id": "ckfta", "importer": importer, "exporter": exporter}
        lines_of: dict[str, list[str]] = {}
        for number in range(LINES // 2):
            hs6 = f"{10000 + number % SUBHEADINGS * 15:06d}"
            line = f"{hs6}{number // SUBHEADINGS:04d}"
            locator = f"page {number // 60 + 1}, row {number % 60 + 1}"
            source = source_row_id(document, locator)
            put("source_row", source_row_id=source, document_id=document,
                locator=locator, page=number // 60 + 1, row_no=number % 60 + 1,
                bbox=f"57.6 {number % 60 * 12 + 60}.3 538.6 {number % 60 * 12 + 72}.5", role="line",
                cells=f'{{"line_code":"{line}","base_rate":"7%","category":"5"}}')  # fmt: skip
            put("tariff_line", nomenclature_id=nomenclature, line_code=line,
                hs_edition="HS 2017", hs6=hs6, source_row_id=source)  # fmt: skip
            put("concession", schedule_id=schedule, line_code=line, row_no=1,
                base_duty_id=duties[0][0], category="5", state="ok", source_row_id=source)  # fmt: skip
            for start, end in zip(starts, ends, strict=True):
                duty, rate = rng.choice(duties)
                key = put("preference_rate", **common, line_code=line, row_no=1,
                          valid_from=start, valid_to=end, duty_id=duty, rate_pct=rate, state="ok",
                          derivation="computed", source_row_id=source)  # fmt: skip
                lines_of.setdefault(f"{hs6} {start}", []).append(f"{key} {line}")
        for place, lines in lines_of.items():
            hs6, start = place.split()
            rate_key = put("hs2022_preference_rate", **common, hs6=hs6, valid_from=start,
                           valid_to=ends[starts.index(start)], state="ambiguous", reason="merge_different_rates",
                           relation="n:1", min_pct=Decimal(0), max_pct=Decimal(40), mean_pct=Decimal("12.345678"),
                           n_lines=len(lines), n_distinct=2, n_free=0, n_excluded=0, n_non_ad_valorem=0,
                           layer="derived")  # fmt: skip
            for key, line in (text.split() for text in lines):
                put("hs2022_contributor", rate_row_key=rate_key, source_rate_row_key=key,
                    line_code=line, hs6_from=line[:6], relation="1:1")  # fmt: skip
    for name, held in columns.items():
        tables[name] = pa.table(held, schema=arrow_schema(name))
    duty_rows = {"row_key": [stable_key("duty", (key,)) for key, _ in duties], "duty_id": [key for key, _ in duties],
                 "text": [f"{rate}%" for _, rate in duties], "kind": ["ad_valorem"] * len(duties),
                 "rate_pct": [rate for _, rate in duties], "components": ["[]"] * len(duties)}  # fmt: skip
    tables["duty"] = pa.table(duty_rows, schema=arrow_schema("duty"))
    tables["hs2022_origin_rule"] = arrow_schema("hs2022_origin_rule").empty_table()
    return {name: canonical_order(table, TABLES[name].natural_key) for name, table in tables.items()}


@contextmanager
def timed(figures: dict[str, float], name: str) -> Iterator[None]:
    start = time.perf_counter()
    yield
    figures[name] = time.perf_counter() - start


def _input(tables: Tables, code: str) -> ReleaseInput:
    judgement = {"passed": True, "blocking": [], "content_hash": tables_content_hash(tables)}
    return ReleaseInput(
        tables=tables, inputs=[], code_version=code, judgement=judgement, source_date_epoch=1_790_000_000
    )


def _duckdb_writes(tables: Tables, folder: Path) -> None:
    """The same rows to Parquet and SQLite, by DuckDB."""
    connection = duckdb.connect()
    target = sqlite3.connect(folder / "duckdb.sqlite", isolation_level=None)
    target.execute("PRAGMA journal_mode=OFF")
    target.execute("PRAGMA synchronous=OFF")
    for name, table in tables.items():
        connection.register("rows", table)
        connection.execute(f"COPY rows TO '{folder / name}.parquet' (FORMAT parquet, COMPRESSION zstd)")
        columns = ", ".join(f"CAST({c} AS DOUBLE)" if pa.types.is_decimal(table.schema.field(c).type) else c
                            for c in table.column_names)  # fmt: skip
        target.execute(f"CREATE TABLE {name} ({', '.join(table.column_names)})")
        target.execute("BEGIN")
        cursor = connection.execute(f"SELECT {columns} FROM rows")
        while batch := cursor.fetchmany(20_000):
            target.executemany(f"INSERT INTO {name} VALUES ({', '.join('?' * table.num_columns)})", batch)
        target.execute("COMMIT")
        connection.unregister("rows")
    target.close()


def test_a_full_release_is_written_and_compared_in_time(tmp_path: Path) -> None:
    tables = large_tables()
    figures: dict[str, float] = {}
    for folder in ("ours", "duckdb"):
        (tmp_path / folder).mkdir()
    with timed(figures, "DuckDB to Parquet and SQLite"):
        _duckdb_writes(tables, tmp_path / "duckdb")
    with timed(figures, "ours to Parquet"):
        for name, table in tables.items():
            write_parquet(tmp_path / "ours" / f"{name}.parquet", table)
    with timed(figures, "ours to SQLite, keys, views, search and indexes"):
        write_sqlite(tmp_path / "ours" / "fta.sqlite", tables)
    with timed(figures, "ours to CSV"):
        for name, table in tables.items():
            write_csv(tmp_path / "ours" / f"{name}.csv.gz", table)
    with timed(figures, "publish: judged, written twice, verified"):
        one = publish(tmp_path / "public", _input(tables, "1"))
    with timed(figures, "publish with nothing changed"):
        assert not publish(tmp_path / "public", _input(tables, "1")).changed
    rates = tables["preference_rate"]
    moved = rates.column("rate_pct").to_pylist()
    moved[::50] = [Decimal("41") for _ in moved[::50]]
    place = rates.schema.get_field_index("rate_pct")
    changed = {**tables, "preference_rate": rates.set_column(place, rates.schema.field(place),
                                                             pa.array(moved, pa.decimal128(12, 6)))}  # fmt: skip
    two = publish(tmp_path / "public", _input(changed, "2"))
    with timed(figures, "diff of two releases"):
        rows = diff(one.path, two.path)
    print()
    print(f"{sum(t.num_rows for t in tables.values()):,} rows, {rates.num_rows:,} of them rates; {len(rows):,} changes")
    for name, seconds in figures.items():
        print(f"{name:50} {seconds:8.2f} s")
    for name, size in _sizes(one.path).items():
        print(f"{name:50} {size / 1e6:8.2f} MB")
    ours = figures["ours to Parquet"] + figures["ours to SQLite, keys, views, search and indexes"]
    assert ours < 3 * figures["DuckDB to Parquet and SQLite"]
    assert figures["diff of two releases"] < 5


def _sizes(release: Path) -> dict[str, int]:
    found = {"fta.sqlite": (release / "fta.sqlite").stat().st_size}
    for folder in ("parquet", "csv", "regimes"):
        found[folder] = sum(path.stat().st_size for path in (release / folder).iterdir())
    return found
