"""Commands of the main job: run, refresh, check, review, publish, runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from pipelines import options
from pipelines.output import Progress, answer, table
from sources.errors import Exit


def _only(command: Any) -> Any:
    command = click.option("--full", is_flag=True, help="Make everything again, also what has not changed.")(command)
    return click.option("--only", multiple=True, metavar="REGIME", help="Refresh this regime only; may be repeated.")(
        command
    )


def _publishing(command: Any) -> Any:
    for option in (
        click.option("--approved-by", metavar="NAME", help="Who approves the release; stands in its manifest."),
        click.option("--note", metavar="TEXT", help="A sentence for the changelog."),
        click.option(
            "--accept-quarantine",
            multiple=True,
            metavar="SCHEDULE",
            help="Publish although this schedule keeps the rows of the last release; may be repeated.",
        ),
    ):
        command = option(command)
    return command


@click.command()
@_only
@_publishing
@options.documents
@options.quiet
@options.as_json
def run(
    only: tuple[str, ...],
    full: bool,
    approved_by: str | None,
    note: str | None,
    accept_quarantine: tuple[str, ...],
    documents: Path | None,
    quiet: bool,
    as_json: bool,
) -> int:
    """The main job: refresh, judge, publish, and say what came of it."""
    from pipelines.home import Home
    from pipelines.job import run_all
    from pipelines.standing import Approval

    approval = Approval(approved_by, note, accept_quarantine)
    report = run_all(Home.from_environment(documents), only, full, approval, Progress(quiet=quiet))
    answer(report.as_json(), as_json=as_json, render=report.text)
    return int(report.exit_code)


@click.command()
@_only
@options.documents
@options.quiet
@options.as_json
def refresh(only: tuple[str, ...], full: bool, documents: Path | None, quiet: bool, as_json: bool) -> int:
    """Read, compare, normalise and judge into the warehouse; what has not changed is not done again."""
    from pipelines.home import Home
    from pipelines.job import refresh_only

    report = refresh_only(Home.from_environment(documents), only, full, Progress(quiet=quiet))
    answer(report.as_json(), as_json=as_json, render=report.text)
    return int(report.exit_code)


@click.command()
@click.option("--all", "everything", is_flag=True, help="Also the rules that passed or had nothing to judge.")
@options.as_json
def check(everything: bool, as_json: bool) -> int:
    """The last judgement, by rule and severity."""
    from pipelines.home import Home
    from pipelines.judging import last_judgement

    judgement = last_judgement(Home.from_environment())
    data = judgement.as_json()

    def render() -> str:
        shown = [r for r in judgement.results if everything or r.status == "fail"]
        rows = [
            [r.rule, r.severity, r.status, r.table, r.subject, f"{r.failed:,}/{r.checked:,}", r.message] for r in shown
        ]
        counts = {s: sum(1 for r in judgement.results if r.status == s) for s in ("pass", "fail", "not_applicable")}
        head = (
            f"{'Passed' if judgement.passed else 'Blocked by ' + ', '.join(judgement.blocking)}: "
            f"{counts['pass']} results pass, {counts['fail']} fail, {counts['not_applicable']} had nothing to judge."
        )
        body = table(["rule", "sev", "status", "table", "subject", "failed", "message"], rows) if rows else ""
        return f"{head}\n\n{body}" if body else head

    answer(data, as_json=as_json, render=render)
    return int(Exit.DONE if judgement.passed else Exit.FAILED)


@click.command()
@options.as_json
def review(as_json: bool) -> int:
    """What a release made now would change, and what waits for a decision."""
    from pipelines.home import Home
    from pipelines.release import review_now

    report = review_now(Home.from_environment())
    answer(report.as_json(), as_json=as_json, render=report.text)
    return int(Exit.DONE)


@click.command()
@_publishing
@options.quiet
@options.as_json
def publish(
    approved_by: str | None, note: str | None, accept_quarantine: tuple[str, ...], quiet: bool, as_json: bool
) -> int:
    """Write the next immutable release; refuses while a blocking rule fails."""
    from pipelines.home import Home
    from pipelines.job import publish_only
    from pipelines.standing import Approval

    approval = Approval(approved_by, note, accept_quarantine)
    report = publish_only(Home.from_environment(), approval, Progress(quiet=quiet))
    answer(report.as_json(), as_json=as_json, render=report.text)
    return int(Exit.DONE)


@click.command()
@click.option("--limit", default=20, show_default=True, help="How many runs to show, the newest first.")
@options.as_json
def runs(limit: int, as_json: bool) -> int:
    """Past runs."""
    from pipelines.home import Home
    from pipelines.records import past_runs

    records = past_runs(Home.from_environment(), limit)

    def render() -> str:
        rows = [
            [r["started"], r["command"], f"{r['seconds']:.1f} s", str(r["exit_code"]), r.get("summary", "")]
            for r in records
        ]
        return table(["started", "command", "took", "exit", "summary"], rows) if rows else "No run yet: `ftadata run`."

    answer({"runs": records}, as_json=as_json, render=render)
    return int(Exit.DONE)


@click.command()
@click.argument("decision")
@click.argument("answer_chosen", metavar="ANSWER")
@click.option("--by", required=True, metavar="NAME", help="Who decides.")
@options.as_json
def decide(decision: str, answer_chosen: str, by: str, as_json: bool) -> int:
    """Record the Ministry's answer to an open question; it stands in the next release."""
    from pipelines.deciding import record_decision
    from pipelines.home import Home

    data = record_decision(Home.from_environment(), decision, answer_chosen, by)
    answer(
        data,
        as_json=as_json,
        render=lambda: f"{decision}: {answer_chosen!r}, decided by {by} on {data['decided_on']}. Next: `ftadata run`.",
    )
    return int(Exit.DONE)


COMMANDS = (run, refresh, check, review, publish, decide, runs)
