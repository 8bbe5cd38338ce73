"""Decisions of the Ministry, recorded in the installation (`decisions.yml` under its home) over the open questions."""

from __future__ import annotations

from datetime import date
from typing import Any

import yaml

from pipelines.home import Home
from sources.errors import Exit, FtaError
from sources.registry import load_registry
from sources.yaml_text import parse_yaml


def record_decision(home: Home, decision: str, chosen: str, by: str) -> dict[str, Any]:
    """Record who decided a question, how, and today's date.

    Raises:
        FtaError: there is no such question, or the answer is none of its options.
    """
    registry = load_registry(overlay=home.sources)
    known = {d.id: d for _, d in registry.decisions}
    if decision not in known:
        raise FtaError(
            "unknown_decision",
            f"There is no question {decision!r}.",
            remedy="`ftadata review` lists the open ones.",
            exit_code=Exit.WRONG_USE,
        )
    answers = [str(option.get("answer")) for option in known[decision].options]
    if chosen not in answers:
        raise FtaError(
            "unknown_answer",
            f"{chosen!r} is no answer to {decision}.",
            remedy=f"Answer with one of: {'; '.join(answers)}.",
            exit_code=Exit.WRONG_USE,
        )
    file = home.sources / "decided.yml"
    file.parent.mkdir(parents=True, exist_ok=True)
    recorded = (parse_yaml(file.read_text(encoding="utf-8")) if file.exists() else None) or {}
    entry = {"chosen": chosen, "decided_by": by, "decided_on": date.today().isoformat()}
    beside = file.with_suffix(".new")
    beside.write_text(
        yaml.safe_dump({**recorded, decision: entry}, allow_unicode=True, sort_keys=True), encoding="utf-8"
    )
    beside.replace(file)
    return {"decision": decision, **entry, "file": str(file)}
