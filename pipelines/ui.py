"""Dagster's own UI, on this machine only."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from pipelines.dagster_run import prepare
from pipelines.home import Home


def serve_ui(home: Home, port: int) -> int:
    """Run `dagster dev` on 127.0.0.1 until it is stopped; returns its exit code."""
    prepare(home)
    command = [
        sys.executable,
        "-m",
        "dagster",
        "dev",
        "-m",
        "pipelines.definitions",
        "-h",
        "127.0.0.1",
        "-p",
        str(port),
    ]
    return subprocess.run(command, cwd=Path(__file__).resolve().parent.parent, check=False).returncode
