"""Bad input gives a clear error with its place and its mend; the rest goes on, and the last good release stays."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from typing import Any

import pytest
from reportlab.pdfgen.canvas import Canvas

from tests.pipelines.world import GOOD, HEADER, World, typeset

Command = Callable[..., tuple[int, dict[str, Any]]]
Row = tuple[str, str, str, str]


def without_text() -> bytes:
    canvas = Canvas("unused.pdf", invariant=1)
    canvas.rect(100, 100, 300, 500, fill=1)
    canvas.showPage()
    return bytes(canvas.getpdfdata())


def with_row(place: int, row: Sequence[str]) -> bytes:
    rows = [tuple(row) if number == place else good for number, good in enumerate(GOOD)]
    return typeset(rows)


def latest(world: World) -> str:
    import json

    return str(json.loads((world.home / "public/releases/latest.json").read_text())["version"])


def take_in(world: World, command: Command, content: bytes) -> None:
    """Take bytes in, on purpose, as the document of Cambodia's schedule."""
    file = world.root / "new.pdf"
    file.write_bytes(content)
    code, _ = command("sources", "add", str(file), "--document", "sample-kh", "--accept-new-hash", "--by", "A. Tester")
    assert code == 0


SWAPPED = typeset([(a, b, d, c) for a, b, c, d in GOOD], ("CODE", "DESCRIPTION", "CATEGORY", "BASE RATE"))
LACKING = typeset([row[:3] for row in GOOD], HEADER[:3], widths=(80, 250, 200))


@pytest.mark.parametrize(
    ("content", "code", "said"),
    [
        (typeset(GOOD)[:1500], "document_unreadable", ""),
        (without_text(), "needs_ocr", "pictures"),
        (LACKING, "header_changed", "CATEGORY"),
        (SWAPPED, "header_changed", "BASE RATE"),
    ],
    ids=["truncated", "no text", "missing column", "swapped columns"],
)
def test_a_document_that_cannot_be_read_is_said_and_the_accepted_facts_stay(
    world: World, command: Command, content: bytes, code: str, said: str
) -> None:
    take_in(world, command, content)
    exit_code, report = command("run", "--quiet")
    assert exit_code == 3
    assert report["partial"] is True
    (bad,) = [d for d in report["documents"] if d["state"] == "unreadable"]
    assert bad["document_id"] == "sample-kh"
    assert bad["error"]["code"] == code
    assert said in str(bad["error"])
    assert bad["error"]["where"]["document"] == "sample-kh"
    assert bad["error"]["remedy"]
    assert latest(world) == "1.0.0"
    refused, answer = command("sources", "accept", "sample-kh", "--by", "A. Tester", "--quiet")
    assert refused in (3, 4)
    assert answer["error"]["code"] == code


def test_a_ragged_row_is_named_with_its_page_and_row_and_nothing_is_shifted(world: World, command: Command) -> None:
    take_in(world, command, typeset(GOOD, span=((1, 3), (2, 3))))
    exit_code, report = command("run", "--quiet")
    (document,) = [d for d in report["documents"] if d["document_id"] == "sample-kh"]
    told = str(document)
    assert exit_code in (0, 3)
    assert "row 3" in told or "'row': 3" in told or "'row_no': 3" in told
    assert latest(world) == "1.0.0"


@pytest.mark.parametrize(
    ("row", "value", "expected"),
    [
        (("0101.21.00", "Again", "0%", "A"), "0101.21.00", "once"),
        (("6109.10.00", "Of cotton", "15%", "Z"), "Z", "categor"),
        (("6109.10.00", "Of cotton", "fifteen", "B"), "fifteen", "duty"),
        (("9999.10.00", "In no edition", "15%", "B"), "9999", "HS 2017"),
        (("6109.1.000", "Malformed", "15%", "B"), "6109.1.000", r"\d"),
    ],
    ids=["duplicate line", "unknown category", "unreadable rate", "code in no edition", "malformed code"],
)
def test_a_bad_row_quarantines_its_schedule_and_publishing_waits_for_a_name(
    world: World, command: Command, row: Row, value: str, expected: str
) -> None:
    take_in(world, command, with_row(3, row))
    assert command("sources", "accept", "sample-kh", "--by", "A. Tester", "--quiet")[0] == 0
    exit_code, report = command("run", "--quiet")
    assert exit_code == 3
    assert report["partial"] is True
    assert list(report["quarantine"]) == ["sample-kh"]
    assert report["refused"]["code"] == "quarantine_not_accepted"
    assert latest(world) == "1.0.0"

    told = " ".join(report["quarantine"]["sample-kh"])
    for word in ("page 1", "row 4", value, expected):
        assert word in told, (word, told)

    code, refused = command("publish", "--quiet")
    assert code == 5
    assert "--accept-quarantine sample-kh" in refused["error"]["remedy"]
    code, made = command("publish", "--quiet", "--accept-quarantine", "sample-kh", "--approved-by", "A. Tester")
    assert code == 0
    assert made["release"]["carried_forward"] == ["sample-kh"]
    with closing(sqlite3.connect(world.home / "public/releases" / f"v{latest(world)}" / "fta.sqlite")) as release:
        status = dict(release.execute("SELECT schedule_id, status FROM schedule"))
        kept = release.execute("SELECT count(*) FROM concession WHERE schedule_id = 'sample-kh'").fetchone()[0]
    assert status == {"sample-kh": "carried_forward", "sample-kr": "current"}
    assert kept == len(GOOD)


def test_the_wrong_document_under_a_right_name_is_refused_and_the_rest_goes_on(world: World, command: Command) -> None:
    world.document("kh").write_bytes(typeset(GOOD[:3]))
    exit_code, report = command("run", "--quiet")
    assert exit_code == 4
    assert report["partial"] is True
    (refused,) = [d for d in report["documents"] if d["state"] == "refused"]
    assert refused["error"]["where"]["document"] == "sample-kh"
    assert refused["error"]["where"]["sha256"] in refused["error"]["message"]
    assert refused["error"]["where"]["expected"] in refused["error"]["message"]
    assert "--accept-new-hash" in refused["error"]["remedy"]
    assert {d["document_id"] for d in report["documents"] if d["state"] == "same"} >= {"sample-kr"}
    assert latest(world) == "1.0.0"


def test_an_accepted_extraction_that_the_document_does_not_bear_out_is_quarantined(
    world: World, command: Command
) -> None:
    extraction = world.home / "extractions" / "sample-kh.csv"
    text = extraction.read_text(encoding="utf-8")
    assert "0101.29.00,7%," in text
    extraction.write_text(text.replace("0101.29.00,7%,", "0101.29.00,8%,"), encoding="utf-8")
    exit_code, report = command("run", "--quiet")
    assert exit_code == 3
    (document,) = [d for d in report["documents"] if d["state"] == "differs"]
    assert document["sample"][0]["locator"] == "page 1, row 2"
    assert (document["sample"][0]["accepted"], document["sample"][0]["candidate"]) == ("8%", "7%")
    assert "'8%'" in " ".join(report["quarantine"]["sample-kh"])
    assert latest(world) == "1.0.0"
