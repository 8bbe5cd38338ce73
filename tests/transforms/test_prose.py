"""Prose said from rows: each reference in both languages, faults with their line, and facts that carry through."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from sources.content import Half as SourceHalf
from sources.content import Head, Language, Piece, load_content
from transforms import content
from transforms.content import content_rows, content_tables, get_ready, render
from transforms.khmer import BREAK, with_breaks
from warehouse.rows import build

Rows = list[dict[str, Any]]
FACTS: dict[str, Rows] = {
    "party": [
        {"party_id": "KH", "name_en": "Cambodia", "name_km": "កម្ពុជា", "is_home": 1},
        {"party_id": "KR", "name_en": "Korea", "name_km": "កូរ៉េ", "is_home": 0},
        {"party_id": "JP", "name_en": "Japan", "name_km": "ជប៉ុន", "is_home": 0},
    ],
    "party_group": [{"group_id": "g", "party_id": p, "valid_from": "2000-01-01"} for p in ("KH", "JP")],
    "regime": [
        {"regime_id": "pact", "kind": "fta", "short_name": "PACT", "name_en": "A pact", "name_km": "កិច្ចព្រមព្រៀង",
         "party_form": "bilateral", "side_form": "country_to_country", "status": "in_force", "signed_on": "2021-10-26",
         "in_force_from": "2022-12-01", "certificate_form": "Form P", "evidence": "D"},
        {"regime_id": "gift", "kind": "unilateral", "short_name": "GIFT", "name_en": "A gift", "name_km": "អំណោយ",
         "party_form": "bilateral", "side_form": "country_to_country", "status": "unknown", "signed_on": None,
         "in_force_from": None, "certificate_form": None, "evidence": "U"},
    ],
    "regime_party": [
        {"regime_id": "pact", "party_id": p, "role": "both", "in_force_from": "2022-12-01", "evidence": "D"}
        for p in ("KH", "KR")
    ],
    "provision": [
        {"regime_id": "pact", "code": "validity_period", "row_no": 1, "value": "12 months", "value_num": 12.0,
         "unit": "month", "text_en": "Valid for 12 months.", "text_km": "១២ ខែ។", "document_id": "text",
         "article": "3.15", "page": 36, "evidence": "D"},
        {"regime_id": "pact", "code": "back_to_back", "row_no": 1, "value": "silent", "evidence": "D",
         "text_en": "Nothing.", "text_km": "គ្មាន។"},
        {"regime_id": "pact", "code": "certification", "row_no": 1, "value": "certificate", "evidence": "D",
         "text_en": "A certificate.", "text_km": "វិញ្ញាបនបត្រ។", "document_id": "text",
         "article": "Annex 8 Rule 1", "page": 2},
    ],
    "origin_rule": [
        {"regime_id": "pact", "document_id": "text", "is_ex": 0, "row_no": 1, "rule_text": "RVC 40% or CTH",
         "rule": '{"any":[{"op":"RVC","min":40},{"op":"CTH"}]}', "parse_state": "full", "locator": "page 1",
         "evidence": "D"},
    ],
    "hs_node": [{"edition": "HS 2022", "code": "610910", "level": 6}],
    "hs2022_preference_rate": [
        {"schedule_id": "s", "regime_id": "pact", "importer": "KR", "exporter": "KH", "hs6": "610910",
         "valid_from": low, "valid_to": high, "rate_pct": rate, "state": "ok" if rate else "free", "relation": "1:1",
         "n_lines": 1, "n_distinct": 1, "n_free": 0, "n_excluded": 0, "n_non_ad_valorem": 0, "layer": "treaty_annex"}
        for low, high, rate in (("2022-12-01", "2023-01-01", 6), ("2023-01-01", None, 0))
    ],
    "law_article": [
        {"document_id": "law", "number": "12", "heading": "Records", "summary_en": "Keep.", "summary_km": "រក្សា"},
    ],
    "law_penalty": [
        {"document_id": "law", "article": "31", "row_no": 1, "offence_en": "Fraud", "offence_km": "បន្លំ",
         "kind": "fine", "amount_min": 1e6, "amount_max": 2.5e6, "currency": "KHR", "years_min": 1.0, "years_max": 5.0},
    ],
    "kh_tax": [
        {"subject": f"Rubber, {n}", "tax": "export_tax", "rate_pct": n, "as_of": "2011-11-01", "evidence": "S"}
        for n in (2, 10)
    ],
    "stated_fact": [
        {"fact_id": "stay", "subject_en": "Stay", "subject_km": "ស្នាក់", "value_num": 2.0, "unit": "year",
         "as_of": "2011-11-01", "evidence": "S", "document_id": "law", "locator": "Article 46"},
    ],
    "coverage": [{"regime_id": "pact", "importer": "KR", "subject": "tariff", "state": "not_held"}],
}  # fmt: skip


def tables(**changed: Rows) -> dict[str, pa.Table]:
    return {name: build(name, rows) for name, rows in {**FACTS, **changed}.items()}


def piece(en: str, km: str = "មួយ។", kind: str = "text", name: str = "a", **head: Any) -> Piece:
    spec = Head.model_validate({"title_en": "T", "title_km": "ច", "subject": "site", "source": "x", **head})
    return Piece(kind, name, spec, SourceHalf(en, 10), SourceHalf(km, 20), f"content/{kind}/{name}.md")  # type: ignore[arg-type]


def say(source: str, language: Language, *others: Piece, **head: Any) -> str:
    (said, *_), faults = render([piece(source, source, **head), *others], tables())
    assert not faults, faults
    return said.texts[language].replace(BREAK, "")


@pytest.mark.parametrize(
    ("source", "en", "km"),
    [
        ("{{ KH }}", "Cambodia", "កម្ពុជា"),
        ("{{ party('KR') }}", "Korea", "កូរ៉េ"),
        ("{{ parties('pact') }}", "Cambodia and Korea", "កម្ពុជា និង កូរ៉េ"),
        ("{{ parties('pact', but='KH') }}", "Korea", "កូរ៉េ"),
        ("{{ members('g') }}", "Cambodia and Japan", "កម្ពុជា និង ជប៉ុន"),
        ("{{ regime('pact') }}: {{ regime_name('pact') }}", "PACT: A pact", "PACT: កិច្ចព្រមព្រៀង"),
        ("{{ regime_list() }}", "GIFT and PACT", "GIFT និង PACT"),
        ("{% for r in regimes('fta') %}{{ form(r) }}{% endfor %}", "Form P", "Form P"),
        ("{{ form('gift') }}", "not known", "មិនទាន់ដឹង"),
        ("{{ signed('pact') }}", "26 October 2021", "ថ្ងៃទី ២៦ ខែតុលា ឆ្នាំ ២០២១"),
        ("{{ in_force('pact', 'KR') }}", "1 December 2022", "ថ្ងៃទី ១ ខែធ្នូ ឆ្នាំ ២០២២"),
        ("{{ in_force('gift') }}", "not known", "មិនទាន់ដឹង"),
        ("{{ status('pact') }}", "in force", "នៅជាធរមាន"),
        ("{{ evidence('pact') }}", "a document that is held (D)", "ឯកសារដែលមានក្នុងដៃ (D)"),
        ("{{ holding('pact', 'tariff', 'KR') }}", "not held", "មិនមានក្នុងដៃ"),
        ("{{ provision('pact', 'validity_period') }}", "12 months", "១២ ខែ"),
        ("{{ provision('pact', 'certification') }}", "A certificate.", "វិញ្ញាបនបត្រ។"),
        ("{{ provision('pact', 'back_to_back') }}", "nothing said", "មិនបានចែង"),
        ("{{ provision('gift', 'validity_period') }}", "not held", "មិនមានក្នុងដៃ"),
        ("{{ says('pact', 'validity_period') }}", "Valid for 12 months.", "១២ ខែ។"),
        ("{{ place('pact', 'validity_period') }}", "[Article 3.15, page 36](document:text#page=36)",
         "[មាត្រា 3.15 ទំព័រ ៣៦](document:text#page=36)"),
        ("{{ place('pact', 'certification') }}", "[Annex 8 Rule 1, page 2](document:text#page=2)",
         "[ឧបសម្ព័ន្ធ 8 វិធាន 1 ទំព័រ ២](document:text#page=2)"),
        ("{{ rule('pact') }}", "RVC 40% or CTH", "RVC 40% ឬ CTH"),
        ("{{ threshold('pact') }}", "40%", "៤០%"),
        ("{{ rate('pact', 'KR', '610910', '2022-12-31') }}", "6%", "៦%"),
        ("{{ rate('pact', 'KR', '610910', '2023-01-01') }}", "0%", "០%"),
        ("{{ rate('pact', 'JP', '610910', '2023-01-01') }}", "not held", "មិនមានក្នុងដៃ"),
        ("{{ code('610910') }}", "6109.10", "6109.10"),
        ("{{ law_article(12) }}", "[Article 12](article:law/12)", "[មាត្រា ១២](article:law/12)"),
        ("{{ penalty(31) }}", "1,000,000 to 2,500,000 riel", "១.០០០.០០០ ដល់ ២.៥០០.០០០ រៀល"),
        ("{{ prison(31) }}", "1 to 5 years", "១ ដល់ ៥ ឆ្នាំ"),
        ("{{ tax('export_tax', 'Rubber') }}", "2% or 10%", "២% ឬ ១០%"),
        ("{{ tax_month('export_tax') }}", "November 2011", "ខែវិច្ឆិកា ឆ្នាំ ២០១១"),
        ("{{ fact('stay') }}", "2 years", "២ ឆ្នាំ"),
        ("{{ count('regimes') }} {{ count('regimes', kind='fta') }}", "2 1", "២ ១"),
        ("{{ example(100 - 54.5, 'percent') }}", "45.5%", "៤៥,៥%"),
        ("{{ example(1, 'USD') }}", "1 US dollar", "១ ដុល្លារអាមេរិក"),
        ("{{ number(7) }}", "7", "៧"),
    ],
)  # fmt: skip
def test_a_reference_says_its_row_in_both_languages(source: str, en: str, km: str) -> None:
    assert (say(source, "en"), say(source, "km")) == (en, km)


def test_a_piece_says_its_own_date() -> None:
    assert say("{{ as_of }}, {{ as_of_month }}", "en", as_of="2011-11-01") == "1 November 2011, November 2011"


def test_a_term_is_linked_under_its_own_name_or_other_words() -> None:
    term = piece("It.", kind="term", name="proof", title_en="proof of origin", title_km="ភស្តុតាង")
    assert say("[[proof]] [[proof|a proof]]", "en", term) == "[proof of origin](term:proof) [a proof](term:proof)"


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("{{ regime('none') }}", "regime holds no rows"),
        ("{{ provision('pact', 'nothing') }}", "no regime has a provision 'nothing'"),
        ("{{ provision('none', 'validity_period') }}", "regime holds no rows"),
        ("{{ rate('pact', 'KR', '999999', '2023-01-01') }}", "hs_node holds no rows"),
        ("{{ fact('unheard-of') }}", "stated_fact holds no rows"),
        ("{{ tax('export_tax', 'Gold') }}", "kh_tax holds no"),
        ("{{ count('nothing') }}", "nothing to count"),
        ("{{ XX }}", "'XX' is undefined"),
        ("[[unheard-of]]", "no term 'unheard-of'"),
        ("{{ regime( }}", "unexpected"),
        ("{{ ''.__class__ }}", "unsafe"),
        ("{{ example('x') }}", ""),
        ("{{ example(1 / 0) }}", "zero"),
    ],
)
def test_a_reference_that_leads_nowhere_is_a_fault_with_its_line(source: str, says: str) -> None:
    rendered, faults = render([piece(f"One.\n\n{source}\n")], tables())
    assert not rendered
    (fault,) = faults
    assert says in fault.message
    assert (fault.language, fault.line) == ("en", 10 if source.startswith("[[") else 12)


def test_a_fact_that_changes_changes_the_sentence_and_nothing_else() -> None:
    pieces = [piece("For {{ provision('pact', 'validity_period') }}."), piece("Other.", name="b")]
    halved = [{**row, "value_num": 6.0} if row["code"] == "validity_period" else row for row in FACTS["provision"]]
    before = content_tables(pieces, tables())["text_block"].to_pylist()
    after = content_tables(pieces, tables(provision=halved))["text_block"].to_pylist()
    assert [row["text_en"] for row in before] == ["For 12 months.", "Other."]
    assert [row["text_en"] for row in after] == ["For 6 months.", "Other."]
    assert before[1] == after[1]


def test_a_row_names_the_rows_it_rests_on_and_what_its_khmer_is() -> None:
    said, _ = render([piece("{{ KH }} {{ provision('pact', 'validity_period') }}")], tables())
    (row,) = content_rows(said)["text_block"]
    names = {entry.split(":")[0] for entry in json.loads(row["rests_on"])}
    assert names == {"party", "regime", "provision"}
    assert (row["status"], row["note_km"]) == ("draft", "ការបកប្រែមិនផ្លូវការរបស់គម្រោង")
    reviewed, _ = render([piece("One.", status="reviewed", reviewer="Somebody")], tables())
    assert content_rows(reviewed)["text_block"][0]["note_km"] is None


def test_every_kind_of_piece_has_its_table() -> None:
    kinds = [
        piece("x", name="t"), piece("x", kind="term", name="u"), piece("x", kind="question", name="v", topic="origin"),
        piece("<svg>{{ words.a }}</svg>", kind="picture", name="w", words={"a": {"en": "one", "km": "មួយ"}}),
    ]  # fmt: skip
    made = content_tables(kinds, tables())
    assert {name: table.num_rows for name, table in made.items()} == {
        "text_block": 1, "guide_step": 0, "glossary_term": 1, "faq": 1, "picture": 1,
    }  # fmt: skip
    assert made["picture"].to_pylist()[0]["svg_en"] == "<svg>one</svg>"


def test_what_is_shipped_loads(tmp_path: Path) -> None:
    assert load_content()
    assert load_content(tmp_path) == ()


def test_khmer_is_broken_between_words_and_nothing_else_is_touched() -> None:
    text = "ភស្តុតាងដើមកំណើតមានសុពលភាព {{ provision('x', 'y') }} [គិតពីថ្ងៃចេញ](page:x)"
    broken = with_breaks(text)
    assert BREAK in broken
    assert broken.replace(BREAK, "") == text
    assert with_breaks(broken) == broken
    assert not any(f"{BREAK}{sign}" in broken for sign in " {[(")


def test_what_was_made_ready_is_not_compiled_when_it_is_said() -> None:
    sound = piece("Ready: {{ party('KH') }} and {{ party('JP') }}.")
    broken = piece("Not ready: {{ party('KH' }}.")
    get_ready([sound, broken])
    compiled = content._template.cache_info().misses
    (said,), _ = render([sound], tables())
    assert said.texts["en"] == "Ready: Cambodia and Japan."
    assert content._template.cache_info().misses == compiled
    assert [fault.line for fault in render([broken], tables())[1]] == [10]
