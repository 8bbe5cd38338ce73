"""JSON: a list of nodes, each a row, with the nodes inside it as rows after it.

A column is named by the path of its value inside a node, `rate/基本`. Numbers keep the digits they are written with.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from sources.readers.members import Member, check_options, open_members, pattern, refuse
from sources.reading import Finding, PageAccount, Reading, Row

NAME = "json_tree"
VERSION = "1"

_OPTIONS = ("members", "items", "children")
_ABSENT = object()


class _DuplicateKey(ValueError):
    pass


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    seen = dict(pairs)
    if len(seen) < len(pairs):
        twice = next(key for key, count in Counter(key for key, _ in pairs).items() if count > 1)
        raise _DuplicateKey(f"the key {twice!r} stands twice in one object")
    return seen


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON value")


def _load(member: Member) -> Any:
    try:
        return json.loads(
            member.data, object_pairs_hook=_object, parse_float=str, parse_int=str, parse_constant=_no_constant
        )
    except (ValueError, RecursionError) as error:
        reason = "it is nested too deep" if isinstance(error, RecursionError) else str(error)
        raise refuse(
            "document_unreadable", f"The JSON cannot be read: {reason}.", "Ask for the file again.", member=member.name
        ) from error


def _at(node: Any, path: str) -> Any:
    for key in path.split("/"):
        if not isinstance(node, dict) or key not in node:
            return _ABSENT
        node = node[key]
    return node


def _text(value: Any) -> str:
    if value is None or value is _ABSENT:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list) and all(isinstance(each, str | bool) or each is None for each in value):
        return "\n".join(_text(each) for each in value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _walk(items: list[Any], children: str | None, start: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every node with its place, parents before their children, without recursion."""
    waiting = [(f"{start}/{number}", node) for number, node in enumerate(items)][::-1]
    while waiting:
        place, node = waiting.pop()
        if not isinstance(node, dict):
            raise refuse(
                "header_changed",
                f"The item {place} is no object with named values.",
                "Compare the file with the description's `items` and `children`.",
                item=place,
            )
        yield place, node
        inner = node.get(children, []) if children else []
        if not isinstance(inner, list):
            raise refuse(
                "header_changed",
                f"{children!r} of the item {place} is no list.",
                "Correct the reader's option `children`.",
                item=place,
            )
        waiting += [(f"{place}/{children}/{number}", child) for number, child in enumerate(inner)][::-1]


def _leaves(node: dict[str, Any], children: str | None, columns: set[str], before: str = "") -> Iterator[str]:
    """Paths of the values of a node that no column names."""
    for key, value in node.items():
        path = before + key
        if path in columns or (not before and key == children):
            continue
        if isinstance(value, dict):
            yield from _leaves(value, None, columns, path + "/")
        else:
            yield path


def _items(member: Member, path: str) -> list[Any]:
    tree = _load(member)
    items = _at(tree, path) if path else tree
    if not isinstance(items, list):
        raise refuse(
            "header_changed",
            f"There is no list of items at {path or 'the top'!r}.",
            "Correct the reader's option `items`.",
            member=member.name,
        )
    return items


def read(path: Path, *, columns: Sequence[str], options: Mapping[str, Any]) -> Reading:
    """Read every node of a tree.

    Args:
        path: a JSON file, or a zip archive of such.
        columns: path of each column's value inside a node; a list of words gives one word a line. Empty: the keys
            of the first node.
        options: `members`, a regular expression for the names in an archive, whose group `page` gives the page;
            `items`, path of the list of nodes (the top by default); `children`, key of the nodes inside a node.

    Returns:
        Rows with locators such as `member 'j_01.json', item /0/children/2`; `row_no` counts nodes in order.

    Raises:
        FtaError: `document_unreadable`, `header_changed`, `members_missing`, `members_not_named`, `unknown_option`.
    """
    check_options(NAME, options, _OPTIONS)
    wanted = pattern(NAME, "members", options["members"]) if "members" in options else None
    opened = open_members(path, wanted)
    start, children = str(options.get("items", "")), options.get("children")
    rows, accounts, missing, unread = [], [], Counter[str](), Counter[str]()
    names: tuple[str, ...] = tuple(columns)
    for member in opened.members:
        items, count = _items(member, start), 0
        for place, node in _walk(items, children, f"/{start}" if start else ""):
            names = names or tuple(key for key in node if key != children)
            values = [_at(node, name) for name in names]
            missing.update(name for name, value in zip(names, values, strict=True) if value is _ABSENT)
            unread.update(_leaves(node, children, set(names)))
            count += 1
            rows.append(Row(f"{member.place}item {place}", member.number, count, None, tuple(map(_text, values))))
        accounts.append(PageAccount(member.number, count, 1, "json"))
    absent = [name for name in names if missing[name] == len(rows)]
    if rows and absent:
        raise refuse(
            "header_changed",
            f"No item has a value at {', '.join(map(repr, absent))}.",
            "Compare the file with the description's columns.",
            file=path.name,
            expected=absent[0],
            value=", ".join(sorted(unread)[:20]),
        )
    findings = [
        *opened.findings,
        *(
            Finding("missing_key", "info", f"{count} items have no {name!r}; their cells are empty.", value=name)
            for name, count in sorted(missing.items())
        ),
        *(
            Finding("unread_key", "info", f"{count} items have {name!r}, which no column names.", value=name)
            for name, count in sorted(unread.items())
        ),
    ]
    return Reading(opened.sha256, NAME, VERSION, names, tuple(rows), tuple(accounts), tuple(findings))
