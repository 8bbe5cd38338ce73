"""The list that a person goes through row by row: every difference on a line, with a column to say `yes` in.

`ftadata sources review --csv` writes it, a spreadsheet opens it, `ftadata sources accept --reviewed` reads it back and
accepts only what still reads as it was shown.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

from pipelines.reviewing import Review, differing_rows
from sources.errors import Exit, FtaError
from sources.extraction import Extraction

COLUMNS = ("accept", "locator", "what", "role", "column", "accepted", "read_now", "sha256")
YES, NO = ("yes", "y", "x"), ("", "no", "n")


def review_csv(review: Review) -> str:
    """The differences as CSV: one line for each cell that differs, `accept` left empty."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in review.shown:
        for column, accepted, candidate in row.cells:
            values = ("" if value is None else value for value in (accepted, candidate))
            writer.writerow(["", row.locator, row.what, row.role, column, *values, review.candidate.sha256])
    return out.getvalue()


def reviewed_rows(file: Path, before: Extraction, candidate: Extraction) -> set[str]:
    """The locators of the rows that a person has said `yes` to.

    Raises:
        FtaError: `bad_reviewed_file`: it is no such list, says neither yes nor no, says both of one row, says yes to
            nothing, or shows something else than what is read now.
    """
    shown = {
        (row.locator, row.what, column, accepted or "", now or "")
        for row in differing_rows(before, candidate)
        for column, accepted, now in row.cells
    }
    said: dict[tuple[str, str], bool] = {}
    for number, line in _lines(file):
        word = line["accept"].strip().lower()
        if word not in (*YES, *NO):
            raise _bad(file, number, f"`accept` is {line['accept']!r}", "Write `yes`, or leave it empty.")
        seen = (line["locator"], line["what"], line["column"], line["accepted"], line["read_now"])
        if line["sha256"] != candidate.sha256 or seen not in shown:
            raise _bad(file, number, "it is not what is read now", "Review the document again with --csv.")
        row = (line["locator"], line["what"])
        if said.setdefault(row, word in YES) != (word in YES):
            raise _bad(file, number, f"yes and no are both said of {row[0]}", "A row is accepted whole or not at all.")
    if not any(said.values()):
        raise _bad(file, 1, "yes is said to no row", "Write `yes` on every line of the rows to accept.")
    return {locator for (locator, _), yes in said.items() if yes}


def _lines(file: Path) -> Iterator[tuple[int, dict[str, str]]]:
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise _bad(
            file, 1, "it is not there, or no CSV in UTF-8", "Write it with `ftadata sources review --csv`."
        ) from error
    reader = csv.reader(io.StringIO(text, newline=""))
    if tuple(next(reader, ())) != COLUMNS:
        raise _bad(file, 1, "its header is another", f"It begins with {','.join(COLUMNS)}.")
    for cells in reader:
        if len(cells) != len(COLUMNS):
            raise _bad(file, reader.line_num, f"it has {len(cells)} cells", f"Every line has {len(COLUMNS)}.")
        yield reader.line_num, dict(zip(COLUMNS, cells, strict=True))


def _bad(file: Path, line: int, what: str, remedy: str) -> FtaError:
    return FtaError(
        "bad_reviewed_file",
        f"{file.name}, line {line}: {what}.",
        where={"file": file.name, "line": line},
        remedy=remedy,
        exit_code=Exit.WRONG_USE,
    )
