"""What Dagster loads by name: the graph of the installation that the environment names."""

from __future__ import annotations

from pipelines.graph import build_definitions
from pipelines.home import Home
from sources.registry import load_registry

defs = build_definitions(load_registry(overlay=Home.from_environment().sources))
