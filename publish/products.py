"""What a code or a party that somebody typed stands for in a release, and what to suggest where it stands for nothing.

Codes have 4 to 10 digits: a heading, an HS 2022 subheading, or a national line, which is followed through the
correlation tables to HS 2022. Nothing is chosen between several: they are all returned.
"""

from __future__ import annotations

import difflib
import re
import sqlite3
from dataclasses import dataclass

from publish.evidence import once
from sources.errors import Exit, FtaError

EDITION = "HS 2022"
MAX_SUGGESTIONS = 5

_PARTIES = "SELECT party_id, name_en FROM party ORDER BY party_id"
_SUCCESSORS = """
WITH RECURSIVE reached (edition, code) AS (
    VALUES (?, ?)
    UNION
    SELECT c.edition_to, c.code_to FROM reached AS r
    JOIN hs_correlation AS c ON c.edition_from = r.edition AND c.code_from = r.code AND c.material = 1)
SELECT code FROM reached WHERE edition = 'HS 2022' ORDER BY code
"""


@dataclass(frozen=True)
class Product:
    """What a code stands for.

    Attributes:
        code: digits as asked for.
        hs6: every HS 2022 subheading it reaches, in order.
        is_line: whether it has more than six digits, and so names national lines.
        nomenclatures: nomenclatures that have the line; empty where no tariff that is held has it.
        note: what the reader should know about how the code was read, or None.
    """

    code: str
    hs6: tuple[str, ...]
    is_line: bool = False
    nomenclatures: tuple[str, ...] = ()
    note: str | None = None


def digits_of(text: str) -> str:
    """The digits of a code; dots, spaces and hyphens between them are allowed, anything else gives ""."""
    code = re.sub(r"[.\s\-]", "", text)
    return code if code.isascii() and code.isdigit() else ""


def resolve_product(connection: sqlite3.Connection, text: str, importer: str | None = None) -> Product:
    """What a code of 4 to 10 digits stands for.

    Args:
        connection: a release.
        text: the code; dots, spaces and hyphens are allowed.
        importer: a line of this party's own tariff or schedules goes before lines of others with the same digits.

    Raises:
        FtaError: `wrong_code` where it is no such code; `unknown_code` where no edition and no tariff held has it.
    """
    code = digits_of(text)
    if not 4 <= len(code) <= 10:
        raise FtaError(
            "wrong_code", f"{text!r} is not a code of 4 to 10 digits.", where={"hs": text},
            remedy="Give a heading, an HS 2022 subheading or a national line, such as 6109, 6109.10 or 6109.10.10.",
            exit_code=Exit.WRONG_USE,
        )  # fmt: skip
    if len(code) > 6:
        return _national_line(connection, code, importer)
    found = subheadings(connection, code)
    if not found:
        raise _unknown_code(connection, code)
    return Product(code, found)


def subheadings(connection: sqlite3.Connection, prefix: str) -> tuple[str, ...]:
    """HS 2022 subheadings that begin with the given digits, in order."""
    rows = connection.execute(
        "SELECT code FROM hs_node WHERE edition = ? AND code >= ? AND code < ? AND level = 6 ORDER BY code",
        (EDITION, prefix, prefix + ":"),
    )
    return tuple(code for (code,) in rows)


def successors(connection: sqlite3.Connection, edition: str, code: str) -> tuple[str, ...]:
    """HS 2022 subheadings that a subheading of an edition became, by the material pairs of the correlation tables."""
    return tuple(row[0] for row in connection.execute(_SUCCESSORS, (edition, code)))


def _national_line(connection: sqlite3.Connection, code: str, importer: str | None) -> Product:
    lines = connection.execute(
        "SELECT DISTINCT nomenclature_id, hs_edition, hs6 FROM tariff_line WHERE line_code >= ? AND line_code < ?"
        " ORDER BY nomenclature_id",
        (code, code + ":"),
    ).fetchall()
    own = connection.execute(
        "SELECT nomenclature_id FROM schedule WHERE importer = ?"
        " UNION SELECT nomenclature_id FROM mfn_rate WHERE line_code >= ? AND line_code < ? AND importer = ?",
        (importer, code, code + ":", importer),
    ).fetchall()
    if importers := [line for line in lines if line[:1] in own]:
        lines = importers
    if lines:
        reached = {hs6 for _, edition, old in lines for hs6 in successors(connection, edition, old)}
        editions = ", ".join(sorted({edition for _, edition, _ in lines}))
        nomenclatures = tuple(dict.fromkeys(name for name, _, _ in lines))
        note = f"{code} is a national line of {', '.join(nomenclatures)} ({editions})."
        if reached:
            return Product(code, tuple(sorted(reached)), True, nomenclatures, note)
    if found := subheadings(connection, code[:6]):
        note = f"No tariff that is held has the line {code}: the answer is for its first six digits, read as {EDITION}."
        return Product(code, found, True, (), note)
    raise _unknown_code(connection, code)


def _unknown_code(connection: sqlite3.Connection, code: str) -> FtaError:
    """The error for a code that nothing has, with what it became where an older edition has it."""
    older = connection.execute(
        "SELECT DISTINCT edition_from FROM hs_correlation WHERE edition_from <> ? AND code_from = ?"
        " ORDER BY edition_from DESC",
        (EDITION, code[:6]),
    ).fetchall()
    for (edition,) in older:
        if became := successors(connection, edition, code[:6]):
            message = f"{code} is no code of {EDITION}; {code[:6]} of {edition} became {', '.join(became)}."
            return _code_error(message, code, f"Ask for {' or '.join(became[:MAX_SUGGESTIONS])}.")
    near = next((found for n in (5, 4, 2) if (found := subheadings(connection, code[:n]))), ())
    hint = f"Did you mean {', '.join(near[:MAX_SUGGESTIONS])}? " if near else ""
    return _code_error(
        f"{code} is no code of {EDITION} nor of a tariff that is held.", code, hint + "`ftadata search` finds codes."
    )


def _code_error(message: str, code: str, remedy: str) -> FtaError:
    return FtaError("unknown_code", message, where={"hs": code}, remedy=remedy, exit_code=Exit.WRONG_USE)


def resolve_party(connection: sqlite3.Connection, text: str, side: str) -> str:
    """The ISO 3166 code of a party given by code or English name.

    Args:
        connection: a release.
        text: what was typed, such as `KH`, `kh` or `Cambodia`.
        side: `exporter` or `importer`, for the error.

    Raises:
        FtaError: `unknown_party`, with the nearest parties of the release.
    """
    parties = once(connection, resolve_party, lambda: connection.execute(_PARTIES).fetchall())
    wanted = text.strip().casefold()
    for party_id, name in parties:
        if wanted in (party_id.casefold(), name.casefold()):
            return str(party_id)
    names = {word.casefold(): party_id for party_id, name in parties for word in (party_id, name)}
    near = dict.fromkeys(names[word] for word in difflib.get_close_matches(wanted, names, n=3, cutoff=0.5))
    raise FtaError(
        "unknown_party", f"{text!r} is no party of this release.", where={side: text},
        remedy=(f"Did you mean {', '.join(near)}? " if near else "")
        + f"The parties are {', '.join(party_id for party_id, _ in parties)}.",
        exit_code=Exit.WRONG_USE,
    )  # fmt: skip
