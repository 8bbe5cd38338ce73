"""The release that benchmarks of held data look at: the latest under `FTADATA_HOME`."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.home import Home


@pytest.fixture(scope="session")
def public() -> Path:
    """The web root with its releases; without one, what needs it is skipped."""
    found = Home.from_environment().public
    if not (found / "releases/latest.json").is_file():
        pytest.skip("no release in FTADATA_HOME: run `ftadata run`")
    return found
