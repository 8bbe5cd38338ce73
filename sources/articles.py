"""Loads `articles.csv`: the articles of a regime's legal texts, with number, heading and pages.

Numbers, headings and pages are facts; the words of articles are not kept. A text without pages leaves them empty, and
so does an article whose end cannot be told.
"""

from __future__ import annotations

import csv
from pathlib import Path

from pydantic import ValidationError

from sources.errors import FtaError
from sources.origin_specs import ROOT
from sources.specs import Spec

COLUMNS = ("document_id", "number", "heading", "page_from", "page_to")


class ArticleSpec(Spec):
    """One article, annex or rule of a legal text."""

    document_id: str
    number: str
    heading: str | None = None
    page_from: int | None = None
    page_to: int | None = None


def load_articles(root: Path = ROOT) -> tuple[ArticleSpec, ...]:
    """The articles of every folder, in the order of the files.

    Raises:
        FtaError: a file has other columns, or a cell does not fit its column.
    """
    found: list[ArticleSpec] = []
    for file in sorted(root.glob("*/articles.csv")):
        with file.open(encoding="utf-8", newline="") as text:
            reader = csv.DictReader(text)
            if tuple(reader.fieldnames or ()) != COLUMNS:
                raise _bad(file, 1, f"the columns are {reader.fieldnames}, not {', '.join(COLUMNS)}")
            for line, cells in enumerate(reader, 2):
                try:
                    found.append(ArticleSpec.model_validate({key: value or None for key, value in cells.items()}))
                except ValidationError as error:
                    raise _bad(file, line, str(error.errors()[0]["msg"])) from error
    return tuple(found)


def _bad(file: Path, line: int, what: str) -> FtaError:
    return FtaError(
        "bad_articles",
        f"{file.parent.name}/{file.name}, line {line}: {what}.",
        where={"file": f"{file.parent.name}/{file.name}", "line": line},
        remedy="Mend the line; each has document, number, heading, first and last page.",
    )
