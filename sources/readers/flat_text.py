"""Tables flattened to running text: rows known by their code, cells by their order, counted against the header.

A value too many or too few shifts every cell after it. So a row is taken only if its values are exactly as many as
the header has; otherwise the document is refused with the row and the counts, and nothing is shifted.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sources.errors import FtaError
from sources.readers.members import check_options, decode, open_members, pattern, refuse
from sources.reading import Finding, PageAccount, Reading, Row

NAME = "flat_text"
VERSION = "1"

_OPTIONS = ("encoding", "code", "value", "short", "incomplete_end")


def read(path: Path, *, columns: Sequence[str], options: Mapping[str, Any]) -> Reading:
    """Read a flattened table.

    Args:
        path: the text.
        columns: the headers in order: of the code, of the words, and of each value.
        options: `code`, what a row's code looks like; `value`, what one value looks like; `short`, numbers of values
            other than all of them that a row may have (0 for a heading); `incomplete_end`, true where the text is an
            excerpt whose last row is cut off; `encoding`.

    Returns:
        Rows with locators `item 12`, values missing at the end of a short row being empty.

    Raises:
        FtaError: `header_changed`, `values_do_not_match_header`, `wrong_encoding`, `unknown_option`, `wrong_option`.
    """
    check_options(NAME, options, _OPTIONS)
    opened = open_members(path, None)
    text = " ".join(decode(opened.members[0], str(options.get("encoding", "utf-8"))).split())
    header = " ".join(" ".join(columns).split())
    if len(columns) < 3 or header not in text:
        message = f"The text does not hold the header {header!r}."
        raise refuse("header_changed", message, "Compare the text with the description's columns.", file=path.name)
    before, body = text.split(header, 1)
    code = pattern(NAME, "code", options.get("code"))
    value = pattern(NAME, "value", options.get("value"))
    starts = list(re.finditer(rf"(?<!\S)(?:{code.pattern})(?!\S)", body))
    width, rows = len(columns) - 2, list[Row]()
    allowed = {width, *(int(each) for each in options.get("short", []))}
    for number, start in enumerate(starts, 1):
        is_last = number == len(starts)
        words, values, fits = _cut(
            body[start.end() : None if is_last else starts[number].start()].split(), value, allowed
        )
        if is_last and options.get("incomplete_end"):
            break
        if not fits:
            raise _mismatch(path, number, start.group(), values, columns[2:])
        cells = (start.group(), " ".join(words), *values, *[""] * (width - len(values)))
        rows.append(Row(f"item {number}", 1, number, None, cells))
    findings = [Finding("text_outside_table", "info", "Words stand before the header.")] if before.strip() else []
    if options.get("incomplete_end") and starts:
        message = f"The last row ({starts[-1].group()}) is cut off and was left out."
        findings.append(Finding("row_cut_off", "warning", message, row_no=len(starts), value=starts[-1].group()))
    account = PageAccount(1, len(rows), 1, "text")
    return Reading(opened.sha256, NAME, VERSION, tuple(columns), tuple(rows), (account,), tuple(findings))


def _cut(words: list[str], value: re.Pattern[str], allowed: set[int]) -> tuple[list[str], list[str], bool]:
    """Words and values of a row. The values are the one run of an allowed length; a lone number amid words is a word.

    Words after the values are the heading of the rows that follow; they stay with the words of the row before them.
    """
    runs, at = [], 0
    while at < len(words):
        end = at
        while end < len(words) and value.fullmatch(words[end]):
            end += 1
        if end > at:
            runs.append((at, end))
        at = max(end, at + 1)
    fitting = [(first, end) for first, end in runs if end - first in allowed]
    if len(fitting) == 1:
        first, end = fitting[0]
    elif not fitting and 0 in allowed and all(end - first == 1 and end < len(words) for first, end in runs):
        first = end = len(words)
    else:
        return words, [word for run in runs for word in words[slice(*run)]], False
    return words[:first] + words[end:], words[first:end], True


def _mismatch(path: Path, number: int, code: str, values: list[str], headers: Sequence[str]) -> FtaError:
    shown = " ".join(values[:24]) + (" ..." if values[24:] else "")
    return refuse(
        "values_do_not_match_header",
        f"The row {code} has {len(values)} values and the header {len(headers)}: no one can say which value belongs "
        f"to which header ({shown}).",
        "Find the document itself, or one whose header is whole; a value is never shifted to fit.",
        file=path.name,
        item=number,
        value=len(values),
        expected=len(headers),
    )
