"""YAML as plain values, by the parser in C where PyYAML has it: some ten times the speed of the one in Python.

What the values must look like is said where they are used.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import yaml

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def parse_yaml(text: str) -> Any:
    """The content of a YAML text.

    Raises:
        yaml.YAMLError: it is not valid YAML.
    """
    return yaml.load(text, Loader=_LOADER)


def line_of(text: str, place: Sequence[str | int]) -> int:
    """The line (from 1) on which a place of a valid text begins: keys of mappings, and numbers in lists.

    Of a place that is not there, that of the part it would stand in.
    """
    node: Any = yaml.compose(text, Loader=_LOADER)
    line = 1
    for step in place:
        if isinstance(node, yaml.MappingNode):
            found = [(key, value) for key, value in node.value if key.value == str(step)]
            if not found:
                break
            line, node = found[0][0].start_mark.line + 1, found[0][1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            node = node.value[step]
            line = node.start_mark.line + 1
        else:
            break
    return line
