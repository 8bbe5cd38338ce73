"""A first description of a document, guessed from a look into it, for a person to correct.

A draft is a `DocumentSpec` like any other, so it is tried at once: read by its reader, and its rows counted by role.
Each guess leans to the safe side: a column that might hold words is no fact, a pattern is only offered where every
value seen has it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import yaml

from sources.look import Look, SeenTable
from sources.readers import pdf_prose
from sources.specs import DocumentSpec

TO_SAY = "TO SAY"
"""Stands in a draft where only a person knows the answer."""

_CODE = re.compile(r"\d{4,10}|\d{2}(?:\.\d{2,4})+[A-Z]?|\d{4}(?:\.\d{1,4})+[A-Z]?|\d{2}")
_FULL_CODE = re.compile(r"\d{6,10}|\d{4}(?:\.\d{2,4})+[A-Z]?")
"""Some nations part a line further by a letter: 0105.99.20A."""

_EDITION = re.compile(r"\b(?:HS|AHTN|HTS|H\.S|Harmoni[sz]ed)\D*(2002|2007|2012|2017|2022)\b", re.I)
_RATE = re.compile(r"\(?[0-9.,]+\s*%?\)?|free|ex|el|u|exempt|-|\d.*(/|%).*", re.I)
_NAMES = (
    (r"\bdescri|\bproducts?$|\bgoods\b|\bname\b|\bdesc\b|\btext\b", "description"),
    (r"categor", "category"),
    (r"\bbase\b", "base_rate"),
    (r"\bmfn\b", "mfn_rate"),
    (r"relation", "relation"),
    (r"\bunits?\b", "unit"),
    (r"\brules?\b|\bcriteri|\bpsr\b", "rule"),
    (r"\brates?\b|\bdut(y|ies)\b|\btariff\b", "rate"),
    (r"^no\.?$|^serial|^s/?n$", "number"),
)
_PROSE: dict[str, Any] = {
    "name": pdf_prose.NAME,
    "columns": [
        {"name": header.replace(" ", "_"), "header": header, "fact": header != "text"} for header in pdf_prose.HEADER
    ],
    "roles": [{"role": "heading", "when": {"role": "heading"}}, {"role": "line", "when": {"role": ".+"}}],
}
"""How every text is read: the paragraphs' words are no facts, their places and articles are."""

_RATES = ("base_rate", "mfn_rate", "rate", "category", "year_", "relation")


def draft(look: Look, document_id: str | None = None) -> dict[str, Any]:
    """A description of the file as a plain mapping, in the order in which people read it; valid as `DocumentSpec`."""
    prose = is_prose(look)
    table = None if prose else main_table(look)
    name = document_id or re.sub(r"[^a-z0-9]+", "-", Path(look.name).stem.lower()).strip("-") or "document"
    described: dict[str, Any] = {
        "id": name,
        "kind": "guide" if table is None and look.tables and not prose else _kind(table),
        "title": look.text[0][:100] if look.text and look.kind == "pdf" else TO_SAY,
        "publisher": TO_SAY,
        "url": None,
        "licence": "unknown",
        "publish_text": False,
    }
    if table is not None:
        described |= {"layer": None, "hs_edition": _edition(table), "completeness": "list"}
    described |= {"known_from": None, "pages": look.pages, "file": look.name, "sha256": look.sha256}
    if table is not None:
        described["reader"] = _reader(table)
    elif prose:
        described["reader"] = _PROSE
    return {key: value for key, value in described.items() if value is not None or key in ("url", "known_from")}


def is_prose(look: Look) -> bool:
    """Whether a PDF is text with perhaps a table in it, none of tariff codes, rather than tables with text around."""
    table = main_table(look)
    rows = sum(each.rows or 0 for each in look.tables)
    return look.kind == "pdf" and look.paragraphs > rows and (table is None or _code_column(table) is None)


def main_table(look: Look) -> SeenTable | None:
    """The table a description would begin with: the largest with a header, those with tariff codes first."""
    tables = [table for table in look.tables if table.header and any(table.header) and table.rows]
    return max(tables, key=lambda table: (_code_column(table) is not None, table.rows or 0), default=None)


def as_yaml(described: dict[str, Any]) -> str:
    """A draft as the text of a `documents.yml`, with a word on what to check."""
    spec = DocumentSpec.model_validate(described)
    heading = [
        "# A draft, guessed from the file. Check every key before use; docs/bring-a-document.md says how.",
        f"# Say what stands as {TO_SAY}; leave a key out rather than guess it.",
    ]
    if spec.reader:
        heading.append("# `fact: true` columns may stand in the repository: codes, rates, categories, rule phrases.")
    lines = yaml.dump([_laid_out(described)], Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=400)
    return "\n".join([*heading, "documents:", *(f"  {line}" for line in lines.rstrip().split("\n"))]) + "\n"


class _Flow(dict[str, Any]):
    """A mapping that is written on one line."""


class _Dumper(yaml.SafeDumper):
    """Writes `_Flow` on one line and an unknown value as an empty one."""


_Dumper.add_representer(
    _Flow, lambda dumper, value: dumper.represent_mapping("tag:yaml.org,2002:map", value, flow_style=True)
)
_Dumper.add_representer(type(None), lambda dumper, _: dumper.represent_scalar("tag:yaml.org,2002:null", ""))


def _laid_out(described: dict[str, Any]) -> dict[str, Any]:
    reader = described.get("reader")
    if reader is None:
        return described
    flat = {**reader, "columns": [_Flow(each) for each in reader["columns"]]}
    flat["roles"] = [_Flow({**each, "when": _Flow(each["when"])}) for each in reader["roles"]]
    if "options" in reader:
        flat["options"] = _Flow(reader["options"])
    return {**described, "reader": flat}


# --- guessing --------------------------------------------------------------------------------------------------------


def _values(table: SeenTable, column: int) -> list[str]:
    return [row[column].strip() for row in table.sample if column < len(row)]


def _filled(table: SeenTable, column: int) -> list[str]:
    return [value for value in _values(table, column) if value]


def _share(values: Sequence[str], pattern: re.Pattern[str]) -> float:
    return sum(pattern.fullmatch(value) is not None for value in values) / len(values) if values else 0.0


def _code_column(table: SeenTable) -> int | None:
    """The first column most of whose values are codes of six digits or more."""
    for column in range(len(table.header)):
        values = _filled(table, column)
        if len(values) * 4 >= len(table.sample) and _share(values, _FULL_CODE) >= 0.4 and _share(values, _CODE) >= 0.9:
            return column
    return None


def _kind(table: SeenTable | None) -> str:
    if table is None or table.reader == "xml_text":
        return "legal_text"
    names = list(_names(table))
    if "relation" in names:
        return "correlation"
    if "mfn_rate" in names:
        return "national_tariff"
    if any(name.startswith(_RATES) for name in names):
        return "tariff_schedule"
    if "rule" in names:
        return "psr"
    return "nomenclature" if _code_column(table) is not None else "guide"


def _edition(table: SeenTable) -> str | None:
    """The edition that the header names, which a national nomenclature (`AHTN 2017`) shares; a year alone is none."""
    years = {year for text in table.header for year in _EDITION.findall(text)}
    return f"HS {years.pop()}" if len(years) == 1 else None


def _names(table: SeenTable) -> Iterator[str]:
    """A name for each column, each its own."""
    code, used = _code_column(table), dict[str, int]()
    known = [_known(header) for header in table.header]
    for column, header in enumerate(table.header):
        own = known[column] if known.count(known[column]) == 1 or not known[column] else _own(header, known[column])
        name = "line_code" if column == code else own or _slug(header) or f"column_{column + 1}"
        used[name] = used.get(name, 0) + 1
        yield name if used[name] == 1 else f"{name}_{used[name]}"


def _known(header: str) -> str:
    """What a header is called everywhere, by the words in it; empty where it has none of them."""
    words = header.lower()
    if year := re.search(r"\byear\s*(\d+)", words):
        return f"year_{year[1]}"
    return "" if "/" in words else next((name for pattern, name in _NAMES if re.search(pattern, words)), "")


def _own(header: str, known: str) -> str:
    """A name for one of several columns of a kind, by the other words of its header: `rate_atiga`."""
    pattern = next((pattern for pattern, name in _NAMES if name == known), "")
    rest = _slug(re.sub(pattern, " ", header.lower()) if pattern else "")
    return f"{known}_{rest}" if rest else known


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")[:30]


def _reader(table: SeenTable) -> dict[str, Any]:
    names = list(_names(table))
    code = _code_column(table)
    columns = [_column(table, at, name, is_code=at == code) for at, name in enumerate(names)]
    read: dict[str, Any] = {"name": table.reader}
    if table.options:
        read["options"] = dict(table.options)
    return {**read, "columns": columns, "roles": list(_roles(table, names, code))}


def _column(table: SeenTable, column: int, name: str, *, is_code: bool) -> dict[str, Any]:
    values = _filled(table, column)
    fact = name != "description" and (is_code or name.startswith(_RATES) or _is_fact(values))
    found: dict[str, Any] = {"name": name, "header": table.header[column], "fact": fact}
    pattern = _pattern(values) if fact and not name.startswith(_RATES) else None
    if pattern:
        found["pattern"] = pattern
    return found


def _is_fact(values: Sequence[str]) -> bool:
    return _share(values, _RATE) >= 0.9 or _share(values, _CODE) >= 0.9 or _pattern(values) is not None


def _pattern(values: Sequence[str]) -> str | None:
    """The shapes of the values where all are numbers or codes of few shapes: `\\d{4}\\.\\d{2}|\\d{8}`."""
    if len(values) < 5 or not all(re.fullmatch(r"[0-9.:]+[A-Z]?", value) for value in values):
        return None
    shapes = {_shape(value) for value in values}
    plain = all(value.isdigit() for value in values)
    if len(shapes) > 4:
        return r"\d+" if plain else None
    if plain and max(map(len, values)) < 4:  # a serial number grows a digit now and then
        return r"\d+"
    return "|".join(sorted(shapes, key=lambda shape: (-len(shape), shape)))


def _shape(value: str) -> str:
    """A value as a pattern in which every digit may be another, and a letter at its end another letter."""
    letter = re.search(r"(?<=\d)[A-Z]$", value)
    digits = re.escape(value[: letter.start()] if letter else value)
    shape = re.sub(r"\d+", lambda found: r"\d" + (f"{{{len(found[0])}}}" if found[0][1:] else ""), digits)
    return f"{shape}[A-Z]" if letter else shape


def _roles(table: SeenTable, names: list[str], code: int | None) -> Iterator[dict[str, Any]]:
    """A line has a whole code, and a rate where there are rates; a heading has less; what fits neither is rejected."""
    if code is None:
        yield {"role": "line", "when": {names[0]: ".+"}}
        if not all(_values(table, 0)):
            yield {"role": "continuation", "when": {names[0]: ""}}
        return
    key, codes = names[code], _filled(table, code)
    whole = _whole(codes)
    rate = _rate_column(table, names, code, whole)
    when = {} if rate is None else {rate: ""}
    shapes = sorted({_shape(value) for value in whole}, key=lambda shape: (-len(shape), shape))
    shorter = sorted({_shape(value) for value in set(codes) - whole} - set(shapes))
    yield {"role": "line", "when": {key: "|".join(shapes[:6]), **({} if rate is None else {rate: ".+"})}}
    if shorter:
        yield {"role": "heading", "when": {key: "|".join(shorter), **when}}
    blanks = len(_values(table, code)) - len(codes)
    if blanks or table.reader == "pdf_table":
        role = "heading" if table.reader == "workbook" or blanks * 20 > len(table.sample) else "continuation"
        yield {"role": role, "when": {key: "", **when}}


def _whole(codes: Sequence[str]) -> set[str]:
    """The codes with as many digits as the longest that are common: those of lines, not of headings above them."""
    digits = Counter(sum(sign.isdigit() for sign in value) for value in codes if _FULL_CODE.fullmatch(value))
    longest = max(length for length, count in digits.items() if count * 20 >= digits.total())
    return {value for value in codes if sum(sign.isdigit() for sign in value) >= longest}


def _rate_column(table: SeenTable, names: list[str], code: int, whole: set[str]) -> str | None:
    """The first column of rates that nearly every line fills."""
    lines = [row for row in table.sample if row[code].strip() in whole]
    for column, name in enumerate(names):
        if name.startswith(_RATES[:3]) and sum(not row[column].strip() for row in lines) * 20 <= len(lines):
            return name
    return None
