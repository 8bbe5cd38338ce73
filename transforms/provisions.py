"""From a regime's `provisions.yml` to rows of tables `provision` and `de_minimis`.

Plain words come from the vocabulary's templates unless a row has its own. A list of minimal operations becomes one
row an operation after the row that says there is a list.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from sources.origin_specs import ProcessSpec
from sources.provision_specs import DeMinimisSpec, ProvisionCodes, ProvisionSpec, ProvisionsSpec
from transforms.origin_print import print_number

Record = dict[str, Any]


def provision_rows(
    regime_id: str, spec: ProvisionsSpec, codes: ProvisionCodes, operations: Mapping[str, ProcessSpec]
) -> list[Record]:
    """Rows of `provision`.

    Args:
        regime_id: the regime.
        spec: its provisions.
        codes: the vocabulary, for plain words.
        operations: the minimal operations by code.

    Raises:
        KeyError: a row lists an operation that is not in the vocabulary.
    """
    rows: list[Record] = []
    numbers: Counter[str] = Counter()

    def add(row: Record) -> None:
        numbers[row["code"]] += 1
        rows.append({**row, "row_no": numbers[row["code"]]})

    for provision in spec.provisions:
        row = _row(regime_id, spec, provision, codes)
        add(row)
        for code in provision.operations:
            words = operations[code]
            add({**row, "value": code, "text_en": words.en, "text_km": words.km})
    return rows


def de_minimis_rows(regime_id: str, spec: ProvisionsSpec) -> list[Record]:
    """Rows of `de_minimis`."""
    return [
        {
            "regime_id": regime_id,
            "code_from": row.code_from,
            "code_to": row.code_to,
            "basis": row.basis,
            "pct": row.pct,
            "article": row.article,
            "document_id": row.document or spec.document,
            "valid_from": _day(spec, row),
            "valid_to": str(row.valid_to) if row.valid_to else None,
        }
        for row in spec.de_minimis
    ]


def _row(regime_id: str, spec: ProvisionsSpec, provision: ProvisionSpec, codes: ProvisionCodes) -> Record:
    held = provision.value != "not_held"
    number = None if provision.num is None else print_number(provision.num)
    return {
        "regime_id": regime_id,
        "code": provision.code,
        "value": provision.value or f"{number} {provision.unit}{'s' if number != '1' else ''}",
        "value_num": None if provision.num is None else float(provision.num),
        "unit": provision.unit,
        "text_en": provision.text_en or _words(provision, codes, "en", number),
        "text_km": provision.text_km or _words(provision, codes, "km", number),
        "document_id": (provision.document or spec.document) if held else None,
        "article": provision.article,
        "page": provision.page,
        "valid_from": _day(spec, provision),
        "valid_to": str(provision.valid_to) if provision.valid_to else None,
        "evidence": provision.evidence or spec.evidence,
    }


def _words(provision: ProvisionSpec, codes: ProvisionCodes, language: str, number: str | None) -> str:
    code = codes.codes[provision.code]
    words = {"silent": codes.silent, "not_held": codes.not_held, **code.values}.get(provision.value or "")
    if words is None:
        words = code.number[provision.unit]  # type: ignore[index]  # held by `load_provisions`
    text: str = getattr(words, language)
    return text.format(num=number, scope_en=provision.scope_en or "", scope_km=provision.scope_km or "")


def _day(spec: ProvisionsSpec, row: ProvisionSpec | DeMinimisSpec) -> str | None:
    day = row.valid_from or spec.valid_from
    return str(day) if day else None
