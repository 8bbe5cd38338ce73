"""Measures what the latest release under `FTADATA_HOME` takes: its database, also zipped, Parquet, CSV and static JSON.

Run with `python -m pytest tests/benchmarks/bench_sizes.py -s -m benchmark` after `ftadata run`. Figures: the database
of all held data under 60 MB and zipped under 15 MB, Parquet under 15 MB, the largest JSON file under 100 kB.
"""

from __future__ import annotations

import zlib
from pathlib import Path

import pytest

from publish.manifest import release_directory

pytestmark = pytest.mark.benchmark


def _size(path: Path) -> int:
    return sum(file.stat().st_size for file in path.rglob("*") if file.is_file())


def _zipped(path: Path) -> int:
    packer = zlib.compressobj(6)
    with path.open("rb") as file:
        packed = sum(len(packer.compress(chunk)) for chunk in iter(lambda: file.read(1 << 20), b""))
    return packed + len(packer.flush())


def test_a_release_of_all_held_data_is_small(public: Path) -> None:
    release = release_directory(public)
    files = [file for file in (public / "api").rglob("*.json") if file.is_file()]
    sizes = {
        "fta.sqlite": (release / "fta.sqlite").stat().st_size,
        "fta.sqlite, zipped": _zipped(release / "fta.sqlite"),
    }
    sizes |= {folder: _size(release / folder) for folder in ("parquet", "csv", "regimes")}
    largest = max(file.stat().st_size for file in files)
    print()
    for name, size in {**sizes, "api": _size(public / "api")}.items():
        print(f"{name:24} {size / 1e6:8.2f} MB")
    print(f"{'largest JSON file':24} {largest / 1e3:8.1f} kB of {len(files):,}")
    assert sizes["fta.sqlite"] < 60_000_000
    assert sizes["fta.sqlite, zipped"] < 15_000_000
    assert sizes["parquet"] < 15_000_000
    assert largest < 100_000
