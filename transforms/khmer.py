"""Puts a zero-width space into Khmer wherever a line may break, since Khmer has no spaces between words.

`python -m transforms.khmer FOLDER` does it for the pieces of a folder (`make khmer`). It is done in the sources, by the
word breaker `khmercut`, so that what is published can be read on a narrow screen and nothing has to be computed for it.
"""

from __future__ import annotations

import re
import sys
from functools import lru_cache
from pathlib import Path

BREAK = "\u200b"
_RUN = re.compile("[\u1780-\u17d3\u17dd\u200c\u200d]+")


def with_breaks(text: str) -> str:
    """A text with a break between the words of every run of Khmer, and nowhere else; doing it twice changes nothing."""
    return _RUN.sub(lambda run: broken(run[0]), text.replace(BREAK, ""))


@lru_cache(maxsize=65_536)
def broken(run: str) -> str:
    """A run of Khmer with a break between its words."""
    from khmercut import tokenize

    words = [word for word in tokenize(run) if word]
    return BREAK.join(words) if "".join(words) == run else run


def main(folder: Path) -> None:
    """Break every piece of a folder, and say which were changed."""
    for file in sorted([*folder.rglob("*.md"), *folder.rglob("*.svg")]):
        before = file.read_text(encoding="utf-8")
        after = with_breaks(before)
        if after != before:
            file.write_text(after, encoding="utf-8")
            sys.stdout.write(f"{file}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
