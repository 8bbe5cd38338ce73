"""The portal's queries over the latest release under `FTADATA_HOME`: in its own process, and next to it the same
statements asked of Datasette over HTTP, for scale.

Run with `python -m pytest tests/benchmarks/bench_datasette.py -s -m benchmark` after `ftadata run`. Times are by the
clock, warm, one after another. Figures: comparison, rates by year and an agreement's page under 2 ms without HTTP; what
Datasette takes is told and not held.
"""

from __future__ import annotations

import http.client
import json
import random
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from publish.manifest import release_directory
from publish.sqlite import open_immutable
from tests.benchmarks.asking import milliseconds, statement

pytestmark = pytest.mark.benchmark
ASKED = 300
PAIR = {"exporter": "KH", "importer": "KR", "on": "2026-11-22"}
Question = dict[str, Any]


@pytest.fixture(scope="module")
def release(public: Path) -> Path:
    return release_directory(public)


@pytest.fixture(scope="module")
def connection(release: Path) -> Iterator[sqlite3.Connection]:
    with closing(open_immutable(release / "fta.sqlite")) as opened:
        yield opened


@pytest.fixture(scope="module")
def datasette(release: Path) -> Iterator[http.client.HTTPConnection]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "datasette", "serve", "--port", str(port), "--immutable", "fta.sqlite"]
    described = release.parents[1] / "api/v1/datasette-metadata.json"
    process = subprocess.Popen(
        [*command, "--metadata", str(described)], cwd=release, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield _answering(port)
    finally:
        process.terminate()
        process.wait()


def _answering(port: int) -> http.client.HTTPConnection:
    for _ in range(120):
        opened = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        try:
            opened.request("GET", "/-/versions.json")
            opened.getresponse().read()
        except OSError:
            time.sleep(0.5)
        else:
            return opened
    raise TimeoutError("Datasette does not answer")


def questions(connection: sqlite3.Connection) -> dict[str, tuple[str, list[Question]]]:
    """For each screen its statement and what is asked with it: subheadings drawn at random, every regime in turn."""
    held = connection.execute("SELECT code FROM hs_node WHERE edition = 'HS 2022' AND level = 6").fetchall()
    codes = [code for (code,) in random.Random(1).sample(held, ASKED)]
    regimes = [regime for (regime,) in connection.execute("SELECT regime_id FROM regime ORDER BY regime_id")]
    pairs = [{**PAIR, "hs6": code} for code in codes]
    return {
        "comparison": (statement("FROM v_comparison"), pairs),
        "MFN": (statement("FROM v_mfn"), pairs),
        "rates by year": (statement("FROM v_rate_by_year"), [{**pair, "regime": "rcep"} for pair in pairs]),
        "rules of origin": (statement("FROM v_origin"), [{**pair, "regime": "rcep"} for pair in pairs]),
        "agreement": (statement("FROM v_agreement WHERE regime_id"), [{"regime": one} for one in regimes * 10]),
    }


def test_the_portals_queries_beside_datasette(
    connection: sqlite3.Connection, datasette: http.client.HTTPConnection
) -> None:
    slow = {}
    print(f"\n{'p95, ms by the clock':24}{'SQLite':>10}{'Datasette over HTTP':>24}")
    for name, (sql, asked) in questions(connection).items():

        def over_http(question: Question, sql: str = sql) -> object:
            datasette.request("GET", f"/fta.json?{urlencode({'sql': sql, '_shape': 'array', **question})}")
            answer = datasette.getresponse()
            body = answer.read()
            assert answer.status == 200, body
            return json.loads(body)

        def here(question: Question, sql: str = sql) -> object:
            return connection.execute(sql, question).fetchall()

        assert len(over_http(asked[0])) == len(here(asked[0]))  # type: ignore[arg-type]
        _, own = milliseconds(here, asked, time.perf_counter)
        _, served = milliseconds(over_http, asked[:100], time.perf_counter)
        print(f"{name:24}{own:10.2f}{served:24.2f}")
        if own >= 2:
            slow[name] = own
    assert not slow
