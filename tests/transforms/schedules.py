"""Small schedules for tests of lines and rates: an extraction from rows of text, and the YAML that describes it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sources.extraction import ExtractedRow, Extraction
from sources.specs import CategorySpec, DutySpec, PrintedSpec, ScheduleSpec, StagingSpec

COLUMNS = ("line_code", "base_rate", "category")


def category(stages: int, hold: int = 0, cut: str = "1") -> CategorySpec:
    return CategorySpec(text_en="-", stages=stages, hold_years=hold, cut=Decimal(cut), source="-")


STAGING = StagingSpec(
    year_one=date(2022, 12, 1),
    round_money={"KRW": Decimal(1)},
    categories={"0": category(1), "5": category(5), "15": category(15), "EX": category(0)},
)


def extraction(*rows: tuple[str, ...], columns: tuple[str, ...] = COLUMNS, per_page: int = 50) -> Extraction:
    """Rows of cells; one whose first cell is empty is a continuation, one that starts with `#` a heading."""
    made = []
    for at, cells in enumerate(rows):
        page, row = divmod(at, per_page)
        role = "continuation" if not cells[0] else "heading" if cells[0].startswith("#") else "line"
        place = f"page {page + 1}, row {row + 1}"
        made.append(ExtractedRow(place, page + 1, row + 1, "", role, dict(zip(columns, cells, strict=True))))
    return Extraction("annex", "0" * 64, "pdf_table 1", None, None, columns, tuple(made))


def schedule(duty: DutySpec | None = None, **more: object) -> ScheduleSpec:
    given: dict[str, object] = {
        "id": "aa-bb",
        "importer": "KH",
        "exporter": "KR",
        "nomenclature": "aa-2019",
        "hs_edition": "HS 2017",
        "layer": "treaty_annex",
        "completeness": "full",
        "document": "annex",
        "columns": {"line_code": "line_code", "base_duty": "base_rate", "category": "category"},
        "duty": duty or DutySpec(currency={"won": "KRW"}),
    }
    return ScheduleSpec.model_validate({**given, **more})


def printed_schedule(until: date | None = None, **more: object) -> ScheduleSpec:
    return schedule(
        DutySpec(bare_number="fraction", words={"U": "unbound", "": "not_applicable"}),
        columns={"line_code": "line_code", "base_duty": "base"},
        printed=PrintedSpec(
            columns={"y1": date(2022, 1, 1), "y2": date(2023, 1, 1), "y3": date(2023, 12, 31)}, until=until
        ),
        **more,
    )


PRINTED_COLUMNS = ("line_code", "base", "y1", "y2", "y3")
