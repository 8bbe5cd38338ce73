"""For every rule a change to the world that breaks it: which rule must fail, on which table, and which rows it names.

A change that cannot help breaking a second rule says so in `also`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

import pyarrow as pa

from sources.content import Half
from sources.specs import DutySpec
from tests.validations.world import DAY, World
from transforms.duties import duty_id, parse_duty
from validations.prose import key_of
from warehouse.keys import row_key

Row = dict[str, Any]
Change = Callable[[World], tuple[World, set[str]]]


@dataclass(frozen=True)
class Fault:
    """A change that breaks a rule.

    Attributes:
        rule: that must fail, on `table`.
        change: gives the changed world and the row keys, of which the result must name at least one and no other.
        also: rules that the same change breaks.
    """

    rule: str
    table: str
    change: Change
    also: frozenset[str] = field(default_factory=frozenset)


def with_rows(world: World, table: str, rows: list[Row]) -> World:
    """The world with other rows in a table; what a schema would refuse is let in."""
    schema = pa.schema([pa.field(f.name, f.type) for f in world.tables[table].schema])
    return replace(world, tables={**world.tables, table: pa.Table.from_pylist(rows, schema=schema)})


def edit(table: str, where: Row, **values: Any) -> Change:
    """Change columns of the rows that match; those rows are expected."""

    def change(world: World) -> tuple[World, set[str]]:
        rows, keys = world.tables[table].to_pylist(), set()
        for row in rows:
            if all(row[name] == value for name, value in where.items()):
                row.update(values)
                keys.add(row["row_key"])
        assert keys, f"no row of {table} matches {where}"
        return with_rows(world, table, rows), keys

    return change


def reword(en: str = "", km: str = "", **head: Any) -> Change:
    """Add words to the halves of the one piece of the world, or change its front matter; its row is expected."""

    def change(world: World) -> tuple[World, set[str]]:
        (piece,) = world.context.pieces
        halves = {
            name: Half(f"{half.text}{more}\n", half.line)
            for name, half, more in (("en", piece.en, en), ("km", piece.km, km))
        }
        pieces = (replace(piece, head=piece.head.model_copy(update=head), **halves),)
        return replace(world, context=replace(world.context, pieces=pieces)), {key_of(piece)}

    return change


def drop(table: str, where: Row, expected: Change | None = None) -> Change:
    """Take the rows that match away; `expected` says which rows are then named."""

    def change(world: World) -> tuple[World, set[str]]:
        rows = world.tables[table].to_pylist()
        kept = [row for row in rows if not all(row[name] == value for name, value in where.items())]
        assert len(kept) < len(rows)
        return with_rows(world, table, kept), keys_of(*expected)(world) if expected else set()  # type: ignore[misc]

    return change


def keys_of(table: str, where: Row) -> Callable[[World], set[str]]:
    """Keys of the rows that match."""

    def find(world: World) -> set[str]:
        rows = world.tables[table].to_pylist()
        return {row["row_key"] for row in rows if all(row[name] == value for name, value in where.items())}

    return find


def expecting(change: Change, table: str, where: Row) -> Change:
    """A change whose result names rows of another table, or other rows."""

    def changed(world: World) -> tuple[World, set[str]]:
        other, _ = change(world)
        keys = keys_of(table, where)(other)
        assert keys, f"no row of {table} matches {where}"
        return other, keys

    return changed


def copy(table: str, where: Row, **values: Any) -> Change:
    """Add a copy of the row that matches, with other values; the copy is expected."""

    def change(world: World) -> tuple[World, set[str]]:
        rows = world.tables[table].to_pylist()
        model = next(row for row in rows if all(row[name] == value for name, value in where.items()))
        added = {**model, **values}
        added["row_key"] = row_key(table, added)
        return with_rows(world, table, [*rows, added]), {added["row_key"]}

    return change


def both(*changes: Change) -> Change:
    """Several changes, of which the last says what is expected."""

    def change(world: World) -> tuple[World, set[str]]:
        keys: set[str] = set()
        for each in changes:
            world, keys = each(world)
        return world, keys

    return change


def context(table: str, where: Row, **values: Any) -> Change:
    """Change what the tables are judged against; rows of a table are expected."""

    def change(world: World) -> tuple[World, set[str]]:
        return replace(world, context=replace(world.context, **values)), keys_of(table, where)(world)

    return change


def before(table: str, where: Row, **values: Any) -> Change:
    """Let the last release have one more row; that row is expected."""

    def change(world: World) -> tuple[World, set[str]]:
        older, keys = copy(table, where, **values)(world)
        previous = {**(world.context.previous or {}), table: older.tables[table]}
        return replace(world, context=replace(world.context, previous=previous)), keys

    return change


def rated(text: str) -> Row:
    """Columns of a rate at an ad valorem duty."""
    duty = parse_duty(text, DutySpec()).duty
    assert duty is not None
    return {"duty_id": duty_id(duty), "rate_pct": duty.rate_pct}


NORTH = {"schedule_id": "north", "line_code": "0101290000"}
OWN = {"schedule_id": "own"}
DATED = {"schedule_id": "dated"}
RVC = {"code_from": "010121"}
TEXT = {"block_id": "partners"}

FAULTS: tuple[Fault, ...] = (
    Fault("C01", "party", copy("party", {"party_id": "KH"})),
    Fault("C01", "mfn_rate", copy("mfn_rate", {"line_code": "0101290000"}), frozenset({"C05", "C14"})),
    Fault("C02", "concession", both(
        copy("tariff_line", {"nomenclature_id": "kr-2022"}, line_code="01012900001"),
        edit("concession", OWN)), frozenset({"C07"})),
    Fault("C03", "document_regime", edit("document_regime", {"document_id": "text"}, regime_id="nowhere")),
    Fault("C03", "preference_rate", expecting(
        drop("tariff_line", {"nomenclature_id": "kr-10", "line_code": "0101290000"}), "preference_rate", NORTH)),
    Fault("C03", "tariff_line", edit("tariff_line", {"nomenclature_id": "kr-2022"}, hs6="020190",
                                     line_code="0201900000"), frozenset({"C44"})),
    Fault("C04", "de_minimis", edit("de_minimis", {"code_from": "01"}, valid_to="2022-01-01")),
    Fault("C04", "text_block", edit("text_block", TEXT, as_of="1 December 2022")),
    Fault("C05", "preference_rate", expecting(
        edit("preference_rate", {**NORTH, "valid_from": DAY}, valid_to="2023-06-01"),
        "preference_rate", {**NORTH, "valid_from": "2023-01-01"})),
    Fault("C06", "hs_node", edit("hs_node", {"edition": "HS 2017", "code": "010121"}, parent_code="0201")),
    Fault("C07", "tariff_line", edit("tariff_line", {"nomenclature_id": "kr-2022"}, hs6="020110")),
    Fault("C07", "de_minimis", edit("de_minimis", {"code_from": "01"}, code_from="01-02")),
    Fault("C08", "source_row", edit("source_row", {"document_id": "doc-own"}, cells=(
        '{"line_code": "0101290000", "base_rate": "8%", "category": "5", "surprise": "1"}'))),
    Fault("C08", "text_block", edit("text_block", TEXT, title_en=None)),
    Fault("C09", "document", edit("document", {"document_id": "text"}, sha256="f" * 64)),
    Fault("C09", "tariff_line", edit("tariff_line", {"nomenclature_id": "kr-2022"}, source_row_id=None)),
    Fault("C10", "concession", edit("concession", OWN, state="free")),
    Fault("C10", "preference_rate", edit("preference_rate", {**OWN, "valid_from": DAY}, state="free")),
    Fault("C11", "row_account", edit("row_account", {"document_id": "doc-own"}, read=7)),
    Fault("C11", "row_account", edit("row_account", {"document_id": "doc-own"}, read=2, lines=2)),
    Fault("C12", "schedule", copy("hs_node", {"edition": "HS 2017", "code": "02"}, code="03")),
    Fault("C13", "origin_rule", context("document", {"document_id": "rules"}, rule_totals={"rules": 5})),
    Fault("C14", "mfn_rate", edit("coverage", {"subject": "mfn"}, importer="KH")),
    Fault("C15", "source_row", both(
        edit("row_account", {"document_id": "doc-south"}, read=7, lines=6),
        copy("source_row", {"document_id": "doc-south", "role": "line"}, locator="page 1, row 9", row_no=9,
             source_row_id="anewroww9", cells='{"line_code": "0201.30.00", "base_rate": "7%", "category": "5"}'))),
    Fault("C16", "origin_rule", expecting(
        copy("origin_rule", {"code_from": "020120"}, code_to="020121"), "origin_rule", {"code_from": "020120"})),
    Fault("C16", "hs2022_origin_rule", drop(
        "hs2022_origin_rule", {"hs6": "020120"}, ("hs_node", {"edition": "HS 2022", "code": "020120"}))),  # type: ignore[arg-type]
    Fault("C17", "concession", before("concession", OWN, line_code="0101300000")),
    Fault("C18", "text_block", edit("text_block", TEXT, text_km=None)),
    Fault("C19", "preference_rate", both(
        edit("mfn_rate", {"line_code": "0201102000"}, **rated("6.4%")),
        context("preference_rate", {"schedule_id": "north", "line_code": "0201102000"}, base_from_mfn={}))),
    Fault("C20", "preference_rate", edit("preference_rate", {**OWN, "valid_from": "2023-01-01"}, **rated("8%"))),
    Fault("C21", "preference_rate", edit(
        "preference_rate", {"schedule_id": "south", "line_code": "01012900", "valid_to": None}, **rated("19.2%"))),
    Fault("C22", "preference_rate", edit("preference_rate", {**DATED, "valid_from": DAY}, **rated("4.2%"))),
    Fault("C23", "concession", edit("concession", OWN, category="12")),
    Fault("C24", "preference_rate", edit("preference_rate", {"state": "excluded"}, duty_id=rated("35%")["duty_id"])),
    Fault("C25", "concession", expecting(
        edit("mfn_rate", {"line_code": "0101210000"}, state="ok", **rated("6.4%")),
        "concession", {"schedule_id": "north", "line_code": "0101210000"})),
    Fault("C26", "concession", context(
        "concession", {"base_duty_id": rated("7%")["duty_id"]}, duty_bands={"KH": (Decimal(0), Decimal(35))})),
    Fault("C26", "de_minimis", edit("de_minimis", {"code_from": "01"}, pct=Decimal(1001)), frozenset({"C43"})),
    Fault("C27", "duty", edit("duty", {"text": "35%"}, text="35 %")),
    Fault("C28", "concession", both(
        edit("preference_rate", {**NORTH, "valid_from": DAY}, valid_to="2023-02-01"),
        edit("preference_rate", {**NORTH, "valid_from": "2023-01-01"}, valid_from="2023-02-01"),
        context("concession", {"schedule_id": "north", "category": "5"}))),
    Fault("C30", "origin_rule", edit("origin_rule", RVC, rule=(
        '{"final_process":false,"method":"any","min":45,"op":"RVC"}'))),
    Fault("C31", "origin_rule", edit("origin_rule", RVC, rule='{"op":"MAGIC"}')),
    Fault("C31", "regime", edit("regime", {}, status="splendid")),
    Fault("C32", "de_minimis", expecting(edit("de_minimis", {"code_from": "64"}, code_from="40"), "de_minimis", {})),
    Fault("C33", "origin_rule", expecting(
        edit("schedule", {"schedule_id": "north"}, hs_edition="HS 2012"), "schedule", {})),
    Fault("C34", "origin_rule", expecting(
        edit("origin_rule", RVC, parse_state="partial"), "document", {"document_id": "rules"})),
    Fault("C38", "regime", edit("regime", {}, signed_on="2023-01-01")),
    Fault("C39", "preference_rate", edit("preference_rate", {**OWN, "valid_from": DAY}, valid_from="2022-01-01")),
    Fault("C40", "regime", edit("regime", {}, party_form="plurilateral")),
    Fault("C41", "text_block", edit("text_block", TEXT, text_en="Cambodia has an agreement with Chile.")),
    Fault("C41", "text_block", reword(en="So has {{ JP }}.", regime="pact")),
    Fault("C52", "text_block", reword(en="It is not {{ regime('pack') }}.")),
    Fault("C52", "text_block", reword(en="[See](page:nowhere).")),
    Fault("C52", "text_block", reword(en="[See](hs:999999).")),
    Fault("C52", "text_block", reword(en="[[nowhere]].")),
    Fault("C52", "text_block", reword(related=("nowhere",))),
    Fault("C53", "text_block", reword(en="Valid for 12 months.")),
    Fault("C53", "text_block", reword(en="Keep it ten years.")),
    Fault("C53", "text_block", reword(en="It is with Korea.")),
    Fault("C53", "text_block", reword(en="Ask for Form P.")),
    Fault("C53", "text_block", reword(km="មានសុពលភាព ១២ ខែ។")),
    Fault("C53", "text_block", reword(km="ជាមួយកូរ៉េ។")),
    Fault("C53", "text_block", reword(title_en="Since December")),
    Fault("C54", "text_block", reword(km="ខ្មែរ " * 90)),
    Fault("C55", "text_block", reword(en="Notwithstanding " * 40, km="ខ្មែរ " * 90)),
    Fault("C56", "text_block", reword(km="Kក្រុម")),
    Fault("C56", "text_block", reword(km="សំរាប់ពាណិជ្ជករ")),
    Fault("C56", "text_block", reword(km="ស្រ្តី")),
    Fault("C56", "text_block", reword(en="It holds for most goods, and for all traders.", km="ខ្មែរ" * 13)),
    Fault("C42", "decision", edit("decision", {}, status="open")),
    Fault("C43", "provision", edit("provision", {"code": "validity_period"}, text_en="It is valid for a year.")),
    Fault("C43", "provision", edit("provision", {"code": "validity_period"}, value_num=6.0)),
    Fault("C43", "de_minimis", edit("de_minimis", {"code_from": "64"}, pct=Decimal(12))),
    Fault("C44", "hs2022_preference_rate", drop(
        "hs2022_preference_rate", {"schedule_id": "north", "hs6": "020120"},
        ("hs_node", {"edition": "HS 2022", "code": "020120"}))),  # type: ignore[arg-type]
    Fault("C44", "hs2022_contributor", edit(
        "hs2022_contributor", {"line_code": "0201200000"}, source_rate_row_key="nowhere")),
    Fault("C44", "tariff_line", expecting(
        edit("hs_correlation", {"code_to": "020120"}, material=0), "tariff_line", {"hs6": "020120"})),
    Fault("C44", "preference_rate", expecting(
        drop("hs2022_contributor", {"line_code": "0201200000"}), "preference_rate",
        {"schedule_id": "north", "line_code": "0201200000"})),
    Fault("C45", "hs2022_preference_rate", edit(
        "hs2022_preference_rate", {"schedule_id": "north", "state": "ambiguous"}, reason=None)),
    Fault("C46", "hs2022_preference_rate", expecting(
        edit("hs2022_preference_rate", {**OWN, "hs6": "010129", "valid_from": DAY}, **rated("4.8%")),
        "hs2022_preference_rate", {"schedule_id": "north", "hs6": "010129", "valid_from": DAY})),
    Fault("C51", "coverage", edit("coverage", {"subject": "tariff", "importer": "KH"}, state="not_held")),
)  # fmt: skip
