"""Writes the files of a release into an empty directory: what each is made from, and in which order.

The same plan gives the same bytes in every file. Whether there should be a release, and how it comes into its place,
is `publish.release`.
"""

from __future__ import annotations

import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from publish.changelog import changelog, headline, section
from publish.describe import data_dictionary, data_package, examples_of
from publish.formats import GZIP_LEVEL, write_csv, write_parquet
from publish.manifest import (
    FORMAT,
    MANIFEST,
    PUBLIC_KEY,
    SIGNATURE,
    SUMS,
    as_json_bytes,
    file_facts,
    files_in,
    sums_text,
)
from publish.metadata import citation, json_ld, licences
from publish.report import report_html, report_json
from publish.shape import shape_of
from publish.signing import public_key_of, sign
from publish.sqlite import write_sqlite
from publish.subset import tables_of_regime
from publish.versions import Step
from warehouse.content import csv_chunks

JUDGED_ON_STAGING = ("C48", "C50")
DOWNLOADS = ("fta.sqlite", "changes.parquet")


@dataclass(frozen=True)
class Plan:
    """Everything that a release is made from.

    Attributes:
        step: its version and why.
        previous: version of the release before, or None.
        tables: every table in canonical order, `change` filled.
        hashes: content hash of each table.
        content_hash: of what was judged.
        changes: all changes, also those of new sources, in the schema of `change`.
        summary: counts and important changes (`publish.changelog.summarise`).
        older_changelog: CHANGELOG.md of the release before, or None.
        inputs: document, hash and accepted extraction of everything that was read.
        code_version: hash of the code.
        judgement: what was judged, and how.
        approval: `approved_by`, `note` and `accepted_quarantine`.
        epoch: seconds since 1970: the time that the release states.
    """

    step: Step
    previous: str | None
    tables: Mapping[str, pa.Table]
    hashes: Mapping[str, str]
    content_hash: str
    changes: pa.Table
    summary: Mapping[str, Any]
    older_changelog: str | None
    inputs: Sequence[Mapping[str, Any]]
    code_version: str
    judgement: Mapping[str, Any]
    approval: Mapping[str, Any]
    epoch: int

    @property
    def version(self) -> str:
        """The version as text."""
        return str(self.step.version)

    @property
    def published_on(self) -> str:
        """The stated time, ISO, in UTC."""
        return datetime.fromtimestamp(self.epoch, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def write_release(directory: Path, plan: Plan, secret_key: str | None = None) -> None:
    """Write every file of a release into an empty directory.

    Args:
        directory: an empty directory.
        plan: what the release is made from.
        secret_key: line of an Ed25519 key to sign SHA256SUMS with.
    """
    facts = _write_tables(directory, plan)
    write_sqlite(directory / "fta.sqlite", plan.tables)
    _write_zips(directory / "regimes", plan)
    write_parquet(directory / "changes.parquet", plan.changes)
    changes = {"release": plan.version, "previous": plan.previous, "why": list(plan.step.why), **plan.summary}
    (directory / "changes.json").write_bytes(as_json_bytes(changes))
    _write_validation(directory / "validation", plan)
    _write_descriptions(directory, plan, facts)
    if secret_key is not None:
        (directory / PUBLIC_KEY).write_text(public_key_of(secret_key), encoding="ascii")
    (directory / MANIFEST).write_bytes(as_json_bytes(_manifest(directory, plan, facts, secret_key)))
    (directory / SUMS).write_bytes(sums_text(directory))
    if secret_key is not None:
        (directory / SIGNATURE).write_text(sign(secret_key, (directory / SUMS).read_bytes()), encoding="ascii")


def _write_tables(directory: Path, plan: Plan) -> dict[str, dict[str, Any]]:
    """The Parquet and CSV files; returns for each table its part of the manifest."""
    for folder in ("parquet", "csv"):
        (directory / folder).mkdir()
    facts: dict[str, dict[str, Any]] = {}
    for name, table in plan.tables.items():
        paths = {"parquet": f"parquet/{name}.parquet", "csv": f"csv/{name}.csv.gz"}
        write_parquet(directory / paths["parquet"], table)
        write_csv(directory / paths["csv"], table)
        files = file_facts(directory, paths.values())
        facts[name] = {
            "rows": table.num_rows,
            "content_hash": plan.hashes[name],
            **shape_of(name).as_json(),
            **{kind: {"path": path, **files[path]} for kind, path in paths.items()},
        }
    return facts


def _write_zips(directory: Path, plan: Plan) -> None:
    """For each regime a zip of its rows of every table, as CSV, with the licences and the dictionary's address."""
    directory.mkdir()
    for regime in plan.tables["regime"].column("regime_id").to_pylist():
        with (directory / f"{regime}.zip").open("wb") as file, zipfile.ZipFile(file, "w") as held:
            for name, table in tables_of_regime(plan.tables, str(regime)).items():
                if table.num_rows:
                    _put(held, f"{name}.csv", b"".join(csv_chunks(table)), plan.epoch)
            _put(held, "README.txt", _zip_readme(str(regime), plan), plan.epoch)


def _zip_readme(regime: str, plan: Plan) -> bytes:
    return (
        f"{regime}: the rows of one agreement from release {plan.version} of Cambodia FTA open data\n"
        f"Content hash of the release: {plan.content_hash}\n"
        "What each column says stands in DATA_DICTIONARY.md of the release, licences in its LICENSES.md.\n"
        "Read codes as text, so that their leading zeros stay.\n"
    ).encode()


def _put(held: zipfile.ZipFile, name: str, content: bytes, epoch: int) -> None:
    """Add a member whose bytes do not depend on the machine; a zip knows no time before 1980."""
    stamp = datetime.fromtimestamp(max(epoch, 315_532_800), UTC)
    info = zipfile.ZipInfo(name, (stamp.year, stamp.month, stamp.day, stamp.hour, stamp.minute, stamp.second))
    info.compress_type = zipfile.ZIP_DEFLATED
    info.create_system, info.external_attr = 3, 0o644 << 16
    held.writestr(info, content, compresslevel=GZIP_LEVEL)


def _write_validation(directory: Path, plan: Plan) -> None:
    directory.mkdir()
    results = plan.tables["validation_result"].to_pylist()
    (directory / "report.json").write_bytes(report_json(plan.version, plan.judgement, results))
    (directory / "report.html").write_bytes(report_html(plan.version, plan.judgement, results))


def _write_descriptions(directory: Path, plan: Plan, facts: Mapping[str, Any]) -> None:
    documents = plan.tables["document"].to_pylist()
    sources = [{"title": row["title"], **({"path": row["url"]} if row["url"] else {})} for row in documents]
    examples = examples_of(plan.tables)
    package = data_package(facts, plan.version, plan.published_on, sources, examples)
    downloads = [
        path for path in files_in(directory) if path in DOWNLOADS or path.startswith(("parquet/", "csv/", "r"))
    ]
    story = section(plan.step, plan.summary, plan.published_on, str(plan.approval["note"] or ""))
    described = json_ld(plan.version, plan.published_on, file_facts(directory, downloads), documents)
    (directory / "datapackage.json").write_bytes(as_json_bytes(package, compact=True))
    (directory / "dataset.jsonld").write_bytes(as_json_bytes(described))
    texts = {
        "CITATION.cff": citation(plan.version, plan.published_on, plan.content_hash),
        "LICENSES.md": licences(documents),
        "CHANGELOG.md": changelog(story, plan.older_changelog),
        "DATA_DICTIONARY.md": data_dictionary(facts, plan.version, examples),
    }
    for name, text in texts.items():
        (directory / name).write_bytes(text.encode())


def _manifest(directory: Path, plan: Plan, facts: Mapping[str, Any], secret_key: str | None) -> dict[str, Any]:
    others = [path for path in files_in(directory) if not path.startswith(("parquet/", "csv/"))]
    return {
        "format": FORMAT,
        "version": plan.version,
        "previous": plan.previous,
        "published_on": plan.published_on,
        "source_date_epoch": plan.epoch,
        "summary": headline(plan.step, plan.summary),
        "why": list(plan.step.why),
        "content_hash": plan.content_hash,
        "code_version": plan.code_version,
        "approval": dict(plan.approval),
        "judgement": {"passed": bool(plan.judgement["passed"]), "content_hash": plan.judgement["content_hash"]},
        "judged_on_staging": list(JUDGED_ON_STAGING),
        "public_key": public_key_of(secret_key).strip() if secret_key is not None else None,
        "inputs": [dict(entry) for entry in plan.inputs],
        "regimes": sorted(plan.tables["regime"].column("regime_id").to_pylist()),
        "schedules": sorted(plan.tables["schedule"].column("schedule_id").to_pylist()),
        "tables": dict(facts),
        "files": file_facts(directory, others),
    }
