"""Documents with an official address are asked for again, and taken into the archive if they are what is expected.

A file of another hash is kept beside the archive and refused: a person looks at it, and takes it on purpose or not.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path, PurePosixPath
from typing import Any, Literal
from urllib.parse import unquote, urlsplit

from pipelines.home import Home
from sources.archive import Held, altered, sha256_of
from sources.door import LIMITS
from sources.download import DEADLINE, PATIENCE, Validators, fetch
from sources.errors import Exit, FtaError
from sources.registry import load_registry
from sources.specs import DocumentSpec

State = Literal["unchanged", "taken", "refused"]


@dataclass(frozen=True)
class FetchedDocument:
    """What came of one document.

    Attributes:
        state: `unchanged` (the server says so, or the bytes are those at hand), `taken` (now in the archive),
            `refused` (with `error`, in the shape `--json` prints).
        sha256: of the bytes that came or are at hand.
        file: where refused bytes lie for a person to look at.
    """

    document: str
    url: str
    state: State
    sha256: str | None = None
    file: str | None = None
    error: dict[str, Any] | None = None


def fetch_documents(
    home: Home,
    ids: Sequence[str],
    say: Callable[[str], None],
    *,
    by: str,
    patience: float = PATIENCE,
    deadline: float = DEADLINE,
) -> list[FetchedDocument]:
    """Ask for documents at their addresses; one that fails does not keep the others from being asked for.

    Args:
        home: the installation.
        ids: the documents; empty: every one that has an address.
        say: told what is being done.
        by: who takes them in; stands in the archive's log.
        patience: seconds without a byte.
        deadline: seconds for one document.

    Raises:
        FtaError: a document is unknown, or one that was named has no address.
    """
    registry = load_registry(overlay=home.sources)
    documents = [registry.document(each) for each in ids] or [d for d in registry.documents.values() if d.url]
    for document in documents:
        if document.url is None:
            raise FtaError(
                "no_address",
                f"{document.id} has no `url`.",
                where={"document": document.id},
                remedy=f"Give it one, or add a file: `ftadata sources add FILE --document {document.id}`.",
                exit_code=Exit.WRONG_USE,
            )
    found = []
    for document in documents:
        say(f"asking for {document.id}")
        found.append(_fetch(home, document, str(document.url), by, patience, deadline))
    return found


def _fetch(home: Home, document: DocumentSpec, url: str, by: str, patience: float, deadline: float) -> FetchedDocument:
    folder = home.root / "downloads" / document.id
    file = folder / (_name(url) or _name(document.file or "") or "document")
    try:
        held = home.archive.find(document)
        came = fetch(url, file, _known(folder, url, held), most=LIMITS.size, patience=patience, deadline=deadline)
        if came is None:
            return FetchedDocument(document.id, url, "unchanged", held.sha256 if held else None)
        sha256 = sha256_of(file)
        _check(document, file, sha256, held)
        state: State = "unchanged"
        if held is None or held.sha256 != sha256:
            home.archive.add(file, document, by=by, on=date.today())
            state = "taken"
        file.unlink()
        _keep(folder, url, sha256, came.validators)
        return FetchedDocument(document.id, url, state, sha256)
    except FtaError as error:
        said = {**error.as_json()["error"], "where": {"document": document.id, **error.where}}
        kept = file if file.is_file() else None
        return FetchedDocument(
            document.id, url, "refused", sha256_of(kept) if kept else None, str(kept) if kept else None, said
        )


def _check(document: DocumentSpec, file: Path, sha256: str, held: Held | None) -> None:
    """Refuse bytes that are neither those at hand nor the expected ones: first what is no document at all.

    Raises:
        FtaError: what the door says, or `document_altered` with both hashes.
    """
    if held is not None and held.sha256 == sha256:
        return
    from sources.worker import inspect_in_worker

    inspect_in_worker(file)
    expected = held.sha256 if held else document.sha256
    if expected in (None, sha256):
        return
    error = altered(document, file, sha256, expected=expected)
    error.remedy = (
        f"Look at it: `ftadata sources inspect {file} --document {document.id}`. If the publisher has issued a new "
        f"one, take it on purpose: `ftadata sources add {file} --document {document.id} --accept-new-hash --by NAME`."
    )
    raise error


def _name(address: str) -> str:
    """The last part of an address or path as a plain file name."""
    name = PurePosixPath(unquote(urlsplit(address).path)).name
    return "".join(sign if sign.isalnum() or sign in "-_." else "_" for sign in name).lstrip(".")[-120:]


def _known(folder: Path, url: str, held: Held | None) -> Validators | None:
    """What the server said of the bytes at hand, if it was this address that gave them."""
    file = folder / "validators.json"
    if held is None or not file.is_file():
        return None
    said = json.loads(file.read_text(encoding="utf-8"))
    if (said["url"], said["sha256"]) != (url, held.sha256):
        return None
    return Validators(**said["validators"])


def _keep(folder: Path, url: str, sha256: str, validators: Validators) -> None:
    said = {"url": url, "sha256": sha256, "validators": asdict(validators)}
    (folder / "validators.json").write_text(json.dumps(said, indent=1) + "\n", encoding="utf-8")


def render(found: Sequence[FetchedDocument]) -> str:
    """The answer as text: a line a document, and what to do about those that were refused."""
    lines = []
    for each in found:
        lines.append(f"{each.document}: {each.state}" + (f" (SHA-256 {each.sha256})" if each.sha256 else ""))
        if each.error:
            lines += [f"  {each.error['message']}", f"  {each.error['remedy']}"]
    return "\n".join(lines) or "No document has a `url`."


def exit_code(found: Sequence[FetchedDocument]) -> Exit:
    """4 where a document was refused or could not be had."""
    return Exit.DOCUMENT if any(each.state == "refused" for each in found) else Exit.DONE
