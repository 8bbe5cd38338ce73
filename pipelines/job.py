"""The main job: refresh, judge, publish; and the report a person reads at its end."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from filelock import FileLock, Timeout

from pipelines import judging
from pipelines.documents import DocumentCheck, advice, needs_reading, probe
from pipelines.home import Home
from pipelines.output import Progress
from pipelines.plan import Plan, Unit, fingerprint, make_plan
from pipelines.records import keep_record
from pipelines.standing import Approval, what_stands
from sources.errors import Exit, FtaError
from sources.registry import Registry, load_registry
from sources.wording import number_of


@dataclass
class Report:
    """What came of a run; filled as it goes on.

    Attributes:
        stages: seconds by stage.
        made: units made; `fresh` those that had not changed; `failed` those that could not be made, with the error.
        documents: what came of each document at hand, or refused.
        judgement: counts of results, or None where nothing was judged.
        quarantine: schedules in quarantine, with reasons.
        release: version, path, whether it is new, and what it changes.
        refused: why nothing was published.
    """

    command: str
    stages: dict[str, float] = field(default_factory=dict)
    made: list[str] = field(default_factory=list)
    fresh: list[str] = field(default_factory=list)
    failed: dict[str, dict[str, Any]] = field(default_factory=dict)
    documents: list[DocumentCheck] = field(default_factory=list)
    rows: dict[str, int] = field(default_factory=dict)
    judgement: dict[str, Any] | None = None
    quarantine: dict[str, list[str]] = field(default_factory=dict)
    release: dict[str, Any] | None = None
    refused: dict[str, Any] | None = None
    seconds: float = 0.0

    @property
    def partial(self) -> bool:
        """Whether a part of the run failed while the rest went on."""
        return bool(self.failed or self.quarantine or any(check.is_bad for check in self.documents))

    @property
    def exit_code(self) -> Exit:
        """The exit code that design.md gives."""
        if any(check.exit_code == Exit.DOCUMENT for check in self.documents):
            return Exit.DOCUMENT
        blocked = self.judgement is not None and not self.judgement["passed"]
        if self.partial or blocked:
            return Exit.FAILED
        return Exit.REFUSED if self.refused else Exit.DONE

    def as_json(self) -> dict[str, Any]:
        """The report as one document."""
        return {
            "command": self.command,
            "partial": self.partial,
            "seconds": round(self.seconds, 2),
            "stages": {name: round(seconds, 2) for name, seconds in self.stages.items()},
            "made": self.made,
            "fresh": self.fresh,
            "failed": self.failed,
            "documents": [
                {
                    "document_id": check.document,
                    "state": check.state,
                    "pages": check.pages,
                    "rows": check.rows,
                    "engines": check.engines,
                    "seconds": check.seconds,
                    "differences": check.differences,
                    "sample": check.sample,
                    "findings": check.findings,
                    "error": check.error,
                }
                for check in self.documents
            ],
            "rows": self.rows,
            "judgement": self.judgement,
            "quarantine": self.quarantine,
            "release": self.release,
            "refused": self.refused,
        }

    def text(self) -> str:
        """The report as a person reads it."""
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        if self.made or self.failed:
            yield f"{number_of(len(self.made), 'unit')} made, {len(self.fresh)} as before, {len(self.failed)} failed."
        elif self.fresh:  # publishing alone looks at no unit
            yield f"Nothing has changed: {number_of(len(self.fresh), 'unit')} as before."
        if self.rows:
            yield "Rows: " + ", ".join(f"{count:,} {name}" for name, count in self.rows.items() if count)
        for unit, error in self.failed.items():
            yield f"FAILED {unit}: {error['message']} {error['remedy']}"
        for check in self.documents:
            if check.is_bad or check.state == "candidate":
                yield f"{check.state.upper()} {check.document}: {advice(check)}"
        read = [check for check in self.documents if check.state == "same"]
        if read:
            pages = number_of(sum(check.pages for check in read), "page")
            yield f"{number_of(len(read), 'document')} at hand read as accepted ({pages})."
        if self.judgement:
            verdict = "passed" if self.judgement["passed"] else "blocked by " + ", ".join(self.judgement["blocking"])
            yield f"Judgement: {verdict}; {number_of(self.judgement['warnings'], 'warning')} (`ftadata check`)."
        for schedule, reasons in self.quarantine.items():
            yield f"QUARANTINE {schedule}: {' '.join(reasons)}"
        if self.release:
            yield self._release_line()
            yield self._site_line()
        if self.refused:
            yield f"NOT PUBLISHED: {self.refused['message']} {self.refused['remedy']}"
        spent = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in self.stages.items() if seconds >= 0.05)
        yield f"Took {self.seconds:.1f} s ({spent})."

    def _release_line(self) -> str:
        assert self.release is not None
        if not self.release["changed"]:
            return f"Release {self.release['version']} stands: nothing in it would change ({self.release['path']})."
        return f"Published release {self.release['version']}: {self.release['summary']} See {self.release['path']}"

    def _site_line(self) -> str:
        assert self.release is not None
        site = self.release["site"]
        state = "Built the site" if site["changed"] else "The site stands"
        return f"{state}: {number_of(site['pages'], 'page')}, {site['bytes'] / 1e6:.0f} MB (`ftadata site serve`)."


@contextmanager
def _stage(report: Report, name: str) -> Iterator[None]:
    started = time.monotonic()
    try:
        yield
    finally:
        report.stages[name] = report.stages.get(name, 0.0) + time.monotonic() - started


@contextmanager
def _recorded(home: Home, report: Report, progress: Progress) -> Iterator[None]:
    """Hold the lock of the installation, and keep a record of the run however it ends.

    Raises:
        FtaError: `locked`, where another run holds the lock.
    """
    home.root.mkdir(parents=True, exist_ok=True)
    lock = FileLock(home.lock, timeout=0)
    try:
        lock.acquire()
    except Timeout as error:
        raise FtaError(
            "locked",
            "Another run is at work on this installation.",
            where={"home": str(home.root)},
            remedy="Wait until it has ended.",
            exit_code=Exit.REFUSED,
        ) from error
    started = datetime.now(UTC).isoformat(timespec="seconds")
    record = {"started": started, "command": report.command, "exit_code": int(Exit.FAILED), "summary": "it broke off"}
    try:
        yield
        report.seconds = progress.seconds
        record |= {"exit_code": int(report.exit_code), "summary": next(report._lines()), "report": report.as_json()}
    finally:
        keep_record(home, {**record, "seconds": round(progress.seconds, 2)})
        lock.release()


def run_all(home: Home, only: Sequence[str], full: bool, approval: Approval, progress: Progress) -> Report:
    """Refresh, judge and publish.

    Raises:
        FtaError: another run holds the lock, or a regime named does not exist.
    """
    report = Report("run")
    with _recorded(home, report, progress):
        _refresh(home, only, full, report, progress)
        with _stage(report, "publish"):
            try:
                report.release = _publish(home, approval, progress)
            except FtaError as error:
                report.refused = error.as_json()["error"]
    return report


def refresh_only(home: Home, only: Sequence[str], full: bool, progress: Progress) -> Report:
    """Refresh and judge.

    Raises:
        FtaError: another run holds the lock, or a regime named does not exist.
    """
    report = Report("refresh")
    with _recorded(home, report, progress):
        _refresh(home, only, full, report, progress)
    return report


def publish_only(home: Home, approval: Approval, progress: Progress) -> Report:
    """Publish what was last judged.

    Raises:
        FtaError: another run holds the lock, or publishing is refused.
    """
    report = Report("publish")
    with _recorded(home, report, progress), _stage(report, "publish"):
        try:
            report.release = _publish(home, approval, progress)
        except FtaError as error:
            error.exit_code = Exit.REFUSED
            raise
    return report


def _publish(home: Home, approval: Approval, progress: Progress) -> dict[str, Any]:
    """Publish, unless the latest release stands."""
    if (standing := what_stands(home)) is not None:
        return standing
    from pipelines.release import publish_now

    return publish_now(home, approval, progress)


def _refresh(home: Home, only: Sequence[str], full: bool, report: Report, progress: Progress) -> None:
    with _stage(report, "plan"):
        registry = load_registry(overlay=home.sources)
        plan = make_plan(registry, home)
        units = _selected(plan, registry, only)
        if full:
            for unit in units:
                home.states.invalidate(unit.name)
        stale = [unit for unit in units if not home.states.is_fresh(unit.name, unit.fingerprint)]
        checks = _known_checks(registry, home, units)
        unread = [check.document for check in checks if needs_reading(check)]
    report.fresh = [unit.name for unit in units if unit not in stale]
    judged = judging.last_judged(home)
    if not stale and not unread and judged is not None and judged.fingerprint == _to_judge(plan, checks):
        report.documents = [check for check in checks if check.state not in ("not_at_hand", "not_held")]
        _report_judgement(report, judged)
        return
    judge = judging.JudgeProcess()
    try:
        with _stage(report, "read and normalise"):
            if stale or unread:
                _materialise(plan, stale, unread, registry, home, progress)
        checks = _known_checks(registry, home, units)
        report.documents = [check for check in checks if check.state not in ("not_at_hand", "not_held")]
        _report_units(report, stale, home)
        with _stage(report, "judge"):
            progress("judging")
            judged = judge.judge(home, _to_judge(plan, checks))
            if stale or unread:
                _show_judgement(plan, registry, home)
    finally:
        judge.close()
    _report_judgement(report, judged)


def _materialise(
    plan: Plan, stale: Sequence[Unit], unread: Sequence[str], registry: Registry, home: Home, progress: Progress
) -> None:
    """Let Dagster make what is stale; documents of no regime and no schedule are read here."""
    from pipelines.dagster_run import materialise
    from warehouse.memory import give_back

    materialise(plan, stale, unread, registry, home, progress)
    give_back()


def _show_judgement(plan: Plan, registry: Registry, home: Home) -> None:
    """Let Dagster, which has just run, show the judgement too."""
    from pipelines.dagster_run import show_judgement

    show_judgement(plan, registry, home)


def _selected(plan: Plan, registry: Registry, only: Sequence[str]) -> list[Unit]:
    """The units of some regimes, with what they rest on; all where none is named.

    Raises:
        FtaError: a regime named does not exist.
    """
    for regime in only:
        if regime not in registry.regimes:
            raise FtaError(
                "unknown_regime",
                f"There is no regime {regime!r}.",
                remedy=f"Name one of {', '.join(registry.regimes)}.",
                exit_code=Exit.WRONG_USE,
            )
    if not only:
        return list(plan.units)
    schedules = {s.id for regime in only for s in registry.schedules_of(regime)}
    return [
        unit
        for unit in plan.units
        if unit.kind in ("common", "hs")
        or (unit.kind == "regime" and unit.owner in only)
        or (unit.kind == "schedule" and unit.owner in schedules)
        or (unit.kind == "tariff" and set(only) & set(registry.document_regimes[registry.tariffs[unit.owner].document]))
    ]


def _known_checks(registry: Registry, home: Home, units: Sequence[Unit]) -> list[DocumentCheck]:
    """What is known of every document of the units, without reading any."""
    wanted = {registry.schedules[unit.owner].document for unit in units if unit.kind == "schedule"}
    regimes = {unit.owner for unit in units if unit.kind == "regime"}
    for document_id, serves in registry.document_regimes.items():
        if not serves or regimes & set(serves):
            wanted.add(document_id)
    return [probe(registry.documents[i], registry, home)[1] for i in sorted(wanted)]


def _to_judge(plan: Plan, checks: Sequence[DocumentCheck]) -> str:
    """Fingerprint of what a judgement is made for: the plan, and the documents that read otherwise than accepted."""
    return fingerprint(plan.judgement, sorted(check.document for check in checks if check.state == "differs"))


def _report_units(report: Report, stale: Sequence[Unit], home: Home) -> None:
    for unit in stale:
        state = home.states.state(unit.name)
        if state is None or state.fingerprint != unit.fingerprint or state.error is not None:
            missing = {"message": "It was not made.", "remedy": "Run `ftadata refresh --full`.", "where": {}}
            report.failed[unit.name] = (state.error if state and state.error else None) or missing
        else:
            report.made.append(unit.name)
            for table, count in state.notes.get("rows", {}).items():
                report.rows[table] = report.rows.get(table, 0) + count


def _report_judgement(report: Report, judged: judging.Judged) -> None:
    report.judgement = judging.summary(judged.judgement)
    report.quarantine = judged.quarantine
