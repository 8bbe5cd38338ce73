"""Answers as text for a person at a terminal: what `--json` holds, in tables and sentences.

Only the laying out is done here; words and numbers come from the answers. A cell never shows a number for a rate that
is not known.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import Any

from rich import box
from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from publish.wording import percent

Row = dict[str, Any]

MAX_LINES = 12
_STATES = {
    "ok": "not one percentage",
    "ambiguous": "differs by line", "not_held": "not held", "excluded": "excluded", "unbound": "unbound",
    "not_applicable": "none", "ceiling": "upper bound only", "unparsed": "not understood",
}  # fmt: skip


def render_compare(answer: Row, width: int = 110) -> str:
    """An answer of `publish.compare.compare` as text of the given width in characters."""
    parts: list[RenderableType] = [
        Text(f"{answer['hs']}  {answer['description'] or ''}", style="bold"),
        Text(
            f"from {answer['exporter']} to {answer['importer']} on {answer['on']}, release {answer['release'] or '-'}"
        ),
    ]
    parts += [Text(answer["note"])] if answer["note"] else []
    parts += [Text(), _regimes(answer), *_best(answer), Text()]
    for entry in answer["regimes"]:
        parts += _details(entry)
    if "subheadings" in answer:
        parts += [Text("Subheadings", style="bold"), _subheadings(answer)]
    return _text(parts, width)


def render_search(answer: Row, width: int = 110) -> str:
    """An answer of `publish.search.search` as text."""
    parts: list[RenderableType] = [Text(answer["note"])] if answer["note"] else []
    if answer["results"]:
        table = _table("HS 2022", "Product")
        for found in answer["results"]:
            path = found["path_km"] if answer["lang"] == "km" and found["path_km"] else found["path_en"]
            table.add_row(_dotted(found["hs6"]), Text(path or ""))
        parts.append(table)
    return _text(parts, width)


def render_origin(answer: Row, width: int = 110) -> str:
    """An answer of `publish.origin.origin` as text."""
    verdicts = {"qualifies": "qualifies", "does_not": "does not qualify", "needs_more_facts": "needs more facts"}
    rule = answer["rule"]
    words = rule.get("text") if isinstance(rule, dict) else rule
    parts: list[RenderableType] = [
        Text(f"{answer['regime_id']} on {answer['on']}: {verdicts[answer['verdict']]}", style="bold"),
        Text(f"Rule: {words or 'none held'}"),
    ]
    table = _table("Test", "Met", "Value", "Threshold", "Article", "Why")
    for step in answer["steps"]:
        met = {True: "yes", False: "no", None: "?"}[step["met"]]
        place = " ".join(str(part) for part in (step["article"], step["page"] and f"page {step['page']}") if part)
        cells = (step["test"], met, step["value"], step["threshold"], place, step["explanation"])
        table.add_row(*("" if cell is None else str(cell) for cell in cells))
    parts.append(table)
    parts += [Text("Still to be told: " + ", ".join(map(str, answer["missing"])))] if answer["missing"] else []
    parts.append(Text("This is guidance, not a ruling; the importing party's customs decides."))
    return _text(parts, width)


def rule_words(rule: Row) -> str:
    """The rule of an answer in words, with what keeps it from being the rule for certain."""
    candidates = rule.get("candidates") or ()
    if not rule["text"] and not candidates:
        return "not held"
    words = rule["text"] or "one of: " + " or ".join(f"[{one['text']}]" for one in candidates)
    marks = {
        "superseded: the rule in force is not held": rule["state"] == "superseded",
        "in doubt": rule["state"] == "ambiguous" and not candidates,
        "from a public source": rule["evidence"] == "R",
        "not verified": rule["evidence"] == "U",
    }
    said = "; ".join(mark for mark, holds in marks.items() if holds)
    return f"{words} ({said})" if said else words


def render_unread(answer: Row, width: int = 110) -> str:
    """An answer of `publish.origin_unread.unread` as text."""
    share = _table("Document", "Rules", "Read in full", "To look at")
    for one in answer["documents"]:
        share.add_row(one["document_id"], *(str(one[name]) for name in ("rules", "full", "listed")))
    table = _table("Code", "Place", "Words", "Not understood, or counted otherwise")
    for rule in answer["rules"]:
        codes = rule["code_from"] if rule["code_from"] == rule["code_to"] else f"{rule['code_from']}-{rule['code_to']}"
        doubt = "; ".join((*rule["not_understood"], *rule["differs"]))
        table.add_row(codes, f"{rule['document_id']}, {rule['locator']}", rule["words"] or rule["text"], doubt)
    return _text([share, table], width)


def render_explain(answer: Row, width: int = 110) -> str:
    """An answer of `publish.explain.explain` as text."""
    value = percent(answer["value"]) if answer["row"].get("rate_pct") is not None else str(answer["value"])
    parts: list[RenderableType] = [Text(f"{answer['table']} {answer['row_key']}: {value}", style="bold")]
    table = _table("Step", "What was done")
    for step in answer["steps"]:
        table.add_row(step["stage"], Text(step["detail"]))
    parts.append(table)
    if document := answer["document"]:
        parts += [Text(f"{document['title']} ({document['document_id']})"), Text(f"at {document['locator']}")]
        parts += [Text(f"SHA-256 {document['sha256']}")] if document["sha256"] else []
        parts += [Text(document["url"])] if document["url"] else []
    return _text(parts, width)


def _text(parts: Iterable[RenderableType], width: int) -> str:
    console = Console(file=io.StringIO(), width=width, no_color=True, highlight=False, markup=False, emoji=False)
    for part in parts:
        console.print(part)
    written: io.StringIO = console.file  # type: ignore[assignment]
    return "\n".join(line.rstrip() for line in written.getvalue().splitlines())


def _table(*names: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in names:
        table.add_column(name, justify="right" if name in ("Rate", "Base", "Margin") else "left", overflow="fold")
    return table


def _dotted(code: str) -> str:
    """A code as people write it: 6109.10."""
    return f"{code[:4]}.{code[4:]}" if len(code) > 4 else code


def _shown(rate: Row) -> str:
    """A rate, the duty in words, or why there is no number; never a number that is not known."""
    if rate["rate_pct"] is not None:
        return percent(rate["rate_pct"])
    if rate["state"] == "ok" and rate["duty_text"]:
        return str(rate["duty_text"])
    if rate["state"] == "ceiling" and rate.get("rate_max_pct") is not None:
        return f"at most {percent(rate['rate_max_pct'])}"
    return _STATES.get(rate["state"], str(rate["state"]))


def _regimes(answer: Row) -> Table:
    table = _table("Regime", "Rate", "Margin", "Next change", "Rule of origin", "Form")
    mfn = answer["mfn"]
    table.add_row("MFN", _shown(mfn), "", "", "", "")
    for entry in answer["regimes"]:
        rate = "not in force" if entry["in_force"] is False else _shown(entry)
        margin = "" if entry["margin_pct"] is None else f"{entry['margin_pct']:g}"
        following = entry["next_changes"][:1]
        change = f"{_shown(following[0])} from {following[0]['from']}" if following else ""
        rule = rule_words(entry["rule"])
        form = entry["certificate"]["form"] or ""
        table.add_row(entry["short_name"], rate, margin, change, Text(rule), form)
    return table


def _best(answer: Row) -> list[RenderableType]:
    best = answer["best"]
    if best is None:
        return [Text("No rate under these regimes is one known percentage.")]
    names = {entry["regime_id"]: entry["short_name"] for entry in answer["regimes"]}
    regimes = ", ".join(names[regime] for regime in best["regime_ids"])
    sure = "Lowest" if best["certain"] else "Lowest that is known"
    lines = [Text(f"{sure}: {percent(best['rate_pct'])} under {regimes}. {best['note'] or ''}".rstrip())]
    for step in answer["best_over_time"][1:]:
        who = ", ".join(names[regime] for regime in step["regime_ids"])
        lowest = "no rate is known" if step["rate_pct"] is None else f"lowest {percent(step['rate_pct'])} under {who}"
        lines.append(Text(f"From {step['from']}: {lowest}."))
    if answer["mfn"]["reason"]:
        lines.append(Text(f"MFN: {answer['mfn']['reason']}"))
    return list(lines)


def _details(entry: Row) -> list[RenderableType]:
    """What stands behind one regime's rate: reason, notes, base, certificate, lines with their places."""
    said = [entry["reason"], *entry["notes"]]
    if entry["free_from"]:
        said.append(f"Free from {entry['free_from']}.")
    base = entry["base"]
    if base["duty_text"]:
        said.append(f"Base rate {base['duty_text']}. {base['meaning'] or ''}".rstrip())
    certificate = entry["certificate"]
    if certificate["validity"]:
        said.append(f"Proof of origin valid {certificate['validity']}; records kept {certificate['retention'] or '-'}.")
    if entry["stale"] or entry["as_of"]:
        said.append(f"As of {entry['as_of']}." + (" Out of date." if entry["stale"] else ""))
    layer = f" ({entry['layer'].replace('_', ' ')})" if entry["layer"] else ""
    parts: list[RenderableType] = [Text(f"{entry['short_name']}{layer}", style="bold")]
    parts += [Text(f"  {words}") for words in said if words]
    if entry["lines"]:
        parts.append(_lines(entry["lines"]))
    if len(entry["lines"]) > MAX_LINES:
        parts.append(Text(f"  and {len(entry['lines']) - MAX_LINES} more lines; --json has all of them"))
    return [*parts, Text()]


def _lines(lines: list[Row]) -> Table:
    table = _table("Line", "Rate", "Category", "Place", "Key")
    for line in lines[:MAX_LINES]:
        place = f"{line['document_id'] or ''}, {line['locator'] or ''}".strip(", ")
        table.add_row(line["line_code"], _shown(line), line["category"] or "", Text(place), line["row_key"])
    return table


def _subheadings(answer: Row) -> Table:
    names = list(dict.fromkeys(entry["regime_id"] for entry in answer["regimes"]))
    table = _table("HS 2022", "MFN", *(name.upper() for name in names), "Product")
    for found in answer["subheadings"]:
        rates: dict[str, list[str]] = {name: [] for name in names}
        for entry in found["regimes"]:
            rates[entry["regime_id"]].append("not in force" if entry["in_force"] is False else _shown(entry))
        cells = [" / ".join(rates[name]) for name in names]
        table.add_row(_dotted(found["hs6"]), _shown(found["mfn"]), *cells, Text(found["description"] or ""))
    return table
