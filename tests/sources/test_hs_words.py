"""The project's words for the HS: both languages there, nothing said twice, Khmer in its normal order of signs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sources.errors import FtaError
from sources.hs_words import load_khmer, load_product_words
from tests.transforms.hs_sheets import concordance
from transforms.nomenclature import codes_of, hs_nodes
from transforms.product_words import product_words

LEAST_WORDS = 800
SECTIONS, CHAPTERS = 21, 96
HEADER = "term_en,term_km,codes\n"
SYLLABLE = "[ក-អឥ-ឳ]៌?(?:្[ក-អឥ-ឳ])*[៉៊]?[\u17b6-\u17c5]?[\u17c6\u17cb\u17cd-\u17d0]?[\u17c6\u17c7\u17c8\u17cb]?"
KHMER_RUN = re.compile("[\u1780-\u17d3]+")
NORMAL = re.compile(f"(?:{SYLLABLE})+")


def slips(text: str) -> list[str]:
    """The stretches of Khmer whose signs do not stand in their normal order, and Latin letters inside a word."""
    mixed = re.findall("[A-Za-z][\u1780-\u17d3]|[\u1780-\u17d3][A-Za-z]", text)
    return mixed + [run for run in KHMER_RUN.findall(text) if not NORMAL.fullmatch(run)]


def test_every_section_and_chapter_has_khmer() -> None:
    khmer = load_khmer()
    assert sum(not code.isdigit() for code in khmer) == SECTIONS
    assert sum(len(code) == 2 and code.isdigit() for code in khmer) == CHAPTERS


def test_there_are_words_enough_in_both_languages_and_none_twice() -> None:
    words = load_product_words()
    assert len(words) >= LEAST_WORDS
    assert all(re.search("[\u1780-\u17b3]", word.term_km) and word.term_en.isascii() for word in words)
    pairs = [(word.term_en.casefold(), word.term_km) for word in words]
    assert len(set(pairs)) == len(pairs)
    assert [word.term_en.casefold() for word in words] == sorted(word.term_en.casefold() for word in words)


def test_the_khmer_is_normal() -> None:
    texts = [*load_khmer().values(), *(word.term_km for word in load_product_words())]
    assert {text: slips(text) for text in texts if slips(text) or text != text.strip() or "\u200b" in text} == {}


@pytest.mark.parametrize("text", ["សូ្រវ", "អាវxយឺត", "កាេ", "្ក"])
def test_khmer_out_of_order_is_noticed(text: str) -> None:
    assert slips(text)


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("rice,អង្ករ,1006\nrice,អង្ករ,1006\n", "twice"),
        ("rice,អង្ករ,1006;1006\n", "twice"),
        ("rice,,1006\n", "in Khmer"),
        ("rice,អង្ករ,10063\n", "four or six"),
        ("rice,អង្ករ\n", "in Khmer"),
    ],
)
def test_a_slip_in_the_list_is_an_error_with_its_line(tmp_path: Path, lines: str, said: str) -> None:
    path = tmp_path / "words.csv"
    path.write_text(HEADER + lines, encoding="utf-8")
    with pytest.raises(FtaError, match=said) as raised:
        load_product_words(path)
    assert raised.value.where == {"file": "words.csv", "line": lines.count("\n") + 1}


@pytest.mark.parametrize("text", ["- a list", "I: 5", "I: [", ""])
def test_a_file_of_titles_that_is_no_mapping_of_text_is_an_error(tmp_path: Path, text: str) -> None:
    path = tmp_path / "khmer.yml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(FtaError, match="cannot be used"):
        load_khmer(path)


def test_every_word_points_to_codes_of_hs_2022() -> None:
    table = product_words(load_product_words(), codes_of(hs_nodes(concordance()), "HS 2022"))
    assert set(map(len, table.column("code").to_pylist())) == {4, 6}
    assert set(table.column("status").to_pylist()) == {"unofficial"}


def test_a_word_that_points_nowhere_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "words.csv"
    path.write_text(HEADER + "phone,ទូរស័ព្ទ,851712\n", encoding="utf-8")  # a code of HS 2017 alone
    with pytest.raises(FtaError, match="851712"):
        product_words(load_product_words(path), codes_of(hs_nodes(concordance()), "HS 2022"))
