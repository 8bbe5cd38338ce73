"""The correlation sheets: their own figures, what was reviewed, and the chain from edition to edition."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sources.errors import FtaError
from sources.extraction import ExtractedRow, Extraction
from tests.transforms.hs_sheets import concordance, sheets, table
from transforms.correlations import (
    REVIEW,
    AdditionSpec,
    Concordance,
    MaterialSpec,
    Review,
    correlations,
    edition_before,
    load_review,
    relations,
)
from transforms.source_rows import source_row_id
from warehouse.tables.base import EDITIONS

MASSES = {
    "852411", "852412", "852419", "852491", "852492", "852499",
    "854921", "854929", "854931", "854939", "854991", "854999",
}  # fmt: skip


def sheet(*pairs: tuple[str, str, str]) -> Extraction:
    """A sheet of HS 2022; each pair is new, old and the relation as printed, newer to older."""
    rows = tuple(
        ExtractedRow(f"sheet 'X', row {i}", 1, i, "", "line", {"code_to": new, "code_from": old, "relation": relation})
        for i, (new, old, relation) in enumerate(pairs, 3)
    )
    return Extraction("x", "0", "workbook 1", "t", None, ("code_to", "code_from", "relation"), rows)


def test_every_line_of_every_sheet_is_a_row_with_its_place() -> None:
    rows = table()
    lines = {edition: sum(row.role == "line" for row in s.rows) for edition, s in sheets().items()}
    assert lines == {"HS 2007": 5664, "HS 2012": 5364, "HS 2017": 6140, "HS 2022": 15656}
    assert rows.num_rows == sum(lines.values()) + len(load_review().additions)
    first = next(r for r in rows.to_pylist() if r["edition_to"] == "HS 2022" and r["code_to"] == "010121")
    place = "sheet 'HS2022-HS2017 Correlations', row 3"
    assert first["source_row_id"] == source_row_id("unsd-hs2022-hs2017", place)
    assert (first["relation"], first["material"], first["source"]) == ("1:1", 1, "unsd-hs2022-hs2017")


def test_the_only_rejected_row_is_comtrades_own_code() -> None:
    rejected = [row.cells for s in sheets().values() for row in s.rows if row.role != "line"]
    wanted = {"code_to": "999999", "code_from": "999999", "relation": "1:1"}
    assert rejected == [wanted | {"ex": ""}, wanted]


def test_ex_stands_exactly_where_only_a_part_of_the_older_code_is_meant() -> None:
    lines = [row.cells for row in sheets()["HS 2017"].rows]
    assert sum(row["ex"] == "ex" for row in lines) == 1353
    assert all((row["ex"] == "ex") == (row["relation"] in ("n:1", "n:n")) for row in lines)


def test_the_share_of_hs_2022_codes_that_are_not_simple_is_that_of_the_sheet() -> None:
    simple = {r["code_to"] for r in table().to_pylist() if r["edition_to"] == "HS 2022" and r["relation"] == "1:1"}
    assert round(100 * (1 - len(simple) / 5612), 1) == 27.0


def test_the_reviewed_masses_decide_nothing_and_say_why() -> None:
    rows = table().to_pylist()
    weak = [row for row in rows if not row["material"]]
    assert all("reviewed: " in row["source"] for row in weak)
    assert Counter(row["code_to"] for row in weak)["854921"] == 1019
    assert Counter(row["code_to"] for row in weak)["852411"] == 483
    kept = {row["code_from"] for row in rows if row["code_to"] in ("852990", "854159") and row["material"]}
    assert {"852990", "854150"} <= kept
    undecided = {row[1] for row in concordance().ties("HS 2017").weak}
    assert undecided == MASSES | {"854151"}


def test_every_older_code_leads_to_hs_2022_but_those_the_review_names() -> None:
    review = load_review()
    for edition in EDITIONS[:-1]:
        ties = concordance().ties(edition)
        lost = set(ties.codes_from) - {old for old, _, _ in ties.pairs}
        assert lost == {d.code for d in review.without_successor if d.edition_from == edition}
        assert ties.incomplete == frozenset()
        assert len(ties.codes) == 5612


def test_masses_do_not_make_their_predecessors_doubtful() -> None:
    assert [(t.code, t.relation) for t in concordance().successors("HS 2017", "847321") if t.material] == [
        ("847321", "1:1")
    ]


def test_looking_back_names_the_codes_of_every_older_edition() -> None:
    found = concordance().predecessors("610910")
    assert list(found) == ["HS 2017", "HS 2012", "HS 2007", "HS 2002"]
    assert {tie.code for ties in found.values() for tie in ties} == {"610910"}
    assert [t.code for t in concordance().predecessors("854151")["HS 2017"] if t.material] == []
    assert concordance().successors("HS 2017", "300219") == ()


def test_looking_back_and_forth_agree() -> None:
    book = concordance()
    for edition in EDITIONS[:-1]:
        there = {(old, t.code) for old in book.codes(edition) for t in book.successors(edition, old)}
        back = {(t.code, new) for new in book.codes("HS 2022") for t in book.predecessors(new)[edition]}
        assert there == back


@settings(deadline=None)
@given(st.sets(st.tuples(st.sampled_from("abcd"), st.sampled_from("wxyz"))))
def test_a_relation_counts_both_sides(pairs: set[tuple[str, str]]) -> None:
    found = relations(pairs)
    assert found.keys() == pairs
    for (old, new), relation in found.items():
        assert (relation[0] == "n") == (sum(n == new for _, n in pairs) > 1)
        assert (relation[2] == "n") == (sum(o == old for o, _ in pairs) > 1)


@pytest.mark.parametrize(
    ("pairs", "message"),
    [
        ((("010121", "010121", "n:1"),), "own pairs make '1:1'"),
        ((("010121", "010121", "n:n"),), "own pairs make '1:1'"),
        ((("010121", "010110", "1:n"), ("010122", "010110", "n:1")), "own pairs make 'n:1'"),
        ((("010121", "010121", "1:1"), ("010121", "010121", "1:1")), "stands twice"),
    ],
)
def test_a_sheet_that_contradicts_itself_is_refused(pairs: tuple[tuple[str, str, str], ...], message: str) -> None:
    with pytest.raises(FtaError, match=message) as error:
        correlations({"HS 2022": sheet(*pairs)}, Review())
    assert error.value.where["document"] == "x"
    assert error.value.remedy


def test_a_group_may_be_printed_as_one() -> None:
    pairs = (("010121", "010110", "n:n"), ("010122", "010110", "n:n"))
    rows = correlations({"HS 2022": sheet(*pairs)}, Review())
    assert rows["relation"].to_pylist() == ["1:n", "1:n"]


def test_a_review_that_the_sheet_does_not_bear_out_is_refused() -> None:
    one = {"HS 2022": sheet(("010121", "010110", "1:1"))}
    keeps = MaterialSpec(edition_to="HS 2022", codes=("010121",), predecessors=("020110",), reason="t")
    with pytest.raises(FtaError, match="does not tie"):
        correlations(one, Review(material=(keeps,)))
    adds = AdditionSpec(edition_to="HS 2022", code_from="010110", code_to="010121", material=True, reason="t")
    with pytest.raises(FtaError, match="stands in the sheet"):
        correlations(one, Review(additions=(adds,)))


def test_a_misspelt_review_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "material.yml"
    file.write_text(REVIEW.read_text(encoding="utf-8").replace("reason:", "because:", 1), encoding="utf-8")
    with pytest.raises(FtaError, match=r"material\.0"):
        load_review(file)


@pytest.mark.parametrize("edition", ["HS 2002", "HS 1996"])
def test_an_edition_without_one_before_is_refused(edition: str) -> None:
    with pytest.raises(FtaError):
        edition_before(edition)


def test_an_unknown_edition_has_no_codes() -> None:
    with pytest.raises(FtaError, match="HS 1996"):
        concordance().codes("HS 1996")


def test_a_chain_of_sheets_that_is_missing_a_link_leads_nowhere() -> None:
    kept = {edition: s for edition, s in sheets().items() if edition != "HS 2017"}
    ties = Concordance(correlations(kept, replace_review(without="HS 2017"))).ties("HS 2012")
    assert ties.pairs == ()


def replace_review(without: str) -> Review:
    review = load_review()
    return review.model_copy(
        update={
            "material": tuple(m for m in review.material if m.edition_to != without),
            "additions": tuple(a for a in review.additions if a.edition_to != without),
        }
    )


@pytest.mark.documents
def test_the_accepted_sheets_are_what_the_workbooks_hold(documents: Path) -> None:
    from sources.extraction import compare, extract
    from sources.readers import workbook
    from sources.registry import load_registry

    for document in (d for d in load_registry().documents.values() if d.kind == "correlation"):
        assert document.reader is not None
        headers = [column.header for column in document.reader.columns]
        reading = workbook.read(documents / str(document.file), columns=headers, options=document.reader.options)
        candidate = extract(document, reading)
        accepted = sheets()[str(document.hs_edition)]
        assert compare(accepted, candidate) == []
        assert replace(candidate, accepted_by=accepted.accepted_by, accepted_on=accepted.accepted_on) == accepted
