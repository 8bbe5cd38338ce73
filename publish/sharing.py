"""Work that is shared between this process and others."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor, wait
from multiprocessing import connection, get_context, parent_process
from threading import Thread
from typing import TypeVar

Job = TypeVar("Job")
Done = TypeVar("Done")


def processes(count: int) -> ProcessPoolExecutor:
    """Processes to share work with; they end with this one, also where it is killed and cannot tell them."""
    return ProcessPoolExecutor(count, get_context("spawn"), _end_with_parent)


def _end_with_parent() -> None:
    if (parent := parent_process()) is not None:
        Thread(target=_end_after, args=(parent.sentinel,), daemon=True).start()


def _end_after(parent: int) -> None:
    connection.wait([parent])
    os._exit(1)


def side_by_side(
    others: Executor,
    jobs: Sequence[Job],
    there: Callable[[Job], Done],
    here: Callable[[Job], Done],
    first: Callable[[], object] = lambda: None,
) -> list[Done]:
    """Do jobs with others, who begin at the front; what they have not begun is done here, from the back.

    Args:
        others: who shares the work.
        jobs: what there is to do.
        there: how others do a job.
        here: how this process does one.
        first: what this process does before it helps.

    Returns:
        What each job gave, in their order. Nobody works on any of them when this returns or raises.
    """
    given = [others.submit(there, job) for job in jobs]
    try:
        first()
        done = {place: here(jobs[place]) for place in reversed(range(len(jobs))) if given[place].cancel()}
        return [done[place] if place in done else given[place].result() for place in range(len(jobs))]
    finally:
        wait([job for job in given if not job.cancel()])
