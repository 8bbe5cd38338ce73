"""The rows of one agreement, and the rows that speak of one HS code: for zips, and for asking what changed there.

A row belongs to a regime if it names it, or names a schedule, nomenclature, document, rate or duty that belongs to it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute

pc: Any = pyarrow.compute  # its stubs know chunked arrays only in part

Tables = dict[str, pa.Table]
CODE_COLUMNS = ("line_code", "hs6", "hs6_from", "code_from", "code_to", "code")
OF_ALL = ("party", "party_group", "hs_node", "hs_correlation", "mfn_rate", "hs2022_mfn_rate", "change")
"""Tables that belong to no single regime; parties are added to a regime's rows by name."""


def tables_of_regime(tables: Mapping[str, pa.Table], regime_id: str) -> Tables:
    """The rows of every table that belong to one regime; tables that belong to none are left out.

    Args:
        tables: every table of a release, with at least `schedule`, `document_regime` and `regime_party`.
        regime_id: the regime.
    """
    schedules = _where(tables["schedule"], "regime_id", [regime_id])
    documents = _values(_where(tables["document_regime"], "regime_id", [regime_id]), "document_id")
    links: dict[str, Iterable[Any]] = {
        "regime_id": [regime_id],
        "schedule_id": _values(schedules, "schedule_id"),
        "document_id": documents | _values(schedules, "document_id"),
        "nomenclature_id": _values(schedules, "nomenclature_id"),
    }
    found: Tables = {}
    for name, table in tables.items():
        column = next((column for column in links if column in table.column_names), None)
        if column is not None and name not in OF_ALL:
            found[name] = _where(table, column, links[column])
    rates = _values(found["hs2022_preference_rate"], "row_key")
    found["hs2022_contributor"] = _where(tables["hs2022_contributor"], "rate_row_key", rates)
    found["duty"] = _where(tables["duty"], "duty_id", _duties(found))
    members = _values(found["regime_party"], "party_id")
    found["party"] = _where(tables["party"], "party_id", members)
    found["party_group"] = _where(tables["party_group"], "group_id", _values(schedules, "exporter"))
    return {name: found[name] for name in tables if name in found}


def rows_of_code(tables: Mapping[str, pa.Table], code: str) -> Tables:
    """The rows whose code begins with some digits, or is a heading or chapter above them; dots are ignored."""
    digits = code.replace(".", "").replace(" ", "")
    found: Tables = {}
    for name, table in tables.items():
        columns = [column for column in CODE_COLUMNS if column in table.column_names and name != "provision"]
        if columns:
            masks = [_speaks_of(table.column(column), digits) for column in columns]
            mask = masks[0]
            for other in masks[1:]:
                mask = pc.or_(mask, other)
            found[name] = table.filter(mask)
    return found


def _speaks_of(codes: Any, digits: str) -> Any:
    above = pa.array([digits[:length] for length in range(2, len(digits))], pa.string())
    within = pc.fill_null(pc.starts_with(codes, digits), False)
    return pc.or_(within, pc.is_in(codes, value_set=above))


def _where(table: pa.Table, column: str, values: Iterable[Any]) -> pa.Table:
    return table.filter(pc.is_in(table.column(column), value_set=pa.array(sorted(values), pa.string())))


def _values(table: pa.Table, column: str) -> set[Any]:
    return set(table.column(column).unique().drop_null().to_pylist())


def _duties(tables: Tables) -> set[Any]:
    names = (("concession", "base_duty_id"), ("preference_rate", "duty_id"), ("hs2022_preference_rate", "duty_id"))
    return {value for table, column in names for value in _values(tables[table], column)}
