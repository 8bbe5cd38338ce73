"""Every held set of rules, read from its accepted extraction and counted again from its own words.

The count knows nothing of the parser: it looks for percentages, codes and connectives in the phrase as printed, and for
the same in the expression.
"""

from __future__ import annotations

import csv
import json
import re
import zipfile
from collections import Counter
from decimal import Decimal
from functools import cache
from typing import Any
from xml.etree import ElementTree

import pdfplumber
import pytest

from sources.extraction import Extraction, read_csv
from sources.origin_specs import RuleSetSpec, load_origins, load_processes
from sources.registry import ROOT
from transforms.correlations import Concordance, correlations, load_review
from transforms.origin_count import differences
from transforms.origin_index import hs2022_origin_rows
from transforms.origin_language import ByGoods as Goods
from transforms.origin_language import (
    Text,
    loads,
    thresholds,
    walk,
)
from transforms.origin_rules import (
    Record,
    general_rule_row,
    lost_rule_rows,
    origin_rule_rows,
    resolve,
    rules_by_code,
    vocabulary_of,
)
from warehouse.keys import row_key

ORIGINS = load_origins()
WORDS = vocabulary_of(load_processes())
SETS = [
    (regime, rule_set)
    for regime, spec in ORIGINS.items()
    for rule_set in spec.sets
    if (ROOT / regime / "extractions" / f"{rule_set.document}.csv").exists()
]
PRINTED = [(regime, spec) for regime, spec in SETS if spec.rule is None and not spec.by_serial]
ALONE = [(regime, spec) for regime, spec in SETS if spec.rule is not None or spec.by_serial]
GOALS = {"ckfta-annex-3a": 0.99, "rcep-annex-3a": 0.99}


@cache
def extraction(regime: str, document: str) -> Extraction:
    return read_csv(ROOT / regime / "extractions" / f"{document}.csv")


@cache
def rows_of(regime: str, document: str) -> list[Record]:
    spec = next(rule_set for rule_set in ORIGINS[regime].sets if rule_set.document == document)
    rows, rejected = origin_rule_rows(extraction(regime, document), spec, regime, WORDS)
    assert rejected == []
    return rows


def phrases(regime: str, spec: RuleSetSpec) -> list[str]:
    """The words of each rule, joined over rows without the code of the transform."""
    found: list[str] = []
    for row in extraction(regime, spec.document).rows:
        if row.role == "line":
            found.append("")
        if row.role in ("line", "continuation"):
            found[-1] = f"{found[-1]} {' '.join(row.cells[spec.rule_column].split())}".strip()
    return found


def agrees(phrase: str, row: Record, spec: RuleSetSpec) -> bool:
    """Whether phrase and expression have the same numbers, codes and connectives."""
    return not differences(phrase, loads(row["rule"]), joined_by_rows=spec.joint_column is not None)


@pytest.mark.parametrize(("regime", "spec"), PRINTED, ids=lambda value: str(getattr(value, "document", value)))
def test_rules_are_read_in_full_by_an_independent_count(regime: str, spec: RuleSetSpec) -> None:
    rows = rows_of(regime, spec.document)
    said = phrases(regime, spec)
    assert len(said) == len(rows)
    differ = [
        (phrase, row["rule_text"])
        for phrase, row in zip(said, rows, strict=True)
        if not agrees(phrase, row, spec) or any(isinstance(part, Text) for part in walk(loads(row["rule"])))
    ]
    share = 1 - len(differ) / len(rows)
    assert share >= GOALS.get(spec.document, 0.95), (share, differ[:10])


@pytest.mark.parametrize(("regime", "spec"), ALONE, ids=lambda value: str(getattr(value, "document", value)))
def test_a_list_with_one_rule_has_as_many_entries_as_it_says(regime: str, spec: RuleSetSpec) -> None:
    rows = rows_of(regime, spec.document)
    assert len(rows) == spec.subheadings
    assert {row["parse_state"] for row in rows} == {"full"}


@pytest.mark.parametrize(("regime", "spec"), PRINTED, ids=lambda value: str(getattr(value, "document", value)))
def test_every_threshold_of_an_expression_stands_in_its_phrase(regime: str, spec: RuleSetSpec) -> None:
    for phrase, row in zip(phrases(regime, spec), rows_of(regime, spec.document), strict=True):
        numbers = {Decimal(number) for number in re.findall(r"\d+(?:\.\d+)?", re.sub(r"(?i)RVC", " ", phrase))}
        assert set(thresholds(loads(row["rule"]))) <= numbers, (phrase, row["rule_text"])


@cache
def concordance() -> Concordance:
    sheets = {}
    for file in sorted((ROOT / "hs" / "extractions").glob("unsd-*.csv")):
        new = re.search(r"hs(\d{4})-", file.name)
        assert new
        sheets[f"HS {new[1]}"] = read_csv(file)
    return Concordance(correlations(sheets, load_review()))


def regime_rules(regime: str) -> list[dict[str, Any]]:
    spec = ORIGINS[regime]
    rows = [row for one, rule_set in SETS if one == regime for row in rows_of(regime, rule_set.document)]
    rows += [row for rule_set in spec.sets for row in lost_rule_rows(rule_set, regime, WORDS)]
    rows += [general_rule_row(general, regime, WORDS) for general in spec.general]
    return [{**row, "row_key": row_key("origin_rule", row)} for row in rows]


COMPLETE = [(regime, spec) for regime, spec in SETS if spec.resolves_all]


@pytest.mark.parametrize(("regime", "spec"), COMPLETE, ids=[regime for regime, _ in COMPLETE])
def test_every_subheading_of_the_edition_resolves_to_exactly_one_rule(regime: str, spec: RuleSetSpec) -> None:
    by_code = rules_by_code(rows_of(regime, spec.document))
    codes = concordance().codes(spec.hs_edition)
    assert len(codes) == spec.subheadings
    found = {code: resolve(by_code, code) for code in codes}
    assert [code for code, (_, rules) in found.items() if len(rules) != 1] == []


@pytest.mark.parametrize("regime", sorted({regime for regime, _ in SETS}))
def test_every_hs_2022_subheading_has_its_rule_or_a_mark(regime: str) -> None:
    rules = regime_rules(regime)
    held = all(general.exceptions_held for general in ORIGINS[regime].general)
    rows = hs2022_origin_rows(rules, concordance(), exceptions_held=held)
    by_code: dict[str, list[Record]] = {}
    for row in rows:
        by_code.setdefault(row["hs6"], []).append(row)
    covers = ORIGINS[regime].general or any(spec.resolves_all for one, spec in SETS if one == regime)
    if covers:
        assert len(by_code) == 5612
    for hs6, found in by_code.items():
        assert len(found) == 1 or {row["state"] for row in found} <= {"ambiguous", "superseded"}, hs6
    keys = {rule["row_key"] for rule in rules}
    assert {row["origin_rule_row_key"] for row in rows} <= keys
    assert all(json.loads(rule["rule"]) for rule in rules)


def test_no_goods_case_is_empty_of_words() -> None:
    for regime, spec in SETS:
        for row in rows_of(regime, spec.document):
            for part in walk(loads(row["rule"])):
                assert not isinstance(part, Goods) or all(case.goods for case in part.cases)


@pytest.mark.parametrize("regime", sorted(regime for regime, spec in ORIGINS.items() if spec.general))
def test_a_general_rule_whose_exceptions_are_not_held_is_in_doubt_everywhere(regime: str) -> None:
    held = all(general.exceptions_held for general in ORIGINS[regime].general)
    rows = hs2022_origin_rows(regime_rules(regime), concordance(), exceptions_held=held)
    states = {row["state"] for row in rows if row["level"] == "general"}
    assert states == ({"ambiguous"} if not held else states)
    assert "general" in {row["level"] for row in rows}


SERIALS = {"akfta-appendix-2": (447, {38}), "acfta-attachment-b": (565, {384, 388, 508})}
"""The last serial of a list, and those without a rule: 38 is missing from the held copy (see `lost` in origin.yml), 384
is skipped by the list, 388 and 508 number titles of chapters."""


@pytest.mark.parametrize("document", sorted(SERIALS))
def test_every_serial_of_a_list_has_its_rule_or_a_reason(document: str) -> None:
    (regime,) = {one for one, spec in SETS if spec.document == document}
    last, without = SERIALS[document]
    serials = [int(row.cells["serial"]) for row in extraction(regime, document).rows if row.role == "line"]
    assert sorted(serials) == sorted(set(range(1, last + 1)) - without)
    assert len(serials) == len(rows_of(regime, document))


def test_a_rule_that_the_held_copy_lacks_is_words_and_no_general_rule() -> None:
    level, (rule,) = resolve(rules_by_code(regime_rules("akfta")), "030751")
    assert (level, rule["parse_state"], rule["page"]) == ("subheading", "text_only", 344)


@pytest.mark.documents
def test_serials_that_have_no_rule_have_none_in_the_document(documents: Any) -> None:
    text = (documents / "acfta" / "second-protocol-2006-lists-and-psr.md").read_text(encoding="utf-8")
    part = text[text.index("PRODUCT SPECIFIC RULES") :]
    assert re.findall(r"^(?:388|508) (Ch\. ?6[23])\b", part, re.MULTILINE) == ["Ch.62", "Ch. 63"]
    assert not re.search(r"^384 ", part, re.MULTILINE)
    with pdfplumber.open(documents / "akfta" / "agreement-text-and-annexes.pdf") as pdf:
        page = pdf.pages[343].extract_text()
    assert re.findall(r"^(\d\d) 0307\.\d\d", page, re.MULTILINE)[-5:] == ["37", "39", "40", "41", "42"]


@pytest.mark.documents
def test_rows_of_the_annex_are_rules_headings_or_pieces_of_a_rule(documents: Any) -> None:
    """2,665 rows are 2,076 rules, 583 rows without one, and 6 that end a rule begun on the page before."""
    with (documents / "truth" / "rcep-psr.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    coded = [any(row[name] for name in ("chapter", "heading", "subheading")) for row in rows]
    ruled = [bool(row["rule"]) for row in rows]
    counts = Counter(zip(coded, ruled, strict=True))
    assert (len(rows), counts[True, True], counts[False, True]) == (2665, 2076, 6)
    assert counts[True, False] + counts[False, False] == 583
    assert len(rows_of("rcep", "rcep-annex-3a")) == counts[True, True]


@pytest.mark.documents
def test_criteria_told_by_serial_are_those_that_the_flattened_text_prints(documents: Any) -> None:
    (spec,) = ORIGINS["acfta"].sets
    text = (documents / "acfta" / "second-protocol-2006-lists-and-psr.md").read_text(encoding="utf-8")
    part = text[text.index("PRODUCT SPECIFIC RULES") :]
    printed: dict[str, tuple[str, bool]] = {}
    pieces = re.split(r"Change to subheading (\d{4}\.\d{2})", part)
    for code, words in zip(pieces[1::2], pieces[2::2], strict=True):
        level = re.search(r"any other (chapter|heading)", words)
        assert level, code
        printed[code.replace(".", "")] = (level[1], "except from" in words)
    assert len(printed) == 130
    for row in rows_of("acfta", spec.document):
        if row["code_from"] in printed and not row["rule_text"].startswith("fibre"):
            level, excepted = printed[row["code_from"]]
            assert row["rule_text"].startswith("CC" if level == "chapter" else "CTH"), row
            assert ("except from heading 64.06" in row["rule_text"]) == excepted, row


def marks(text: str) -> set[str]:
    """The criteria that a wording names."""
    found = set(re.findall(r"\b(CC|CTH|CTSH)\b", text))
    found |= {"WO"} if re.search(r"\bWO\b|wholly obtained", text) else set()
    return found | ({"75"} if "75" in text else set())


@pytest.mark.documents
def test_the_word_original_and_the_rule_sets_name_the_same_criteria_by_heading(documents: Any) -> None:
    word = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
    body = zipfile.ZipFile(documents / "uk-dcts" / "psr-ldc.docx").read("word/document.xml")

    def place(heading: str) -> str:
        return re.sub(r"\W", "", heading.replace(" to ", "-")).lower()

    original: dict[str, set[str]] = {}
    for row in ElementTree.fromstring(body).iter(f"{word}tr"):
        cells = ["".join(text.text or "" for text in cell.iter(f"{word}t")) for cell in row.iter(f"{word}tc")]
        if re.match(r"(ex )?(Chapter|\d)", cells[0].strip(), re.IGNORECASE):
            original.setdefault(place(cells[0]), set()).update(marks(" ".join(cells[2:])))
    sets: dict[str, set[str]] = {}
    lines = [row for row in extraction("uk-dcts", "uk-dcts-rule-sets").rows if row.role == "line"]
    for line, rule in zip(lines, rows_of("uk-dcts", "uk-dcts-rule-sets"), strict=True):
        sets.setdefault(place(line.cells["heading"]), set()).update(marks(rule["rule_text"]))
    assert len(original) == 168
    assert original == sets
