"""Progress: on a terminal or as lines, never where it is not wanted."""

from __future__ import annotations

import io
import sys

import pytest

from pipelines import output
from pipelines.output import page_by_page, working


class Terminal(io.StringIO):
    """Standard error of a person who sits at it."""

    def isatty(self) -> bool:
        return True


def test_pages_are_said_every_few_seconds_and_not_each(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr(output.time, "monotonic", lambda: now[0])
    said: list[str] = []
    heard = page_by_page(said.append, "reading x")
    for page in range(1, 1_500):
        now[0] = page / 100
        heard(page, 1_499)
    assert said == ["reading x: page 500 of 1,499", "reading x: page 1,000 of 1,499"]


def test_a_terminal_shows_how_far_a_look_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setattr(sys, "stderr", terminal := Terminal())
    with working("Looking into x.pdf") as heard:
        heard(200, 1_499)
    assert "page 200 of 1,499" in terminal.getvalue()


@pytest.mark.parametrize(("stderr", "quiet"), [(io.StringIO, False), (Terminal, True)])
def test_neither_a_log_nor_a_quiet_terminal_shows_it(
    monkeypatch: pytest.MonkeyPatch, stderr: type[io.StringIO], quiet: bool
) -> None:
    monkeypatch.setattr(sys, "stderr", written := stderr())
    with working("Looking into x.pdf", quiet=quiet) as heard:
        heard(200, 1_499)
    assert written.getvalue() == ""
