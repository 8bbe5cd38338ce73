"""Why rows changed, taken from what changed upstream between two releases and never guessed.

What changed upstream is known: the manifests name the hash of every document, of every accepted extraction and of the
code; corrections and correlations are tables. For each row that differs, the first of these that holds is its reason:

1. `source_added`: its regime, schedule or document has come to be published.
2. `correction`: its own source row is one that a correction has come to, gone from or changed for.
3. `law`: the bytes of its document are others.
4. For a row computed from other rows (HS 2022 rates and rules, contributors, duties): the reason of those of them that
   changed, in this order.
5. `transposition`: it is a correlation or a nomenclature row, or a correlation of its subheading changed.
6. What changed for all: `pipeline` where the code, an extraction or another input is another; else the first of the
   above that happened anywhere in this release.

Where nothing upstream changed and rows did, there is no reason to give, and the release is refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from publish.changes import TableDiff, diff_table
from sources.errors import FtaError

ORDER = ("source_added", "correction", "law", "transposition", "pipeline")
Key = tuple[str, str]

DERIVED = ("hs2022_preference_rate", "hs2022_mfn_rate", "hs2022_contributor", "hs2022_origin_rule", "duty")
TRANSPOSITION = ("hs_correlation", "hs_node")
IDENTIFIERS = ("regime_id", "schedule_id", "document_id", "source_row_id", "nomenclature_id")


@dataclass(frozen=True)
class Upstream:
    """What a release was made from: the part of its manifest that reasons rest on.

    Attributes:
        documents: SHA-256 of each document read, by its id.
        extractions: SHA-256 of each accepted extraction, by its document.
        others: SHA-256 of every other input, by its path.
        code_version: hash of the code.
    """

    documents: Mapping[str, str]
    extractions: Mapping[str, str]
    others: Mapping[str, str]
    code_version: str


def upstream(manifest: Mapping[str, Any]) -> Upstream:
    """What a manifest says its release was made from."""
    inputs = manifest["inputs"]
    read = [entry for entry in inputs if entry.get("document_id")]
    return Upstream(
        documents={entry["document_id"]: entry.get("sha256") or "" for entry in read},
        extractions={entry["document_id"]: entry.get("extraction_sha256") or "" for entry in read},
        others={entry["path"]: entry.get("sha256") or "" for entry in inputs if not entry.get("document_id")},
        code_version=manifest["code_version"],
    )


@dataclass
class Causes:
    """What changed between two releases: identifiers by reason, and what concerns all rows.

    Attributes:
        marked: for each identifying column the values that carry a reason, such as `{"schedule_id": {"x-kr": "law"}}`.
        subheadings: HS codes of which a correlation changed.
        everywhere: reasons that happened at all, in the order of `ORDER`.
    """

    marked: dict[str, dict[str, str]] = field(default_factory=lambda: {name: {} for name in IDENTIFIERS})
    subheadings: set[str] = field(default_factory=set)
    everywhere: tuple[str, ...] = ()

    def mark(self, column: str, value: str | None, reason: str) -> None:
        """Note a reason for an identifier, unless a stronger one is noted already."""
        if value is not None:
            held = self.marked[column].get(value)
            self.marked[column][value] = reason if held is None else first((held, reason))

    def direct(self, row: Mapping[str, str | None]) -> str | None:
        """The strongest reason among a row's own identifiers."""
        found = [self.marked[name].get(value) for name in IDENTIFIERS if (value := row.get(name)) is not None]
        strongest: str | None = first(reason for reason in found if reason)
        return strongest

    def general(self, table: str, key: str) -> str:
        """The reason of a row that nothing of its own explains.

        Raises:
            FtaError: `unexplained_change`, where nothing upstream changed.
        """
        if "pipeline" in self.everywhere:
            return "pipeline"
        if self.everywhere:
            return self.everywhere[0]
        raise FtaError(
            "unexplained_change",
            "A row differs from the last release although no document, correction, correlation or code changed.",
            where={"table": table, "row_key": key},
            remedy="Name every input in the release's inputs, and make the pipeline give the same rows twice.",
        )


def first(reasons: Iterable[str]) -> Any:
    """The first of some reasons in the order of `ORDER`, or None where there is none."""
    return min(reasons, key=ORDER.index, default=None)


def find_causes(
    before: Upstream, after: Upstream, older: Mapping[str, pa.Table], newer: Mapping[str, pa.Table]
) -> Causes:
    """What changed upstream between two releases."""
    causes = Causes()
    _mark_new(causes, before, after, older, newer)
    _mark_documents(causes, before, after)
    _mark_corrections(causes, older, newer)
    _spread_documents(causes, older, newer)
    causes.subheadings = _correlated(older, newer)
    happened = {reason for values in causes.marked.values() for reason in values.values()}
    happened |= {"transposition"} if causes.subheadings else set()
    happened |= {"pipeline"} if _is_pipeline(before, after) else set()
    causes.everywhere = tuple(reason for reason in ORDER if reason in happened)
    return causes


def _values(tables: Mapping[str, pa.Table], table: str, column: str) -> set[Any]:
    held = tables.get(table)
    return set(held.column(column).to_pylist()) if held is not None else set()


def _mark_new(
    causes: Causes, before: Upstream, after: Upstream, older: Mapping[str, pa.Table], newer: Mapping[str, pa.Table]
) -> None:
    for table, column in (("regime", "regime_id"), ("schedule", "schedule_id"), ("tariff_line", "nomenclature_id")):
        for value in _values(newer, table, column) - _values(older, table, column):
            causes.mark(column, value, "source_added")
    for document in after.documents.keys() - before.documents.keys():
        causes.mark("document_id", document, "source_added")


def _mark_documents(causes: Causes, before: Upstream, after: Upstream) -> None:
    for document in after.documents.keys() & before.documents.keys():
        if after.documents[document] != before.documents[document]:
            causes.mark("document_id", document, "law")


def _mark_corrections(causes: Causes, older: Mapping[str, pa.Table], newer: Mapping[str, pa.Table]) -> None:
    diff = diff_table("correction", older.get("correction"), newer.get("correction"))
    sides = (diff.added, diff.removed, diff.before, diff.after)
    places = {(row["document_id"], row["locator"]) for side in sides if side.num_columns for row in side.to_pylist()}
    if places:
        for document, locator, source in _source_rows(older, newer):
            if (document, locator) in places:
                causes.mark("source_row_id", source, "correction")


def _source_rows(*sides: Mapping[str, pa.Table]) -> set[tuple[str, str, str]]:
    """Document, locator and id of every source row of either release."""
    found: set[tuple[str, str, str]] = set()
    for tables in sides:
        if (held := tables.get("source_row")) is not None:
            columns = [held.column(name).to_pylist() for name in ("document_id", "locator", "source_row_id")]
            found.update(zip(*columns, strict=True))
    return found


def _spread_documents(causes: Causes, older: Mapping[str, pa.Table], newer: Mapping[str, pa.Table]) -> None:
    """A document's reason holds for its schedules, their nomenclatures, and rows read from it."""
    documents = causes.marked["document_id"]
    if documents:
        for document, _, source in _source_rows(older, newer):
            if reason := documents.get(document):
                causes.mark("source_row_id", source, reason)
    for tables in (older, newer):
        for row in tables["schedule"].to_pylist() if "schedule" in tables else ():
            if reason := documents.get(row["document_id"]):
                causes.mark("schedule_id", row["schedule_id"], reason)
                causes.mark("nomenclature_id", row["nomenclature_id"], reason)


def _correlated(older: Mapping[str, pa.Table], newer: Mapping[str, pa.Table]) -> set[str]:
    """Every subheading that a changed correlation leads to, also through later editions."""
    diff = diff_table("hs_correlation", older.get("hs_correlation"), newer.get("hs_correlation"))
    sides = (diff.added, diff.removed, diff.before, diff.after)
    reached = {(row["edition_to"], row["code_to"]) for side in sides if side.num_columns for row in side.to_pylist()}
    pending = set(reached) if newer.get("hs_correlation") is not None else set()
    while pending:
        steps = {
            (row["edition_to"], row["code_to"])
            for row in newer["hs_correlation"].to_pylist()
            if (row["edition_from"], row["code_from"]) in pending
        }
        pending = steps - reached
        reached |= steps
    return {code for _, code in reached}


def _is_pipeline(before: Upstream, after: Upstream) -> bool:
    """Whether the code, another input, the reading of a same document, or what is no longer read, is another."""
    same = {name for name in after.documents if before.documents.get(name) == after.documents[name]}
    reread = any(before.extractions.get(name, "") != after.extractions.get(name, "") for name in same)
    gone = bool(before.documents.keys() - after.documents.keys())
    return before.code_version != after.code_version or before.others != after.others or reread or gone


def explain_changes(
    diffs: list[TableDiff], causes: Causes, older: Mapping[str, pa.Table], newer: Mapping[str, pa.Table]
) -> dict[Key, str]:
    """The reason of every row that differs, by table and row key.

    Raises:
        FtaError: `unexplained_change`, where nothing upstream changed.
    """
    reasons: dict[Key, str] = {}
    for diff in diffs:
        if diff.table not in DERIVED:
            reasons.update(_first_hand(diff, causes))
    by_table = {diff.table: diff for diff in diffs if diff.table in DERIVED}
    inherited = _inheritance(reasons, by_table, older, newer)
    for name in DERIVED:
        if name in by_table:
            reasons.update(_second_hand(by_table[name], causes, inherited))
    return reasons


def _rows(diff: TableDiff) -> Iterable[dict[str, Any]]:
    for side in (diff.added, diff.removed, diff.after):
        yield from side.to_pylist()


def _first_hand(diff: TableDiff, causes: Causes) -> dict[Key, str]:
    found: dict[Key, str] = {}
    for row in _rows(diff):
        key = row["row_key"]
        reason = causes.direct(row)
        if reason is None and diff.table == "correction":
            reason = "correction"
        if diff.table in TRANSPOSITION:
            reason = "transposition"
        found[diff.table, key] = reason or causes.general(diff.table, key)
    return found


def _second_hand(diff: TableDiff, causes: Causes, inherited: Mapping[Key, str]) -> dict[Key, str]:
    found: dict[Key, str] = {}
    for row in _rows(diff):
        key = row["row_key"]
        own = "duty_id" if diff.table == "duty" else "row_key"
        reason = causes.direct(row)
        reason = reason if reason == "source_added" else inherited.get((diff.table, row[own]))
        if reason is None and row.get("hs6", row.get("hs6_from")) in causes.subheadings:
            reason = "transposition"
        found[diff.table, key] = reason or causes.direct(row) or causes.general(diff.table, key)
    return found


def _inheritance(
    reasons: Mapping[Key, str],
    derived: Mapping[str, TableDiff],
    older: Mapping[str, pa.Table],
    newer: Mapping[str, pa.Table],
) -> dict[Key, str]:
    """The strongest reason that each derived row has from the changed rows it was computed from."""
    found: dict[Key, str] = {}

    def pass_on(table: str, value: str | None, reason: str | None) -> None:
        if value is not None and reason is not None:
            held = found.get((table, value))
            found[table, value] = reason if held is None else first((held, reason))

    changed_rates = {
        key: reason for (table, key), reason in reasons.items() if table in ("preference_rate", "mfn_rate")
    }
    for tables in (older, newer) if changed_rates and derived else ():
        for row in _contributors(tables, set(changed_rates)):
            reason = changed_rates[row["source_rate_row_key"]]
            pass_on("hs2022_preference_rate", row["rate_row_key"], reason)
            pass_on("hs2022_mfn_rate", row["rate_row_key"], reason)
            pass_on("hs2022_contributor", row["row_key"], reason)
    for row in _rows(derived["hs2022_origin_rule"]) if "hs2022_origin_rule" in derived else ():
        pass_on("hs2022_origin_rule", row["row_key"], reasons.get(("origin_rule", row["origin_rule_row_key"])))
    if "duty" in derived:
        for table, column in (("concession", "base_duty_id"), ("preference_rate", "duty_id"), ("mfn_rate", "duty_id")):
            for tables in (older, newer):
                for key, duty in _pairs(tables, table, column):
                    pass_on("duty", duty, reasons.get((table, key)))
    return found


def _contributors(tables: Mapping[str, pa.Table], rates: set[str]) -> list[dict[str, Any]]:
    held = tables.get("hs2022_contributor")
    if held is None:
        return []
    import pyarrow.compute as pc

    wanted = pc.is_in(held.column("source_rate_row_key"), value_set=pa.array(sorted(rates), pa.string()))
    return held.filter(wanted).to_pylist()


def _pairs(tables: Mapping[str, pa.Table], table: str, column: str) -> Iterable[tuple[Any, Any]]:
    held = tables.get(table)
    if held is None:
        return ()
    return zip(held.column("row_key").to_pylist(), held.column(column).to_pylist(), strict=True)
