"""Pages with charts of what traders ask of the whole: how much is free and when, what a chapter pays, where some goods
reach zero, what preference saves, and how much depends on the national line.

Each page has its charts, a sentence for each made from the same numbers, the numbers as a table, and as CSV and JSON
beside the page. Counting is the matter of `publish.site.figures`, drawing that of `publish.site.charts`.
"""

from __future__ import annotations

import csv
import io
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from publish.evidence import Row
from publish.site import charts
from publish.site.facts import Facts
from publish.site.figures import KINDS, Cell, Counts, Figures, Margin, Path, Shown, Year
from publish.site.pages import Page

ABOVE = ("explore/", "nav.explore")
GOODS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("garments", ("61", "62")), ("footwear", ("64",)), ("travel", ("4202",)), ("bicycles", ("8712",)),
    ("rice", ("1006",)),
)  # fmt: skip
"""Goods that matter most to exporters, by the first digits of their codes."""
FREEDOM = ("all", "most", "some", "no", "not_held")
"""How many of some goods are free: all, at least half, fewer, none; or nothing is held."""
STEPS = (0.0, 2.0, 5.0, 10.0, 20.0)
"""Upper ends of the classes of a mean rate, in points; what is above the last is a class of its own."""


def pages(facts: Facts) -> Iterator[Page]:
    """The list of charts and a page for each; none where the release holds no full schedule with the home party."""
    figures = Figures(facts)
    if not figures.schedules:
        return
    found = [_lines(figures), _chapters(figures), _goods(figures), *_margins(figures), _certainty(figures)]
    values: dict[str, Any] = {}
    for page in found:
        values |= page.values
    yield Page("explore/", "explore.html", "explore.title", "explore", {**values, "charts": found})
    yield from found


def _page(figures: Figures, name: str, values: Mapping[str, Any], rows: Sequence[Row]) -> Page:
    """A chart's page with its numbers beside it."""
    facts = figures.facts
    more = {
        "lists": figures.lists,
        "regimes": facts.regimes,
        "parties": facts.parties,
        "nodes": facts.nodes,
        "day": facts.day,
    }
    return Page(
        f"explore/{name}/", f"explore_{name}.html", f"explore.{name}", "explore", {**values, **more}, (), (ABOVE,),
        {"data.csv": _csv(facts, rows), "data.json": _json(facts, rows)},
    )  # fmt: skip


def _csv(facts: Facts, rows: Sequence[Row]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, ["release", *rows[0]], lineterminator="\n")
    writer.writeheader()
    writer.writerows({"release": facts.version, **row} for row in rows)
    return out.getvalue()


def _json(facts: Facts, rows: Sequence[Row]) -> str:
    told = {"release": facts.version, "published_on": facts.day, "rows": list(rows)}
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")) + "\n"


def _facts_of(shown: Shown) -> Row:
    """The columns that every download begins with."""
    return {
        "schedule_id": shown.schedule_id, "regime_id": shown.regime["regime_id"], "exporter": shown.exporter,
        "importer": shown.importer,
    }  # fmt: skip


def _shares(counts: Counts) -> list[Row]:
    """The kinds that occur, each with its share, in the order in which they are stacked."""
    total = sum(counts.values())
    return [
        {"kind": kind, "share": counts[kind] / total, "order": place}
        for place, kind in enumerate(KINDS) if counts[kind]
    ]  # fmt: skip


def _lines(figures: Figures) -> Page:
    """Share of national lines free, by year and schedule."""
    panels: list[Row] = []
    rows: list[Row] = []
    first = min(years[0].year for years in figures.lines.values())
    for shown in figures.schedules:
        if years := figures.lines.get(shown.anchor):
            held = {year.year: year for year in years}
            span = range(first, figures.last_year + 1)
            values = [
                {"year": year, **share}
                for year in span
                for share in (_shares(held[year].counts) if year in held else _shares({**_NOTHING, "not_held": 1}))
            ]  # fmt: skip
            drawn = charts.shares_by_year(values, KINDS, (first, figures.last_year), f"says-{shown.anchor}")
            now = held.get(int(shown.day[:4]), years[-1])
            panels.append({"shown": shown, "svg": drawn, "years": _distinct(years), "now": now, "last": years[-1]})
            rows += [
                {**_facts_of(shown), "year": y.year, "on": y.day, **{f"lines_{kind}": y.counts[kind] for kind in KINDS}}
                for y in years
            ]  # fmt: skip
    current = sorted((p for p in panels if p["shown"].current and p["shown"].is_export), key=_free_share)
    return _page(figures, "lines", {"line_panels": panels, "line_ends": current[:1] + current[-1:]}, rows)


_NOTHING: dict[str, int] = dict.fromkeys(KINDS, 0)


def _free_share(panel: Row) -> float:
    counts: Counts = panel["now"].counts
    return counts["free"] / sum(counts.values())


def _distinct(years: Sequence[Year]) -> list[tuple[Year, Year]]:
    """Runs of years with the same numbers: the first and the last of each."""
    runs: list[tuple[Year, Year]] = []
    for year in years:
        if runs and runs[-1][1].counts == year.counts:
            runs[-1] = (runs[-1][0], year)
        else:
            runs.append((year, year))
    return runs


def _chapters(figures: Figures) -> Page:
    """Mean rate by chapter and schedule on the day of the release."""
    rows = [
        {**_facts_of(shown), "on": figures.facts.day, "chapter": chapter, "mean_of_single_rates_pct": _rounded(cell),
         **{f"subheadings_{kind}": cell.counts[kind] for kind in KINDS}}
        for chapter, cells in figures.chapters.items()
        for shown in figures.schedules if (cell := cells.get(shown.anchor))
    ]  # fmt: skip
    means = [
        (cell.mean, chapter, shown)
        for chapter, cells in figures.chapters.items() for shown in figures.schedules
        if shown.is_export and (cell := cells.get(shown.anchor)) and cell.mean is not None
    ]  # fmt: skip
    highest = max(means, key=lambda found: found[0], default=None)
    values = {
        "cells": figures.chapters, "columns": figures.schedules, "class_of": _class_of, "steps": STEPS,
        "highest": highest, "zero_means": sum(mean == 0 for mean, _, _ in means), "all_means": len(means),
    }  # fmt: skip
    return _page(figures, "chapters", values, rows or [{"schedule_id": None}])


def _rounded(cell: Cell) -> float | None:
    return None if cell.mean is None else round(cell.mean, 2)


def _class_of(cell: Cell | None) -> str:
    """Name of the class of a cell: `m0` for a mean of zero up to `m5`, or the kind of most of its subheadings."""
    if cell is None:
        return "not_held"
    if cell.mean is None:
        return cell.mostly
    return f"m{next((n for n, top in enumerate(STEPS) if cell.mean <= top), len(STEPS))}"


def _goods(figures: Figures) -> Page:
    """When some goods become free, by schedule for exports."""
    panels, rows = [], []
    for name, prefixes in GOODS:
        if paths := figures.paths(prefixes):
            first = min(path.years[0].year for path in paths)
            labels = [path.shown.label for path in paths]
            values = [
                {"label": path.shown.label, "year": year, "kind": kind}
                for path in paths for year, kind in _freedom(path, first, figures.last_year)
            ]  # fmt: skip
            drawn = charts.tiles(values, FREEDOM, labels, (first, figures.last_year), f"says-{name}")
            free = sorted((path for path in paths if path.free_from), key=lambda path: path.free_from or "")
            panels.append({
                "name": name, "codes": [p for p in prefixes if p in figures.facts.nodes], "paths": paths, "svg": drawn,
                "now": [path for path in free if path.shown.current and (path.free_from or "") <= path.shown.day],
                "later": [path for path in free if (path.free_from or "") > path.shown.day],
                "never": [path for path in paths if not path.free_from and path.shown.current],
                "old": [path for path in paths if not path.shown.current],
            })  # fmt: skip
            rows += [
                {"goods": name, "codes": " ".join(prefixes), **_facts_of(path.shown), "year": y.year, "on": y.day,
                 "all_free_from": path.free_from, **{f"subheadings_{kind}": y.counts[kind] for kind in KINDS}}
                for path in paths for y in path.years
            ]  # fmt: skip
    return _page(figures, "goods", {"goods_panels": panels, "freedom": FREEDOM}, rows or [{"goods": None}])


def _freedom(path: Path, first: int, last: int) -> Iterator[tuple[int, str]]:
    held = {year.year: year.counts for year in path.years}
    for year in range(first, last + 1):
        counts = held.get(year)
        total = sum(counts.values()) if counts else 0
        if counts is None or counts["not_held"] == total:
            yield year, "not_held"
        elif counts["free"] == total:
            yield year, "all"
        elif counts["free"] == 0:
            yield year, "no"
        else:
            yield year, "most" if counts["free"] * 2 >= total else "some"


def _margins(figures: Figures) -> Iterator[Page]:
    """How far preference lies below the MFN rate, by section; no page where no MFN rate is held."""
    found = [(shown, margins) for shown in figures.schedules if (margins := figures.margins(shown))]
    if not found:
        return
    ranges = _ranges(figures.facts)
    most = max((m.margin for _, margins in found for m in margins if m.margin is not None), default=0.0)
    panels = []
    for shown, margins in found:
        drawn = charts.bars(
            [{"label": ranges[m.section], "points": m.margin} for m in margins if m.margin is not None],
            [ranges[m.section] for m in margins if m.margin is not None], most, f"says-{shown.anchor}",
        )  # fmt: skip
        best = max((m for m in margins if m.margin is not None), key=lambda m: m.margin or 0, default=None)
        panels.append({"shown": shown, "svg": drawn, "margins": margins, "best": best, "sums": _sums(margins)})
    rows = [
        {**_facts_of(shown), "on": shown.day, "section": m.section, "chapters": ranges[m.section],
         "compared": m.compared, "mean_mfn_pct": _two(m.mfn), "mean_preference_pct": _two(m.preference),
         "mean_margin_points": _two(m.margin), "above_mfn": m.above, "mfn_free": m.mfn_free, "not_compared": m.unknown}
        for shown, margins in found for m in margins
    ]  # fmt: skip
    others = {s.importer for s in figures.schedules} - {shown.importer for shown, _ in found}
    values = {
        "margin_panels": panels, "ranges": ranges, "sections": {n["code"]: n for n in figures.facts.sections},
        "without_mfn": [figures.facts.parties[code] for code in sorted(others)],
    }  # fmt: skip
    yield _page(figures, "margin", values, rows)


def _sums(margins: Sequence[Margin]) -> Row:
    return {name: sum(getattr(m, name) for m in margins) for name in ("compared", "above", "mfn_free", "unknown")}


def _two(value: float | None) -> float | None:
    return None if value is None else round(value, 2)


def _ranges(facts: Facts) -> dict[str, str]:
    """The chapters of each section: `50–63`."""
    chapters: dict[str, list[str]] = defaultdict(list)
    for node in facts.nodes.values():
        if node["level"] == 2:
            chapters[node["section"]].append(node["code"])
    return {
        section: codes[0] if len(codes) == 1 else f"{min(codes)}–{max(codes)}" for section, codes in chapters.items()
    }


def _certainty(figures: Figures) -> Page:
    """How many subheadings have one rate, and how many depend on the national line, by schedule."""
    counted = [(shown, figures.subheadings(shown)) for shown in figures.schedules]
    labels = {s.anchor: s.label if s.is_export else f"{s.label} ←" for s, _ in counted}
    values = [{"label": labels[shown.anchor], **share} for shown, counts in counted for share in _shares(counts)]
    drawn = charts.shares(values, KINDS, list(labels.values()), "says-certainty")
    table: list[Row] = [
        {"shown": shown, "counts": counts, "reasons": figures.reasons(shown)} for shown, counts in counted
    ]
    rows = [
        {**_facts_of(shown), "on": shown.day, **{f"subheadings_{kind}": counts[kind] for kind in KINDS}}
        for shown, counts in counted
    ]  # fmt: skip
    current = [row for row in table if row["shown"].current] or table
    ordered = sorted(current, key=lambda row: row["counts"]["depends"] / sum(row["counts"].values()))
    ends = {"least": ordered[0], "most": ordered[-1]}
    return _page(figures, "certainty", {"certainty_svg": drawn, "certainty": table, "depends_ends": ends}, rows)
