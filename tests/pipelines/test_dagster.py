"""Dagster wires and shows: definitions load, the graph is the list of agreements, a real run makes everything."""

from __future__ import annotations

import os
import subprocess
import sys

import dagster as dg
import pytest
from dagster._core.instance.ref import InstanceRef

from pipelines.assets import all_assets
from pipelines.dagster_run import SETTINGS
from pipelines.graph import build_definitions
from pipelines.home import Home
from sources.registry import load_registry
from tests.pipelines.conftest import JudgeHere
from tests.pipelines.world import World


def test_dagster_s_own_validation_passes(tmp_path: object) -> None:
    environment = {**os.environ, "DAGSTER_HOME": str(tmp_path), "FTADATA_HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-m", "dagster", "definitions", "validate", "-m", "pipelines.definitions"],
        capture_output=True,
        text=True,
        check=False,
        cwd=SETTINGS.parent,
        env=environment,
    )
    assert done.returncode == 0, done.stderr
    assert "successful" in (done.stdout + done.stderr)


def test_every_regime_has_its_assets_and_every_schedule_s_regime_all_stages() -> None:
    registry = load_registry()
    keys = {key.to_user_string() for asset in all_assets(registry) if hasattr(asset, "keys") for key in asset.keys}
    for regime in registry.regimes:
        assert {f"{regime}/documents", f"{regime}/description"} <= keys
        if registry.schedules_of(regime):
            stages = ("documents", "source_rows", "lines", "concessions", "rates", "hs2022_rates")
            assert {f"{regime}/{stage}" for stage in stages} <= keys
    assert {"hs/nomenclature", "hs/correlations", "common/parties", "judgement", "release"} <= keys


def test_telemetry_is_off() -> None:
    assert "telemetry:\n  enabled: false" in SETTINGS.read_text(encoding="utf-8")


def test_a_real_run_materialises_everything_with_figures_and_checks(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipelines.assets.JudgeProcess", JudgeHere)
    home = Home.from_environment()
    for unit in home.states.units():
        home.states.invalidate(unit)
    definitions = build_definitions(load_registry(overlay=home.sources))
    instance = dg.DagsterInstance.ephemeral()
    result = definitions.resolve_job_def("refresh_and_publish").execute_in_process(
        instance=instance, run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
    )
    assert result.success
    made = {event.asset_key.to_user_string() for event in result.get_asset_materialization_events() if event.asset_key}
    assert made >= {
        "sample/documents", "sample/source_rows", "sample/lines", "sample/concessions", "sample/rates",
        "sample/hs2022_rates", "sample/description", "hs/nomenclature", "hs/correlations", "judgement", "release",
    }  # fmt: skip
    metadata = {
        event.asset_key.to_user_string(): event.materialization.metadata
        for event in result.get_asset_materialization_events()
        if event.asset_key
    }
    assert metadata["sample/rates"]["preference_rate"].value > 0
    assert "ambiguous_pct" in str(metadata["sample/hs2022_rates"])
    checks = result.get_asset_check_evaluations()
    assert [check.passed for check in checks] == [True]


def test_after_a_run_at_the_command_line_dagster_shows_its_judgement_not_the_one_before(world: World) -> None:
    with dg.DagsterInstance.from_ref(InstanceRef.from_dir(str(Home.from_environment().dagster))) as shown:
        key = dg.AssetCheckKey(dg.AssetKey(["sample", "hs2022_rates"]), "rules")
        (latest,) = shown.event_log_storage.get_latest_asset_check_execution_by_key([key]).values()
        assert latest.event is not None
        assert latest.event.dagster_event is not None
        assert latest.event.dagster_event.asset_check_evaluation_data.passed
        (run,) = shown.get_run_records(limit=1, ascending=True)
        kept = {log.dagster_event_type for log in shown.all_logs(run.dagster_run.run_id) if log.is_dagster_event}
        assert dg.DagsterEventType.ASSET_MATERIALIZATION in kept
        assert dg.DagsterEventType.ASSET_CHECK_EVALUATION not in kept
