"""Charts as SVG, drawn when the site is built: Vega-Lite through vl-convert, without a browser and without Node.

A chart is written into its page and not beside it, so that its text has the page's font and its colours are the page's
own, in light and in dark: they are named by the variables of `explore.css`. In a chart stand only numbers and codes;
all words are HTML around it. What a chart is of is the matter of `publish.site.explore`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from markupsafe import Markup

Spec = dict[str, Any]
Values = Iterable[Mapping[str, object]]
WIDTH = 300
"""Width of every chart in its own units: what a small phone has."""
_LABELS, _CODES = 116, 44
_NOT_OURS = re.compile(
    r' (?:(?:xmlns(?::xlink)?|version|class|role|aria-[a-z]+|pointer-events|font-family)="[^"]*"|opacity="1")'
)
_SIZE = re.compile(r'^<svg width="[^"]*" height="[^"]*"')
_EMPTY_PATH = re.compile(r'<path d="(?:M0,0h0v0h0Z)?"[^>]*/>')
_EMPTY_GROUP = re.compile(r"<g(?: [^>]*)?></g>")
_LONG_NUMBER = re.compile(r"-?\d+\.\d{2,}")
_QUIET: Spec = {
    "background": None,
    "padding": 2,
    "config": {
        "view": {"stroke": None},
        "axis": {
            "labelColor": "var(--dim)", "labelFontSize": 12, "gridColor": "var(--line)", "domainColor": "var(--dim)",
            "tickColor": "var(--dim)", "title": None, "labelLimit": _LABELS,
        },
    },
}  # fmt: skip


@cache
def _converter() -> Any:
    import vl_convert

    return vl_convert


def draw(spec: Spec, labelled_by: str) -> Markup:
    """A Vega-Lite chart as an SVG element without style, as wide as its place.

    Args:
        spec: the chart, but for what all charts have alike.
        labelled_by: id of the element of the page that says in words what the chart shows.
    """
    svg = _converter().vegalite_to_svg({**_QUIET, **spec})
    svg = _LONG_NUMBER.sub(lambda found: f"{float(found[0]):.1f}".removesuffix(".0"), _NOT_OURS.sub("", svg))
    svg = _SIZE.sub("<svg", _EMPTY_PATH.sub("", svg))
    while (less := _EMPTY_GROUP.sub("", svg)) != svg:
        svg = less
    made = svg.replace("<svg", f'<svg role="img" aria-labelledby="{labelled_by}"', 1)
    return Markup(made)  # from numbers and codes alone, and Vega escapes what it writes


def _years(first: int, last: int) -> Spec:
    ticks = [year for year in range(first, last + 1) if year % 5 == 0]
    return {
        "field": "year", "type": "ordinal", "scale": {"domain": list(range(first, last + 1)), "paddingInner": 0.12},
        "axis": {"values": ticks, "labelAngle": 0, "ticks": True},
    }  # fmt: skip


def _colour(names: Sequence[str], prefix: str) -> Spec:
    """Each name has the colour that the style sheet gives it; what is not held is hatched."""
    colours = ["url(#hatch)" if name == "not_held" else f"var(--{prefix}-{name})" for name in names]
    return {"field": "kind", "type": "nominal", "scale": {"domain": list(names), "range": colours}, "legend": None}


def shares_by_year(values: Values, kinds: Sequence[str], years: tuple[int, int], labelled_by: str) -> Markup:
    """Columns of shares, one a year; values have `year`, `kind`, `share` (0 to 1) and `order`."""
    return draw({
        "width": WIDTH - 52, "height": 150, "data": {"values": list(values)}, "mark": {"type": "bar"},
        "encoding": {
            "x": _years(*years), "color": _colour(kinds, "k"), "order": {"field": "order", "type": "quantitative"},
            "y": {"field": "share", "type": "quantitative", "scale": {"domain": [0, 1]},
                  "axis": {"format": ".0%", "tickCount": 4, "labelFlush": False}},
        },
    }, labelled_by)  # fmt: skip


def tiles(
    values: Values, kinds: Sequence[str], rows: Sequence[str], years: tuple[int, int], labelled_by: str
) -> Markup:
    """A row of years for each label; values have `label`, `year` and `kind`."""
    return draw({
        "width": WIDTH - _LABELS - 14, "height": {"step": 20}, "data": {"values": list(values)},
        "mark": {"type": "rect"},
        "encoding": {"x": _years(*years), "y": _labels(rows), "color": _colour(kinds, "f")},
    }, labelled_by)  # fmt: skip


def shares(values: Values, kinds: Sequence[str], rows: Sequence[str], labelled_by: str) -> Markup:
    """A bar of shares for each label; values have `label`, `kind`, `share` (0 to 1) and `order`."""
    return draw({
        "width": WIDTH - _LABELS - 14, "height": {"step": 22}, "data": {"values": list(values)},
        "mark": {"type": "bar"},
        "encoding": {
            "y": _labels(rows), "color": _colour(kinds, "k"), "order": {"field": "order", "type": "quantitative"},
            "x": {"field": "share", "type": "quantitative", "scale": {"domain": [0, 1]},
                  "axis": {"format": ".0%", "values": [0, 0.5, 1], "labelFlush": True}},
        },
    }, labelled_by)  # fmt: skip


def bars(values: Values, rows: Sequence[str], most: float, labelled_by: str) -> Markup:
    """A bar for each label with its number at the end; values have `label` and `points`, none above `most`."""
    y, scale = _labels(rows, _CODES), {"domain": [0, most * 1.15]}
    return draw({
        "width": WIDTH - _CODES - 14, "height": {"step": 19}, "data": {"values": list(values)},
        "encoding": {
            "y": y, "x": {"field": "points", "type": "quantitative", "scale": scale, "axis": None},
        },
        "layer": [
            {"mark": {"type": "bar", "color": "var(--k-rate)"}},
            {"mark": {"type": "text", "align": "left", "dx": 4, "fontSize": 12,
                      "color": "var(--ink)"},
             "encoding": {"text": {"field": "points", "format": ".1f"}}},
        ],
    }, labelled_by)  # fmt: skip


def _labels(rows: Sequence[str], room: int = _LABELS) -> Spec:
    return {
        "field": "label", "type": "nominal", "scale": {"domain": list(rows), "paddingInner": 0.15},
        "axis": {"ticks": False, "domain": False, "minExtent": room},
    }  # fmt: skip
