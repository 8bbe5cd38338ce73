"""Judging what the warehouse holds: in a process of its own, which begins to import Great Expectations early.

The judgement is bound to the content of exactly the tables that publishing would write: a schedule at fault is put in
quarantine, its rows of the last release take its place, and what results is judged again.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.home import Home
from sources.errors import Exit, FtaError
from sources.registry import Registry
from validations import judgement as kept
from validations.judgement import Judgement


@dataclass(frozen=True)
class Judged:
    """A judgement with what it was made for.

    Attributes:
        judgement: all results.
        quarantine: schedules in quarantine, each with the reasons.
        fingerprint: of the plan that was judged.
    """

    judgement: Judgement
    quarantine: dict[str, list[str]]
    fingerprint: str


def keep(judged: Judged, home: Home) -> None:
    """Keep a judgement as the last one."""
    data = {
        "fingerprint": judged.fingerprint,
        "quarantine": judged.quarantine,
        "judgement": judged.judgement.as_json(),
    }
    write_whole(home.judgement, json.dumps(data, ensure_ascii=False, indent=1))


def write_whole(file: Path, text: str) -> None:
    """Write a file in one step, so that nobody finds a part of it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    beside = file.with_suffix(f".{os.getpid()}")
    beside.write_text(text, encoding="utf-8")
    beside.replace(file)


def last_judged(home: Home) -> Judged | None:
    """The last judgement, or None."""
    if not home.judgement.exists():
        return None
    data = json.loads(home.judgement.read_text(encoding="utf-8"))
    return Judged(kept.from_json(data["judgement"]), data["quarantine"], data["fingerprint"])


def last_judgement(home: Home) -> Judgement:
    """The last judgement's results.

    Raises:
        FtaError: nothing has been judged yet.
    """
    judged = last_judged(home)
    if judged is None:
        raise FtaError(
            "nothing_judged",
            "Nothing has been judged yet.",
            remedy="Run `ftadata refresh`.",
            exit_code=Exit.WRONG_USE,
        )
    return judged.judgement


class JudgeProcess:
    """A worker process that imports what judging needs as soon as it is made, and judges when it is asked."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "pipelines.judge_worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={
                **os.environ,
                "ARROW_DEFAULT_MEMORY_POOL": "system",
            },  # it gives back what Arrow's own pool holds on to
        )

    def judge(self, home: Home, fingerprint: str) -> Judged:
        """Judge the warehouse of an installation and keep the judgement.

        Raises:
            FtaError: the worker failed; its own words are on standard error.
        """
        request = {"home": str(home.root), "fingerprint": fingerprint}
        answer, _ = self._process.communicate(json.dumps(request) + "\n")
        if self._process.returncode != 0:
            raise FtaError(
                "judging_failed",
                f"Judging ended with code {self._process.returncode}. {answer.strip()[-500:]}",
                remedy="The lines above say why. Nothing was published.",
            )
        judged = last_judged(home)
        if judged is None:
            raise FtaError("judging_failed", "Judging left no judgement.", remedy="Run `ftadata refresh --full`.")
        return judged

    def close(self) -> None:
        """End the process, judged or not."""
        if self._process.poll() is None:
            self._process.kill()
            self._process.communicate()


def quarantine_reasons(judgement: Judgement, registry: Registry) -> dict[str, list[str]]:
    """For each quarantined schedule, the rules that it or its document breaks, with what was found."""
    return {
        schedule: [
            f"{result.rule}: {result.message}"
            for result in filter(kept.is_error, judgement.results)
            if result.subject in (schedule, registry.schedules[schedule].document)
        ]
        for schedule in judgement.quarantined
    }


def summary(judgement: Judgement) -> dict[str, Any]:
    """Counts of results by severity and outcome."""
    failed = [r for r in judgement.results if r.status == "fail"]
    return {
        "passed": judgement.passed,
        "blocking": list(judgement.blocking),
        "errors": sum(1 for r in failed if r.severity == "E"),
        "warnings": sum(1 for r in failed if r.severity == "W"),
        "rules_judged": len({r.rule for r in judgement.results if r.status != "not_applicable"}),
    }
