"""From the registry to the tables that describe regimes, documents, decisions, corrections and coverage."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from datetime import date
from typing import Any, get_args

from sources.registry import Registry
from sources.specs import DocumentSpec, Edition, RegimeSpec, ScheduleSpec

Rows = list[dict[str, Any]]


def party_rows(registry: Registry) -> Rows:
    """Rows of table `party`."""
    return [
        {"party_id": p.id, "name_en": p.name_en, "name_km": p.name_km, "is_home": int(p.is_home)}
        for p in registry.parties.values()
    ]


def party_group_rows(registry: Registry) -> Rows:
    """Rows of table `party_group`."""
    return [
        {
            "group_id": group.id,
            "party_id": member.party,
            "valid_from": _iso(member.valid_from),
            "valid_to": _iso(member.valid_to),
        }
        for group in registry.groups.values()
        for member in group.members
    ]


def regime_row(regime: RegimeSpec) -> dict[str, Any]:
    """The row of table `regime`; party form and side form follow from the parties."""
    bilateral = len(regime.parties) == 2
    return {
        "regime_id": regime.id,
        "kind": regime.kind,
        "short_name": regime.short_name,
        "name_en": regime.name_en,
        "name_km": regime.name_km,
        "party_form": "bilateral" if bilateral else "plurilateral",
        "side_form": "country_to_country" if bilateral else "country_to_group",
        "status": regime.status,
        "signed_on": _iso(regime.signed_on),
        "in_force_from": _iso(regime.in_force_from),
        "certificate_form": regime.certificate_form,
        "evidence": regime.evidence,
    }


def regime_party_rows(regime: RegimeSpec) -> Rows:
    """Rows of table `regime_party`."""
    return [
        {
            "regime_id": regime.id,
            "party_id": p.party,
            "role": p.role,
            "in_force_from": _iso(p.in_force_from),
            "in_force_to": _iso(p.in_force_to),
            "evidence": p.evidence,
        }
        for p in regime.parties
    ]


def document_row(document: DocumentSpec, has_extraction: bool, sha256: str | None) -> dict[str, Any]:
    """The row of table `document`.

    Args:
        document: its description.
        has_extraction: whether an accepted extraction of it is there.
        sha256: hash of the bytes that the accepted extraction was read from; that of the description otherwise.
    """
    if document.sha256 is None:
        holding = "not_held"
    else:
        holding = "accepted" if has_extraction or document.reader is None else "candidate"
    return {
        "document_id": document.id,
        "kind": document.kind,
        "layer": document.layer,
        "title": document.title,
        "publisher": document.publisher,
        "url": document.url,
        "licence": document.licence,
        "publish_text": int(document.publish_text),
        "sha256": sha256 or document.sha256,
        "holding": holding,
        "pages": document.pages,
        "hs_edition": document.hs_edition,
        "completeness": document.completeness,
        "known_from": _iso(document.known_from),
        "known_until": _iso(document.known_until),
    }


def coverage_rows(regime: RegimeSpec, schedules: Iterable[ScheduleSpec] = ()) -> Rows:
    """Rows of table `coverage`: what the regime's description says, and which parties' own HS 2022 schedules are held.

    Args:
        regime: its description.
        schedules: its schedules; those of an older edition are carried to HS 2022 by us.
    """
    stated = [
        {
            "regime_id": regime.id,
            "importer": c.importer,
            "subject": c.subject,
            "state": c.state,
            "as_of": _iso(c.as_of),
            "note": c.note,
        }
        for c in regime.coverage
    ]
    return stated + _own_schedules(regime.id, list(schedules))


def _own_schedules(regime_id: str, schedules: list[ScheduleSpec]) -> Rows:
    """By importer of a schedule in an older edition, whether its own in HS 2022 is held to compare ours with."""
    latest, rows = get_args(Edition)[-1], dict[str, dict[str, Any]]()
    for schedule in schedules:
        if schedule.hs_edition != latest:
            own = any(
                (other.importer, other.exporter, other.hs_edition) == (schedule.importer, schedule.exporter, latest)
                for other in schedules
            )
            note = f"Rates in {latest} are carried from {schedule.hs_edition} by this project; " + (
                "where they differ from the party's own schedule stands in hs2022_difference."
                if own
                else f"the party's own schedule in {latest} is not held, so nothing holds them against it."
            )
            rows[schedule.importer] = {
                "regime_id": regime_id,
                "importer": schedule.importer,
                "subject": "own_hs2022",
                "state": "held" if own else "not_held",
                "as_of": None,
                "note": note,
            }
    return list(rows.values())


def decision_rows(registry: Registry, folder: str) -> Rows:
    """Rows of table `decision` for the questions of one folder."""
    return [
        {
            "decision_id": d.id,
            "regime_id": folder if folder in registry.regimes else None,
            "subject": d.subject,
            "question_en": d.question_en,
            "question_km": d.question_km,
            "options": json.dumps(d.options, ensure_ascii=False, sort_keys=True, default=str),
            "chosen": d.chosen,
            "status": d.status,
            "decided_by": d.decided_by,
            "decided_on": _iso(d.decided_on),
            "evidence": d.evidence,
        }
        for where, d in registry.decisions
        if where == folder
    ]


def correction_rows(registry: Registry, documents: Iterable[str]) -> Rows:
    """Rows of table `correction` for some documents."""
    wanted = set(documents)
    return [
        {
            "correction_id": c.id,
            "document_id": c.document,
            "locator": c.locator,
            "column_name": c.column,
            "expected": c.expected,
            "replacement": c.replacement,
            "reason": c.reason,
            "provider": c.provider,
            "made_on": c.made_on.isoformat(),
        }
        for c in registry.corrections
        if c.document in wanted
    ]


def document_rows(documents: Iterable[DocumentSpec], accepted_sha256: Callable[[DocumentSpec], str | None]) -> Rows:
    """Rows of table `document`; `accepted_sha256` gives the hash that an accepted extraction names, or None."""
    return [document_row(d, (sha256 := accepted_sha256(d)) is not None, sha256) for d in documents]


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
