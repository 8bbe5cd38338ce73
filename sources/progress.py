"""How far a long reading has come, page by page: said by readers, heard by whoever asked for the reading.

A reader only wraps its pages in `counted`. Who hears of it is set once for a process: in a worker, which passes it on
to its parent; nobody hears by default.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

T = TypeVar("T")

Heard = Callable[[int, int], None]
"""Called with how many pages are read, and how many there are."""

_heard: Heard | None = None


def counted(pages: Iterable[T], total: int) -> Iterator[T]:
    """The pages, each of them said to be read when the next one is asked for."""
    for number, page in enumerate(pages, 1):
        yield page
        if _heard is not None:
            _heard(number, total)


@contextmanager
def heard_by(heard: Heard | None) -> Iterator[None]:
    """Let somebody hear of pages read in this process."""
    global _heard
    before, _heard = _heard, heard
    try:
        yield
    finally:
        _heard = before
