"""A look into JSON and XML: which list or element is a row, and the names of its values."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sources.door import FileKind
from sources.errors import FtaError
from sources.look import Seen
from sources.readers import json_tree, xml_text
from sources.readers.xml_safe import local_name, parse_xml

_NODES = 400
_DEPTH = 3
_MOST_COLUMNS = 60


def look_at_json(path: Path, kind: FileKind, seen: Seen) -> None:
    """A file of its own."""
    look_at_nodes(path, json.loads(path.read_bytes()), seen, "the file", {})


def look_at_nodes(path: Path, tree: Any, seen: Seen, place: str, options: dict[str, Any]) -> None:
    """Read a tree of JSON by the guessed place of its nodes; `tree` is one member of an archive, or the file."""
    found = max(_lists(tree), key=lambda each: len(each[1]), default=None)
    if found is None:
        seen.reason = "The JSON holds no list of objects, so nothing in it is a row."
        return
    items, nodes = found
    children = _children(nodes)
    columns = list(_columns(nodes, children))[:_MOST_COLUMNS]
    options = {**options, **({"items": items} if items else {}), **({"children": children} if children else {})}
    try:
        reading = json_tree.read(path, columns=columns, options=options)
    except FtaError as error:
        seen.refused(place, error)
        return
    seen.take(place, reading, options)


def _lists(tree: Any, path: str = "", depth: int = 0) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    if isinstance(tree, list):
        if tree and all(isinstance(each, dict) for each in tree):
            yield path, tree
    elif isinstance(tree, dict) and depth < _DEPTH:
        for key, value in tree.items():
            yield from _lists(value, f"{path}/{key}" if path else key, depth + 1)


def _children(nodes: list[dict[str, Any]]) -> str | None:
    """The key under which a node holds nodes of its own kind."""
    for node in nodes[:_NODES]:
        for key, value in node.items():
            if isinstance(value, list) and value and isinstance(value[0], dict):
                common = len(value[0].keys() & node.keys())
                if common * 2 > len(node):
                    return key
    return None


def _columns(nodes: list[dict[str, Any]], children: str | None) -> dict[str, None]:
    """Paths of the values of the first nodes, those of nested objects included, in the order of their coming."""
    names: dict[str, None] = {}
    waiting = list(nodes[:_NODES])
    for node in waiting:
        names.update(dict.fromkeys(_leaves(node, children)))
        inner = node.get(children) if children else None
        if isinstance(inner, list) and len(waiting) < 4 * _NODES:
            waiting += [each for each in inner if isinstance(each, dict)]
    parents = {name.rpartition("/")[0] for name in names}
    return {name: None for name in names if name not in parents}


def _leaves(node: dict[str, Any], children: str | None, before: str = "") -> Iterator[str]:
    for key, value in node.items():
        if isinstance(value, dict) and value:
            yield from _leaves(value, None, f"{before}{key}/")
        elif before or key != children:
            yield before + key


def look_at_xml(path: Path, kind: FileKind, seen: Seen) -> None:
    """The articles, or whatever element comes most often with words in it."""
    names, attributes = _elements(path)
    element = "article" if "article" in names else next(iter(dict(names.most_common(1))), "")
    columns = [*(f"@{name}" for name in attributes[element]), "text"]
    try:
        reading = xml_text.read(path, columns=columns, options={"element": element})
    except FtaError as error:
        seen.refused(f"elements {element!r}", error)
        return
    seen.take(f"elements {element!r}", reading, {"element": element})


def _elements(path: Path) -> tuple[Counter[str], dict[str, dict[str, None]]]:
    """How often each element comes that has words directly in it, and the filled attributes of every element."""
    words: Counter[str] = Counter()
    attributes: dict[str, dict[str, None]] = {}
    stack: list[str] = []

    def start(name: str, given: dict[str, str]) -> None:
        stack.append(local_name(name))
        filled = (local_name(key) for key, value in given.items() if value.strip())
        attributes.setdefault(stack[-1], {}).update(dict.fromkeys(filled))
        if stack[-1] == "article":
            words["article"] += 1

    def text(said: str) -> None:
        if said.strip() and stack[-1] != "article":
            words[stack[-1]] += 1

    def end(name: str) -> None:
        stack.pop()

    parse_xml(path.read_bytes(), start, on_text=text, on_end=end)
    return words, attributes
