from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sources.errors import FtaError
from sources.readers import flat_text
from sources.reading import Reading

COLUMNS = ("HS Code", "Description", "2009", "2010", "2011")
OPTIONS = {"code": r"\d{4}\.\d{2}\.\d{2}", "value": r"\d+%", "short": [0]}


def read(tmp_path: Path, text: str, **options: Any) -> Reading:
    file = tmp_path / "flat.txt"
    file.write_text(text, encoding="utf-8")
    return flat_text.read(file, columns=COLUMNS, options=OPTIONS | options)


def test_rows_with_as_many_values_as_headers_are_read(tmp_path: Path) -> None:
    text = (
        "Annex HS Code Description 2009 2010 2011 0101.10.00 - Of 50 kg 5% 4% 3% - Other: 0101.90.10 - - Race 0% 0% 0%"
    )
    reading = read(tmp_path, text)
    assert [row.cells for row in reading.rows] == [
        ("0101.10.00", "- Of 50 kg - Other:", "5%", "4%", "3%"),
        ("0101.90.10", "- - Race", "0%", "0%", "0%"),
    ]
    assert [row.locator for row in reading.rows] == ["item 1", "item 2"]


@pytest.mark.parametrize("values", ["5%", "5% 4%", "5% 4% 3% 2%", "5% 4% 3% x 2% 1% 0%", "5% 4% x 3%"])
def test_another_number_of_values_is_refused_and_nothing_is_shifted(tmp_path: Path, values: str) -> None:
    with pytest.raises(FtaError) as caught:
        read(tmp_path, f"HS Code Description 2009 2010 2011 0101.10.00 - Horses {values}")
    assert caught.value.code == "values_do_not_match_header"
    assert caught.value.where["expected"] == 3
    assert caught.value.remedy


def test_short_rows_are_taken_where_the_description_allows_them(tmp_path: Path) -> None:
    text = "HS Code Description 2009 2010 2011 0101.10.00 - Horses 15% 5% 0101.90.10 - Other 1% 1% 1%"
    assert read(tmp_path, text, short=[0, 2]).rows[0].cells == ("0101.10.00", "- Horses", "15%", "5%", "")


def test_a_row_cut_off_at_the_end_of_an_excerpt_is_left_out_and_reported(tmp_path: Path) -> None:
    text = "HS Code Description 2009 2010 2011 0101.10.00 - Horses 3% 2% 1% 0101.90.10 - Oth"
    reading = read(tmp_path, text, incomplete_end=True)
    assert len(reading.rows) == 1
    assert "row_cut_off" in {finding.code for finding in reading.findings}


def test_a_text_without_the_header_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FtaError) as caught:
        read(tmp_path, "HS Code Description 2009 2011 0101.10.00 a 1% 2% 3%")
    assert caught.value.code == "header_changed"


@pytest.mark.documents
def test_the_excerpt_with_more_values_than_headers_is_refused(documents: Path) -> None:
    columns = ("HS Code", "Description", *map(str, range(2009, 2025)))
    with pytest.raises(FtaError) as caught:
        flat_text.read(documents / "aanzfta/annex-1-schedule-of-cambodia-excerpt.txt", columns=columns, options=OPTIONS)
    assert (caught.value.where["value"], caught.value.where["expected"]) == (18, 16)


@pytest.mark.documents
def test_the_excerpt_with_two_dates_in_one_year_is_read(documents: Path) -> None:
    dates = [f"1-Jan-{year}" for year in range(10, 19)] + ["31-Dec-18", "1-Jan-19", "1-Jan-20", "1-Jan-21", "31-Dec-21"]
    reading = flat_text.read(
        documents / "aifta/annex-1-schedule-of-cambodia-excerpt.txt",
        columns=("NO HS CODE", "DESCRIPTION", "BASE RATE (MFN 2007)", "CATEGORY", *dates),
        options={
            "code": r"(?:[1-9]\d* )?\d{4}\.\d{2}(?:\.\d{2})?|\d\d\.\d\d",
            "value": r"\d+(?:\.\d+)?|NT-1|EL",
            "short": [0, 2],
        },
    )
    excluded = [row.cells for row in reading.rows if row.cells[3] == "EL"]
    assert len(reading.rows) == 29
    assert [cells[0] for cells in excluded] == ["6 0103.91.00"]
    assert set(excluded[0][4:]) == {""}
