"""Provisions: every regime answers every code, in the closed vocabulary, in two languages, with its article."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from sources.errors import FtaError
from sources.origin_specs import load_processes
from sources.provision_specs import ProvisionsSpec, load_codes, load_provisions
from transforms.provisions import de_minimis_rows, provision_rows
from warehouse.rows import build

CODES = load_codes()
OPERATIONS = load_processes().minimal_operations
REGIMES = load_provisions()


@pytest.mark.parametrize("regime", sorted(REGIMES))
def test_every_regime_answers_all_22_codes_in_two_languages_with_article_and_page(regime: str) -> None:
    rows = provision_rows(regime, REGIMES[regime], CODES, OPERATIONS)
    assert build("provision", rows).num_rows == len(rows)
    assert {row["code"] for row in rows} == CODES.codes.keys()
    assert len(CODES.codes) == 22
    for row in rows:
        assert row["text_en"], row
        assert row["text_km"], row
        assert "{" not in row["text_en"] + row["text_km"]
        if row["value"] not in ("silent", "not_held"):
            assert row["article"], row
            assert row["document_id"] or row["evidence"] != "D", row


@pytest.mark.parametrize("regime", sorted(REGIMES))
def test_de_minimis_ranges_do_not_overlap_within_a_basis_and_agree_with_the_provisions(regime: str) -> None:
    rows = de_minimis_rows(regime, REGIMES[regime])
    assert build("de_minimis", rows).num_rows == len(rows)
    for basis in ("fob_value", "weight"):
        covered = [
            code
            for row in rows
            if row["basis"] == basis
            for code in range(int(row["code_from"].ljust(6, "0")), int(row["code_to"].ljust(6, "9")) + 1)
        ]
        assert len(covered) == len(set(covered)), basis
    stated = {p.num for p in REGIMES[regime].provisions if p.code == "de_minimis" and p.num is not None}
    assert {row["pct"] for row in rows} == stated


def write(tmp_path: Path, **change: object) -> Path:
    folder = tmp_path / "x"
    folder.mkdir()
    rows = [{"code": code, "value": "silent"} for code in CODES.codes]
    rows[0] |= change
    (folder / "provisions.yml").write_text(yaml.safe_dump({"evidence": "D", "provisions": rows}))
    (tmp_path / "provision_codes.yml").write_text(
        (Path(__file__).parents[2] / "sources/provision_codes.yml").read_text(encoding="utf-8"), encoding="utf-8"
    )
    return tmp_path


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"value": "perhaps"}, "cannot be 'perhaps'"),
        ({"value": "originating_materials"}, "names no article"),
        ({"code": "de_minimis"}, "missing or unknown: accumulation"),
        ({"value": None, "num": 3, "unit": "year"}, "neither a value nor a number"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_row_outside_the_vocabulary_is_refused_by_name(tmp_path: Path, change: dict[str, object], said: str) -> None:
    with pytest.raises(FtaError, match=said):
        load_provisions(write(tmp_path, **change))


def test_a_list_of_operations_is_a_row_each() -> None:
    spec = ProvisionsSpec.model_validate(
        {
            "evidence": "D",
            "document": "text",
            "provisions": [
                {
                    "code": "non_qualifying_operations",
                    "value": "listed",
                    "article": "7",
                    "operations": ["ironing", "testing"],
                }
            ],
        }
    )
    rows = provision_rows("x", spec, CODES, OPERATIONS)
    assert [(row["row_no"], row["value"]) for row in rows] == [(1, "listed"), (2, "ironing"), (3, "testing")]


# --- the portal page

ROOT = Path(__file__).parents[2] / "sources"
CELLS = yaml.safe_load((ROOT / "atiga" / "portal.yml").read_text(encoding="utf-8"))["cells"]
BACKED = {
    "Diagonal": {"originating_materials", "originating_and_partial"},
    "Included (10%)": {"fob_value"},
    "Allowed": {"allowed"},
    "Included": {"provided", "disregarded", "disregarded_but_counted_in_value"},
    "Provided": {"provided", "allowed", "defined", "listed", "domestic_law", "designated"},
    "Build Up/Build Down": {"build_down_or_build_up"},
    "12 Months": {"12 months"},
    "3 Years": {"3 years"},
    "Combined": {"provided"},
    "Not Included": {"not_included"},
    "Not Provided": {"not_included"},
    "Authorized Body": {"certificate"},
    "Included (Less Than $200)": {"fob_value_less_than"},
}


@pytest.mark.parametrize("cell", CELLS, ids=lambda cell: str(cell["code"]))
def test_each_cell_of_the_portal_is_borne_out_by_the_treaty_or_waits_for_a_decision(cell: dict[str, object]) -> None:
    rows = provision_rows("atiga", REGIMES["atiga"], CODES, OPERATIONS)
    row = next(row for row in rows if row["code"] == cell["code"])
    assert (row["value"] in BACKED[str(cell["said"])]) == cell["agrees"]
    decisions = yaml.safe_load((ROOT / "atiga" / "decisions.yml").read_text(encoding="utf-8"))["decisions"]
    assert cell["agrees"] or cell["decision"] in {decision["id"] for decision in decisions}


def test_the_portal_page_has_twenty_cells_and_at_least_four_are_in_doubt() -> None:
    assert len(CELLS) == 20
    assert sum(not cell["agrees"] for cell in CELLS) >= 4
