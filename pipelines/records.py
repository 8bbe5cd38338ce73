"""The record of past runs: one small JSON file a run, under `runs/`."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from pipelines.home import Home


def keep_record(home: Home, record: dict[str, Any]) -> None:
    """Keep the record of a run that has just ended."""
    home.runs.mkdir(parents=True, exist_ok=True)
    name = datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%fZ")
    (home.runs / f"{name}.json").write_text(
        json.dumps(record, ensure_ascii=False, indent=1, default=str), encoding="utf-8"
    )


def past_runs(home: Home, limit: int) -> list[dict[str, Any]]:
    """The last runs, the newest first."""
    files = sorted(home.runs.glob("*.json"), reverse=True)[:limit]
    return [json.loads(file.read_text(encoding="utf-8")) for file in files]
