"""One file, or the members of a zip archive that a description asks for, each as bytes with its number and name.

Also here: the check that an option a reader does not know is refused, which every reader makes first.
"""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sources.errors import Exit, FtaError
from sources.readers.xml_safe import BROKEN_ZIP
from sources.reading import Finding


@dataclass(frozen=True)
class Member:
    """A text to read: `name` is None for the file itself; `number` is what stands for the page, from 1."""

    number: int
    name: str | None
    data: bytes

    @property
    def place(self) -> str:
        """How locators begin: `member 'c01.txt', ` or nothing."""
        return "" if self.name is None else f"member '{self.name}', "


@dataclass(frozen=True)
class Members:
    """What a file holds, with its hash and what was left aside."""

    sha256: str
    members: tuple[Member, ...]
    findings: tuple[Finding, ...]


def refuse(code: str, message: str, remedy: str, **where: Any) -> FtaError:
    """The error for a document that cannot be read as its description says."""
    return FtaError(code, message, where=where, remedy=remedy, exit_code=Exit.DOCUMENT)


def check_options(reader: str, options: Mapping[str, Any], known: Iterable[str]) -> None:
    """Refuse options that a reader does not know (`unknown_option`)."""
    unknown = sorted(set(options) - set(known))
    if unknown:
        message = f"The reader {reader} has no option {', '.join(unknown)}."
        raise refuse("unknown_option", message, f"Its options are {', '.join(sorted(known))}.")


def pattern(reader: str, option: str, text: Any) -> re.Pattern[str]:
    """A regular expression from a description (`wrong_option` where it is none)."""
    try:
        return re.compile(text)
    except (re.error, TypeError) as error:
        message = f"The option `{option}` of the reader {reader} is no regular expression: {error}."
        raise refuse("wrong_option", message, "Correct it in the description.", value=str(text)) from error


def open_members(path: Path, wanted: re.Pattern[str] | None) -> Members:
    """The file itself, or the members of an archive whose names match in full, in the order of their numbers.

    A group named `page` in the pattern gives the number; otherwise the members are counted as they stand.

    Raises:
        FtaError: `document_unreadable`, `members_not_named` (an archive, and no pattern), `members_missing`.
    """
    data = path.read_bytes()
    sha256 = hashlib.sha256(data).hexdigest()
    if not data.startswith(b"PK"):
        return Members(sha256, (Member(1, None, data),), ())
    if wanted is None:
        message = "The file is an archive, and the description does not say which of its members to read."
        raise refuse("members_not_named", message, "Set the reader's option `members`.", file=path.name)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = [name for name in archive.namelist() if not name.endswith("/")]
            if "" in names:
                raise zipfile.BadZipFile("a member has no name")
            matches = [(name, match) for name in names if (match := wanted.fullmatch(name))]
            members = [
                Member(int(match["page"]) if "page" in wanted.groupindex else number, name, archive.read(name))
                for number, (name, match) in enumerate(matches, 1)
            ]
    except BROKEN_ZIP as error:
        message = f"The archive is damaged: {error}."
        raise refuse("document_unreadable", message, "Ask for the file again.", file=path.name) from error
    if not members:
        message = f"None of the archive's {len(names)} members is called {wanted.pattern!r}."
        raise refuse("members_missing", message, "Correct the reader's option `members`.", file=path.name)
    rest = sorted(set(names) - {member.name for member in members})
    note = f"{len(rest)} members of the archive were not read: {', '.join(rest[:8])}{' ...' if rest[8:] else ''}."
    found = (Finding("member_not_read", "info", note, value=str(len(rest))),) if rest else ()
    return Members(sha256, tuple(sorted(members, key=lambda member: member.number)), found)


def decode(member: Member, encoding: str) -> str:
    """A member's text.

    Raises:
        FtaError: `wrong_encoding`, with the byte and its place.
    """
    try:
        return member.data.decode("utf-8-sig" if encoding == "utf-8" else encoding)
    except (UnicodeDecodeError, LookupError) as error:
        remedy = "Set the reader's option `encoding` (cp1252 and utf-8 are the usual ones)."
        raise refuse(
            "wrong_encoding", f"The text is not in {encoding}: {error}.", remedy, member=member.name
        ) from error
