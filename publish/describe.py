"""What every table and column means, in two forms: a data dictionary for people and a Data Package for programs.

Both are generated from `warehouse.tables`; a sentence about a column is written there and nowhere else. Examples are
values of the release itself: one that is written there is given only where it occurs.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any, TypeAlias

import pyarrow as pa
import pyarrow.compute

from publish.layout import LAYOUTS
from warehouse.columns import ColumnMeta
from warehouse.content import canonical_text
from warehouse.tables import TABLES, columns_of

pc: Any = pyarrow.compute  # its stubs know chunked arrays only in part

Examples: TypeAlias = Mapping[tuple[str, str], str]
"""An example of a column, by table and column."""

TITLE = "Cambodia FTA open data"
SUMMARY = (
    "Cambodia's trade preferences as open data: tariff schedules, rules of origin and provisions of every agreement, "
    "read from the documents, with each number's place in its document, and carried to HS 2022."
)
LICENCE = {
    "name": "CC-BY-4.0",
    "title": "Creative Commons Attribution 4.0 International",
    "path": "https://creativecommons.org/licenses/by/4.0/",
}
"""Licence of the compilation; documents keep their own, see LICENSES.md."""
LONGEST_EXAMPLE = 60
DICTIONARY_TYPES = {"integer": "integer", "flag": "integer", "rate": "number", "real": "number"}
KEY_RECIPE = (
    "`row_key` is made so: join the table's name and the values of its natural key, in the order given, with U+001F "
    "(a null is the empty string, a decimal is written without trailing zeros); take the SHA-256 of that text; write "
    "its first sixty bits in lower-case base 32, twelve letters. Where the dictionary says that the key is put "
    "together, its parts are joined by hyphens: first, where it names columns to hash, the first eight letters of the "
    "same hash of those alone; then columns as they are, a day without its hyphens, a null left out. A key stays the "
    "same from release to release."
)


def table_description(name: str) -> str:
    """The sentence that describes a table."""
    return inspect.cleandoc(TABLES[name].__doc__ or "").replace("\n", " ")


def examples_of(tables: Mapping[str, pa.Table]) -> dict[tuple[str, str], str]:
    """A value of every column, as it stands in the CSV: the one that is declared where it occurs, else the first.

    Columns without a value that fits on a line of a table have none, nor have those of a closed vocabulary.

    Args:
        tables: the tables of a release in canonical order.
    """
    found: dict[tuple[str, str], str] = {}
    for name, table in tables.items():
        for column, meta in columns_of(name).items():
            example = None if meta.enum else _example(table.column(column), meta.example)
            if example is not None:
                found[name, column] = example
    return found


def _example(values: Any, declared: str | None) -> str | None:
    if declared is not None and pa.types.is_string(values.type) and pc.index(values, declared).as_py() >= 0:
        return declared
    for chunk in values.chunks:
        held = chunk.drop_null()
        if pa.types.is_string(held.type):
            held = held.filter(pc.match_substring_regex(held, f"^[^\n|`]{{1,{LONGEST_EXAMPLE}}}$"))
        if len(held):
            return str(canonical_text(pa.chunked_array([held.slice(0, 1)]))[0].as_py())
    return None


def data_dictionary(facts: Mapping[str, Mapping[str, Any]], version: str, examples: Examples) -> str:
    """DATA_DICTIONARY.md: every table and column.

    Args:
        facts: for each table at least its `rows`.
        version: of the release.
        examples: as `examples_of` finds them.
    """
    lines = [f"# Data dictionary of release {version}", "", *_conventions(), "", "## Tables", ""]
    lines += ["| table | rows | what a row is |", "| --- | ---: | --- |"]
    lines += [f"| [`{name}`](#{name}) | {facts[name]['rows']:,} | {table_description(name)} |" for name in TABLES]
    for name in TABLES:
        lines += ["", f"## {name}", "", table_description(name), "", _key_sentence(name), ""]
        lines += ["| column | type | empty | what it says |", "| --- | --- | --- | --- |"]
        lines += [
            _dictionary_line(column, meta, examples.get((name, column))) for column, meta in columns_of(name).items()
        ]
    return "\n".join(lines) + "\n"


def _key_sentence(name: str) -> str:
    """The natural key of a table, and of what `row_key` is put together where it is no hash of that."""
    kind = TABLES[name]
    natural, hashed, plain = (
        ", ".join(f"`{c}`" for c in key) for key in (kind.natural_key, kind.key_hashed, kind.key_plain)
    )
    parts = [f"the hash of {hashed}"] if hashed else []
    return f"Natural key: {natural}." + (
        f" `row_key` is put together from {' and '.join([*parts, plain])}." if plain else ""
    )


def _conventions() -> list[str]:
    return [
        "The tables and columns are the same in `fta.sqlite`, `parquet/` and `csv/`. In `fta.sqlite` the largest ("
        f"{', '.join(f'`{name}`' for name in LAYOUTS)}) are views over the parts that they are stored in, to half the "
        "space; foreign keys stand on the parts.",
        "",
        "- Zero is a value; an empty cell is never a rate. What is not held says so in its state.",
        "- Codes are text of digits: keep their leading zeros (in pandas, read the CSV with `dtype=str`).",
        '- In CSV an empty cell is null and `""` is an empty text; a cell with a comma, quote or line break is quoted.',
        "- Dates are ISO; an interval holds from `valid_from` up to, but without, `valid_to`.",
        "- A rate is in percentage points (7 is 7 %): decimal(12,6) in Parquet, REAL in SQLite.",
        f"- {KEY_RECIPE}",
        "- The content hash of a table in `manifest.json` is `zcat csv/<table>.csv.gz | sha256sum`.",
        "- `change` lists what this release changed. What came with a new regime, schedule or document is listed there "
        "by its row of `regime`, `schedule` or `document`; `changes.parquet` lists every row of it.",
    ]


def _dictionary_line(column: str, meta: ColumnMeta, example: str | None) -> str:
    said = [meta.description]
    said += [f"One of: {', '.join(f'`{value}`' for value in meta.enum)}."] if meta.enum else []
    said += [f"Unit: {meta.unit}."] if meta.unit else []
    said += [f"Refers to `{meta.references}`."] if meta.references else []
    said += [f"Example: `{example}`."] if example is not None else []
    text = " ".join(said).replace("|", "\\|").replace("\n", " ")
    return f"| `{column}` | {meta.kind} | {'may be' if meta.nullable else 'never'} | {text} |"


def data_package(
    facts: Mapping[str, Mapping[str, Any]],
    version: str,
    published_on: str,
    sources: list[dict[str, str]],
    examples: Examples,
) -> dict[str, Any]:
    """datapackage.json: a Frictionless Data Package over the CSV files, their Parquet twins named beside them.

    Args:
        facts: for each table its `rows`, `csv` and `parquet` (each with path, bytes, sha256).
        version: of the release.
        published_on: ISO time.
        sources: `title` and `path` of the documents.
        examples: as `examples_of` finds them.
    """
    return {
        "profile": "tabular-data-package",
        "name": "cambodia-fta-data",
        "title": TITLE,
        "description": SUMMARY,
        "version": version,
        "created": published_on,
        "licenses": [LICENCE],
        "sources": sources,
        "keywords": ["tariff", "trade agreement", "rules of origin", "Cambodia", "HS 2022"],
        "resources": [_resource(name, facts[name], examples) for name in TABLES],
    }


def _resource(name: str, facts: Mapping[str, Any], examples: Examples) -> dict[str, Any]:
    return {
        "profile": "tabular-data-resource",
        "name": name,
        "title": table_description(name),
        "path": facts["csv"]["path"],
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "compression": "gz",
        "bytes": facts["csv"]["bytes"],
        "hash": f"sha256:{facts['csv']['sha256']}",
        "rows": facts["rows"],
        "parquet": facts["parquet"]["path"],
        "schema": table_schema(name, examples),
    }


def table_schema(name: str, examples: Examples) -> dict[str, Any]:
    """The Frictionless Table Schema of a table."""
    columns = columns_of(name)
    keys = []
    for column, meta in columns.items():
        if meta.references:
            table, _, target = meta.references.partition(".")
            keys.append({"fields": [column], "reference": {"resource": table, "fields": [target]}})
    schema: dict[str, Any] = {
        "fields": [_field(column, meta, examples.get((name, column))) for column, meta in columns.items()],
        "primaryKey": ["row_key"],
        "missingValues": [""],
    }
    return {**schema, "foreignKeys": keys} if keys else schema


def _field(column: str, meta: ColumnMeta, example: str | None) -> dict[str, Any]:
    constraints: dict[str, Any] = {} if meta.nullable else {"required": True}
    constraints |= {"enum": list(meta.enum)} if meta.enum else {}
    constraints |= {"unique": True} if column == "row_key" else {}
    field: dict[str, Any] = {
        "name": column,
        "type": {"date": "date", "json": "string"}.get(meta.kind, DICTIONARY_TYPES.get(meta.kind, "string")),
        "description": meta.description,
    }
    field |= {"format": "default"} if meta.kind == "date" else {}
    field |= {"unit": meta.unit} if meta.unit else {}
    field |= {"example": example} if example is not None else {}
    return {**field, "constraints": constraints} if constraints else field
