"""Shapes and loaders of `taxes.yml` (a country's own taxes and fees) and `withdrawals.yml` (preferences taken back).

Both are dated statements with their evidence; rows of tables are made in `transforms.taxes`.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Literal

from pydantic import model_validator

from sources.origin_specs import ROOT, load
from sources.specs import Evidence, Spec, Text

Tax = Literal["import_duty", "vat", "special_tax", "export_tax", "export_management_fee", "certificate_fee"]


class TaxSpec(Spec):
    """One tax or fee: a rate in percentage points, or an amount of money for a unit.

    Attributes:
        at: place in the document.
    """

    subject: str
    tax: Tax
    code_from: Text | None = None
    code_to: Text | None = None
    rate_pct: Decimal | None = None
    amount: Decimal | None = None
    currency: str | None = None
    unit: str | None = None
    at: str

    @model_validator(mode="after")
    def _one_of_two(self) -> TaxSpec:
        if (self.rate_pct is None) == (self.amount is None) or (self.amount is None) != (self.currency is None):
            raise ValueError("say either `rate_pct`, or `amount` with `currency`")
        return self


class TaxesSpec(Spec):
    """The taxes that one document states, as of its day."""

    document: str
    as_of: date
    evidence: Evidence
    taxes: tuple[TaxSpec, ...]


class WithdrawalSpec(Spec):
    """What a regime's giver has taken back, and from which day.

    Attributes:
        state: whether the list of codes is held in full, in part, or not.
    """

    scope_en: str
    code_from: Text | None = None
    code_to: Text | None = None
    valid_from: date
    valid_to: date | None = None
    state: Literal["held", "partial", "not_held"]
    evidence: Evidence


class WithdrawalsSpec(Spec):
    """The withdrawals of one regime."""

    withdrawals: tuple[WithdrawalSpec, ...]


def load_taxes(root: Path = ROOT) -> tuple[TaxesSpec, ...]:
    """Every `taxes.yml` of the folders of `sources`.

    Raises:
        FtaError: a file is not valid YAML or has keys that are unknown, missing or of the wrong shape.
    """
    return tuple(load(file, TaxesSpec) for file in sorted(root.glob("*/taxes.yml")))


def load_withdrawals(folder: Path) -> tuple[WithdrawalSpec, ...]:
    """What a regime's `withdrawals.yml` says; nothing where it has none.

    Raises:
        FtaError: as `load_taxes`.
    """
    file = folder / "withdrawals.yml"
    return load(file, WithdrawalsSpec).withdrawals if file.exists() else ()
