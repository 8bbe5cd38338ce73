"""How a new site takes the place of the old one: whole trees, each in one step, and never a page without its assets.

Assets have names that change with their content, so the old and the new stand side by side while the pages are
exchanged; the old ones go last. A crash at any point leaves every page whole and with all that it loads; the mark that
says what the site was made from is written at the end, so a site that was interrupted is made again.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from publish.staging import swap
from publish.static_json import exchange

MARK = "site.json"
ASSETS = "assets"


def read_mark(public: Path) -> dict[str, Any] | None:
    """What the site that stands was made from, or None where it is none, or was interrupted."""
    try:
        mark = json.loads((public / ASSETS / MARK).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return mark if isinstance(mark, dict) else None


def settle(staged: Path, public: Path, trees: Iterable[str], mark: Mapping[str, Any]) -> None:
    """Let a staged site take its place.

    Args:
        staged: a directory on the same file system with `assets/`, the trees, and files of the root.
        public: the web root.
        trees: directories that are exchanged whole, such as `en`.
        mark: what the site was made from.
    """
    assets = public / ASSETS
    (assets / MARK).unlink(missing_ok=True)
    wanted = _move_in(staged / ASSETS, assets)
    for tree in trees:
        exchange(staged / tree, public / tree)
    for file in sorted(path for path in staged.iterdir() if path.is_file()):
        os.replace(file, public / file.name)  # noqa: PTH105  # one system call
    _clear(assets, wanted)
    swap(assets / MARK, (json.dumps(mark, indent=1) + "\n").encode())


def _move_in(staged: Path, assets: Path) -> set[Path]:
    """Put the new assets beside the old; a name that stands holds the same content already."""
    wanted = set()
    for path in sorted(path for path in staged.rglob("*") if path.is_file()):
        place = assets / path.relative_to(staged)
        wanted.add(place)
        if not place.exists():
            place.parent.mkdir(parents=True, exist_ok=True)
            os.replace(path, place)  # noqa: PTH105
    return wanted


def _clear(assets: Path, wanted: set[Path]) -> None:
    for path in sorted(assets.rglob("*"), reverse=True):
        if path.is_file() and path not in wanted:
            path.unlink()
        elif path.is_dir() and not any(path.iterdir()):
            shutil.rmtree(path)
