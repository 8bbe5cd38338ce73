"""From printed lines to running words: ligatures, and words parted by a hyphen at the end of a line.

A hyphen at a line's end is either the typesetter's or the word's own; which of the two is asked of the rest of the
document, and where that does not know it either, the choice is kept for a person to see.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

_LIGATURES = str.maketrans(
    {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"}
    | {"\u00a0": " ", "\u2011": "-", "\u200b": None, "\ufeff": None, "\u00ad": "-"}
)
_BROKEN = re.compile(r"(\w+(?:-\w+)*)-$")
_FIRST = re.compile(r"\w+(?:-\w+)*")


def plain(text: str) -> str:
    """A text with its ligatures taken apart, and white space folded."""
    return " ".join(text.translate(_LIGATURES).split())


@dataclass
class Words:
    """The words that stand whole in a document, which decide what a hyphen at a line's end means.

    Attributes:
        whole: every word, in small letters, that no line end parts.
        doubtful: the words joined although the document has neither form of them.
        joined: how many words were put together.
    """

    whole: set[str] = field(default_factory=set)
    doubtful: list[str] = field(default_factory=list)
    joined: int = 0

    @classmethod
    def of(cls, lines: Iterable[str]) -> Words:
        """The words within the lines; the last of a line that ends with a hyphen is not whole."""
        words = cls()
        for line in lines:
            words.whole.update(word.lower() for word in _FIRST.findall(_BROKEN.sub("", line)))
        return words

    def join(self, lines: Sequence[str]) -> str:
        """The lines as one text."""
        text = ""
        for line in lines:
            broken = _BROKEN.search(text)
            follows = _FIRST.match(line)
            if broken and follows and line[:1].islower():
                text = self._joined(text, broken[1], follows[0]) + line
            elif broken and follows:
                text += line  # a name such as ASEAN-Korea, or a number, keeps its hyphen
            else:
                text = f"{text} {line}" if text else line
        return text

    def _joined(self, text: str, before: str, after: str) -> str:
        """The text up to the line's end, with its hyphen or without."""
        one, two = f"{before}{after}".lower(), f"{before}-{after}".lower()
        if two in self.whole and one not in self.whole:
            return text
        self.joined += 1
        if one not in self.whole:
            if before.lower() in self.whole and after.lower() in self.whole:
                self.joined -= 1
                return text  # both halves are words of the document: the hyphen is taken for the word's own
            self.doubtful.append(one)
        return text[:-1]
