"""YAML as plain values, by the parser in C where PyYAML has it: some ten times the speed of the one in Python.

What the values must look like is said where they are used.
"""

from __future__ import annotations

from typing import Any

import yaml

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def parse_yaml(text: str) -> Any:
    """The content of a YAML text.

    Raises:
        yaml.YAMLError: it is not valid YAML.
    """
    return yaml.load(text, Loader=_LOADER)
