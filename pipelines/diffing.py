"""What changed between two releases, for a terminal, a spreadsheet or a program."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

from pipelines.home import Home
from sources.errors import Exit, FtaError

SHOWN = 40


def diff_releases(home: Home, older: str, newer: str, regime: str | None, hs: str | None) -> dict[str, Any]:
    """The changes between two releases, each named by its version or its directory.

    Raises:
        FtaError: there is no such release.
    """
    from publish.differences import diff
    from publish.manifest import read_manifest

    directories = [_directory(home, name) for name in (older, newer)]
    versions = [str(read_manifest(directory)["version"]) for directory in directories]
    changes = list(
        diff(directories[0], directories[1], regime=regime, hs="".join(filter(str.isdigit, hs)) if hs else None)
    )
    counts: dict[str, int] = {}
    for change in changes:
        name = f"{change['table_name']} {change['op']}"
        counts[name] = counts.get(name, 0) + 1
    return {"from": versions[0], "to": versions[1], "counts": dict(sorted(counts.items())), "changes": changes}


def _directory(home: Home, name: str) -> Path:
    for path in (Path(name), home.public / "releases" / f"v{name.removeprefix('v')}"):
        if (path / "manifest.json").is_file():
            return path
    raise FtaError(
        "unknown_release",
        f"There is no release {name!r}.",
        remedy=f"Name a version under {home.public / 'releases'}, or a release's directory.",
        exit_code=Exit.WRONG_USE,
    )


def render_text(data: dict[str, Any]) -> str:
    """Counts, then the first changes."""
    lines = [f"From {data['from']} to {data['to']}: {len(data['changes']):,} changes."]
    lines += [f"  {count:>8,}  {name}" for name, count in data["counts"].items()]
    for change in data["changes"][:SHOWN]:
        what = f"{change['column_name']}: {change['old']} -> {change['new']}" if change["column_name"] else ""
        lines.append(f"{change['op']} {change['table_name']} {change['changed_row_key']} {what} ({change['reason']})")
    if len(data["changes"]) > SHOWN:
        lines.append(f"... and {len(data['changes']) - SHOWN:,} more: --format csv or json has all.")
    return "\n".join(lines)


def render_csv(data: dict[str, Any]) -> str:
    """Every change as CSV."""
    out = io.StringIO()
    names = ["table_name", "changed_row_key", "op", "column_name", "old", "new", "reason"]
    writer = csv.DictWriter(out, names, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(data["changes"])
    return out.getvalue()
