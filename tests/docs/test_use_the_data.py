"""The guide for people who use the data: every example in it runs, and gives the output that it shows.

The examples run on a published sample. To run them on another release, name the web root in FTADATA_PUBLIC.
"""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from decimal import Decimal
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from publish.manifest import release_directory
from publish.static_json import write_static_json
from tests.publish.releases import publish_sample
from tests.publish.sample import KH_DOC, duty_id, sample_tables, source_id
from warehouse.keys import row_key

Row = dict[str, Any]
GUIDE = Path(__file__).parents[2] / "docs" / "use-the-data.md"
SERVER = "127.0.0.1:8000"
PATH = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
NEEDS = {"r": "Rscript", "sh": "sh"}


class Example(NamedTuple):
    """A block of the guide with the output below it."""

    heading: str
    language: str
    code: str
    output: str


def examples() -> list[Example]:
    text = GUIDE.read_text(encoding="utf-8")
    blocks = re.compile(r"^## (?P<heading>[^\n]+)$|^```(?P<language>\w+)\n(?P<code>.*?)^```$", re.M | re.S)
    found: list[Example] = []
    heading = ""
    for block in blocks.finditer(text):
        if block["heading"]:
            heading = block["heading"]
        elif block["language"] == "text":
            found[-1] = found[-1]._replace(output=block["code"])
        else:
            found.append(Example(heading, block["language"], block["code"], ""))
    return found


EXAMPLES = examples()


def like_the_schedule(rows: dict[str, list[Row]]) -> None:
    """Make the sample more like what it imitates: two lines for asses, the second free, and T-shirts' whole rule."""
    rows["origin_rule"][0] |= {
        "rule": '{"any": [{"op": "CC"}, {"op": "RVC", "min": 40, "method": "any", "final_process": false}]}',
        "rule_text": "CC or RVC 40%",
    }
    line, hs6, first = "01013010", "010130", "2022-12-01"
    source = source_id(KH_DOC, "page 1, row 30")
    old = next(row for row in rows["source_row"] if row["document_id"] == KH_DOC)
    rows["source_row"].append({**old, "source_row_id": source, "locator": "page 1, row 30", "row_no": 30})
    for table in ("tariff_line", "concession"):
        held = next(row for row in rows[table] if row["line_code"] == "01013090")
        rows[table].append({**held, "line_code": line, "source_row_id": source})
    held = next(row for row in rows["preference_rate"] if row["line_code"] == "01013090")
    free = {**held, "line_code": line, "valid_from": first, "valid_to": None, "duty_id": duty_id("0%"),
            "rate_pct": Decimal(0), "state": "free", "source_row_id": source}  # fmt: skip
    rows["preference_rate"].append(free)
    for rate in rows["hs2022_preference_rate"]:
        if (rate["schedule_id"], rate["hs6"]) == ("ckfta-kh", hs6):
            rows["hs2022_contributor"].append(
                {"rate_row_key": row_key("hs2022_preference_rate", rate), "line_code": line, "hs6_from": hs6,
                 "source_rate_row_key": row_key("preference_rate", free), "relation": "1:1"}
            )  # fmt: skip
            rate.update(n_lines=2, min_pct=Decimal(0))
            if rate["rate_pct"]:
                rate.update(rate_pct=None, duty_id=None, state="ambiguous", reason="merge_different_rates")


@pytest.fixture(scope="module")
def public(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The web root with a release and its static files."""
    if given := os.environ.get("FTADATA_PUBLIC"):
        return Path(given)
    root = tmp_path_factory.mktemp("public")
    made = publish_sample(root, sample_tables(like_the_schedule))
    write_static_json(root, made.path)
    return root


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def server(public: Path) -> Iterator[str]:
    """Address of a static server of the web root."""
    held = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(public)))
    threading.Thread(target=held.serve_forever, daemon=True).start()
    yield f"127.0.0.1:{held.server_port}"
    held.shutdown()
    held.server_close()


def run(example: Example, directory: Path) -> str:
    """What an example prints."""
    if example.language == "sql":
        return run_sql(example.code, directory)
    commands = {"python": [sys.executable, "-c"], "sh": ["sh", "-c"], "r": ["Rscript", "--vanilla", "-e"]}
    done = subprocess.run(
        [*commands[example.language], example.code], cwd=directory,
        env={**os.environ, "PATH": PATH, "LC_ALL": "C.UTF-8"}, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def run_sql(code: str, directory: Path) -> str:
    """The rows of a query as the `sqlite3` command prints them."""
    connection = sqlite3.connect(f"file:{directory / 'fta.sqlite'}?mode=ro&immutable=1", uri=True)
    try:
        rows = connection.execute(code).fetchall()
    finally:
        connection.close()
    return "".join("|".join("" if value is None else str(value) for value in row) + "\n" for row in rows)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda e: f"{e.heading}-{EXAMPLES.index(e)}-{e.language}")
def test_an_example_gives_the_output_that_the_guide_shows(example: Example, public: Path, server: str) -> None:
    words = example.code.split()
    tool = "datasette" if words[0] == "datasette" else NEEDS.get(example.language)
    if tool and not shutil.which(tool, path=PATH):
        pytest.skip(f"{tool} is not installed (make system, or the development packages)")
    code = example.code.replace(SERVER, server)
    assert run(example._replace(code=code), release_directory(public)) == example.output


def test_the_guide_shows_every_tool_and_an_output_for_every_example() -> None:
    assert {example.language for example in EXAMPLES} == {"python", "sql", "sh", "r"}
    assert all(example.output for example in EXAMPLES)
    code = "".join(example.code for example in EXAMPLES)
    assert all(word in code for word in ("pandas", "duckdb", "datasette", "urlopen", "ftadata verify", "CITATION.cff"))


def test_the_guide_names_every_kind_of_static_file() -> None:
    from publish.static_schemas import FILES

    text = GUIDE.read_text(encoding="utf-8")
    for _, path, _ in FILES:
        assert f"`{path}`" in text or path.startswith("lines/"), path
