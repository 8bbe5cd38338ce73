"""How tables are stored between stages: one folder of Parquet files per unit, swapped whole.

A unit is what is recomputed together: a schedule, a regime, the Harmonized System. Its tables are written into a new
folder, and only when all are there does its state file point at it; a crash leaves the unit as it was. What a unit was
made from is its fingerprint.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from warehouse.content import canonical_order
from warehouse.state import States, UnitState
from warehouse.tables import TABLES, arrow_schema

SEEN_TWICE = ("tariff_line",)
"""Tables whose rows several documents may state alike: each names the row it was seen in."""


class Store(States):
    """The tables of a warehouse under one folder; made when first written to."""

    def stage(self, unit: str) -> Path:
        """An empty folder beside the unit's own, for its new tables."""
        folder = self.root / "staging" / unit
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        return folder

    def staged(self, unit: str) -> Path:
        """The folder that `stage` made."""
        return self.root / "staging" / unit

    def is_staged(self, unit: str) -> bool:
        """Whether a unit is being made."""
        return self.staged(unit).is_dir()

    def staged_rows(self, unit: str) -> dict[str, int]:
        """How many rows each table of the staged folder has."""
        return {file.stem: pq.read_metadata(file).num_rows for file in sorted(self.staged(unit).glob("*.parquet"))}

    def abandon(self, unit: str) -> None:
        """Drop the staged folder of a unit that cannot be made."""
        shutil.rmtree(self.staged(unit), ignore_errors=True)

    def put(self, unit: str, tables: Mapping[str, pa.Table]) -> None:
        """Write tables into the staged folder of a unit.

        Raises:
            KeyError: a table is not one of `warehouse.tables`.
            pyarrow.ArrowInvalid: a table does not have the published schema.
        """
        for name, table in tables.items():
            if name not in TABLES:
                raise KeyError(name)
            # Without dictionaries and statistics, of which nothing here makes use, it is faster, and the files smaller.
            pq.write_table(
                table.cast(arrow_schema(name)),
                self.staged(unit) / f"{name}.parquet",
                compression="zstd",
                use_dictionary=False,
                write_statistics=False,
            )

    def get_staged(self, unit: str, table: str) -> pa.Table:
        """A table of the staged folder; the published schema, empty where it was not put."""
        return read_table(self.staged(unit) / f"{table}.parquet", table)

    def commit(self, unit: str, fingerprint: str, notes: Mapping[str, Any] | None = None) -> UnitState:
        """Make the staged tables the unit's own, in one step, and drop the older ones."""
        folder = self.root / "units" / f"{unit}.{fingerprint[:16]}"
        folder.parent.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(folder, ignore_errors=True)
        self.staged(unit).replace(folder)
        state = UnitState(unit, fingerprint, folder.name, None, dict(notes or {}))
        self.write(state)
        for older in folder.parent.glob(f"{unit}.*"):
            if older != folder:
                shutil.rmtree(older)
        return state

    def drop(self, unit: str) -> None:
        """Forget a unit whose source has gone."""
        state = self.state(unit)
        (self.root / "state" / f"{unit}.json").unlink(missing_ok=True)
        if state and state.folder:
            shutil.rmtree(self.root / "units" / state.folder, ignore_errors=True)

    def files(self, unit: str) -> dict[str, Path]:
        """The file of each table of a unit."""
        folder = self._folder(unit)
        return {file.stem: file for file in sorted(folder.glob("*.parquet"))} if folder else {}

    def tables(self, unit: str) -> dict[str, pa.Table]:
        """All tables of a unit."""
        return {table: read_table(file, table) for table, file in self.files(unit).items()}

    def table(self, unit: str, table: str) -> pa.Table:
        """One table of a unit; the published schema, empty where the unit has none."""
        folder = self._folder(unit)
        return read_table(folder / f"{table}.parquet", table) if folder else arrow_schema(table).empty_table()

    def _folder(self, unit: str) -> Path | None:
        state = self.state(unit)
        return self.root / "units" / state.folder if state is not None and state.folder else None


def read_table(file: Path, table: str) -> pa.Table:
    """A table from its file, with the published schema; empty where the file is not there."""
    schema = arrow_schema(table)
    if not file.exists():
        return schema.empty_table()
    with pq.ParquetFile(file) as opened:  # a third of the time of a dataset, which looks for more files
        found = opened.read()
    return found if found.schema.equals(schema, check_metadata=True) else found.select(schema.names).cast(schema)


def put_together(name: str, parts: Sequence[pa.Table]) -> pa.Table:
    """One table from those of all units, sorted by its natural key.

    A row that several units state alike (a duty used by two schedules) is kept once; so is a tariff line that several
    documents name, with the first of the rows it was seen in. Rows that share a key but differ otherwise are all kept,
    for the judgement to find.
    """
    table = pa.concat_tables([arrow_schema(name).empty_table(), *parts])
    if len(parts) > 1 and pc.count_distinct(table["row_key"]).as_py() < table.num_rows:
        table = _distinct(table, "source_row_id" if name in SEEN_TWICE else None)
    return canonical_order(table.cast(arrow_schema(name)), TABLES[name].natural_key)


def _distinct(table: pa.Table, but_for: str | None) -> pa.Table:
    """The rows without repetition; of rows that are alike but for one column, the one with the least value there."""
    names = [name for name in table.column_names if name != but_for]
    grouped = table.group_by(names, use_threads=False)
    if but_for is None:
        return grouped.aggregate([]).select(names)
    found = grouped.aggregate([(but_for, "min")]).rename_columns({f"{but_for}_min": but_for})
    return found.select(table.column_names)
