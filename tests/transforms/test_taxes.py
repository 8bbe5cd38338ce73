"""Cambodia's own taxes and withdrawn preferences: dated, marked, and never both a rate and an amount."""

from __future__ import annotations

from pathlib import Path

import pytest

from sources.errors import FtaError
from sources.registry import ROOT, load_registry
from sources.tax_specs import load_taxes, load_withdrawals
from transforms.taxes import tax_rows, withdrawal_rows
from warehouse.rows import build

ROWS = [row for stated in load_taxes() for row in tax_rows(stated)]


def test_every_tax_is_dated_and_leads_back_to_a_place_in_a_document() -> None:
    documents = load_registry().documents
    assert build("kh_tax", ROWS).num_rows == len(ROWS) == 16
    assert len({row["subject"] for row in ROWS}) == len(ROWS)
    for row in ROWS:
        assert row["document_id"] in documents
        assert row["locator"]
        assert row["as_of"] == "2011-11-01"
        assert (row["rate_pct"] is None) != (row["amount"] is None)


def test_the_duty_bands_of_2011_are_four() -> None:
    assert [row["rate_pct"] for row in ROWS if row["tax"] == "import_duty"] == [0, 7, 15, 35]


def test_what_the_european_union_took_back_is_dated_and_says_that_its_codes_are_not_held() -> None:
    rows = withdrawal_rows("eu-eba", load_withdrawals(ROOT / "eu-eba"))
    assert build("preference_withdrawal", rows).num_rows == 4
    assert {row["valid_from"] for row in rows} == {"2020-08-12"}
    assert all(row["state"] != "held" and row["code_from"] is None for row in rows)
    assert load_registry().regimes["eu-eba"].status == "partly_withdrawn"


def test_a_regime_without_withdrawals_has_none() -> None:
    assert load_withdrawals(ROOT / "rcep") == ()


@pytest.mark.parametrize("said", ["rate_pct: 5, amount: 3, currency: USD", "unit: piece", "amount: 3"])
def test_a_tax_that_is_neither_a_rate_nor_an_amount_is_refused(tmp_path: Path, said: str) -> None:
    file = tmp_path / "x" / "taxes.yml"
    file.parent.mkdir()
    file.write_text(
        f"document: d\nas_of: 2011-11-01\nevidence: S\ntaxes:\n  - {{subject: s, tax: vat, at: p, {said}}}\n",
        encoding="utf-8",
    )
    with pytest.raises(FtaError, match="rate_pct"):
        load_taxes(tmp_path)
