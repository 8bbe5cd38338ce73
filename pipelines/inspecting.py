"""A look into a file, as the command shows it: what it is and holds, and a description to start from, tried at once.

The looking and the guessing are in `sources.look` and `sources.draft`; here the answer is put together and laid out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from pipelines.home import Home
from pipelines.output import table
from sources.draft import as_yaml, draft
from sources.draw_page import Box, Mark, page_picture
from sources.errors import FtaError
from sources.extraction import ExtractedRow, Extraction, extract, faults, reader_of
from sources.look import Look, SeenTable, look_at
from sources.progress import Heard
from sources.registry import load_registry
from sources.specs import DocumentSpec, ReaderSpec

FIRST_ROWS = 5
_SHOWN, _WIDTH, _ARTICLES = 12, 44, 60
_TRIED_PAGES = 40


def inspect_file(
    home: Home,
    file: Path,
    *,
    page: int | None = None,
    image: Path | None = None,
    document_id: str | None = None,
    heard: Heard | None = None,
) -> dict[str, Any]:
    """Look into a file, and read it by its description or a drafted one.

    Args:
        home: the installation, for the documents that are described.
        file: the file.
        page: look at this page of a PDF only.
        image: where to write the page's picture, with what was read drawn over it; needs `page`.
        document_id: the document it is, described already or not.
        heard: called now and then with how many pages are done, and of how many.

    Raises:
        FtaError: there is no such file, the door refuses it, there is no such page, or it has no pages to draw.
    """
    look = look_at(file, page=page, heard=heard)
    registry = load_registry(overlay=home.sources)
    known = [document.id for document in registry.documents.values() if document.sha256 == look.sha256]
    described = registry.documents.get(document_id or "")
    drafted = draft(look, document_id)
    document = described or DocumentSpec.model_validate(drafted)
    tried, extraction = _try(file, look, document, page, drafted=described is None, heard=heard)
    if image is not None and page is not None:
        unruled = tried is not None and "rules" in tried["options"]  # a look at one page finds only what is ruled
        image.write_bytes(page_picture(file, page, _marks(extraction, page) if described or unruled else None))
    return {
        "file": str(file),
        "kind": look.kind,
        "size": look.size,
        "sha256": look.sha256,
        "pages": look.pages,
        "members": list(look.members),
        "known_as": known,
        "document": described.id if described else None,
        "tables": [_shown(each) for each in look.tables],
        "accounts": [asdict(each) for each in look.accounts],
        "text": list(look.text),
        "articles": [{**asdict(each), "within": list(each.within)} for each in look.articles],
        "paragraphs": look.paragraphs,
        "findings": [asdict(each) for each in look.findings],
        "reason": look.reason,
        "tried": tried,
        "draft": as_yaml(drafted),
        "image": str(image) if image else None,
    }


def _shown(seen: SeenTable) -> dict[str, Any]:
    shown = asdict(seen)
    return {**shown, "sample": [list(cells) for cells in seen.sample[:FIRST_ROWS]], "header": list(seen.header)}


def _try(
    file: Path, look: Look, document: DocumentSpec, page: int | None, *, drafted: bool, heard: Heard | None
) -> tuple[dict[str, Any] | None, Extraction | None]:
    """Read the file by a description; what became of its rows, or why it could not be read so."""
    if document.reader is None:
        return None, None
    from sources.worker import read_in_worker

    spec = reader_of(document)
    options = {**spec.options, **_pages(look, spec, page, drafted)}
    said: dict[str, Any] = {"by": "a draft" if drafted else document.id, "reader": spec.name, "options": options}
    try:
        headers = [column.header for column in spec.columns]
        reading = read_in_worker(file, spec.name, headers, options, heard=heard)
    except FtaError as error:
        return {**said, **error.as_json()}, None
    extraction = extract(document, reading)
    rejected = [row for row in extraction.rows if row.role == "rejected"]
    wrong = [
        {"locator": row.locator, "cells": row.cells, "why": "; ".join(_why(row, document)) or "it plays no role"}
        for row in rejected[:FIRST_ROWS]
    ]
    return {
        **said,
        "rows": len(reading.rows),
        "roles": dict(Counter(row.role for row in extraction.rows)),
        "pages": len(reading.accounts),
        "rejected": wrong,
        "findings": [asdict(each) for each in reading.findings],
    }, extraction


def _pages(look: Look, spec: ReaderSpec, page: int | None, drafted: bool) -> dict[str, Any]:
    """Which pages are read: the one asked for; by a draft the first ones, enough to try it."""
    if spec.name not in ("pdf_table", "pdf_prose"):
        return {}
    if page is not None:
        return {"pages": [page, page]}
    first, last = spec.options.get("pages") or (1, look.pages or 1)
    if not drafted or last - first < _TRIED_PAGES:
        return {}
    return {"pages": [first, first + _TRIED_PAGES - 1]}


def _why(row: ExtractedRow, document: DocumentSpec) -> list[str]:
    spec = reader_of(document)
    return [f"{column.name} is {value!r}, expected {expected}" for column, value, expected in faults(row.cells, spec)]


def _marks(extraction: Extraction | None, page: int) -> list[Mark]:
    """The rows of a page in the colour of their role, numbered as their locators are."""
    rows = extraction.rows if extraction else ()
    return [Mark(box, row.role, str(row.row_no)) for row in rows if row.page == page and (box := box_of(row.bbox))]


def box_of(text: str) -> Box | None:
    """The box of an extracted row, in points; None where it has none."""
    sides = tuple(map(float, text.split()))
    return (sides[0], sides[1], sides[2], sides[3]) if len(sides) == 4 else None


# --- as text ---------------------------------------------------------------------------------------------------------


def render(answer: dict[str, Any]) -> str:
    """The answer of `inspect_file` as text."""
    parts = [
        _head(answer),
        _tables(answer["tables"]),
        _prose(answer),
        findings_text(answer["findings"], "What to know"),
    ]
    start = "" if answer["document"] else f"A description to start from:\n\n{answer['draft'].rstrip()}"
    parts += [_tried(answer["tried"]), start, _next(answer)]
    return "\n\n".join(part for part in parts if part)


def _head(answer: dict[str, Any]) -> str:
    size = f"{answer['size']:,} bytes"
    holds = f"{answer['pages']:,} pages, " if answer["pages"] else ""
    holds += f"{len(answer['members']):,} members, " if answer["kind"] == "zip" else ""
    rows = sum(account["rows"] for account in answer["accounts"])
    engines = Counter(account["engine"] for account in answer["accounts"])
    lines = [
        f"{answer['file']}: {answer['kind']}, {holds}{size}",
        f"SHA-256 {answer['sha256']}",
        f"described as: {', '.join(answer['known_as']) or 'nothing yet; no description names these bytes'}",
        f"{rows:,} rows in {len(answer['tables'])} tables; read by "
        + ", ".join(f"{engine} ({count:,})" for engine, count in sorted(engines.items())),
    ]
    if answer["reason"]:
        lines += ["", answer["reason"]]
    if answer["image"]:
        lines += ["", f"The page is drawn in {answer['image']}."]
    return "\n".join(lines)


def _tables(tables: Sequence[dict[str, Any]]) -> str:
    if not tables:
        return ""
    largest = sorted(tables, key=lambda each: -(each["rows"] or 0))[:_SHOWN]
    rows = [
        [
            each["place"],
            f"{each['rows']:,}",
            str(len(each["header"]) or max((len(cells) for cells in each["sample"]), default=0)),
            each["reader"],
            _cut(" | ".join(each["header"]) or "(no header found)", 2 * _WIDTH) + ("" if each["trusted"] else "  ?"),
        ]
        for each in tables
        if each in largest
    ]
    parts = [table(["table", "rows", "columns", "reader", "header (? is a guess)"], rows)]
    if len(tables) > len(rows):
        parts.append(f"and {len(tables) - len(rows)} smaller tables; --json shows all.")
    for each in largest[:2]:
        header = [_cut(name, _WIDTH) for name in each["header"]]
        width = max([len(header), *(len(cells) for cells in each["sample"])], default=0)
        header += [""] * (width - len(header))
        cells = [[_cut(cell, _WIDTH) for cell in row] + [""] * (width - len(row)) for row in each["sample"]]
        shown = slice(0, 8)
        text = table(header[shown], [row[shown] for row in cells]) if width else ""
        more = f"\n(and {width - 8} more columns)" if width > 8 else ""
        parts.append(f"First rows of {each['place']}:\n{text}{more}")
    return "\n\n".join(parts)


def _prose(answer: dict[str, Any]) -> str:
    parts = []
    if answer["text"] and not answer["tables"]:
        parts.append("It begins:\n" + "\n".join(f"  {_cut(line, 100)}" for line in answer["text"][:FIRST_ROWS]))
    articles = answer["articles"]
    if articles:
        kinds = Counter(each["kind"] for each in articles)
        counts = ", ".join(f"{count:,} {kind}" for kind, count in kinds.items())
        shown = [_article(each, answer["pages"] is not None) for each in articles[:_ARTICLES]]
        more = f"\n  and {len(articles) - _ARTICLES:,} more; --json shows all." if len(articles) > _ARTICLES else ""
        place = "pages" if answer["pages"] else "lines"
        parts.append(f"Numbered parts of its prose ({counts}), by {place}:\n" + "\n".join(shown) + more)
    return "\n\n".join(parts)


def _article(each: dict[str, Any], paged: bool) -> str:
    """One article with its pages, further in the more it stands within."""
    first, last = each["page_from"], each["page_to"]
    pages = str(first) if first == last or not paged else f"{first}-{last}"
    label = f"{each['kind']} {each['number']}" + (f": {each['heading']}" if each["heading"] else "")
    return f"  {pages:>11}  {'  ' * len(each['within'])}{_cut(label, 90)}"


def findings_text(findings: Sequence[dict[str, Any]], title: str) -> str:
    """Findings by code and severity, the gravest first, each with its first place."""
    if not findings:
        return ""
    kinds: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for each in findings:
        kinds.setdefault((each["severity"], each["code"]), []).append(each)
    order = {"error": 0, "warning": 1, "info": 2}
    lines = []
    for (severity, code), group in sorted(kinds.items(), key=lambda kind: (order[kind[0][0]], kind[0][1])):
        first = group[0]
        place = f" (page {first['page']})" if first["page"] else ""
        times = f", {len(group):,} times, first:" if len(group) > 1 else ""
        lines.append(f"  {severity:<7}  {code}{times or ':'}{place} {_cut(first['message'], 200)}")
        if first["remedy"] and severity != "info":
            lines.append(f"           {first['remedy']}")
    return f"{title}:\n" + "\n".join(lines)


def _tried(tried: dict[str, Any] | None) -> str:
    if tried is None:
        return ""
    pages = tried["options"].get("pages")
    where = f", pages {pages[0]} to {pages[1]}" if pages else ""
    head = f"Read by {tried['by']} with {tried['reader']}{where}: "
    if "error" in tried:
        error = tried["error"]
        return f"{head}refused.\n  {error['code']}: {error['message']}\n  {error['remedy']}".rstrip()
    roles = ", ".join(f"{count:,} {role}" for role, count in sorted(tried["roles"].items())) or "nothing"
    lines = [f"{head}{tried['rows']:,} rows ({roles})."]
    for row in tried["rejected"]:
        cells = _cut(" | ".join(value.replace("\n", " / ") for value in row["cells"].values()), 80)
        lines.append(f"  rejected {row['locator']}: {cells}: {_cut(row['why'], 120)}")
    found = [each for each in tried["findings"] if each["severity"] != "info"]
    return "\n".join([*lines, *([findings_text(found, "It says")] if found else [])])


def _next(answer: dict[str, Any]) -> str:
    if answer["known_as"] and not answer["document"]:
        return f"It is described already: add `--document {answer['known_as'][0]}` to read it by its description."
    if answer["document"]:
        return f"Next: `ftadata sources review {answer['document']}`."
    return (
        "Next: put the description into a documents.yml (of the repository, or under sources/ of FTADATA_HOME), "
        "correct it, and look again with --document ID; docs/bring-a-document.md leads from here to a release."
    )


def _cut(text: str, width: int) -> str:
    line = " ".join(text.split())
    return line if len(line) <= width else line[: width - 3] + "..."
