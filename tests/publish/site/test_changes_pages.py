"""Comparing over time: three releases in one web root, told release by release, by agreement and by product."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest

from publish.manifest import read_manifest
from publish.open_release import open_release
from publish.site import build_site, changes
from publish.site.facts import Facts
from publish.site.moves import FELL, LOST, ROSE, RULE, read_changes
from publish.site.pages import Page
from publish.site.render import render
from tests.publish.releases import publish_sample
from tests.publish.sample import Row, sample_tables
from tests.publish.site.test_explore import AROUND

ASSES, SHIRTS = "010130", "610910"


def raised(rows: dict[str, list[Row]]) -> None:
    """Korea's rate on asses rises in 2025; the rule for apparel becomes another; Korea's rice is gone."""
    _rate(rows, "2025-01-01", "2.5")
    rows["origin_rule"][0]["rule_text"] = "CC or <RVC> 40%"
    for name in ("hs2022_preference_rate",):
        rows[name] = [r for r in rows[name] if (r["schedule_id"], r["hs6"]) != ("ckfta-kr", "100610")]
    kept = {row["hs6"] for row in rows["hs2022_preference_rate"] if row["schedule_id"] == "ckfta-kr"}
    rows["hs2022_contributor"] = [
        r for r in rows["hs2022_contributor"] if r["line_code"] != "1006100000" or r["hs6_from"] in kept
    ]


def lowered(rows: dict[str, list[Row]]) -> None:
    """The same, but the rate on asses falls below what it was at first."""
    raised(rows)
    _rate(rows, "2025-01-01", "0.5")


def _rate(rows: dict[str, list[Row]], start: str, rate: str) -> None:
    for row in rows["hs2022_preference_rate"]:
        if (row["schedule_id"], row["hs6"], row["valid_from"]) == ("ckfta-kr", ASSES, start):
            row["rate_pct"] = row["min_pct"] = row["max_pct"] = row["mean_pct"] = Decimal(rate)


def facts_of(public: Path, version: str) -> Facts:
    release = public / "releases" / f"v{version}"
    listing = json.loads((public / "releases" / "index.json").read_text(encoding="utf-8"))
    return Facts(open_release(release), read_manifest(release), release, tuple(listing["releases"]))


@pytest.fixture(scope="module")
def public(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A web root with three releases, and of the first alone what it says of itself."""
    public = tmp_path_factory.mktemp("public")
    for number, alter in enumerate((None, raised, lowered), start=1):
        publish_sample(public, tables=sample_tables(alter), code=f"code {number}")
    return public


@pytest.fixture(scope="module")
def versions(public: Path) -> list[str]:
    listing = json.loads((public / "releases" / "index.json").read_text(encoding="utf-8"))
    return [entry["version"] for entry in reversed(listing["releases"])]


@pytest.fixture(scope="module")
def made(public: Path, versions: list[str]) -> dict[str, Page]:
    return {page.path: page for page in changes.pages(facts_of(public, versions[-1]))}


def test_a_rise_comes_before_what_is_lost_and_that_before_a_rule(public: Path, versions: list[str]) -> None:
    moves = read_changes(public / "releases" / f"v{versions[1]}").moves
    assert [move.rank for move in moves] == [ROSE, LOST, RULE]
    assert moves[0].codes == (ASSES,)
    (step,) = moves[0].steps
    assert (step.before.rate, step.after.rate) == (1.6, 2.5)  # type: ignore[union-attr]
    assert moves[0].size == pytest.approx(0.9)


def test_each_release_is_compared_with_the_one_before_it(public: Path, versions: list[str]) -> None:
    (move,) = read_changes(public / "releases" / f"v{versions[2]}").moves
    assert (move.rank, move.size) == (FELL, 2.0)


def test_every_row_that_changed_is_counted_with_its_reason(public: Path, versions: list[str]) -> None:
    directory = public / "releases" / f"v{versions[1]}"
    told = json.loads((directory / "changes.json").read_text(encoding="utf-8"))
    counts = read_changes(directory).counts
    assert sum(sum(by_reason.values()) for by_reason in counts.values()) == sum(told["rows"].values())


def test_a_product_has_everything_that_was_ever_changed_on_it(made: dict[str, Page], versions: list[str]) -> None:
    html = render(made["data/changes/hs/01/"], "en", AROUND)
    assert 'id="h0101"' in html
    assert html.index(versions[2]) < html.index(versions[1])
    assert "1.6%" in html
    assert "0.5%" in html


def test_a_rule_for_a_chapter_stands_on_its_chapter_and_is_escaped(made: dict[str, Page]) -> None:
    html = render(made["data/changes/hs/61/"], "en", AROUND)
    assert 'id="h61"' in html
    assert "CC or &lt;RVC&gt; 40%" in html


def test_a_product_that_no_release_touched_has_no_page(made: dict[str, Page]) -> None:
    assert "data/changes/hs/22/" not in made


@pytest.mark.parametrize("lang", ["en", "km"])
def test_an_agreement_has_a_page_for_each_release_that_touched_it(
    made: dict[str, Page], versions: list[str], lang: str
) -> None:
    html = render(made[f"data/changes/{versions[1]}/ckfta/"], lang, AROUND)
    assert html.index("rank-0") < html.index("rank-1") < html.index("rank-2")
    assert f"data/changes/{versions[0]}/ckfta/" not in made


@pytest.mark.parametrize("lang", ["en", "km"])
def test_the_list_tells_of_every_release_and_of_the_first_what_it_brought(
    made: dict[str, Page], versions: list[str], lang: str
) -> None:
    html = render(made["data/changes/"], lang, AROUND)
    assert all(version in html for version in versions)
    for link in (f"{versions[1]}/ckfta/", f"{versions[2]}/ckfta/", "hs/01/"):
        assert f'href="{link}"' in html
    assert html.count('class="facts"') == 1


def test_the_only_release_is_told_as_the_first(tmp_path: Path) -> None:
    publish_sample(tmp_path)
    (page,) = changes.pages(facts_of(tmp_path, "1.0.0"))
    assert "first release" in render(page, "en", AROUND)


def test_a_release_whose_list_of_changes_is_gone_is_still_named(tmp_path: Path) -> None:
    publish_sample(tmp_path)
    for name in ("changes.parquet", "changes.json"):
        (tmp_path / "releases" / "v1.0.0" / name).unlink()
    (page,) = changes.pages(facts_of(tmp_path, "1.0.0"))
    assert "1.0.0" in render(page, "km", AROUND)


def test_a_heading_that_a_release_changed_leads_to_its_changes_and_back(public: Path, versions: list[str]) -> None:
    facts = facts_of(public, versions[-1])
    assert {"0101", "1006", "61"} <= changes.touched(facts)
    assert "2203" not in changes.touched(facts)
    build_site(public, facts.directory)
    for heading, place in (("0101", "0101"), ("6109", "61")):
        page = (public / "en" / "hs" / heading / "index.html").read_text(encoding="utf-8")
        assert f'href="../../data/changes/hs/{heading[:2]}/#h{place}"' in page
        told = (public / "en" / "data" / "changes" / "hs" / heading[:2] / "index.html").read_text(encoding="utf-8")
        assert f'id="h{place}"' in told
    assert 'hs/0101/"' in (public / "en" / "data" / "changes" / "hs" / "01" / "index.html").read_text(encoding="utf-8")
    assert "data/changes/hs/22" not in (public / "en" / "hs" / "2203" / "index.html").read_text(encoding="utf-8")
