"""The history of a run begun at the command line stands where Dagster's own storage looks for it."""

from __future__ import annotations

from pathlib import Path

import dagster as dg
from dagster._core.instance.ref import InstanceRef
from dagster._core.storage.event_log import SqliteEventLogStorage

from pipelines.history import EventLog, instance_in


@dg.asset
def figures() -> dg.MaterializeResult[None]:
    return dg.MaterializeResult(metadata={"rows": 7})


def test_what_a_run_leaves_is_read_by_dagster_s_own_storage(tmp_path: Path) -> None:
    for _ in range(2):
        with instance_in(tmp_path) as instance:
            result = dg.materialize([figures], instance=instance)
            assert result.success
    with dg.DagsterInstance.from_ref(InstanceRef.from_dir(str(tmp_path))) as shown:
        assert not isinstance(shown.event_log_storage, EventLog)
        assert isinstance(shown.event_log_storage, SqliteEventLogStorage)
        assert len(shown.get_runs()) == 2
        kept = {log.dagster_event.event_type_value for log in shown.all_logs(result.run_id) if log.dagster_event}
        assert {event.event_type_value for event in result.all_events} <= kept
        (latest,) = shown.fetch_materializations(figures.key, limit=1).records
        assert latest.asset_materialization is not None
        assert latest.asset_materialization.metadata["rows"].value == 7
        assert latest.run_id == result.run_id
