"""The views of a release: groups expanded, dates clipped, nothing missing without a row that says so."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publish import views
from publish.layout import LAYOUTS
from tests.publish.database import database
from tests.publish.sample import sample_tables

Row = dict[str, Any]
ALWAYS = "9999-12-31"


@pytest.fixture(scope="module")
def release() -> sqlite3.Connection:
    return database(sample_tables())


def periods(connection: sqlite3.Connection, exporter: str, importer: str, hs6: str) -> list[tuple[Any, ...]]:
    return connection.execute(
        "SELECT regime_id, valid_from, valid_to, state, rate_pct FROM v_comparison"
        " WHERE exporter = ? AND importer = ? AND hs6 = ? ORDER BY regime_id, valid_from",
        (exporter, importer, hs6),
    ).fetchall()


def altered(change: Callable[[dict[str, list[Row]]], None]) -> sqlite3.Connection:
    return database(sample_tables(change))


def test_every_view_is_there_and_can_be_read(release: sqlite3.Connection) -> None:
    found = {name for (name,) in release.execute("SELECT name FROM sqlite_schema WHERE type = 'view'")}
    assert found == {*views.VIEWS, *views.HELPERS, *LAYOUTS}
    for name in found:
        release.execute(f"SELECT * FROM {name} LIMIT 1").fetchall()


def test_installing_again_over_the_same_rows_gives_the_same_bytes(tmp_path: Path) -> None:
    tables = sample_tables()
    for name in ("one", "two"):
        database(tables, tmp_path / name).close()
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_rates_stand_in_their_periods(release: sqlite3.Connection) -> None:
    found = [row for row in periods(release, "KH", "KR", "010130") if row[0] == "ckfta"]
    assert [row[1:] for row in found] == [
        ("2022-12-01", "2023-01-01", "ok", 6.4), ("2023-01-01", "2024-01-01", "ok", 4.8),
        ("2024-01-01", "2025-01-01", "ok", 3.2), ("2025-01-01", "2026-01-01", "ok", 1.6),
        ("2026-01-01", None, "free", 0.0),
    ]  # fmt: skip


def test_a_regime_that_is_not_held_has_a_row_that_says_so(release: sqlite3.Connection) -> None:
    assert ("akfta", "2008-11-01", None, "not_held", None) in periods(release, "KH", "KR", "010130")


def test_a_code_that_no_list_has_is_not_held_rather_than_missing(release: sqlite3.Connection) -> None:
    sql = "SELECT reason FROM v_comparison WHERE exporter='KH' AND importer='KR' AND hs6='220300' AND regime_id='ckfta'"
    assert release.execute(sql).fetchall() == [("no_line",)]


def test_no_rate_stands_before_the_later_of_the_two_entries_into_force() -> None:
    def later(rows: dict[str, list[Row]]) -> None:
        korea = next(r for r in rows["regime_party"] if (r["regime_id"], r["party_id"]) == ("ckfta", "KR"))
        korea["in_force_from"] = "2024-03-01"

    found = [row[1:] for row in periods(altered(later), "KH", "KR", "010130") if row[0] == "ckfta"]
    assert found[0] == ("2024-03-01", "2025-01-01", "ok", 3.2)


def test_rates_end_with_the_regime() -> None:
    def left(rows: dict[str, list[Row]]) -> None:
        cambodia = next(r for r in rows["regime_party"] if (r["regime_id"], r["party_id"]) == ("ckfta", "KH"))
        cambodia["in_force_to"] = "2023-06-01"

    found = [row[1:] for row in periods(altered(left), "KH", "KR", "010130") if row[0] == "ckfta"]
    assert found == [("2022-12-01", "2023-01-01", "ok", 6.4), ("2023-01-01", "2023-06-01", "ok", 4.8)]


def test_a_group_that_a_schedule_names_is_expanded_to_its_members() -> None:
    def to_group(rows: dict[str, list[Row]]) -> None:
        rows["party_group"][1]["valid_from"] = "2024-07-01"
        for regime in ("ckfta",):
            rows["regime_party"].append({"regime_id": regime, "party_id": "LA", "role": "both", "evidence": "U",
                                         "in_force_from": "2022-12-01", "in_force_to": None})  # fmt: skip
        next(r for r in rows["schedule"] if r["schedule_id"] == "ckfta-kr")["exporter"] = "asean"

    connection = altered(to_group)
    laos = [row[1:] for row in periods(connection, "LA", "KR", "010130") if row[0] == "ckfta"]
    assert laos[:2] == [("2022-12-01", "2024-07-01", "not_held", None), ("2024-07-01", "2025-01-01", "ok", 3.2)]
    assert ("ckfta", "2022-12-01", "2023-01-01", "ok", 6.4) in periods(connection, "KH", "KR", "010130")


def test_a_snapshot_is_not_the_last_rate_for_ever() -> None:
    def snapshot(rows: dict[str, list[Row]]) -> None:
        document = next(r for r in rows["document"] if r["document_id"] == "ckfta-annex-2a-kr")
        document.update(known_from="2023-04-01", known_until="2024-04-01")

    found = [row[1:] for row in periods(altered(snapshot), "KH", "KR", "010130") if row[0] == "ckfta"]
    assert found == [
        ("2022-12-01", "2023-04-01", "not_held", None), ("2023-04-01", "2024-01-01", "ok", 4.8),
        ("2024-01-01", "2024-04-01", "ok", 3.2), ("2024-04-01", None, "not_held", None),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("layer", "expected"), [("treaty_annex", ("not_held", "in_force_unknown")), ("partner_transposed", ("ok", None))]
)
def test_an_unknown_entry_into_force_shows_only_what_the_importers_own_tariff_gives(
    layer: str, expected: tuple[str, str | None]
) -> None:
    def unknown(rows: dict[str, list[Row]]) -> None:
        for party in rows["regime_party"]:
            party["in_force_from"] = None
        for schedule in rows["schedule"]:
            schedule["layer"] = layer

    found = altered(unknown).execute(
        "SELECT state, reason FROM v_comparison WHERE exporter='KH' AND importer='KR' AND hs6='010130'"
        " AND regime_id='ckfta' AND valid_from <= '2023-05-01' AND (valid_to IS NULL OR valid_to > '2023-05-01')"
    )
    assert found.fetchall() == [expected]


@pytest.mark.parametrize("status", ["signed", "lapsed"])
def test_a_regime_that_is_only_signed_or_has_lapsed_gives_no_rate(status: str) -> None:
    def out(rows: dict[str, list[Row]]) -> None:
        rows["regime"][0]["status"] = status
        for party in rows["regime_party"]:
            party["in_force_from"] = None if status == "signed" else party["in_force_from"]

    assert not [row for row in periods(altered(out), "KH", "KR", "010130") if row[0] == "ckfta"]


def test_a_superseded_schedule_gives_no_rate_and_says_why() -> None:
    def superseded(rows: dict[str, list[Row]]) -> None:
        for schedule in rows["schedule"]:
            schedule["status"] = "superseded"

    found = altered(superseded).execute(
        "SELECT state, rate_pct, reason FROM v_comparison WHERE exporter='KH' AND importer='KR' AND hs6='010130'"
        " AND regime_id='ckfta'"
    )
    assert found.fetchall() == [("not_held", None, "superseded")]


def test_a_party_that_only_receives_gives_nothing() -> None:
    def one_way(rows: dict[str, list[Row]]) -> None:
        for party in rows["regime_party"]:
            party["role"] = "grants" if party["party_id"] == "KR" else "receives"

    connection = altered(one_way)
    assert not periods(connection, "KR", "KH", "010130")
    assert periods(connection, "KH", "KR", "010130")


days = st.dates(min_value=date(2020, 1, 1), max_value=date(2030, 1, 1))


@settings(max_examples=40, deadline=None)
@given(
    held=st.lists(st.tuples(days, days), min_size=1, max_size=4),
    in_force=days,
    until=st.none() | days,
    known=st.tuples(st.none() | days, st.none() | days),
)
def test_periods_of_a_pair_follow_each_other_without_gap_or_overlap(
    held: list[tuple[date, date]], in_force: date, until: date | None, known: tuple[date | None, date | None]
) -> None:
    """Whatever is held and whenever: from entry into force to the end every day has exactly one row."""
    spans, last = [], ""
    for start, end in sorted(tuple(sorted((a.isoformat(), b.isoformat()))) for a, b in held):
        if start >= last and start < end:
            spans.append((start, end))
            last = end
    if not spans:
        return

    def change(rows: dict[str, list[Row]]) -> None:
        sample = next(r for r in rows["hs2022_preference_rate"] if r["schedule_id"] == "ckfta-kr")
        rows["hs2022_preference_rate"] = [
            {**sample, "hs6": "010130", "valid_from": start, "valid_to": end, "rate_pct": Decimal(n)}
            for n, (start, end) in enumerate(spans)
        ]
        rows["hs2022_contributor"] = []
        for party in rows["regime_party"]:
            party.update(in_force_from=in_force.isoformat(), in_force_to=until.isoformat() if until else None)
        document = next(r for r in rows["document"] if r["document_id"] == "ckfta-annex-2a-kr")
        first, end = known
        document.update(known_from=first.isoformat() if first else None, known_until=end.isoformat() if end else None)

    found = [row for row in periods(altered(change), "KH", "KR", "010130") if row[0] == "ckfta"]
    if until and until <= in_force:
        assert not found
        return
    assert found[0][1] == in_force.isoformat()
    assert (found[-1][2] or ALWAYS) == (until.isoformat() if until else ALWAYS)
    for before, after in pairwise(found):
        assert before[2] == after[1]
    for _, start, end, state, rate in found:
        assert start < (end or ALWAYS)
        if rate is not None:
            assert any(a <= start and (end or ALWAYS) <= b for a, b in spans)
            assert state != "not_held"


def test_a_year_shows_each_of_its_periods(release: sqlite3.Connection) -> None:
    sql = (
        "SELECT year, valid_from, valid_to, rate_pct FROM v_rate_by_year WHERE exporter='KH' AND importer='KR'"
        " AND hs6='010130' AND regime_id='ckfta' ORDER BY valid_from"
    )
    assert release.execute(sql).fetchall() == [
        (2022, "2022-12-01", "2023-01-01", 6.4), (2023, "2023-01-01", "2024-01-01", 4.8),
        (2024, "2024-01-01", "2025-01-01", 3.2), (2025, "2025-01-01", "2026-01-01", 1.6),
        (2026, "2026-01-01", "2027-01-01", 0.0), (2027, "2027-01-01", "2028-01-01", 0.0),
    ]  # fmt: skip


def test_mfn_is_not_held_where_no_tariff_is_and_never_the_base_rate(release: sqlite3.Connection) -> None:
    sql = "SELECT state, rate_pct FROM v_mfn WHERE importer = 'KR' AND hs6 = '010130'"
    assert release.execute(sql).fetchall() == [("not_held", None)]


def test_every_provision_code_has_a_row_in_every_regime(release: sqlite3.Connection) -> None:
    sql = "SELECT count(DISTINCT code) FROM v_provision WHERE regime_id = ?"
    assert [release.execute(sql, (regime,)).fetchone() for regime in ("ckfta", "akfta")] == [(22,), (22,)]
    silent = "SELECT value FROM v_provision WHERE regime_id = 'ckfta' AND code = 'duty_drawback'"
    assert release.execute(silent).fetchall() == [("silent",)]
    missing = "SELECT value, value_num FROM v_provision WHERE regime_id = 'akfta' AND code = 'duty_drawback'"
    assert release.execute(missing).fetchall() == [("not_held", None)]


def test_the_certificate_view_has_the_form_and_eleven_codes(release: sqlite3.Connection) -> None:
    rows = release.execute("SELECT certificate_form, code FROM v_certificate WHERE regime_id = 'ckfta'").fetchall()
    assert len(rows) == 11
    assert {form for form, _ in rows} == {"Form KC"}


def test_a_rule_leads_to_its_page_and_a_missing_one_is_not_held(release: sqlite3.Connection) -> None:
    sql = "SELECT state, rule_text, document_id, locator FROM v_origin WHERE regime_id = ? AND hs6 = '610910'"
    assert release.execute(sql, ("ckfta",)).fetchall() == [("ok", "CC", "ckfta-psr", "page 90, row 3")]
    assert release.execute(sql, ("akfta",)).fetchall() == [("not_held", None, None, None)]


def test_the_sql_of_the_portal_guide_runs_and_every_view_stands_in_it(release: sqlite3.Connection) -> None:
    guide = (Path(__file__).parents[2] / "docs" / "portal.md").read_text(encoding="utf-8")
    statements = re.findall(r"```sql\n(.*?)```", guide, flags=re.DOTALL)
    assert len(statements) >= len(views.VIEWS)
    values = {"exporter": "KH", "importer": "KR", "hs6": "610910", "on": "2026-11-22", "regime": "ckfta",
              "prefix": "6109", "row": release.execute("SELECT row_key FROM hs2022_preference_rate").fetchone()[0],
              "words": '"shirt" *', "beginning": "knitte"}  # fmt: skip
    for statement in statements:
        assert release.execute(statement, values).fetchall(), statement
    for name in (*views.VIEWS, *views.SEARCH_TABLES[:1]):
        assert name in " ".join(statements)
    for view in views.VIEWS:
        columns = [row[1] for row in release.execute(f"PRAGMA table_info({view})")]
        assert all(f"`{column}`" in guide for column in columns), view
