"""The judgement as a reader of the release sees it: report.json for programs, report.html for people.

Both show the rows of `validation_result` and nothing that depends on the run.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from publish.manifest import as_json_bytes

SEVERITIES = {"E": "error", "W": "warning", "I": "information"}
PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Validation of release {{ version }}</title>
<style>
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 75rem; margin: 2rem auto; padding: 0 1rem; color: #1a1a1a; }
table { border-collapse: collapse; width: 100%; }
caption { text-align: left; font-weight: bold; padding: .5rem 0; }
th, td { border: 1px solid #767676; padding: .3rem .6rem; text-align: left; vertical-align: top; }
td.number { text-align: right; font-variant-numeric: tabular-nums; }
tr.fail { background: #fff4e0; }
</style>
</head>
<body>
<main>
<h1>Validation of release {{ version }}</h1>
<p>{{ verdict }}</p>
<p>Content hash of what was judged: <code>{{ content_hash }}</code></p>
<table>
<caption>{{ results|length }} results; those that failed come first</caption>
<thead><tr><th scope="col">Rule</th><th scope="col">Severity</th><th scope="col">Table</th><th scope="col">Subject</th>
<th scope="col">Outcome</th><th scope="col">Checked</th><th scope="col">At fault</th><th scope="col">What was found</th>
</tr></thead>
<tbody>
{% for row in results -%}
<tr class="{{ row.status }}"><th scope="row">{{ row.rule }}</th><td>{{ severities[row.severity] }}</td>
<td>{{ row.table_name }}</td><td>{{ row.subject }}</td><td>{{ row.status.replace("_", " ") }}</td>
<td class="number">{{ "{:,}".format(row.checked) }}</td><td class="number">{{ "{:,}".format(row.failed) }}</td>
<td>{{ row.message }}</td></tr>
{% endfor -%}
</tbody>
</table>
</main>
</body>
</html>
"""


def report_json(version: str, judgement: Mapping[str, Any], results: Sequence[Mapping[str, Any]]) -> bytes:
    """The judgement and every result, with the row keys at fault."""
    return as_json_bytes(
        {
            "release": version,
            "passed": bool(judgement["passed"]),
            "blocking": list(judgement["blocking"]),
            "content_hash": judgement["content_hash"],
            "results": list(results),
        }
    )


def report_html(version: str, judgement: Mapping[str, Any], results: Sequence[Mapping[str, Any]]) -> bytes:
    """The same as one accessible page without scripts."""
    from jinja2 import Environment, StrictUndefined

    failed = [row for row in results if row["status"] == "fail"]
    template = Environment(autoescape=True, undefined=StrictUndefined, keep_trailing_newline=True).from_string(PAGE)
    return template.render(
        version=version,
        content_hash=judgement["content_hash"],
        severities=SEVERITIES,
        results=failed + [row for row in results if row["status"] != "fail"],
        verdict=f"No rule that blocks a release fails; {len(failed)} results warn or inform of something.",
    ).encode()
