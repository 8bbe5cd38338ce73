"""Rules of prose: facts only by reference, links that lead somewhere, plain English, sound Khmer, neither alone.

They look at the sources of the pieces (`Context.pieces`), so that what is wrong is named with file and line, and at
what the tables make of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from weakref import WeakKeyDictionary

from sources.content import FOLDER, LANGUAGES, Piece
from sources.registry import ROOT
from sources.yaml_text import parse_yaml
from transforms.content import TABLES, Rendered, Said, render
from transforms.khmer import BREAK
from validations import khmer
from validations.desk import ALL, Desk, Judge
from validations.judgement import RuleResult
from validations.prose_marks import bare_facts, names_of
from warehouse.keys import row_key

PAGES = ROOT / FOLDER / "pages.yml"
"""Pages of the site that are made of data, not of a piece, and that prose may link to."""
HARDEST = 12.0
"""Highest Flesch-Kincaid grade of a piece: the last year of school. The words of the trade alone make some of it."""
SHORT = 30
"""Words or signs below which a piece is too short for its length or level to say anything."""
_LINK = re.compile(r"\]\((?P<scheme>[a-z]+):(?P<to>[^)\s]*)\)")
_MARKDOWN = re.compile(r"!?\[([^\]]*)\]\([^)]*\)|[*_#>`|]|^\s*(?:[-+]|\d+[.)])\s", re.MULTILINE)


def key_of(piece: Piece) -> str:
    """The `row_key` of the row that a piece becomes."""
    ids = {"block_id": piece.id, "term_id": piece.id, "faq_id": piece.id, "picture_id": piece.id}
    return row_key(TABLES[piece.kind], {**ids, "guide_id": piece.guide, "step_no": piece.step})


_SAID: WeakKeyDictionary[Desk, Said] = WeakKeyDictionary()


def _said(desk: Desk) -> Said:
    """The pieces said with the tables of a desk, once for all rules."""
    if desk not in _SAID:
        _SAID[desk] = desk.context.said or render(desk.context.pieces, desk.tables)
    return _SAID[desk]


def references_lead(desk: Desk) -> Iterator[RuleResult]:
    """C52: every reference and every link of a piece leads to something that is published."""
    said, faults = _said(desk)
    wrong = [
        (key_of(f.piece), TABLES[f.piece.kind], True, f"{f.piece.file}, line {f.line}: {f.message}") for f in faults
    ]
    wrong += [(key_of(piece), TABLES[piece.kind], bad, words) for piece, bad, words in _links(said, desk)]
    yield from _by_table(desk, "C52", wrong)


def _links(said: list[Rendered], desk: Desk) -> Iterator[tuple[Piece, bool, str]]:
    """Every piece, with the first link of it that leads nowhere."""
    targets = _targets(said, desk)
    for one in said:
        links = [found for text in one.texts.values() for found in _LINK.finditer(text)]
        dead = [
            f for f in links if f["scheme"] != "https" and f["to"].split("#")[0] not in targets.get(f["scheme"], ())
        ]
        related = {"term": "term", "question": "faq"}.get(one.piece.kind, "")
        lost = [f"related {name!r}" for name in one.piece.head.related if name not in targets.get(related, ())]
        lost += [f"{f['scheme']}:{f['to']}" for f in dead]
        yield one.piece, bool(lost), f"{one.piece.file}: {lost[0] if lost else ''} leads nowhere"


def _targets(said: list[Rendered], desk: Desk) -> Mapping[str, set[str]]:
    ids: dict[str, set[str]] = {kind: {s.piece.id for s in said if s.piece.kind == kind} for kind in TABLES}
    pages = parse_yaml(PAGES.read_text(encoding="utf-8"))["pages"]
    return {
        "term": ids["term"], "faq": ids["question"], "picture": ids["picture"],
        "page": {*ids["text"], *(s.piece.guide for s in said if s.piece.guide), *pages},
        "regime": {row[0] for row in desk.rows("select regime_id from regime")},
        "hs": {row[0] for row in desk.rows("select code from hs_node where edition = 'HS 2022'")},
        "document": {row[0] for row in desk.rows("select document_id from document")},
        "article": {f"{d}/{n}" for d, n in desk.rows("select document_id, number from law_article")},
    }  # fmt: skip


def facts_by_reference(desk: Desk) -> Iterator[RuleResult]:
    """C53: no number, date, share, party, agreement or form stands in a piece by hand."""
    names = names_of(desk.tables, desk.context.countries)
    looked: list[tuple[str, str, bool, str]] = []
    for piece in desk.context.pieces:
        found = [f"line {bare.line}: {bare.words!r}" for bare in bare_facts(piece, names)]
        detail = f"{piece.file}, {'; '.join(found[:5])} by hand"
        looked.append((key_of(piece), TABLES[piece.kind], bool(found), detail))
    yield from _by_table(desk, "C53", looked)


def partners_named(desk: Desk) -> Iterator[RuleResult]:
    """C41: a country that prose names as a partner is party to the regime it is about, or to some regime."""
    of: dict[str, set[str]] = {}
    for regime, party in desk.rows("select regime_id, party_id from regime_party"):
        of.setdefault(regime, set()).add(party)
    anywhere = {party for parties in of.values() for party in parties}
    looked = []
    for one in _said(desk)[0]:
        regime = one.piece.head.regime
        strangers = sorted(one.partners - (of.get(regime, set()) if regime else anywhere))
        detail = f"{one.piece.file} names {', '.join(strangers)}, party to {regime or 'no regime'} it is not"
        looked.append((key_of(one.piece), TABLES[one.piece.kind], bool(strangers), detail))
    yield from _by_table(desk, "C41", looked)
    blocks = desk.rows("select row_key, block_id, concat_ws(' ', title_en, text_en) from text_block")
    yield from desk.weigh(
        "C41", "text_block",
        ((ALL, key, code not in anywhere, f"{block} names {name}, which is party to no regime")
         for key, block, text in blocks
         for name, code in sorted(desk.context.countries.items())
         if name in text and re.search(rf"\b{re.escape(name)}\b", text)),
    )  # fmt: skip


def languages_alike(desk: Desk) -> Iterator[RuleResult]:
    """C54: of the two languages of a piece, neither is longer than twice the other."""
    looked = []
    for one in _said(desk)[0]:
        if one.piece.kind == "picture":
            continue
        sizes = {lang: len(plain(one.texts[lang]).replace(BREAK, "")) for lang in LANGUAGES}
        bad = max(sizes.values()) > SHORT and max(sizes.values()) > 2 * min(sizes.values())
        detail = f"{one.piece.file}: {sizes['en']} signs of English, {sizes['km']} of Khmer"
        looked.append((key_of(one.piece), TABLES[one.piece.kind], bad, detail))
    yield from _by_table(desk, "C54", looked)


def english_plain(desk: Desk) -> Iterator[RuleResult]:
    """C55: a small business can read the English of a piece."""
    looked = []
    for one in _said(desk)[0]:
        if one.piece.kind != "picture":
            level = grade(one.texts["en"])
            detail = f"{one.piece.file} reads at grade {level:.1f}"
            looked.append((key_of(one.piece), TABLES[one.piece.kind], level > HARDEST, detail))
    yield from _by_table(desk, "C55", looked)


def khmer_sound(desk: Desk) -> Iterator[RuleResult]:
    """C56: Khmer is spelt and encoded as it should be, and a line can break in it."""
    looked = []
    for one in _said(desk)[0]:
        found = list(khmer.faults(f"{one.titles['km']}\n{one.texts['km']}"))
        detail = f"{one.piece.file}: {'; '.join(found)}"
        looked.append((key_of(one.piece), TABLES[one.piece.kind], bool(found), detail))
    yield from _by_table(desk, "C56", looked)


def plain(text: str) -> str:
    """Markdown without its marks and the targets of its links."""
    return _MARKDOWN.sub(lambda found: found[1] or "", text)


def grade(text: str) -> float:
    """Flesch-Kincaid grade of some Markdown; 0 where there are too few words to tell, or only a table."""
    import readability

    prose = "\n\n".join(part for part in re.split(r"\n\s*\n", text) if not part.lstrip().startswith(("|", "```")))
    items = re.split(r"\n\s*\n|\n(?=\s*(?:[-*+]|\d+[.)])\s)|(?<=[.!?:;])\s+", prose)
    sentences = [" ".join(re.findall(r"[A-Za-z][A-Za-z'-]*", plain(item))) for item in items]
    sentences = [sentence for sentence in sentences if sentence]
    if sum(len(sentence.split()) for sentence in sentences) < SHORT:
        return 0.0
    return float(readability.getmeasures("\n".join(sentences), lang="en")["readability grades"]["Kincaid"])


def _by_table(desk: Desk, rule: str, looked: list[tuple[str, str, bool, str]]) -> Iterator[RuleResult]:
    """One result a table of prose."""
    for table in TABLES.values():
        yield from desk.weigh(rule, table, ((ALL, key, bad, words) for key, of, bad, words in looked if of == table))


RULES: tuple[tuple[str, Judge], ...] = (
    ("C41", partners_named),
    ("C52", references_lead),
    ("C53", facts_by_reference),
    ("C54", languages_alike),
    ("C55", english_plain),
    ("C56", khmer_sound),
)
