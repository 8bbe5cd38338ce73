"""What a person should know about a sheet that was read: what Excel hides or shows otherwise, text beside the table.

Each function gives findings and changes nothing. Places are row and column from 0; findings carry Excel's numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import Any

from sources.readers.layout import Place, SheetLayout, column_letters
from sources.reading import Finding
from sources.wording import number_of

Body = list[tuple[int, list[Any]]]
Range = tuple[Place, Place]


def name_of(place: Place) -> str:
    """A cell's name as Excel writes it, such as `B12`."""
    return f"{column_letters(place[1])}{place[0] + 1}"


def _some(names: Iterable[str], count: int, most: int = 5) -> str:
    return ", ".join(islice(names, most)) + (f" and {count - most} more" if count > most else "")


def _cells(
    code: str, severity: str, message: str, places: Sequence[Place], remedy: str = "", noun: str = "cell"
) -> list[Finding]:
    """One finding on all places, none without any; `{n}` in the message is their number with the noun."""
    if not places:
        return []
    return [
        Finding(
            code,
            severity,
            message.format(n=number_of(len(places), noun), cells=_some(map(name_of, places), len(places))),
            row_no=places[0][0] + 1,
            value=str(len(places)),
            remedy=remedy,
        )
    ]


def _percent_findings(body: Body, layout: SheetLayout, columns: set[int], shown: bool) -> list[Finding]:
    places = [
        (number, column)
        for number, row in body
        for column in columns
        if (number, column) in layout.percent and isinstance(row[column], float | int)
    ]
    how = "given as percentages" if shown else "given as the fractions the file holds (0.14 is shown as 14%)"
    return _cells("percent_format", "info", "{n} formatted in percent, " + how + ": {cells}.", places, noun="number")


def _hidden_findings(body: Body, layout: SheetLayout, columns: Sequence[int]) -> list[Finding]:
    rows = [number for number, _ in body if number in layout.hidden_rows]
    found = _cells(
        "hidden_row",
        "warning",
        "{n} read like the others, the first at {cells}.",
        [(number, columns[0]) for number in rows],
        "Look at the rows in Excel (unhide) and decide whether they belong to the document.",
        "hidden row",
    )
    hidden = [column for column in columns if column in layout.hidden_columns]
    if hidden:
        found.append(
            Finding(
                "hidden_column",
                "warning",
                f"Hidden columns were read like the others: {_some(map(column_letters, hidden), len(hidden))}.",
                value=str(len(hidden)),
                remedy="Look at the columns in Excel (unhide) and decide whether they belong to the document.",
            )
        )
    return found


def _merged_findings(merged: Sequence[Range], header_row: int, columns: Sequence[int]) -> list[Finding]:
    inside = [
        ((top, left), (bottom, right))
        for (top, left), (bottom, right) in merged
        if bottom > header_row and left <= columns[-1] and right >= columns[0]
    ]
    return [
        Finding(
            "merged_cell",
            "warning",
            f"The cells {name_of(first)} to {name_of(last)} are merged: the first holds the text.",
            row_no=first[0] + 1,
            value=f"{name_of(first)}:{name_of(last)}",
            remedy="Say in the description what an empty cell under a merged one means.",
        )
        for first, last in inside
    ]


def layout_findings(
    rows: list[list[Any]],
    body: Body,
    merged: Sequence[Range],
    layout: SheetLayout,
    header_rows: Sequence[int],
    columns: Sequence[int],
    percent_shown: bool,
) -> list[Finding]:
    """Hidden rows and columns, merged cells, formulas, errors, comments, percent formats, inside the table."""
    wide = set(columns)

    def below(place: Place) -> bool:
        return place[0] > header_rows[-1] and place[1] in wide

    formulas = sorted(place for place in layout.formulas if below(place))
    empty = [
        place
        for place in formulas
        if not layout.formulas[place]
        and place[0] < len(rows)
        and rows[place[0]][place[1]] == ""
        and place not in layout.errors
    ]
    found = _cells("formula", "info", "{n} computed, taken as the result that the file holds: {cells}.", formulas)
    found += _cells(
        "formula_without_value",
        "error",
        "{n} computed, without a result in the file: {cells}.",
        empty,
        "Open the workbook in Excel, let it compute, save it, and add that file.",
    )
    found += _cells(
        "error_cell",
        "error",
        "{n} with an error such as #N/A, read as empty: {cells}.",
        sorted(filter(below, layout.errors)),
        "Ask the publisher for the values.",
    )
    comments = sorted(filter(below, layout.comments))
    found += _cells("cell_comment", "info", "{n} with a comment, which was not read: {cells}.", comments)
    found += _percent_findings(body, layout, wide, percent_shown)
    found += _hidden_findings(body, layout, columns)
    return found + _merged_findings(merged, header_rows[-1], columns)


def outside_findings(
    rows: list[list[Any]],
    body: Body,
    header_rows: Sequence[int],
    columns: Sequence[int],
    repeated: Sequence[int],
) -> list[Finding]:
    """Text above the header, beside the table, blank rows, and headers printed again."""
    wide = set(columns)
    beside = [
        (number, column)
        for number, row in body
        for column, value in enumerate(row)
        if value != "" and column not in wide and str(value).strip()
    ]
    inner = [place for place in beside if columns[0] < place[1] < columns[-1]]
    found = _cells(
        "unheaded_column",
        "warning",
        "{n} in columns without a header, not read: {cells}.",
        inner,
        "Look at them; to read such a column give the description a column with the header ''.",
    )
    found += _cells(
        "ragged_row",
        "error",
        "{n} beside the table: {cells}.",
        [place for place in beside if not columns[0] < place[1] < columns[-1]],
        "See whether a row has shifted; name the columns in the description, or correct the workbook.",
    )
    above = [(number, 0) for number in range(header_rows[0]) if any(value != "" for value in rows[number])]
    found += _cells("text_outside_table", "info", "{n} above the header, not read as rows.", above, noun="row")
    found += _cells(
        "header_repeated", "info", "The header is printed again in {n}.", [(at, 0) for at in repeated], noun="row"
    )
    last = max((number for number, _ in body), default=header_rows[-1])
    filled = {number for number, _ in body} | set(repeated)
    blank = [(number, 0) for number in range(header_rows[-1] + 1, last) if number not in filled]
    found += _cells("blank_row", "info", "{n} inside the table, passed over.", blank, noun="blank row")
    if len(rows) - 1 > max(last, *header_rows):
        message = f"The sheet goes on for {number_of(len(rows) - 1 - last, 'blank row')} under the table."
        found.append(Finding("blank_rows_at_end", "info", message, row_no=last + 2, value=str(len(rows) - 1 - last)))
    return found


def sheet_findings(sheets: Sequence[Mapping[str, Any]]) -> list[Finding]:
    """Sheets of the workbook that were not read, hidden ones as a warning."""
    found = []
    for sheet in sheets:
        hidden, read = sheet["hidden"], sheet["read"]
        if hidden:
            done = "was read" if read else "was not read"
            message = f"The sheet {sheet['name']!r} is hidden; it {done}."
            remedy = "Unhide it in Excel and see whether it belongs to the document."
            found.append(
                Finding("hidden_sheet", "warning", message, page=sheet["number"], value=sheet["name"], remedy=remedy)
            )
        elif not read:
            message = f"The sheet {sheet['name']!r} was not read."
            found.append(Finding("sheet_not_read", "info", message, page=sheet["number"], value=sheet["name"]))
    return found
