"""A process that publishes the sample's second release into copies of a public directory and comes to harm doing it.

Run by `test_release_crash.py`: `python -m tests.publish.killed HOW PUBLIC WORK [POINT]...`; HOW `static` writes the
static JSON of the second release instead, which stands there already. Each attempt is a fork of
this process, so that the imports are paid for once. Prints one JSON object on standard output.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import signal
import sys
from pathlib import Path
from typing import Any

from publish.release import publish
from publish.static_json import write_static_json
from sources.errors import FtaError
from tests.publish.releases import release_input
from tests.publish.sample import sample_tables

OPERATIONS = ("os.rename", "os.mkdir", "os.remove", "os.rmdir", "os.link", "sqlite3.connect", "ctypes.dlopen")


def second_release() -> Any:
    """The input of the second release: one rate is another, because the code is."""

    def raised(rows: dict[str, list[dict[str, Any]]]) -> None:
        rows["preference_rate"][0]["rate_pct"] = 6

    return release_input(sample_tables(raised), "code 2")


class Watch:
    """Counts what this process does to files, and kills it before the operation with a given number."""

    def __init__(self, place: Path, point: int | None) -> None:
        self.place, self.point, self.seen = str(place), point, list[str]()
        sys.addaudithook(self.audit)
        flush = os.fsync

        def counted(descriptor: int) -> None:
            self.note("fsync")
            flush(descriptor)

        os.fsync = counted  # type: ignore[assignment]

    def audit(self, event: str, args: tuple[Any, ...]) -> None:
        if event in OPERATIONS:
            self.note(event)
        elif event == "open" and str(args[0]).startswith(self.place) and args[2] & (os.O_WRONLY | os.O_RDWR):
            self.note("open")

    def note(self, event: str) -> None:
        self.seen.append(event)
        if len(self.seen) == self.point:
            os.kill(os.getpid(), signal.SIGKILL)


def attempt(how: str, public: Path, point: int | None, answer: int) -> None:
    """In the fork: publish, and write what came of it to a pipe."""
    given = second_release()
    told: dict[str, Any] = {}
    if how == "full":
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, resource.RLIM_INFINITY))
    elif how == "read-only":
        (public / "releases").chmod(0o555)
        if os.geteuid() == 0:
            os.setuid(65534)
    watch = Watch(public, point)
    try:
        if how == "static":
            told["written"] = write_static_json(public, public / "releases/v1.0.1").written
        else:
            told["version"] = publish(public, given, write_twice=False).version
    except FtaError as error:
        told["error"] = error.code
    told["seen"] = watch.seen
    os.write(answer, json.dumps(told).encode())


def fork(how: str, public: Path, point: int | None = None) -> dict[str, Any]:
    """Attempt it in a fork of this process; what came of it, or the signal that ended it."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        attempt(how, public, point, writing)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        told = pipe.read()
    _, status = os.waitpid(child, 0)
    return {"signal": os.WTERMSIG(status)} if os.WIFSIGNALED(status) else json.loads(told)


def main(how: str, public: Path, work: Path, points: list[int]) -> None:
    answers: dict[str, Any] = {}
    for point in points or [0]:
        copy = work / str(point)
        shutil.copytree(public, copy)
        answers[str(point)] = fork(how, copy, point or None)
    print(json.dumps(answers))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]), [int(text) for text in sys.argv[4:]])
