"""The glossary and the FAQ: enough of them, tied to one another and to the data, in the settled Khmer terms."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from sources.content import Piece, load_content
from sources.registry import ROOT
from tests.sources.test_hs_words import slips

TERMS, QUESTIONS = 120, 40
BREAK = "\u200b"
LINK = re.compile(r"\[\[([a-z0-9-]+)(?:\|[^\]]+)?\]\]")
INTO_DATA = re.compile(r"\]\((?:page|hs|regime|article|document):|\{\{|\[\[")
WORDS_OF_LIST = re.compile(r"^\| ([^|]+?) \| ([^|]+?) \|", re.MULTILINE)


@cache
def pieces(kind: str) -> dict[str, Piece]:
    return {piece.id: piece for piece in load_content(ROOT) if piece.kind == kind}


def bare(title: str) -> str:
    """A term without what stands in brackets, and without places to break a line."""
    return re.sub(r"\s*\([^)]*\)", "", title).replace(BREAK, "").strip().casefold()


def settled() -> dict[str, set[str]]:
    """The Khmer of docs/khmer-terms.md by English term; a row of two terms gives two."""
    text = (Path(__file__).parents[2] / "docs" / "khmer-terms.md").read_text(encoding="utf-8")
    found: dict[str, set[str]] = {}
    for english, khmer in WORDS_OF_LIST.findall(text):
        ours, theirs = english.split(" / "), khmer.split(" / ")
        for one, other in zip(ours, theirs, strict=True) if len(ours) == len(theirs) else ():
            found[bare(one)] = {bare(word) for word in other.split(", ")}
    return found


def test_there_are_terms_and_questions_enough() -> None:
    assert len(pieces("term")) >= TERMS
    assert len(pieces("question")) >= QUESTIONS


def test_every_link_between_terms_and_questions_leads_to_one() -> None:
    for kind in ("term", "question"):
        for piece in pieces(kind).values():
            linked = set(LINK.findall(piece.en.text + piece.km.text))
            assert linked <= set(pieces("term")), piece.file
            assert piece.head.related, piece.file
            assert set(piece.head.related) <= set(pieces(kind)) - {piece.id}, piece.file


def test_every_question_is_answered_with_a_way_into_the_data() -> None:
    for piece in pieces("question").values():
        for half in (piece.en, piece.km):
            assert INTO_DATA.search(half.text), piece.file
        assert piece.head.topic, piece.file
        assert piece.head.title_en.rstrip().endswith("?"), piece.file
        assert "?" in piece.head.title_km, piece.file


def test_a_concept_has_one_khmer_term_everywhere() -> None:
    terms = settled()
    shared = {piece.id: piece for piece in pieces("term").values() if bare(piece.head.title_en) in terms}
    assert len(shared) > 40
    other = {
        name: piece.head.title_km.replace(BREAK, "")
        for name, piece in shared.items()
        if bare(piece.head.title_km) not in terms[bare(piece.head.title_en)]
    }
    assert other == {}


def test_the_khmer_is_normal() -> None:
    for kind in ("term", "question"):
        for piece in pieces(kind).values():
            plain = re.sub(r"\{\{.*?\}\}|\{%.*?%\}|\]\([^)]*\)|\[\[[a-z0-9-]+", " ", piece.km.text, flags=re.DOTALL)
            assert slips(plain.replace(BREAK, "") + piece.head.title_km.replace(BREAK, "")) == [], piece.file
