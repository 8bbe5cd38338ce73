"""From pieces of prose to rows of `text_block`, `guide_step`, `glossary_term`, `faq` and `picture`.

A piece is a Jinja template in a sandbox: it may call the references of `transforms.content_facts.Speaker` and loop over
what they give, and nothing else. Terms of the glossary are linked (`transforms.content_links`).
"""

from __future__ import annotations

import json
import traceback
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, get_args

import jinja2
import pyarrow as pa
from jinja2.sandbox import ImmutableSandboxedEnvironment

from sources.content import LANGUAGES, Language, Piece, PieceKind
from transforms import speech
from transforms.content_facts import Facts, Speaker, UnknownReference
from transforms.content_links import Glossary, glossary_of, linked
from warehouse.rows import build

Row = dict[str, Any]
KHMER_NOTE = "ការបកប្រែមិនផ្លូវការរបស់គម្រោង"
"""What marks Khmer that nobody but its writer has read: `translation by the project, unofficial`."""
TABLES: dict[PieceKind, str] = {
    "text": "text_block", "guide": "guide_step", "term": "glossary_term", "question": "faq", "picture": "picture",
}  # fmt: skip
_ENVIRONMENT = ImmutableSandboxedEnvironment(
    undefined=jinja2.StrictUndefined, autoescape=False, keep_trailing_newline=True
)
_REFERENCES = tuple(name for name in vars(Speaker) if not name.startswith("_"))


@dataclass(frozen=True)
class Fault:
    """A reference that could not be followed: the piece, its language, the line of its file, and why."""

    piece: Piece
    language: Language
    line: int
    message: str


@dataclass(frozen=True)
class Rendered:
    """A piece said in both languages.

    Attributes:
        titles: by language; `texts` likewise.
        rests_on: tables and row keys of the facts that it states.
        partners: parties that it names as partners.
    """

    piece: Piece
    titles: Mapping[Language, str]
    texts: Mapping[Language, str]
    rests_on: tuple[tuple[str, str], ...]
    partners: frozenset[str] = frozenset()


Said = tuple[list[Rendered], list[Fault]]
"""Prose said with the facts of some tables: pieces, and what could not be said."""


def render(pieces: Sequence[Piece], tables: Mapping[str, pa.Table]) -> Said:
    """Say every piece in both languages with the facts of some tables.

    Returns:
        The pieces that could be said, and a fault for each half that could not; a piece with a fault is left out, and
        the judgement says so (C52).
    """
    facts = Facts(tables)
    glossary = glossary_of(pieces)
    rendered: list[Rendered] = []
    faults: list[Fault] = []
    for piece in pieces:
        said, wrong = _render_piece(piece, facts, glossary)
        faults += wrong
        rendered += [said] if said else []
    return rendered, faults


def _render_piece(piece: Piece, facts: Facts, glossary: Glossary) -> tuple[Rendered | None, list[Fault]]:
    titles: dict[Language, str] = {}
    texts: dict[Language, str] = {}
    cited: dict[tuple[str, str], None] = {}
    partners: set[str] = set()
    faults: list[Fault] = []
    own = piece.id if piece.kind == "term" else ""
    for language in LANGUAGES:
        speaker = Speaker(facts, language)
        known = _known(piece, facts, speaker, language)
        half = piece.half(language)
        for source, first, put in ((piece.title(language), 2, titles), (half.text, half.line, texts)):
            try:
                words = {name: _say(pair[language], known) for name, pair in piece.head.words.items()}
                put[language] = _say(source, {**known, "words": words})
                if put is texts and piece.kind != "picture":
                    texts[language] = linked(texts[language], own, glossary, language)
            except (jinja2.TemplateError, UnknownReference, TypeError, ValueError, KeyError, ArithmeticError) as error:
                faults.append(Fault(piece, language, first + _line_of(error) - 1, _words_of(error)))
        cited |= dict.fromkeys(speaker.said)
        partners |= speaker.partners
    if faults:
        return None, faults
    return Rendered(piece, titles, texts, tuple(sorted(cited)), frozenset(partners)), []


def get_ready(pieces: Iterable[Piece]) -> None:
    """Compile the templates of pieces, as saying them would: more than half of the time that it takes."""
    for piece in pieces:
        sources = [words[language] for words in piece.head.words.values() for language in LANGUAGES]
        sources += [text for language in LANGUAGES for text in (piece.title(language), piece.half(language).text)]
        for source in filter(lambda text: "{" in text, sources):
            with suppress(jinja2.TemplateError):  # it is told, with its line, when the piece is said
                _template(source)


def _say(source: str, known: Mapping[str, Any]) -> str:
    return _template(source).render(known) if "{" in source else source


@lru_cache(maxsize=4096)
def _template(source: str) -> jinja2.Template:
    return _ENVIRONMENT.from_string(source)


def _known(piece: Piece, facts: Facts, speaker: Speaker, language: Language) -> dict[str, Any]:
    """What a piece may name: every reference, every party by its code, and its own date."""
    known: dict[str, Any] = {name: getattr(speaker, name) for name in _REFERENCES}
    known |= {row["party_id"]: _Party(speaker, row["party_id"]) for row in facts.rows("party")}
    if piece.head.as_of:
        known["as_of"] = speech.day(piece.head.as_of.isoformat(), language)
        known["as_of_month"] = speech.month(piece.head.as_of.isoformat(), language)
    return known


@dataclass(frozen=True)
class _Party:
    """A party that says its name when it is written."""

    speaker: Speaker
    party_id: str

    def __str__(self) -> str:
        return self.speaker.party(self.party_id)


def _line_of(error: BaseException) -> int:
    """The line of the template on which an error arose, from 1."""
    if isinstance(error, jinja2.TemplateSyntaxError):
        return error.lineno
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == "<template>"]
    return lines[-1] or 1 if lines else 1


def _words_of(error: BaseException) -> str:
    return str(error.args[0] if error.args else error)


# --- rows ---


def content_tables(pieces: Sequence[Piece], tables: Mapping[str, pa.Table]) -> dict[str, pa.Table]:
    """The tables of prose, said with the facts of some tables."""
    rendered, _ = render(pieces, tables)
    return {table: build(table, rows) for table, rows in content_rows(rendered).items()}


def content_rows(rendered: Iterable[Rendered]) -> dict[str, list[Row]]:
    """Rows of the tables of prose; every table is there, also without rows."""
    rows: dict[str, list[Row]] = {TABLES[kind]: [] for kind in get_args(PieceKind)}
    for said in rendered:
        rows[TABLES[said.piece.kind]].append({**_COLUMNS[said.piece.kind](said), **_common(said)})
    return rows


def _common(said: Rendered) -> Row:
    head = said.piece.head
    return {
        "as_of": head.as_of.isoformat() if head.as_of else None,
        "status": head.status,
        "reviewer": head.reviewer,
        "note_km": None if head.status == "reviewed" else KHMER_NOTE,
        "rests_on": json.dumps([f"{table}:{key}" for table, key in said.rests_on]),
        "source": head.source,
    }


def _pair(name: str, values: Mapping[Language, str]) -> Row:
    return {f"{name}_{language}": values[language].strip() for language in LANGUAGES}


def _related(said: Rendered) -> str:
    return json.dumps(list(said.piece.head.related))


_COLUMNS = {
    "text": lambda said: {
        "block_id": said.piece.id, "subject": said.piece.head.subject, "regime_id": said.piece.head.regime,
        **_pair("title", said.titles), **_pair("text", said.texts),
    },
    "guide": lambda said: {
        "guide_id": said.piece.guide, "step_no": said.piece.step,
        **_pair("title", said.titles), **_pair("text", said.texts),
    },
    "term": lambda said: {
        "term_id": said.piece.id, "related": _related(said),
        **_pair("term", said.titles), **_pair("definition", said.texts),
    },
    "question": lambda said: {
        "faq_id": said.piece.id, "topic": said.piece.head.topic, "related": _related(said),
        **_pair("question", said.titles), **_pair("answer", said.texts),
    },
    "picture": lambda said: {
        "picture_id": said.piece.id, **_pair("title", said.titles), **_pair("svg", said.texts),
    },
}  # fmt: skip
