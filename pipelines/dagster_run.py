"""Runs Dagster from the command line: in this process, with its history under the installation."""

from __future__ import annotations

import gc
import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pipelines.documents import start_reading
from pipelines.home import Home
from pipelines.output import Progress
from pipelines.plan import Plan, Unit
from sources.errors import FtaError
from sources.registry import Registry

SETTINGS = Path(__file__).resolve().parent.parent / "dagster.yaml"
SELDOM = (100_000, 20, 50)
"""When Python looks for cycles: rows are in none, and to look through millions of them took an eighth of the time."""


def prepare(home: Home) -> None:
    """Let Dagster keep its history under the installation, with the project's settings; telemetry stays off.

    Without DAGSTER_HOME, Dagster reads its settings from the current folder only and keeps history nowhere.
    """
    home.dagster.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(SETTINGS, home.dagster / "dagster.yaml")
    os.environ["DAGSTER_HOME"] = str(home.dagster)
    os.environ["FTADATA_HOME"] = str(home.root)
    if home.documents is not None:
        os.environ["FTADATA_DOCUMENTS"] = str(home.documents)


def materialise(
    plan: Plan, stale: Sequence[Unit], unread: Sequence[str], registry: Registry, home: Home, progress: Progress
) -> None:
    """Materialise the assets of stale units and unread documents, and of nothing else.

    Raises:
        FtaError: a step broke off with an error that is no fault of a document: a fault of the code.
    """
    gc.set_threshold(*SELDOM)
    begun = start_reading(unread, registry, home, progress)
    progress("starting Dagster")
    prepare(home)
    import dagster as dg

    from pipelines import assets
    from pipelines.graph import build_definitions
    from pipelines.history import instance_in
    from pipelines.work import Work, forget

    assets.progress = progress
    assets.opened = Work(home, registry, plan, progress, begun)
    try:
        keys = [dg.AssetKey(key) for key in _keys(stale, unread, registry)]
        job = build_definitions(registry, keys).resolve_job_def("refresh")
        with instance_in(home.dagster) as instance:
            result = job.execute_in_process(
                instance=instance,
                run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
                raise_on_error=False,
            )
    finally:
        assets.opened = None
        forget()
    if not result.success:
        raise _broke_off([event.step_failure_data.error for event in result.all_events if event.is_step_failure])


def show_judgement(plan: Plan, registry: Registry, home: Home) -> None:
    """Let Dagster show the judgement that has just been made, as checks of the assets it is about."""
    from pipelines.assets import rule_evaluations
    from pipelines.history import instance_in
    from pipelines.work import Work

    with instance_in(home.dagster) as instance:
        for evaluation in rule_evaluations(Work(home, registry, plan, print)):
            instance.report_runless_asset_event(evaluation)


def _broke_off(errors: Sequence[Any]) -> FtaError:
    """What to say of steps that ended with an error of the code; the whole trace goes to standard error."""
    for error in errors:
        print(error.to_string() if error else "", file=sys.stderr)
    first = errors[0].cause or errors[0] if errors and errors[0] else None
    return FtaError(
        "run_failed",
        f"A step broke off: {first.message.strip() if first else 'the run says why in `ftadata ui`'}",
        remedy="This is a fault of the code, not of a document. What was published stays; report it.",
    )


def _keys(stale: Sequence[Unit], unread: Sequence[str], registry: Registry) -> list[list[str]]:
    keys: list[list[str]] = []
    for unit in stale:
        if unit.kind == "common":
            keys.append(["common", "parties"])
        elif unit.kind == "hs":
            keys += [["hs", "documents"], ["hs", "correlations"], ["hs", "nomenclature"]]
        elif unit.kind == "tariff":
            keys.append(["tariffs", unit.owner.replace("-", "_")])
        elif unit.kind == "regime":
            keys.append([unit.owner, "description"])
        else:
            regime = registry.regime_of(registry.schedules[unit.owner]).id
            keys += [[regime, name] for name in ("source_rows", "lines", "concessions", "rates", "hs2022_rates")]
    for document in unread:
        serves = registry.document_regimes[document] or ("hs",)
        keys += [[owner, "documents"] for owner in serves[:1]]
    return [list(key) for key in dict.fromkeys(tuple(key) for key in keys)]
