"""Duties: every spelling that the held documents use, the identity of reading and printing, and hostile text."""

from __future__ import annotations

import csv
import json
import re
import zipfile
from collections.abc import Iterable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from sources.specs import DutySpec
from transforms.duties import CANONICAL, FREE, Component, Duty, duty_id, duty_row, make_duty, parse_duty, print_duty
from transforms.duty_grammar import ISO_CURRENCIES, LONGEST
from transforms.units import UNITS
from warehouse.rows import build

WON = DutySpec(currency={"won": "KRW"})
RIEL = DutySpec(bare_number="percent", lines="compound", currency={"$": "USD", "Riel": "KHR"})
FRACTION = DutySpec(bare_number="fraction", currency={"$": "AUD"}, words={"": "not_applicable", "U": "unbound"})
YEN = DutySpec(currency={"円": "JPY"}, brackets="not_applicable")
CENTS = DutySpec(bare_number="percent", currency={"$": "NZD", "¢": "NZD/100"}, words={"..": "not_applicable"})


@pytest.mark.parametrize(
    ("text", "spec", "kind", "canonical"),
    [
        ("0%", WON, "free", "Free"),
        ("0.0%", WON, "free", "Free"),
        ("Free", WON, "free", "Free"),
        ("無税", YEN, "free", "Free"),
        ("0.0", FRACTION, "free", "Free"),
        ("0 %", WON, "free", "Free"),
        ("35%", WON, "ad_valorem", "35%"),
        ("887.4%", WON, "ad_valorem", "887.4%"),
        ("0.14", FRACTION, "ad_valorem", "14%"),
        ("0.013000000000000001", FRACTION, "ad_valorem", "1.3%"),
        ("0.55299999999999994", FRACTION, "ad_valorem", "55.3%"),
        ("15", RIEL, "ad_valorem", "15%"),
        ("15\n0.02$/l", RIEL, "compound", "15% + 0.02 USD/l"),
        ("0\n0.04$/l", RIEL, "compound", "0% + 0.04 USD/l"),
        ("35%+0.02 Riel/liter", RIEL, "compound", "35% + 0.02 KHR/l"),
        ("5%, and $12,000 each", FRACTION, "compound", "5% + 12,000 AUD/item"),
        ("4% and $9,600 each ", FRACTION, "compound", "4% + 9,600 AUD/item"),
        ("$1.220/kg", FRACTION, "specific", "1.22 AUD/kg"),
        ("4,000,000円/頭", YEN, "specific", "4,000,000 JPY/head"),
        ("(8.5%＋290.70円/1,000本)", YEN, "compound", "8.5% + 290.7 JPY/1,000 item"),
        (
            "28% or\n2,052won/kg,\nwhichever is\ngreater",
            WON,
            "mixed_max",
            "28% or 2,052 KRW/kg, whichever is greater",
        ),
        (
            "194.4% or\n1,491won/㎏,\nwhichever is\ngreater",
            WON,
            "mixed_max",
            "194.4% or 1,491 KRW/kg, whichever is greater",
        ),
        (
            "5%, or, if lower, $0.45/kg TSS*",
            FRACTION,
            "mixed_min",
            "5% or 0.45 AUD/kg TSS, whichever is lower",
        ),
        ("5%, 140won/m", WON, "alternatives", "5% / 140 KRW/m"),
        ("0.0% / 5.0% /\n16.0% / 20.0%", WON, "alternatives", "0% / 5% / 16% / 20%"),
        (
            "3.7%又は2.9%＋1.01円/㎡のうちいずれか高い税率",
            YEN,
            "mixed_max",
            "3.7% or 2.9% + 1.01 JPY/m2, whichever is greater",
        ),
        (
            "15%又は125円/lのうちいずれか低い税率\nただしその税率が67円/lを下回る場合は67円/l",
            YEN,
            "mixed_min",
            "15% or 125 JPY/l, whichever is lower, but not less than 67 JPY/l",
        ),
        (
            "9.3%又は7.19円/kgのうちいずれか高い税率（ただしその税率が50%を上回る場合は50%とする）",
            YEN,
            "mixed_max",
            "9.3% or 7.19 JPY/kg, whichever is greater, but not more than 50%",
        ),
        ("(500円−課税価格)/kg", YEN, "compound", "500 JPY/kg - 100%"),
        (
            "1.9%又は((500円-課税価格)×10/16)/kgのうちいずれか低い税率",
            YEN,
            "mixed_min",
            "1.9% or 312.5 JPY/kg - 62.5%, whichever is lower",
        ),
        ("Free plus 56.625 NZD per l al", CENTS, "compound", "0% + 56.625 NZD/l al"),
        ("4.5 plus 12.3¢ per kg", CENTS, "compound", "4.5% + 0.123 NZD/kg"),
        ("10% with a minimum of $2 per 100 kg", FRACTION, "mixed_max", "10% or 2 AUD/100 kg, whichever is greater"),
    ],
)
def test_each_spelling_gives_its_duty_and_reads_back(text: str, spec: DutySpec, kind: str, canonical: str) -> None:
    duty = _duty(text, spec)
    assert (duty.kind, print_duty(duty)) == (kind, canonical)
    assert _duty(canonical, spec) == duty
    assert _duty(canonical, CANONICAL) == duty


@pytest.mark.parametrize(
    ("text", "state"), [("", "not_applicable"), ("  \n", "not_applicable"), ("U", "unbound"), ("u", "unparsed")]
)
def test_words_of_a_source_have_the_state_its_yaml_gives(text: str, state: str) -> None:
    assert parse_duty(text, FRACTION).state == state


def test_a_word_for_zero_is_free_and_has_the_duty() -> None:
    assert parse_duty("免税", DutySpec(words={"免税": "free"})).duty is FREE


def test_a_blank_without_a_meaning_is_unparsed_and_has_no_duty() -> None:
    cell = parse_duty(" ", WON)
    assert (cell.state, cell.duty) == ("unparsed", None)


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ("(5.3%)〜(6.4%)", "not_applicable"),
        ("（9.1%）〜（10.9%）", "not_applicable"),
        ("4%〜(6.4%)", "unparsed"),
        ("●(5.3%)〜(6.4%)", "unparsed"),
        ("(5.3%)〜", "unparsed"),
    ],
)
def test_a_range_of_which_every_end_stands_in_brackets_does_not_apply(text: str, state: str) -> None:
    cell = parse_duty(text, YEN)
    assert (cell.state, cell.duty and cell.duty.rate_pct) == (state, None)


def test_a_rate_in_brackets_keeps_its_duty_under_the_state_of_brackets() -> None:
    cell = parse_duty("(10.9%)", YEN)
    assert cell.state == "not_applicable"
    assert cell.duty is not None
    assert cell.duty.rate_pct == Decimal("10.9")
    assert parse_duty("(10.9%)", WON).state == "unparsed"


@pytest.mark.parametrize(
    ("text", "spec"),
    [
        ("15", WON),  # a number without a sign
        ("15\n0.02$/l", FRACTION),  # lines that nothing joins
        ("1,5%", RIEL),  # a comma that may be a decimal point
        ("1,234%", RIEL),
        ("15, 20%", RIEL),
        ("5%\n10%", RIEL),  # two percentages are not added
        ("-5%", RIEL),
        ("5% 3%", RIEL),
        ("5% or 3% / 2%", WON),
        ("5%, whichever is greater", WON),
        ("$56.6251", FRACTION),  # money for no quantity
        ("$56.625¹/kg", FRACTION),  # a footnote is no digit
        ("5%¹", WON),
        ("14", FRACTION),  # a percentage among fractions
        ("0.1234567891", FRACTION),  # more places than are kept
        ("0.0000001%", WON),
        ("1000000%", WON),
        ("5 ton/kg", WON),
        ("5%!", WON),
        ("無税〜(2.4%)", YEN),
        ("◎無税", YEN),
        ("こい\u3000無税\nその他のもの\u30003.5%", YEN),
        ("1%" * LONGEST, WON),
    ],
)
def test_what_is_not_understood_stays_text_and_is_no_number(text: str, spec: DutySpec) -> None:
    cell = parse_duty(text, spec)
    assert cell.state == "unparsed"
    assert cell.duty is not None
    assert cell.duty.kind == "text_only"
    assert cell.duty.rate_pct is None
    assert cell.duty.components == ()


def test_only_free_and_single_percentages_have_a_rate() -> None:
    assert _duty("0%", WON).rate_pct == 0
    assert _duty("7%", WON).rate_pct == 7
    for text in ("0.0% / 5.0%", "7% + 0 KRW/kg", "5 KRW/kg", "5%, 140won/m"):
        assert _duty(text, WON).rate_pct is None


def test_a_duty_that_cannot_exceed_zero_is_free() -> None:
    assert _duty("0% or 5 KRW/kg, whichever is lower", WON) is FREE
    assert _duty("0% / 0.0%", WON) is FREE
    assert _duty("0% or 5 KRW/kg, whichever is greater", WON) is not FREE


def test_the_row_of_a_duty_is_keyed_by_its_canonical_text() -> None:
    duty = _duty("28% or\n2,052won/kg,\nwhichever is\ngreater", WON)
    row = duty_row(duty)
    assert row["duty_id"] == duty_id(_duty("28% or 2,052 KRW/kg, whichever is greater", CANONICAL))
    assert row["rate_pct"] is None
    assert json.loads(row["components"]) == [
        {"basis": "customs_value", "option": 1, "percent": "28", "role": "duty", "sign": "+"},
        {
            "amount": "2052", "basis": None, "currency": "KRW", "option": 2, "quantity": "1", "role": "duty",
            "sign": "+", "unit": "KGM",
        },
    ]  # fmt: skip
    assert build("duty", [row]).num_rows == 1


def test_a_duty_needs_a_join_for_several_options() -> None:
    with pytest.raises(ValueError, match="no duty"):
        make_duty([(Component(Decimal(5)),), (Component(Decimal(6)),)])
    with pytest.raises(ValueError, match="no duty"):
        make_duty([])


PERCENTAGES = st.decimals(0, 999_999, allow_nan=False, places=6).map(Component)
MONEY = st.builds(
    Component,
    st.decimals(0, 10**11, allow_nan=False, places=6),
    st.sampled_from(ISO_CURRENCIES),
    st.sampled_from([Decimal(1), Decimal(100), Decimal(1000)]),
    st.sampled_from(sorted(UNITS)),
    st.sampled_from([None, "TSS"]),
)
COMPONENTS = st.one_of(PERCENTAGES, MONEY)
TAKEN_OFF = st.builds(lambda part: Component(part.amount, sign="-"), PERCENTAGES)
OPTIONS = st.builds(
    lambda first, rest: (first, *rest), COMPONENTS, st.lists(st.one_of(COMPONENTS, TAKEN_OFF), max_size=2)
)


@st.composite
def duties(draw: st.DrawFn) -> Duty:
    options = draw(st.lists(OPTIONS, min_size=1, max_size=4))
    bounds = draw(st.tuples(st.none() | COMPONENTS, st.none() | COMPONENTS))
    if len(options) == 1:
        return make_duty(options, None, *bounds)
    join = draw(st.sampled_from(["mixed_max", "mixed_min", "alternatives"]))
    return make_duty(options, join, *(bounds if join != "alternatives" else ()))


@given(duties())
def test_reading_what_was_printed_gives_the_same_duty(duty: Duty) -> None:
    for spec in (CANONICAL, WON, RIEL, FRACTION, YEN, CENTS):
        assert parse_duty(print_duty(duty), spec).duty == duty


PIECES = (
    "0 7 2,052 0.14 1e9 % ％ won $ 円 KRW / or 又は + plus and , - − ( ) （ ） free 無税 kg ㎏ each per TSS * is "
    "whichever greater lower のうちいずれか高い税率 ただしその税率が を下回る場合は 課税価格 \n ¹ ½ ٣ ı ſ K Ⅷ \x00"
)
WORDS = st.sampled_from(PIECES.split(" "))


@given(st.one_of(st.text(max_size=600), st.lists(WORDS, max_size=40).map("".join), st.lists(WORDS).map(" ".join)))
def test_any_text_is_read_or_kept_and_the_canonical_text_is_stable(text: str) -> None:
    for spec in (WON, RIEL, FRACTION, YEN, CENTS):
        duty = parse_duty(text, spec).duty
        if duty is not None:
            assert parse_duty(print_duty(duty), spec).duty == duty


def _duty(text: str, spec: DutySpec) -> Duty:
    duty = parse_duty(text, spec).duty
    assert duty is not None
    return duty


# --- the held documents ----------------------------------------------------------------------------------------------


def _unread(cells: Iterable[str], spec: DutySpec) -> tuple[int, list[str]]:
    """How many distinct spellings there are, and those not understood; each is checked to read back."""
    spellings = sorted(set(cells))
    read = {text: parse_duty(text, spec) for text in spellings}
    for cell in read.values():
        if cell.duty is not None:
            assert _duty(print_duty(cell.duty), spec) == cell.duty
    return len(spellings), [text for text, cell in read.items() if cell.state == "unparsed"]


@pytest.mark.documents
def test_every_base_rate_of_the_typeset_schedule_is_read(documents: Path) -> None:
    with (documents / "truth/ckfta-schedule-cambodia.csv").open(encoding="utf-8", newline="") as file:
        cells = [row["base_rate"].replace(" ", "\n") for row in csv.DictReader(file) if row["code"]]
    assert len(cells) == 10_813
    assert _unread(cells, RIEL) == (6, [])


@pytest.mark.documents
def test_every_cell_of_the_workbooks_is_read(documents: Path) -> None:
    for name, first_rate, spellings in (
        ("annex-1-schedule-of-australia.xlsx", 2, 24),
        ("annex-1-schedule-of-china-for-asean.xls", 2, 258),
    ):
        rows = CalamineWorkbook.from_path(documents / "rcep" / name).get_sheet_by_index(0).to_python()
        cells = (str(cell) for row in rows[4:] for cell in row[first_rate:])
        assert _unread(cells, FRACTION) == (spellings, [])


@pytest.mark.documents
def test_of_the_scraped_tariff_only_marks_ranges_and_conditions_in_words_stay_text(documents: Path) -> None:
    columns = ("基本", "暫定", "WTO協定", "特恵", "特別特恵", "EPA_アセアン", "EPA_RCEP_アセアン豪州NZ")

    def cells(node: dict[str, Any]) -> Iterator[str]:
        yield from (node["rate"].get(name) or "" for name in columns)
        for child in node["children"]:
            yield from cells(child)

    with zipfile.ZipFile(documents / "jp/japan-tariff-2026-07-09.zip") as archive:
        chapters = [json.loads(archive.read(name)) for name in archive.namelist() if "tariff_data" in name]
    found = (cell for chapter in chapters for node in chapter for cell in cells(node) if cell)
    spellings, unread = _unread(found, YEN)
    assert (spellings, len(unread)) == (827, 181)
    signs = re.compile(r"[◎●※*〜一◆]|\S\s+\S|につき|免税|もの")
    assert [text for text in unread if not signs.search(text)] == []
