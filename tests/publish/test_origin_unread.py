"""The list of rules to read again: words that stayed words, counts that differ, and nothing else."""

from __future__ import annotations

import json
import sqlite3

from publish.origin_unread import unread
from publish.render import render_unread

RULE = (
    "CREATE TABLE origin_rule (row_key, regime_id, document_id, hs_edition, code_from, code_to, row_no, parse_state,"
    " page, locator, rule_text, rule, source_row_id)"
)


def listed(*rules: tuple[str, str, dict[str, object]]) -> dict[str, list[dict[str, object]]]:
    """The list for rules given as words in the document, how fully they were read, and expression."""
    connection = sqlite3.connect(":memory:")
    connection.execute(RULE)
    connection.execute("CREATE TABLE source_row (source_row_id, document_id, continues, page, row_no, cells)")
    for n, (words, state, rule) in enumerate(rules, start=1):
        key, code = f"k{n}", f"01012{n}"
        text = json.dumps(rule)
        own = (key, "pact", "annex", "HS 2017", code, code, 1, state, 1, f"page 1, row {n}", "the rule", text, key)
        connection.execute(f"INSERT INTO origin_rule VALUES ({', '.join('?' * len(own))})", own)
        head, _, rest = words.partition(" / ")
        for other, part, continues in ((key, head, None), (f"{key}b", rest, key)):
            if part:
                cells = json.dumps({"rule": part})
                connection.execute(
                    "INSERT INTO source_row VALUES (?, 'annex', ?, 1, ?, ?)", (other, continues, n, cells)
                )
    return unread(connection)


def test_a_rule_read_in_full_whose_count_agrees_is_not_listed() -> None:
    rvc = {"op": "RVC", "min": 40, "method": "any", "final_process": False}
    found = listed(("CTH or / RVC40", "full", {"any": [{"op": "CTH"}, rvc]}))
    assert found["rules"] == []
    assert found["documents"] == [{"document_id": "annex", "rules": 1, "full": 1, "listed": 0}]


def test_a_rule_is_listed_with_its_place_and_what_is_wrong() -> None:
    odd = {"any": [{"op": "CTH"}, {"op": "TEXT", "text": "as agreed"}]}
    found = listed(
        ("CTH or as agreed", "partial", odd),
        ("CTH except from heading 01.05", "full", {"op": "CTH"}),
        ("CTH", "full", {"any": [{"op": "CTH"}, {"op": "CC"}]}),
    )
    assert [(rule["not_understood"], rule["differs"]) for rule in found["rules"]] == [
        (["as agreed"], []),
        ([], ["codes: 0105 in the words, none in the rule"]),
        ([], ["alternatives: 0 in the words, 1 in the rule"]),
    ]
    assert found["rules"][1]["locator"] == "page 1, row 2"
    assert "as agreed" in render_unread(found)
