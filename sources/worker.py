"""Reading in a process of its own, with a limit on memory and a deadline, so that a hostile file stops nothing else.

The parent starts `python -m sources.worker`, writes the task as JSON to its standard input and reads the answer, JSON
too, from a file: nothing that comes out of a worker is ever unpickled or run. A worker imports one reader and no more.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from importlib import import_module
from pathlib import Path
from typing import IO, Any

from sources.door import LIMITS, FileKind, Limits, inspect_door, refusal
from sources.errors import Exit, FtaError
from sources.progress import Heard, heard_by
from sources.reading import Finding, PageAccount, Reading, Row

TASKS = {"look": "sources.look", "draw": "sources.draw_page"}
"""What a worker does beside reading: the module whose `work(path, kind, task)` does it and gives plain values."""

_SAID_EVERY = 0.5
"""Seconds between two words of a worker on how far it is."""

_ASIDE = 5
"""By how much a worker that reads aside gives way."""

_KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "TESSDATA_PREFIX", "SYSTEMROOT", "VIRTUAL_ENV")


def read_in_worker(
    path: Path,
    reader: str,
    columns: Sequence[str],
    options: Mapping[str, Any],
    limits: Limits = LIMITS,
    *,
    name: str | None = None,
    heard: Heard | None = None,
    aside: bool = False,
) -> Reading:
    """Let a worker look at a file at the door and read it. Several may run at once, from threads.

    Args:
        path: the file.
        reader: name in `sources.readers.READERS`.
        columns: headers as printed.
        options: the reader's options, as plain YAML gives them.
        limits: what the document may cost.
        name: the name the file came with, where `path` has another.
        heard: called now and then, from another thread, with how many pages are read, and of how many.
        aside: whether it is read beside something else that has the first claim on the processor.

    Raises:
        FtaError: what the door or the reader says, and `reader_timeout`, `reader_out_of_memory`, `reader_crashed`,
            `reader_failed`, `too_many_rows`.
    """
    task = {"do": "read", "reader": reader, "columns": list(columns), "options": dict(options), "aside": aside}
    return _reading(_ask(task, path, limits, name, heard))


def inspect_in_worker(path: Path, limits: Limits = LIMITS, *, name: str | None = None) -> FileKind:
    """Let a worker look at a file at the door; see `sources.door.inspect_door`."""
    answer = _ask({"do": "inspect"}, path, limits, name)
    findings = tuple(Finding(**each) for each in answer.pop("findings"))
    return FileKind(**{**answer, "members": tuple(answer["members"]), "findings": findings})


def ask_worker(
    task: Mapping[str, Any],
    path: Path,
    limits: Limits = LIMITS,
    *,
    name: str | None = None,
    heard: Heard | None = None,
) -> Any:
    """Let a worker look at a file at the door and do the one of `TASKS` that `task["do"]` names.

    Raises:
        FtaError: as `read_in_worker`.
    """
    return _ask(dict(task), path, limits, name, heard)


# --- the parent -------------------------------------------------------------------------------------------------------


def _ask(task: dict[str, Any], path: Path, limits: Limits, name: str | None, heard: Heard | None = None) -> Any:
    task |= {"path": str(path.absolute()), "name": name or path.name, "limits": asdict(limits)}
    with (
        _hearing(heard) as say_to,
        tempfile.TemporaryFile() as question,
        tempfile.TemporaryFile() as out,
        tempfile.TemporaryFile() as log,
    ):
        task["say_to"] = say_to
        question.write(json.dumps(task).encode())
        question.seek(0)
        worker = subprocess.Popen(
            [sys.executable, "-m", "sources.worker"],
            stdin=question,
            stdout=out,
            stderr=log,
            env=_environment(),
            process_group=0,
            pass_fds=() if say_to is None else (say_to,),
        )
        try:
            worker.wait(timeout=limits.seconds)
        except subprocess.TimeoutExpired as error:
            message = f"Reading took longer than the {limits.seconds:g} seconds that are allowed, and was stopped."
            remedy = "Look at the file; if it is right, raise the limit `seconds`."
            raise refusal("reader_timeout", message, remedy, file=task["name"]) from error
        finally:
            _end(worker)
        return _answer(worker.returncode, out, log, task)


def _environment() -> dict[str, str]:
    kept = {key: os.environ[key] for key in _KEPT if key in os.environ}
    kept |= {"PYTHONPATH": os.pathsep.join(part or str(Path.cwd()) for part in sys.path)}
    return kept | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "PYTHONIOENCODING": "utf-8"}


@contextlib.contextmanager
def _hearing(heard: Heard | None) -> Iterator[int | None]:
    """Where a worker may say how far it is, as lines of two numbers; nothing else that comes from there is heeded."""
    if heard is None or os.name != "posix":
        yield None
        return
    listen, say = os.pipe()
    listener = threading.Thread(target=_listen, args=(listen, heard), daemon=True)
    listener.start()
    try:
        yield say
    finally:
        os.close(say)
        listener.join()


def _listen(pipe: int, heard: Heard) -> None:
    with os.fdopen(pipe, "rb") as lines:
        for line in lines:
            if said := re.fullmatch(rb"(\d{1,9}) (\d{1,9})\n", line):
                heard(int(said[1]), int(said[2]))


def _end(worker: subprocess.Popen[bytes]) -> None:
    """End the worker and whatever it started: they are a process group of their own."""
    if hasattr(os, "killpg"):
        with contextlib.suppress(ProcessLookupError, PermissionError):  # already over
            os.killpg(worker.pid, signal.SIGKILL)
    else:
        worker.kill()
    worker.wait()


def _answer(code: int, out: IO[bytes], log: IO[bytes], task: dict[str, Any]) -> Any:
    log.seek(max(0, log.seek(0, os.SEEK_END) - 4000))
    said = log.read().decode("utf-8", "replace").strip()
    where = {"file": task["name"], "reader": task.get("reader", "the door")}
    if "MemoryError" in said or "memory allocation of" in said or "bad_alloc" in said or "std::length_error" in said:
        message = f"Reading needs more than the {task['limits']['memory']:,} bytes of memory that are allowed."
        remedy = "Look at the file; if it is right, split it or raise the limit `memory`."
        raise refusal("reader_out_of_memory", message, remedy, **where)
    if code < 0:
        message = f"The reader came down over this file ({signal.Signals(-code).name})."
        raise refusal("reader_crashed", message, "Ask for the file again, or in another format.", **where)
    if code:
        last = said.splitlines()[-1] if said else f"exit code {code}"
        message = f"The reader failed over this file: {last}."
        raise refusal(
            "reader_failed", message, "Keep the file and report it: a reader should say what is wrong.", **where
        )
    out.seek(0)
    answer = json.load(out)
    if "error" in answer:
        error = answer["error"]
        raise FtaError(
            error["code"],
            error["message"],
            where=error["where"],
            remedy=error["remedy"],
            exit_code=Exit(error["exit_code"]),
        )
    return answer["answer"]


def _reading(answer: dict[str, Any]) -> Reading:
    return Reading(
        sha256=answer["sha256"],
        reader=answer["reader"],
        reader_version=answer["reader_version"],
        header=tuple(answer["header"]),
        rows=tuple(
            Row(locator, page, row_no, None if box is None else tuple(box), tuple(cells))
            for locator, page, row_no, box, cells in answer["rows"]
        ),
        accounts=tuple(PageAccount(*each) for each in answer["accounts"]),
        findings=tuple(Finding(**each) for each in answer["findings"]),
        meta=answer["meta"],
    )


# --- the worker -------------------------------------------------------------------------------------------------------


def _limit(limits: Limits) -> None:
    try:
        import resource
    except ImportError:  # only Unix can limit a process; elsewhere the deadline alone holds
        return
    processor = int(limits.seconds * (os.cpu_count() or 1)) + 5
    for what, most in (
        (resource.RLIMIT_AS, limits.memory),
        (resource.RLIMIT_FSIZE, limits.output),
        (resource.RLIMIT_CPU, processor),
        (resource.RLIMIT_CORE, 0),
    ):
        hard = resource.getrlimit(what)[1]
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (most, most))


def _do(task: dict[str, Any], limits: Limits) -> Any:
    path = Path(task["path"])
    kind = inspect_door(path, limits, name=task["name"])
    if task["do"] == "inspect":
        return asdict(kind)
    if task["do"] in TASKS:
        return import_module(TASKS[task["do"]]).work(path, kind, task)
    from sources.readers import load_reader

    reading = load_reader(task["reader"]).read(path, columns=task["columns"], options=task["options"])
    if len(reading.rows) > limits.rows:
        message = f"The document has {len(reading.rows):,} rows, more than the {limits.rows:,} that are allowed."
        raise refusal("too_many_rows", message, "Split it, or raise the limit `rows` if it is right.")
    return {
        "sha256": reading.sha256,
        "reader": reading.reader,
        "reader_version": reading.reader_version,
        "header": reading.header,
        "rows": reading.rows,
        "accounts": [(each.page, each.rows, each.tables, each.engine) for each in reading.accounts],
        "findings": [asdict(each) for each in (*kind.findings, *reading.findings)],
        "meta": reading.meta,
    }


def _saying(say_to: int | None) -> Heard | None:
    """What says to the parent how far the worker is, not more often than a person can read."""
    if say_to is None:
        return None
    pipe, last = say_to, time.monotonic()

    def say(done: int, total: int) -> None:
        nonlocal last
        if time.monotonic() - last >= _SAID_EVERY:
            last = time.monotonic()
            os.write(pipe, b"%d %d\n" % (done, total))

    return say


def main() -> None:
    """Do the task on standard input; the answer, or the error, goes to standard output, everything else to the log."""
    task = json.load(sys.stdin)
    answer_to = os.dup(1)
    os.dup2(2, 1)  # a library that prints must not write into the answer
    limits = Limits(**task["limits"])
    _limit(limits)
    if task.get("aside") and hasattr(os, "nice"):
        os.nice(_ASIDE)
    gc.set_threshold(100_000)  # rows are in no cycles, and a worker does not live long
    try:
        with heard_by(_saying(task["say_to"])):
            answer: dict[str, Any] = {"answer": _do(task, limits)}
    except FtaError as error:
        answer = error.as_json()
        answer["error"]["exit_code"] = int(error.exit_code)
    with os.fdopen(answer_to, "w", encoding="utf-8") as out:
        json.dump(answer, out, ensure_ascii=False, separators=(",", ":"))


if __name__ == "__main__":
    main()
