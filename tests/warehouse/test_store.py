"""The store: a unit is swapped whole, and a failure leaves what was there."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

from warehouse.rows import build
from warehouse.store import Store, put_together


def parties(*ids: str) -> dict[str, pa.Table]:
    return {"party": build("party", [{"party_id": i, "name_en": i, "is_home": 0} for i in ids])}


def make(store: Store, unit: str, fingerprint: str, tables: dict[str, pa.Table]) -> None:
    store.stage(unit)
    store.put(unit, tables)
    store.commit(unit, fingerprint)


def ids(store: Store, unit: str) -> list[str]:
    return store.tables(unit)["party"].column("party_id").to_pylist()


def test_a_unit_is_fresh_for_its_fingerprint_only(tmp_path: Path) -> None:
    store = Store(tmp_path)
    assert not store.is_fresh("common", "f1")
    make(store, "common", "f1", parties("KH"))
    assert store.is_fresh("common", "f1")
    assert not store.is_fresh("common", "f2")


def test_tables_that_were_staged_but_not_committed_are_not_the_unit_s(tmp_path: Path) -> None:
    store = Store(tmp_path)
    make(store, "common", "f1", parties("KH"))
    store.stage("common")
    store.put("common", parties("KR"))
    assert ids(store, "common") == ["KH"]


def test_a_failed_unit_keeps_its_older_tables_and_is_not_fresh(tmp_path: Path) -> None:
    store = Store(tmp_path)
    make(store, "common", "f1", parties("KH"))
    store.fail("common", "f2", {"error": {"code": "x"}})
    assert ids(store, "common") == ["KH"]
    assert not store.is_fresh("common", "f2")
    make(store, "common", "f3", parties("KR"))
    assert ids(store, "common") == ["KR"]
    assert len(list((tmp_path / "units").iterdir())) == 1


def test_a_table_of_another_schema_is_refused(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.stage("common")
    with pytest.raises(KeyError):
        store.put("common", {"nonsense": parties("KH")["party"]})
    with pytest.raises((pa.ArrowInvalid, ValueError)):
        store.put("common", {"party": pa.table({"party_id": ["KH"]})})


def test_assembling_keeps_a_row_that_two_units_share_once_and_rows_that_differ_both() -> None:
    one = parties("KH", "KR")
    rows = [{"party_id": i, "name_en": name, "is_home": 0} for i, name in (("KR", "KR"), ("KH", "Kampuchea"))]
    other = {"party": build("party", rows)}
    party = put_together("party", [one["party"], other["party"]])
    assert party.column("name_en").to_pylist() == ["KH", "Kampuchea", "KR"]
    assert put_together("duty", []).num_rows == 0


def test_a_tariff_line_that_two_documents_name_is_kept_once_with_one_of_their_rows() -> None:
    line = {"nomenclature_id": "n", "line_code": "01012100", "hs_edition": "HS 2017", "hs6": "010121"}
    seen = [build("tariff_line", [{**line, "source_row_id": row}]) for row in ("second", "first")]
    table = put_together("tariff_line", seen)
    assert table.column("source_row_id").to_pylist() == ["first"]
    other = build("tariff_line", [{**line, "hs6": "010129", "source_row_id": "third"}])
    assert put_together("tariff_line", [*seen, other]).num_rows == 2
