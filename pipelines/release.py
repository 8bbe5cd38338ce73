"""Publishing from the warehouse: what is assembled, what was judged, who approved; and what a release would change."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.assembly import Assembled, inputs, kept_or_assembled
from pipelines.home import Home
from pipelines.judging import Judged, last_judged
from pipelines.plan import PUBLISHING, Plan, code_hash, extraction_path, make_plan
from pipelines.standing import Approval, note_shown
from sources.errors import Exit, FtaError
from sources.extraction import read_head
from sources.registry import Registry, load_registry
from warehouse.memory import give_back
from warehouse.rows import build

if TYPE_CHECKING:
    from publish.release import Published
    from publish.site import SiteReport
    from publish.static_json import StaticReport


@dataclass(frozen=True)
class Ready:
    """Everything a release is made from, put together."""

    registry: Registry
    plan: Plan
    judged: Judged
    assembled: Assembled


def prepare(home: Home) -> Ready:
    """Put together what a release made now would hold.

    Raises:
        FtaError: nothing has been judged yet.
    """
    registry = load_registry(overlay=home.sources)
    plan = make_plan(registry, home)
    judged = last_judged(home)
    if judged is None:
        raise FtaError(
            "nothing_judged",
            "Nothing has been judged, so nothing can be published.",
            remedy="Run `ftadata refresh`.",
            exit_code=Exit.REFUSED,
        )
    assembled = kept_or_assembled(plan, home, judged.quarantine)
    tables = {**assembled.tables, "validation_result": build("validation_result", judged.judgement.as_rows())}
    return Ready(registry, plan, judged, Assembled(tables, assembled.carried, assembled.absent))


def release_input(ready: Ready, approval: Approval, home: Home) -> Any:
    """The input of `publish.release.publish`.

    A quarantined schedule no longer blocks once it is accepted by name; every other error does.

    Raises:
        FtaError: `quarantine_not_accepted`, or a schedule accepted by name that is not in quarantine.
    """
    from publish.release import ReleaseInput

    quarantined = set(ready.judged.quarantine)
    if waiting := sorted(quarantined - set(approval.accept_quarantine)):
        raise FtaError(
            "quarantine_not_accepted",
            f"In quarantine: {', '.join(waiting)}. {' '.join(ready.judged.quarantine[waiting[0]])}",
            where={"schedule": ", ".join(waiting)},
            remedy="Mend the source, or publish without it: "
            + " ".join(["ftadata publish", *(f"--accept-quarantine {name}" for name in waiting)]),
            exit_code=Exit.REFUSED,
        )
    if unknown := sorted(set(approval.accept_quarantine) - quarantined):
        raise FtaError(
            "not_in_quarantine",
            f"Not in quarantine: {', '.join(unknown)}.",
            remedy="`ftadata review` names the schedules in quarantine.",
            exit_code=Exit.WRONG_USE,
        )
    judgement = ready.judged.judgement
    blocking = list(judgement.blocking_release)
    return ReleaseInput(
        tables=ready.assembled.tables,
        inputs=inputs(ready.registry, home),
        code_version=code_hash(PUBLISHING),
        judgement={**judgement.as_json(), "passed": not blocking, "blocking": blocking},
        source_date_epoch=release_epoch(ready.registry, home),
        approved_by=approval.approved_by,
        note=approval.note,
        accepted_quarantine=sorted(ready.assembled.carried),
    )


def release_epoch(registry: Registry, home: Home) -> int:
    """The time a release states: SOURCE_DATE_EPOCH, or midnight UTC of the day its newest input was accepted.

    It is never the time of the run, so that a fresh clone publishes the same bytes on any day.
    """
    if stated := os.environ.get("SOURCE_DATE_EPOCH"):
        if not stated.isdigit():
            raise FtaError(
                "bad_epoch",
                f"SOURCE_DATE_EPOCH is {stated!r}, expected seconds since 1970.",
                remedy="Unset it, or set a number.",
                exit_code=Exit.WRONG_USE,
            )
        return int(stated)
    days = [correction.made_on for correction in registry.corrections]
    days += [decision.decided_on for _, decision in registry.decisions if decision.decided_on]
    for document in registry.documents.values():
        if path := extraction_path(document, registry, home):
            days.append(read_head(path).accepted_on or date.min)
    newest = max(days, default=date(1970, 1, 1))
    return int(datetime(newest.year, newest.month, newest.day, tzinfo=UTC).timestamp())


def publish_now(home: Home, approval: Approval, say: Callable[[str], None]) -> dict[str, Any]:
    """Publish what was last judged; returns version, path, whether it is new, counts and a sentence.

    Raises:
        FtaError: publishing is refused.
    """
    made, carried, left_out = _publish_release(home, approval, say)
    give_back()
    say("writing the static JSON and the site")
    static, site = _show(home.public, made)
    note_shown(home, made.version)
    return {
        "version": made.version,
        "path": str(made.path),
        "changed": made.changed,
        "api": {"path": str(static.path), "files": static.files, "written": static.written, "largest": static.largest},
        "site": site.as_json(),
        "rows": made.counts,
        "changes": dict(made.summary),
        "summary": made.message,
        "carried_forward": carried,
        "left_out": left_out,
    }


def _publish_release(
    home: Home, approval: Approval, say: Callable[[str], None]
) -> tuple[Published, list[str], list[str]]:
    """Make the release itself; with it, the schedules that keep their old rows, and those that it lacks."""
    from publish.release import publish
    from publish.signing import key_from

    say("assembling")
    ready = prepare(home)
    given = release_input(ready, approval, home)
    say("writing and verifying the release")
    made = publish(home.public, given, key_from())
    return made, list(ready.assembled.carried), list(ready.assembled.absent)


def _show(public: Path, made: Published) -> tuple[StaticReport, SiteReport]:
    """Write the static JSON and the site of a release; of a new one both at the same time, in the same processes."""
    from publish.site import build_site, writers
    from publish.static_json import write_static_json

    if not made.changed:  # most likely both stand already
        return write_static_json(public, made.path), build_site(public, made.path)
    with writers() as pool:
        static = pool.submit(write_static_json, public, made.path)
        site = build_site(public, made.path, pool)
        return static.result(), site


@dataclass(frozen=True)
class Review:
    """What a release made now would change, and what waits for somebody."""

    data: dict[str, Any]

    def as_json(self) -> dict[str, Any]:
        """The review as one document."""
        return self.data

    def text(self) -> str:
        """The review as a person reads it."""
        data = self.data
        lines = [f"A release made now: {data['next']}. {data['summary']}"]
        lines += [f"  {sentence}" for sentence in data["important"]]
        for schedule, reasons in data["quarantine"].items():
            lines.append(f"In quarantine: {schedule}: {' '.join(reasons)}")
        if data["blocking"]:
            lines.append(f"Blocked by {', '.join(data['blocking'])}: see `ftadata check`.")
        for document in data["waiting"]:
            lines.append(f"Waiting: {document['document_id']} ({document['state']}): {document['message']}")
        lines += [f"Open decision: {d['id']}: {d['subject']}" for d in data["decisions"]]
        return "\n".join(lines)


def review_now(home: Home) -> Review:
    """Compare what a release made now would hold with the last release.

    Raises:
        FtaError: nothing has been judged yet.
    """
    from pipelines.documents import status_of
    from publish.release import preview

    ready = prepare(home)
    accepted = Approval(None, None, tuple(ready.judged.quarantine))
    preview_of = preview(home.public, release_input(ready, accepted, home))
    status = status_of(home)
    return Review(
        {
            **preview_of,
            "quarantine": ready.judged.quarantine,
            "blocking": list(ready.judged.judgement.blocking),
            "waiting": status["waiting"],
            "decisions": status["decisions"],
        }
    )


def rebuild_and_compare(home: Home, directory: Path) -> dict[str, Any]:
    """Build a published release again from this installation and name the files that come out otherwise.

    Raises:
        FtaError: the directory is no release, or nothing has been judged here.
    """
    from publish.manifest import read_manifest
    from publish.release import rebuild
    from publish.signing import key_from

    approval = read_manifest(directory).get("approval", {})
    ready = prepare(home)
    given = release_input(
        ready,
        Approval(approval.get("approved_by"), approval.get("note"), tuple(ready.judged.quarantine)),
        home,
    )
    with tempfile.TemporaryDirectory() as scratch:
        differing = rebuild(directory, given, Path(scratch), key_from())
    return {"same": not differing, "differing": differing}
