"""Whether there is anything to publish, told from hashes alone; and what a publisher says when publishing.

Imports no table library: a run with nothing to do ends here.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.home import Home
from pipelines.judging import last_judged, write_whole
from pipelines.plan import make_plan
from publish.own_code import hash_of_code
from sources.registry import load_registry


@dataclass(frozen=True)
class Approval:
    """Who publishes and why, and which quarantined schedules they accept."""

    approved_by: str | None
    note: str | None
    accept_quarantine: tuple[str, ...]


def what_stands(home: Home) -> dict[str, Any] | None:
    """The latest release with its site, where it holds what was last judged and nothing has changed since; else None.

    Answered from hashes alone, so that a run with nothing to do ends at once.
    """
    judged = last_judged(home)
    latest = home.public / "releases" / "latest.json"
    if judged is None or judged.quarantine or not latest.exists():
        return None
    directory = latest.parent / f"v{json.loads(latest.read_text(encoding='utf-8'))['version']}"
    manifest = json.loads((directory / "manifest.json").read_text(encoding="utf-8"))
    plan = make_plan(load_registry(overlay=home.sources), home)
    if plan.stale(home) or manifest["content_hash"] != judged.judgement.content_hash:
        return None
    version = str(manifest["version"])
    site = _site_of(home.public, version)
    if site is None or not _is_shown(home, version):
        return None
    return {
        "version": version,
        "path": str(directory),
        "changed": False,
        "site": site,
        "rows": {name: facts["rows"] for name, facts in manifest["tables"].items()},
        "changes": {},
        "summary": f"Nothing changed since release {version}.",
        "carried_forward": [],
        "left_out": [],
    }


def _site_of(public: Path, version: str) -> dict[str, Any] | None:
    """What is known of the site, where it and the static JSON are those of a release; else None.

    A publisher that was killed after its release had come into its place leaves those of the release before.
    """
    try:
        mark = json.loads((public / "assets" / "site.json").read_text(encoding="utf-8"))
        static = json.loads((public / "api" / "v1" / "index.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    if mark["release"] != version or static["release"] != version:
        return None
    return {"path": str(public), "pages": mark["pages"], "bytes": mark["bytes"], "changed": False}


def note_shown(home: Home, version: str) -> None:
    """Note that static JSON and site of a release stand, and by which code they were made."""
    write_whole(home.shown, json.dumps(_shown(version)))


def _is_shown(home: Home, version: str) -> bool:
    return home.shown.exists() and json.loads(home.shown.read_text(encoding="utf-8")) == _shown(version)


def _shown(version: str) -> dict[str, str]:
    return {"release": version, "code": hash_of_code()}
