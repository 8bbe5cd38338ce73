"""A person accepts a candidate extraction, whole or in part; it is kept in the installation, with name and date.

Part of one is accepted only beside rows of the same document: an extraction of rows from two documents would be one
that nobody published. The record says of every row who accepted it, when, and by which reader it was read.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from pipelines.documents import read_candidate
from pipelines.home import Home
from pipelines.output import page_by_page
from pipelines.plan import extraction_path
from pipelines.reviewed import reviewed_rows
from pipelines.reviewing import spans
from sources.errors import Exit, FtaError
from sources.extraction import ExtractedRow, Extraction, Part, align, compare, read_csv, write_csv
from sources.registry import load_registry


@dataclass(frozen=True)
class Wanted:
    """What of a candidate is accepted: pages (`1-20,57`), rows by their locators, a reviewed file; else all of it.

    Attributes:
        reviewed: the file that `sources review --csv` wrote, with `yes` where a row is accepted.
    """

    pages: str | None = None
    rows: tuple[str, ...] = ()
    reviewed: Path | None = None


def accept_candidate(
    home: Home, document_id: str, by: str, wanted: Wanted, say: Callable[[str], None]
) -> dict[str, Any]:
    """Read a document at hand and keep its extraction as accepted.

    Args:
        home: the installation.
        document_id: the document.
        by: name of the person who accepts.
        wanted: what is accepted; other rows stay as they were accepted.
        say: told what is being done.

    Raises:
        FtaError: the document is unknown, not at hand, refused or unreadable; `nothing_accepted`, `other_document`,
            `columns_changed` where it cannot be accepted in part; `no_such_row`, `rows_collide`, `bad_pages`,
            `bad_reviewed_file`.
    """
    registry = load_registry(overlay=home.sources)
    document = registry.document(document_id)
    held = home.archive.need(document, "accept")
    say(f"reading {document_id}")
    candidate, _, _ = read_candidate(document, held, page_by_page(say, f"reading {document_id}"))
    accepted_file = extraction_path(document, registry, home)
    before = read_csv(accepted_file) if accepted_file else None
    by, on = " ".join(by.split()), date.today()
    if wanted == Wanted():
        accepted = replace(candidate, accepted_by=by, accepted_on=on)
    else:
        accepted = _in_part(candidate, _mixable(before, candidate), wanted, by, on)
    target = home.extractions / f"{document_id}.csv"
    target.parent.mkdir(parents=True, exist_ok=True)
    beside = target.with_suffix(".new")
    beside.write_text(write_csv(accepted), encoding="utf-8", newline="\n")
    beside.replace(target)
    left = len(compare(accepted, candidate))
    if not left:
        (home.candidates / f"{document_id}.csv").unlink(missing_ok=True)
    return {
        "document": document_id,
        "sha256": accepted.sha256,
        "accepted_by": by,
        "rows": len(accepted.rows),
        "differences": len(compare(before, accepted)) if before else len(accepted.rows),
        "left": left,
        "file": str(target),
    }


def _mixable(before: Extraction | None, candidate: Extraction) -> Extraction:
    """What was accepted, where some of its rows can stay beside some of the candidate's."""
    if before is None:
        message = f"No extraction of {candidate.document_id} is accepted yet, so it cannot be accepted in part."
        raise _refused("nothing_accepted", message, candidate)
    if before.sha256 != candidate.sha256:
        message = (
            f"What is accepted was read from a document of SHA-256 {before.sha256[:12]}..., the candidate from "
            f"{candidate.sha256[:12]}...: rows of the two cannot stand in one extraction."
        )
        raise _refused("other_document", message, candidate)
    if before.columns != candidate.columns:
        message = (
            f"What is accepted has the columns {', '.join(before.columns)}, the candidate "
            f"{', '.join(candidate.columns)}: rows of the two cannot stand in one extraction."
        )
        raise _refused("columns_changed", message, candidate)
    return before


def _refused(code: str, message: str, candidate: Extraction) -> FtaError:
    return FtaError(
        code,
        message,
        where={"document": candidate.document_id},
        remedy="Review it and accept it whole, without --pages, --rows or --reviewed.",
        exit_code=Exit.WRONG_USE,
    )


def _in_part(candidate: Extraction, before: Extraction, wanted: Wanted, by: str, on: date) -> Extraction:
    """What was accepted, with the rows that are wanted as the candidate has them, and a record of which they are."""
    if wanted.pages is not None:
        pages = parse_pages(wanted.pages)
        rows = _merged(before, candidate, lambda row: row.page in pages)
        named = f"pages {spans(sorted(pages))}"
    else:
        rows_wanted = set(wanted.rows) if wanted.reviewed is None else reviewed_rows(wanted.reviewed, before, candidate)
        _must_differ(rows_wanted, before, candidate)
        rows = _merged(before, candidate, lambda row: row.locator in rows_wanted)
        order = {row.locator: n for n, row in enumerate([*candidate.rows, *before.rows])}
        named = "; ".join(sorted(rows_wanted, key=lambda locator: order[locator]))
    part = Part(named, candidate.reader, by, on)
    return replace(before, rows=tuple(rows), parts=(*before.parts, part))


def _must_differ(locators: set[str], before: Extraction, candidate: Extraction) -> None:
    differing = {each.locator for each in compare(before, candidate)}
    differing |= {each.candidate or "" for each in compare(before, candidate) if each.column == "locator"}
    if missing := sorted(locators - differing):
        raise FtaError(
            "no_such_row",
            f"Nothing differs at {missing[0]!r}, so there is nothing to accept.",
            where={"document": candidate.document_id, "row": missing[0]},
            remedy=f"Name rows as `ftadata sources review {candidate.document_id}` does, such as `page 12, row 4`.",
            exit_code=Exit.WRONG_USE,
        )


def _merged(before: Extraction, candidate: Extraction, is_wanted: Callable[[ExtractedRow], bool]) -> list[ExtractedRow]:
    """The accepted rows, those that are wanted replaced, put in or taken out.

    On a page with a row that is wanted the rows that stay take the place that the candidate gives them, so that a row
    put in above them does not leave two of one number.
    """
    pages = {row.page for row in (*before.rows, *candidate.rows) if is_wanted(row)}
    merged = [row for row in before.rows if row.page not in pages]
    for page in pages:
        old, new = ([row for row in each.rows if row.page == page] for each in (before, candidate))
        for was, now in align(old, new):
            if any(row is not None and is_wanted(row) for row in (was, now)):
                merged += [now] if now else []
            elif was and now:
                merged.append(now._replace(role=was.role, cells=was.cells))
            elif was:
                merged.append(was)
    _check_places(merged, candidate.document_id)
    return sorted(merged, key=lambda row: (row.page, row.row_no))


def _check_places(rows: list[ExtractedRow], document_id: str) -> None:
    seen = set[str]()
    for row in rows:
        if row.locator in seen:
            raise FtaError(
                "rows_collide",
                f"Two rows would stand at {row.locator!r}: one that is accepted now, and one that was and is gone.",
                where={"document": document_id, "page": row.page, "row": row.locator},
                remedy="Accept the row that is gone as well, or the whole page.",
                exit_code=Exit.WRONG_USE,
            )
        seen.add(row.locator)


def parse_pages(text: str) -> set[int]:
    """Pages written as `1-20,57`.

    Raises:
        FtaError: the text is not of that form.
    """
    wanted: set[int] = set()
    for part in text.split(","):
        first, _, last = part.strip().partition("-")
        if not first.isdigit() or (last and not last.isdigit()):
            raise FtaError(
                "bad_pages", f"{text!r} does not name pages.", remedy="Write `1-20,57`.", exit_code=Exit.WRONG_USE
            )
        wanted |= set(range(int(first), int(last or first) + 1))
    return wanted
