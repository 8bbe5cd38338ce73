"""Conversion to HS 2022 against a slow implementation that says the rules one by one, and rule by rule."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_EVEN, Decimal
from itertools import pairwise
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sources.errors import FtaError
from transforms.correlations import Concordance, Ties, relations
from transforms.hs_editions import Transposition, transpose_mfn, transpose_preference
from warehouse.keys import row_key
from warehouse.rows import build

SCHEDULE = {
    "schedule_id": "s", "regime_id": "r", "importer": "KR", "exporter": "KH", "hs_edition": "HS 2017",
    "layer": "treaty_annex", "completeness": "full",
}  # fmt: skip
DAYS = ("2022-01-01", "2022-12-01", "2023-01-01", "2024-01-01", None)

Row = dict[str, Any]


def concordance(pairs: Iterable[tuple[str, str]], weak: Iterable[tuple[str, str]] = ()) -> Concordance:
    """Correlations of HS 2017 with HS 2022; `weak` pairs are not material."""
    material, weak = set(pairs), set(weak)
    rows = [
        {
            "edition_from": "HS 2017", "code_from": old, "edition_to": "HS 2022", "code_to": new,
            "relation": relation, "material": int((old, new) in material), "source": "test",
        }
        for (old, new), relation in relations(material | weak).items()
    ]  # fmt: skip
    return Concordance(build("hs_correlation", rows))


def ties_of(pairs: Iterable[tuple[str, str]], weak: Iterable[tuple[str, str]] = ()) -> Ties:
    return concordance(pairs, weak).ties("HS 2017")


def lines_of(codes: Iterable[str], edition: str = "HS 2017") -> pa.Table:
    return build(
        "tariff_line",
        [{"nomenclature_id": "n", "line_code": c, "hs_edition": edition, "hs6": c[:6]} for c in sorted(set(codes))],
    )


def rate(line: str, what: object, first: str = "2022-12-01", end: str | None = None, row_no: int = 1) -> Row:
    """A rate: a number of points, a state in words, or a duty in words."""
    row: Row = {
        "schedule_id": "s", "regime_id": "r", "importer": "KR", "exporter": "KH", "line_code": line,
        "row_no": row_no, "valid_from": first, "valid_to": end, "derivation": "computed",
    }  # fmt: skip
    if isinstance(what, int | float | Decimal):
        pct = Decimal(str(what))
        return {**row, "state": "ok" if pct else "free", "rate_pct": pct, "duty_id": f"{pct.normalize():f}%"}
    if isinstance(what, str) and what.startswith("max "):
        return {**row, "state": "ceiling", "rate_max_pct": Decimal(what[4:])}
    if what in ("excluded", "unbound", "not_applicable", "not_held"):
        return {**row, "state": what}
    return {**row, "state": "unparsed" if what == "???" else "ok", "duty_id": str(what)}


def carry(
    rates: Iterable[Row], ties: Ties, *, lines: Iterable[str] = (), completeness: str = "full", **options: Any
) -> Transposition:
    rates = list(rates)
    table = lines_of([*lines, *(row["line_code"] for row in rates)], ties.edition)
    schedule = {**SCHEDULE, "completeness": completeness, "hs_edition": ties.edition}
    return transpose_preference(build("preference_rate", rates), table, ties, schedule, **options)


def one(result: Transposition, hs6: str) -> Row:
    rows = [row for row in result.rates.to_pylist() if row["hs6"] == hs6]
    assert len(rows) == 1, rows
    return rows[0]


# --- rule by rule ----------------------------------------------------------------------------------------------------


def test_a_rate_is_given_where_all_lines_agree_however_they_write_it() -> None:
    spelled = {**rate("01012190", 0), "duty_id": "Free"}
    row = one(carry([rate("01012110", 0), spelled], ties_of([("010121", "010121")])), "010121")
    assert (row["state"], row["rate_pct"], row["reason"], row["duty_id"]) == ("free", 0, None, None)
    assert (row["n_lines"], row["n_distinct"], row["n_free"], row["layer"]) == (2, 1, 2, "derived")


def test_lines_of_a_subheading_that_differ_leave_no_rate_but_the_statistics() -> None:
    row = one(carry([rate("01012110", 5), rate("01012190", 10.5)], ties_of([("010121", "010121")])), "010121")
    assert (row["state"], row["reason"], row["rate_pct"]) == ("ambiguous", "merge_different_rates", None)
    assert (row["min_pct"], row["max_pct"], row["mean_pct"]) == (5, Decimal("10.5"), Decimal("7.75"))


def test_a_line_of_a_divided_code_may_go_either_way_so_that_differing_rates_are_partial() -> None:
    result = carry([rate("01012110", 5), rate("01012190", 10)], ties_of([("010121", "010122"), ("010121", "010123")]))
    assert [one(result, c)["reason"] for c in ("010122", "010123")] == ["partial", "partial"]


def test_a_split_inherits_a_rate_that_the_whole_old_code_has() -> None:
    result = carry([rate("01012100", 5)], ties_of([("010121", "010122"), ("010121", "010123")]))
    assert [one(result, c)["rate_pct"] for c in ("010122", "010123")] == [5, 5]
    assert one(result, "010122")["relation"] == "1:n"


def test_a_code_of_which_a_part_comes_from_outside_the_schedule_has_no_rate() -> None:
    ties = ties_of([("010121", "010125"), ("010122", "010125")])
    assert one(carry([rate("01012100", 5)], ties), "010125")["reason"] == "partial"


def test_a_line_that_never_has_a_rate_makes_its_code_partial() -> None:
    result = carry([rate("01012110", 5)], ties_of([("010121", "010121")]), lines=["01012190"])
    assert one(result, "010121")["reason"] == "partial"


def test_a_line_without_a_rate_on_some_days_makes_those_days_a_date_mix() -> None:
    rates = [rate("01012110", 5, "2022-01-01"), rate("01012190", 5, "2023-01-01")]
    rows = carry(rates, ties_of([("010121", "010121")])).rates.to_pylist()
    assert [(r["valid_from"], r["reason"], r["rate_pct"]) for r in rows] == [
        ("2022-01-01", "date_mix", None),
        ("2023-01-01", None, 5),
    ]


def test_days_that_differ_in_nothing_published_are_one_row() -> None:
    both = [rate("01012110", 5, "2022-01-01"), rate("01012190", "5 USD/kg", "2022-01-01")]
    second = rate("01012190", 5, "2023-01-01", row_no=2)
    result = carry([*both, second], ties_of([("010121", "010121")]))
    assert [(r["valid_from"], r["valid_to"], r["reason"]) for r in result.rates.to_pylist()] == [
        ("2022-01-01", None, "duty_kind_mix")
    ]


@pytest.mark.parametrize(
    ("first", "second", "reason"),
    [
        ("excluded", 5, "excluded_mix"),
        ("excluded", "unbound", "excluded_mix"),
        ("5 USD/kg", 5, "duty_kind_mix"),
        ("not_applicable", 5, "duty_kind_mix"),
        ("max 5", 5, "duty_kind_mix"),
        ("???", 5, "duty_kind_mix"),
        ("5 USD/kg", "6 USD/kg", "merge_different_rates"),
        ("max 5", "max 6", "merge_different_rates"),
        ("not_held", 5, "partial"),
    ],
)
def test_a_mix_is_named(first: object, second: object, reason: str) -> None:
    row = one(carry([rate("01012110", first), rate("01012190", second)], ties_of([("010121", "010121")])), "010121")
    assert (row["state"], row["reason"], row["rate_pct"], row["duty_id"]) == ("ambiguous", reason, None, None)


@pytest.mark.parametrize(
    ("what", "state"),
    [("excluded", "excluded"), ("unbound", "unbound"), ("???", "unparsed"), ("5 USD/kg", "ok"), ("max 5", "ceiling")],
)
def test_a_state_that_all_share_is_kept(what: str, state: str) -> None:
    row = one(carry([rate("01012110", what), rate("01012190", what)], ties_of([("010121", "010121")])), "010121")
    assert (row["state"], row["rate_pct"], row["min_pct"], row["reason"]) == (state, None, None, None)
    assert row["duty_id"] == (what if what in ("???", "5 USD/kg") else None)
    assert row["rate_max_pct"] == (5 if state == "ceiling" else None)


def test_a_full_schedule_has_every_code_and_a_list_only_its_own() -> None:
    ties = ties_of([("010121", "010121"), ("020110", "020110")])
    row = one(carry([rate("01012100", 5)], ties), "020110")
    assert (row["state"], row["reason"], row["n_lines"]) == ("not_held", "no_line", 0)
    listed = carry([rate("01012100", 5)], ties, completeness="list")
    assert [r["hs6"] for r in listed.rates.to_pylist()] == ["010121"]


def test_a_list_covers_a_subheading_only_by_a_line_that_is_all_of_it() -> None:
    ties = ties_of([("010121", "010121")])
    assert one(carry([rate("01012110", 5)], ties, completeness="list"), "010121")["reason"] == "partial"
    assert one(carry([rate("01012100", 5)], ties, completeness="list"), "010121")["rate_pct"] == 5
    known = carry([rate("01012110", 5)], ties, completeness="list", whole_nomenclature=True)
    assert one(known, "010121")["rate_pct"] == 5


def test_a_statistical_mass_decides_nothing_and_disturbs_nothing() -> None:
    ties = ties_of([("847321", "847321"), ("847329", "847329")], weak=[("847321", "854921"), ("847329", "854921")])
    result = carry([rate("84732100", 5), rate("84732900", 5, "2022-01-01", "2022-12-01")], ties, lines=["84732900"])
    mass = one(result, "854921")
    assert (mass["state"], mass["reason"], mass["n_lines"]) == ("ambiguous", "statistical_correlation_only", 2)
    assert (mass["min_pct"], mass["valid_from"], mass["valid_to"]) == (None, "2022-01-01", None)
    assert one(result, "847321")["rate_pct"] == 5
    assert contributors_of(result, mass) == []


def test_a_schedule_written_in_hs_2022_keeps_its_layer_and_codes() -> None:
    ties = concordance([("010121", "010121")]).ties("HS 2022")
    row = one(carry([rate("01012100", 5)], ties), "010121")
    assert (row["layer"], row["relation"], row["rate_pct"]) == ("treaty_annex", "1:1", 5)


def test_editions_are_chained() -> None:
    rows = [
        ("HS 2007", "010110", "HS 2012", "010121"),
        ("HS 2012", "010121", "HS 2017", "010121"),
        ("HS 2012", "010129", "HS 2017", "010121"),
        ("HS 2007", "010119", "HS 2012", "010129"),
        ("HS 2017", "010121", "HS 2022", "010130"),
    ]
    names = ("edition_from", "code_from", "edition_to", "code_to")
    table = build(
        "hs_correlation",
        [{**dict(zip(names, r, strict=True)), "relation": "1:1", "material": 1, "source": "t"} for r in rows],
    )
    ties = Concordance(table).ties("HS 2007")
    assert ties.pairs == (("010110", "010130", "n:1"), ("010119", "010130", "n:1"))
    assert one(carry([rate("010110", 5), rate("010119", 5)], ties), "010130")["rate_pct"] == 5
    assert Concordance(table).ties("HS 2002").incomplete == frozenset()


def test_a_code_new_in_a_middle_edition_leaves_its_descendants_incomplete() -> None:
    rows = [
        {"edition_from": "HS 2012", "code_from": "010110", "edition_to": "HS 2017", "code_to": "010121"},
        {"edition_from": "HS 2017", "code_from": "010121", "edition_to": "HS 2022", "code_to": "010130"},
        {"edition_from": "HS 2017", "code_from": "010199", "edition_to": "HS 2022", "code_to": "010130"},
    ]
    table = build("hs_correlation", [{**r, "relation": "1:1", "material": 1, "source": "t"} for r in rows])
    ties = Concordance(table).ties("HS 2012")
    assert ties.incomplete == {"010130"}
    assert one(carry([rate("010110", 5)], ties), "010130")["reason"] == "partial"


def test_lines_that_reach_no_code_are_handed_back_with_the_reason() -> None:
    ties = ties_of([("010121", "010121"), ("010122", "854921")], weak=[])
    weak = ties_of([("010121", "010121")], weak=[("010122", "854921")])
    rates = [rate("01012100", 5), rate("98010000", 5)]
    unplaced = carry(rates, ties).unplaced
    assert [u.why for u in unplaced] == ["not_in_edition"]
    published = build("hs2022_unplaced_line", [u.row("n", "HS 2017") for u in unplaced])
    assert published["reason"].to_pylist() == ["not_in_edition"]
    found = carry([*rates, rate("01012200", 5)], weak).unplaced
    assert [(u.line_code, u.why) for u in found] == [
        ("01012200", "statistical_correlation_only"),
        ("98010000", "not_in_edition"),
    ]


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        ({"state": "excluded"}, "rate_and_state_disagree"),
        ({"rate_pct": None, "duty_id": None}, "rate_and_state_disagree"),
        ({"state": "perhaps"}, "rate_and_state_disagree"),
        ({"line_code": "01019999"}, "rate_without_line"),
    ],
)
def test_a_rate_that_contradicts_itself_is_refused(spoil: Mapping[str, Any], code: str) -> None:
    rates = build("preference_rate", [{**rate("01012100", 5), **spoil}])
    with pytest.raises(FtaError) as error:
        transpose_preference(rates, lines_of(["01012100"]), ties_of([("010121", "010121")]), SCHEDULE)
    assert error.value.code == code
    assert error.value.remedy


def test_lines_that_contradict_their_nomenclature_are_refused() -> None:
    ties, rates = ties_of([("010121", "010121")]), build("preference_rate", [rate("01012100", 5)])
    with pytest.raises(FtaError, match="HS 2012 among"):
        transpose_preference(rates, lines_of(["01012100"], "HS 2012"), ties, SCHEDULE)
    twice = lines_of(["01012100"]).to_pylist()
    table = build("tariff_line", [*twice, {**twice[0], "hs6": "010129", "stat_suffix": "1"}])
    with pytest.raises(FtaError, match="stands under two subheadings"):
        transpose_preference(rates, table, ties, SCHEDULE)
    with pytest.raises(FtaError, match="has no rate"):
        transpose_preference(rates.slice(0, 0), lines_of(["01012100"]), ties, SCHEDULE)


def test_an_empty_list_is_an_empty_table() -> None:
    schedule = {**SCHEDULE, "completeness": "list"}
    empty = build("preference_rate", [])
    result = transpose_preference(empty, lines_of([]), ties_of([("010121", "010121")]), schedule)
    assert result.rates.num_rows == result.contributors.num_rows == 0


def test_mfn_keeps_applied_and_bound_apart() -> None:
    def mfn(kind: str, pct: int) -> Row:
        return {
            "importer": "JP", "nomenclature_id": "n", "line_code": "01012100", "valid_from": "2022-01-01",
            "valid_to": None, "rate_pct": Decimal(pct), "duty_id": f"{pct}%", "state": "ok", "kind": kind,
        }  # fmt: skip

    table = build("mfn_rate", [mfn("applied", 3), mfn("bound", 8)])
    result = transpose_mfn(table, lines_of(["01012100"]), ties_of([("010121", "010121")]))
    rows = result.rates.to_pylist()
    assert [(r["kind"], r["rate_pct"], r["state"]) for r in rows] == [("applied", 3, "ok"), ("bound", 8, "ok")]
    assert [r["row_key"] for r in rows] == [row_key("hs2022_mfn_rate", r) for r in rows]
    assert set(result.contributors["source_rate_row_key"].to_pylist()) == set(table["row_key"].to_pylist())


# --- against the slow implementation ---------------------------------------------------------------------------------

OLD = ("010110", "010121", "010129", "020110", "020120")
NEW = ("010110", "010130", "010190", "020110", "020125", "854921")
TAILS = ("00", "10", "90")


@st.composite
def worlds(draw: st.DrawFn) -> tuple[set[tuple[str, str]], set[tuple[str, str]], list[Row], set[str], bool]:
    """Material and weak pairs, rates (some lines with several concessions), lines, and whether the schedule is full."""
    pairs = draw(st.sets(st.tuples(st.sampled_from(OLD), st.sampled_from(NEW)), min_size=1, max_size=9))
    weak = draw(st.sets(st.tuples(st.sampled_from(OLD), st.sampled_from(NEW)), max_size=4)) - pairs
    named = sorted({old for old, _ in pairs | weak} | {"980100"})
    lines = draw(st.sets(st.tuples(st.sampled_from(named), st.sampled_from(TAILS)).map("".join), min_size=1))
    what = st.sampled_from([0, 5, 5, 7.5, "5 USD/kg", "6 USD/kg", "excluded", "unbound", "max 5", "???", "not_held"])
    rates = []
    for line in sorted(lines):
        for row_no in range(1, draw(st.sampled_from([1, 1, 1, 2, 0])) + 1):
            stops = sorted(draw(st.sets(st.integers(0, 4), min_size=2, max_size=4)))
            rates += [rate(line, draw(what), str(DAYS[a]), DAYS[b], row_no) for a, b in pairwise(stops)]
    return pairs, weak, rates, lines, draw(st.booleans()) and bool(rates)


def contributors_of(result: Transposition, row: Row) -> list[Row]:
    return [c for c in result.contributors.to_pylist() if c["rate_row_key"] == row["row_key"]]


def kind_and_value(row: Row) -> tuple[str, object]:
    if row["state"] in ("ok", "free"):
        pct = row.get("rate_pct")
        return ("rate", pct) if pct is not None else ("duty", row["duty_id"])
    return row["state"], {"ceiling": row.get("rate_max_pct"), "unparsed": row.get("duty_id")}.get(row["state"])


def literal_period(code: str, active: list[Row], ever: set[str], gap: bool, divided: bool) -> Row:
    """The rules of one code in one period, word by word."""
    held = [row for row in active if row["state"] != "not_held"]
    given = {(row["line_code"], kind_and_value(row)) for row in held}
    kinds, values = {key[0] for _, key in given}, {key for _, key in given}
    numbers = [key[1] for _, key in given if key[0] == "rate"]
    lines = {line for line, _ in given}
    if not held:
        reason = None
    elif len(kinds) > 1:
        reason = "excluded_mix" if kinds & {"excluded", "unbound"} else "duty_kind_mix"
    elif gap:
        reason = "partial"
    elif lines != ever:
        reason = "date_mix"
    elif len(values) > 1:
        reason = "partial" if divided else "merge_different_rates"
    else:
        reason = None
    duties = {row.get("duty_id") for row in held}
    sure = held[0] if held and reason is None else {}
    state = "not_held" if not held else "ambiguous" if reason else sure["state"]
    mean = sum(numbers, Decimal()) / len(numbers) if numbers else None
    return {
        "hs6": code, "state": state, "reason": reason, "rate_pct": sure.get("rate_pct"),
        "rate_max_pct": sure.get("rate_max_pct"), "duty_id": duties.pop() if sure and len(duties) == 1 else None,
        "min_pct": min(numbers, default=None), "max_pct": max(numbers, default=None),
        "mean_pct": None if mean is None else mean.quantize(Decimal("0.000001"), ROUND_HALF_EVEN),
        "n_lines": len(lines), "n_distinct": len(values), "n_free": sum(n == 0 for n in numbers),
        "n_excluded": sum(key[0] in ("excluded", "unbound") for _, key in given),
        "n_non_ad_valorem": sum(key[0] in ("duty", "unparsed") for _, key in given),
    }  # fmt: skip


def literal(
    pairs: set[tuple[str, str]], weak: set[tuple[str, str]], rates: list[Row], lines: set[str], full: bool
) -> list[Row]:
    """The conversion said as slowly as the rules are written; contributors as a set of (line, row_no, day)."""
    days = sorted({day for row in rates for day in (row["valid_from"], row["valid_to"]) if day})
    found: list[Row] = []
    for code in sorted({new for _, new in pairs | weak}):
        olds = {old for old, new in pairs if new == code}
        ties = {old for old, new in weak if new == code} if not olds else set()
        mine = [row for row in rates if row["line_code"][:6] in olds]
        theirs = {row["line_code"] for row in rates if row["line_code"][:6] in ties}
        expected = {line for line in lines if line[:6] in olds}
        ever = {row["line_code"] for row in mine if row["state"] != "not_held"}
        covered = {line[:6] for line in expected if full or line[6:] == "00"}
        gap = ever != expected or covered != olds
        divided = any(len({new for o, new in pairs if o == old}) > 1 for old in olds)
        rows: list[Row] = []
        for day, until in zip(days, [*days[1:], None], strict=False):
            active = [r for r in mine if r["valid_from"] <= day and (r["valid_to"] is None or day < r["valid_to"])]
            if not active:
                continue
            row = literal_period(code, active, ever, gap, divided)
            names = {(r["line_code"], r["row_no"], r["valid_from"]) for r in active}
            if rows and rows[-1]["valid_to"] == day and all(rows[-1][k] == row[k] for k in row):
                rows[-1]["valid_to"] = until
                rows[-1]["names"] |= names
            else:
                rows.append({**row, "valid_from": day, "valid_to": until, "names": names})
        if theirs and not rows:
            rows.append({"hs6": code, "state": "ambiguous", "reason": "statistical_correlation_only", "names": theirs})
        if full and not rows:
            rows.append({"hs6": code, "state": "not_held", "reason": "no_line", "names": set()})
        found += rows
    return found


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(worlds())
def test_the_fast_conversion_says_what_the_slow_one_says(world: Any) -> None:
    pairs, weak, rates, lines, full = world
    result = carry(rates, ties_of(pairs, weak), lines=lines, completeness="full" if full else "list")
    expected = literal(pairs, weak, rates, lines, full)
    got = result.rates.to_pylist()
    assert [(r["hs6"], r["state"], r["reason"]) for r in got] == [(r["hs6"], r["state"], r["reason"]) for r in expected]
    rate_of = {row_key("preference_rate", r): (r["line_code"], r["row_no"], r["valid_from"]) for r in rates}
    for row, literal_row in zip(got, expected, strict=True):
        assert {k: row[k] for k in literal_row if k != "names"} == {
            k: v for k, v in literal_row.items() if k != "names"
        }
        named = [rate_of[c["source_rate_row_key"]] for c in contributors_of(result, row)]
        assert len(named) == len(set(named))
        if row["reason"] == "statistical_correlation_only":
            assert named == []
            assert row["n_lines"] <= len({line for line, _, _ in rate_of.values()})
        else:
            assert set(named) == literal_row["names"]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(worlds())
def test_what_is_published_is_sound_whatever_comes_in(world: Any) -> None:
    pairs, weak, rates, lines, full = world
    result = carry(rates, ties_of(pairs, weak), lines=lines, completeness="full" if full else "list")
    result.rates.validate(full=True)
    rows = result.rates.to_pylist()
    for row in rows:
        assert row["row_key"] == row_key("hs2022_preference_rate", row)
        assert (row["rate_pct"] is None) or (row["state"] in ("ok", "free"))
        assert (row["state"] == "free") == (row["rate_pct"] == 0 and row["rate_pct"] is not None)
        if row["state"] == "ambiguous":
            assert row["reason"]
            assert bool(contributors_of(result, row)) == (row["reason"] != "statistical_correlation_only")
    assert all(c["row_key"] == row_key("hs2022_contributor", c) for c in result.contributors.to_pylist())
    assert len({r["row_key"] for r in rows}) == len(rows)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(worlds())
def test_a_line_that_agrees_never_makes_a_rate_doubtful(world: Any) -> None:
    """One more line beside one that is there, with the same rates on the same days."""
    pairs, weak, rates, lines, full = world
    if not rates:
        return
    ties, completeness = ties_of(pairs, weak), "full" if full else "list"
    before = carry(rates, ties, lines=lines, completeness=completeness)
    line = rates[0]["line_code"]
    twin = line[:6] + "77"
    more = [*rates, *({**row, "line_code": twin} for row in rates if row["line_code"] == line)]
    after = carry(more, ties, lines=lines, completeness=completeness)
    assert by_day(after) == by_day(before)


def by_day(result: Transposition) -> dict[tuple[str, str], tuple[object, ...]]:
    """What is said of each code on each day that the schedules know."""
    shown = ("state", "reason", "rate_pct", "min_pct", "max_pct", "relation")
    return {
        (row["hs6"], day): tuple(row[name] for name in shown)
        for row in result.rates.to_pylist()
        for day in DAYS
        if day and row["valid_from"] <= day and (row["valid_to"] is None or day < row["valid_to"])
    }
