"""What judging gives: results by rule, table and subject, and what follows from them for a release.

Plain values that can be kept as JSON and read again without Great Expectations, DuckDB or pandas.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from validations.catalogue import CATALOGUE, Severity

Status = Literal["pass", "fail", "not_applicable"]
SAMPLE = 10
"""How many row keys at fault a result names."""


@dataclass(frozen=True, slots=True)
class RuleResult:
    """The judgement of one rule on one subject of one table.

    Attributes:
        severity: of this result; a rule may be graver than its catalogue entry (C17 over 1 %) or milder (C26, bands).
        subject: a schedule's id, a document's id, or `all`.
        status: `not_applicable` where there was nothing to look at; that is never a pass.
        checked: rows looked at.
        failed: rows at fault.
        sample: up to ten `row_key` at fault, in order.
        message: what was found, and what to do.
    """

    rule: str
    severity: Severity
    table: str
    subject: str
    status: Status
    checked: int
    failed: int
    sample: tuple[str, ...]
    message: str


@dataclass(frozen=True)
class Judgement:
    """All results on one body of data.

    Attributes:
        content_hash: of exactly the tables that were judged; publishing demands it.
        quarantined: schedules at fault: an error of the schedule's own rows, or of the document it comes from.
        blocking: rules whose errors keep a release from being published.
        blocking_release: those among them with an error that no quarantine of a schedule would take away.
    """

    content_hash: str
    results: tuple[RuleResult, ...]
    quarantined: tuple[str, ...]
    blocking_release: tuple[str, ...]

    @property
    def blocking(self) -> tuple[str, ...]:
        """Ids of the rules with an error, in order."""
        return tuple(sorted({r.rule for r in self.results if is_error(r)}))

    @property
    def passed(self) -> bool:
        """Whether no rule of severity E failed."""
        return not self.blocking

    def as_rows(self) -> list[dict[str, Any]]:
        """Rows of table `validation_result`, without `row_key`."""
        return [
            {
                "rule": r.rule,
                "severity": r.severity,
                "table_name": r.table,
                "subject": r.subject,
                "status": r.status,
                "checked": r.checked,
                "failed": r.failed,
                "sample": json.dumps(r.sample),
                "message": r.message,
            }
            for r in self.results
        ]

    def as_json(self) -> dict[str, Any]:
        """The shape that `ftadata check --json` prints: `count` is the number of rows at fault."""
        return {
            "passed": self.passed,
            "blocking": list(self.blocking),
            "blocking_release": list(self.blocking_release),
            "quarantined": list(self.quarantined),
            "content_hash": self.content_hash,
            "results": [{**asdict(r), "count": r.failed, "sample": list(r.sample)} for r in self.results],
        }

    def write(self, path: Path) -> None:
        """Keep the judgement as JSON."""
        path.write_text(json.dumps(self.as_json(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def from_json(data: Mapping[str, Any]) -> Judgement:
    """A judgement from what `Judgement.as_json` gave."""
    results = tuple(map(result_from_json, data["results"]))
    return Judgement(data["content_hash"], results, tuple(data["quarantined"]), tuple(data["blocking_release"]))


def result_from_json(said: Mapping[str, Any]) -> RuleResult:
    """A result from its fields as JSON keeps them; `count`, which `as_json` adds, is passed over."""
    return RuleResult(**{k: v for k, v in said.items() if k not in ("count", "sample")}, sample=tuple(said["sample"]))


def read(path: Path) -> Judgement:
    """A judgement kept by `Judgement.write`."""
    return from_json(json.loads(path.read_text(encoding="utf-8")))


def is_error(result: RuleResult) -> bool:
    """Whether a result blocks."""
    return result.status == "fail" and result.severity == "E"


def conclude(content_hash: str, results: Iterable[RuleResult], schedules: Mapping[str, str]) -> Judgement:
    """Results put in order and weighed: what is quarantined, and what blocks whatever is quarantined.

    Args:
        content_hash: of the tables judged.
        results: of every rule; results on one rule, table and subject are joined to one.
        schedules: the document of each schedule.
    """
    joined = tuple(sorted(_joined(results), key=lambda r: (r.rule, r.table, r.subject)))
    of_document: dict[str, set[str]] = {}
    for schedule_id, document_id in schedules.items():
        of_document.setdefault(document_id, set()).add(schedule_id)
    quarantined: set[str] = set()
    release: set[str] = set()
    for result in filter(is_error, joined):
        at_fault = {result.subject} if result.subject in schedules else of_document.get(result.subject, set())
        quarantined |= at_fault
        if not at_fault:
            release.add(result.rule)
    return Judgement(content_hash, joined, tuple(sorted(quarantined)), tuple(sorted(release)))


def verdict(
    rule: str,
    table: str,
    subject: str,
    *,
    checked: int,
    failed: int,
    sample: Iterable[str] = (),
    detail: str | None = None,
    severity: Severity | None = None,
) -> RuleResult:
    """A result in the catalogue's words; `detail` is the first thing found."""
    entry = CATALOGUE[rule]
    status: Status = "not_applicable" if not checked else "fail" if failed else "pass"
    message = {
        "not_applicable": f"Nothing to judge: {entry.title}.",
        "pass": f"Holds for {checked:,} rows: {entry.title}.",
        "fail": f"{failed:,} of {checked:,} rows break the rule that {entry.title}; first: {detail}. {entry.remedy}",
    }[status]
    keys = tuple(sorted({key for key in sample if key}))[:SAMPLE]
    return RuleResult(rule, severity or entry.severity, table, subject, status, checked, failed, keys, message)


def _joined(results: Iterable[RuleResult]) -> list[RuleResult]:
    """One result per rule, table and subject: the gravest status and severity, faults added, messages one by one."""
    by_key: dict[tuple[str, str, str], RuleResult] = {}
    for result in results:
        key = (result.rule, result.table, result.subject)
        by_key[key] = _join(by_key[key], result) if key in by_key else result
    return list(by_key.values())


def _join(one: RuleResult, other: RuleResult) -> RuleResult:
    order = ("not_applicable", "pass", "fail")
    worst, rest = sorted((one, other), key=lambda r: order.index(r.status), reverse=True)
    if worst.status != "fail" or rest.status != "fail":
        return RuleResult(
            worst.rule, worst.severity, worst.table, worst.subject, worst.status,
            max(one.checked, other.checked), worst.failed, worst.sample, worst.message,
        )  # fmt: skip
    severity: Severity = "E" if "E" in (one.severity, other.severity) else worst.severity
    sample = tuple(sorted({*one.sample, *other.sample}))[:SAMPLE]
    message = one.message if one.message == other.message else f"{one.message} {other.message}"
    return RuleResult(
        one.rule, severity, one.table, one.subject, "fail",
        max(one.checked, other.checked), one.failed + other.failed, sample, message,
    )  # fmt: skip
