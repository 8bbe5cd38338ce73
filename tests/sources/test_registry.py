"""The registry: YAML is read strictly, and every reference leads somewhere."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from sources.errors import FtaError
from sources.registry import ROOT, load_registry


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    shutil.copytree(ROOT, tmp_path / "sources", ignore=shutil.ignore_patterns("*.py", "__pycache__", "*.csv"))
    return tmp_path / "sources"


def test_the_project_s_own_sources_load() -> None:
    registry = load_registry()
    for schedule in registry.schedules.values():
        assert registry.document(schedule.document).reader is not None
        assert schedule.printed is not None or registry.staging_of(schedule)


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("schedules.yml", "importer: KH", "importr: KH", "importr"),
        ("schedules.yml", "importer: KH", "importer: XX", "'XX'"),
        ("schedules.yml", "document: ckfta-annex-2a-kh", "document: nowhere", "'nowhere'"),
        ("schedules.yml", "- id: ckfta-kr", "- id: ckfta-kh", "described twice"),
        ("schedules.yml", "nomenclature: kh-ahtn-2017", "nomenclature: kr-hsk-2002", "HS 2002"),
        ("schedules.yml", '{"$": USD}', '{"$": dollar}', "duty.currency.$"),
        ("regime.yml", "kind: fta", "kind: [", "regime.yml"),
        ("regime.yml", "2022-12-01", "2022-13-01", "regime.yml"),
        ("regime.yml", "importer: KH", "importer: XX", "'XX'"),
        ("documents.yml", "name: pdf_table", "name: pdf_tabel", "pdf_table"),
        ("documents.yml", "{name: base_rate,", "{name: line_code,", "2 columns"),
        ("documents.yml", "when: {line_code: '.+'", "when: {line_cod: '.+'", "'line_cod'"),
        ("documents.yml", "when: {line_code: '.+'", "when: {line_code: '*'", "no regular expression"),
    ],
)
def test_a_slip_of_the_pen_is_an_error_with_its_file(copy: Path, file: str, old: str, new: str, said: str) -> None:
    path = copy / "ckfta" / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(FtaError) as caught:
        load_registry(copy)
    assert said in str(caught.value)
    assert caught.value.remedy


def test_a_slip_is_found_on_its_line(copy: Path) -> None:
    path = copy / "ckfta" / "schedules.yml"
    lines = path.read_text(encoding="utf-8").splitlines()
    at = next(number for number, line in enumerate(lines) if "lines: 12234" in line)
    lines[at] = lines[at].replace("12234", "many")
    path.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(FtaError) as caught:
        load_registry(copy)
    assert caught.value.where == {"file": "ckfta/schedules.yml", "line": at + 1}


def test_a_tariff_known_until_before_it_is_known_is_refused(copy: Path) -> None:
    path = copy / "jp" / "documents.yml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("known_until: 2027-04-01", "known_until: 2026-04-01"), encoding="utf-8")
    with pytest.raises(FtaError, match="jp-tariff-2026-07-09 is known until 2026-04-01"):
        load_registry(copy)


def test_a_printed_rate_that_would_end_before_it_begins_is_refused(copy: Path) -> None:
    path = copy / "rcep" / "schedules.yml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("until: 2027-04-01", "until: 2026-07-09"), encoding="utf-8")
    with pytest.raises(FtaError, match="`until` 2026-07-09 is not after"):
        load_registry(copy)


@pytest.mark.parametrize("name", ["schedule.yml", "documents.yaml"])
def test_a_file_that_nobody_would_read_is_refused_with_the_name_it_should_have(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "atiga"
    folder.mkdir()
    (folder / name).write_text("schedules: []\n", encoding="utf-8")
    with pytest.raises(FtaError) as caught:
        load_registry(overlay=tmp_path)
    assert caught.value.where == {"file": f"atiga/{name}"}
    assert caught.value.remedy in ("Call it schedules.yml.", "Call it documents.yml.")


def test_an_unknown_document_is_named_with_the_way_to_find_the_right_one() -> None:
    with pytest.raises(FtaError, match="sources list"):
        load_registry().document("nothing")
