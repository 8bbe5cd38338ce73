"""Typesets prose into small PDFs for the tests: one or two columns, headers and footers, footnotes, articles.

What is typeset is known word for word, so that what is read back can be compared with it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

WIDTH, HEIGHT = 595.0, 842.0
TOP, FOOT = 80.0, 740.0
FONT, SIZE, LEADING = "Helvetica", 10.0, 12.0


@dataclass
class Booklet:
    """A text in the making.

    Attributes:
        columns: one or two.
        header, footer: printed on every page; `#` stands for the page's number.
        texts: for each paragraph typeset, its role, words and first page.
        notes: footnotes of the page.
    """

    path: Path
    columns: int = 1
    header: str = ""
    footer: str = "#"
    texts: list[tuple[str, str, int]] = field(default_factory=list)
    page: int = 1

    def __post_init__(self) -> None:
        self.canvas = Canvas(str(self.path), pagesize=(WIDTH, HEIGHT), invariant=1)
        self.column, self.y, self.floor = 0, TOP, FOOT
        self.notes: list[str] = []

    @property
    def left(self) -> float:
        return 60.0 + self.column * 250.0

    @property
    def width(self) -> float:
        return 475.0 if self.columns == 1 else 225.0

    def wrapped(self, words: str, size: float = SIZE) -> list[str]:
        lines = [""]
        for word in words.split(" "):
            longer = f"{lines[-1]} {word}".strip()
            if lines[-1] and stringWidth(longer, FONT, size) > self.width:
                lines.append(word)
            else:
                lines[-1] = longer
        return lines

    def line(self, text: str, x: float, size: float = SIZE) -> None:
        if self.y + LEADING > self.floor:
            self.turn(x - self.left)
            x = self.left + (x - self.last_left)
        self.canvas.setFont(FONT, size)
        self.canvas.drawString(x, HEIGHT - self.y - size, text)
        self.y += LEADING

    def turn(self, _: float = 0.0) -> None:
        """The next column, or page."""
        self.last_left = self.left
        if self.column + 1 < self.columns:
            self.column += 1
        else:
            self.end_page()
            self.column = 0
        self.y = TOP

    def end_page(self) -> None:
        self.canvas.setFont(FONT, 8)
        self.canvas.drawString(60, HEIGHT - 40, self.header.replace("#", str(self.page)))
        self.canvas.drawCentredString(WIDTH / 2, 40, self.footer.replace("#", str(self.page)))
        self.canvas.setFont(FONT, 7)
        for n, note in enumerate(self.notes):
            self.canvas.drawString(60, HEIGHT - self.floor - 14 - 9 * n, note)
        self.notes, self.floor = [], FOOT
        self.canvas.showPage()
        self.page += 1

    def heading(self, words: str) -> None:
        self.y += 10
        if self.y + 3 * LEADING > self.floor:
            self.turn()
        self.texts.append(("heading", words, self.page))
        for line in self.wrapped(words):
            self.line(line, self.left + (self.width - stringWidth(line, FONT, SIZE)) / 2)
        self.y += 8

    def paragraph(self, words: str, role: str = "paragraph") -> None:
        if self.y + LEADING > self.floor:
            self.turn()
        self.texts.append((role, words, self.page))
        for line in self.wrapped(words):
            self.line(line, self.left)
        self.y += 7

    def footnote(self, mark: int, words: str) -> None:
        """A note at the foot of the page that is open."""
        self.notes.append(f"{mark} {words}")
        self.texts.append(("footnote", f"{mark} {words}", self.page))

    def save(self) -> Path:
        self.end_page()
        self.canvas.save()
        return self.path


def mixed(booklet: Booklet, described: list[Any]) -> Path:
    """Articles, each a heading with its paragraphs."""
    for number, (title, paragraphs) in enumerate(described, 1):
        booklet.heading(f"Article {number}: {title}")
        for words in paragraphs:
            booklet.paragraph(words)
    return booklet.save()
