"""Measures the portal's queries over a full-size `fta.sqlite`: warm, one after another, the 95th percentile.

Run with `python -m pytest tests/benchmarks/bench_queries.py -s -m benchmark`. Figures: comparison under 2 ms, search
under 5 ms, an agreement's page under 2 ms. The time is the processor's, so that a busy machine does not count. The SQL
is that of `docs/portal.md`; `compare` and `search` of this package are measured beside it.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from datetime import date

import pytest

from publish.compare import compare
from publish.open_release import ReleaseConnection, open_release
from publish.search import search
from tests.benchmarks.asking import milliseconds, statement
from tests.benchmarks.full_size import full_size

pytestmark = pytest.mark.benchmark
DAY = date(2024, 5, 1)
WORDS = ("rice", "t-shirt", "bicycles", "milled rice", "footwear leather", "rubber", "alumnium", "bycicle", "cassava",
         "knitted cotton shirts", "motor vehicles", "wooden furniture", "sugar", "fish fresh", "silk")  # fmt: skip


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ReleaseConnection]:
    path = tmp_path_factory.mktemp("full") / "fta.sqlite"
    full_size(path, regimes=6).close()
    connection = open_release(path)
    yield connection
    connection.close()


@pytest.fixture(scope="module")
def codes(release: ReleaseConnection) -> list[str]:
    held = [code for (code,) in release.execute("SELECT code FROM hs_node WHERE level = 6 ORDER BY code")]
    return random.Random(1).sample(held, 300)


def p95(name: str, ask: Callable[[str], object], questions: Sequence[str]) -> float:
    """The 95th percentile in milliseconds of the processor; it is printed with the median."""
    median, found = milliseconds(ask, questions)
    print(f"\n{name:32} median {median:6.2f} ms   p95 {found:6.2f} ms   n {len(questions)}", end="")
    return found


def test_the_portals_comparison_takes_under_two_milliseconds(release: ReleaseConnection, codes: list[str]) -> None:
    sql, mfn = statement("FROM v_comparison"), statement("FROM v_mfn")
    base = {"exporter": "KH", "importer": "KR", "on": DAY.isoformat()}

    def ask(hs6: str) -> None:
        values = {**base, "hs6": hs6}
        assert len(release.execute(sql, values).fetchall()) == 6
        assert len(release.execute(mfn, values).fetchall()) == 1

    assert p95("comparison (SQL)", ask, codes) < 2


def test_rates_by_year_take_under_two_milliseconds(release: ReleaseConnection, codes: list[str]) -> None:
    sql = statement("FROM v_rate_by_year")
    base = {"exporter": "KH", "importer": "KR", "regime": "r1"}
    assert p95("rates by year (SQL)", lambda hs6: release.execute(sql, {**base, "hs6": hs6}).fetchall(), codes) < 2


def test_an_agreements_page_takes_under_two_milliseconds(release: ReleaseConnection, codes: list[str]) -> None:
    queries = [statement(f"FROM {view} WHERE regime_id") for view in ("v_agreement", "v_provision", "v_certificate")]

    def ask(regime: str) -> None:
        for sql in queries:
            assert release.execute(sql, {"regime": regime}).fetchall()

    assert p95("agreement page (SQL)", ask, [f"r{n % 6}" for n in range(120)]) < 2


def test_the_answer_of_compare_with_all_its_evidence(release: ReleaseConnection, codes: list[str]) -> None:
    def ask(hs: str) -> None:
        compare(release, exporter="KH", importer="KR", hs=hs, on=DAY)

    assert p95("compare (Python, all evidence)", ask, codes) < 2.5


def test_search_by_words_takes_under_five_milliseconds(release: ReleaseConnection) -> None:
    assert p95("search, words", lambda text: search(release, text), WORDS * 10) < 5


def test_search_by_code_takes_under_five_milliseconds(release: ReleaseConnection, codes: list[str]) -> None:
    assert p95("search, code", lambda text: search(release, text), [code[:4] for code in codes]) < 5
