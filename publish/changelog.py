"""What a reader is told of the changes of a release: the changelog, the counts, the twenty that matter most.

The changes themselves are found in `publish.changes` and their reasons in `publish.reasons`; here they are only told.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

import pyarrow as pa

from publish.changes import TableDiff
from publish.versions import Step

Key = tuple[str, str]
MOST_IMPORTANT = 20
REASON_WORDS = {
    "law": "the document changed",
    "source_added": "a source was added",
    "correction": "a value was corrected",
    "transposition": "the conversion to HS 2022 changed",
    "pipeline": "the way of reading or computing changed",
}


def summarise(
    diffs: Iterable[TableDiff], reasons: Mapping[Key, str], older: Mapping[str, pa.Table], newer: Mapping[str, pa.Table]
) -> dict[str, Any]:
    """Counts of rows held and of rows that differ (by operation, table, reason, regime), and what matters most."""
    diffs = list(diffs)
    regimes = _regimes(older, newer)
    ops: Counter[str] = Counter()
    by_table: dict[str, Counter[str]] = {}
    by_regime: dict[str, Counter[str]] = {}
    by_reason: Counter[str] = Counter()
    for diff in diffs:
        for op in ("added", "removed", "changed"):
            rows = diff.rows(op)
            count = rows.num_rows
            if count:
                ops[op] += count
                by_table.setdefault(diff.table, Counter())[op] += count
                by_reason.update(reasons[diff.table, str(key)] for key in rows.column("row_key").to_pylist())
                for regime, number in _count_by_regime(rows, regimes).items():
                    by_regime.setdefault(regime, Counter())[op] += number
    return {
        "holds": {
            "rows": sum(table.num_rows for table in newer.values()),
            **{name: newer[name].num_rows for name in ("regime", "schedule", "preference_rate") if name in newer},
        },
        "rows": {op: ops[op] for op in ("added", "removed", "changed")},
        "by_reason": dict(sorted(by_reason.items())),
        "by_regime": {name: dict(counts) for name, counts in sorted(by_regime.items())},
        "by_table": {name: dict(counts) for name, counts in sorted(by_table.items())},
        "important": important(diffs, reasons),
    }


def _regimes(*sides: Mapping[str, pa.Table]) -> dict[str, dict[str, str]]:
    """The regime of every schedule and document; a document of several regimes counts for the first."""
    found: dict[str, dict[str, str]] = {"schedule_id": {}, "document_id": {}}
    for tables in sides:
        for table, column in (("document_regime", "document_id"), ("schedule", "schedule_id")):
            for row in tables[table].to_pylist() if table in tables else ():
                found[column].setdefault(row[column], row["regime_id"])
    return found


def _count_by_regime(rows: pa.Table, regimes: Mapping[str, Mapping[str, str]]) -> Counter[str]:
    column = next((name for name in ("regime_id", "schedule_id", "document_id") if name in rows.column_names), None)
    if column is None:
        return Counter()
    values = Counter(rows.column(column).to_pylist())
    counts: Counter[str] = Counter()
    for value, number in values.items():
        regime = value if column == "regime_id" else regimes[column].get(str(value))
        if regime is not None:
            counts[str(regime)] += number
    return counts


def important(diffs: Iterable[TableDiff], reasons: Mapping[Key, str]) -> list[str]:
    """What touches a trader most: rates that rose, lines that vanished, rules that changed, rates that fell."""
    ranked: list[tuple[int, Decimal, str]] = []
    for diff in diffs:
        if diff.table == "preference_rate":
            ranked += _moved_rates(diff, reasons)
        elif diff.table == "concession":
            ranked += _vanished_lines(diff, reasons)
        elif diff.table == "origin_rule":
            ranked += _changed_rules(diff, reasons)
    return [sentence for _, _, sentence in sorted(ranked)[:MOST_IMPORTANT]]


def _moved_rates(diff: TableDiff, reasons: Mapping[Key, str]) -> Iterable[tuple[int, Decimal, str]]:
    """One entry for each line of a schedule, with the period in which its rate moved most."""
    most: dict[tuple[str, str, bool], tuple[Decimal, str]] = {}
    for old, new in zip(diff.before.to_pylist(), diff.after.to_pylist(), strict=True):
        if old["rate_pct"] is None or new["rate_pct"] is None or old["rate_pct"] == new["rate_pct"]:
            continue
        step = Decimal(new["rate_pct"]) - Decimal(old["rate_pct"])
        sentence = (
            f"{new['schedule_id']}, line {new['line_code']}, from {new['valid_from']}: the rate "
            f"{'rises' if step > 0 else 'falls'} from {old['rate_pct']} % to {new['rate_pct']} %"
            f"{_because(reasons, diff.table, new)}"
        )
        line = (new["schedule_id"], new["line_code"], step > 0)
        if line not in most or abs(step) > abs(most[line][0]):
            most[line] = (step, sentence)
    return [(0 if step > 0 else 3, -abs(step), sentence) for step, sentence in most.values()]


def _vanished_lines(diff: TableDiff, reasons: Mapping[Key, str]) -> Iterable[tuple[int, Decimal, str]]:
    for row in diff.removed.to_pylist():
        why = _because(reasons, diff.table, row)
        yield 1, Decimal(0), f"{row['schedule_id']}, line {row['line_code']}: the line is gone{why}"


def _changed_rules(diff: TableDiff, reasons: Mapping[Key, str]) -> Iterable[tuple[int, Decimal, str]]:
    for old, new in zip(diff.before.to_pylist(), diff.after.to_pylist(), strict=True):
        if old["rule_text"] != new["rule_text"]:
            why = _because(reasons, diff.table, new)
            said = f"the rule of origin was “{old['rule_text']}” and is “{new['rule_text']}”"
            yield 2, Decimal(0), f"{new['regime_id']}, {_range(new)}: {said}{why}"
    for row in diff.removed.to_pylist():
        why = _because(reasons, diff.table, row)
        yield 2, Decimal(0), f"{row['regime_id']}, {_range(row)}: the rule of origin “{row['rule_text']}” is gone{why}"


def _range(rule: Mapping[str, Any]) -> str:
    first, last = rule["code_from"], rule["code_to"]
    if first is None:
        return "general rule"
    return f"{rule['hs_edition']} {first}" + (f" to {last}" if last not in (None, first) else "")


def _because(reasons: Mapping[Key, str], table: str, row: Mapping[str, Any]) -> str:
    return f" ({REASON_WORDS[reasons[table, row['row_key']]]})."


def headline(step: Step, summary: Mapping[str, Any]) -> str:
    """One sentence: the version, its level and how many rows it touches."""
    if step.level == "first":
        holds = summary["holds"]
        return (
            f"Release {step.version}, the first: {holds['rows']:,} rows, with {holds['regime']:,} regimes, "
            f"{holds['schedule']:,} schedules and {holds['preference_rate']:,} preferential rates on national lines."
        )
    rows = summary["rows"]
    return (
        f"Release {step.version} ({step.level}): {rows['added']:,} rows added, {rows['removed']:,} removed, "
        f"{rows['changed']:,} changed."
    )


def section(step: Step, summary: Mapping[str, Any], published_on: str, note: str) -> str:
    """The part of CHANGELOG.md that tells of one release."""
    lines = [f"## {step.version} ({published_on[:10]})", "", headline(step, summary), ""]
    lines += [note, ""] if note else []
    lines += [f"- {reason}" for reason in step.why]
    lines += [f"- {count:,} rows because {REASON_WORDS[name]}." for name, count in summary["by_reason"].items()]
    if summary["by_regime"]:
        lines += ["", "| regime | added | removed | changed |", "| --- | ---: | ---: | ---: |"]
        lines += [
            f"| `{name}` | {counts.get('added', 0):,} | {counts.get('removed', 0):,} | {counts.get('changed', 0):,} |"
            for name, counts in summary["by_regime"].items()
        ]
    if summary["important"]:
        lines += ["", "What matters most:", "", *(f"- {sentence}" for sentence in summary["important"])]
    return "\n".join(lines) + "\n"


HEADING = "# Changelog\n"


def changelog(newest: str, previous: str | None) -> str:
    """CHANGELOG.md: the newest section above those of the previous release's changelog."""
    older = previous.removeprefix(HEADING).strip("\n") if previous else ""
    return "\n".join(part for part in (HEADING, newest, older) if part).rstrip("\n") + "\n"
