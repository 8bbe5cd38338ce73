"""What a person reads of a quarantined schedule is as long as there are things to mend, not as its cells are many."""

from __future__ import annotations

from typing import Any

from pipelines.judge_worker import rejections_in_words


def rejected(row_no: int, column: str, value: str, remedy: str = "Say it under `words`.") -> dict[str, Any]:
    return {
        "document_id": "annex",
        "locator": f"row {row_no}",
        "page": 1,
        "row_no": row_no,
        "column_name": column,
        "value": value,
        "expected": "a duty",
        "reason": "The duty is not understood.",
        "remedy": remedy,
    }


def test_a_thousand_cells_with_one_mend_are_one_sentence_with_the_first_place() -> None:
    rows = [rejected(number, "rate", "n.a.") for number in range(1000, 0, -1)]
    assert rejections_in_words(rows) == [
        "annex, row 1, column rate, and 999 more like it (`rejected_row` has each): The duty is not understood. "
        "Saw 'n.a.', expected a duty. Say it under `words`."
    ]


def test_cells_of_other_columns_and_mends_are_told_apart() -> None:
    rows = [rejected(1, "rate", "x"), rejected(2, "base", "x"), rejected(3, "rate", "y", "Look at it.")]
    assert [words.split(":")[0] for words in rejections_in_words(rows)] == [
        "annex, row 1, column rate",
        "annex, row 2, column base",
        "annex, row 3, column rate",
    ]


def test_the_values_at_fault_are_named_each_once_and_not_without_end() -> None:
    (words,) = rejections_in_words(rejected(number, "rate", f"v{number % 7}") for number in range(1, 50))
    assert "Saw 'v1', 'v2', 'v3', 'v4', 'v5', ..., expected" in words
