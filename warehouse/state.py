"""What is known of each unit of the warehouse: what it was made from, where its tables are, how it went.

Only small JSON files are read here, so that finding out that nothing has changed needs no table library.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class UnitState:
    """What is known of a unit.

    Attributes:
        unit: its name, such as `schedule-x-kr`.
        fingerprint: hash of everything its tables were made from.
        folder: folder of its tables, under the store's root; empty where it failed before any was made.
        error: the error in the shape `--json` prints, where it failed; its older tables then stay in `folder`.
        notes: figures and findings that a person wants to see (seconds, rows, warnings).
    """

    unit: str
    fingerprint: str
    folder: str = ""
    error: dict[str, Any] | None = None
    notes: dict[str, Any] = field(default_factory=dict)


class States:
    """The states of the units of a warehouse, one JSON file a unit."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def state(self, unit: str) -> UnitState | None:
        """The state of a unit, or None where it was never made."""
        file = self.root / "state" / f"{unit}.json"
        return UnitState(**json.loads(file.read_text(encoding="utf-8"))) if file.exists() else None

    def units(self) -> tuple[str, ...]:
        """The names of all units, in order."""
        return tuple(sorted(file.stem for file in (self.root / "state").glob("*.json")))

    def is_fresh(self, unit: str, fingerprint: str) -> bool:
        """Whether a unit was made, without error, from exactly this."""
        state = self.state(unit)
        return state is not None and state.fingerprint == fingerprint and state.error is None

    def fail(self, unit: str, fingerprint: str, error: dict[str, Any]) -> UnitState:
        """Record that a unit could not be made; its older tables stay."""
        before = self.state(unit)
        state = UnitState(unit, fingerprint, before.folder if before else "", error)
        self.write(state)
        return state

    def invalidate(self, unit: str) -> None:
        """Make a unit stale; its tables stay until it is made again."""
        state = self.state(unit)
        if state is not None:
            self.write(replace(state, fingerprint=""))

    def write(self, state: UnitState) -> None:
        """Keep the state of a unit, in one step."""
        file = self.root / "state" / f"{state.unit}.json"
        file.parent.mkdir(parents=True, exist_ok=True)
        beside = file.with_suffix(f".{os.getpid()}")
        beside.write_text(json.dumps(asdict(state), ensure_ascii=False, sort_keys=True, indent=1), encoding="utf-8")
        beside.replace(file)
