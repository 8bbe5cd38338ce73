"""On the held documents: what is accepted is what they say, and a fresh clone publishes the same bytes without them."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from sources.extraction import read_csv
from sources.registry import ROOT, load_registry
from transforms.rows import joined

pytestmark = pytest.mark.documents


def published(home: Path, sources: Path, **environment: str) -> tuple[dict[str, Any], str]:
    """The report of a real run in a process of its own, and the sums of the release it made."""
    variables = {k: v for k, v in os.environ.items() if k != "FTADATA_DOCUMENTS"}
    variables |= {"FTADATA_HOME": str(home), "FTADATA_SOURCES": str(sources), **environment}
    done = subprocess.run(
        [sys.executable, "-m", "pipelines.cli", "run", "--quiet", "--json"],
        env=variables,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    report: dict[str, Any] = json.loads(done.stdout)
    return report, (Path(report["release"]["path"]) / "SHA256SUMS").read_text(encoding="utf-8")


def test_a_release_is_the_same_bytes_with_the_documents_and_without_them(documents: Path, tmp_path: Path) -> None:
    sources = tmp_path / "sources"
    sources.mkdir()
    for name in ("common", "hs", "ckfta", *(file.name for file in ROOT.glob("*.yml"))):
        (sources / name).symlink_to(ROOT / name)
    with_them, sums = published(
        tmp_path / "a", sources, FTADATA_DOCUMENTS=str(documents), TZ="Asia/Phnom_Penh", PYTHONHASHSEED="1"
    )
    without, again = published(tmp_path / "b", sources, TZ="America/Lima", PYTHONHASHSEED="2", LC_ALL="C")
    assert sums == again
    assert with_them["release"]["version"] == without["release"]["version"] == "1.0.0"
    read = {d["document_id"]: d for d in with_them["documents"]}
    assert all(d["state"] in ("same", "reference") for d in read.values()), read
    assert read["ckfta-annex-2a-kh"]["pages"] == 199
    assert not [d for d in without["documents"] if d["state"] == "same"]
    assert without["rows"]["tariff_line"] == 10_813 + 12_234


def test_the_schedule_of_cambodia_is_the_truth_cell_for_cell(documents: Path) -> None:
    registry = load_registry()
    extraction = read_csv(
        ROOT / "ckfta" / "extractions" / "ckfta-annex-2a-kh.csv", registry.documents["ckfta-annex-2a-kh"]
    )
    with (documents / "truth" / "ckfta-schedule-cambodia.csv").open(encoding="utf-8", newline="") as file:
        truth = [row for row in csv.DictReader(file) if row["code"]]
    read = [cells for _, cells in joined(extraction.rows)]
    assert len(read) == len(truth) == 10_813
    assert sum(1 for row in extraction.rows if row.role == "continuation") == 12
    for cells, row in zip(read, truth, strict=True):
        seen = [" ".join(cells[name].split()) for name in ("line_code", "base_rate", "category")]
        assert seen == [row["code"], row["base_rate"], row["staging_category"]]
