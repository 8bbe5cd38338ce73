from __future__ import annotations

import json
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sources.errors import FtaError
from sources.readers import json_tree
from sources.readers.members import open_members
from sources.reading import Reading

TREE = [
    {"code": "22.01", "rate": {}, "children": [
        {"code": "2201.10", "rate": {"general": "3.2%\n(3%)", "special": None}, "law": ["FD", "IQ"], "children": []},
        {"code": "2201.90", "rate": {"general": "0.10", "special": ""}, "law": [], "children": []},
    ]},
    {"code": "22.02", "rate": {}, "children": []},
]  # fmt: skip


def read(tmp_path: Path, content: Any, *columns: str, **options: Any) -> Reading:
    file = tmp_path / "tree.json"
    file.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return json_tree.read(file, columns=columns, options=options)


def test_nodes_are_rows_in_order_with_their_place(tmp_path: Path) -> None:
    reading = read(tmp_path, TREE, "code", "rate/general", "law", children="children")
    assert [(row.locator, row.row_no, row.cells) for row in reading.rows] == [
        ("item /0", 1, ("22.01", "", "")),
        ("item /0/children/0", 2, ("2201.10", "3.2%\n(3%)", "FD\nIQ")),
        ("item /0/children/1", 3, ("2201.90", "0.10", "")),
        ("item /1", 4, ("22.02", "", "")),
    ]
    assert {(finding.code, finding.value) for finding in reading.findings} == {
        ("missing_key", "rate/general"),
        ("missing_key", "law"),
        ("unread_key", "rate/special"),
    }


def test_numbers_keep_the_digits_they_are_written_with(tmp_path: Path) -> None:
    reading = read(tmp_path, '[{"a": 0.10, "b": 1e3, "c": 12345678901234567890, "d": true}]', "a", "b", "c", "d")
    assert reading.rows[0].cells == ("0.10", "1e3", "12345678901234567890", "true")


def test_the_items_may_stand_deeper(tmp_path: Path) -> None:
    reading = read(tmp_path, {"data": {"rules": [{"a": "x"}]}}, "a", items="data/rules")
    assert [row.locator for row in reading.rows] == ["item /data/rules/0"]


@pytest.mark.parametrize(
    ("content", "columns", "options", "code"),
    [
        ("[{]", ["a"], {}, "document_unreadable"),
        ('[{"a": NaN}]', ["a"], {}, "document_unreadable"),
        ('[{"a": "1", "a": "2"}]', ["a"], {}, "document_unreadable"),
        ("[" * 100_000, ["a"], {}, "document_unreadable"),
        ('{"a": 1}', ["a"], {}, "header_changed"),
        ('["x"]', ["a"], {}, "header_changed"),
        ('[{"a": "1"}]', ["b"], {}, "header_changed"),
        ('[{"a": "1", "in": "x"}]', ["a"], {"children": "in"}, "header_changed"),
        ('[{"a": "1"}]', ["a"], {"items": "b"}, "header_changed"),
        ('[{"a": "1"}]', ["a"], {"item": "b"}, "unknown_option"),
    ],
)
def test_what_cannot_be_read_as_described_is_refused(
    tmp_path: Path, content: str, columns: list[str], options: dict[str, Any], code: str
) -> None:
    with pytest.raises(FtaError) as caught:
        read(tmp_path, content, *columns, **options)
    assert caught.value.code == code


def test_an_archive_with_a_member_without_a_name_is_damaged(tmp_path: Path) -> None:
    file = tmp_path / "a.zip"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("a.json", "{}")
    file.write_bytes(file.read_bytes().replace(b"a.json", b"\0.json"))
    with pytest.raises(FtaError, match="no name") as refused:
        open_members(file, re.compile(".*"))
    assert refused.value.code == "document_unreadable"


def test_members_of_an_archive_are_read_in_the_order_of_their_pages(tmp_path: Path) -> None:
    file = tmp_path / "a.zip"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("c_10.json", '[{"a": "ten"}]')
        archive.writestr("c_2.json", '[{"a": "two"}]')
        archive.writestr("index.json", "{}")
    reading = json_tree.read(file, columns=["a"], options={"members": r"c_(?P<page>\d+)\.json"})
    assert [(row.locator, row.page, row.cells) for row in reading.rows] == [
        ("member 'c_2.json', item /0", 2, ("two",)),
        ("member 'c_10.json', item /0", 10, ("ten",)),
    ]


nodes = st.recursive(
    st.builds(lambda text: {"t": text, "c": []}, st.text(max_size=8)),
    lambda inner: st.builds(
        lambda text, kids: {"t": text, "c": kids}, st.text(max_size=8), st.lists(inner, max_size=3)
    ),
    max_leaves=12,
)


@settings(deadline=None, max_examples=50)
@given(st.lists(nodes, min_size=1, max_size=4))
def test_every_node_of_any_tree_is_read_once(tmp_path_factory: pytest.TempPathFactory, tree: list[Any]) -> None:
    def flat(items: list[Any]) -> list[str]:
        return [text for node in items for text in (node["t"], *flat(node["c"]))]

    reading = read(tmp_path_factory.getbasetemp(), tree, "t", children="c")
    assert [row.cells[0] for row in reading.rows] == flat(tree)
    assert len({row.locator for row in reading.rows}) == len(reading.rows)


@pytest.mark.documents
def test_the_scraped_chapters_are_read_whole(documents: Path) -> None:
    file = documents / "jp/japan-tariff-2026-07-09.zip"
    columns = ("level", "stat_code", "hs_code", "desc", "rate/基本", "rate/WTO協定", "rate/特別特恵", "unit/II", "law")
    options = {"members": r"j_(?P<page>\d\d)_tariff_data\.json", "children": "children"}
    reading = json_tree.read(file, columns=columns, options=options)
    with zipfile.ZipFile(file) as archive:
        index = json.loads(archive.read("index.json"))
    assert len(reading.rows) == index["total_items"] == 15_433
    assert len(reading.accounts) == 96


@pytest.mark.documents
def test_rule_sets_give_their_rules_as_rows(documents: Path) -> None:
    columns = ("heading", "min", "max", "rule", "class", "operator")
    options = {"items": "rule_sets", "children": "rules"}
    reading = json_tree.read(documents / "uk-dcts/rule-sets-ldc.json", columns=columns, options=options)
    assert len(reading.rows) == 186 + 433
