"""The language of rules: JSON and words each give the same expression back."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sources.origin_specs import load_processes
from transforms.origin_grammar import Unread, read_phrase, read_rule
from transforms.origin_language import (
    AllOf,
    AnyHeading,
    AnyOf,
    ByGoods,
    Case,
    Change,
    Codes,
    Content,
    MadeFrom,
    MaterialLimit,
    MaterialsObtained,
    MaterialsOriginating,
    NoTolerance,
    OriginatingShare,
    Process,
    Produced,
    Rule,
    Text,
    WhollyObtained,
    dumps,
    from_json,
    loads,
    parse_state,
    thresholds,
)
from transforms.origin_print import print_rule
from transforms.origin_rules import vocabulary_of

WORDS = vocabulary_of(load_processes())

numbers = st.decimals(min_value=0, max_value=100, places=1).map(lambda d: Decimal(str(d)).normalize())
texts = st.text(st.characters(categories=("L", "N", "P", "Zs"), exclude_characters="’"), min_size=1, max_size=20).map(
    lambda text: " ".join(text.split()) or "x"
)


@st.composite
def codes(draw: st.DrawFn) -> Codes:
    size = draw(st.sampled_from((2, 4, 6)))
    first, last = sorted(draw(st.integers(10 ** (size - 1) // 9, 10**size - 1)) for _ in range(2))
    first, last = (first, first) if draw(st.booleans()) else (first, last)
    return Codes(f"{first:0{size}d}", f"{last:0{size}d}")


ranges = st.lists(codes(), min_size=1, max_size=4).map(tuple)
levels = st.sampled_from(("CC", "CTH", "CTSH"))
places = st.sampled_from(("party", "exporting_party", "any_party"))
leaves: st.SearchStrategy[Rule] = st.one_of(
    st.builds(WhollyObtained, places),
    st.just(Produced()),
    st.just(AnyHeading()),
    st.builds(Change, levels, st.one_of(st.just(()), ranges)),
    st.builds(Content, numbers, st.sampled_from(("any", "build_up", "build_down")), st.booleans()),
    st.builds(
        MaterialLimit,
        numbers,
        st.sampled_from(("fob", "ex_works", "weight", "content_weight")),
        st.one_of(st.just(()), ranges),
        st.one_of(st.none(), texts),
    ),
    st.builds(OriginatingShare, numbers, texts),
    st.builds(MaterialsObtained, ranges, places),
    st.builds(MaterialsOriginating, ranges, places),
    st.builds(MadeFrom, st.lists(st.sampled_from(sorted(WORDS.kinds)), min_size=1, max_size=4).map(tuple)),
    st.builds(NoTolerance, st.one_of(st.none(), levels)),
    st.builds(Process, st.sampled_from(sorted(WORDS.processes)), places),
    st.builds(Text, texts),
)


def compound(inner: st.SearchStrategy[Rule]) -> st.SearchStrategy[Rule]:
    several = st.lists(inner, min_size=2, max_size=3).map(tuple)
    conditions = st.lists(inner, max_size=2).map(tuple)
    return st.one_of(
        st.builds(AnyOf, several),
        st.builds(AllOf, several),
        st.builds(ByGoods, st.lists(st.builds(Case, texts, inner), min_size=1, max_size=3).map(tuple)),
        st.builds(Change, levels, st.one_of(st.just(()), ranges), conditions),
        st.builds(Content, numbers, st.just("any"), st.just(False), conditions),
    )


rules = st.recursive(leaves, compound, max_leaves=8)


@given(rules)
def test_words_read_back_give_the_same_expression(rule: Rule) -> None:
    assert read_rule(print_rule(rule, WORDS.words), WORDS) == rule


@given(rules)
def test_json_read_back_gives_the_same_expression(rule: Rule) -> None:
    assert loads(dumps(rule)) == rule


@given(st.text(max_size=80))
def test_any_text_is_read_or_kept_and_never_crashes(text: str) -> None:
    assert parse_state(read_phrase(text, WORDS)) in ("full", "partial", "text_only")


CTH, RVC40 = Change("CTH"), Content(Decimal(40))


def single(*found: str) -> tuple[Codes, ...]:
    return tuple(Codes(code, code) for code in found)


@pytest.mark.parametrize(
    ("phrase", "rule"),
    [
        ("CTH or RVC40", AnyOf((CTH, RVC40))),
        ("RVC 40.", RVC40),
        ("CTH, RVC40, or CR", AnyOf((CTH, RVC40, Process("chemical_reaction")))),
        ("CTH; or printing or dyeing; or RVC40", AnyOf((CTH, Process("printing"), Process("dyeing"), RVC40))),
        ("CC and RVC40", AllOf((Change("CC"), RVC40))),
        ("CC except from Chapter 01", Change("CC", single("01"))),
        ("CTH except from 5508 through5510; or RVC40", AnyOf((Change("CTH", (Codes("5508", "5510"),)), RVC40))),
        ("CTH except from heading 55.09 or 55.10", Change("CTH", single("5509", "5510"))),
        (
            "CTSH except from subheading 8504.31, 8504.33 or 8504.34, or RVC40",
            AnyOf((Change("CTSH", single("850431", "850433", "850434")), RVC40)),
        ),
        (
            "CTH provided Ch 1, 2 and 5 are WO; or RVC40 provided Ch 1, 2 and 5 are WO",
            AnyOf(
                (
                    Change("CTH", (), (MaterialsObtained(single("01", "02", "05")),)),
                    Content(Decimal(40), provided=(MaterialsObtained(single("01", "02", "05")),)),
                )
            ),
        ),
        (
            "CTH, provided that the value of non-originating materials of Heading 24.03 does not exceed 60% of the "
            "FOB value of the good.",
            Change("CTH", (), (MaterialLimit(Decimal(60), "fob", single("2403")),)),
        ),
        (
            "A. gear boxes : CTH or RVC40 B. parts : RVC45",
            ByGoods((Case("gear boxes", AnyOf((CTH, RVC40))), Case("parts", Content(Decimal(45))))),
        ),
    ],
)
def test_phrases_of_agreements_are_read(phrase: str, rule: Rule) -> None:
    assert read_rule(phrase, WORDS) == rule


@pytest.mark.parametrize(
    "phrase",
    [
        "CTH and RVC40 or CC",  # two readings
        "CTH, RVC40",  # `and` or `or`?
        "CTH except from heading 5508 to 5510.10",
        "CTH except from subheading 5508",
        "CTH except from 5510 to 5508",
        "A. gear boxes : CTH C. parts : RVC45",
        "RVC40 in the opinion of the exporter",
        "",
    ],
)
def test_what_is_not_understood_or_ambiguous_is_refused(phrase: str) -> None:
    with pytest.raises(Unread):
        read_rule(phrase, WORDS)


def test_alternatives_that_are_not_understood_stay_words_and_the_rule_is_partial() -> None:
    rule = read_phrase("CTH; or hammering by the light of the moon", WORDS)
    assert rule == AnyOf((CTH, Text("hammering by the light of the moon")))
    assert parse_state(rule) == "partial"
    assert parse_state(read_phrase("hammering", WORDS)) == "text_only"


def test_a_reviewed_reading_takes_the_place_of_its_phrase() -> None:
    rule = read_phrase("Hammering  or RVC40.", WORDS, {"hammering or rvc40": "CTH or RVC 40%"})
    assert rule == AnyOf((CTH, RVC40))


def test_an_operator_that_the_language_does_not_know_is_refused() -> None:
    with pytest.raises(ValueError, match="MAGIC"):
        from_json({"any": [{"op": "MAGIC"}, {"op": "PE"}]})


def test_thresholds_are_every_percentage_in_order() -> None:
    rule = read_rule("CTH provided that non-originating materials at most 60% of the FOB value; or RVC 40%", WORDS)
    assert thresholds(rule) == (Decimal(60), Decimal(40))
