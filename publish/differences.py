"""Two releases, or a release and what is to follow it, compared: what differs, and why.

Joins `publish.changes` (what) and `publish.reasons` (why); any two releases can be compared, not only neighbours.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa

from publish.changes import ChangeRow, TableDiff, change_rows, diff_tables
from publish.manifest import read_manifest, read_tables
from publish.reasons import Key, Upstream, explain_changes, find_causes, upstream
from publish.subset import rows_of_code, tables_of_regime

Tables = Mapping[str, pa.Table]


def differences(
    older: Tables, newer: Tables, before: Upstream, after: Upstream, names: Iterable[str] | None = None
) -> tuple[list[TableDiff], dict[Key, str]]:
    """What differs between two sets of tables, and the reason of every row that does.

    Args:
        older: tables, all of them, for changes are traced through tables that did not change.
        newer: the same of the newer.
        before: what the older was made from.
        after: what the newer was made from.
        names: tables that may differ, where that is known.

    Raises:
        FtaError: `unexplained_change`, where rows differ and nothing upstream does.
    """
    wanted = set(older) | set(newer) if names is None else set(names)
    diffs = diff_tables(
        {n: t for n, t in older.items() if n in wanted}, {n: t for n, t in newer.items() if n in wanted}
    )
    causes = find_causes(before, after, older, newer)
    return diffs, explain_changes(diffs, causes, older, newer)


def diff(older_dir: Path, newer_dir: Path, regime: str | None = None, hs: str | None = None) -> list[ChangeRow]:
    """What changed between two releases, as rows of table `change` without their key.

    Args:
        older_dir: directory of the older release.
        newer_dir: directory of the newer one.
        regime: only rows that belong to this regime.
        hs: only rows that speak of codes that begin with these digits, or of headings and chapters above them.

    Raises:
        FtaError: a directory holds no release, or one that was altered.
    """
    old_manifest, new_manifest = read_manifest(older_dir), read_manifest(newer_dir)
    older, newer = read_tables(older_dir, old_manifest), read_tables(newer_dir, new_manifest)
    names = differing(old_manifest, {name: facts["content_hash"] for name, facts in new_manifest["tables"].items()})
    diffs, reasons = differences(older, newer, upstream(old_manifest), upstream(new_manifest), names)
    if regime is not None or hs is not None:
        diffs = diff_tables(_asked(older, names, regime, hs), _asked(newer, names, regime, hs))
    return list(change_rows(diffs, str(new_manifest["version"]), reasons))


def differing(manifest: Mapping[str, Any], hashes: Mapping[str, str]) -> set[str]:
    """Names of the tables whose rows or columns are not those of a release."""
    old = {name: facts["content_hash"] for name, facts in manifest["tables"].items()}
    return {name for name in old.keys() | hashes.keys() if old.get(name) != hashes.get(name)}


def _asked(tables: Tables, names: set[str], regime: str | None, hs: str | None) -> dict[str, pa.Table]:
    held = dict(tables) if regime is None else tables_of_regime(tables, regime)
    held = held if hs is None else rows_of_code(held, hs)
    return {name: table for name, table in held.items() if name in names}
