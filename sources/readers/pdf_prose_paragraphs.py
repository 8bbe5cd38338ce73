"""From lines in reading order to paragraphs: where one ends, which go on over a page, and which are footnotes.

A paragraph ends where the distance to the next line is wider than lines usually stand apart, where an item of a list
or a heading begins, and where the next line stands otherwise on the page; at the end of a page the words decide.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from sources.readers.grid import Box
from sources.readers.pdf_prose_lines import TextLine
from sources.readers.prose import HeadingSpec, Paragraph, Role, is_item, starts_like_heading
from sources.readers.prose_words import Words

WIDER = 1.22
"""A distance between lines that is so many times the usual one begins a new paragraph."""

_SMALLER, _OTHER_SIZE, _INDENT, _FAR = 0.93, 1.15, 5.0, 0.3
_ENDS = re.compile(r"[.;:!?][”’\"')\]]*$")
_NOTE = re.compile(r"(?:[0-9]{1,3}|[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,3}|[*†‡]{1,3})(?=\s|[A-Z“\"])")


@dataclass
class _Open:
    """A paragraph whose end has not come yet."""

    lines: list[TextLine]
    standing: bool

    @property
    def last(self) -> TextLine:
        return self.lines[-1]

    @property
    def inner(self) -> float:
        """How far its lines after the first stand from the column's edge."""
        later = [line.bbox[0] - line.left for line in self.lines[1:]]
        return later[-1] if later else self.last.bbox[0] - self.last.left


class Paragraphs:
    """Makes the paragraphs of a document.

    Args:
        pages: the lines of each page in reading order.
        specs: what headings look like.
        words: the words of the document.
    """

    def __init__(self, pages: Sequence[Sequence[TextLine]], specs: Sequence[HeadingSpec], words: Words) -> None:
        self.pages, self.specs, self.words = pages, specs, words
        self.body_height = _body_height(line for lines in pages for line in lines)
        self.leading = _leadings(pages)
        self.contents = {
            lines[0].page for lines in pages if lines and sum(line.is_contents for line in lines) * 3 > len(lines)
        }

    def all(self) -> list[Paragraph]:
        """Every paragraph: of each page those that begin on it, then its footnotes."""
        body: list[TextLine] = []
        notes: list[Paragraph] = []
        for lines in self.pages:
            kept, foot = self._feet(lines)
            body += kept
            self._take_notes(foot, notes)
        placed = [(each.page, 0, each) for each in self._body(body)] + [(each.page, 1, each) for each in notes]
        return [each for _, _, each in sorted(placed, key=lambda place: place[:2])]

    # --- footnotes ---

    def _feet(self, lines: Sequence[TextLine]) -> tuple[list[TextLine], list[TextLine]]:
        """The lines of a page without its footnotes, and those: small print at a column's foot, from its first mark."""
        kept: list[TextLine] = []
        foot: list[TextLine] = []
        regions: dict[int, list[TextLine]] = {}
        for line in lines:
            regions.setdefault(line.region, []).append(line)
        small: set[int] = set()
        for region in regions.values():
            start = len(region)
            while start and not region[start - 1].is_table and region[start - 1].height < _SMALLER * self.body_height:
                start -= 1
            if start == 0:
                continue
            marked = next((n for n in range(start, len(region)) if _NOTE.match(region[n].text)), len(region))
            small.update(id(line) for line in region[marked:])
        for line in lines:
            (foot if id(line) in small else kept).append(line)
        return kept, foot

    def _take_notes(self, foot: Sequence[TextLine], notes: list[Paragraph]) -> None:
        groups: list[list[TextLine]] = []
        for line in foot:
            if _NOTE.match(line.text) or not groups:
                groups.append([line])
            else:
                groups[-1].append(line)
        notes += [self._made(group, "footnote", standing=True) for group in groups]

    # --- paragraphs ---

    def _body(self, lines: Sequence[TextLine]) -> Iterable[Paragraph]:
        current: _Open | None = None
        for line in lines:
            begins, standing = self._begins(current, line)
            if current is None or begins:
                if current is not None:
                    yield self._closed(current)
                current = _Open([line], standing)
            else:
                current.lines.append(line)
        if current is not None:
            yield self._closed(current)

    def _begins(self, current: _Open | None, line: TextLine) -> tuple[bool, bool]:
        """Whether the line begins a paragraph, and whether it stands apart as a heading would."""
        if current is None or line.is_table or current.last.is_table:
            return True, True
        last = current.last
        if line.is_contents or last.is_contents:
            return True, not line.is_contents
        if (line.page, line.region) != (last.page, last.region):
            return self._begins_elsewhere(current, line)
        usual = self.leading.get(round(line.height), 1.3 * line.height)
        gap = line.bbox[1] - last.bbox[1] > WIDER * usual
        size = max(line.height, last.height) > _OTHER_SIZE * min(line.height, last.height)
        beside = abs(line.bbox[0] - last.bbox[0]) > _INDENT  # a last line may end so that it stands in the middle
        middle = beside and line.is_centred != last.is_centred and (line.is_centred or self._was_heading(current))
        ended = _ENDS.search(last.text) is not None
        elsewhere = not (line.is_centred and last.is_centred) and abs(line.bbox[0] - last.bbox[0]) > _FAR * (
            line.right - line.left
        )
        if gap or size or middle or elsewhere:
            return True, True
        if starts_like_heading(line.text, self.specs) and (line.is_centred or ended):
            return True, True
        if is_item(line.text) and (ended or self._is_shifted(current, line) or is_item(current.lines[0].text)):
            return True, ended
        if self._was_heading(current) and not line.is_centred and _is_short(last):
            return True, True
        anew = self._is_shifted(current, line) or (_is_short(last) and line.text[:1].isupper())
        return ended and anew, ended

    def _begins_elsewhere(self, current: _Open, line: TextLine) -> tuple[bool, bool]:
        """At the top of a column or page: a sentence that is not over goes on, unless the line shows otherwise."""
        last = current.last
        if is_item(line.text) or (line.is_centred and starts_like_heading(line.text, self.specs)):
            return True, True
        if line.is_centred or (last.is_centred and self._was_heading(current)):
            return True, True
        if last.text.endswith("-") or line.text[:1].islower():
            return False, False
        over = _ENDS.search(last.text) is not None or starts_like_heading(line.text, self.specs)
        return over or self._was_heading(current), True

    def _was_heading(self, current: _Open) -> bool:
        return current.standing and starts_like_heading(current.lines[0].text, self.specs)

    def _is_shifted(self, current: _Open, line: TextLine) -> bool:
        """Whether the line does not stand below the line before it, nor where an item's later lines stand."""
        indent = line.bbox[0] - line.left
        if len(current.lines) == 1 and is_item(current.lines[0].text):
            return indent < current.inner - _INDENT
        if len(current.lines) == 1:
            return indent > current.inner + _INDENT
        return abs(indent - current.inner) > _INDENT

    def _closed(self, current: _Open) -> Paragraph:
        first = current.lines[0]
        if first.is_table:
            return Paragraph(first.page, first.page, first.bbox, "table", "")
        role: Role = "list item" if is_item(first.text) else "paragraph"
        return self._made(current.lines, role, standing=current.standing)

    def _made(self, lines: Sequence[TextLine], role: Role, *, standing: bool) -> Paragraph:
        here = [line for line in lines if line.page == lines[0].page]
        return Paragraph(
            page=lines[0].page,
            last_page=lines[-1].page,
            bbox=_around([line.bbox for line in here if line.region == here[0].region]),
            role=role,
            text=self.words.join([line.text for line in lines]),
            lines=tuple(line.text for line in lines),
            centred=all(line.is_centred for line in lines),
            standing=standing and lines[0].page not in self.contents,
        )


def _is_short(line: TextLine) -> bool:
    """Whether a line ends well before the edge of its column."""
    return line.bbox[2] < line.right - 0.12 * (line.right - line.left)


def _is_full(line: TextLine) -> bool:
    """Whether a line fills its column."""
    return not _is_short(line) and line.bbox[2] - line.bbox[0] > 0.7 * (line.right - line.left)


def _around(boxes: Sequence[Box]) -> Box:
    return (
        min(box[0] for box in boxes),
        min(box[1] for box in boxes),
        max(box[2] for box in boxes),
        max(box[3] for box in boxes),
    )


def _body_height(lines: Iterable[TextLine]) -> float:
    """The height that most letters have."""
    letters: Counter[float] = Counter()
    for line in lines:
        letters[round(2 * line.height) / 2] += len(line.text)
    return letters.most_common(1)[0][0] if letters else 0.0


def _leadings(pages: Sequence[Sequence[TextLine]]) -> dict[int, float]:
    """By height of the letters, how far lines of one paragraph stand apart: the least distance that is common.

    Only lines that reach the edge and end no sentence are asked: the next line surely is of the same paragraph.
    """
    steps: dict[int, Counter[float]] = {}
    for lines in pages:
        for one, two in pairwise(lines):
            step = two.bbox[1] - one.bbox[1]
            if not _is_full(one) or _ENDS.search(one.text):
                continue
            if one.region == two.region and abs(one.height - two.height) < 1 and 0 < step < 4 * one.height:
                steps.setdefault(round(two.height), Counter())[round(2 * step) / 2] += 1
    common = {}
    for height, counts in steps.items():
        enough = max(1, 0.12 * counts.total())
        common[height] = min(step for step, count in counts.items() if count + counts[step + 0.5] >= enough)
    return common
