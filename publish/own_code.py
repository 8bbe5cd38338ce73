"""The code that the static JSON and the site are made by, so that another code makes them again."""

from __future__ import annotations

import hashlib
from pathlib import Path

_HOUSE = Path(__file__).resolve().parent.parent
_ROOMS = ("transforms", "warehouse", "publish")


def hash_of_code() -> str:
    """A hash of every file that decides what they say and how: code, templates, words and assets."""
    digest = hashlib.sha256()
    for room in _ROOMS:
        for path in sorted((_HOUSE / room).rglob("*.*")):
            if path.is_file() and "__pycache__" not in path.parts:
                digest.update(path.relative_to(_HOUSE).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()
