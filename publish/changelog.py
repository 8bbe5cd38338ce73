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
    "pipeline": "the code, a description of a source or a decision changed",
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
        "important": important(diffs, reasons, _duties(older, newer)),
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


def _duties(*sides: Mapping[str, pa.Table]) -> dict[str, str]:
    """The words of every duty of either side."""
    held = [tables["duty"] for tables in sides if "duty" in tables]
    return {
        str(duty): str(text)
        for table in held
        for duty, text in zip(*(table.column(name).to_pylist() for name in ("duty_id", "text")), strict=True)
    }


def important(diffs: Iterable[TableDiff], reasons: Mapping[Key, str], duties: Mapping[str, str]) -> list[str]:
    """What touches a trader most: rates that rose or went, lines that vanished, rules that changed, rates that fell.

    Args:
        diffs: what differs.
        reasons: the reason of each row that does.
        duties: the words of each duty, by its id.
    """
    ranked: list[tuple[int, Decimal, str]] = []
    for diff in diffs:
        if diff.table in ("preference_rate", "mfn_rate"):
            ranked += _moved_rates(diff, reasons, duties)
        elif diff.table == "concession":
            ranked += _vanished_lines(diff, reasons)
        elif diff.table == "origin_rule":
            ranked += _changed_rules(diff, reasons)
    return [sentence for _, _, sentence in sorted(ranked)[:MOST_IMPORTANT]]


def _moved_rates(
    diff: TableDiff, reasons: Mapping[Key, str], duties: Mapping[str, str]
) -> Iterable[tuple[int, Decimal, str]]:
    """One entry for each line of a schedule and way it went, with the period in which its rate moved most."""
    most: dict[tuple[str, str, int], tuple[Decimal, str]] = {}
    for old, new in zip(diff.before.to_pylist(), diff.after.to_pylist(), strict=True):
        moved = _move(old, new, duties)
        if moved is None:
            continue
        rank, size, what = moved
        whose = new.get("schedule_id") or f"MFN duty of {new['importer']}"
        said = f"{whose}, line {new['line_code']}, from {new['valid_from']}: {what}{_because(reasons, diff.table, new)}"
        line = (whose, new["line_code"], rank)
        if line not in most or size > most[line][0]:
            most[line] = (size, said)
    return [(rank, -size, sentence) for (_, _, rank), (size, sentence) in most.items()]


def _move(old: Mapping[str, Any], new: Mapping[str, Any], duties: Mapping[str, str]) -> tuple[int, Decimal, str] | None:
    """How much a change of a rate hurts (0 most), its size in points and its words; None where the duty is the same."""
    if old["rate_pct"] is not None and new["rate_pct"] is not None:
        step = Decimal(new["rate_pct"]) - Decimal(old["rate_pct"])
        if not step:
            return None
        way = "rises" if step > 0 else "falls"
        return 0 if step > 0 else 3, abs(step), f"the rate {way} from {old['rate_pct']} % to {new['rate_pct']} %"
    before, after = _duty(old, duties), _duty(new, duties)
    if before == after:
        return None
    lost = new["state"] not in ("ok", "free") and old["state"] in ("ok", "free")
    return 0 if lost else 1, Decimal(0), f"the duty was {before} and is {after}"


def _duty(row: Mapping[str, Any], duties: Mapping[str, str]) -> str:
    """A rate in words: the percentage, the words of the duty, or the state that says why there is neither."""
    if row["rate_pct"] is not None:
        return f"{row['rate_pct']} %"
    if row["state"] == "ok":
        return f"“{duties.get(row['duty_id'], row['duty_id'])}”"
    bound = f" of {row['rate_max_pct']} %" if row.get("rate_max_pct") is not None else ""
    return f"{row['state'].replace('_', ' ')}{bound}"


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
    if judged := sum(summary["by_table"].get("validation_result", {}).values()):
        lines += [f"- {judged:,} of these rows are results of judging the release, not data."]
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
