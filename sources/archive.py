"""Where a document's bytes are: the content-addressed archive, and a documents directory.

A file is what its SHA-256 says. Nothing is overwritten, nothing is read that has another hash than the one the
document's YAML expects, unless somebody took the new hash on purpose, which the archive's log keeps.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

from sources.errors import Exit, FtaError
from sources.specs import DocumentSpec


@dataclass(frozen=True)
class Entry:
    """One line of the archive's log: which bytes were taken in for which document."""

    document: str
    sha256: str
    name: str
    added_on: str
    on_purpose: bool
    by: str


@dataclass(frozen=True)
class Held:
    """A document's bytes: where they lie, their hash, and whether that hash was taken in on purpose."""

    path: Path
    sha256: str
    on_purpose: bool


def sha256_of(path: Path) -> str:
    """SHA-256 of a file, read in pieces."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class Archive:
    """The content-addressed store under `root`, and optionally a folder of documents beside it.

    Args:
        root: folder of the archive (`data/archive`); made when the first file comes.
        documents: a documents directory, laid out as the documents' `file` says; or None.
    """

    def __init__(self, root: Path, documents: Path | None = None) -> None:
        self.root = root
        self.documents = documents

    def entries(self) -> list[Entry]:
        """The log, oldest first."""
        log = self.root / "log.jsonl"
        if not log.exists():
            return []
        return [Entry(**json.loads(line)) for line in log.read_text(encoding="utf-8").splitlines() if line]

    def path_of(self, sha256: str) -> Path:
        """Place of a file in the archive, whether it is there or not."""
        return self.root / sha256[:2] / sha256

    def add(self, file: Path, document: DocumentSpec, *, by: str, on: date, accept_new_hash: bool = False) -> Entry:
        """Take a file in as the bytes of a document.

        Raises:
            FtaError: there is no such file, or its hash is not the expected one and `accept_new_hash` is not set.
        """
        if not file.is_file():
            raise FtaError(
                "no_such_file", f"There is no file {file}.", remedy="Check the path.", exit_code=Exit.WRONG_USE
            )
        sha256 = sha256_of(file)
        on_purpose = document.sha256 is not None and sha256 != document.sha256
        if on_purpose and not accept_new_hash:
            raise altered(document, file, sha256)
        entry = Entry(document.id, sha256, file.name, on.isoformat(), on_purpose, by)
        self._store(file, sha256)
        latest = next((e for e in reversed(self.entries()) if e.document == document.id), None)
        if latest is None or latest.sha256 != sha256:
            self._log(entry)
        return entry

    def _store(self, file: Path, sha256: str) -> None:
        target = self.path_of(sha256)
        if target.exists() and sha256_of(target) == sha256:
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        beside = target.with_suffix(f".{os.getpid()}")
        shutil.copyfile(file, beside)
        beside.replace(target)

    def _log(self, entry: Entry) -> None:
        with (self.root / "log.jsonl").open("a", encoding="utf-8") as log:
            log.write(json.dumps(asdict(entry), ensure_ascii=False, sort_keys=True) + "\n")

    def find(self, document: DocumentSpec) -> Held | None:
        """A document's bytes, or None where they are not at hand; the archive comes before the documents directory.

        Raises:
            FtaError: a file lies at the document's place but its hash is not the expected one.
        """
        entry = next((e for e in reversed(self.entries()) if e.document == document.id), None)
        if entry is not None:
            path = self.path_of(entry.sha256)
            if not path.is_file():
                raise FtaError(
                    "document_missing",
                    f"The archive's log names {entry.sha256} for {document.id}, but the file is gone.",
                    where={"document": document.id},
                    remedy=f"Add it again: `ftadata sources add FILE --document {document.id}`.",
                    exit_code=Exit.DOCUMENT,
                )
            if (seen := sha256_of(path)) != entry.sha256:
                raise altered(document, path, seen, expected=entry.sha256)
            return Held(path, entry.sha256, entry.on_purpose)
        return self._find_beside(document)

    def need(self, document: DocumentSpec, purpose: str) -> Held:
        """A document's bytes, for a purpose that cannot do without them, such as `accept`.

        Raises:
            FtaError: `document_missing`, where they are not at hand; otherwise as `find`.
        """
        held = self.find(document)
        if held is None:
            raise FtaError(
                "document_missing",
                f"{document.id} is not at hand, so there is nothing to {purpose}.",
                where={"document": document.id},
                remedy=(
                    f"Add it: `ftadata sources add FILE --document {document.id}`, or name a folder with --documents."
                ),
                exit_code=Exit.DOCUMENT,
            )
        return held

    def _find_beside(self, document: DocumentSpec) -> Held | None:
        if self.documents is None or document.file is None:
            return None
        path = self.documents / document.file
        if not path.is_file():
            return None
        sha256 = sha256_of(path)
        if document.sha256 is not None and sha256 != document.sha256:
            raise altered(document, path, sha256)
        return Held(path, sha256, on_purpose=False)


def altered(document: DocumentSpec, file: Path, seen: str, expected: str | None = None) -> FtaError:
    """The refusal of a file whose hash is not the expected one."""
    wanted = expected or document.sha256
    return FtaError(
        "document_altered",
        f"{file.name} is not the document {document.id}: its SHA-256 is {seen}, expected {wanted}.",
        where={"document": document.id, "file": file.name, "sha256": seen, "expected": wanted},
        remedy=(
            "If it is the wrong file, put the right one in its place. If the publisher has issued a new one, take it "
            f"on purpose: `ftadata sources add FILE --document {document.id} --accept-new-hash --by NAME`."
        ),
        exit_code=Exit.DOCUMENT,
    )
