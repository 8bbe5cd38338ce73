"""Pages about the data itself: releases and downloads, what is held, the dictionary, the judgement, changes, news."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from publish.evidence import Row
from publish.site.facts import Facts
from publish.site.pages import Page

ABOVE = ("data/", "nav.data")
SUBJECTS = ("tariff", "mfn", "origin_rules", "provisions", "legal_text")
_LEADING = ("fta.sqlite", "datapackage.json", "DATA_DICTIONARY.md", "CHANGELOG.md", "CITATION.cff", "LICENSES.md",
            "validation/report.json", "changes.json")  # fmt: skip
_WORST_FIRST = ("E", "W", "I")


def pages(facts: Facts) -> Iterator[Page]:
    """All pages about the data."""
    releases = [{**entry, **_told(facts, entry)} for entry in facts.releases]
    files: Mapping[str, Mapping[str, Any]] = facts.manifest.get("files", {})
    package = _read(facts.directory / "datapackage.json")
    tables = package.get("resources", [])
    folder = f"releases/v{facts.version}/"
    leading = [{"path": path, **files[path]} for path in _LEADING if path in files]
    yield Page("data/", "data.html", "data.title", "data", {
        "releases": releases, "leading": leading, "tables": tables, "folder": folder, "facts": facts.manifest,
        "regimes": facts.regimes,
    })  # fmt: skip
    yield Page("data/coverage/", "coverage.html", "data.coverage", "data", _coverage(facts), crumbs=(ABOVE,))
    dictionary = {"tables": tables}
    yield Page("data/dictionary/", "dictionary.html", "data.dictionary", "data", dictionary, crumbs=(ABOVE,))
    yield Page("data/validation/", "validation.html", "data.validation", "data", _judged(facts), crumbs=(ABOVE,))
    notes = [row for row in facts.held("text_block", "as_of DESC, block_id") if row["subject"] == "news"]
    yield Page("news/", "news.html", "news.title", "news", {"releases": releases, "notes": notes})


def _read(path: Path) -> dict[str, Any]:
    """A JSON file of a release, empty where an older release has none."""
    if not path.is_file():
        return {}
    held = json.loads(path.read_text(encoding="utf-8"))
    return held if isinstance(held, dict) else {}


def _told(facts: Facts, entry: Mapping[str, Any]) -> Row:
    """What a release says of itself and of its changes."""
    directory = facts.directory.parent / str(entry["path"]).strip("/")
    return {"changed": _read(directory / "changes.json")}


def _coverage(facts: Facts) -> Row:
    """By regime and subject, what is held for whom."""
    held: dict[str, dict[str, list[Row]]] = defaultdict(lambda: defaultdict(list))
    for row in facts.held("coverage", "regime_id, subject, importer"):
        held[row["regime_id"]][row["subject"]].append(row)
    return {"held": held, "subjects": SUBJECTS, "regimes": facts.regimes, "parties": facts.parties}


def _judged(facts: Facts) -> Row:
    """Results of the judgement: what failed, and by rule how much was looked at."""
    found = facts.held("validation_result", "rule, table_name, subject")
    failed = [row for row in found if row["status"] == "fail"]
    failed.sort(key=lambda row: (_WORST_FIRST.index(row["severity"]), row["rule"]))
    rules: dict[tuple[str, str], Row] = {}
    for row in found:
        rule = rules.setdefault(
            (row["rule"], row["severity"]),
            {"rule": row["rule"], "severity": row["severity"], "checked": 0, "failed": 0, "results": 0},
        )
        rule["checked"] += row["checked"] or 0
        rule["failed"] += row["failed"] or 0
        rule["results"] += 1
    return {"failed": failed, "rules": list(rules.values()), "results": len(found)}
