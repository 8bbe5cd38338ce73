"""What each kind of static file holds, as JSON Schemas (draft 2020-12), and which files there are.

The schemas are closed: a file with a field that its schema does not name is a fault. Columns that stand in a file as
they stand in a table take their description and vocabulary from the table's definition.
"""

from __future__ import annotations

from typing import Any

from publish.static_prose import CONTENT
from warehouse.columns import ColumnMeta
from warehouse.tables import columns_of
from warehouse.tables.base import STATES

Schema = dict[str, Any]

FILES: tuple[tuple[str, str, str], ...] = (
    ("index", "index.json", "the release, the parties, the pairs and this list"),
    ("regimes", "regimes.json", "every regime with its parties and dates"),
    ("agreement", "agreements/{regime}.json", "one regime: provisions, schedules, coverage, open questions"),
    ("provision", "provisions/{code}.json", "one point of origin or certification, under every regime"),
    ("sections", "hs/sections.json", "sections and chapters of the HS"),
    ("chapter", "hs/{chapter}.json", "the headings of a chapter"),
    ("heading", "hs/{heading}.json", "the subheadings of a heading, and what each was in older editions"),
    ("pair", "compare/{exporter}/{importer}/pair.json", "what is the same for all goods: regimes, schedules, proof"),
    ("compare", "compare/{exporter}/{importer}/{heading}.json", "every regime's rates and MFN duties for a heading"),
    ("lines", "lines/{schedule}/{subheading}-{number}.json", "national lines that are too many for their heading"),
    ("rules", "rules/{heading}.json", "every regime's rules of origin for a heading"),
    ("content", "content/{table}.json", "a table of texts: guides, terms, questions, law, taxes, everyday words"),
    ("origin_regimes", "origin/regimes.json", "what an evaluator of origin needs of each regime"),
    ("origin_older", "origin/older/{edition}.json", "codes of HS 2022 that were others in an edition of rules"),
    ("origin", "origin/{heading}.json", "rules by the codes that goods of a heading had in the rules' editions"),
    ("documents", "documents.json", "every document: publisher, address, licence, hash"),
    ("datasette", "datasette-metadata.json", "what Datasette shows beside the tables"),
)
"""Kind, path and content of every kind of file; the kind is the name of its schema."""

_TEXT: Schema = {"type": "string"}
_WORDS: Schema = {"type": ["string", "null"]}
_COUNT: Schema = {"type": "integer", "minimum": 0}
_NUMBER: Schema = {"type": ["number", "null"]}
_POINTS: Schema = {"type": ["number", "null"], "description": "Percentage points: 7 is 7 %; null is never a rate."}
_BOUND: Schema = {"type": "number", "description": "A bound, not a rate."}
_DAY: Schema = {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"}
_ANY_DAY: Schema = {"type": ["string", "null"], "pattern": r"^\d{4}-\d{2}-\d{2}$"}
_KEY: Schema = {
    "type": "string",
    "pattern": "^[a-z2-7]{8}(?:[a-z2-7]{4}$|-)",
    "description": "Row of the release's tables.",
}
_ANY_KEY: Schema = {**_KEY, "type": ["string", "null"]}
_STATE: Schema = {"enum": list(STATES)}
_KINDS: dict[str, Schema] = {
    "text": {"type": "string"}, "code": {"type": "string"}, "date": {"type": "string", "pattern": _DAY["pattern"]},
    "json": {"type": "string"}, "integer": {"type": "integer"}, "flag": {"enum": [0, 1]},
    "rate": {"type": "number"}, "real": {"type": "number"},
}  # fmt: skip


def schemas() -> dict[str, Schema]:
    """The schema of each kind of file, by kind."""
    contents = {
        "index": _index(), "regimes": _object(regimes=_list(_regime())), "agreement": _agreement(),
        "provision": _object(code=_TEXT, regimes=_list(_provision(), "code", "subject")), "sections": _sections(),
        "chapter": _object(**_named(r"^\d{2}$"), section=_WORDS, headings=_list(_object(
            **_named(r"^\d{4}$"), subheadings=_COUNT))),
        "heading": _heading(), "pair": _pair(), "compare": _compare(),
        "lines": _object(of=_TEXT, lines=_list(_line())), "rules": _rules(),
        "origin_regimes": _object(on=_DAY, regimes=_table(_bundle())), "origin_older": _older(), "origin": _origin(),
        "documents": _object(documents=_list(_row("document"))), "content": _content(),
        "datasette": {"type": "object", "required": ["title", "databases"]},
    }  # fmt: skip
    return {
        kind: {
            "$schema": "https://json-schema.org/draft/2020-12/schema", "$id": f"{kind}.json",
            "title": f"{path}: {holds}", **contents[kind],
        }
        for kind, path, holds in FILES
    }  # fmt: skip


def _object(*optional: str, **properties: Schema) -> Schema:
    """An object with exactly these fields: all but the optional ones, which are left out where they would be null."""
    return {
        "type": "object",
        "properties": properties,
        "required": [name for name in properties if name not in optional],
        "additionalProperties": False,
    }


def _list(items: Schema, *but: str) -> Schema:
    """A list of things, without some of their fields."""
    if but:
        items = _object(**{name: found for name, found in items["properties"].items() if name not in but})
    return {"type": "array", "items": items}


def _table(values: Schema) -> Schema:
    """An object from names to things alike."""
    return {"type": "object", "additionalProperties": values}


def _column(meta: ColumnMeta) -> Schema:
    schema = {"description": meta.description, **_KINDS[meta.kind]}
    if meta.enum:
        schema = {"description": meta.description, "enum": [*meta.enum, *([None] if meta.nullable else [])]}
    elif meta.nullable and "type" in schema:
        schema["type"] = [schema["type"], "null"]
    return schema


def _columns(table: str, *but: str) -> dict[str, Schema]:
    return {name: _column(meta) for name, meta in columns_of(table).items() if name not in ("row_key", *but)}


def _row(table: str, *but: str) -> Schema:
    """A row of a table, without its key and some columns."""
    return _object(**_columns(table, *but))


def _named(code: str) -> dict[str, Schema]:
    return {"code": {"type": "string", "pattern": code}, "name_en": _WORDS, "name_km": _WORDS}


def _index() -> Schema:
    file = _object(path=_TEXT, schema=_TEXT, holds=_TEXT)
    pair = _object(exporter=_TEXT, importer=_TEXT, regimes=_list(_TEXT))
    return _object(
        api={"const": "v1"}, release=_TEXT, published_on=_TEXT, content_hash=_TEXT, release_path=_TEXT, home=_TEXT,
        hs_edition=_TEXT, files=_list(file), parties=_list(_row("party")), pairs=_list(pair), rules=_list(_TEXT),
    )  # fmt: skip


def _regime() -> Schema:
    member = _columns("regime_party", "regime_id")
    party = _object(**{**member, "name_en": _TEXT, "name_km": _WORDS})
    return _object(**_columns("regime"), parties=_list(party))


def _provision() -> Schema:
    """A row of `v_provision`."""
    facts = _columns("provision")
    facts["evidence"] = {"enum": [*facts["evidence"]["enum"], None]}
    more = {"subject": _WORDS, "document_title": _WORDS, "document_url": _WORDS, "provision_row_key": _ANY_KEY}
    return _object(**facts, **more)


def _agreement() -> Schema:
    category = _object(**{**_columns("staging_category", "schedule_id"), "rule": {"type": ["object", "array"]}})
    schedule = _object(**_columns("schedule", "regime_id"), categories=_list(category))
    decision = _object(**{**_columns("decision", "regime_id"), "options": {"type": "array"}})
    return _object(
        **_regime()["properties"], schedules=_list(schedule), provisions=_list(_provision(), "regime_id"),
        de_minimis=_list(_row("de_minimis", "regime_id")),
        withdrawals=_list(_row("preference_withdrawal", "regime_id")),
        coverage=_list(_row("coverage", "regime_id")), decisions=_list(decision), documents=_list(_TEXT),
    )  # fmt: skip


def _content() -> Schema:
    """A page of rows of one table; a column that would be null is left out."""
    kinds = []
    for table in CONTENT:
        nullable = [name for name, meta in columns_of(table).items() if meta.nullable]
        kinds.append(_object(*nullable, row_key=_KEY, **_columns(table)))
    return _object(
        table={"enum": list(CONTENT)}, rows={"type": "array", "items": {"anyOf": kinds}}, continued_in=_list(_TEXT)
    )


def _sections() -> Schema:
    chapter = _object(**_named(r"^\d{2}$"))
    return _object(hs_edition=_TEXT, sections=_list(_object(**_named("^[IVX]+$"), chapters=_list(chapter))))


def _heading() -> Schema:
    former = {**_table(_list({"type": "string", "pattern": r"^\d{6}$"})), "description": "Codes by older edition."}
    paths = {"path_en": _WORDS, "path_km": _WORDS}
    held = _object(**_named(r"^\d{6}$"), **paths, formerly=former)
    return _object(**_named(r"^\d{4}$"), **paths, subheadings=_list(held))


def _rules() -> Schema:
    columns = {**_columns("origin_rule"), **_columns("hs2022_origin_rule")}
    always = ("regime_id", "level", "state", "hs_edition", "locator", "document_id", "parse_state", "evidence")
    may_lack = ("hs_edition", "page", "code_from", "code_to", "valid_from", "valid_to", "superseded_by", "expression")
    rule = _object(
        *may_lack, text=_TEXT, hs6=_list({"type": "string", "pattern": r"^\d{6}$"}), expression={"type": "object"},
        **{name: columns[name] for name in dict.fromkeys((*always, *may_lack)) if name in columns}, row_key=_KEY,
    )  # fmt: skip
    return _object(heading=_TEXT, rules=_list(rule), continued_in=_list(_TEXT))


def _bundle() -> Schema:
    """A regime as `transforms.origin_regime.as_json` has it, with the edition of its rules."""
    said: Schema = {"type": ["boolean", "null"]}
    place = _object(article=_WORDS, document_id=_WORDS, page={"type": ["integer", "null"]})
    tolerance = _object(code_from=_TEXT, code_to=_TEXT, basis={"enum": ["fob_value", "weight"]}, pct=_POINTS)
    return _object(
        regime_id=_TEXT, hs_edition=_TEXT, exporters=_list(_TEXT), importers=_list(_TEXT), accumulates=said,
        partial=_POINTS, exclusive=said, operations={"type": ["array", "null"], "items": _TEXT},
        bears_on={"enum": ["all", "value", "change"]}, methods=_list({"enum": ["build_down", "build_up"]}),
        transit=said, tolerances={"type": ["array", "null"], "items": tolerance}, citations=_table(place),
    )  # fmt: skip


def _older() -> Schema:
    return _object(hs_edition=_TEXT, sets=_list(_list(_TEXT)), codes=_table(_COUNT))


def _origin() -> Schema:
    columns = _columns("origin_rule")
    names = ("regime_id", "rule_text", "hs_edition", "superseded_by", "document_id", "page", "locator")
    rule = _object(
        row_key=_KEY, **{name: columns[name] for name in names}, rule={"type": "object"},
        state={"enum": ["ok", "ambiguous", "superseded"]},
    )  # fmt: skip
    pointer = {"type": "array", "prefixItems": [_COUNT, _TEXT], "minItems": 2, "maxItems": 2}
    return _object(
        heading=_TEXT, products=_table(_table(_list(_TEXT))), reached=_table(_table(_list(pointer))), rules=_list(rule)
    )


def _line() -> Schema:
    """A national line; one of an MFN tariff has no base duty, and one of a schedule mostly no document of its own."""
    period = _object(
        "rate_max_pct", "duty_text", **{"from": _DAY, "to": _ANY_DAY}, state=_STATE, rate_pct=_POINTS,
        rate_max_pct=_BOUND, duty_text=_TEXT, row_key=_KEY,
    )  # fmt: skip
    return _object(
        "category", "document_id", "locator", "page", "base_rate_pct", "base_duty_text",
        line_code=_TEXT, hs6_from=_TEXT, relation=_TEXT, category=_TEXT, base_rate_pct=_POINTS, base_duty_text=_TEXT,
        document_id=_TEXT, locator=_TEXT, page={"type": "integer"}, periods=_list(period),
    )  # fmt: skip


_TOLD: dict[str, Schema] = {
    "from": _DAY, "to": _ANY_DAY, "state": _STATE, "rate_pct": _POINTS,
    "rate_max_pct": _BOUND, "duty_text": _TEXT, "reason": _TEXT,
    "reason_code": _TEXT, "row_key": _KEY,
}  # fmt: skip
_MAY_LACK = ("rate_max_pct", "duty_text", "reason", "reason_code", "row_key")
_LINES: dict[str, Schema] = {"lines": _list(_line()), "lines_in": _list(_TEXT)}
_REASONS: Schema = {**_table(_TEXT), "description": "Why nothing is held, by `reason_code`."}
_OTHERWISE: Schema = {
    **_list(_object(**{"from": _DAY, "to": _ANY_DAY}, state=_STATE, rate_pct=_POINTS, reason_code=_TEXT)),
    "description": "What holds for the goods that have no entry.",
}
_AUTHORITY: dict[str, Schema] = {"as_of": _ANY_DAY, "known_until": _ANY_DAY, "reason_stale": _WORDS}


def _compare() -> Schema:
    counts = dict.fromkeys(("n_lines", "n_distinct", "n_free", "n_excluded", "n_non_ad_valorem"), _COUNT)
    span = dict.fromkeys(("min_pct", "max_pct", "mean_pct"), _POINTS)
    relation = {
        "description": "Relation of the older subheadings to this one; 1:1 where it is left out.",
        "type": "string",
    }
    lines = {"description": "National lines; 1 where it is left out.", **_COUNT}
    statistics = _object(*span, **span, **counts)
    period = _object(
        *_MAY_LACK,
        "statistics",
        "relation",
        "n_lines",
        **_TOLD,
        statistics=statistics,
        relation=relation,
        n_lines=lines,
    )
    entry = _object(
        "base", *_LINES, regime_id=_TEXT, schedule_id=_TEXT, base=_object(rate_pct=_POINTS, duty_text=_WORDS),
        periods=_list(period), **_LINES,
    )  # fmt: skip
    mfn_period = _object(*_MAY_LACK, "document_id", *_AUTHORITY, **_TOLD, document_id=_TEXT, **_AUTHORITY)
    subheading = _object(
        "mfn", "regimes", hs6={"type": "string", "pattern": r"^\d{6}$"},
        mfn=_object(*_LINES, periods=_list(mfn_period), **_LINES), regimes=_list(entry),
    )  # fmt: skip
    return _object(
        exporter=_TEXT, importer=_TEXT, heading=_TEXT, subheadings=_list(subheading), continued_in=_list(_TEXT)
    )


def _pair() -> Schema:
    authority = _object(*_AUTHORITY, **_AUTHORITY)
    headings = {"description": "The headings that have a file; of the others `otherwise` holds for all goods."}
    return _object(
        exporter=_TEXT, importer=_TEXT, hs_edition=_TEXT, regimes=_table(_regime_of_pair()),
        schedules=_table(_schedule()),
        mfn=_object(kind=_TEXT, documents=_table(authority), otherwise=_OTHERWISE, not_held=_REASONS),
        headings={**headings, **_list({"type": "string", "pattern": r"^\d{4}$"})},
    )  # fmt: skip


def _regime_of_pair() -> Schema:
    provision = _object(
        code=_TEXT, value=_TEXT, value_num=_NUMBER, unit=_WORDS, article=_WORDS, page={"type": ["integer", "null"]},
        document_id=_WORDS, evidence=_TEXT,
    )  # fmt: skip
    certificate = _object(
        **{"from": _ANY_DAY, "to": _ANY_DAY}, form=_WORDS, validity=_WORDS, retention=_WORDS,
        state={"enum": ["held", "not_held"]}, provisions=_list(provision),
    )  # fmt: skip
    return _object(
        short_name=_TEXT, name_en=_TEXT, name_km=_WORDS, standing={"enum": ["dated", "unknown", "not_in_force"]},
        in_force_from=_ANY_DAY, in_force_to=_ANY_DAY, status=_TEXT, not_in_force=_WORDS, otherwise=_OTHERWISE,
        not_held=_REASONS, certificates=_list(certificate),
    )  # fmt: skip


def _schedule() -> Schema:
    optional = {"base_is": _TEXT, "as_of": _DAY, "known_until": _DAY, "reason_stale": _TEXT, "notes": _list(_TEXT),
                "notes_on_rates": _list(_TEXT)}  # fmt: skip
    return _object(*optional, layer=_TEXT, document_id=_TEXT, status=_TEXT, **optional)
