"""The command that looks into a file: its answer, its text, and that it stands up to every document held."""

from __future__ import annotations

import csv
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pypdfium2
import pytest
import yaml
from PIL import Image

from pipelines.home import Home
from pipelines.inspecting import inspect_file, render
from sources.door import READERS_OF
from sources.draw_page import COLOURS
from sources.look import look_at
from sources.specs import DocumentSpec
from tests.pipelines.conftest import Command
from tests.pipelines.world import GOOD, World, build_world, typeset
from tests.sources.readers.pdf_sheets import schedule

WHOLE = 12
"""Pages up to which a held document is looked at whole by the tests; of a longer one, a page in its middle."""


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """The small world, described and at hand, with nothing accepted."""
    built = build_world(tmp_path / "world")
    monkeypatch.setenv("FTADATA_SOURCES", str(built.sources))
    monkeypatch.setenv("FTADATA_HOME", str(built.home))
    monkeypatch.setenv("FTADATA_DOCUMENTS", str(built.documents))
    return built


def test_an_unknown_file_is_described_and_the_description_is_tried(world: World, tmp_path: Path) -> None:
    file = tmp_path / "Schedule of X, final (2).pdf"
    file.write_bytes(typeset([*GOOD, ("9999.10.00", "Others", "1%", "A")]))
    answer = inspect_file(Home(world.home), file)
    assert (answer["kind"], answer["pages"], answer["known_as"], answer["reason"]) == ("pdf", 1, [], None)
    assert answer["tried"]["roles"] == {"line": 7}
    (described,) = yaml.safe_load(answer["draft"])["documents"]
    described = {key: value for key, value in described.items() if value is not None}
    assert DocumentSpec.model_validate(described).id == "schedule-of-x-final-2"
    text = render(answer)
    for expected in (answer["sha256"], "CODE | DESCRIPTION", "0101.21.00", "7 rows (7 line)", "documents:", "Next:"):
        assert expected in text


def test_a_described_document_is_recognised_and_read_by_its_description(world: World, command: Command) -> None:
    world.document("kh").write_bytes(typeset([*GOOD, ("87.12", "Spoilt", "7%", "A")]))
    code, answer = command("sources", "inspect", str(world.document("kh")), "--document", "sample-kh")
    assert code == 0
    assert (answer["document"], answer["tried"]["by"]) == ("sample-kh", "sample-kh")
    assert answer["tried"]["roles"] == {"line": 6, "rejected": 1}
    assert "line_code is '87.12'" in answer["tried"]["rejected"][0]["why"]
    _, answer = command("sources", "inspect", str(world.document("kr")))
    assert answer["known_as"] == ["sample-kr"]
    assert "--document sample-kr" in render(answer)


def test_the_page_is_drawn_with_its_rows_in_the_colours_of_their_roles(
    world: World, tmp_path: Path, command: Command
) -> None:
    world.document("kh").write_bytes(typeset([*GOOD, ("87.12", "Spoilt", "7%", "A")]))
    image = tmp_path / "page.png"
    where = ("--page", "1", "--image", str(image), "--document", "sample-kh")
    assert command("sources", "inspect", str(world.document("kh")), *where)[0] == 0
    colours = {colour for _, colour in Image.open(image).convert("RGB").getcolors(maxcolors=1 << 20) or []}
    assert {COLOURS["line"], COLOURS["rejected"]} <= colours
    assert COLOURS["table"] not in colours


def test_rows_of_a_table_without_upright_rules_are_drawn_and_drafted(world: World, tmp_path: Path) -> None:
    rows = [[f"0101.{n}.00", f"Horses of kind {n}", f"{n}%", "EX"] for n in range(11, 31)]
    file = schedule(tmp_path / "s.pdf", [rows], style="none")
    answer = inspect_file(Home(world.home), file, page=1, image=tmp_path / "page.png")
    assert "options: {rules: none}" in answer["draft"]
    assert answer["tried"]["roles"] == {"line": 20}
    assert "without upright rules" in render(answer)
    colours = {colour for _, colour in Image.open(tmp_path / "page.png").convert("RGB").getcolors(1 << 20) or []}
    assert COLOURS["line"] in colours


@pytest.mark.parametrize(
    ("arguments", "code", "exit_code"),
    [
        (("nowhere.pdf",), "wrong_use", 2),
        (("{kh}", "--image", "page.png"), "wrong_use", 2),
        (("{kh}", "--page", "2"), "no_such_page", 2),
        (("{text}",), "unsupported_kind", 4),
    ],
)
def test_what_cannot_be_looked_at_is_said(
    world: World, tmp_path: Path, command: Command, arguments: tuple[str, ...], code: str, exit_code: int
) -> None:
    (tmp_path / "page.txt").write_text("<!doctype html><html></html>")
    places = {"kh": world.document("kh"), "text": tmp_path / "page.txt"}
    found, answer = command("sources", "inspect", *(each.format(**places) for each in arguments))
    assert (found, answer["error"]["code"]) == (exit_code, code)
    assert answer["error"]["remedy"]


# --- the documents held ----------------------------------------------------------------------------------------------


def _index(documents: Path) -> list[str]:
    with (documents / "index.csv").open(encoding="utf-8") as file:
        return [row["path"] for row in csv.DictReader(file)]


@pytest.mark.documents
def test_every_held_document_is_inspected_and_gives_a_draft_that_loads_or_a_reason(
    documents: Path, world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = _index(documents)
    assert len(paths) == 55
    pages = {name: _page_in_the_middle(documents / name) for name in paths}
    with ThreadPoolExecutor(2) as pool:
        answers = dict(
            zip(
                paths,
                pool.map(lambda n: inspect_file(Home(world.home), documents / n, page=pages[n]), paths),
                strict=True,
            )
        )
    with capsys.disabled():
        print(
            "\nlooked at on one page only, in the middle:",
            *(f"{n} (page {p})" for n, p in pages.items() if p),
            sep="\n  ",
        )
    for name, answer in answers.items():
        assert answer["tables"] or answer["articles"] or answer["reason"] or answer["paragraphs"], name
        assert {each["reader"] for each in answer["tables"]} <= set(READERS_OF[answer["kind"]]), name
        assert sum(each["rows"] for each in answer["accounts"]) or answer["reason"] or answer["paragraphs"], name
        (described,) = yaml.safe_load(answer["draft"])["documents"]
        spec = DocumentSpec.model_validate({key: value for key, value in described.items() if value is not None})
        assert spec.sha256 == answer["sha256"]
        if spec.reader is None:
            assert answer["reason"] or "header_not_found" in {each["code"] for each in answer["findings"]}, name
        else:
            assert "error" not in answer["tried"], (name, answer["tried"])
        assert len(render(answer).splitlines()) > 4


def _page_in_the_middle(file: Path) -> int | None:
    """A page in the middle of a long PDF, so that the test stays short; None for what is looked at whole."""
    if file.suffix != ".pdf":
        return None
    with pypdfium2.PdfDocument(file) as document:
        return len(document) // 2 if len(document) > WHOLE else None


@pytest.mark.documents
@pytest.mark.parametrize(
    ("name", "roles"),
    [
        ("rcep/annex-1-schedule-of-china-for-asean.xls", {"line": 8277, "heading": 4115}),
        ("hs/unsd-hs2022-hs2017.xlsx", {"line": 15657}),
        ("acfta/cambodia-sensitive-list.txt", {"line": 350}),
        ("acfta/cambodia-highly-sensitive-list.txt", {"line": 150}),
        ("atiga/annex-3-attachment-1-textiles.pdf", {"heading": 127, "line": 344}),  # one is `ex.9619.00`
        ("atiga/origin-declaration-format.pdf", {"line": 14}),
    ],
)
def test_a_drafted_description_reads_the_lines_that_the_document_has(
    documents: Path, world: World, name: str, roles: dict[str, int]
) -> None:
    assert inspect_file(Home(world.home), documents / name)["tried"]["roles"] == roles


@pytest.mark.documents
def test_a_scan_and_a_flattened_excerpt_are_named_as_what_they_are(documents: Path) -> None:
    scan = look_at(documents / "atiga" / "first-protocol-scan.pdf")
    assert [finding.code for finding in scan.findings] == ["needs_ocr"]
    excerpts = [name for name in _index(documents) if name.endswith("excerpt.txt")]
    assert len(excerpts) == 2
    for name in excerpts:
        assert [finding.code for finding in look_at(documents / name).findings] == ["flattened_table"]
