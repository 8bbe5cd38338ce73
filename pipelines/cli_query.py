"""Commands that ask a published release: search, compare, origin, explain. They read its SQLite as the portal does."""

from __future__ import annotations

import json
import sqlite3
import sys
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any, Literal

import click

from pipelines import options
from pipelines.output import answer, table
from sources.errors import Exit, FtaError


def _open(release: str | None) -> closing[sqlite3.Connection]:
    from pipelines.home import Home
    from publish.open_release import open_release

    public = Home.from_environment().public
    return closing(open_release(public / "releases" / f"v{release.removeprefix('v')}" if release else public))


@click.command()
@click.argument("text", nargs=-1, required=True)
@click.option("--lang", type=click.Choice(["en", "km"]), default="en", show_default=True, help="Language of the words.")
@options.release
@options.as_json
def search(text: tuple[str, ...], lang: Literal["en", "km"], release: str | None, as_json: bool) -> None:
    """Search HS 2022 by code or by words."""
    from publish.render import render_search
    from publish.search import search as ask

    with _open(release) as connection:
        data = ask(connection, " ".join(text), lang)
    answer(data, as_json=as_json, render=lambda: render_search(data))


@click.command()
@click.option("--exporter", required=True, metavar="PARTY", help="Country of origin, ISO alpha-2, such as KH.")
@click.option("--importer", required=True, metavar="PARTY", help="Country of destination, ISO alpha-2, such as KR.")
@click.option("--hs", required=True, metavar="CODE", help="4 to 10 digits, dots allowed; 6 digits are HS 2022.")
@click.option("--on", "day", type=options.Day(), default=date.today, help="Date to answer for [default: today].")
@options.release
@options.as_json
def compare(exporter: str, importer: str, hs: str, day: date, release: str | None, as_json: bool) -> None:
    """Every regime's rate, the MFN rate, the rule of origin and the certificate for a product between two parties."""
    from publish.compare import compare as ask
    from publish.render import render_compare

    with _open(release) as connection:
        data = ask(connection, exporter=exporter, importer=importer, hs=hs, on=day)
    answer(data, as_json=as_json, render=lambda: render_compare(data))


@click.command()
@click.argument("row_key")
@options.release
@options.as_json
def explain(row_key: str, release: str | None, as_json: bool) -> None:
    """From a published number back to its document, page and row, with every step between."""
    from publish.explain import explain as ask
    from publish.render import render_explain

    with _open(release) as connection:
        data = ask(connection, row_key)
    answer(data, as_json=as_json, render=lambda: render_explain(data))


@click.command()
@click.option("--regime", metavar="ID", help="The agreement or scheme, such as one that `compare` names.")
@click.option("--facts", "facts_file", type=click.Path(path_type=Path), help="JSON file with the facts; - reads them.")
@click.option("--unread", is_flag=True, help="List instead the rules that were read in part, for a person to look at.")
@click.option("--on", "day", type=options.Day(), default=date.today, help="Date to answer for [default: today].")
@options.release
@options.as_json
def origin(
    regime: str | None, facts_file: Path | None, unread: bool, day: date, release: str | None, as_json: bool
) -> None:
    """Whether a good originates under a regime, step by step, each with its article. Guidance, not a ruling."""
    from publish.origin import origin as ask
    from publish.origin_unread import unread as list_unread
    from publish.render import render_origin, render_unread

    if unread:
        with _open(release) as connection:
            listed = list_unread(connection)
        return answer(listed, as_json=as_json, render=lambda: render_unread(listed))
    if regime is None or facts_file is None:
        raise click.UsageError("Give --regime and --facts, or --unread.")
    facts = _facts(facts_file)
    with _open(release) as connection:
        data = ask(connection, regime, facts, day)
    answer(data, as_json=as_json, render=lambda: render_origin(data))


@click.command()
@click.option("--regime", metavar="ID", help="Only this agreement or scheme.")
@click.option("--hs", default="", metavar="CODE", help="Only subheadings that begin with these digits.")
@options.release
@options.as_json
def differences(regime: str | None, hs: str, release: str | None, as_json: bool) -> None:
    """Where rates carried to HS 2022 differ from a party's own HS 2022 schedule; lines that reach no rate."""
    from publish.own_schedules import own_schedules

    with _open(release) as connection:
        data = own_schedules(connection, regime, hs)
    answer(data, as_json=as_json, render=lambda: _differences(data))


def _differences(data: dict[str, Any]) -> str:
    def said(row: dict[str, Any], side: str) -> str:
        rate = row[f"{side}_rate_pct"]
        return f"{rate:g}%" if rate is not None else row[f"{side}_state"] or "no row"

    parts = []
    if data["differences"]:
        cells = [
            [r["schedule_id"], r["own_schedule_id"], r["hs6"], r["valid_from"], r["valid_to"] or "-", r["kind"],
             said(r, "our"), said(r, "own"), r["our_row_key"] or "-", r["own_row_key"] or "-"]
            for r in data["differences"]
        ]  # fmt: skip
        head = ["schedule", "party's own", "HS 2022", "from", "to", "kind", "ours", "own", "our row", "own row"]
        parts += [table(head, cells), "`ftadata explain ROW` leads from a row to its document, page and line."]
    else:
        parts.append("No difference: what could be compared agrees.")
    held = [[c["regime_id"], c["importer"], c["state"], c["note"]] for c in data["coverage"]]
    parts.append(
        table(["regime", "importer", "own schedule", "note"], held) if held else "No schedule is carried over."
    )
    if data["unplaced"]:
        lines = [[u["nomenclature_id"], u["line_code"], u["hs_edition"], u["reason"]] for u in data["unplaced"]]
        parts.append(table(["nomenclature", "line", "edition", "why it reaches no HS 2022 rate"], lines))
    return "\n\n".join(parts)


def _facts(file: Path) -> dict[str, Any]:
    """The facts of a JSON file.

    Raises:
        FtaError: there is no such file, or it holds no JSON object.
    """
    try:
        facts = json.loads(sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        facts, why = None, str(error)
    else:
        why = "it is no JSON object"
    if not isinstance(facts, dict):
        raise FtaError(
            "bad_facts",
            f"The facts cannot be read: {why}.",
            where={"file": str(file)},
            remedy="Write a JSON object; docs/origin.md shows one.",
            exit_code=Exit.WRONG_USE,
        )
    return facts


COMMANDS = (search, compare, origin, explain, differences)
