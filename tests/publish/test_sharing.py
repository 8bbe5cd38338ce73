"""Work shared with others: all of it is done once, by whoever is free, and none goes on once it is given up."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import pytest

from publish.sharing import side_by_side

HOUSE = Path(__file__).resolve().parents[2]
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(HOUSE)}


def test_what_others_have_not_begun_is_done_here_from_the_back() -> None:
    begun, free, done_here = Event(), Event(), []

    def there(job: int) -> str:
        begun.set()
        assert free.wait(10)
        return f"there {job}"

    def here(job: int) -> str:
        done_here.append(job)
        if job == 1:
            free.set()
        return f"here {job}"

    with ThreadPoolExecutor(1) as others:
        made = side_by_side(others, range(4), there, here, lambda: begun.wait(10))
    assert made == ["there 0", "here 1", "here 2", "here 3"]
    assert done_here == [3, 2, 1]


def test_a_failure_here_gives_up_the_rest_and_waits_for_what_was_begun() -> None:
    begun, free, ended = Event(), Event(), []

    def there(job: int) -> None:
        begun.set()
        free.wait(10)
        ended.append(job)

    def here(job: int) -> None:
        free.set()
        raise OSError(f"no room for {job}")

    with ThreadPoolExecutor(1) as others:
        with pytest.raises(OSError, match="no room for 2"):
            side_by_side(others, range(3), there, here, lambda: begun.wait(10))
        assert ended == [0]


def test_a_failure_elsewhere_is_raised_here() -> None:
    begun = Event()

    def there(job: int) -> None:
        begun.set()
        raise OSError(f"no room for {job}")

    with ThreadPoolExecutor(1) as others, pytest.raises(OSError, match="no room for 0"):
        side_by_side(others, range(2), there, lambda job: None, lambda: begun.wait(10))


WORKING = """
import os, time
from publish.sharing import processes

if __name__ == "__main__":
    with processes(1) as other:
        print(other.submit(os.getpid).result(), flush=True)
        other.submit(time.sleep, 60).result()
"""


def test_a_process_that_shares_the_work_ends_with_the_one_that_was_killed(tmp_path: Path) -> None:
    script = tmp_path / "working.py"
    script.write_text(WORKING, encoding="utf-8")
    with subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, cwd=HOUSE, env=ENVIRONMENT) as killed:
        assert killed.stdout is not None
        other = int(killed.stdout.readline())
        assert is_alive(other)
        killed.send_signal(signal.SIGKILL)
    for _ in range(200):
        if not is_alive(other):
            return
        time.sleep(0.05)
    pytest.fail(f"process {other} goes on though nobody waits for it")


def is_alive(process: int) -> bool:
    """Whether a process runs; one that has ended and was not asked for its end does not."""
    try:
        return Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
