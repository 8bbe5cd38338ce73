"""Legal prose, whatever the format: paragraphs with their pages, and the articles, rules, chapters and annexes in them.

What a heading looks like is said by patterns in YAML (`headings.yml`, or a document's own); which line is a heading
rather than a sentence that begins with the same words is decided here, from its form and place. Reading a format into
paragraphs is in the format's own module.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError, field_validator

from sources.errors import Exit, FtaError
from sources.readers.prose_numbers import LOOK, Article, goes_on, is_first, numbering_findings
from sources.reading import Finding

Role = Literal["heading", "paragraph", "list item", "footnote", "table"]

LONGEST_HEADING = 240
"""Letters; what is longer is a sentence."""

_MARK = re.compile(r"(\(?[0-9]{1,3}[.)]|\([a-z]{1,4}\)|\([A-Z]\)|[a-z]\)|[ivx]{1,5}[.)]|[a-z]\.|[-–—•▪●○*])(?=\s|$)")


class HeadingSpec(BaseModel):
    """How headings of one kind are printed; see `headings.yml`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: str
    level: int
    pattern: str
    anew: bool = False

    @field_validator("pattern")
    @classmethod
    def _has_a_number(cls, value: str) -> str:
        if "number" not in re.compile(value).groupindex:
            raise ValueError("the pattern needs a group named 'number'")
        return value


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph, heading, item of a list or footnote; a table in between is one too, without words.

    Attributes:
        page, last_page: where it begins and ends, from 1.
        bbox: box in points of what stands on its first page (x0, top, x1, bottom); None where there are no pages.
        lines: its lines as printed; `text` is what they say together.
        centred: whether its lines stand in the middle of their column; None where the format cannot say.
        standing: whether it stands apart from what is before it, as a heading does.
    """

    page: int
    last_page: int
    bbox: tuple[float, float, float, float] | None
    role: Role
    text: str
    lines: tuple[str, ...] = ()
    centred: bool | None = None
    standing: bool = True


@dataclass(frozen=True)
class Prose:
    """A legal text: its paragraphs in reading order, its articles, and what a person should know."""

    paragraphs: tuple[Paragraph, ...]
    articles: tuple[Article, ...]
    findings: tuple[Finding, ...]


@cache
def default_headings() -> tuple[HeadingSpec, ...]:
    """The patterns of `headings.yml`."""
    text = Path(__file__).with_name("headings.yml").read_text(encoding="utf-8")
    return heading_specs(yaml.safe_load(text))


def heading_specs(described: Iterable[Mapping[str, Any]]) -> tuple[HeadingSpec, ...]:
    """Patterns as a description gives them.

    Raises:
        FtaError: `bad_headings`, with the pattern that is wrong.
    """
    found = []
    for number, each in enumerate(described, 1):
        try:
            found.append(HeadingSpec.model_validate(dict(each)))
        except (ValidationError, re.error, TypeError, ValueError) as error:
            said = error.errors()[0]["msg"] if isinstance(error, ValidationError) else str(error)
            raise FtaError(
                "bad_headings",
                f"Entry {number} of `headings` is wrong: {said}.",
                where={"entry": number},
                remedy="Each has `kind`, `level` and a `pattern` with the groups `number` and, if any, `heading`.",
                exit_code=Exit.WRONG_USE,
            ) from error
    return tuple(found)


def is_item(text: str) -> bool:
    """Whether a text begins with the mark of a list: `(a)`, `1.`, `-`."""
    return _MARK.match(text) is not None


def starts_like_heading(line: str, specs: Sequence[HeadingSpec]) -> bool:
    """Whether a line by itself could be the first of a heading."""
    return any(_match(line, spec) is not None for spec in specs)


def text_paragraphs(text: str) -> list[Paragraph]:
    """The paragraphs of a plain text, parted by blank lines; the number of a line stands for its page."""
    found: list[Paragraph] = []
    lines: list[str] = []
    for number, line in enumerate([*text.splitlines(), ""], 1):
        words = line.strip().strip("*#_").strip()
        if words:
            lines.append(words)
        elif lines:
            first = number - len(lines)
            role: Role = "list item" if is_item(lines[0]) else "paragraph"
            found.append(Paragraph(first, number - 1, None, role, " ".join(lines), tuple(lines)))
            lines = []
    return found


def find_articles(
    paragraphs: Sequence[Paragraph], specs: Sequence[HeadingSpec]
) -> tuple[tuple[Paragraph, ...], tuple[Article, ...], tuple[Finding, ...]]:
    """The articles of a text.

    Returns:
        The paragraphs with the role of headings set, the articles in order, and as findings `no_headings`,
        `duplicate_heading`, `numbering_gap`, `numbering_restarts`, `run_in_heading` (text follows on the heading's
        line, so that its words cannot be told) and `heading_like` (a line that looks like one and is not taken).
    """
    found = {n: match for n, each in enumerate(paragraphs) if (match := _heading(each, specs)) is not None}
    findings = _drop_sentences(paragraphs, found)
    marked = list(paragraphs)
    heads = dict[int, _Head]()
    for n, match in found.items():
        words, taken = (None, n) if match.run_in else _words_under(paragraphs, n, match.words, found)
        heads[n] = _Head(match, words, taken)
        for at in range(n, taken + 1 if not match.run_in else n):
            marked[at] = replace(marked[at], role="heading")
    articles = list(_articles(marked, heads))
    if not articles:
        message = "No article, rule, chapter or annex was recognised; the text is read as paragraphs."
        remedy = "Say in the description what its headings look like (option `headings` of the reader)."
        findings.append(Finding("no_headings", "warning", message, remedy=remedy))
    return tuple(marked), tuple(articles), (*findings, *numbering_findings(articles))


# --- which lines are headings ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Match:
    """A paragraph that has the form of a heading; `run_in` where sentences follow in it."""

    spec: HeadingSpec
    number: str
    words: str
    run_in: bool = False


@dataclass(frozen=True, slots=True)
class _Head:
    """A heading with its words, and the index of the last paragraph that they take."""

    match: _Match
    words: str | None
    taken: int


def _match(line: str, spec: HeadingSpec) -> re.Match[str] | None:
    """The match of a line that has the form of a heading: its words, if any, begin with a capital."""
    match = re.fullmatch(spec.pattern, line.strip())
    if match is None:
        return None
    words = _heading_words(match)
    begins = not words or words[0].isupper() or words[0].isdigit() or words[0] in "“\"'" or not words[0].isascii()
    return match if begins else None


def _heading_words(match: re.Match[str]) -> str:
    return (match.groupdict().get("heading") or "").strip().lstrip(":.–—-").strip()


def _heading(each: Paragraph, specs: Sequence[HeadingSpec]) -> _Match | None:
    if each.role in ("footnote", "table") or not each.standing:
        return None
    lines = each.lines or (each.text,)
    for spec in specs:
        match = _match(lines[0], spec)
        if match is None:
            continue
        number = re.sub(r"\s+", "", match["number"])
        words = " ".join([_heading_words(match), *(line.strip() for line in lines[1:])]).strip()
        if _is_contents(words):
            return None
        if len(words) > LONGEST_HEADING or re.search(r"[.;,:]$", words):
            parted = re.match(r"\s*[:–—]\s*\S", (match.groupdict().get("heading") or ""))
            return _Match(spec, number, "", run_in=True) if parted and len(lines) > 1 else None
        return _Match(spec, number, words)
    return None


def _is_contents(words: str) -> bool:
    """Whether a line is an entry of a table of contents: leaders, or a page number far behind its words."""
    return re.search(r"\.{3,}|(\s\.){3,}|\s{2,}\d+$", words) is not None


def _drop_sentences(paragraphs: Sequence[Paragraph], found: dict[int, _Match]) -> list[Finding]:
    """Takes out what only begins like a heading.

    Where most headings of a kind stand in the middle, one that does not is a heading only if its number goes on from
    the one before it; and so is one with sentences on its line.
    """
    findings = []
    for kind in {match.spec.kind for match in found.values()}:
        members = [n for n in sorted(found) if found[n].spec.kind == kind]
        aside = [n for n in members if paragraphs[n].centred is False]
        doubted = set(aside) if len(aside) * 3 <= len(members) else set[int]()
        before: str | None = None
        for n in members:
            match = found[n]
            next_one = is_first(match.number) if before is None else goes_on(before, match.number)
            if next_one or (n not in doubted and not match.run_in):
                before = match.number
                if match.run_in:
                    message = f"Text follows {kind} {match.number} on its line, so that its heading cannot be told."
                    findings.append(Finding("run_in_heading", "warning", message, paragraphs[n].page, remedy=LOOK))
                continue
            del found[n]
            message = f"A line begins like {kind} {match.number} and is taken for a sentence."
            findings.append(Finding("heading_like", "info", message, paragraphs[n].page, value=paragraphs[n].text[:80]))
    return sorted(findings, key=lambda each: each.page or 0)


def _words_under(
    paragraphs: Sequence[Paragraph], at: int, words: str, found: Mapping[int, _Match]
) -> tuple[str | None, int]:
    """The heading's words, which may stand under its number, and the index of the last paragraph they take."""
    under = at + 1
    if words or under in found or under >= len(paragraphs):
        return words or None, at
    each = paragraphs[under]
    said = each.text
    fits = each.role == "paragraph" and len(said) <= LONGEST_HEADING and not re.search(r"[.;,:]$", said)
    fits = fits and not is_item(said) and (said[:1].isupper() or not said[:1].isascii())
    if not fits or each.page > paragraphs[at].last_page + 1:
        return None, at
    if each.centred is False and (len(each.lines) > 1 or len(said.split()) > _FEW_WORDS):
        return None, at  # a line at the edge is a heading only if it is short
    above_another = under + 1 in found and each.centred is not None
    return (None, at) if above_another else (said, under)


_FEW_WORDS = 12


# --- from headings to articles ---------------------------------------------------------------------------------------


def _articles(paragraphs: Sequence[Paragraph], heads: Mapping[int, _Head]) -> Iterable[Article]:
    open_above: list[tuple[int, str]] = []
    order = sorted(heads)
    inside = _inside_another(heads, order)
    before = ""
    for n in order:
        spec, number = heads[n].match.spec, heads[n].match.number
        if n not in inside:
            open_above = [each for each in open_above if each[0] < spec.level]
        above = tuple(label for _, label in open_above)
        within = (*above, before) if n in inside and before not in above else above
        ends = (m for m in order if m > n and m not in inside and heads[m].match.spec.level <= spec.level)
        end = next((m for m in order if m > n), len(paragraphs)) if n in inside else next(ends, len(paragraphs))
        last = _last_page(paragraphs, n, heads[n].taken, end)
        label = f"{spec.kind} {number}"
        yield Article(spec.kind, number, heads[n].words, paragraphs[n].page, last, within, n)
        if n not in inside:
            open_above.append((spec.level, label))
            before = label


def _inside_another(heads: Mapping[int, _Head], order: Sequence[int]) -> set[int]:
    """The annexes and attachments that stand within an article: after them, the articles' numbers go on."""
    inside = set()
    for at, n in enumerate(order):
        spec = heads[n].match.spec
        if not spec.anew or at == 0:
            continue
        before = heads[order[at - 1]].match
        after = next((heads[m].match for m in order[at + 1 :] if not heads[m].match.spec.anew), None)
        if after is None or before.spec.level <= spec.level or after.spec != before.spec:
            continue
        if not is_first(after.number) and goes_on(before.number, after.number):
            inside.add(n)
    return inside


def _last_page(paragraphs: Sequence[Paragraph], start: int, taken: int, end: int) -> int:
    """The page of the last thing that belongs to a heading; lines in the middle just above the next one are its own."""
    last = end - 1
    while last > taken and end < len(paragraphs) and _leads_to_next(paragraphs[last]):
        last -= 1
    return max(each.last_page for each in paragraphs[start : last + 1])


def _leads_to_next(each: Paragraph) -> bool:
    return each.role in ("paragraph", "heading") and each.centred is True and not re.search(r"[.;:]$", each.text)
