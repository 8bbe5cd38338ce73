"""From `taxes.yml`, `facts.yml` and `withdrawals.yml` to `kh_tax`, `stated_fact` and `preference_withdrawal`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sources.fact_specs import FactsSpec
from sources.tax_specs import TaxesSpec, WithdrawalSpec

Rows = list[dict[str, Any]]


def tax_rows(stated: TaxesSpec) -> Rows:
    """Rows of table `kh_tax` that one document states, each with its place, dated and marked."""
    return [
        {
            "subject": tax.subject,
            "code_from": tax.code_from,
            "code_to": tax.code_to,
            "tax": tax.tax,
            "rate_pct": tax.rate_pct,
            "amount": None if tax.amount is None else float(tax.amount),
            "currency": tax.currency,
            "unit": tax.unit,
            "as_of": stated.as_of.isoformat(),
            "evidence": stated.evidence,
            "document_id": stated.document,
            "locator": tax.at,
        }
        for tax in stated.taxes
    ]


def fact_rows(stated: FactsSpec) -> Rows:
    """Rows of table `stated_fact` that one document states."""
    return [
        {
            "fact_id": fact.id,
            "subject_en": fact.en,
            "subject_km": fact.km,
            "value_num": float(fact.num),
            "unit": fact.unit,
            "as_of": stated.as_of.isoformat(),
            "evidence": stated.evidence,
            "document_id": stated.document,
            "locator": fact.at,
        }
        for fact in stated.facts
    ]


def withdrawal_rows(regime_id: str, withdrawals: Iterable[WithdrawalSpec]) -> Rows:
    """Rows of table `preference_withdrawal` of one regime."""
    return [
        {
            "regime_id": regime_id,
            "scope_en": withdrawal.scope_en,
            "code_from": withdrawal.code_from,
            "code_to": withdrawal.code_to,
            "valid_from": withdrawal.valid_from.isoformat(),
            "valid_to": withdrawal.valid_to.isoformat() if withdrawal.valid_to else None,
            "state": withdrawal.state,
            "evidence": withdrawal.evidence,
        }
        for withdrawal in withdrawals
    ]
