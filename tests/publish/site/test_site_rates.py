"""The duties on the pages: the same as `compare` answers, those alike together, and the years as they are."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from publish.compare import compare
from publish.manifest import read_manifest
from publish.open_release import ReleaseConnection, open_release
from publish.site.facts import Facts
from publish.site.rates import OPEN, Period, Rates
from publish.site.years import chart, spans


@pytest.fixture(scope="module")
def connection(public: Path) -> Iterator[ReleaseConnection]:
    with closing(open_release(public)) as found:
        yield found


@pytest.fixture(scope="module")
def facts(public: Path, connection: ReleaseConnection) -> Facts:
    directory = public / "releases" / "v1.0.0"
    return Facts(connection, read_manifest(directory), directory, ())


def test_every_rate_is_that_of_compare(facts: Facts, connection: ReleaseConnection) -> None:
    rates = Rates(facts)
    seen = 0
    for market in rates.markets:
        for hs6 in (node["code"] for node in facts.nodes.values() if node["level"] == 6):
            (group,) = rates.groups(market, [hs6])
            answer = compare(
                connection, exporter=market.exporter, importer=market.importer, hs=hs6, on=date.fromisoformat(facts.day)
            )
            assert (group.mfn.state, group.mfn.rate) == (answer["mfn"]["state"], answer["mfn"]["rate_pct"])
            if answer["best"]:
                assert group.certain == answer["best"]["certain"]
            told = {(e["regime_id"], e["schedule_id"]): e for e in answer["regimes"]}
            shown = {(e.regime["regime_id"], e.schedule["schedule_id"]): e for e in group.entries}
            missing = {(row["regime_id"], None) for row in group.missing}
            assert shown.keys() | missing == told.keys()
            for key, entry in shown.items():
                seen += 1
                theirs = told[key]
                assert (entry.now.state, entry.now.rate) == (theirs["state"], theirs["rate_pct"])
                assert (entry.rank, entry.free_from, entry.margin) == (
                    theirs["rank"], theirs["free_from"], theirs["margin_pct"],
                )  # fmt: skip
                assert (entry.rule.texts[0] if entry.rule else None) == theirs["rule"]["text"]
    assert seen > 4


def test_subheadings_alike_stand_together_and_none_is_lost(facts: Facts) -> None:
    rates = Rates(facts)
    for market in rates.markets:
        codes = ["010130", "100610", "220300", "610910"]
        found = [code for group in rates.groups(market, codes) for code in group.codes]
        assert sorted(found) == codes


def _steps(*steps: tuple[str, float]) -> tuple[Period, ...]:
    ends = [*(start for start, _ in steps[1:]), OPEN]
    return tuple(
        Period(start, end, "ok" if rate else "free", rate) for (start, rate), end in zip(steps, ends, strict=True)
    )


def test_years_alike_are_one_row_and_the_last_is_open() -> None:
    path = _steps(("2022-12-01", 8), ("2027-01-01", 4), ("2029-01-01", 0))
    found = [(span.first, span.last) for span in spans([path], "2026-11-22")]
    assert found == [(2025, 2026), (2027, 2028), (2029, None)]


def test_a_change_within_a_year_shows_both_rates() -> None:
    path = _steps(("2026-01-01", 8), ("2026-04-01", 4))
    (year, after) = spans([path], "2026-11-22")
    assert [[period.rate for period in cell] for cell in year.cells] == [[8, 4]]
    assert [[period.rate for period in cell] for cell in after.cells] == [[4]]


def test_a_schedule_that_ends_is_not_shown_as_open() -> None:
    path = (Period("2026-07-09", "2027-04-01", "ok", 5.0),)
    assert [span.last for span in spans([path], "2026-11-22")] == [2027]


def test_nothing_is_drawn_where_nothing_differs_and_steps_stay_in_the_box() -> None:
    assert chart([_steps(("2022-01-01", 0))], "2026-11-22") is None
    drawn = chart([_steps(("2022-01-01", 8), ("2024-01-01", 4)), ()], "2026-11-22")
    assert drawn is not None
    assert drawn.paths[1] == ""
    assert drawn.top == 8
    assert drawn.paths[0].startswith("M4 6")
