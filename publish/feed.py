"""The list of releases beside them: index.json, latest.json and an Atom feed, made from the manifests there."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from publish.describe import SUMMARY, TITLE
from publish.manifest import as_json_bytes, read_manifest, released
from publish.metadata import PUBLISHER
from publish.staging import swap

SPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://cambodia-fta-data.example/releases")


def refresh_listings(releases: Path) -> None:
    """Bring feed, index and latest in line with the releases that stand; the pointer to the latest goes last."""
    entries = [_entry(path, read_manifest(path)) for path in released(releases).values()]
    if entries:
        swap(releases / "feed.xml", atom(entries))
        swap(releases / "index.json", as_json_bytes({"releases": entries[::-1]}))
        swap(releases / "latest.json", as_json_bytes(entries[-1]))


def _entry(path: Path, manifest: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "version": manifest["version"],
        "path": f"{path.name}/",
        "published_on": manifest["published_on"],
        "previous": manifest["previous"],
        "content_hash": manifest["content_hash"],
        "summary": manifest["summary"],
        "rows": sum(table["rows"] for table in manifest["tables"].values()),
        "manifest": f"{path.name}/manifest.json",
        "sqlite": f"{path.name}/fta.sqlite",
        "changes": f"{path.name}/changes.json",
    }


def atom(entries: Sequence[Mapping[str, Any]]) -> bytes:
    """The releases, newest first, as an Atom feed (RFC 4287)."""
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        '<feed xmlns="http://www.w3.org/2005/Atom">',
        f"  <id>urn:uuid:{SPACE}</id>",
        f"  <title>{escape(TITLE)}</title>",
        f"  <subtitle>{escape(SUMMARY)}</subtitle>",
        f"  <updated>{entries[-1]['published_on']}</updated>",
        f"  <author><name>{escape(PUBLISHER)}</name></author>",
        '  <link rel="self" href="feed.xml"/>',
    ]
    for entry in reversed(entries):
        lines += [
            "  <entry>",
            f"    <id>urn:uuid:{uuid.uuid5(SPACE, entry['version'])}</id>",
            f"    <title>Release {escape(entry['version'])}</title>",
            f"    <updated>{entry['published_on']}</updated>",
            f"    <link href={quoteattr(entry['path'])}/>",
            f"    <summary>{escape(entry['summary'])}</summary>",
            "  </entry>",
        ]
    return "\n".join([*lines, "</feed>", ""]).encode()
