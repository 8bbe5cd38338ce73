"""The review of a candidate extraction as one HTML file: every difference with a picture of its row on the page.

The file needs nothing else, runs nothing and fetches nothing (its content security policy says so), so that it can be
sent by mail. It shows a document's page and stays with those who hold the document; it is no part of a release.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from itertools import groupby

from jinja2 import Environment, StrictUndefined

from pipelines.inspecting import box_of
from pipelines.reviewing import PICTURES, Review, ReviewedRow, as_data, to_look_at
from sources.draw_page import row_pictures

_TEMPLATE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Review of {{ data.document }}</title>
<style>
body { font: 15px/1.5 system-ui, sans-serif; color: #1b1b1b; background: #fff; margin: 2rem auto; max-width: 70rem;
  padding: 0 1rem; }
h1 { font-size: 1.5rem; margin-bottom: 0; } h2 { font-size: 1.1rem; margin: 2rem 0 .3rem; }
code, td.value { font-family: ui-monospace, monospace; font-size: .9em; }
table { border-collapse: collapse; width: 100%; } caption { text-align: left; }
th, td { border-top: 1px solid #ccc; padding: .25rem .5rem; text-align: left; vertical-align: top;
  overflow-wrap: anywhere; white-space: pre-line; }
.row { border-left: 4px solid #005ab5; padding: .4rem .8rem; margin: .8rem 0; background: #f6f8fa; }
.removed, .rejected { border-color: #c80000; } .added, .new { border-color: #007a3d; }
.row img { max-width: 100%; border: 1px solid #ccc; background: #fff; }
del { background: #ffe3e3; } ins { background: #d9f2e3; text-decoration: none; }
.none { color: #666; font-style: italic; }
</style>
</head>
<body>
<h1>Review of {{ data.document }}</h1>
<p>{{ data.title }}<br>Document: SHA-256 <code>{{ data.sha256 }}</code></p>
<table>
<thead><tr><th scope="col">Extraction</th><th scope="col">Rows</th><th scope="col">Reader</th>
<th scope="col">Accepted</th></tr></thead>
<tbody>
<tr><th scope="row">Accepted</th>
{% if data.accepted %}<td>{{ "{:,}".format(data.accepted.rows) }}</td><td>{{ data.accepted.reader }}</td>
<td>by {{ data.accepted.accepted_by }} on {{ data.accepted.accepted_on }}
{%- if data.accepted.sha256 != data.sha256 %}, of other bytes:
SHA-256 <code>{{ data.accepted.sha256 }}</code>{% endif %}
{%- for part in data.accepted.parts %}<br>{{ part.rows }}: by {{ part.accepted_by }} on {{ part.accepted_on }},
{{ part.reader }}{% endfor %}
</td>{% else %}<td colspan="3" class="none">nothing is accepted yet</td>{% endif %}</tr>
<tr><th scope="row">Candidate</th><td>{{ "{:,}".format(data.candidate.rows) }}
({% for role, count in data.candidate.roles.items() %}{{ ", " if not loop.first }}{{ "{:,}".format(count) }} {{ role }}
{%- endfor %})</td><td>{{ data.candidate.reader }}</td><td>not yet</td></tr>
</tbody>
</table>
<p>{% if data.counts %}{% for what, count in data.counts.items() %}{{ ", " if not loop.first -}}
{{ "{:,}".format(count) }} {{ what }}{% endfor %} on {{ data.pages | length }} page{{ "s" if data.pages | length > 1 }}.
{% else %}The two are equal, cell for cell.{% endif %}
{% if left_out %}{{ "{:,}".format(left_out) }} rows are shown without their picture.{% endif %}
{{ data.next }}</p>
{% if data.findings %}
<h2>What the reader says</h2>
<ul>{% for finding in data.findings %}<li>{{ finding.severity }}: {{ finding.message }}
{%- if finding.page %} (page {{ finding.page }}){% endif %}</li>{% endfor %}</ul>
{% endif %}
{% for page, rows in pages %}
<h2 id="page-{{ page }}">Page {{ page }}</h2>
{% for row in rows %}
<div class="row {{ row.what }} {{ row.role }}">
<strong>{{ row.locator }}</strong>: {{ row.what }}, {{ row.role }}
{% for why in row.faults %}<br>{{ why }}{% endfor %}
{% if row.locator in pictures %}<br><img alt="The row as printed: {{ row.locator }}"
src="data:image/png;base64,{{ pictures[row.locator] }}">{% endif %}
<table>
<thead><tr><th scope="col">Column</th><th scope="col">Accepted</th><th scope="col">Read now</th></tr></thead>
<tbody>
{% for column, accepted, candidate in row.cells %}<tr><th scope="row">{{ column }}</th>
<td class="value">{% if accepted is none %}<span class="none">no such row</span>{% else %}<del>{{ accepted }}</del>
{%- endif %}</td><td class="value">{% if candidate is none %}<span class="none">no such row</span>
{%- else %}<ins>{{ candidate }}</ins>{% endif %}</td></tr>
{% endfor %}</tbody>
</table>
</div>
{% endfor %}
{% endfor %}
{% if all_rows %}
<h2>Every row</h2>
{% for page, rows in all_rows %}
<details><summary>Page {{ page }}, {{ rows | length }} rows</summary>
<table><thead><tr><th scope="col">Row</th><th scope="col">Role</th>
{% for column in columns %}<th scope="col">{{ column }}</th>{% endfor %}</tr></thead>
<tbody>{% for row in rows %}<tr><td>{{ row.locator }}</td><td>{{ row.role }}</td>
{% for _, _, value in row.cells %}<td class="value">{{ value }}</td>{% endfor %}</tr>
{% endfor %}</tbody></table></details>
{% endfor %}
{% endif %}
</body>
</html>
"""


def review_html(review: Review, most: int = PICTURES) -> str:
    """The review as HTML.

    Args:
        review: what differs.
        most: how many pictures the file holds at most; further rows are shown as text, and counted.

    Raises:
        FtaError: the pages cannot be drawn.
    """
    chosen = to_look_at(review, most)
    pictures = _pictures(review, chosen)
    is_new = review.accepted is None
    rows = chosen if is_new else review.shown
    if is_new and not rows:  # a document without boxes: its rejected rows are what there is to look at
        rows = [row for row in review.shown if row.role == "rejected"]
    template = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True).from_string(_TEMPLATE)
    return template.render(
        data=as_data(review),
        columns=review.candidate.columns,
        pages=_by_page(rows),
        pictures=pictures,
        left_out=0 if is_new else sum(bool(row.bbox) for row in rows) - len(chosen),
        all_rows=_by_page(review.shown) if is_new else [],
    )


def _pictures(review: Review, rows: Sequence[ReviewedRow]) -> dict[str, str]:
    """PNG of each row in base64, by locator."""
    placed = [(row, box) for row in rows if (box := box_of(row.bbox))]
    drawn = row_pictures(review.file, [(row.page, box) for row, box in placed])
    encoded = (base64.b64encode(png).decode("ascii") for png in drawn)
    return {row.locator: png for (row, _), png in zip(placed, encoded, strict=True)}


def _by_page(rows: Sequence[ReviewedRow]) -> list[tuple[int, list[ReviewedRow]]]:
    ordered = sorted(rows, key=lambda row: row.page)
    return [(page, list(group)) for page, group in groupby(ordered, key=lambda row: row.page)]
