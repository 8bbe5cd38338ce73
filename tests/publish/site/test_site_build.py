"""The site as a whole: what is written, that it is written once, and that it replaces the old one whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from publish.site import build_site
from tests.publish.releases import publish_sample


@pytest.fixture(scope="module")
def public(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A web root with the sample's release and its site."""
    public = tmp_path_factory.mktemp("public")
    report = build_site(public, publish_sample(public).path)
    assert report.changed
    return public


def test_a_site_has_its_pages_in_both_languages_and_a_door(public: Path) -> None:
    assert (public / "index.html").is_file()
    found = {lang: {p.relative_to(public / lang) for p in (public / lang).rglob("*.html")} for lang in ("en", "km")}
    assert found["en"] == found["km"]
    assert Path("hs/6109/index.html") in found["en"]


def test_a_site_made_from_the_same_is_not_made_again(public: Path) -> None:
    before = (public / "en" / "index.html").stat().st_mtime_ns
    report = build_site(public, public / "releases" / "v1.0.0")
    assert not report.changed
    assert report.pages > 0
    assert (public / "en" / "index.html").stat().st_mtime_ns == before
