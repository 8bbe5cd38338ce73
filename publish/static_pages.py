"""How a static file comes by its bytes and its size: files that stay small whatever they hold.

A page is a path under the root of the API and its bytes. Items that do not fit in one file go on in further ones, which
the first names in `continued_in`. What the items are is the matter of the modules that make them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from publish import wording
from publish.evidence import Row

Page = tuple[str, bytes]
OPEN = "9999-12-31"
"""The end of what the law leaves open."""
FULL = 84_000
"""Bytes of items in one file: with what stands around them, a file stays under 100 kB."""
_ALWAYS = ("rate_pct", "to")


def lean(row: Row) -> Row:
    """A row without its nulls and empty lists; `rate_pct` and `to` always stand, since their null says something.

    A whole number is written as one (`7`, not `7.0`): it is the same number, and shorter.
    """
    return {name: whole(value) for name, value in row.items() if (value is not None and value != []) or name in _ALWAYS}


def whole(value: Any) -> Any:
    """A value of a row, a whole number as one."""
    return int(value) if type(value) is float and value.is_integer() else value


def duty(row: Row) -> str | None:
    """The words of a duty where they say more than the rate with a percent sign, which a reader can write himself."""
    rate, text = row["rate_pct"], row["duty_text"]
    return None if rate is not None and text == wording.percent(rate) else text


_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def encode(content: object) -> str:
    """JSON without spaces; the same content gives the same text."""
    return _ENCODER.encode(content)


def members(row: Row) -> str:
    """The lean row as text to go on with in an object: a comma before each member."""
    text = encode(lean(row))
    return f",{text[1:-1]}" if len(text) > 2 else ""


@cache
def days(start: str, until: str | None) -> str:
    """The days of a period as the first members of an object."""
    return encode({"from": start, "to": None if until == OPEN else until})[1:-1]


def as_bytes(text: str) -> bytes:
    """A file's text as its bytes: UTF-8, with a last line end."""
    return f"{text}\n".encode()


def chunks(items: Iterable[str]) -> Iterator[list[str]]:
    """Encoded items in their order, as many at a time as fit in a file; at least one chunk."""
    held: list[str] = []
    total = 0
    for item in items:
        size = len(item.encode())
        if held and total + size > FULL:
            yield held
            held, total = [], 0
        held.append(item)
        total += size
    yield held


def paged(path: str, around: Row, name: str, items: Iterable[str]) -> Iterator[Page]:
    """The pages that hold some items.

    Args:
        path: of the first page, without `.json`; the others add `-2`, `-3` and so on.
        around: what stands in each page beside the items; not empty.
        name: what the items are called.
        items: what the pages hold, in order, as the text of the files.
    """
    parts = list(chunks(items))
    names = [f"{path}.json", *(f"{path}-{number}.json" for number in range(2, len(parts) + 1))]
    head = encode(around)[:-1]
    for place, part in zip(names, parts, strict=True):
        rest = encode(names[1:] if place == names[0] else [])
        yield place, as_bytes(f'{head},"{name}":[{",".join(part)}],"continued_in":{rest}}}')
