"""The graph of an installation for Dagster: assets, checks, jobs, a schedule and a sensor. Wiring only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import dagster as dg

from pipelines.assets import all_assets
from pipelines.home import Home
from pipelines.plan import make_plan
from sources.registry import Registry, load_registry


def build_definitions(registry: Registry, stale: Sequence[dg.AssetKey] = ()) -> dg.Definitions:
    """The definitions of an installation with these sources.

    Args:
        registry: of the sources.
        stale: the assets that the job `refresh` makes, without checks; by default all, with them.
    """
    assets = all_assets(registry)
    everything = dg.AssetSelection.all()
    all_but_release = everything - dg.AssetSelection.assets("release")
    refresh = dg.define_asset_job(
        "refresh",
        selection=dg.AssetSelection.assets(*stale).without_checks() if stale else all_but_release,
        description="Read, compare, normalise and judge; publishes nothing.",
    )
    publish = dg.define_asset_job("refresh_and_publish", selection=everything, description="Refresh, judge, publish.")
    nightly = dg.ScheduleDefinition(
        name="nightly_refresh", job=refresh, cron_schedule="30 2 * * *", execution_timezone="Asia/Phnom_Penh"
    )

    @dg.sensor(
        job=refresh, minimum_interval_seconds=300, description="Refreshes when a source or an extraction changed."
    )
    def sources_changed(context: dg.SensorEvaluationContext) -> Any:
        installation = Home.from_environment()
        plan = make_plan(load_registry(overlay=installation.sources), installation)
        if context.cursor == plan.judgement or not plan.stale(installation):
            return dg.SkipReason("Nothing has changed.")
        context.update_cursor(plan.judgement)
        return dg.RunRequest(run_key=plan.judgement)

    return dg.Definitions(
        assets=[a for a in assets if not isinstance(a, dg.AssetChecksDefinition)],
        asset_checks=[a for a in assets if isinstance(a, dg.AssetChecksDefinition)],
        jobs=[refresh, publish],
        schedules=[nightly],
        sensors=[sources_changed],
        executor=dg.in_process_executor,
    )
