"""Regimes as rows: forms that follow from the parties, and the list of regimes the Ministry asks for."""

from __future__ import annotations

from datetime import date

import pytest

from sources.registry import load_registry
from sources.specs import PartySpec, RegimeSpec
from transforms.regimes import coverage_rows, party_group_rows, regime_row

REGISTRY = load_registry()
ASKED = (
    "aanzfta", "acfta", "ahkfta", "aifta", "ajcep", "akfta", "atiga", "au-ldc", "ca-ldct", "ccfta", "ckfta", "eu-eba",
    "jp-gsp", "khuae", "nz-ldc", "rcep", "uk-dcts", "us-gsp",
)  # fmt: skip
ASEAN = {"BN", "ID", "KH", "LA", "MM", "MY", "PH", "SG", "TH", "VN"}


def regime_of(*parties: str) -> RegimeSpec:
    specs = tuple(PartySpec(party=party, role="both", evidence="D") for party in parties)
    return RegimeSpec(
        id="x", kind="fta", short_name="X", name_en="X", status="in_force", evidence="D", parties=specs
    )  # fmt: skip


@pytest.mark.parametrize(
    ("parties", "party_form", "side_form"),
    [
        (("KH", "KR"), "bilateral", "country_to_country"),
        (("KH", "TH", "VN"), "plurilateral", "country_to_group"),
        (tuple(sorted(ASEAN)), "plurilateral", "country_to_group"),
    ],
)
def test_the_forms_of_a_regime_follow_from_its_parties(
    parties: tuple[str, ...], party_form: str, side_form: str
) -> None:
    row = regime_row(regime_of(*parties))
    assert (row["party_form"], row["side_form"]) == (party_form, side_form)


def test_every_regime_that_cambodia_trades_under_is_described() -> None:
    assert tuple(REGISTRY.regimes) == ASKED
    for regime in REGISTRY.regimes.values():
        roles = {party.party: party.role for party in regime.parties}
        assert roles["KH"] == ("both" if regime.kind == "fta" else "receives")
        assert "grants" in roles.values() or regime.kind == "fta"
        assert regime.name_km


def test_every_regime_answers_for_every_subject_and_says_where_to_get_what_is_not_held() -> None:
    for regime in REGISTRY.regimes.values():
        rows = coverage_rows(regime)
        assert {"tariff", "mfn", "origin_rules", "provisions", "legal_text"} == {row["subject"] for row in rows}
        givers = {p.party for p in regime.parties if p.role in ("both", "grants")} - (ASEAN - {"KH"})
        tariffs = {row["importer"] for row in rows if row["subject"] == "tariff"}
        assert givers - tariffs == set(), regime.id
        assert all(row["note"] for row in rows if row["state"] != "held"), regime.id


def test_a_signature_comes_before_its_entry_into_force_for_every_party() -> None:
    for regime in REGISTRY.regimes.values():
        days = [p.in_force_from for p in regime.parties if p.in_force_from]
        assert all(day >= (regime.signed_on or date.min) for day in days), regime.id


def test_asean_has_its_ten_members_in_every_agreement_that_its_name_stands_in() -> None:
    assert {row["party_id"] for row in party_group_rows(REGISTRY) if row["group_id"] == "asean"} == ASEAN
    for regime in REGISTRY.regimes.values():
        parties = {p.party for p in regime.parties}
        assert parties >= ASEAN or len(parties) == 2, regime.id


def test_a_conflict_of_sources_names_at_least_two_answers_in_both_languages() -> None:
    for folder, decision in REGISTRY.decisions:
        assert len(decision.options) >= 2, f"{folder}: {decision.id}"
        assert decision.question_km, decision.id
        assert decision.chosen in {option["answer"] for option in decision.options}, decision.id
