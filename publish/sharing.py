"""Work that is shared between this process and others."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Executor, wait
from typing import TypeVar

Job = TypeVar("Job")
Done = TypeVar("Done")


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
