"""Words that the project itself writes for the Harmonized System: Khmer titles, and everyday words for goods.

Both are unofficial until the Ministry has reviewed them, and lie beside the other files of the HS in `sources/hs`. That
their codes exist is looked at where the nomenclature is made, not here.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from sources.errors import FtaError
from sources.registry import ROOT
from sources.yaml_text import parse_yaml

KHMER = ROOT / "hs" / "khmer.yml"
PRODUCT_WORDS = ROOT / "hs" / "product_words.csv"
HEADER = ["term_en", "term_km", "codes"]

_CODES = re.compile(r"[0-9]{4}([0-9]{2})?(;[0-9]{4}([0-9]{2})?)*")


@dataclass(frozen=True)
class ProductWord:
    """An everyday word for goods in both languages, and where such goods stand in HS 2022.

    Attributes:
        term_en: the word in English.
        term_km: the same in Khmer.
        codes: headings or subheadings, the most usual first; several where the word alone does not decide.
    """

    term_en: str
    term_km: str
    codes: tuple[str, ...]


def load_khmer(path: Path = KHMER) -> Mapping[str, str]:
    """Khmer titles by code of HS 2022: Roman digits for a section, else two, four or six digits.

    Raises:
        FtaError: the file is not a mapping of text to text.
    """
    try:
        read = parse_yaml(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise _unusable(path, None, str(error)) from error
    if not isinstance(read, dict) or not all(isinstance(part, str) and part for item in read.items() for part in item):
        raise _unusable(path, None, "each line is a code in quotation marks, a colon and its Khmer title")
    return read


def load_product_words(path: Path = PRODUCT_WORDS) -> tuple[ProductWord, ...]:
    """The everyday words, in the order of the file.

    Raises:
        FtaError: a line has not the three columns filled, its codes are not four or six digits each, or it repeats
            what an earlier line says.
    """
    with path.open(encoding="utf-8", newline="") as file:
        lines = csv.reader(file)
        if next(lines, None) != HEADER:
            raise _unusable(path, 1, f"the columns are {', '.join(HEADER)}")
        words: list[ProductWord] = []
        said: set[tuple[str, str, str]] = set()
        for cells in lines:
            if len(cells) != len(HEADER) or not all(cells) or not _CODES.fullmatch(cells[2]):
                raise _unusable(path, lines.line_num, "a word in English, in Khmer, and codes of four or six digits")
            word = ProductWord(cells[0], cells[1], tuple(cells[2].split(";")))
            keys = [(word.term_en.casefold(), word.term_km, code) for code in word.codes]
            if said.intersection(keys) or len(set(keys)) < len(keys):
                raise _unusable(path, lines.line_num, f"{word.term_en} is said twice for one code")
            said.update(keys)
            words.append(word)
    return tuple(words)


def _unusable(path: Path, line: int | None, why: str) -> FtaError:
    where: dict[str, object] = {"file": path.name} if line is None else {"file": path.name, "line": line}
    return FtaError(
        "words_unusable",
        f"The project's words for the Harmonized System cannot be used: {why}.",
        where=where,
        remedy=f"Mend {path.name}.",
    )
