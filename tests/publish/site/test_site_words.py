"""The words: the same in both languages, all that pages ask for, and Khmer that is Khmer and can break."""

from __future__ import annotations

import re
import string
from importlib.resources import files

import pytest

from publish.site.words import LANGUAGES, measured, words
from transforms.khmer import BREAK
from warehouse.tables import columns_of
from warehouse.tables.base import STATES

KHMER = re.compile(r"[\u1780-\u17ff]")
SAME = {"site.other_language", "documents.sha256", "state.not_a_percentage", "help.unofficial"}
_USED = re.compile(r'\b(?:t|tp|has)\("([a-z_0-9.-]+)"')


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_both_languages_have_the_same_keys_with_the_same_values_to_fill_in() -> None:
    english, khmer = (words(lang).strings for lang in LANGUAGES)
    assert english.keys() == khmer.keys()
    assert [key for key in english if fields(english[key]) != fields(khmer[key])] == []


def test_no_string_is_left_in_english() -> None:
    strings = words("km").strings.items()
    found = [k for k, text in strings if k not in SAME and re.search("[A-Za-z]", text) and not KHMER.search(text)]
    assert found == []


def test_no_english_string_has_khmer_but_the_name_of_that_language() -> None:
    found = {key for key, text in words("en").strings.items() if KHMER.search(text)}
    assert found == {"site.other_language"}


def test_every_string_that_a_template_names_exists() -> None:
    for template in (files("publish.site") / "templates").iterdir():
        for key in _USED.findall(template.read_text(encoding="utf-8")):
            if not key.endswith((".", "_")):
                assert words("en").has(key), (template.name, key)


@pytest.mark.parametrize(
    ("prefix", "table", "column"),
    [
        ("agreements.status_", "regime", "status"), ("agreements.role_", "regime_party", "role"),
        ("agreements.kind_", "regime", "kind"), ("agreements.", "regime", "party_form"),
        ("agreements.", "regime", "side_form"), ("agreements.evidence_", "regime", "evidence"),
        ("agreements.subject_", "coverage", "subject"), ("held.", "coverage", "state"),
        ("held.", "document", "holding"), ("heading.layer_", "schedule", "layer"),
        ("agreements.basis_", "de_minimis", "basis"), ("data.op_", "change", "op"),
        ("data.reason_", "change", "reason"), ("why.", "hs2022_preference_rate", "reason"),
        ("data.severity_", "validation_result", "severity"),
    ],
)  # fmt: skip
def test_every_value_of_a_vocabulary_has_its_words(prefix: str, table: str, column: str) -> None:
    allowed = columns_of(table)[column].enum
    assert allowed
    assert [value for value in allowed if not words("en").has(f"{prefix}{value}")] == []


def test_every_state_has_its_words() -> None:
    assert [state for state in STATES if not words("en").has(f"state.{state}")] == []


def test_khmer_can_break_between_its_words_and_is_otherwise_unchanged() -> None:
    plain = words("km").plain("site.tagline")
    broken = words("km")("site.tagline")
    assert BREAK in broken
    assert broken.replace(BREAK, "") == plain
    assert BREAK not in words("en")("site.tagline")


def test_days_and_numbers_are_written_as_each_language_writes_them() -> None:
    assert words("en").date("2026-11-22") == "22 November 2026"
    assert words("km").date("2026-11-22").replace(BREAK, "") == "២២ វិច្ឆិកា ២០២៦"
    assert words("en").date(None) == ""
    assert words("en").number(12234) == "12,234"
    assert words("km").number(12234) == "១២,២៣៤"
    assert words("en").size(1_400_000) == "1.4 MB"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("រហូតដល់ 10 % នៃតម្លៃ FOB", "រហូតដល់ ១០ % នៃតម្លៃ FOB"),
        ("ជំពូក 18 និង 21 គឺ 10 ឬ 7 % នៃតម្លៃ", "ជំពូក 18 និង 21 គឺ ១០ ឬ ៧ % នៃតម្លៃ"),
        ("មិនលើស 200\u200bដុល្លារ", "មិនលើស ២០០\u200bដុល្លារ"),
        ("ថ្ងៃ\u200bទី 1 មករា 2005", "ថ្ងៃ\u200bទី ១ មករា ២០០៥"),
        ("RVC 40% ឬ CTH", "RVC 40% ឬ CTH"),
        ("លេខកូដ HS 1996 និង 6109.10", "លេខកូដ HS 1996 និង 6109.10"),
        ("ចែង 2010-01-01", "ចែង 2010-01-01"),
    ],
)
def test_khmer_sentences_have_khmer_digits_in_measures_and_latin_ones_in_codes(text: str, shown: str) -> None:
    assert measured(text) == shown
