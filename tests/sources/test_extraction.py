"""Extractions: what a row is, the accepted CSV, and the comparison cell by cell."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sources.errors import FtaError
from sources.extraction import ExtractedRow, Extraction, compare, extract, read_csv, write_csv
from sources.reading import Reading, Row
from sources.specs import ColumnSpec, DocumentSpec, ReaderSpec, RoleSpec

DOCUMENT = DocumentSpec.model_validate(
    {
        "id": "sample",
        "kind": "tariff_schedule",
        "title": "Sample",
        "publisher": "Nobody",
        "licence": "CC0-1.0",
        "sha256": "0" * 64,
        "reader": {
            "name": "pdf_table",
            "columns": [
                {"name": "line_code", "header": "CODE", "fact": True, "pattern": r"\d{4}\.\d{2}", "required": True},
                {"name": "description", "header": "DESCRIPTION", "fact": False},
                {"name": "base_rate", "header": "RATE", "fact": True, "required": True},
            ],
            "roles": [
                {"role": "line", "when": {"line_code": ".+"}},
                {"role": "heading", "when": {"line_code": "", "description": "SECTION.*"}},
                {"role": "continuation", "when": {"line_code": "", "base_rate": "", "description": ".+"}},
            ],
        },
    }
)


def reading(*cells: tuple[str, str, str], page: int = 1) -> Reading:
    rows = tuple(
        Row(f"page {page}, row {n}", page, n, (1.0, 2.0, 3.04, 4.0), values) for n, values in enumerate(cells, 1)
    )
    return Reading("00", "pdf_table", "1", ("CODE", "DESCRIPTION", "RATE"), rows, ())


def test_a_row_is_what_its_patterns_say_and_words_are_left_behind() -> None:
    candidate = extract(
        DOCUMENT,
        reading(("", "SECTION I", ""), ("0101.21", "Horses,", "5%"), ("", "live", ""), ("", "", "9%")),
    )
    assert [row.role for row in candidate.rows] == ["heading", "line", "continuation", "rejected"]
    assert candidate.rows[1].cells == {"line_code": "0101.21", "base_rate": "5%"}
    assert candidate.rows[1].bbox == "1.0 2.0 3.0 4.0"
    assert "Horses" not in write_csv(candidate)


@pytest.mark.parametrize("cells", [("0101.2", "x", "5%"), ("0101.21", "x", " ")])
def test_a_line_whose_facts_do_not_fit_is_rejected_not_dropped(cells: tuple[str, str, str]) -> None:
    assert [row.role for row in extract(DOCUMENT, reading(cells)).rows] == ["rejected"]


@given(st.lists(st.tuples(st.text(), st.text()), max_size=8))
def test_writing_and_reading_an_extraction_is_the_identity(
    tmp_path_factory: pytest.TempPathFactory, cells: list[tuple[str, str]]
) -> None:
    rows = tuple(
        ExtractedRow(f"page 1, row {n}", 1, n, "", "line", {"line_code": a, "base_rate": b})
        for n, (a, b) in enumerate(cells, 1)
    )
    extraction = Extraction("sample", "00", "pdf_table 1", "A. N", date(2026, 11, 22), ("line_code", "base_rate"), rows)
    path = tmp_path_factory.mktemp("x") / "sample.csv"
    path.write_text(write_csv(extraction), encoding="utf-8", newline="")
    assert read_csv(path, DOCUMENT) == extraction


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("nothing\n", 1),
        ("# ftadata extraction 1\nlocator,page,row,bbox,role,base_rate\n", 2),
        ("# ftadata extraction 1\nlocator,page,row,bbox,role,line_code,base_rate\np,1,1,,line,0101.21\n", 3),
        ("# ftadata extraction 1\nlocator,page,row,bbox,role,line_code,base_rate\np,1,1,,row,0101.21,5%\n", 3),
    ],
)
def test_a_damaged_extraction_is_refused_with_its_line(tmp_path: Path, text: str, line: int) -> None:
    path = tmp_path / "sample.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(FtaError) as caught:
        read_csv(path, DOCUMENT)
    assert caught.value.code == "bad_extraction"
    assert caught.value.where["line"] == line


def test_a_changed_cell_is_one_difference_with_both_values() -> None:
    before = extract(DOCUMENT, reading(("0101.21", "a", "5%"), ("0101.29", "b", "7%")))
    after = extract(DOCUMENT, reading(("0101.21", "a", "5%"), ("0101.29", "b", "8%")))
    (difference,) = compare(before, after)
    assert (difference.locator, difference.column) == ("page 1, row 2", "base_rate")
    assert (difference.accepted, difference.candidate) == ("7%", "8%")


def test_a_row_put_in_is_one_row_and_the_rest_only_moved() -> None:
    before = extract(DOCUMENT, reading(("0101.21", "a", "5%"), ("0101.29", "b", "7%")))
    after = extract(DOCUMENT, reading(("0101.20", "new", "0%"), ("0101.21", "a", "5%"), ("0101.29", "b", "7%")))
    found = compare(before, after)
    assert [d for d in found if d.column is None and d.accepted is None and "0101.20" in (d.candidate or "")]
    assert {d.column for d in found} == {None, "locator"}


def test_nothing_differs_from_itself() -> None:
    candidate = extract(DOCUMENT, reading(("0101.21", "a", "5%")))
    assert compare(candidate, candidate) == []


def test_of_a_column_of_words_only_the_fact_in_it_is_kept() -> None:
    column = ColumnSpec(name="season", header="words", fact=True, take=r"from (\d+)/(\d+) to (\d+)/(\d+)")
    spec = ReaderSpec(name="x", columns=(column,), roles=(RoleSpec(role="line", when={"season": ".+"}),))
    document = DocumentSpec(id="d", kind="national_tariff", title="-", publisher="-", licence="-", reader=spec)
    texts = ("Fresh, imported from 4/1 to 9/30 of a year", "Fresh")
    rows = tuple(Row(f"row {n}", 1, n, None, (text,)) for n, text in enumerate(texts, start=1))
    reading = Reading("0" * 64, "x", "1", ("words",), rows, ())
    assert [(row.role, row.cells["season"]) for row in extract(document, reading).rows] == [
        ("line", "4/1/9/30"),
        ("line", ""),
    ]
