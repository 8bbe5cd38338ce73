"""A person accepts a candidate extraction, whole or by pages; it is kept in the installation, with name and date."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

from pipelines.documents import read_candidate
from pipelines.home import Home
from pipelines.plan import extraction_path
from sources.errors import Exit, FtaError
from sources.extraction import Extraction, compare, read_csv, write_csv
from sources.registry import load_registry


def accept_candidate(
    home: Home, document_id: str, by: str, pages: str | None, say: Callable[[str], None]
) -> dict[str, Any]:
    """Read a document at hand and keep its extraction as accepted.

    Args:
        home: the installation.
        document_id: the document.
        by: name of the person who accepts.
        pages: pages such as `1-20,57`; the rows of other pages stay as they were accepted. None accepts all.
        say: told what is being done.

    Raises:
        FtaError: the document is unknown, not at hand, refused or unreadable; or `pages` is given where nothing was
            accepted before.
    """
    registry = load_registry(overlay=home.sources)
    document = registry.document(document_id)
    held = home.archive.need(document, "accept")
    say(f"reading {document_id}")
    candidate, _, _ = read_candidate(document, held)
    accepted_file = extraction_path(document, registry, home)
    before = read_csv(accepted_file, document) if accepted_file else None
    if pages is not None:
        candidate = _only_pages(candidate, before, pages)
    accepted = replace(candidate, accepted_by=by, accepted_on=date.today())
    target = home.extractions / f"{document_id}.csv"
    target.parent.mkdir(parents=True, exist_ok=True)
    beside = target.with_suffix(".new")
    beside.write_text(write_csv(accepted), encoding="utf-8", newline="\n")
    beside.replace(target)
    (home.candidates / f"{document_id}.csv").unlink(missing_ok=True)
    return {
        "document": document_id,
        "sha256": accepted.sha256,
        "accepted_by": by,
        "rows": len(accepted.rows),
        "differences": len(compare(before, accepted)) if before else len(accepted.rows),
        "file": str(target),
    }


def _only_pages(candidate: Extraction, before: Extraction | None, pages: str) -> Extraction:
    if before is None:
        raise FtaError(
            "nothing_accepted",
            f"No extraction of {candidate.document_id} is accepted yet, so it cannot be accepted in part.",
            where={"document": candidate.document_id},
            remedy="Accept it whole, without --pages.",
            exit_code=Exit.WRONG_USE,
        )
    wanted = parse_pages(pages)
    kept = [row for row in before.rows if row.page not in wanted]
    new = [row for row in candidate.rows if row.page in wanted]
    rows = sorted([*kept, *new], key=lambda row: (row.page, row.row_no))
    return replace(candidate, rows=tuple(rows))


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
