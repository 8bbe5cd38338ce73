"""The words of the site in each language: its strings, dates, numbers, rates, and where a line of Khmer may break.

Strings stand in `strings/en.yml` and `strings/km.yml` under the same keys, those of a large screen in files of its own
such as `strings/assess.en.yml`; `{name}` in one is filled in. Nothing here knows what is on a page.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from transforms.khmer import broken

LANGUAGES = ("en", "km")
_LONG_RUN = re.compile(r"[\u1780-\u17d3\u17dd]{6,}")
_DIGITS = str.maketrans("0123456789", "០១២៣៤៥៦៧៨៩")
_GAP = r"[\s\u200b]*"
_MONTHS = {
    "en": ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
           "November", "December"),
    "km": ("មករា", "កុម្ភៈ", "មីនា", "មេសា", "ឧសភា", "មិថុនា", "កក្កដា", "សីហា", "កញ្ញា", "តុលា", "វិច្ឆិកា", "ធ្នូ"),
}  # fmt: skip
_MONTH = "|".join(_MONTHS["km"])
_MEASURE = re.compile(
    rf"(?<![A-Za-z0-9.,-])(?<![A-Z] )\d+(?:[.,]\d+)?"
    rf"(?={_GAP}(?:ឬ{_GAP}\d+{_GAP})?(?:%|ខែ|ថ្ងៃ|ឆ្នាំ|ដុល្លារ|រៀល|{_MONTH}))"
    rf"|(?:ថ្ងៃ\u200b?ទី|ឆ្នាំ|ត្រឹម|{_MONTH}){_GAP}\d+(?![\d-])"
)


@cache
def breakable(text: str) -> str:
    """Khmer text with a zero-width space between its words, so that a line may break there in any browser."""
    return _LONG_RUN.sub(lambda run: broken(run[0]), text)


def khmer_digits(text: str) -> str:
    """Digits as Khmer prose has them; codes and names of forms keep theirs."""
    return text.translate(_DIGITS)


def measured(text: str) -> str:
    """Khmer prose with Khmer digits in percentages, periods, amounts and days; codes and rules keep theirs."""
    return _MEASURE.sub(lambda found: khmer_digits(found[0]), text)


class Words:
    """The words of one language.

    Attributes:
        lang: `en` or `km`.
    """

    def __init__(self, lang: str) -> None:
        self.lang = lang
        held = sorted((files("publish.site") / "strings").iterdir(), key=lambda path: path.name)
        texts = [path.read_text(encoding="utf-8") for path in held if path.name.split(".")[-2] == lang]
        self.strings: dict[str, str] = dict(pair for text in texts for pair in _flat(yaml.load(text, yaml.BaseLoader)))

    def __call__(self, key: str, /, **values: object) -> str:
        """The string of a key, with its values filled in.

        Raises:
            KeyError: there is no such string, or a value is missing.
        """
        text = self.strings[key]
        return self.broken(text.format(**values) if values else text)

    def plain(self, key: str, /, **values: object) -> str:
        """The string without breaks, for titles and attributes."""
        text = self.strings[key]
        return text.format(**values) if values else text

    def namespaces(self) -> dict[str, dict[str, str]]:
        """The strings by the first part of their key, for scripts; `days` has the months by number."""
        months = {str(number): name for number, name in enumerate(_MONTHS[self.lang], 1)}
        found: dict[str, dict[str, str]] = {"days": months}
        for key, text in self.strings.items():
            namespace, _, name = key.partition(".")
            found.setdefault(namespace, {})[name] = text
        return found

    def has(self, key: str) -> bool:
        """Whether there is a string of this key."""
        return key in self.strings

    def broken(self, text: str) -> str:
        """Text with breaks where the language needs them."""
        return breakable(text) if self.lang == "km" else text

    def pick(self, row: Mapping[str, Any], name: str) -> str:
        """A row's text in this language, measures in its own digits, or in English where there is none."""
        own = row.get(f"{name}_{self.lang}")
        if own and self.lang == "km":
            own = measured(own)
        return self.broken(own or row.get(f"{name}_en") or "")

    def lacks(self, row: Mapping[str, Any], name: str) -> bool:
        """Whether a row's text has to be shown in English although this is another language."""
        return self.lang != "en" and not row.get(f"{name}_{self.lang}") and bool(row.get(f"{name}_en"))

    def digits(self, text: object) -> str:
        """A number in prose."""
        return khmer_digits(str(text)) if self.lang == "km" else str(text)

    def number(self, value: float) -> str:
        """A count, with its thousands parted."""
        return self.digits(f"{value:,}")

    def date(self, day: str | None) -> str:
        """An ISO day as people write it: `22 November 2026`; empty where there is none."""
        if not day:
            return ""
        year, month, date = day[:10].split("-")
        name = _MONTHS[self.lang][int(month) - 1]
        if self.lang == "km":
            return self.broken(f"{khmer_digits(str(int(date)))} {name} {khmer_digits(year)}")
        return f"{int(date)} {name} {year}"

    def size(self, count: int) -> str:
        """Bytes as people write them: `1.4 MB`."""
        for unit, per in (("MB", 1_000_000), ("kB", 1_000)):
            if count >= per:
                return self.digits(f"{count / per:.1f}") + f" {unit}"
        return self.digits(count) + " B"


def _flat(tree: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, str]]:
    for key, value in tree.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{above}{key}.")
        else:
            yield f"{above}{key}", str(value)


@cache
def words(lang: str) -> Words:
    """The words of a language, read once."""
    return Words(lang)
