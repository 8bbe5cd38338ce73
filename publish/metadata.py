"""What catalogues, citation managers and lawyers want to know of a release: JSON-LD, CITATION.cff, LICENSES.md."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import yaml

from publish.describe import LICENCE, SUMMARY, TITLE

PUBLISHER = "Cambodia FTA open data project"
KEYWORDS = ["tariffs", "free trade agreements", "rules of origin", "Cambodia", "Harmonized System", "HS 2022"]
MEDIA_TYPES = {
    "fta.sqlite": "application/vnd.sqlite3",
    "changes.parquet": "application/vnd.apache.parquet",
}
PREFIXES = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "spdx": "http://spdx.org/rdf/terms#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
UNKNOWN = "unknown"


def json_ld(
    version: str, published_on: str, files: Mapping[str, Mapping[str, Any]], documents: Iterable[Mapping[str, Any]]
) -> dict[str, Any]:
    """dataset.jsonld: the release as a schema.org Dataset that is also a dcat:Dataset, said in the terms of both.

    Args:
        version: of the release.
        published_on: ISO time.
        files: size and hash of each file that can be downloaded, by path.
        documents: rows of table `document`.
    """
    day = {"@value": published_on[:10], "@type": "xsd:date"}
    return {
        "@context": {"@vocab": "https://schema.org/", **PREFIXES},
        "@type": ["Dataset", "dcat:Dataset"],
        "@id": "./",
        "name": TITLE,
        "dct:title": TITLE,
        "description": SUMMARY,
        "dct:description": SUMMARY,
        "version": version,
        "dcat:version": version,
        "datePublished": published_on[:10],
        "dct:issued": day,
        "license": LICENCE["path"],
        "dct:license": {"@id": LICENCE["path"]},
        "creator": {"@type": ["Organization", "foaf:Agent"], "@id": "#publisher", "name": PUBLISHER,
                    "foaf:name": PUBLISHER},
        "dct:publisher": {"@id": "#publisher"},
        "keywords": KEYWORDS,
        "dcat:keyword": KEYWORDS,
        "inLanguage": ["en", "km"],
        "dct:language": ["en", "km"],
        "spatialCoverage": {"@type": "Country", "name": "Cambodia", "identifier": "KH"},
        "isAccessibleForFree": True,
        "isBasedOn": [
            {"@type": "CreativeWork", "name": row["title"], "publisher": row["publisher"],
             **({"url": row["url"]} if row["url"] else {})}
            for row in documents
            if row["holding"] == "accepted"
        ],
        "distribution": [_distribution(path, facts) for path, facts in files.items()],
        "dcat:distribution": [{"@id": path} for path in files],
    }  # fmt: skip


def _distribution(path: str, facts: Mapping[str, Any]) -> dict[str, Any]:
    """A file; its identifier is its place, which is relative, because a release does not know its host."""
    media = MEDIA_TYPES.get(path)
    if media is None:
        media = {"parquet": MEDIA_TYPES["changes.parquet"], "zip": "application/zip"}.get(path.rpartition(".")[2])
    media = media or "application/gzip"
    return {
        "@type": ["DataDownload", "dcat:Distribution"],
        "@id": path,
        "name": path,
        "contentUrl": path,
        "dcat:downloadURL": {"@id": path},
        "encodingFormat": media,
        "dcat:mediaType": {"@id": f"https://www.iana.org/assignments/media-types/{media}"},
        "contentSize": str(facts["bytes"]),
        "dcat:byteSize": {"@value": str(facts["bytes"]), "@type": "xsd:nonNegativeInteger"},
        "sha256": facts["sha256"],
        "spdx:checksum": {
            "spdx:algorithm": {"@id": "spdx:checksumAlgorithm_sha256"},
            "spdx:checksumValue": facts["sha256"],
        },
    }


def citation(version: str, published_on: str, content_hash: str) -> str:
    """CITATION.cff, in the Citation File Format 1.2.0."""
    return yaml.safe_dump(
        {
            "cff-version": "1.2.0",
            "message": "If you use this dataset, please cite it with its version.",
            "type": "dataset",
            "title": TITLE,
            "abstract": SUMMARY,
            "authors": [{"name": PUBLISHER}],
            "version": version,
            "date-released": published_on[:10],
            "license": LICENCE["name"],
            "keywords": KEYWORDS,
            "identifiers": [
                {"type": "other", "value": f"sha256:{content_hash}", "description": "Content hash of the release"}
            ],
        },
        sort_keys=False,
        allow_unicode=True,
    )


def licences(documents: Iterable[Mapping[str, Any]]) -> str:
    """LICENSES.md: the licence of the compilation, and of each document it rests on.

    Args:
        documents: rows of table `document`; a licence that is not known is shown as such.
    """
    lines = [
        "# Licences", "",
        f"The compilation is published under [{LICENCE['title']}]({LICENCE['path']}).", "",
        "It states facts (codes, rates, dates, categories, rule phrases, article numbers) of the documents below. "
        "Their words are published only where the last column says so. **A licence that is not known is shown as "
        "unknown**: ask the publisher before reusing more than the facts.", "",
        "| document | title | publisher | licence | words published |", "| --- | --- | --- | --- | --- |",
    ]  # fmt: skip
    for row in sorted(documents, key=lambda row: str(row["document_id"])):
        title = f"[{_cell(row['title'])}]({row['url']})" if row["url"] else _cell(row["title"])
        licence = "**unknown**" if row["licence"].strip().lower() in ("", UNKNOWN) else _cell(row["licence"])
        words = "yes" if row["publish_text"] else "no"
        lines.append(f"| `{row['document_id']}` | {title} | {_cell(row['publisher'])} | {licence} | {words} |")
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
