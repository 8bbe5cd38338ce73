"""The accepted extractions of the registry's schedules, and the lines that are read from them."""

from __future__ import annotations

from functools import cache

from sources.extraction import Extraction, read_csv
from sources.registry import load_registry
from transforms.lines import Lines, read_lines, schedule_staging

REGISTRY = load_registry()


@cache
def extraction_of(schedule_id: str) -> Extraction:
    document = REGISTRY.document(REGISTRY.schedules[schedule_id].document)
    folder = REGISTRY.folders[f"document:{document.id}"]
    return read_csv(folder / "extractions" / f"{document.id}.csv", document)


@cache
def lines_of(schedule_id: str) -> Lines:
    schedule = REGISTRY.schedules[schedule_id]
    staging = schedule_staging(REGISTRY.regime_of(schedule), schedule)
    digits = REGISTRY.nomenclatures[schedule.nomenclature].digits
    return read_lines(extraction_of(schedule_id), schedule, staging, digits=digits)
