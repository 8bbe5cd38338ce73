"""Version numbers of releases, computed from what changed and never chosen.

Major when a table, column, regime or schedule goes or a column changes its type; minor when one comes; patch when only
rows change. Which rows changed is found in `publish.changes`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Level = Literal["first", "major", "minor", "patch"]


@dataclass(frozen=True, order=True)
class Version:
    """A version `major.minor.patch`."""

    major: int
    minor: int
    patch: int

    @classmethod
    def parse(cls, text: str) -> Version:
        """A version from `1.2.0` or `v1.2.0`.

        Raises:
            ValueError: the text is no version.
        """
        parts = text.removeprefix("v").split(".")
        if len(parts) != 3 or not all(part.isascii() and part.isdigit() for part in parts):
            raise ValueError(f"{text!r} is no version such as 1.2.0")
        major, minor, patch = map(int, parts)
        return cls(major, minor, patch)

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}.{self.patch}"

    def raised(self, level: Level) -> Version:
        """The next version at a level."""
        if level == "major":
            return Version(self.major + 1, 0, 0)
        if level == "minor":
            return Version(self.major, self.minor + 1, 0)
        return Version(self.major, self.minor, self.patch + 1)


FIRST = Version(1, 0, 0)


@dataclass(frozen=True)
class Contract:
    """What a consumer relies on and a version number speaks of.

    Attributes:
        tables: for each table its columns and their types.
        regimes: ids of the regimes.
        schedules: ids of the schedules.
    """

    tables: Mapping[str, Mapping[str, str]]
    regimes: frozenset[str]
    schedules: frozenset[str]

    def parts(self, other: Contract) -> dict[str, str | None]:
        """Everything named, such as `column party.name_en`, with its type where it has one.

        The columns of a table that the other has not are not named: who is told of the table knows.
        """
        found: dict[str, str | None] = {f"regime {name}": None for name in self.regimes}
        found.update({f"schedule {name}": None for name in self.schedules})
        for table, columns in self.tables.items():
            found[f"table {table}"] = None
            if table in other.tables:
                found.update({f"column {table}.{name}": kind for name, kind in columns.items()})
        return found


@dataclass(frozen=True)
class Step:
    """The next version and why, as sentences for the changelog."""

    version: Version
    level: Level
    why: tuple[str, ...]


def next_step(previous: Version | None, before: Contract | None, after: Contract) -> Step:
    """The version of a release whose rows differ from the one before."""
    if previous is None or before is None:
        return Step(FIRST, "first", ("This is the first release.",))
    old, new = before.parts(after), after.parts(before)
    broken = [f"The {part} is gone." for part in sorted(old.keys() - new.keys())]
    broken += [
        f"The {part} was of type {old[part]} and is now {new[part]}."
        for part in sorted(old.keys() & new.keys())
        if old[part] != new[part]
    ]
    come = [f"The {part} is new." for part in sorted(new.keys() - old.keys())]
    level: Level = "major" if broken else "minor" if come else "patch"
    why = tuple(broken + come) or ("Only rows changed.",)
    return Step(previous.raised(level), level, why)
