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
        ("regime.yml", "kind: fta", "kind: [", "regime.yml"),
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


def test_an_unknown_document_is_named_with_the_way_to_find_the_right_one() -> None:
    with pytest.raises(FtaError, match="sources list"):
        load_registry().document("nothing")
