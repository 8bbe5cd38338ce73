"""Fixtures and options that every package's tests share."""

from __future__ import annotations

import os
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

# A machine that is busy is not a fault of the code; what lands is judged on the same examples each time.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", settings.get_profile("patient"), derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "patient")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--forbid-skips", action="store_true", help="A test that is skipped fails.")
    parser.addoption(
        "--fuzz-seconds", type=float, help="How long each reader is given damaged files; else a few files."
    )


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[Any]) -> Generator[None, Any, Any]:
    """With --forbid-skips, a skipped test is a failed one: what lands was tested on the documents."""
    report = yield
    if item.config.getoption("--forbid-skips") and report.skipped:
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped, which --forbid-skips does not allow: {report.longrepr}"
    return report


@pytest.fixture(scope="session")
def documents() -> Path:
    """The folder with the held source documents; tests that ask for it are skipped by name where it is not at hand."""
    folder = os.environ.get("FTADATA_DOCUMENTS")
    if not folder or not Path(folder).is_dir():
        pytest.skip("FTADATA_DOCUMENTS does not name a folder with the held documents")
    return Path(folder)
