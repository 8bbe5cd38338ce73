from __future__ import annotations

import copy
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publish.changelog import important, section, summarise
from publish.changes import apply_changes, change_rows, diff_tables
from publish.differences import diff, differences
from publish.reasons import ORDER, upstream
from publish.shape import shape_of
from publish.versions import Step, Version
from sources.errors import FtaError
from tests.publish.releases import publish_sample, release_input
from tests.publish.sample import KH_DOC, Row, Tables, build_all, duty_id, sample_rows, sample_tables, source_id
from warehouse.content import canonical_order
from warehouse.tables import TABLES

Rows = dict[str, list[Row]]
SHAPES = {name: shape_of(name) for name in TABLES}


def canonical(tables: Tables) -> Tables:
    return {name: canonical_order(table, TABLES[name].natural_key) for name, table in tables.items()}


def made_from(tables: Tables, code: str = "code 1", **altered: dict[str, str]) -> Any:
    """What tables were made from; `altered` gives other hashes: `sha256={document: hash}`, `extraction_sha256=...`."""
    given = release_input(tables, code)
    inputs = copy.deepcopy(given.inputs)
    for field, values in altered.items():
        for entry in inputs:
            entry[field] = values.get(entry["document_id"], entry[field])
    return upstream({"inputs": inputs, "code_version": code})


def why(
    alter: Callable[[Rows], None], start: Callable[[Rows], None] | None = None, **upstream_now: Any
) -> dict[str, set[str]]:
    """The reasons, by table, of what `alter` changes in the sample (or in what `start` makes of it)."""
    older = canonical(sample_tables(start))
    newer = canonical(sample_tables(alter))
    before = made_from(older)
    _, reasons = differences(older, newer, before, made_from(newer, **upstream_now))
    found: dict[str, set[str]] = {}
    for (table, _), reason in reasons.items():
        found.setdefault(table, set()).add(reason)
    return found


def rate_rises(rows: Rows) -> None:
    """The first line of Cambodia's schedule, and what is computed from it."""
    rows["preference_rate"][0]["rate_pct"] = Decimal(6)
    for row in rows["hs2022_preference_rate"]:
        if row["schedule_id"] == "ckfta-kh" and row["hs6"] == "010130" and row["valid_from"] == "2022-12-01":
            row["rate_pct"] = row["min_pct"] = row["max_pct"] = row["mean_pct"] = Decimal(6)


def corrected(rows: Rows) -> None:
    rate_rises(rows)
    rows["correction"].append({**rows["correction"][0], "correction_id": "ckfta-kh-2", "locator": "page 1, row 1"})


def split(rows: Rows) -> None:
    rows["hs_correlation"][0]["relation"] = "1:n"
    hs6 = rows["hs_correlation"][0]["code_to"]
    for row in rows["hs2022_preference_rate"]:
        if row["hs6"] == hs6:
            row["relation"] = "1:n"


def document_changes(rows: Rows) -> None:
    rate_rises(rows)
    next(row for row in rows["document"] if row["document_id"] == KH_DOC)["sha256"] = "f" * 64


def only_korea(rows: Rows) -> None:
    gone = {row["line_code"] for row in rows["preference_rate"] if row["schedule_id"] == "ckfta-kh"}
    for name, held in rows.items():
        rows[name] = [row for row in held if row.get("schedule_id") != "ckfta-kh" and row.get("document_id") != KH_DOC]
    for name in ("tariff_line", "hs2022_contributor"):
        rows[name] = [row for row in rows[name] if row["line_code"] not in gone]


def test_a_change_of_code_is_the_pipeline() -> None:
    assert why(rate_rises, code="code 2") == {"preference_rate": {"pipeline"}, "hs2022_preference_rate": {"pipeline"}}


def test_a_change_of_an_accepted_extraction_of_the_same_document_is_the_pipeline() -> None:
    found = why(rate_rises, extraction_sha256={KH_DOC: "d" * 64})
    assert found == {"preference_rate": {"pipeline"}, "hs2022_preference_rate": {"pipeline"}}


def test_a_change_of_a_documents_bytes_is_the_law_also_for_what_is_computed_from_it() -> None:
    assert why(document_changes) == {
        "document": {"law"}, "preference_rate": {"law"}, "hs2022_preference_rate": {"law"},
    }  # fmt: skip


def test_a_correction_of_a_source_row_explains_what_is_read_from_that_row() -> None:
    assert why(corrected, code="code 2") == {
        "correction": {"correction"}, "preference_rate": {"correction"}, "hs2022_preference_rate": {"correction"},
    }  # fmt: skip


def test_a_correction_elsewhere_does_not_explain_a_change_here() -> None:
    def elsewhere(rows: Rows) -> None:
        rate_rises(rows)
        rows["correction"].append({**rows["correction"][0], "correction_id": "x", "locator": "page 1, row 3"})

    assert why(elsewhere, code="code 2")["preference_rate"] == {"pipeline"}


def test_a_correction_goes_before_the_law_for_its_own_row() -> None:
    def both(rows: Rows) -> None:
        document_changes(rows)
        corrected(rows)
        rows["preference_rate"][5]["rate_pct"] = Decimal(1)

    found = why(both)
    assert found["preference_rate"] == {"correction", "law"}
    assert found["document"] == {"law"}


def test_a_change_of_a_correlation_is_a_transposition() -> None:
    assert why(split) == {"hs_correlation": {"transposition"}, "hs2022_preference_rate": {"transposition"}}


def test_all_that_comes_with_a_schedule_was_added_with_its_source() -> None:
    found = why(lambda rows: None, only_korea, code="code 2")
    for table in ("schedule", "document", "source_row", "tariff_line", "concession", "preference_rate",
                  "hs2022_preference_rate", "hs2022_contributor"):  # fmt: skip
        assert found[table] == {"source_added"}, table


def test_a_duty_has_the_reason_of_the_rates_that_name_it() -> None:
    def new_duty(rows: Rows) -> None:
        corrected(rows)
        rows["duty"].append({**rows["duty"][0], "duty_id": "new", "text": "6%", "rate_pct": Decimal(6)})
        rows["preference_rate"][0]["duty_id"] = "new"

    assert why(new_duty, code="code 2")["duty"] == {"correction"}


def test_what_nothing_upstream_explains_has_no_reason() -> None:
    with pytest.raises(FtaError) as caught:
        why(rate_rises)
    assert caught.value.code == "unexplained_change"
    assert caught.value.where["table"] in ("preference_rate", "hs2022_preference_rate")


def test_every_reason_is_of_the_vocabulary() -> None:
    from warehouse.tables import columns_of

    assert set(ORDER) == set(columns_of("change")["reason"].enum)


def test_equal_tables_do_not_differ_whatever_their_order() -> None:
    tables = sample_tables()
    turned = {name: table.take(pa.array(range(table.num_rows)[::-1], pa.int64())) for name, table in tables.items()}
    assert diff_tables(tables, turned) == []


@st.composite
def worlds(draw: st.DrawFn) -> Rows:
    """The sample with rows dropped and cells changed, keys left as they are."""
    rows = sample_rows()
    for name in ("preference_rate", "provision", "duty", "tariff_line"):
        kept = draw(st.lists(st.integers(0, len(rows[name]) - 1), unique=True))
        rows[name] = [rows[name][index] for index in sorted(kept)]
    for row in rows["preference_rate"]:
        row["rate_pct"] = draw(st.none() | st.decimals(Decimal(0), Decimal(999), places=6))
    for row in rows["provision"]:
        row["text_km"] = draw(st.none() | st.text(st.characters(codec="utf-8"), max_size=5))
        row["value_num"] = draw(st.none() | st.integers(0, 10**6).map(lambda number: number / 1000))
    return rows


@settings(deadline=None, max_examples=25)
@given(worlds(), worlds())
def test_applying_the_changes_to_the_older_gives_the_newer(one: Rows, two: Rows) -> None:
    older, newer = canonical(build_all(one)), canonical(build_all(two))
    diffs = diff_tables(older, newer)
    reasons = {
        (found.table, str(key)): "pipeline"
        for found in diffs
        for op in ("added", "removed", "changed")
        for key in found.rows(op).column("row_key").to_pylist()
    }
    made = apply_changes(older, change_rows(diffs, "2.0.0", reasons), SHAPES)
    assert made.keys() == newer.keys() - {"change"}
    for name, table in made.items():
        assert table.equals(newer[name]), name


def test_a_column_that_comes_is_a_change_of_each_row_that_has_it() -> None:
    new = sample_tables()["party"]
    old = new.drop_columns(["name_km"])
    (found,) = diff_tables({"party": old}, {"party": new})
    assert found.after.column("party_id").to_pylist() == ["KH", "KR"]


def test_releases_that_are_not_neighbours_are_compared_and_the_changes_lead_from_one_to_the_other(
    tmp_path: Path,
) -> None:
    from publish.manifest import read_manifest, read_tables

    first = publish_sample(tmp_path, sample_tables(only_korea))
    publish_sample(tmp_path, code="code 2")
    third = publish_sample(tmp_path, sample_tables(corrected), code="code 2")
    assert third.version == "1.1.1"
    older, newer = (read_tables(path, read_manifest(path)) for path in (first.path, third.path))
    made = apply_changes(older, diff(first.path, third.path), SHAPES)
    assert all(table.equals(newer[name]) for name, table in made.items())
    back = apply_changes(newer, diff(third.path, first.path), SHAPES)
    assert all(table.equals(older[name]) for name, table in back.items())


def test_a_diff_can_be_asked_for_one_regime_or_one_code(tmp_path: Path) -> None:
    first = publish_sample(tmp_path)
    second = publish_sample(tmp_path, sample_tables(corrected), code="code 2")
    everything = diff(first.path, second.path)
    assert {row["table_name"] for row in everything} == {"correction", "preference_rate", "hs2022_preference_rate"}
    assert diff(first.path, second.path, regime="ckfta") == everything
    assert diff(first.path, second.path, regime="akfta") == []
    of_code = diff(first.path, second.path, hs="0101.30")
    assert {row["table_name"] for row in of_code} == {"preference_rate", "hs2022_preference_rate"}
    assert diff(first.path, second.path, hs="6109") == []


def test_the_ledger_and_the_changes_file_of_a_release_say_the_same_of_what_changed(tmp_path: Path) -> None:
    import json
    import sqlite3

    import pyarrow.parquet as pq

    publish_sample(tmp_path, sample_tables(only_korea))
    second = publish_sample(tmp_path, sample_tables(corrected), code="code 2")
    whole = pq.read_table(second.path / "changes.parquet")
    connection = sqlite3.connect(second.path / "fta.sqlite")
    ledger = connection.execute("SELECT table_name, op, reason FROM change").fetchall()
    connection.close()
    assert ("schedule", "added", "source_added") in ledger
    assert {reason for _, _, reason in ledger} <= set(ORDER)
    assert not any(table == "preference_rate" and reason == "source_added" for table, _, reason in ledger)
    assert whole.num_rows > len(ledger)
    counted = json.loads((second.path / "changes.json").read_text())["by_reason"]
    assert counted["source_added"] >= 8


def test_the_most_important_changes_come_in_the_order_in_which_they_hurt() -> None:
    def altered(rows: Rows) -> None:
        rows["preference_rate"][1]["rate_pct"] = Decimal("40.2")
        rows["preference_rate"][2]["rate_pct"] = Decimal(1)
        rows["concession"] = [row for row in rows["concession"] if row["line_code"] != "22030091"]
        rows["origin_rule"][0]["rule_text"] = "CTH"

    older, newer = canonical(sample_tables()), canonical(sample_tables(altered))
    diffs, reasons = differences(older, newer, made_from(older), made_from(newer, code="code 2"))
    told = important(diffs, reasons, {})
    assert [text.partition(" (")[0] for text in told] == [
        "ckfta-kh, line 01013090, from 2023-01-01: the rate rises from 4.2 % to 40.2 %",
        "ckfta-kh, line 22030091: the line is gone",
        "ckfta, HS 2017 61: the rule of origin was “CC” and is “CTH”",
        "ckfta-kh, line 01013090, from 2024-01-01: the rate falls from 2.8 % to 1 %",
    ]


def test_a_rate_that_is_lost_or_is_no_longer_one_percentage_is_important_too() -> None:
    def with_mfn(rows: Rows) -> None:
        rows["mfn_rate"] = [
            {"importer": "KR", "nomenclature_id": "kr-hsk-2019", "line_code": "6109101000", "valid_from": "2026-01-01",
             "kind": "applied", "rate_pct": Decimal(13), "state": "ok", "duty_id": duty_id("13%"),
             "source_row_id": source_id(KH_DOC, "page 1, row 4")}
        ]  # fmt: skip

    def altered(rows: Rows) -> None:
        with_mfn(rows)
        rows["preference_rate"][0] |= {"rate_pct": None, "duty_id": None, "state": "excluded"}
        rows["preference_rate"][1] |= {"rate_pct": None, "duty_id": duty_id("15% or 2 USD/kg"), "state": "ok"}
        rows["duty"].append({**rows["duty"][0], "duty_id": duty_id("15% or 2 USD/kg"), "text": "15% or 2 USD/kg"})
        rows["mfn_rate"][0]["rate_pct"] += 1

    older, newer = canonical(sample_tables(with_mfn)), canonical(sample_tables(altered))
    summary = summarise(*differences(older, newer, made_from(older), made_from(newer, code="code 2")), older, newer)
    assert [text.partition(" (")[0] for text in summary["important"]] == [
        "MFN duty of KR, line 6109101000, from 2026-01-01: the rate rises from 13 % to 14 %",
        "ckfta-kh, line 01013090, from 2022-12-01: the duty was 5.6 % and is excluded",
        "ckfta-kh, line 01013090, from 2023-01-01: the duty was 4.2 % and is “15% or 2 USD/kg”",
    ]


def test_the_changelog_tells_results_of_judging_from_data() -> None:
    def altered(rows: Rows) -> None:
        rows["validation_result"][0]["message"] = "Other words."

    older, newer = canonical(sample_tables()), canonical(sample_tables(altered))
    summary = summarise(*differences(older, newer, made_from(older), made_from(newer, code="code 2")), older, newer)
    told = section(Step(Version(1, 0, 1), "patch", ("Only rows changed.",)), summary, "2026-11-22T00:00:00Z", "")
    assert "- 1 of these rows are results of judging the release, not data." in told
