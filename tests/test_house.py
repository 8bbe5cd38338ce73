"""The house: imports go one way, and only `sources/` knows an agreement's name."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from sources.registry import load_registry

HOUSE = Path(__file__).resolve().parent.parent
ORDER = ("sources", "transforms", "validations", "warehouse", "publish", "pipelines")
VOCABULARY = ("warehouse.tables", "warehouse.columns", "warehouse.keys", "warehouse.rows")
FILES = [p for package in ORDER for p in sorted((HOUSE / package).rglob("*.py"))]


def imports(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    return names | {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module}


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(HOUSE)))
def test_a_package_imports_only_from_those_to_its_left(path: Path) -> None:
    place = ORDER.index(path.relative_to(HOUSE).parts[0])
    for name in imports(path):
        if name.split(".")[0] in ORDER and not name.startswith(VOCABULARY):
            assert ORDER.index(name.split(".")[0]) <= place, name


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(HOUSE)))
def test_heavy_libraries_stay_in_their_room(path: Path) -> None:
    room = path.relative_to(HOUSE).parts[0]
    for name in imports(path):
        assert name.split(".")[0] != "great_expectations" or room == "validations"
        assert not name.split(".")[0].startswith("dagster") or room == "pipelines"


def test_no_file_outside_sources_names_an_agreement() -> None:
    names = re.compile("|".join(rf"\b{re.escape(regime)}\b" for regime in load_registry().regimes), re.IGNORECASE)
    for path in FILES:
        if path.relative_to(HOUSE).parts[0] != "sources":
            found = names.search(path.read_text(encoding="utf-8"))
            assert found is None, f"{path.relative_to(HOUSE)}: {found and found.group()}"
