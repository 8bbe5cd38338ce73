"""Style, scripts and fonts of the site: copied under names that change with their content, so that they may be kept.

Modules import each other by their plain names, so all of them stand in one directory named by a hash of them all. The
Khmer font is cut from the packaged Noto Sans Khmer to the signs of Khmer and two axes' worth of weight.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path

from publish.site.facts import Facts
from publish.site.words import LANGUAGES, words

WORKER, STYLE = "sw.js", "site.css"
_COLUMNS = {3: "heading.rule", 4: "heading.certificate", 5: "heading.source"}
"""Columns of a table of rates that a phone shows under each other, with their words before them."""
FONT = "NotoSansKhmer[wdth,wght].ttf"
_SIGNS = (*range(0x1780, 0x17FA), 0x20, 0xA0, 0x200B, 0x200C, 0x200D, 0x25CC)
_WEIGHTS = (400, 700)
_IMPORTED = re.compile(r'^import .* from "\./([\w-]+\.js)";', re.M)
_WORDS_READ = re.compile(r"= await words\(([^)]*)\)")
_QUOTED = re.compile(r'"(\w+)"')


def own_assets() -> dict[str, bytes]:
    """The packaged assets by name."""
    return {path.name: path.read_bytes() for path in (files("publish.site") / "assets").iterdir() if path.is_file()}


def assets_hash() -> str:
    """A short hash of all packaged assets and of what the font is made from."""
    digest = sha256(font_name().encode())
    for name, content in sorted(own_assets().items()):
        digest.update(name.encode() + b"\0" + content)
    for lang in LANGUAGES:
        digest.update(repr(words(lang).namespaces()).encode())
    return digest.hexdigest()[:12]


@cache
def needed(scripts: tuple[str, ...], lang: str) -> tuple[str, ...]:
    """The modules that scripts import and the words they read; a page names them, so that none waits for another."""
    held, found, waiting = own_assets(), dict[str, None](), list(scripts)
    while waiting:
        text = held[waiting.pop()].decode()
        for named in _WORDS_READ.findall(text):
            found |= dict.fromkeys(f"words-{lang}-{name}.js" for name in _QUOTED.findall(named))
        fresh = [name for name in _IMPORTED.findall(text) if name not in found]
        found |= dict.fromkeys(fresh)
        waiting += fresh
    return tuple(found)


def font_name() -> str:
    """Name of the font's file, from everything that decides its content."""
    made_from = (version("fontpkg-noto-sans-khmer"), version("fonttools"), version("brotli"), _SIGNS, _WEIGHTS)
    return f"noto-sans-khmer.{sha256(repr(made_from).encode()).hexdigest()[:12]}.woff2"


def write_assets(directory: Path, before: Path) -> None:
    """Write every asset; style and scripts stand in a directory named by `assets_hash`.

    Args:
        directory: `assets/` of the staged site.
        before: `assets/` of the site that stands: a font found there is not cut again.
    """
    place = directory / assets_hash()
    place.mkdir(parents=True)
    for file, content in own_assets().items():
        if file == WORKER:
            continue
        (place / file).write_bytes(_style(content.decode()).encode() if file == STYLE else content)
    for lang in LANGUAGES:
        for namespace, strings in words(lang).namespaces().items():
            (place / f"words-{lang}-{namespace}.js").write_text(_module(strings), encoding="utf-8")
    font = before / font_name()
    (directory / font_name()).write_bytes(font.read_bytes() if font.is_file() else cut_font())


def _style(css: str) -> str:
    """The style sheet with the name of the font, and with the words that stand before cells on a phone."""
    labels = (
        f'html[lang={lang}] .rates>tbody>tr>td:nth-child({column})::before{{content:"{words(lang).plain(key)} "}}'
        for lang in LANGUAGES
        for column, key in _COLUMNS.items()
    )
    return css.replace("KHMER_FONT", font_name()).replace("/*LABELS*/", "".join(labels))


def write_pictures(directory: Path, facts: Facts) -> dict[str, dict[str, str]]:
    """Write the release's pictures; by language, the address of each under the home page, by its link."""
    found: dict[str, dict[str, str]] = {lang: {} for lang in LANGUAGES}
    for row in facts.held("picture", "picture_id"):
        for lang in LANGUAGES:
            content = (row[f"svg_{lang}"] or row["svg_en"]).encode()
            file = f"{row['picture_id']}-{lang}.{sha256(content).hexdigest()[:12]}.svg"
            (directory / file).write_bytes(content)
            found[lang][f"picture:{row['picture_id']}"] = f"../assets/{file}"
    return found


def _module(strings: Mapping[str, str]) -> str:
    return f"export default {json.dumps(strings, ensure_ascii=False, separators=(',', ':'))};\n"


def worker() -> str:
    """The service worker, which stands at the root of the web and keeps the assets of one version."""
    return own_assets()[WORKER].decode().replace("SITE_VERSION", assets_hash())


@cache
def cut_font() -> bytes:
    """The Khmer font as WOFF2, about 29 kB; the same bytes each time."""
    from fontTools import subset
    from fontTools.ttLib import TTFont
    from fontTools.varLib import instancer

    with (files("fontpkg_noto_sans_khmer") / "files" / FONT).open("rb") as packaged:
        font = TTFont(packaged, recalcTimestamp=False)
        options = subset.Options(layout_features=["*"], hinting=False)
        options.drop_tables += ["STAT"]
        cutter = subset.Subsetter(options)
        cutter.populate(unicodes=_SIGNS)
        cutter.subset(font)
        between = io.BytesIO()
        font.save(between)
    between.seek(0)
    font = instancer.instantiateVariableFont(TTFont(between, recalcTimestamp=False), {"wdth": 100, "wght": _WEIGHTS})
    font.flavor = "woff2"
    made = io.BytesIO()
    font.save(made)
    return made.getvalue()
