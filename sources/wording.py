"""How counts are put into words in messages for people; the sentences themselves stand where they are said."""

from __future__ import annotations


def number_of(count: int, noun: str) -> str:
    """A count with its noun, `1 row` or `1,200 rows`; every noun here takes a plain `s`."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
