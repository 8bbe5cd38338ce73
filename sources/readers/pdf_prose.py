"""The reader of PDFs that hold prose: treaties, laws, guides, as paragraphs in reading order and their articles.

It takes out what is the page's (headers, footers, page numbers) and says so, joins lines into paragraphs and paragraphs
over pages, keeps footnotes apart, and finds articles by `sources.readers.prose`. Tables on its pages are counted, not
read: `pdf_table` reads those.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sources.errors import Exit, FtaError
from sources.readers.members import check_options, refuse
from sources.readers.pdf_prose_lines import TextLine, page_text, reading_order, usual_edges, without_furniture
from sources.readers.pdf_prose_paragraphs import Paragraphs
from sources.readers.pdf_tables import PageRead, open_pdf, read_pages
from sources.readers.prose import (
    HeadingSpec,
    Paragraph,
    Prose,
    default_headings,
    find_articles,
    heading_specs,
)
from sources.readers.prose_numbers import Article
from sources.readers.prose_words import Words
from sources.reading import Finding, PageAccount, Reading, Row

NAME = "pdf_prose"
VERSION = "1"

HEADER = ("role", "article", "text", "last page")
"""What every row says: its role, the article it stands in (outermost first), its words, and the page it ends on."""

_OPTIONS = ("pages", "headings")


def read(path: Path, *, columns: Sequence[str], options: Mapping[str, Any]) -> Reading:
    """Read every paragraph.

    Args:
        path: the PDF.
        columns: `role`, `article`, `text` and `last page`, which are the header of all prose; or none.
        options: `pages` (`[first, last]`, default all) and `headings` (what headings look like, as in
            `headings.yml`).

    Returns:
        Rows in reading order, numbered on each page from 1; `meta["articles"]` as `articles_of` gives them; and as
        findings `page_furniture`, `columns`, `table_not_read`, `words_joined`, `page_empty`, `page_without_text`,
        `unmapped_characters`, and those of `find_articles`.

    Raises:
        FtaError: `header_changed`, `needs_ocr`, `document_unreadable`, `document_encrypted`, `unknown_option`,
            `bad_headings`.
    """
    check_options(NAME, options, _OPTIONS)
    if columns and tuple(columns) != HEADER:
        message = f"Prose has the header {' | '.join(HEADER)!r}, not {' | '.join(columns)!r}."
        raise refuse("header_changed", message, "Name these columns in the description.", file=path.name)
    specs = heading_specs(options["headings"]) if options.get("headings") else default_headings()
    with open_pdf(path) as document:
        total = document.pages
    first, last = options.get("pages") or (1, total)
    work = ProseWork()
    for page in read_pages(path, range(first, min(last, total) + 1)):
        work.take(page)
    if not any(work.chars):
        raise FtaError(
            "needs_ocr",
            f"None of the {len(work.accounts)} pages has text: they are pictures.",
            where={"file": path.name},
            remedy="Get the text edition from the publisher, or read it with the reader 'scan'.",
            exit_code=Exit.DOCUMENT,
        )
    prose = work.finish(specs)
    rows = tuple(_rows(prose))
    counts = Counter(row.page for row in rows)
    return Reading(
        sha256=_sha256(path),
        reader=NAME,
        reader_version=VERSION,
        header=HEADER,
        rows=rows,
        accounts=tuple(PageAccount(each.page, counts[each.page], each.tables, each.engine) for each in work.accounts),
        findings=prose.findings,
        meta={
            "pages": total,
            "engines": dict(Counter(each.engine for each in work.accounts)),
            "articles": [asdict(each) for each in prose.articles],
        },
    )


def articles_of(reading: Reading) -> tuple[Article, ...]:
    """The articles of a reading, which come as plain values out of a worker."""
    return tuple(Article(**{**each, "within": tuple(each["within"])}) for each in reading.meta["articles"])


class ProseWork:
    """The prose of a document while its pages come in; pages may be given to it that are read for another end too."""

    def __init__(self) -> None:
        self.accounts: list[PageAccount] = []
        self.chars: list[int] = []
        self._pages: list[_Page] = []

    def take(self, read: PageRead) -> None:
        """Take in the next page; only its lines are kept."""
        text = page_text(read)
        self.accounts.append(PageAccount(read.page, 0, len(text.tables), read.engine))
        self.chars.append(read.chars)
        self._pages.append(_Page(text, read.objects, read.unmapped))

    def finish(self, specs: Sequence[HeadingSpec]) -> Prose:
        """Put the text together."""
        patterns = [re.compile(spec.pattern) for spec in specs]
        pages, findings = without_furniture([each.text for each in self._pages], patterns)
        usual = usual_edges(pages)
        ordered = [reading_order(page, usual.get(page.page)) for page in pages]
        words = Words.of(line.text for lines, _ in ordered for line in lines)
        paragraphs = Paragraphs([lines for lines, _ in ordered], specs, words).all()
        marked, articles, said = find_articles(paragraphs, specs)
        findings += [*self._on_pages([columns for _, columns in ordered]), *_joined(words), *said]
        return Prose(marked, articles, tuple(findings))

    def _on_pages(self, columns: Sequence[int]) -> list[Finding]:
        found = []
        for each, chars, width in zip(self._pages, self.chars, columns, strict=True):
            page = each.text.page
            if not each.objects:
                found.append(Finding("page_empty", "warning", "Nothing at all is drawn on the page.", page))
            elif not chars:
                message = "The page has pictures or lines but no text; what it says is not read."
                found.append(Finding("page_without_text", "warning", message, page, remedy=_LOOK))
            if width > 1:
                found.append(Finding("columns", "info", f"The page is read in {width} columns.", page))
            if each.text.tables:
                message = f"{len(each.text.tables)} tables stand among the prose and are not read as such."
                found.append(Finding("table_not_read", "info", message, page))
            if each.unmapped:
                message = f"{each.unmapped} characters have no Unicode value and are read as U+FFFD."
                found.append(Finding("unmapped_characters", "warning", message, page, remedy=_LOOK))
        return found


_LOOK = "Look at the page with `ftadata sources inspect FILE --page N --image page.png`."


@dataclass(frozen=True)
class _Page:
    text: Any
    objects: int
    unmapped: int


def _joined(words: Words) -> list[Finding]:
    if not words.joined:
        return []
    message = f"{words.joined} words parted at a line's end were joined, {len(words.doubtful)} of them on no evidence."
    return [Finding("words_joined", "info", message, value=", ".join(words.doubtful[:20]) or None)]


def _rows(prose: Prose) -> list[Row]:
    """The paragraphs as rows; tables, which have no words here, are left to the findings."""
    heads = {article.at: article for article in prose.articles}
    rows: list[Row] = []
    within, number, page = "", 0, 0
    for n, each in enumerate(prose.paragraphs):
        if n in heads:
            within = " ".join((*heads[n].within, heads[n].label))
        if each.role == "table":
            continue
        number = number + 1 if each.page == page else 1
        page = each.page
        cells = (each.role, within, each.text, str(each.last_page))
        rows.append(Row(f"page {page}, paragraph {number}", page, number, each.bbox, cells))
    return rows


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


__all__ = ["HEADER", "NAME", "VERSION", "Paragraph", "Prose", "ProseWork", "TextLine", "articles_of", "read"]
