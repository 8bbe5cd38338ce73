"""The site as a whole: what is written, that it is written once, and that it replaces the old one whole."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import pytest

from publish.site import build, build_site
from publish.site.assets import needed
from publish.site.swapping import read_mark
from publish.site.words import LANGUAGES
from tests.publish.site.sites import make_site


def files_of(public: Path) -> dict[str, bytes]:
    """Every file of the site by its path."""
    found = [*public.glob("*.html"), *public.glob("*.js")]
    for tree in ("en", "km", "assets"):
        found += [path for path in (public / tree).rglob("*") if path.is_file()]
    return {path.relative_to(public).as_posix(): path.read_bytes() for path in found}


def test_a_site_has_its_pages_in_both_languages_and_a_door(public: Path) -> None:
    assert {path.name for path in public.glob("*.html")} == {"index.html", "404.html"}
    found = {lang: {p.relative_to(public / lang) for p in (public / lang).rglob("*.html")} for lang in ("en", "km")}
    assert found["en"] == found["km"]
    assert Path("hs/6109/index.html") in found["en"]


def test_a_site_made_from_the_same_is_not_made_again(public: Path) -> None:
    before = (public / "en" / "index.html").stat().st_mtime_ns
    report = build_site(public, public / "releases" / "v1.0.0")
    assert not report.changed
    assert report.pages > 0
    assert (public / "en" / "index.html").stat().st_mtime_ns == before


def test_the_same_release_gives_the_same_bytes(public: Path, tmp_path: Path) -> None:
    assert files_of(make_site(tmp_path)) == files_of(public)


def test_a_crash_between_the_trees_leaves_every_page_with_its_assets(
    public: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "public"
    shutil.copytree(public, place)
    (place / "assets" / "site.json").unlink()
    calls: list[Path] = []

    def fails_on_the_second(staged: Path, tree: Path) -> None:
        calls.append(tree)
        if len(calls) == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr("publish.site.swapping.exchange", fails_on_the_second)
    with pytest.raises(KeyboardInterrupt):
        build_site(place, place / "releases" / "v1.0.0")
    assert read_mark(place) is None, "a site that was interrupted must be made again"
    kept = {path: content for path, content in files_of(place).items() if not path.endswith("site.json")}
    assert kept == {path: content for path, content in files_of(public).items() if not path.endswith("site.json")}
    assert not list(place.glob(".staging-*"))
    monkeypatch.undo()
    assert build_site(place, place / "releases" / "v1.0.0").changed


def test_assets_of_an_older_site_go_once_no_page_names_them(public: Path, tmp_path: Path) -> None:
    place = tmp_path / "public"
    shutil.copytree(public, place)
    (place / "assets" / "site.json").unlink()
    old = place / "assets" / "0123456789ab" / "site.css"
    old.parent.mkdir()
    old.write_text("", encoding="utf-8")
    build_site(place, place / "releases" / "v1.0.0")
    assert not old.parent.exists()


def test_a_release_without_the_tables_of_prose_has_a_site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    public = make_site(tmp_path / "public")
    release = public / "releases" / "v1.0.0"
    database = sqlite3.connect(release / "fta.sqlite")
    for table in ("faq", "glossary_term", "guide_step", "text_block", "product_word", "picture", "law_article",
                  "law_penalty", "kh_tax", "coverage", "decision", "change", "validation_result"):  # fmt: skip
        database.execute(f"DROP TABLE IF EXISTS {table}")
    database.commit()
    database.close()
    monkeypatch.setattr(build, "_fingerprint", lambda *_: "other")
    assert build_site(public, release).changed


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_page_names_every_module_that_its_scripts_will_ask_for(lang: str) -> None:
    assert set(needed(("search.js",), lang)) == {"find.js", "common.js", f"words-{lang}-search.js"}
    assert {f"words-{lang}-assess.js", "origin-ratio.js"} <= set(needed(("assess.js",), lang))
    assert needed((), lang) == ()


def test_pages_written_by_several_processes_are_those_written_by_one(
    public: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "releases").symlink_to(public / "releases")
    monkeypatch.setattr(build, "_MANY", 0)
    build_site(tmp_path, public / "releases" / "v1.0.0")
    assert files_of(tmp_path) == files_of(public)
