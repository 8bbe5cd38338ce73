"""A candidate extraction against the accepted one, row by row, for the person who has to accept it.

Nothing is decided here: the answer says what differs and where, `pipelines.review_page` shows it with pictures, and
`ftadata sources accept` accepts all or some pages of it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from pipelines.documents import read_candidate
from pipelines.home import Home
from pipelines.inspecting import findings_text
from pipelines.output import page_by_page
from pipelines.plan import extraction_path
from sources.extraction import Difference, ExtractedRow, Extraction, compare, faults, read_csv, reader_of
from sources.reading import Finding
from sources.registry import load_registry
from sources.specs import DocumentSpec
from sources.wording import number_of

PICTURES = 200
_SHOWN = 40
_PLACE = ("locator", "bbox")


@dataclass(frozen=True, slots=True)
class ReviewedRow:
    """One row on which the two extractions differ.

    Attributes:
        what: `changed`, `added`, `removed`, `moved` (its cells are equal, its place is not), or `new` where nothing
            was accepted before.
        page: page of the document, `locator` and `bbox` the row's place in it: where the candidate has it, if it does.
        role: its role, in the candidate if it is there.
        cells: for each cell that differs (of a new or lost row: for every cell) its column, what was accepted and
            what is read now; None where there is no such row.
        faults: why a rejected row was rejected.
    """

    what: str
    page: int
    locator: str
    bbox: str
    role: str
    cells: tuple[tuple[str, str | None, str | None], ...]
    faults: tuple[str, ...] = ()


@dataclass(frozen=True)
class Review:
    """A document's candidate extraction against what was accepted of it; `accepted` is None where nothing was."""

    document: DocumentSpec
    file: Path
    candidate: Extraction
    accepted: Extraction | None
    rows: tuple[ReviewedRow, ...]
    findings: tuple[Finding, ...]

    @property
    def shown(self) -> list[ReviewedRow]:
        """The rows to look at; those that only moved are counted instead."""
        return [row for row in self.rows if row.what != "moved"]


def review_candidate(home: Home, document_id: str, say: Callable[[str], None]) -> Review:
    """Read a document at hand and compare it with its accepted extraction.

    Raises:
        FtaError: the document is unknown, not at hand, refused or unreadable.
    """
    registry = load_registry(overlay=home.sources)
    document = registry.document(document_id)
    held = home.archive.need(document, "review")
    say(f"reading {document_id}")
    candidate, _, findings = read_candidate(document, held, page_by_page(say, f"reading {document_id}"))
    file = extraction_path(document, registry, home)
    accepted = read_csv(file) if file else None  # its columns may be fewer than the description has now
    rows = _new(candidate) if accepted is None else differing_rows(accepted, candidate)
    rejected = {row.locator: row for row in candidate.rows if row.role == "rejected"}
    reviewed = tuple(_with_faults(row, rejected.get(row.locator), document) for row in rows)
    return Review(document, held.path, candidate, accepted, reviewed, tuple(findings))


def _new(candidate: Extraction) -> Iterator[ReviewedRow]:
    for row in candidate.rows:
        cells = tuple((name, None, value) for name, value in row.cells.items())
        yield ReviewedRow("new", row.page, row.locator, row.bbox, row.role, cells)


def differing_rows(accepted: Extraction, candidate: Extraction) -> Iterator[ReviewedRow]:
    """The differences of a row together, in the order of `compare`: page by page, down the page."""
    before = {row.locator: row for row in accepted.rows}
    after = {row.locator: row for row in candidate.rows}
    together: list[Difference] = []
    for each in compare(accepted, candidate):
        if together and (each.column is None or each.locator != together[0].locator or together[0].column is None):
            yield _row(together, before, after)
            together = []
        together.append(each)
    if together:
        yield _row(together, before, after)


def _row(
    differences: Sequence[Difference], before: dict[str, ExtractedRow], after: dict[str, ExtractedRow]
) -> ReviewedRow:
    first = differences[0]
    if first.column is None:
        what = "removed" if first.candidate is None else "added"
        row = (before if what == "removed" else after)[first.locator]
        values = [("role", row.role), *row.cells.items()]
        lost = what == "removed"
        whole = tuple((name, value if lost else None, None if lost else value) for name, value in values)
        return ReviewedRow(what, row.page, row.locator, row.bbox, row.role, whole)
    moved_to = next((each.candidate for each in differences if each.column == "locator"), None)
    row = after[moved_to or first.locator]
    cells = tuple(
        (each.column, each.accepted, each.candidate)
        for each in differences
        if each.column is not None and each.column not in _PLACE
    )
    return ReviewedRow("changed" if cells else "moved", row.page, row.locator, row.bbox, row.role, cells)


def _with_faults(row: ReviewedRow, rejected: ExtractedRow | None, document: DocumentSpec) -> ReviewedRow:
    if rejected is None or row.what == "removed":
        return row
    found = faults(rejected.cells, reader_of(document))
    wrong = tuple(f"{column.name}: {seen!r}, expected {wanted}" for column, seen, wanted in found)
    return replace(row, faults=wrong or ("no role of the description fits it",))


def to_look_at(review: Review, most: int = PICTURES) -> list[ReviewedRow]:
    """The rows worth a picture: every difference, or of a new extraction the rejected rows and some from all over."""
    rows = [row for row in review.shown if row.bbox]
    if review.accepted is not None:
        return rows[:most]
    rejected = [row for row in rows if row.role == "rejected"][:most]
    step = max(1, len(rows) // max(1, min(most, 40)))
    chosen = {row.locator: row for row in [*rejected, *rows[::step]][:most]}
    return [row for row in rows if row.locator in chosen]


# --- as data and as text ---------------------------------------------------------------------------------------------


def as_data(review: Review) -> dict[str, Any]:
    """The review as `--json` prints it."""
    accepted, candidate = review.accepted, review.candidate
    return {
        "document": review.document.id,
        "title": review.document.title,
        "sha256": candidate.sha256,
        "state": "new" if accepted is None else "differs" if review.rows else "same",
        "accepted": None
        if accepted is None
        else {
            "sha256": accepted.sha256,
            "reader": accepted.reader,
            "accepted_by": accepted.accepted_by,
            "accepted_on": accepted.accepted_on.isoformat() if accepted.accepted_on else None,
            "rows": len(accepted.rows),
            "parts": [{**asdict(each), "accepted_on": each.accepted_on.isoformat()} for each in accepted.parts],
        },
        "candidate": {
            "reader": candidate.reader,
            "rows": len(candidate.rows),
            "roles": dict(sorted(Counter(row.role for row in candidate.rows).items())),
        },
        "counts": dict(sorted(Counter(row.what for row in review.rows).items())),
        "pages": sorted({row.page for row in review.rows}),
        "rows": [asdict(row) for row in review.shown],
        "findings": [asdict(each) for each in review.findings if each.severity != "info"],
        "next": how_to_accept(review),
    }


def how_to_accept(review: Review) -> str:
    """The command that accepts what is shown."""
    if review.accepted is not None and not review.rows and review.accepted.sha256 == review.candidate.sha256:
        return "There is nothing to accept."
    pages = sorted({row.page for row in review.rows})
    before = review.accepted
    mixable = before is not None and (before.sha256, before.columns) == (
        review.candidate.sha256, review.candidate.columns,
    )  # fmt: skip
    part = ""
    if mixable and pages:
        part = (
            f", or some of it with `--pages {spans(pages)}`, with `--rows '{review.rows[0].locator}'`, or with "
            "`--reviewed FILE` after `ftadata sources review --csv FILE`"
        )
    return f"Accept it with `ftadata sources accept {review.document.id} --by NAME`{part}."


def spans(pages: Sequence[int]) -> str:
    """Pages as `accept --pages` reads them: `3-5,57`."""
    parts: list[list[int]] = []
    for page in pages:
        if parts and page == parts[-1][1] + 1:
            parts[-1][1] = page
        else:
            parts.append([page, page])
    return ",".join(str(first) if first == last else f"{first}-{last}" for first, last in parts)


def render(review: Review) -> str:
    """The review as text."""
    data = as_data(review)
    accepted = data["accepted"]
    lines = [f"{data['document']}: {data['title']}", f"document   SHA-256 {data['sha256']}"]
    if accepted is None:
        lines.append("accepted   nothing yet")
    else:
        other = "" if accepted["sha256"] == data["sha256"] else f", of other bytes: SHA-256 {accepted['sha256']}"
        by = f"by {accepted['accepted_by']} on {accepted['accepted_on']}"
        lines.append(f"accepted   {accepted['rows']:,} rows, {accepted['reader']}, {by}{other}")
        for part in accepted["parts"]:
            lines.append(
                f"           later {part['rows']}, {part['reader']}, by {part['accepted_by']} on {part['accepted_on']}"
            )
    roles = ", ".join(f"{count:,} {role}" for role, count in data["candidate"]["roles"].items())
    lines.append(f"candidate  {data['candidate']['rows']:,} rows ({roles}), {data['candidate']['reader']}")
    counts = ", ".join(f"{count:,} {what}" for what, count in data["counts"].items())
    lines += [
        "",
        f"{counts} on {number_of(len(data['pages']), 'page')}." if counts else "They are equal, cell for cell.",
    ]
    rows = review.shown if review.accepted else [row for row in review.shown if row.role == "rejected"]
    for row in rows[:_SHOWN]:
        lines += ["", f"{row.locator}: {row.what}, {row.role}", *_cells(row)]
    if len(rows) > _SHOWN:
        lines += [
            "",
            f"and {number_of(len(rows) - _SHOWN, 'more row')}; --html FILE shows them with pictures, --json all.",
        ]
    said = findings_text(data["findings"], "The reader says")
    return "\n".join([*lines, "", *([said, ""] if said else []), data["next"]])


def _cells(row: ReviewedRow) -> Iterator[str]:
    for column, accepted, candidate in row.cells:
        values = [repr(value) for value in (accepted, candidate) if value is not None]
        yield f"  {column}: {' -> '.join(values)}"
    yield from (f"  {why}" for why in row.faults)
