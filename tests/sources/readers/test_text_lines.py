from __future__ import annotations

import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sources.errors import FtaError
from sources.readers import text_lines
from sources.reading import Reading
from sources.registry import load_registry

LIST = ("NO.", "HS CODE", "DESCRIPTION")
NUMBERED: dict[str, Any] = {
    "pattern": r"(\d+)\s+(\d{4}\.\d{2})\s+(.*)",
    "row_start": r"\d+ \d{4}\.\d{2} ",
    "page": r"\d{3}",
    "numbered": "NO.",
}
TABLE = ("", "item", "key", "unit", "text", "1", "2", "3")
EXPORTED: dict[str, Any] = {
    "separator": "\t",
    "encoding": "cp1252",
    "header": False,
    "ends": r"^[\s*]+$",
    "row_start": r" *\t *(?:\d{2}\.\d{2}|\d{4}\.\d{2}(?:\.\d{2})?)? *(?:\t *(?:\d\d[A-Z]|[*A-Z][^\t]{0,19})? *(?:\t|$)"
    r"|$)|\d{4}\.\d{2}\.\d{2}\t",
}


def read(tmp_path: Path, lines: list[str], columns: tuple[str, ...] = LIST, **options: Any) -> Reading:
    file = tmp_path / "text.txt"
    file.write_bytes("\r\n".join(lines).encode(options.get("encoding", "utf-8")))
    return text_lines.read(file, columns=columns, options=options)


def codes(reading: Reading, *severities: str) -> list[str]:
    return [finding.code for finding in reading.findings if finding.severity in severities]


def test_wrapped_lines_join_their_row_also_over_a_page(tmp_path: Path) -> None:
    lines = ["NO. HS CODE DESCRIPTION", "1 2501.00 Salt, whether", "or not", "119", "NO. HS CODE DESCRIPTION",
             "in water", "2 2505.90 - Other"]  # fmt: skip
    reading = read(tmp_path, lines, **NUMBERED)
    assert [(row.locator, row.page, row.cells) for row in reading.rows] == [
        ("line 2", 119, ("1", "2501.00", "Salt, whether\nor not\nin water")),
        ("line 7", 120, ("2", "2505.90", "- Other")),
    ]
    assert reading.meta["lines"] == {"continued": 2, "header": 2, "page": 1, "row": 2}


def test_a_missing_number_is_an_error(tmp_path: Path) -> None:
    reading = read(tmp_path, ["NO. HS CODE DESCRIPTION", "1 2501.00 a", "3 2502.00 b"], **NUMBERED)
    assert codes(reading, "error") == ["number_missing"]


def test_a_header_that_is_not_printed_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FtaError) as caught:
        read(tmp_path, ["NO. HS DESCRIPTION", "1 2501.00 a"], **NUMBERED)
    assert caught.value.code == "header_changed"


def test_a_line_that_begins_a_row_and_has_not_its_shape_is_kept_whole_and_reported(tmp_path: Path) -> None:
    reading = read(tmp_path, ["NO. HS CODE DESCRIPTION", "1 2501.00 a", "2 2502.00x b"],
                   **NUMBERED | {"row_start": r"\d+ "})  # fmt: skip
    assert reading.rows[1].cells == ("2 2502.00x b", "", "")
    assert codes(reading, "error") == ["ragged_row", "number_missing"]


def test_the_table_is_looked_for_between_two_lines(tmp_path: Path) -> None:
    lines = ["PART 8", "(b) X:", "NO. HS CODE DESCRIPTION", "1 1111.11 no", "PART 9", "(b) X:",
             "NO. HS CODE DESCRIPTION", "1 2222.22 yes", "(c) Y:", "1 3333.33 no"]  # fmt: skip
    reading = read(tmp_path, lines, **NUMBERED | {"from": ["^PART 9", r"^\(b\)"], "until": r"^\(c\)"})
    assert [row.cells[1] for row in reading.rows] == ["2222.22"]
    for option in ({"from": "^PART 7"}, {"until": "^never"}):
        with pytest.raises(FtaError) as caught:
            read(tmp_path, lines, **NUMBERED | option)
        assert caught.value.code == "header_changed"


def test_fields_are_cut_at_tabs_and_broken_cells_are_joined(tmp_path: Path) -> None:
    lines = [
        *("NOTE", "1.\tProse", "", "\t01.06\t\t\tOther:"),
        *("\t0106.12.00\t00A\tNo.\t– Whales; ", "manatees\tFree\tFree"),
        *("\t\t\t\t\t\t*See Below", "\t\t\t\t\t\tRCEP 9.3", "*\t*\t*", "More prose"),
    ]
    reading = read(tmp_path, lines, TABLE, **EXPORTED)
    assert [row.cells[1:] for row in reading.rows] == [
        ("01.06", "", "", "Other:", "", "", ""),
        ("0106.12.00", "00A", "No.", "– Whales;\nmanatees", "Free", "Free", ""),
        ("", "", "", "", "", "*See Below", ""),
        ("", "", "", "", "", "RCEP 9.3", ""),
    ]
    assert codes(reading, "error", "warning") == []
    assert reading.meta["lines"] == {"blank": 1, "continued": 1, "ended": 1, "outside": 3, "row": 4}


def test_rows_that_lost_their_line_ends_are_taken_apart_and_reported(tmp_path: Path) -> None:
    line = "\t\t\t\tKiwifruit wine:" + "\t" * 6 + "01E\tl\tSparkling" + "\t" * 6 + "09L\tl\tOther"
    reading = read(tmp_path, [line], TABLE, **EXPORTED)
    assert [(row.locator, row.cells[2], row.cells[4]) for row in reading.rows] == [
        ("line 1", "", "Kiwifruit wine:"),
        ("line 1, part 2", "01E", "Sparkling"),
        ("line 1, part 3", "09L", "Other"),
    ]
    assert codes(reading, "warning") == ["ragged_row"]


def test_a_row_that_lost_its_first_separator_is_still_a_row_and_reported(tmp_path: Path) -> None:
    reading = read(tmp_path, ["\t\t\t\t– Other:", "3808.91.00\t\t\t– – Insecticides"], TABLE, **EXPORTED)
    assert reading.rows[1].cells[:5] == ("", "3808.91.00", "", "", "– – Insecticides")
    assert codes(reading, "warning") == ["ragged_row"]


def test_bytes_that_are_not_in_the_encoding_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_bytes(b"NO. HS CODE DESCRIPTION\n1 2501.00 caf\xe9")
    with pytest.raises(FtaError) as caught:
        text_lines.read(file, columns=LIST, options=NUMBERED)
    assert caught.value.code == "wrong_encoding"
    assert text_lines.read(file, columns=LIST, options=NUMBERED | {"encoding": "cp1252"}).rows[0].cells[2] == "café"


def test_members_of_an_archive_are_named_in_every_locator(tmp_path: Path) -> None:
    file = tmp_path / "a.zip"
    with zipfile.ZipFile(file, "w") as archive:
        for name in ("T02.txt", "T01.txt", "Index.txt"):
            archive.writestr(name, f"NO. HS CODE DESCRIPTION\n1 2501.00 {name}")
    options = {key: value for key, value in NUMBERED.items() if key not in ("numbered", "page")}
    reading = text_lines.read(file, columns=LIST, options=options | {"members": r"T(?P<page>\d\d)\.txt"})
    assert [(row.locator, row.page) for row in reading.rows] == [
        ("member 'T01.txt', line 2", 1),
        ("member 'T02.txt', line 2", 2),
    ]
    assert "member_not_read" in codes(reading, "info")
    for members, code in ((r"X.*", "members_missing"), (None, "members_not_named"), ("(", "wrong_option")):
        with pytest.raises(FtaError) as caught:
            text_lines.read(file, columns=LIST, options=options | ({"members": members} if members else {}))
        assert caught.value.code == code


@pytest.mark.parametrize(
    "options",
    [{}, {"separator": "\t"}, {"separator": "\t", "pattern": "(a)(b)(c)"}, {"pattern": "(a)"},
     NUMBERED | {"numbered": "X"}],
)  # fmt: skip
def test_options_that_contradict_each_other_are_refused(tmp_path: Path, options: dict[str, Any]) -> None:
    with pytest.raises(FtaError) as caught:
        read(tmp_path, ["a"], **options)
    assert caught.value.code == "wrong_option"


word = st.text("abcdefg ,;-", min_size=1, max_size=20).filter(lambda text: text.strip() == text)


@settings(deadline=None, max_examples=50)
@given(
    st.lists(st.tuples(st.from_regex(r"[0-9]{4}\.[0-9]{2}", fullmatch=True), st.lists(word, min_size=1)), min_size=1)
)
def test_any_numbered_list_reads_back(
    tmp_path_factory: pytest.TempPathFactory, items: list[tuple[str, list[str]]]
) -> None:
    lines = ["NO. HS CODE DESCRIPTION"]
    for number, (code, words) in enumerate(items, 1):
        lines += [f"{number} {code} {words[0]}", *words[1:]]
        if number % 7 == 0:
            lines += [str(100 + number), "NO. HS CODE DESCRIPTION"]
    reading = read(tmp_path_factory.getbasetemp(), lines, **NUMBERED)
    expected = [(str(number), code, "\n".join(words)) for number, (code, words) in enumerate(items, 1)]
    assert [row.cells for row in reading.rows] == expected
    assert sum(reading.meta["lines"].values()) == len(lines)
    assert codes(reading, "error") == []


@pytest.mark.documents
@pytest.mark.parametrize(("name", "attachment", "items"), [("sensitive", 8, 350), ("highly-sensitive", 9, 150)])
def test_the_flattened_lists_are_read_whole_from_both_copies(
    documents: Path, name: str, attachment: int, items: int
) -> None:
    options = NUMBERED | {"skip": r"^\(b\) "}
    alone = text_lines.read(documents / f"acfta/cambodia-{name}-list.txt", columns=LIST, options=options)
    section = {"from": [rf"^ATTACHMENT {attachment} ", r"^\(b\) "], "until": r"^\(c\) "}
    whole = text_lines.read(
        documents / "acfta/second-protocol-2006-lists-and-psr.md", columns=LIST, options=NUMBERED | section
    )
    assert [row.cells for row in alone.rows] == [row.cells for row in whole.rows]
    assert len(alone.rows) == items
    assert codes(alone, "error", "warning") == []


@pytest.mark.documents
def test_the_working_tariff_is_read_whole(documents: Path) -> None:
    reading = text_lines.read(
        documents / "nz/working-tariff-2022-01-01.zip",
        columns=TABLE,
        options=EXPORTED | {"members": r"Tariff(?P<page>\d\d)\.txt"},
    )
    items = [row for row in reading.rows if len(row.cells[1]) == 10]
    assert len(reading.accounts) == 97
    assert (len(reading.rows), len(items), codes(reading, "error")) == (42_399, 8_290, [])
    assert codes(reading, "warning") == ["ragged_row"] * 15


@pytest.mark.documents
def test_the_footers_that_the_working_tariff_points_to_are_not_in_it_and_its_description_says_so(
    documents: Path,
) -> None:
    with zipfile.ZipFile(documents / "nz/working-tariff-2022-01-01.zip") as archive:
        texts = {name: archive.read(name).decode("cp1252") for name in archive.namelist()}
    pointing = [name for name, text in texts.items() if "*See Below" in text]
    assert pointing
    assert not [name for name, text in texts.items() if re.search(r"(?im)^\W*See (Below|footer)\W*:", text)]
    note = load_registry().document("nz-tariff-2022-01-01").note
    assert "See Below" in note
