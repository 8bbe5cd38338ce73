"""How long questions take: the statements of the portal's guide, and the 95th percentile of asking many."""

from __future__ import annotations

import re
import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

GUIDE = Path(__file__).parents[2] / "docs" / "portal.md"
Question = TypeVar("Question")


def statement(containing: str) -> str:
    """The SQL of the portal's guide that has some words in it."""
    written: list[str] = re.findall(r"```sql\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    return next(sql for sql in written if containing in sql)


def milliseconds(
    ask: Callable[[Question], object], asked: Sequence[Question], clock: Callable[[], float] = time.process_time
) -> tuple[float, float]:
    """Median and 95th percentile of asking each question, after each was asked once."""
    for question in asked:
        ask(question)
    times = []
    for question in asked:
        start = clock()
        ask(question)
        times.append((clock() - start) * 1000)
    return statistics.median(times), statistics.quantiles(times, n=20)[-1]
