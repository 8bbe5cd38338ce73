"""The one kind of error that a person is shown: what is wrong, where, and what to do about it.

Every package may raise it; the command line turns it into an exit code and, with `--json`, into
`{"error": {"code", "message", "where", "remedy"}}`.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Any


class Exit(IntEnum):
    """Exit codes of the command line."""

    DONE = 0
    WRONG_USE = 2
    FAILED = 3
    DOCUMENT = 4
    REFUSED = 5


class FtaError(Exception):
    """An error with its place and its mend.

    Attributes:
        code: short identifier, such as `document_altered`.
        message: one sentence that names the value seen and the value expected.
        where: place, such as `{"document": ..., "page": 57, "row": 12, "column": "base_rate"}`.
        remedy: what the reader of the message can do.
        exit_code: exit code the command line ends with.
    """

    def __init__(
        self,
        code: str,
        message: str,
        *,
        where: dict[str, Any] | None = None,
        remedy: str = "",
        exit_code: Exit = Exit.FAILED,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.where = where or {}
        self.remedy = remedy
        self.exit_code = exit_code

    def __reduce__(self) -> tuple[Any, ...]:
        """How the error comes whole out of another process: an exception is otherwise made again from its message."""
        return _again, (self.code, self.message, self.where, self.remedy, self.exit_code)

    def as_json(self) -> dict[str, Any]:
        """The error in the shape that `--json` prints."""
        return {"error": {"code": self.code, "message": self.message, "where": self.where, "remedy": self.remedy}}

    def __str__(self) -> str:
        """The error on one line a person can act on."""
        place = ", ".join(f"{name} {value}" for name, value in self.where.items())
        return " ".join(part for part in (f"[{place}]" if place else "", self.message, self.remedy) if part)


def _again(code: str, message: str, where: dict[str, Any], remedy: str, exit_code: Exit) -> FtaError:
    return FtaError(code, message, where=where, remedy=remedy, exit_code=exit_code)
