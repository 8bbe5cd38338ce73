"""Documents at hand are read again and compared with what was accepted; the outcome is kept per document.

Whether a document is at hand changes nothing in a release: the accepted extraction is what is published. A difference
is a finding, and one between the same bytes is an error that quarantines the schedules read from them.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Literal

from pipelines.coverage_view import to_obtain
from pipelines.home import Home
from pipelines.output import page_by_page
from pipelines.plan import code_hash, extraction_path, file_hash, fingerprint
from sources.archive import Entry, Held
from sources.errors import Exit, FtaError
from sources.extraction import Extraction, compare, extract, read_csv, reader_of, write_csv
from sources.progress import Heard
from sources.registry import Registry, load_registry
from sources.specs import DocumentSpec
from transforms.regimes import coverage_rows, document_row

State = Literal["not_held", "not_at_hand", "reference", "same", "differs", "candidate", "refused", "unreadable"]
BAD: tuple[State, ...] = ("differs", "refused", "unreadable")
SAMPLE = 20


@dataclass(frozen=True)
class DocumentCheck:
    """What came of one document.

    Attributes:
        state: `not_held` (nobody here has it), `not_at_hand` (accepted, but its bytes are not here), `reference` (its
            bytes are here and right; no rows are read), `same`, `differs` (same bytes, other cells), `candidate`
            (waits for acceptance), `refused` (another hash than expected), `unreadable`.
        differences: how many cells and rows differ from the accepted extraction; `sample` shows the first.
        error: in the shape `--json` prints, where it was refused or could not be read.
    """

    document: str
    state: State
    fingerprint: str
    sha256: str | None = None
    pages: int = 0
    rows: int = 0
    engines: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0
    differences: int = 0
    sample: list[dict[str, Any]] = field(default_factory=list)
    findings: list[dict[str, Any]] = field(default_factory=list)
    error: dict[str, Any] | None = None
    exit_code: int = 0

    @property
    def is_bad(self) -> bool:
        """Whether somebody has to act before what this document says can be trusted."""
        return self.state in BAD


def kept_check(document_id: str, home: Home) -> DocumentCheck | None:
    """The outcome kept of a document, or None."""
    file = home.root / "warehouse" / "documents" / f"{document_id}.json"
    return DocumentCheck(**json.loads(file.read_text(encoding="utf-8"))) if file.exists() else None


def _keep(check: DocumentCheck, home: Home) -> DocumentCheck:
    file = home.root / "warehouse" / "documents" / f"{check.document}.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    beside = file.with_suffix(f".{os.getpid()}")
    beside.write_text(json.dumps(asdict(check), ensure_ascii=False, indent=1), encoding="utf-8")
    beside.replace(file)
    return check


def probe(document: DocumentSpec, registry: Registry, home: Home) -> tuple[Held | None, DocumentCheck]:
    """A document's bytes, if at hand, and the outcome as far as it is known without reading them.

    The outcome's state is `candidate` with no rows where the document has yet to be read.
    """
    accepted = file_hash(extraction_path(document, registry, home))
    try:
        held = home.archive.find(document)
    except FtaError as error:
        made_from = fingerprint(error.as_json(), accepted)
        return None, DocumentCheck(
            document.id, "refused", made_from, error=error.as_json()["error"], exit_code=int(error.exit_code)
        )
    made_from = fingerprint(held.sha256 if held else None, accepted, document.reader, code_hash(("sources",)))
    if held is None:
        state: State = "not_held" if document.sha256 is None else "not_at_hand"
        return None, DocumentCheck(document.id, state, made_from, document.sha256)
    if document.reader is None:
        return held, DocumentCheck(document.id, "reference", made_from, held.sha256)
    kept = kept_check(document.id, home)
    if kept is not None and kept.fingerprint == made_from:
        return held, kept
    return held, DocumentCheck(document.id, "candidate", made_from, held.sha256, rows=-1)


def needs_reading(check: DocumentCheck) -> bool:
    """Whether `probe` found a document that has yet to be read."""
    return check.rows < 0


READERS = 2
"""How many documents are read at a time, each in a worker process."""


def start_reading(
    unread: Sequence[str], registry: Registry, home: Home, say: Callable[[str], None]
) -> dict[str, Future[DocumentCheck]]:
    """Begin to read documents in the background.

    What is computed starts from accepted extractions, so that it goes on meanwhile.
    """
    if not unread:
        return {}
    pool = ThreadPoolExecutor(max_workers=READERS)
    begun = {i: pool.submit(check_document, registry.documents[i], registry, home, say) for i in unread}
    pool.shutdown(wait=False)
    return begun


def check_document(document: DocumentSpec, registry: Registry, home: Home, say: Callable[[str], None]) -> DocumentCheck:
    """Read a document where it has to be read, and keep the outcome."""
    held, known = probe(document, registry, home)
    if held is None or not needs_reading(known):
        return _keep(known, home)
    say(f"reading {document.id} ({document.pages or '?'} pages) from {held.path.name}")
    heard = page_by_page(say, f"reading {document.id}")
    return _keep(_read_and_compare(document, held, known.fingerprint, registry, home, heard), home)


def check_documents(
    documents: list[DocumentSpec],
    registry: Registry,
    home: Home,
    say: Callable[[str], None],
    begun: Mapping[str, Future[DocumentCheck]],
) -> list[DocumentCheck]:
    """The outcome of every document: of those begun when they are read, of the others now, two at a time."""
    with ThreadPoolExecutor(max_workers=READERS) as pool:
        asked = [begun.get(d.id) or pool.submit(check_document, d, registry, home, say) for d in documents]
        return [each.result() for each in asked]


def _read_and_compare(
    document: DocumentSpec, held: Held, made_from: str, registry: Registry, home: Home, heard: Heard | None
) -> DocumentCheck:
    started = time.monotonic()
    try:
        candidate, accounts, findings = read_candidate(document, held, heard, aside=True)
        accepted_file = extraction_path(document, registry, home)
        accepted = read_csv(accepted_file, document) if accepted_file else None
    except FtaError as error:
        return DocumentCheck(
            document.id,
            "unreadable",
            made_from,
            held.sha256,
            seconds=round(time.monotonic() - started, 2),
            error={**error.as_json()["error"], "where": {"document": document.id, **error.where}},
            exit_code=int(Exit.FAILED),
        )
    differences = compare(accepted, candidate) if accepted else []
    state: State = "same"
    if accepted is None or accepted.sha256 != candidate.sha256:
        state = "candidate"
    elif differences:
        state = "differs"
    if state != "same":
        home.candidates.mkdir(parents=True, exist_ok=True)
        (home.candidates / f"{document.id}.csv").write_text(write_csv(candidate), encoding="utf-8", newline="\n")
    engines: dict[str, int] = {}
    for account in accounts:
        engines[account.engine] = engines.get(account.engine, 0) + 1
    return DocumentCheck(
        document.id,
        state,
        made_from,
        held.sha256,
        pages=len(accounts),
        rows=len(candidate.rows),
        engines=engines,
        seconds=round(time.monotonic() - started, 2),
        differences=len(differences),
        sample=[asdict(d) for d in differences[:SAMPLE]],
        findings=[asdict(f) for f in findings if f.severity != "info"][:SAMPLE],
    )


def read_candidate(
    document: DocumentSpec, held: Held, heard: Heard | None = None, *, aside: bool = False
) -> tuple[Extraction, Any, Any]:
    """Read a document in a worker process: its candidate extraction, the page accounts and the findings.

    Raises:
        FtaError: the document cannot be read; a finding of severity `error` counts as such.
    """
    from sources.worker import read_in_worker

    spec = reader_of(document)
    headers = [column.header for column in spec.columns]
    reading = read_in_worker(held.path, spec.name, columns=headers, options=spec.options, heard=heard, aside=aside)
    for finding in reading.findings:
        if finding.severity == "error":
            raise FtaError(
                finding.code,
                finding.message,
                where={"page": finding.page, "row": finding.row_no, "value": finding.value},
                remedy=finding.remedy,
            )
    return extract(document, reading), reading.accounts, reading.findings


# --- what the commands about sources show ----------------------------------------------------------------------------


def list_all(home: Home) -> list[dict[str, Any]]:
    """Every document with what is known of it; `at_hand` is `yes`, `no`, `refused` or `on purpose` (another hash)."""
    registry = load_registry(overlay=home.sources)
    return [_listed(document, registry, home) for document in registry.documents.values()]


def _listed(document: DocumentSpec, registry: Registry, home: Home) -> dict[str, Any]:
    held, check = probe(document, registry, home)
    accepted = extraction_path(document, registry, home)
    row = document_row(document, accepted is not None, None)
    at_hand = "refused" if check.state == "refused" else "no" if held is None else "yes"
    return {
        **row,
        "regimes": list(registry.document_regimes[document.id]),
        "file": document.file,
        "at_hand": "on purpose" if held and held.on_purpose else at_hand,
        "state": "not_read" if needs_reading(check) else check.state,
        "extraction": str(accepted) if accepted else None,
        "note": document.note,
    }


def status_of(home: Home) -> dict[str, Any]:
    """Coverage, documents that need somebody, and open decisions."""
    registry = load_registry(overlay=home.sources)
    waiting = []
    for document in registry.documents.values():
        _, check = probe(document, registry, home)
        if needs_reading(check):
            waiting.append({"document_id": document.id, "state": "not_read", "message": "Run `ftadata refresh`."})
        elif check.state in (*BAD, "candidate"):
            waiting.append({"document_id": document.id, "state": check.state, "message": advice(check)})
    coverage = [
        row for regime in registry.regimes.values() for row in coverage_rows(regime, registry.schedules_of(regime.id))
    ]
    return {
        "coverage": coverage,
        "to_obtain": to_obtain(coverage),
        "waiting": waiting,
        "decisions": [{"id": d.id, "subject": d.subject} for _, d in registry.decisions if d.status == "open"],
    }


def advice(check: DocumentCheck) -> str:
    """What somebody should do about a document."""
    if check.error is not None:
        return f"{check.error['message']} {check.error['remedy']}".strip()
    if check.state == "candidate":
        changed = f"{check.differences:,} differences from the accepted extraction" if check.differences else "new"
        return f"Its candidate extraction waits ({changed}). Compare, then `ftadata sources accept {check.document}`."
    first = check.sample[0] if check.sample else {}
    return (
        f"It reads otherwise than its accepted extraction in {check.differences:,} places, first {first.get('locator')}"
        f" {first.get('column') or 'row'}: accepted {first.get('accepted')!r}, read {first.get('candidate')!r}. "
        "Look at the page; mend the extraction or the reader."
    )


def add_file(home: Home, file: Path, document_id: str, *, by: str, accept_new_hash: bool) -> Entry:
    """Take a file into the archive as the bytes of a document; see `Archive.add`."""
    document = load_registry(overlay=home.sources).document(document_id)
    return home.archive.add(file, document, by=by, on=date.today(), accept_new_hash=accept_new_hash)
