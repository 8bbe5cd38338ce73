"""What a schedule leaves in a release, taken out again: the rows a quarantined schedule keeps from the last release."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute

from warehouse.tables import TABLES, arrow_schema

pc: Any = pyarrow.compute  # its stubs know chunked arrays only in part

BY_SCHEDULE = ("schedule", "staging_category", "concession", "preference_rate", "hs2022_preference_rate")
BY_DOCUMENT = ("document", "source_row", "row_account", "rejected_row")


def carry_forward(previous: Mapping[str, pa.Table], schedule_id: str) -> dict[str, pa.Table]:
    """The tables of one schedule as the last release held them, its status `carried_forward`.

    They are the schedule's own rows, the contributors of its HS 2022 rates, the duties these use, and the document they
    were read from with its source rows, account and tariff lines, and which lines reach no HS 2022 code. Empty where
    the release did not hold the schedule.
    """
    found = {name: _where(previous, name, "schedule_id", [schedule_id]) for name in BY_SCHEDULE}
    if found["schedule"].num_rows == 0:
        return {}
    documents = found["schedule"].column("document_id").to_pylist()
    found |= {name: _where(previous, name, "document_id", documents) for name in BY_DOCUMENT}
    rows = found["source_row"].column("source_row_id").to_pylist()
    found["tariff_line"] = _where(previous, "tariff_line", "source_row_id", rows)
    nomenclatures = found["schedule"].column("nomenclature_id").to_pylist()
    found["hs2022_unplaced_line"] = _where(previous, "hs2022_unplaced_line", "nomenclature_id", nomenclatures)
    rates = found["hs2022_preference_rate"].column("row_key").to_pylist()
    found["hs2022_contributor"] = _where(previous, "hs2022_contributor", "rate_row_key", rates)
    used = {
        duty
        for name, column in (
            ("concession", "base_duty_id"),
            ("preference_rate", "duty_id"),
            ("hs2022_preference_rate", "duty_id"),
        )
        for duty in found[name].column(column).to_pylist()
    }
    found["duty"] = _where(previous, "duty", "duty_id", sorted(duty for duty in used if duty))
    status = pa.array(["carried_forward"] * found["schedule"].num_rows, pa.string())
    place = arrow_schema("schedule").get_field_index("status")
    found["schedule"] = found["schedule"].set_column(place, arrow_schema("schedule").field(place), status)
    return found


def _where(tables: Mapping[str, pa.Table], name: str, column: str, values: Iterable[str | None]) -> pa.Table:
    assert name in TABLES
    table = tables.get(name)
    if table is None:
        return arrow_schema(name).empty_table()
    return table.filter(pc.is_in(table.column(column), value_set=pa.array(list(values), pa.string())))
