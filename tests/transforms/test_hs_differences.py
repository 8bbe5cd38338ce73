"""Differences planted between two generated HS 2022 schedules are found, all of them and no others."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.hs_differences import difference_table, differences
from warehouse.rows import build
from warehouse.tables import arrow_schema
from warehouse.tables.base import DIFFERENCE_KINDS

Row = dict[str, Any]


def row(hs6: str, what: object, first: str = "2022-01-01", end: str | None = None) -> Row:
    """A rate in points, or a state."""
    given = {
        "schedule_id": "s", "regime_id": "r", "importer": "KR", "exporter": "KH", "hs6": hs6, "valid_from": first,
        "valid_to": end, "relation": "1:1", "layer": "derived", "n_lines": 1, "n_distinct": 1, "n_free": 0,
        "n_excluded": 0, "n_non_ad_valorem": 0,
    }  # fmt: skip
    if isinstance(what, int):
        return {**given, "rate_pct": Decimal(what), "state": "ok" if what else "free", "duty_id": f"{what}%"}
    if what == "ambiguous":
        return {**given, "state": "ambiguous", "reason": "partial"}
    return {**given, "state": what} if what in ("excluded", "not_held") else {**given, "state": "ok", "duty_id": what}


def found(ours: list[Row], own: list[Row]) -> list[tuple[object, ...]]:
    rows = differences(build("hs2022_preference_rate", ours), build("hs2022_preference_rate", own))
    return [(r["hs6"], r["kind"], r["valid_from"], r["valid_to"]) for r in rows]


@pytest.mark.parametrize(
    ("our", "own", "kind"),
    [
        (5, 5, None),
        (5, 4, "rate"),
        (5, 0, "rate"),
        (5, "excluded", "state"),
        ("5 USD/kg", 5, "state"),
        ("5 USD/kg", "6 USD/kg", "duty"),
        ("ambiguous", 5, None),
        (5, "not_held", None),
        ("excluded", "excluded", None),
    ],
)
def test_two_rows_differ_in_what_they_claim(our: object, own: object, kind: str | None) -> None:
    expected = [("010121", kind, "2022-01-01", None)] if kind else []
    assert found([row("010121", our)], [row("010121", own)]) == expected
    assert kind is None or kind in DIFFERENCE_KINDS


def test_only_the_days_that_differ_are_named() -> None:
    ours = [row("010121", 5, "2022-01-01", "2024-01-01"), row("010121", 0, "2024-01-01")]
    own = [row("010121", 5, "2022-01-01", "2023-01-01"), row("010121", 0, "2023-01-01")]
    assert found(ours, own) == [("010121", "rate", "2023-01-01", "2024-01-01")]


def test_a_code_or_a_time_that_one_of_them_lacks_is_said() -> None:
    ours = [row("010121", 5), row("010129", 5, "2022-01-01", "2023-01-01")]
    own = [row("020110", 5), row("010129", 5)]
    assert found(ours, own) == [
        ("010121", "only_ours", "2022-01-01", None),
        ("010129", "only_own", "2023-01-01", None),
        ("020110", "only_own", "2022-01-01", None),
    ]


def test_a_difference_leads_back_to_both_rows() -> None:
    ours, own = (build("hs2022_preference_rate", [row("010121", pct)]) for pct in (5, 4))
    told = next(differences(ours, own))
    assert (told["our_rate_pct"], told["own_rate_pct"]) == (5, 4)
    assert told["our_row_key"] == ours["row_key"][0].as_py()
    assert told["own_row_key"] == own["row_key"][0].as_py()


def test_without_a_schedule_of_the_partys_own_nothing_is_compared() -> None:
    assert found([], []) == []


CODES = [f"0101{n:02}" for n in range(20)]


@settings(max_examples=40, deadline=None)
@given(
    st.dictionaries(st.sampled_from(CODES), st.integers(0, 9), min_size=1),
    st.dictionaries(st.sampled_from(CODES), st.integers(1, 9)),
)
def test_planted_differences_are_found_and_no_others(rates: dict[str, int], planted: dict[str, int]) -> None:
    ours = [row(code, pct) for code, pct in rates.items()]
    own = [row(code, pct + planted.get(code, 0)) for code, pct in rates.items()]
    assert [hs6 for hs6, kind, _, _ in found(ours, own) if kind == "rate"] == sorted(planted.keys() & rates.keys())
    assert found(ours, ours) == []


def schedule(name: str, edition: str, **other: str) -> Row:
    return {
        "schedule_id": name, "regime_id": "r", "importer": "KR", "exporter": "KH", "nomenclature_id": "n",
        "hs_edition": edition, "layer": "treaty_annex", "completeness": "full", "document_id": "d",
        "status": "current", **other,
    }  # fmt: skip


def test_only_a_schedule_in_hs_2022_of_the_same_regime_and_pair_is_a_partys_own() -> None:
    rates = build(
        "hs2022_preference_rate",
        [{**row("010121", pct), "schedule_id": name} for name, pct in (("old", 5), ("own", 4), ("other", 3))],
    )
    for other in (schedule("other", "HS 2022", importer="JP"), schedule("other", "HS 2022", status="superseded"),
                  schedule("other", "HS 2012", regime_id="q")):  # fmt: skip
        schedules = build("schedule", [schedule("old", "HS 2017"), schedule("own", "HS 2022"), other])
        table = difference_table(schedules, rates)
        assert table.schema == arrow_schema("hs2022_difference")
        pairs = [
            (r["schedule_id"], r["own_schedule_id"], r["our_rate_pct"], r["own_rate_pct"]) for r in table.to_pylist()
        ]
        assert pairs == [("old", "own", 5, 4)]


def test_without_a_partys_own_schedule_the_table_is_empty() -> None:
    schedules = build("schedule", [schedule("old", "HS 2017"), schedule("older", "HS 2012")])
    assert difference_table(schedules, build("hs2022_preference_rate", [row("010121", 5)])).num_rows == 0
