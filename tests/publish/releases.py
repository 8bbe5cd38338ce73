"""Helpers for the tests of releases: a release input around some tables, and a public directory with one release."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from publish.release import Published, ReleaseInput, publish
from tests.publish.sample import Tables, sample_tables
from warehouse.content import tables_content_hash

EPOCH = 1_795_305_600
EXTRACTION = "e" * 64


def release_input(tables: Tables | None = None, code: str = "code 1", **more: Any) -> ReleaseInput:
    """The input of a release of some tables, judged good; every document of theirs is an input."""
    held = sample_tables() if tables is None else tables
    inputs = [
        {"document_id": row["document_id"], "sha256": row["sha256"], "extraction_sha256": EXTRACTION,
         "path": f"{row['document_id']}.pdf"}
        for row in held["document"].to_pylist()
    ]  # fmt: skip
    judgement = {"passed": True, "blocking": [], "content_hash": tables_content_hash(held)}
    given: dict[str, Any] = {
        "tables": held, "inputs": inputs, "code_version": code, "judgement": judgement, "source_date_epoch": EPOCH,
    }  # fmt: skip
    return ReleaseInput(**{**given, **more})


def publish_sample(public: Path, tables: Tables | None = None, code: str = "code 1", **more: Any) -> Published:
    """Publish some tables."""
    return publish(public, release_input(tables, code, **more))
