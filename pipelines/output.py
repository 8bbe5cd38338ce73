"""How commands speak: answers on standard output, progress and errors on standard error.

With `--json` an answer is one document and nothing else; without it, a text a person can read. Rich is imported only
when something is rendered, so that `--help` stays quick.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sources.errors import FtaError


def answer(data: Any, *, as_json: bool, render: Callable[[], str] | None = None) -> None:
    """Print an answer: `data` as JSON, or what `render` gives."""
    if as_json or render is None:
        print(json.dumps(data, ensure_ascii=False, indent=2, default=str))
    else:
        print(render().rstrip("\n"))


def show_error(error: FtaError, *, as_json: bool) -> None:
    """Print an error: as JSON on standard output, or as lines on standard error."""
    if as_json:
        print(json.dumps(error.as_json(), ensure_ascii=False, indent=2, default=str))
        return
    place = ", ".join(f"{name} {value}" for name, value in error.where.items() if value is not None)
    print(f"error: {error.message}", file=sys.stderr)
    if place:
        print(f"  where: {place}", file=sys.stderr)
    if error.remedy:
        print(f"  remedy: {error.remedy}", file=sys.stderr)


class Progress:
    """Lines of progress on standard error, each with the seconds since the start; silent where `quiet`."""

    def __init__(self, *, quiet: bool = False) -> None:
        self.started = time.monotonic()
        self.quiet = quiet

    @property
    def seconds(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self.started

    def __call__(self, message: str) -> None:
        """Say what is being done."""
        if not self.quiet:
            print(f"[{self.seconds:6.1f} s] {message}", file=sys.stderr, flush=True)


_PAGES_EVERY = 5.0
"""Seconds between two lines on how far a document is read."""


def page_by_page(say: Callable[[str], None], what: str) -> Callable[[int, int], None]:
    """What to call with how many pages are done, and of how many: it says so every few seconds."""
    last = time.monotonic()

    def heard(done: int, total: int) -> None:
        nonlocal last
        if time.monotonic() - last >= _PAGES_EVERY:
            last = time.monotonic()
            say(f"{what}: page {done:,} of {total:,}")

    return heard


@contextmanager
def working(message: str, *, quiet: bool = False) -> Iterator[Callable[[int, int], None]]:
    """Show on standard error, where it is a terminal, that something is being done, for how long, and how far it is.

    Yields:
        What to call with how many pages are done, and of how many.
    """
    if quiet or not sys.stderr.isatty():
        yield lambda done, total: None
        return
    from rich.console import Console
    from rich.progress import Progress as Bar
    from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(message, total=None)
        yield lambda done, total: bar.update(task, description=f"page {done:,} of {total:,}: {message}")


def table(headers: list[str], rows: list[list[str]]) -> str:
    """A plain table with aligned columns, for standard output."""
    cells = [headers, *rows]
    widths = [max(len(row[i]) for row in cells) for i in range(len(headers))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in cells]
    return "\n".join([lines[0], "  ".join("-" * width for width in widths), *lines[1:]])
