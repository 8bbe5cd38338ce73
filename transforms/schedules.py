"""From a schedule's YAML to tables `schedule` and `staging_category`: what it is, and what its categories do."""

from __future__ import annotations

import json
from typing import Any

from sources.specs import CategorySpec, ScheduleSpec, StagingSpec


def schedule_row(schedule: ScheduleSpec, regime_id: str) -> dict[str, Any]:
    """The row of table `schedule`, its status `current`."""
    return {
        "schedule_id": schedule.id,
        "regime_id": regime_id,
        "importer": schedule.importer,
        "exporter": schedule.exporter,
        "nomenclature_id": schedule.nomenclature,
        "hs_edition": schedule.hs_edition,
        "layer": schedule.layer,
        "completeness": schedule.completeness,
        "document_id": schedule.document,
        "base_is": schedule.base_is,
        "status": "current",
    }


def staging_category_rows(schedule: ScheduleSpec, staging: StagingSpec | None) -> list[dict[str, Any]]:
    """Rows of table `staging_category`; the rule holds the category's terms and the calendar it runs on."""
    if staging is None:
        return [
            {"schedule_id": schedule.id, "category": name, "text_en": category.text_en, "rule": _bounds(category)}
            for name, category in schedule.staging.items()
        ]
    return [
        {
            "schedule_id": schedule.id,
            "category": name,
            "text_en": category.text_en,
            "rule": json.dumps(
                {
                    "hold_years": category.hold_years,
                    "stages": category.stages,
                    "cut": str(category.cut),
                    "state": category.state,
                    "year_one": staging.year_one.isoformat(),
                    "later_years": staging.later_years,
                    "round_percent_down_to": str(staging.round_percent),
                    "source": category.source,
                },
                ensure_ascii=False,
                sort_keys=True,
            ),
        }
        for name, category in staging.categories.items()
    ]


def _bounds(category: CategorySpec) -> str:
    """The modality of a list as JSON: what is known from which day."""
    bounds = [
        {
            "valid_from": bound.valid_from.isoformat(),
            "max_pct": None if bound.max_pct is None else str(bound.max_pct),
            "state": bound.state or "ceiling",
        }
        for bound in category.bounds
    ]
    return json.dumps({"bounds": bounds, "source": category.source}, ensure_ascii=False, sort_keys=True)
