"""Rates of national lines carried to HS 2022 subheadings, with their statistics, their doubts and their contributors.

A subheading has a rate only where every line that reaches it agrees and nothing of it is left out; nothing is chosen
among rates that differ. Which codes correspond is in `correlations`, the arithmetic in `hs_cells`, the comparison with
a party's own schedule in `hs_differences`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sources.errors import FtaError
from transforms.columnar import (
    Bools,
    Column,
    Ints,
    millionths,
    numbered,
    pick,
    places,
    rates,
    row_keys,
    whole,
)
from transforms.correlations import LATEST, Ties
from transforms.hs_cells import (
    AD_VALOREM,
    AMBIGUOUS,
    CEILING,
    CLASSES,
    NO_LINE,
    NOT_HELD_STATE,
    OTHER_DUTY,
    OUT_STATES,
    REASONS,
    STATISTICAL,
    UNPARSED,
    Cells,
    Coverage,
    Links,
    RateRows,
    Summary,
    meet,
    summarise,
)
from transforms.hs_lines import PlacedLines, Unplaced, place_lines
from warehouse.tables import arrow_schema

_KIND_OF_STATE = {"ok": "ad_valorem", "free": "ad_valorem"}  # every other state is a class of its own


@dataclass(frozen=True)
class Transposition:
    """A schedule in HS 2022.

    Attributes:
        rates: rows of `hs2022_preference_rate` or `hs2022_mfn_rate`, by code and day.
        contributors: rows of `hs2022_contributor`.
        unplaced: lines that decide no rate; the caller reports them.
    """

    rates: pa.Table
    contributors: pa.Table
    unplaced: tuple[Unplaced, ...]


def transpose_preference(
    rows: pa.Table,
    lines: pa.Table,
    ties: Ties,
    schedule: Mapping[str, Any],
    *,
    whole_nomenclature: bool | None = None,
) -> Transposition:
    """One schedule's preferential rates as `hs2022_preference_rate` with contributors.

    Args:
        rows: its rows of `preference_rate`.
        lines: the rows of `tariff_line` of its nomenclature.
        ties: of the schedule's edition (`Concordance.ties`).
        schedule: its row of `schedule`.
        whole_nomenclature: whether `lines` holds every line of the nomenclature; by default, whether the schedule is
            full. If not, a subheading is known to be covered only by a line that is the whole subheading.

    A full schedule has every HS 2022 code, `not_held` with reason `no_line` where no line reaches it; a list only
    those its lines reach. A code tied to the older edition by statistics alone has one row, `ambiguous`, without
    rates and without contributors: it counts each line's first rate.

    Raises:
        FtaError: a rate has no line, a line has two subheadings or another edition, a state contradicts its rate, or
            a full schedule has no rate.
    """
    fixed = {name: schedule[name] for name in ("schedule_id", "regime_id", "importer", "exporter")}
    full = schedule["completeness"] == "full"
    layer = schedule["layer"] if ties.edition == LATEST else "derived"
    complete = full if whole_nomenclature is None else whole_nomenclature
    job = _Job("hs2022_preference_rate", {**fixed, "layer": layer}, full, complete, f"schedule {fixed['schedule_id']}")
    return job.run(rows, lines, ties)


def transpose_mfn(rows: pa.Table, lines: pa.Table, ties: Ties, *, layer: str = "domestic_instrument") -> Transposition:
    """One importer's MFN rates (rows of `mfn_rate`, a full tariff) as `hs2022_mfn_rate` with contributors.

    Applied and bound rates are carried apart. `lines` and errors as in `transpose_preference`.
    """
    importers = [str(importer) for importer in rows["importer"].unique().to_pylist()]
    if len(importers) != 1:
        raise FtaError(
            "mfn_of_several",
            f"MFN rates of one importer were expected, not of {importers}.",
            remedy="Carry each importer's tariff by itself.",
        )
    fixed = {"importer": importers[0], "layer": layer if ties.edition == LATEST else "derived"}
    parts = []
    for kind in sorted(str(kind) for kind in rows["kind"].unique().to_pylist()):
        job = _Job("hs2022_mfn_rate", {**fixed, "kind": kind}, True, True, f"MFN of {importers[0]}")
        parts.append(job.run(rows.filter(pc.equal(rows["kind"], pa.scalar(kind))), lines, ties))
    return Transposition(
        pa.concat_tables(part.rates for part in parts),
        pa.concat_tables(part.contributors for part in parts),
        parts[0].unplaced,
    )


@dataclass(frozen=True)
class _Job:
    """One carrying: the table to make, its fixed columns, and what is known of completeness."""

    table: str
    fixed: Mapping[str, str]
    full: bool
    whole_nomenclature: bool
    name: str

    def run(self, rows: pa.Table, lines: pa.Table, ties: Ties) -> Transposition:
        placed = place_lines(lines, ties, whole_nomenclature=self.whole_nomenclature, name=self.name)
        read = _read_rates(rows, placed, self.name)
        if self.full and not rows.num_rows:
            raise FtaError(
                "schedule_without_rates", f"The full {self.name} has no rate.", remedy="See its rejected rows."
            )
        intervals = max(len(read.dates), 1)
        cells = meet(read.rates, placed.links, intervals)
        decided, row = summarise(cells, read.rates, placed.coverage, intervals)
        last = int(read.rates.end.max(initial=0))
        weak = _statistical_rows(read.rates, placed.weak, last)
        missing = _no_line_rows(_missing_codes(ties, decided, weak) if self.full else np.zeros(0, np.int64), last)
        table = self._table([decided, weak, missing], ties, read)
        given = _Given(rows, read.rates, placed, whole(table["row_key"]))
        contributors = given.contributors(cells, row, ties.pairs)
        order = pc.sort_indices(table, [("hs6", "ascending"), ("valid_from", "ascending")])
        return Transposition(table.take(order), contributors, placed.unplaced)

    def _table(self, parts: Sequence[Summary], ties: Ties, read: _Read) -> pa.Table:
        def column(name: str) -> Column:
            return np.concatenate([getattr(part, name) for part in parts])

        number, code = column("has_ad_valorem"), column("code")
        columns = {
            "hs6": pick(pa.array(ties.codes, pa.string()), code),
            "valid_from": pick(read.dates, column("first")),
            "valid_to": pick(read.dates, np.where(column("end") < len(read.dates), column("end"), -1)),
            "rate_pct": rates(column("amount"), column("has_rate")),
            "state": pick(pa.array(OUT_STATES), column("state")),
            "reason": pick(pa.array(REASONS), column("reason")),
            "relation": pick(pa.array([ties.relation[c] for c in ties.codes]), code),
            "min_pct": rates(column("low"), number),
            "max_pct": rates(column("high"), number),
            "mean_pct": rates(column("mean"), number),
            "duty_id": pick(read.duties, column("duty")),
            "rate_max_pct": rates(column("amount"), column("state") == OUT_STATES.index("ceiling")),
            "n_non_ad_valorem": pa.array(column("n_other")),
        } | {name: pa.array(column(name)) for name in ("n_lines", "n_distinct", "n_free", "n_excluded")}
        columns |= {name: pa.repeat(value, len(code)) for name, value in self.fixed.items()}
        columns["row_key"] = row_keys(self.table, columns)
        schema = arrow_schema(self.table)
        return pa.table([columns[name] for name in schema.names], schema=schema)


@dataclass(frozen=True)
class _Read:
    """Rates as numbers, with the days and duties that their numbers stand for."""

    dates: Column
    duties: Column
    rates: RateRows


def _read_rates(rows: pa.Table, lines: PlacedLines, name: str) -> _Read:
    line = places(rows["line_code"], lines.codes)
    if (line < 0).any():
        code = rows["line_code"][int(np.argmin(line))].as_py()
        raise FtaError(
            "rate_without_line",
            f"{name}: the line {code} has a rate but is not in the nomenclature.",
            where={"line": code},
            remedy="Compare the schedule with its nomenclature.",
        )
    dates, (first, end) = numbered(rows["valid_from"], rows["valid_to"])
    duties, (duty,) = numbered(rows["duty_id"])
    amount, has_rate = millionths(rows["rate_pct"])
    kind = _kinds(rows, has_rate, duty, name)
    if "rate_max_pct" in rows.column_names:
        amount = np.where(kind == CEILING, millionths(rows["rate_max_pct"])[0], amount)
    value = np.where((kind == AD_VALOREM) | (kind == CEILING), amount, 0)
    value = np.where((kind == OTHER_DUTY) | (kind == UNPARSED), duty, value)
    _, key = np.unique(kind * (1 << 56) + value, return_inverse=True)
    end = np.where(end < 0, len(dates), end)
    return _Read(dates, duties, RateRows(line, first, end, kind, amount, duty, key.astype(np.int64)))


def _kinds(rows: pa.Table, has_rate: Bools, duty: Ints, name: str) -> Ints:
    """The class of each rate.

    Raises:
        FtaError: an unknown state, a rate where its state allows none, or a state that promises one where none is.
    """
    states, (state,) = numbered(rows["state"])
    classes = pa.array([_KIND_OF_STATE.get(word, word) for word in states.to_pylist()], pa.string())
    kind = places(classes, pa.array(CLASSES))[state]
    kind = np.where((kind == AD_VALOREM) & ~has_rate & (duty >= 0), OTHER_DUTY, kind)
    wrong = (kind < 0) | ((kind == AD_VALOREM) != has_rate)
    if wrong.any():
        row = rows.slice(int(np.argmax(wrong)), 1).to_pylist()[0]
        raise FtaError(
            "rate_and_state_disagree",
            f"{name}: line {row['line_code']} from {row['valid_from']} has state {row['state']} with rate"
            f" {row['rate_pct']} and duty {row['duty_id']}.",
            where={"line": row["line_code"], "valid_from": row["valid_from"]},
            remedy="A rate needs state ok or free, and these a rate or a duty.",
        )
    return kind


def _statistical_rows(given: RateRows, weak: Links, end: int) -> Summary:
    """One row for each code that only statistics tie: counts of each line's first rate, no rates, no contributors."""
    order = np.lexsort((given.key, given.first, given.line))
    firsts = order[np.flatnonzero(np.diff(given.line[order], prepend=-1))]
    once = RateRows(
        given.line[firsts], np.zeros_like(firsts), np.ones_like(firsts),
        given.kind[firsts], given.amount[firsts], given.duty[firsts], given.key[firsts],
    )  # fmt: skip
    cells = meet(once, weak, 1)
    zero = np.zeros(int(weak.code.max(initial=-1)) + 1, dtype=np.int64)
    summary, _ = summarise(cells, once, Coverage(zero, zero > 0, zero > 0), 1)
    return _flat(summary, state=AMBIGUOUS, reason=STATISTICAL, end=end)


def _flat(summary: Summary, *, state: int, reason: int, end: int) -> Summary:
    """The counts of a summary with one state for all days and no rate."""
    blank = np.zeros_like(summary.code)
    return Summary(
        code=summary.code, first=blank, end=blank + end, state=blank + state, reason=blank + reason,
        amount=blank, has_rate=blank > 0, duty=blank - 1, low=blank, high=blank, mean=blank, has_ad_valorem=blank > 0,
        n_lines=summary.n_lines, n_distinct=summary.n_distinct, n_free=summary.n_free,
        n_excluded=summary.n_excluded, n_other=summary.n_other,
    )  # fmt: skip


def _missing_codes(ties: Ties, *held: Summary) -> Ints:
    found = np.zeros(len(ties.codes), dtype=np.bool_)
    for summary in held:
        found[summary.code] = True
    return np.flatnonzero(~found)


def _no_line_rows(codes: Ints, end: int) -> Summary:
    blank = np.zeros_like(codes)
    none = blank > 0
    empty = Summary(codes, *(blank,) * 5, none, *(blank,) * 4, none, *(blank,) * 5)
    return _flat(empty, state=NOT_HELD_STATE, reason=NO_LINE, end=end)


@dataclass(frozen=True)
class _Given:
    """The national rates, for naming them as contributors of the HS 2022 rates that `keys` are of."""

    rows: pa.Table
    rates: RateRows
    lines: PlacedLines
    keys: Column

    def contributors(self, cells: Cells, row: Ints, pairs: Sequence[tuple[str, str, str]]) -> pa.Table:
        """Rows of `hs2022_contributor`; `row` is the HS 2022 rate that each cell went into."""
        _, once = np.unique(row * max(self.rows.num_rows, 1) + cells.rate, return_index=True)
        rate, line = cells.rate[once], self.rates.line[cells.rate[once]]
        columns = {
            "rate_row_key": pick(self.keys, row[once]),
            "source_rate_row_key": pick(whole(self.rows["row_key"]), rate),
            "line_code": pick(self.lines.codes, line),
            "hs6_from": pick(self.lines.hs6, line),
            "relation": pick(pa.array([pair[2] for pair in pairs], pa.string()), cells.pair[once]),
        }
        columns["row_key"] = row_keys("hs2022_contributor", columns)
        schema = arrow_schema("hs2022_contributor")
        return pa.table([columns[name] for name in schema.names], schema=schema)
