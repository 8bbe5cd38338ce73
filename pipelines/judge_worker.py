"""The process that judges: it imports Great Expectations while the parent still computes, then waits for one request.

Run as `python -m pipelines.judge_worker`; a request is one line of JSON on standard input.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Mapping
from dataclasses import replace
from importlib import metadata
from pathlib import Path
from typing import Any

from pipelines.assembly import assemble_release, broken_schedules, keep_assembled, previous_tables
from pipelines.documents import kept_check
from pipelines.home import Home
from pipelines.judging import Judged, keep, quarantine_reasons, write_whole
from pipelines.plan import JUDGING, Plan, code_hash, fingerprint, make_plan
from sources.content import load_content
from sources.extraction import read_head
from sources.registry import Registry, load_registry, sources_root
from transforms.content import get_ready
from validations import judge as judging
from validations.context import LOOKED_AT, context_of
from validations.judgement import Judgement, RuleResult, conclude, is_error, verdict
from validations.known import Known, known_from_json
from warehouse.content import joined_hash

SHOWN = 5  # values at fault that a reason lists


def main() -> None:
    """Warm up while the parent still computes; read the request, judge, keep the judgement."""
    judging.warm_up()
    get_ready(load_content())
    line = sys.stdin.readline()
    if not line:
        return
    request = json.loads(line)
    home = Home(Path(request["home"]))
    keep(judge_now(home, request["fingerprint"]), home)


def judge_now(home: Home, fingerprint: str) -> Judged:
    """Judge the warehouse; where schedules are at fault, judge again with their rows of the last release."""
    registry = load_registry(overlay=home.sources)
    plan = make_plan(registry, home)
    registry = _as_accepted(registry, home)
    quarantine = {
        **_rejecting_schedules(plan, home),
        **_misread_schedules(registry, home),
        **broken_schedules(plan, home),
    }
    judgement = _judge(registry, plan, home, quarantine)
    if newly := set(judgement.quarantined) - set(quarantine):
        reasons = quarantine_reasons(judgement, registry)
        quarantine |= {schedule: reasons[schedule] for schedule in newly}
        faults = [r for r in judgement.results if is_error(r) and _touches(r, newly, registry)]
        judgement = _judge(registry, plan, home, quarantine)
        judgement = _with_faults(judgement, faults, registry)
    return Judged(judgement, quarantine, fingerprint)


def _judge(registry: Registry, plan: Plan, home: Home, quarantine: dict[str, list[str]]) -> Judgement:
    assembled = assemble_release(plan, home, quarantine)
    pieces = load_content(sources_root(), home.sources)
    content_hash = joined_hash(assembled.hashes)
    context = context_of(registry, content_hash, previous_tables(home, LOOKED_AT), pieces=pieces, said=assembled.said)
    known = known_columns(home, assembled.hashes)
    judgement = judging.judge(assembled.tables, context, known)
    keep_columns(home, known)
    if not quarantine:
        keep_assembled(plan, home, assembled)
    return _with_faults(judgement, [_quarantine_result(s, why) for s, why in sorted(quarantine.items())], registry)


def _judging_code() -> str:
    """What the results on columns depend on beside the tables: our code, and the library that judges."""
    return fingerprint(code_hash(JUDGING), metadata.version("great_expectations"), metadata.version("pandas"))


def known_columns(home: Home, hashes: Mapping[str, str]) -> Known:
    """The results on columns that were kept, where they are of this code; for tables with the hashes given."""
    kept = json.loads(home.columns.read_text(encoding="utf-8")) if home.columns.exists() else {}
    return known_from_json(kept["tables"] if kept.get("code") == _judging_code() else {}, hashes)


def keep_columns(home: Home, known: Known) -> None:
    """Keep the results on columns for the next judgement."""
    write_whole(home.columns, json.dumps({"code": _judging_code(), "tables": known.as_json()}, ensure_ascii=False))


def _quarantine_result(schedule: str, reasons: list[str]) -> RuleResult:
    """What a quarantine looks like among the results: the schedule's own row accounting does not stand."""
    return verdict("C11", "schedule", schedule, checked=1, failed=1, detail=f"in quarantine: {' '.join(reasons)}")


def _touches(result: RuleResult, schedules: set[str], registry: Registry) -> bool:
    documents = {registry.schedules[s].document for s in schedules if s in registry.schedules}
    return result.subject in schedules or result.subject in documents


def _with_faults(judgement: Judgement, faults: list[RuleResult], registry: Registry) -> Judgement:
    """The judgement with further results, weighed anew."""
    if not faults:
        return judgement
    documents = {s.id: s.document for s in registry.schedules.values()}
    return conclude(judgement.content_hash, [*judgement.results, *faults], documents)


def _as_accepted(registry: Registry, home: Home) -> Registry:
    """The registry with the hash that this installation accepted on purpose for a document, by name and date."""
    accepted = {
        head.document_id: registry.documents[head.document_id].model_copy(update={"sha256": head.sha256})
        for head in map(read_head, sorted(home.extractions.glob("*.csv")))
        if head.document_id in registry.documents and head.accepted_by
    }
    return replace(registry, documents={**registry.documents, **accepted})


def _rejecting_schedules(plan: Plan, home: Home) -> dict[str, list[str]]:
    """Schedules with rows that could not be used: why, the first place, what was expected and what to do.

    A schedule without one of its lines would say of the goods in it what no document says.
    """
    rejected = {
        unit.owner: home.store.table(unit.name, "rejected_row").to_pylist()
        for unit in plan.units
        if unit.kind == "schedule"
    }
    return {schedule: rejections_in_words(rows) for schedule, rows in rejected.items() if rows}


def rejections_in_words(rows: Iterable[dict[str, Any]]) -> list[str]:
    """Rows of `rejected_row` as a person reads them: one sentence for all cells of a column with the same mend.

    A word that a description forgets stands in a thousand cells; the first place says what is wrong, and the table
    has the rest.
    """
    alike: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for row in sorted(rows, key=lambda row: (row["document_id"], row["page"] or 0, row["row_no"] or 0)):
        kind = (row["document_id"], row["column_name"] or "", row["expected"] or "", row["remedy"] or "")
        alike.setdefault(kind, []).append(row)
    found = []
    for (document, column, expected, remedy), group in alike.items():
        first, others = group[0], len(group) - 1
        place = f"{document}, {first['locator']}" + (f", column {column}" if column else "")
        more = f", and {others:,} more like it (`rejected_row` has each)" if others else ""
        values = list(dict.fromkeys(row["value"] for row in group))
        saw = ", ".join(map(repr, values[:SHOWN])) + (", ..." if values[SHOWN:] else "")
        found.append(f"{place}{more}: {first['reason']} Saw {saw}, expected {expected}. {remedy}")
    return found


def _misread_schedules(registry: Registry, home: Home) -> dict[str, list[str]]:
    """Schedules whose document is at hand and reads otherwise than its accepted extraction of the same bytes."""
    found: dict[str, list[str]] = {}
    for schedule in registry.schedules.values():
        check = kept_check(schedule.document, home)
        if check is not None and check.state == "differs":
            from pipelines.documents import advice

            found[schedule.id] = [f"C09: {schedule.document}: {advice(check)}"]
    return found


if __name__ == "__main__":
    main()
    os._exit(0)  # the parent waits for it; what was made is written, and taking the libraries down takes a second
