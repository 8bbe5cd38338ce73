"""The charts: that they count what the tables hold, and keep what is not held apart from zero, in both languages."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import pytest

from publish.manifest import read_manifest
from publish.open_release import open_release
from publish.site import charts, explore
from publish.site.facts import Facts
from publish.site.figures import KINDS, Figures, _free_from
from publish.site.pages import Page
from publish.site.render import render
from tests.publish.releases import publish_sample
from tests.publish.sample import KR_DOC, Row, sample_tables

AROUND = {
    "assets": "assets/x/", "release": "1.0.0", "published_on": "2026-11-22", "home_party": "KH", "nav": (),
    "index": {"core": "", "more": ""}, "places": {"en": {}, "km": {}}, "kept": {},
}  # fmt: skip


def with_mfn(rows: dict[str, list[Row]]) -> None:
    """Korea's MFN tariff is held: T-shirts 13, rice free, asses 8; its preference on asses ends above it."""
    held = (("610910", "13", "ok"), ("100610", "0", "free"), ("010130", "8", "ok"))
    rows["hs2022_mfn_rate"] = [
        {"importer": "KR", "hs6": hs6, "kind": "applied", "valid_from": "2022-01-01", "valid_to": None,
         "rate_pct": Decimal(rate), "state": state, "reason": None, "relation": "1:1", "min_pct": Decimal(rate),
         "max_pct": Decimal(rate), "mean_pct": Decimal(rate), "n_lines": 1, "n_distinct": 1,
         "n_free": int(rate == "0"), "n_excluded": 0, "n_non_ad_valorem": 0, "layer": "derived", "duty_id": None}
        for hs6, rate, state in held
    ]  # fmt: skip


def until_2024(rows: dict[str, list[Row]]) -> None:
    """The document of Korea's schedule is authority until 2024 only."""
    for document in rows["document"]:
        if document["document_id"] == KR_DOC:
            document["known_until"] = "2024-01-01"


def facts_of(public: Path, **more: object) -> Facts:
    release = publish_sample(public, **more).path  # type: ignore[arg-type]
    return Facts(open_release(release), read_manifest(release), release, ())


@pytest.fixture(scope="module")
def facts(tmp_path_factory: pytest.TempPathFactory) -> Facts:
    return facts_of(tmp_path_factory.mktemp("public"), tables=sample_tables(with_mfn))


@pytest.fixture(scope="module")
def stale(tmp_path_factory: pytest.TempPathFactory) -> Facts:
    return facts_of(tmp_path_factory.mktemp("stale"), tables=sample_tables(until_2024))


@pytest.fixture(scope="module")
def made(facts: Facts) -> dict[str, Page]:
    return {page.path: page for page in explore.pages(facts)}


def test_lines_are_counted_by_what_they_have_on_the_last_day_of_each_year(facts: Facts) -> None:
    years = {year.year: year.counts for year in Figures(facts).lines["ckfta-kr-kr"]}
    assert years[2025] == Counter(free=2, rate=1, words=1)
    assert years[2026] == Counter(free=3, words=1)


def test_every_line_is_counted_once_in_every_year(facts: Facts) -> None:
    for years in Figures(facts).lines.values():
        assert {sum(year.counts.values()) for year in years} == {4}


def test_years_outside_of_what_is_held_have_no_count(stale: Facts) -> None:
    figures = Figures(stale)
    years = figures.lines["ckfta-kr-kr"]
    assert [(year.year, year.day) for year in years] == [(2022, "2022-12-31"), (2023, "2023-12-31")]
    shown = next(s for s in figures.schedules if s.is_export)
    assert not shown.current
    assert shown.day == "2023-12-31"


def test_a_schedule_that_holds_no_longer_gives_a_chapter_no_mean(stale: Facts) -> None:
    assert all("ckfta-kr-kr" not in cells for cells in Figures(stale).chapters.values())
    page = next(page for page in explore.pages(stale) if page.path == "explore/chapters/")
    assert "k-not_held" in render(page, "en", AROUND)


def test_a_mean_is_of_single_rates_only_and_what_has_none_stays_without(facts: Facts) -> None:
    chapters = Figures(facts).chapters
    assert chapters["61"]["ckfta-kr-kr"].mean == 0
    rice = chapters["10"]["ckfta-kr-kr"]
    assert (rice.mean, rice.mostly) == (None, "words")
    shirts = chapters["61"]["ckfta-kh-kr"]
    assert (shirts.mean, shirts.mostly) == (None, "depends")


def test_goods_are_free_from_the_day_from_which_all_of_them_stay_free(facts: Facts) -> None:
    (asses,) = Figures(facts).paths(("0101",))
    assert asses.free_from == "2026-01-01"
    assert (asses.low, asses.high) == (0, 0)
    (rice,) = Figures(facts).paths(("1006",))
    assert rice.free_from is None


def test_a_day_that_is_not_held_breaks_a_run_of_free_days() -> None:
    whole = [("010130", "2022-01-01", "2023-01-01", "free", 0, 0), ("010130", "2023-01-01", "9999-12-31", "free", 0, 0)]
    gap = [whole[0], ("010130", "2024-01-01", "9999-12-31", "free", 0, 0)]
    assert _free_from(whole, ["010130"], "9999-12-31") == "2022-01-01"
    assert _free_from(gap, ["010130"], "9999-12-31") == "2024-01-01"
    assert _free_from(whole, ["010130"], "2030-01-01") is None


def test_a_margin_is_taken_from_the_mfn_rate_and_never_from_a_base_rate(facts: Facts) -> None:
    figures = Figures(facts)
    exports, imports = figures.schedules
    margins = {margin.section: margin for margin in figures.margins(exports)}
    assert margins["XI"].margin == 13
    assert (margins["II"].compared, margins["II"].mfn_free) == (0, 1)
    assert figures.margins(imports) == []


def test_there_is_no_page_of_margins_where_no_mfn_rate_is_held(stale: Facts) -> None:
    paths = {page.path for page in explore.pages(stale)}
    assert "explore/margin/" not in paths
    assert "explore/lines/" in paths


def test_every_subheading_is_counted_for_every_schedule(facts: Facts) -> None:
    figures = Figures(facts)
    for shown in figures.schedules:
        counts = figures.subheadings(shown)
        assert sum(counts.values()) == 4
        assert min(counts.values()) >= 0
    assert figures.subheadings(figures.schedules[1])["depends"] == 1


@pytest.mark.parametrize("lang", ["en", "km"])
def test_each_chart_stands_with_its_words_its_table_and_its_data(made: dict[str, Page], lang: str) -> None:
    assert len(made) == 6
    for path, page in made.items():
        html = render(page, lang, AROUND)
        assert "style=" not in html
        assert 'href="data.csv"' in html or path == "explore/"
        for label in re.findall(r'aria-labelledby="([^"]+)"', html):
            assert f'id="{label}"' in html


def test_charts_have_no_words_of_their_own_but_codes_and_numbers(made: dict[str, Page]) -> None:
    drawn = re.findall(r"<text[^>]*>([^<]*)", render(made["explore/lines/"], "km", AROUND))
    assert drawn
    assert all(re.fullmatch(r"[\d%]+", text) for text in drawn)


def test_a_label_cannot_leave_its_chart() -> None:
    hostile = '</text><script>alert("1")</script>'
    drawn = charts.bars([{"label": hostile, "points": 1.0}], [hostile], 1.0, "says")
    assert "<script" not in drawn


def test_the_data_of_a_chart_is_the_same_as_csv_and_as_json(made: dict[str, Page]) -> None:
    page = made["explore/lines/"]
    told = json.loads(page.files["data.json"])
    rows = list(csv.DictReader(io.StringIO(page.files["data.csv"])))
    assert told["release"] == "1.0.0"
    assert [{k: str(v) for k, v in row.items()} for row in told["rows"]] == [
        {k: v for k, v in row.items() if k != "release"} for row in rows
    ]
    assert {f"lines_{kind}" for kind in KINDS} <= rows[0].keys()


def test_a_release_without_schedules_has_no_charts(tmp_path: Path) -> None:
    def bare(rows: dict[str, list[Row]]) -> None:
        for name in ("schedule", "concession", "preference_rate", "hs2022_preference_rate", "hs2022_contributor",
                     "staging_category"):  # fmt: skip
            rows[name] = []

    held = facts_of(tmp_path, tables=sample_tables(bare))
    with closing(held.connection):
        assert list(explore.pages(held)) == []
