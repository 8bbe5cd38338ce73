"""What the steps of a run work with: the installation, what is kept between steps, and how a step of a unit fails.

What a step makes is the matter of `pipelines.steps` and `pipelines.schedule_steps`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

import pyarrow as pa

from pipelines.documents import DocumentCheck, kept_check
from pipelines.home import Home
from pipelines.plan import Plan, Unit, extraction_path, file_hash, fingerprint, make_plan
from sources.corrections import apply_corrections
from sources.errors import FtaError
from sources.extraction import Extraction, read_csv, reader_of
from sources.registry import Registry, load_registry
from sources.specs import DocumentSpec, ScheduleSpec
from transforms.correlations import Concordance
from transforms.lines import Lines
from transforms.source_rows import rejected_rows, row_accounts, source_rows
from warehouse.rows import build
from warehouse.tables import arrow_schema

T = TypeVar("T")
Metrics = dict[str, Any]
Tables = dict[str, pa.Table]
KEPT_ROWS = 100_000
"""Of how many rows schedules' lines, extractions and their tables are kept: memory stays flat in their number."""
LINES: dict[str, Lines] = {}
_EXTRACTIONS: dict[str, Extraction] = {}
_ROWS: dict[str, tuple[Extraction, Tables]] = {}


def kept(kept: dict[str, T], key: str, make: Callable[[], T], rows: Callable[[T], int]) -> T:
    """What is kept under a key, made where it is not; what was used longest ago gives way."""
    found = kept.pop(key) if key in kept else make()
    room = KEPT_ROWS - rows(found)
    while kept and sum(map(rows, kept.values())) > room:
        kept.pop(next(iter(kept)))
    kept[key] = found
    return found


def forget() -> None:
    """Let go of what is kept between stages, when the last has ended."""
    for kept in (LINES, _EXTRACTIONS, _ROWS):
        kept.clear()


@dataclass(frozen=True)
class Work:
    """An installation with its registry and plan, opened for one step or for a run.

    Attributes:
        begun: documents that are being read in the background.
    """

    home: Home
    registry: Registry
    plan: Plan
    say: Callable[[str], None]
    begun: Mapping[str, Future[DocumentCheck]] = field(default_factory=dict)

    @classmethod
    def open(cls, home: Home, say: Callable[[str], None]) -> Work:
        """Load the registry and plan of an installation."""
        registry = load_registry(overlay=home.sources)
        return cls(home, registry, make_plan(registry, home), say)

    @cached_property
    def concordance(self) -> Concordance:
        """The correlations of the HS unit.

        Raises:
            FtaError: the HS unit could not be made.
        """
        tables = self.home.store.tables("hs")
        if "hs_correlation" not in tables:
            raise FtaError(
                "no_correlations",
                "The Harmonized System could not be made, and nothing can be carried to HS 2022 without it.",
                remedy="Mend what the unit `hs` reports, then run again.",
            )
        return Concordance(tables["hs_correlation"])

    def accepted(self, document: DocumentSpec) -> Extraction:
        """The accepted extraction of a document, corrected.

        Raises:
            FtaError: there is none, it is damaged, or a correction does not find what it expects.
        """
        path = extraction_path(document, self.registry, self.home)
        if path is None:
            raise FtaError(
                "nothing_accepted",
                f"No extraction of {document.id} is accepted yet.",
                where={"document": document.id},
                remedy=f"Bring the document, compare, and accept it: `ftadata sources accept {document.id} --by NAME`.",
            )
        corrections = self.registry.corrections_of(document.id)
        key = fingerprint(document, file_hash(path), corrections)
        return kept(
            _EXTRACTIONS, key, lambda: apply_corrections(read_csv(path, document), corrections), lambda e: len(e.rows)
        )

    def documents_of(self, regime: str | None) -> list[DocumentSpec]:
        """The documents of a regime; with None, those that serve none (the Harmonized System)."""
        serves = self.registry.document_regimes
        return [d for d in self.registry.documents.values() if (regime in serves[d.id] if regime else not serves[d.id])]

    def subjects_of(self, regime: str) -> set[str]:
        """The ids by which results speak of a regime: its schedules and documents."""
        schedules = self.registry.schedules_of(regime)
        return {*(s.id for s in schedules), *(d.id for d in self.documents_of(regime))}

    def to_judge(self) -> str:
        """Fingerprint of what is judged: the plan, and the documents that read otherwise than accepted."""
        checks = (kept_check(document, self.home) for document in self.registry.documents)
        return fingerprint(self.plan.judgement, sorted(c.document for c in checks if c and c.state == "differs"))


def _stale_schedules(work: Work, regime: str) -> Iterator[tuple[Unit, ScheduleSpec]]:
    for schedule in work.registry.schedules_of(regime):
        unit = work.plan.by_name[f"schedule-{schedule.id}"]
        if not work.home.store.is_fresh(unit.name, unit.fingerprint):
            yield unit, schedule


def attempt(work: Work, unit: Unit, step: Callable[[], Metrics]) -> Metrics | None:
    """Run one step of a unit; an error of its sources fails the unit and is kept with it."""
    try:
        return step()
    except FtaError as error:
        work.say(f"{unit.name} failed: {error}")
        work.home.store.abandon(unit.name)
        work.home.store.fail(unit.name, unit.fingerprint, error.as_json()["error"])
        return None


def of_schedules(
    work: Work, regime: str, step: Callable[[Work, Unit, ScheduleSpec], Metrics], *, first: bool = False
) -> Metrics:
    """Run a step for every stale schedule of a regime that got so far; the figures of all, added up."""
    started = time.monotonic()
    rows: dict[str, int] = {}
    done: list[Metrics] = []
    for unit, schedule in _stale_schedules(work, regime):
        if first or work.home.store.is_staged(unit.name):
            metrics = attempt(work, unit, lambda u=unit, s=schedule: step(work, u, s))  # type: ignore[misc]
            if metrics is not None:
                done.append({"schedule": schedule.id, **metrics})
                for name, count in metrics.items():
                    rows[name] = rows.get(name, 0) + count if isinstance(count, int) else rows.get(name, 0)
    return {**rows, "seconds": round(time.monotonic() - started, 2), "schedules": done or "none was stale"}


def row_tables(work: Work, extractions: list[Extraction], rejected: list[dict[str, Any]] | None = None) -> Tables:
    """Tables `source_row`, `row_account` and `rejected_row` of some extractions."""
    why = list(rejected or [])
    for extraction in extractions:
        why += rejected_rows(extraction, reader_of(work.registry.document(extraction.document_id)))
    parts = [rows_of(extraction) for extraction in extractions]
    return {
        **{
            name: pa.concat_tables([arrow_schema(name).empty_table(), *(part[name] for part in parts)])
            for name in ("source_row", "row_account")
        },
        "rejected_row": build("rejected_row", why),
    }


def rows_of(extraction: Extraction) -> Tables:
    """Tables `source_row` and `row_account` of one extraction; kept as long as it is the last read of its document."""

    def make() -> tuple[Extraction, Tables]:
        made = {
            "source_row": build("source_row", source_rows(extraction)),
            "row_account": build("row_account", row_accounts(extraction)),
        }
        return extraction, made

    if (known := _ROWS.get(extraction.document_id)) and known[0] is not extraction:
        _ROWS.pop(extraction.document_id)
    return kept(_ROWS, extraction.document_id, make, lambda kept: len(kept[0].rows))[1]
