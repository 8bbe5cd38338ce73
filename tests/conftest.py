"""Fixtures that every package's tests share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def documents() -> Path:
    """The folder with the held source documents; tests that ask for it are skipped by name where it is not at hand."""
    folder = os.environ.get("FTADATA_DOCUMENTS")
    if not folder or not Path(folder).is_dir():
        pytest.skip("FTADATA_DOCUMENTS does not name a folder with the held documents")
    return Path(folder)
