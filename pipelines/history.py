"""Where Dagster keeps the history of a run begun at the command line: its own SQLite files, each opened once.

Dagster makes an engine anew for every event that it stores or looks up, two thousand times in a run; that was most of
what a run of small steps cost. The files are those that Dagster's UI reads, and nothing in them is different.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import dagster as dg
from dagster._core.instance.ref import InstanceRef
from dagster._core.storage.event_log import SqliteEventLogStorage
from dagster._serdes import ConfigurableClassData
from sqlalchemy import Connection, Engine, create_engine

BUSY = 60
"""Seconds for which one process waits for another that writes into the same file."""


class EventLog(SqliteEventLogStorage):
    """Dagster's event log, whose files stay open until it is disposed of."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        self._engines: dict[str, Engine] = {}
        super().__init__(base_dir, inst_data)

    @classmethod
    def from_config_value(cls, inst_data: ConfigurableClassData | None, config_value: Any) -> EventLog:
        """Called by Dagster."""
        return cls(config_value["base_dir"], inst_data)

    @contextmanager
    def _connect(self, shard: str) -> Iterator[Connection]:
        with self._db_lock:
            if shard not in self._engines:
                engine = create_engine(self.conn_string_for_shard(shard), connect_args={"timeout": BUSY})
                self._initdb(engine)
                self._engines[shard] = engine
            with self._engines[shard].begin() as connection:
                yield connection

    def dispose(self) -> None:
        """Close the files."""
        while self._engines:
            self._engines.popitem()[1].dispose()
        super().dispose()


def instance_in(folder: Path) -> dg.DagsterInstance:
    """Dagster's instance in a folder that has its `dagster.yaml`; close it after use."""
    kept = {"module": __name__, "class": EventLog.__name__, "config": {"base_dir": str(folder / "history" / "runs")}}
    return dg.DagsterInstance.from_ref(InstanceRef.from_dir(str(folder), overrides={"event_log_storage": kept}))
