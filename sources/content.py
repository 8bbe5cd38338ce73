"""Loads the words of the project: one Markdown file a piece, English and Khmer side by side, facts as references.

A piece begins with YAML front matter, then comes the English half, a line `<!-- km -->` and the Khmer half. What a
reference such as `{{ provision("x", "validity_period") }}` stands for is told in `transforms.content`; nothing here
knows a fact.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

import yaml
from pydantic import Field, ValidationError

from sources.errors import Exit, FtaError
from sources.registry import sources_root
from sources.specs import Spec
from sources.yaml_text import parse_yaml

PieceKind = Literal["text", "guide", "term", "question", "picture"]
Language = Literal["en", "km"]
LANGUAGES: tuple[Language, ...] = ("en", "km")

FOLDER = "content"
KHMER = "<!-- km -->"
KINDS: dict[str, PieceKind] = {
    "text": "text", "guides": "guide", "glossary": "term", "faq": "question", "pictures": "picture",
}  # fmt: skip
"""The kind of a piece by the folder it stands in."""
_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_STEP = re.compile(r"(\d{2})-" + _NAME.pattern)


class Head(Spec):
    """The front matter of a piece.

    Attributes:
        title_en: title, term or question in English; it may hold references, as the text may.
        title_km: the same in Khmer.
        subject: what a text is about, such as `agreement`, `origin`, `certificates`, `customs`, `law` or `site`.
        regime: the one regime that a text is about.
        as_of: day of the facts that no row of the dataset dates.
        status: `draft` until somebody other than its writer has read both halves.
        reviewer: who has.
        source: what the piece rests on.
        related: terms or questions that a reader may want next.
        topic: heading under which a question is listed.
        words: for a picture, the words in it by name, each in both languages.
    """

    title_en: str = Field(min_length=1)
    title_km: str = Field(min_length=1)
    subject: str | None = None
    regime: str | None = None
    as_of: date | None = None
    status: Literal["draft", "reviewed"] = "draft"
    reviewer: str | None = None
    source: str = Field(min_length=1)
    related: tuple[str, ...] = ()
    topic: str | None = None
    words: dict[str, dict[Language, str]] = Field(default_factory=dict)


@dataclass(frozen=True)
class Half:
    """One language of a piece: its Markdown, and the line of the file that it begins on."""

    text: str
    line: int


@dataclass(frozen=True)
class Piece:
    """One piece of prose.

    Attributes:
        id: of a text, a term or a question; for a step `guide/number`.
        file: path below the folder of sources, with forward slashes.
        guide: guide of a step, else empty.
        step: number of a step, else 0.
    """

    kind: PieceKind
    id: str
    head: Head
    en: Half
    km: Half
    file: str
    guide: str = ""
    step: int = 0

    def half(self, language: Language) -> Half:
        """The text in one language."""
        return self.en if language == "en" else self.km

    def title(self, language: Language) -> str:
        """The title in one language."""
        return self.head.title_en if language == "en" else self.head.title_km


def content_files(roots: Iterable[Path]) -> list[Path]:
    """Every file of content below some folders of sources, in order."""
    return [
        file
        for root in roots
        for folder in KINDS
        for file in sorted((root / FOLDER / folder).rglob("*"))
        if file.suffix in (".md", ".svg")
    ]


def load_content(*roots: Path) -> tuple[Piece, ...]:
    """Every piece below some folders of sources (`sources_root()` by default), by kind and id.

    A piece of a later folder takes the place of one of the same kind and id, so that a data team can mend its words.

    Raises:
        FtaError: a file has no front matter, a key that is unknown, missing or of the wrong shape, no Khmer half, or
            a name that cannot be an id; the message names file and line.
    """
    found: dict[tuple[str, str], Piece] = {}
    for root in roots or (sources_root(),):
        for file in content_files([root]):
            piece = load_piece(file, root)
            found[(piece.kind, piece.id)] = piece
    return tuple(found[key] for key in sorted(found))


def load_piece(file: Path, root: Path) -> Piece:
    """One piece.

    Args:
        file: the file, below `root / "content"`.
        root: the folder of sources.

    Raises:
        FtaError: as `load_content`.
    """
    inside = file.relative_to(root / FOLDER)
    kind, place = KINDS[inside.parts[0]], inside.as_posix()
    guide, step, name = "", 0, file.stem
    if kind == "guide":
        numbered = _STEP.fullmatch(name)
        if len(inside.parts) != 3 or numbered is None:
            raise _bad(place, 1, "a step is a file `guides/<guide>/<NN>-<name>.md`", "Rename the file.")
        guide, step = inside.parts[1], int(numbered[1])
        name = f"{guide}/{step:02}"
    elif len(inside.parts) != 2 or not _NAME.fullmatch(name):
        raise _bad(place, 1, f"{name!r} cannot be an id", "Use small letters, digits and hyphens.")
    text = file.read_text(encoding="utf-8").replace("\r\n", "\n")
    head, body, line = _parted(text, place)
    spec = _head(head, place)
    if kind == "text" and not spec.subject:
        raise _bad(place, 1, "a text needs a `subject`", "Say what it is about.")
    en, km = (Half(body, line),) * 2 if kind == "picture" else _halves(body, line, place)
    return Piece(kind, name, spec, en, km, f"{FOLDER}/{place}", guide, step)


def _parted(text: str, place: str) -> tuple[str, str, int]:
    """Front matter, body, and the line on which the body begins."""
    parts = re.match(r"---\n(.*?)\n---\n", text, re.DOTALL)
    if parts is None:
        raise _bad(place, 1, "there is no front matter between two lines `---`", "See docs/content.md for an example.")
    return parts[1], text[parts.end() :], text[: parts.end()].count("\n") + 1


def _halves(body: str, line: int, place: str) -> tuple[Half, Half]:
    english, mark, khmer = body.partition(f"\n{KHMER}\n")
    if not mark or KHMER in khmer:
        raise _bad(place, line, f"expected one line `{KHMER}` between the languages", "Write both halves.")
    second = line + english.count("\n") + 2
    for half, at, language in ((english, line, "English"), (khmer, second, "Khmer")):
        if not half.strip():
            raise _bad(place, at, f"the {language} half is empty", "Write it: every piece has both languages.")
    return _half(english, line), _half(khmer, second)


def _half(text: str, line: int) -> Half:
    """A half without the blank lines around it."""
    kept = text.lstrip("\n")
    return Half(kept.rstrip() + "\n", line + len(text) - len(kept))


def _head(text: str, place: str) -> Head:
    try:
        content = parse_yaml(text)
        return Head.model_validate(content)
    except yaml.MarkedYAMLError as error:
        at = error.problem_mark.line + 2 if error.problem_mark else 2
        raise _bad(
            place, at, str(error.problem or error), "Mend the YAML; quote a value that holds a colon."
        ) from error
    except ValidationError as error:
        slips = "; ".join(f"`{'.'.join(map(str, e['loc']))}`: {e['msg']}" for e in error.errors()[:5])
        raise _bad(place, 2, slips, "`Head` in sources/content.py says what each key means.") from error


def _bad(place: str, line: int, message: str, remedy: str) -> FtaError:
    where = {"file": f"{FOLDER}/{place}", "line": line}
    return FtaError("bad_content", f"{message}.", where=where, remedy=remedy, exit_code=Exit.WRONG_USE)
