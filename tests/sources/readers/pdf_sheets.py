"""Typesets small PDFs for the tests: tables drawn in several styles, with everything a publisher does to a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

WIDTH, HEIGHT = 595.0, 842.0
LEFT, TOP, LEADING = 50.0, 60.0, 11.0
COLUMNS = ["CODE", "DESCRIPTION", "BASE RATE", "CATEGORY"]
WIDTHS = [80.0, 220.0, 90.0, 90.0]


@dataclass
class Sheet:
    """A PDF in the making; `y` is how far down the page we are, in points from its top."""

    path: Path
    style: str = "lines"
    rotate: int = 0

    def __post_init__(self) -> None:
        size = (HEIGHT, WIDTH) if self.rotate else (WIDTH, HEIGHT)
        self.canvas = Canvas(str(self.path), pagesize=size, invariant=1)
        self.y = TOP
        self._begin()

    def _begin(self) -> None:
        if self.rotate:
            # drawn sideways on a wide sheet which is then shown turned, as scanners and spreadsheets do
            self.canvas.setPageRotation(self.rotate)
            self.canvas.translate(HEIGHT, 0)
            self.canvas.rotate(90)

    def page(self) -> None:
        self.canvas.showPage()
        self.y = TOP
        self._begin()

    def save(self) -> Path:
        self.canvas.save()
        return self.path

    def text(self, words: str, x: float = LEFT, size: float = 9) -> None:
        self.canvas.setFont("Helvetica", size)
        self.canvas.drawString(x, HEIGHT - self.y - 9, words)
        self.y += LEADING

    def at(self, words: str, x: float, top: float, size: float = 8) -> None:
        self.canvas.setFont("Helvetica", size)
        self.canvas.drawString(x, HEIGHT - top, words)

    def row(self, cells: Sequence[str], widths: Sequence[float] = WIDTHS, right: Sequence[int] = ()) -> None:
        """One row, ruled as the style says; lines in a cell are parted by newlines, columns in `right` end alike."""
        height = LEADING * max(cell.count("\n") + 1 for cell in cells) + 4
        x = LEFT
        for column, (cell, width) in enumerate(zip(cells, widths, strict=True)):
            self.box(x, width, height)
            for number, line in enumerate(cell.split("\n")):
                room = width - 6 - stringWidth(line, "Helvetica", 8)
                self.at(line, x + 3 + (room if column in right else 0), self.y + 10 + number * LEADING)
            x += width
        self.y += height

    def box(self, x: float, width: float, height: float) -> None:
        foot = HEIGHT - self.y - height
        canvas = self.canvas
        canvas.setLineWidth(0.5)
        if self.style == "none":
            return
        if self.style == "horizontal":
            canvas.line(x, foot, x + width, foot)
            canvas.line(x, foot + height, x + width, foot + height)
        elif self.style == "shading":
            canvas.setFillGray(0.9)
            canvas.rect(x, foot, width, height, stroke=0, fill=1)
            canvas.setFillGray(0)
        elif self.style == "polygons":
            path = canvas.beginPath()
            path.moveTo(x, foot)
            for corner in ((x + width, foot), (x + width, foot + height), (x, foot + height)):
                path.lineTo(*corner)
            path.close()
            canvas.drawPath(path)
        elif self.style == "rectangles":
            canvas.rect(x, foot, width, height)
        elif self.style == "bars":
            for bar in ((x, foot, width, 0.5), (x, foot + height, width, 0.5)):
                canvas.rect(*bar, stroke=0, fill=1)
            for bar in ((x, foot, 0.5, height), (x + width, foot, 0.5, height)):
                canvas.rect(*bar, stroke=0, fill=1)
        else:
            if self.style == "dashed":
                canvas.setDash(2, 1)
            canvas.lines(
                [
                    (x, foot, x + width, foot),
                    (x, foot + height, x + width, foot + height),
                    (x, foot, x, foot + height),
                    (x + width, foot, x + width, foot + height),
                ]
            )


def schedule(
    path: Path,
    pages: Sequence[Sequence[Sequence[str]]],
    *,
    header: Sequence[str] = COLUMNS,
    style: str = "lines",
    rotate: int = 0,
    header_on: str = "every",
    right: Sequence[int] = (),
) -> Path:
    """A schedule of one table over several pages, with a note before it and a footer on every page."""
    sheet = Sheet(path, style, rotate)
    for number, rows in enumerate(pages):
        if number:
            sheet.page()
        else:
            sheet.text("This schedule is generally expressed in terms of the tariff, whose notes govern it.")
        if number == 0 or header_on == "every":
            sheet.row(header)
        for row in rows:
            sheet.row(row, right=right)
        sheet.at(f"Annex - {number + 1}", 270, 820)
    return sheet.save()
