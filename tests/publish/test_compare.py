"""Comparing regimes: nothing is chosen silently, and every missing rate has its reason."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from publish.compare import compare
from publish.open_release import ReleaseConnection, open_release
from publish.products import digits_of, resolve_product
from publish.render import render_compare, rule_words
from sources.errors import Exit, FtaError
from tests.publish.database import database
from tests.publish.sample import KR_DOC, build_all, duty_id, sample_rows, sample_tables, source_id
from warehouse.keys import row_key
from warehouse.tables.base import STATES

Row = dict[str, Any]
TODAY = date(2026, 11, 22)


@pytest.fixture(scope="module")
def release() -> ReleaseConnection:
    return database(sample_tables())


def altered(change: Callable[[dict[str, list[Row]]], None]) -> ReleaseConnection:
    return database(sample_tables(change))


def to_korea(connection: ReleaseConnection, hs: str, on: date = TODAY) -> Row:
    return compare(connection, exporter="KH", importer="KR", hs=hs, on=on)


def to_cambodia(connection: ReleaseConnection, hs: str, on: date = TODAY) -> Row:
    return compare(connection, exporter="KR", importer="KH", hs=hs, on=on)


def under(answer: Row, regime: str) -> Row:
    (entry,) = [entry for entry in answer["regimes"] if entry["regime_id"] == regime]
    return entry


def schedule(rows: dict[str, list[Row]], schedule_id: str) -> Row:
    return next(row for row in rows["schedule"] if row["schedule_id"] == schedule_id)


def test_an_answer_has_the_shape_that_consumers_rely_on(release: ReleaseConnection) -> None:
    answer = to_korea(release, "6109.10")
    assert answer.keys() >= {
        "release",
        "on",
        "exporter",
        "importer",
        "hs",
        "hs_edition",
        "description",
        "mfn",
        "regimes",
    }
    assert answer["mfn"].keys() >= {"state", "rate_pct", "duty_text", "as_of"}
    for entry in answer["regimes"]:
        assert entry.keys() >= {
            "regime_id", "in_force", "layer", "state", "rate_pct", "duty_text", "reason", "as_of", "stale", "base",
            "next_changes", "lines", "rule", "certificate", "provenance",
        }  # fmt: skip
        assert entry["base"].keys() >= {"rate_pct", "duty_text", "meaning"}
        assert entry["rule"].keys() >= {"text", "expression", "level", "hs_edition", "state", "page"}
        assert entry["certificate"].keys() >= {"form", "validity", "retention"}
        assert entry["provenance"].keys() >= {"document_id", "locator"}
        assert entry["state"] in STATES
    assert (answer["release"], answer["on"], answer["hs"]) == ("1.0.0", "2026-11-22", "610910")
    json.dumps(answer)


def test_t_shirts_to_korea_are_free_with_base_lines_rule_certificate_and_place(release: ReleaseConnection) -> None:
    entry = under(to_korea(release, "610910"), "ckfta")
    assert (entry["state"], entry["rate_pct"], entry["duty_text"], entry["reason"]) == ("free", 0, "0%", None)
    assert entry["base"] == {
        "rate_pct": 0, "duty_text": "0%", "meaning": "lower of MFN and an earlier preference on 2019-01-01"
    }  # fmt: skip
    assert [line["line_code"] for line in entry["lines"]] == ["6109101000", "6109109000"]
    assert entry["provenance"] == {"document_id": KR_DOC, "locator": "page 1, row 5; page 1, row 6"}
    assert (entry["rule"]["text"], entry["rule"]["expression"], entry["rule"]["level"]) == (
        "CC",
        {"op": "CC"},
        "chapter",
    )
    certificate = entry["certificate"]
    assert (certificate["form"], certificate["validity"], certificate["retention"]) == (
        "Form KC", "12 months", "60 months",
    )  # fmt: skip
    assert [found["article"] for found in certificate["provisions"]] == ["3.22", "3.17"]


def test_mfn_is_not_held_and_the_base_rate_does_not_stand_in_for_it(release: ReleaseConnection) -> None:
    answer = to_korea(release, "010130", date(2023, 5, 1))
    assert (answer["mfn"]["state"], answer["mfn"]["rate_pct"]) == ("not_held", None)
    assert "Korea's tariff is not held." in answer["mfn"]["reason"]
    assert under(answer, "ckfta")["base"]["rate_pct"] == 8
    assert under(answer, "ckfta")["margin_pct"] is None


def test_a_regime_without_a_schedule_says_what_is_missing(release: ReleaseConnection) -> None:
    entry = under(to_korea(release, "610910"), "akfta")
    assert (entry["state"], entry["rate_pct"], entry["in_force"]) == ("not_held", None, True)
    assert "The schedule of Korea is not held." in entry["reason"]
    assert entry["rule"]["state"] == "not_held"
    assert (entry["certificate"]["form"], entry["certificate"]["validity"]) == ("Form AK", None)


def test_lines_that_disagree_give_no_number(release: ReleaseConnection) -> None:
    entry = under(to_cambodia(release, "610910"), "ckfta")
    assert (entry["state"], entry["rate_pct"], entry["duty_text"]) == ("ambiguous", None, None)
    assert "0% to 35%" in entry["reason"]
    assert [(line["line_code"], line["rate_pct"]) for line in entry["lines"]] == [("61091010", 0), ("61091020", 35)]
    assert entry["rank"] is None


@pytest.mark.parametrize(("line", "state", "rate"), [("6109.10.10", "free", 0), ("61091020", "ok", 35)])
def test_a_national_line_has_its_own_rate(release: ReleaseConnection, line: str, state: str, rate: float) -> None:
    answer = to_cambodia(release, line)
    entry = under(answer, "ckfta")
    assert (entry["state"], entry["rate_pct"], entry["basis"]) == (state, rate, "national_line")
    assert [found["line_code"] for found in entry["lines"]] == [digits_of(line)]
    assert (answer["hs6"], "ahtn-2017-kh" in answer["note"]) == ("610910", True)


def test_the_beginning_of_several_lines_that_differ_gives_no_number() -> None:
    def rename(rows: dict[str, list[Row]]) -> None:
        keys = {}
        for rate in rows["preference_rate"]:
            before = row_key("preference_rate", rate)
            rate["line_code"] = rate["line_code"].replace("61091020", "61091015")
            keys[before] = row_key("preference_rate", rate)
        for table in ("tariff_line", "concession", "hs2022_contributor"):
            for row in rows[table]:
                row["line_code"] = row["line_code"].replace("61091020", "61091015")
        for row in rows["hs2022_contributor"]:
            row["source_rate_row_key"] = keys[row["source_rate_row_key"]]

    entry = under(to_cambodia(altered(rename), "6109.101"), "ckfta")
    assert (entry["state"], entry["rate_pct"], entry["basis"]) == ("ambiguous", None, "national_line")
    assert (entry["reason_code"], "0% to 35%" in entry["reason"]) == ("lines_differ", True)
    assert [line["line_code"] for line in entry["lines"]] == ["61091010", "61091015"]


def test_the_importers_own_line_goes_before_the_same_digits_elsewhere() -> None:
    def elsewhere(rows: dict[str, list[Row]]) -> None:
        rows["tariff_line"].append({**rows["tariff_line"][0], "nomenclature_id": "other", "line_code": "61091020",
                                    "hs6": "100610"})  # fmt: skip

    connection = altered(elsewhere)
    assert resolve_product(connection, "61091020").hs6 == ("100610", "610910")
    assert resolve_product(connection, "61091020", "KH").hs6 == ("610910",)
    assert under(to_cambodia(connection, "61091020"), "ckfta")["rate_pct"] == 35


def test_a_line_of_the_exporters_tariff_is_answered_by_its_subheading(release: ReleaseConnection) -> None:
    answer = to_korea(release, "61091020")
    assert under(answer, "ckfta")["basis"] == "subheading"
    assert len(under(answer, "ckfta")["lines"]) == 2


def test_a_line_that_no_tariff_has_is_read_by_its_first_six_digits_and_says_so(release: ReleaseConnection) -> None:
    answer = to_korea(release, "61091099")
    assert (answer["hs6"], under(answer, "ckfta")["state"]) == ("610910", "free")
    assert "No tariff that is held has the line 61091099" in answer["note"]


def test_a_heading_is_summed_up_with_each_subheading_beside_it(release: ReleaseConnection) -> None:
    def mules(rows: dict[str, list[Row]]) -> None:
        node = next(n for n in rows["hs_node"] if n["code"] == "010130")
        rows["hs_node"].append({**node, "code": "010190", "path_en": "Live animals > Horses > Other"})

    answer = to_korea(altered(mules), "0101", date(2023, 5, 1))
    assert [found["hs6"] for found in answer["subheadings"]] == ["010130", "010190"]
    entry = under(answer, "ckfta")
    assert (entry["state"], entry["rate_pct"], entry["reason_code"]) == ("ambiguous", None, "subheadings_differ")
    assert under(answer["subheadings"][0], "ckfta")["rate_pct"] == 4.8
    assert under(answer["subheadings"][1], "ckfta")["reason_code"] == "no_line"
    assert answer["hs6"] is None


def test_a_heading_whose_subheadings_agree_has_their_rate(release: ReleaseConnection) -> None:
    answer = to_korea(release, "6109")
    assert under(answer, "ckfta")["rate_pct"] == 0
    assert under(answer, "akfta")["reason"]
    assert answer["description"].endswith("T-shirts, singlets and other vests")


def test_a_duty_that_is_no_single_percentage_is_told_in_words(release: ReleaseConnection) -> None:
    entry = under(to_korea(release, "100610"), "ckfta")
    assert (entry["state"], entry["rate_pct"]) == ("ok", None)
    assert entry["duty_text"] == "28% or 2,052 KRW/kg, whichever is greater"
    assert entry["duty_text"] in entry["reason"]
    assert entry["rank"] is None


def test_before_entry_into_force_no_preference_is_shown_as_a_rate(release: ReleaseConnection) -> None:
    entry = under(to_korea(release, "010130", date(2022, 11, 30)), "ckfta")
    assert (entry["in_force"], entry["state"], entry["rate_pct"], entry["lines"]) == (False, "not_applicable", None, [])
    assert "2022-12-01" in entry["reason"]
    assert entry["next_changes"][0] == {
        "from": "2022-12-01", "to": "2023-01-01", "rate_pct": 6.4, "state": "ok", "duty_text": "6.4%"
    }  # fmt: skip
    assert under(to_korea(release, "010130", date(2022, 12, 1)), "ckfta")["rate_pct"] == 6.4


def test_what_follows_and_the_day_of_zero_are_said(release: ReleaseConnection) -> None:
    answer = to_korea(release, "0101.30.0000", date(2024, 6, 1))
    entry = under(answer, "ckfta")
    assert [(c["from"], c["rate_pct"]) for c in entry["next_changes"]] == [("2025-01-01", 1.6), ("2026-01-01", 0)]
    assert entry["free_from"] == "2026-01-01"
    assert [step["rate_pct"] for step in answer["best_over_time"]] == [3.2, 1.6, 0]


def test_a_schedule_carried_forward_says_so(release: ReleaseConnection) -> None:
    connection = altered(lambda rows: schedule(rows, "ckfta-kr").update(status="carried_forward"))
    assert any("Carried forward" in note for note in under(to_korea(connection, "610910"), "ckfta")["notes"])


def test_a_tariff_past_its_authority_is_stale_and_gives_no_rate() -> None:
    def snapshot(rows: dict[str, list[Row]]) -> None:
        document = next(row for row in rows["document"] if row["document_id"] == KR_DOC)
        document.update(known_from="2023-01-01", known_until="2024-01-01")

    connection = altered(snapshot)
    held = under(to_korea(connection, "010130", date(2023, 12, 31)), "ckfta")
    assert (held["rate_pct"], held["stale"], held["as_of"]) == (4.8, False, "2023-01-01")
    past = under(to_korea(connection, "010130", date(2024, 1, 1)), "ckfta")
    assert (past["state"], past["rate_pct"], past["stale"], past["as_of"]) == ("not_held", None, True, "2023-01-01")
    assert "until 2024-01-01" in past["reason"]


def test_two_layers_of_one_regime_stand_beside_each_other() -> None:
    def transposed(rows: dict[str, list[Row]]) -> None:
        other = {**schedule(rows, "ckfta-kr"), "schedule_id": "kr-own", "layer": "partner_transposed"}
        rows["schedule"].append(other)
        rate = next(r for r in rows["hs2022_preference_rate"]
                    if r["schedule_id"] == "ckfta-kr" and r["hs6"] == "610910")  # fmt: skip
        rows["hs2022_preference_rate"].append({**rate, "schedule_id": "kr-own", "rate_pct": Decimal(2), "state": "ok",
                                               "duty_id": None})  # fmt: skip

    entries = [e for e in to_korea(altered(transposed), "610910")["regimes"] if e["regime_id"] == "ckfta"]
    assert [(e["layer"], e["rate_pct"]) for e in entries] == [("treaty_annex", 0), ("partner_transposed", 2)]


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("excluded", "excluded"),
        ("unbound", "unbound"),
        ("ceiling", "upper bound of 5%"),
        ("unparsed", "not understood"),
    ],
)
def test_every_state_without_a_rate_has_its_words(state: str, words: str) -> None:
    def change(rows: dict[str, list[Row]]) -> None:
        for rate in rows["hs2022_preference_rate"]:
            rate.update(state=state, rate_pct=None, duty_id=None, reason=None,
                        rate_max_pct=Decimal(5) if state == "ceiling" else None)  # fmt: skip

    entry = under(to_korea(altered(change), "610910"), "ckfta")
    assert (entry["state"], entry["rate_pct"]) == (state, None)
    assert words in entry["reason"]


def with_mfn(rate: str, on_subheading: Row | None = None, **document: str) -> ReleaseConnection:
    """The sample with an applied MFN rate of Korea for horses, read from Korea's document."""
    rows = sample_rows()
    source = source_id(KR_DOC, "page 1, row 8")
    own = {
        "importer": "KR", "nomenclature_id": "hsk-2019-kr", "line_code": "0101300000", "valid_from": "2022-01-01",
        "valid_to": None, "duty_id": duty_id("8%"), "rate_pct": Decimal(rate), "kind": "applied",
        "state": "free" if rate == "0" else "ok", "source_row_id": source,
    }  # fmt: skip
    carried = {
        "importer": "KR", "hs6": "010130", "kind": "applied", "valid_from": "2022-01-01", "valid_to": None,
        "rate_pct": Decimal(rate), "state": own["state"], "reason": None, "relation": "1:1", "min_pct": Decimal(rate),
        "max_pct": Decimal(rate), "mean_pct": Decimal(rate), "n_lines": 1, "n_distinct": 1, "n_free": 0,
        "n_excluded": 0, "n_non_ad_valorem": 0, "layer": "derived", "duty_id": None,
    } | (on_subheading or {})  # fmt: skip
    rows["mfn_rate"], rows["hs2022_mfn_rate"] = [own], [carried]
    rows["hs2022_contributor"].append(
        {"rate_row_key": row_key("hs2022_mfn_rate", carried), "source_rate_row_key": row_key("mfn_rate", own),
         "line_code": "0101300000", "hs6_from": "010130", "relation": "1:1"}
    )  # fmt: skip
    next(row for row in rows["document"] if row["document_id"] == KR_DOC).update(document)
    return database(build_all(rows))


def test_a_margin_is_given_over_an_mfn_rate_that_is_held() -> None:
    answer = to_korea(with_mfn("8"), "010130", date(2023, 5, 1))
    assert (answer["mfn"]["rate_pct"], answer["mfn"]["provenance"]["locator"]) == (8, "page 1, row 8")
    assert under(answer, "ckfta")["margin_pct"] == 3.2


def test_mfn_that_is_held_and_differs_by_line_is_not_called_not_held() -> None:
    differing = {"rate_pct": None, "state": "ambiguous", "reason": "merge_different_rates", "max_pct": Decimal(13)}
    answer = to_korea(with_mfn("8", differing), "010130", date(2023, 5, 1))
    assert answer["mfn"]["state"] == "ambiguous"
    assert "is held but is not one percentage" in answer["best"]["note"]
    assert "(8% to 13%)" in answer["best"]["note"]
    assert "No MFN rate is held" not in render_compare(answer)


def test_what_is_said_of_mfn_comes_from_the_regimes_of_the_pair_alone() -> None:
    def elsewhere(rows: dict[str, list[Row]]) -> None:
        first = rows["regime"][0]
        rows["regime"].append({**first, "regime_id": "elsewhere", "short_name": "XFTA", "name_en": "Elsewhere"})
        for regime, note in (("elsewhere", "Ask elsewhere."), ("ckfta", "Ask at home.")):
            rows["coverage"] = [r for r in rows["coverage"] if (r["regime_id"], r["subject"]) != (regime, "mfn")]
            rows["coverage"].append(
                {"regime_id": regime, "importer": "*", "subject": "mfn", "state": "not_held", "note": note}
            )

    reason = to_korea(altered(elsewhere), "010130")["mfn"]["reason"]
    assert "Ask at home." in reason
    assert "elsewhere" not in reason


def test_the_text_says_from_when_another_rate_is_the_lowest_and_from_when_a_line_is_free(
    release: ReleaseConnection,
) -> None:
    text = render_compare(to_korea(release, "010130", date(2023, 5, 1)))
    assert "From 2026-01-01: lowest 0% under CKFTA." in text
    assert "Free from 2026-01-01." in text


def test_where_mfn_is_zero_no_preference_is_needed() -> None:
    answer = to_korea(with_mfn("0"), "010130", date(2023, 5, 1))
    assert any("no preference is needed" in note for note in under(answer, "ckfta")["notes"])


def test_a_preference_above_mfn_is_shown_with_its_sentence_and_not_clipped() -> None:
    entry = under(to_korea(with_mfn("3"), "010130", date(2023, 5, 1)), "ckfta")
    assert (entry["rate_pct"], entry["margin_pct"]) == (4.8, -1.8)
    assert any("lower MFN rate applies" in note for note in entry["notes"])


def test_an_mfn_tariff_past_its_authority_is_stale() -> None:
    connection = with_mfn("8", known_from="2022-01-01", known_until="2023-01-01")
    mfn = to_korea(connection, "010130", date(2023, 5, 1))["mfn"]
    assert (mfn["state"], mfn["rate_pct"], mfn["stale"], mfn["as_of"]) == ("not_held", None, True, "2022-01-01")


def test_the_best_regime_is_uncertain_while_another_is_not_held(release: ReleaseConnection) -> None:
    best = to_korea(release, "010130", date(2023, 5, 1))["best"]
    assert (best["regime_ids"], best["rate_pct"], best["certain"]) == (["ckfta"], 4.8, False)
    assert "AKFTA" in best["note"]
    assert to_korea(release, "010130")["best"]["certain"] is True  # nothing is lower than zero


def test_rules_that_stand_beside_each_other_are_all_given() -> None:
    def second(rows: dict[str, list[Row]]) -> None:
        rule = {**rows["origin_rule"][0], "row_no": 2, "rule_text": "RVC 40", "rule": '{"op": "RVC", "min": 40}'}
        rows["origin_rule"].append(rule)
        pointer = rows["hs2022_origin_rule"][0]
        rows["hs2022_origin_rule"].append({**pointer, "origin_rule_row_key": row_key("origin_rule", rule)})

    rule = under(to_korea(altered(second), "610910"), "ckfta")["rule"]
    assert (rule["state"], rule["text"]) == ("ambiguous", None)
    assert sorted(found["text"] for found in rule["candidates"]) == ["CC", "RVC 40"]


def test_a_rule_past_its_dates_is_superseded() -> None:
    connection = altered(lambda rows: rows["origin_rule"][0].update(valid_to="2024-01-01"))
    rule = under(to_korea(connection, "610910"), "ckfta")["rule"]
    assert rule["state"] == "superseded"
    assert rule_words(rule) == "CC (superseded: the rule in force is not held)"


def test_words_of_a_rule_say_what_is_in_doubt() -> None:
    held = {"text": "CTH", "state": "ok", "evidence": "D"}
    assert rule_words(held) == "CTH"
    assert rule_words({**held, "state": "ambiguous", "evidence": "R"}) == "CTH (in doubt; from a public source)"
    several = {"text": None, "state": "ambiguous", "evidence": None, "candidates": [held, {**held, "text": "CC"}]}
    assert rule_words(several) == "one of: [CTH] or [CC]"
    assert rule_words({"text": None, "state": "not_held", "evidence": None}) == "not held"


@pytest.mark.parametrize("code", ["610", "61091010101", "shirt", "", "61_09", "６１０９１０"])
def test_what_is_no_code_is_refused(release: ReleaseConnection, code: str) -> None:
    with pytest.raises(FtaError) as caught:
        to_korea(release, code)
    assert (caught.value.code, caught.value.exit_code) == ("wrong_code", Exit.WRONG_USE)


def test_an_unknown_code_is_answered_with_suggestions(release: ReleaseConnection) -> None:
    with pytest.raises(FtaError) as caught:
        to_korea(release, "610999")
    assert (caught.value.code, caught.value.exit_code) == ("unknown_code", Exit.WRONG_USE)
    assert "610910" in caught.value.remedy


def test_a_code_of_an_older_edition_is_answered_with_what_it_became() -> None:
    def renumbered(rows: dict[str, list[Row]]) -> None:
        rows["hs_correlation"].append({**rows["hs_correlation"][0], "code_from": "610920", "code_to": "610910"})

    with pytest.raises(FtaError, match="of HS 2017 became 610910"):
        to_korea(altered(renumbered), "610920")


def test_a_line_is_followed_through_several_editions_and_reaches_all_it_became() -> None:
    def chain(rows: dict[str, list[Row]]) -> None:
        first = rows["hs_correlation"][0]
        rows["hs_correlation"] += [
            {**first, "edition_from": "HS 2012", "edition_to": "HS 2017", "code_from": "610900", "code_to": "610910"},
            {**first, "edition_from": "HS 2012", "edition_to": "HS 2017", "code_from": "610900", "code_to": "100610"},
            {**first, "edition_from": "HS 2012", "edition_to": "HS 2017", "code_from": "610900", "code_to": "010130",
             "material": 0},
        ]  # fmt: skip
        rows["tariff_line"].append({**rows["tariff_line"][0], "nomenclature_id": "old", "line_code": "61090000",
                                    "hs_edition": "HS 2012", "hs6": "610900"})  # fmt: skip

    connection = altered(chain)
    assert resolve_product(connection, "6109.00.00").hs6 == ("100610", "610910")
    answer = to_korea(connection, "61090000")
    assert [found["hs6"] for found in answer["subheadings"]] == ["100610", "610910"]
    assert under(answer, "ckfta")["state"] == "ambiguous"


@pytest.mark.parametrize(("text", "near"), [("Cambodja", "KH"), ("Koera", "KR"), ("ZZ", "KH, KR, LA")])
def test_an_unknown_party_is_answered_with_suggestions(release: ReleaseConnection, text: str, near: str) -> None:
    with pytest.raises(FtaError) as caught:
        compare(release, exporter=text, importer="KR", hs="610910", on=TODAY)
    assert (caught.value.code, caught.value.exit_code) == ("unknown_party", Exit.WRONG_USE)
    assert near in caught.value.remedy


def test_parties_may_be_named(release: ReleaseConnection) -> None:
    answer = compare(release, exporter="cambodia", importer="kr", hs="610910", on=TODAY)
    assert (answer["exporter"], answer["importer"]) == ("KH", "KR")


def test_one_party_on_both_sides_is_refused(release: ReleaseConnection) -> None:
    with pytest.raises(FtaError, match="both exporter and importer"):
        compare(release, exporter="KH", importer="KH", hs="610910", on=TODAY)


def test_the_text_shows_no_number_for_a_rate_that_is_not_known(release: ReleaseConnection) -> None:
    text = render_compare(to_cambodia(release, "610910"))
    row = next(line for line in text.splitlines() if line.strip().startswith("CKFTA  "))
    assert "differs by line" in row
    assert "%" not in row
    assert "page 1, row 3" in text


@pytest.mark.parametrize("code", ["6109", "010130", "100610", "61091020"])
def test_every_answer_can_be_shown(release: ReleaseConnection, code: str) -> None:
    for on in (date(2020, 1, 1), date(2023, 5, 1), TODAY):
        assert render_compare(to_korea(release, code, on)).startswith(code)


def test_a_release_opens_from_its_directory_its_file_and_the_public_root(tmp_path: Path) -> None:
    directory = tmp_path / "releases" / "v1.0.0"
    directory.mkdir(parents=True)
    database(sample_tables(), directory / "fta.sqlite").close()
    (tmp_path / "releases" / "latest.json").write_text('{"version": "1.0.0"}', encoding="utf-8")
    for path in (tmp_path, tmp_path / "releases", directory, directory / "fta.sqlite"):
        connection = open_release(path)
        assert connection.release == "1.0.0"
        assert under(to_korea(connection, "610910"), "ckfta")["rate_pct"] == 0
        with pytest.raises(Exception, match="readonly"):
            connection.execute("DELETE FROM party")
        connection.close()


def test_where_nothing_is_published_the_error_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(FtaError) as caught:
        open_release(tmp_path)
    assert (caught.value.code, caught.value.exit_code) == ("no_release", Exit.WRONG_USE)
    assert "ftadata run" in caught.value.remedy


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "fta.sqlite").write_bytes(b"not a database at all" * 100)
    with pytest.raises(FtaError) as caught:
        open_release(tmp_path)
    assert caught.value.code == "release_unreadable"
