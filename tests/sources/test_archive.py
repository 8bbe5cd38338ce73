"""The archive: a file is what its hash says."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from sources.archive import Archive, sha256_of
from sources.errors import Exit, FtaError
from sources.specs import DocumentSpec

TODAY = date(2026, 11, 22)


def document(sha256: str | None) -> DocumentSpec:
    return DocumentSpec(
        id="a", kind="psr", title="A", publisher="N", licence="CC0-1.0", file="folder/a.pdf", sha256=sha256
    )


def file(path: Path, content: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def test_the_expected_file_is_taken_in_and_found_again(tmp_path: Path) -> None:
    source = file(tmp_path / "in.pdf", b"one")
    spec = document(sha256_of(source))
    archive = Archive(tmp_path / "archive")
    archive.add(source, spec, by="A. N", on=TODAY)
    source.unlink()
    held = archive.find(spec)
    assert held is not None
    assert held.path.read_bytes() == b"one"
    assert not held.on_purpose


def test_another_hash_is_refused_with_both_hashes_and_the_way_to_accept_it(tmp_path: Path) -> None:
    source = file(tmp_path / "in.pdf", b"two")
    with pytest.raises(FtaError) as caught:
        Archive(tmp_path / "archive").add(source, document("ab" * 32), by="A. N", on=TODAY)
    assert caught.value.exit_code == Exit.DOCUMENT
    assert "ab" * 32 in caught.value.message
    assert sha256_of(source) in caught.value.message
    assert "--accept-new-hash" in caught.value.remedy
    assert not (tmp_path / "archive").exists()


def test_a_new_hash_taken_on_purpose_is_kept_as_such_and_read_from_then_on(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "archive")
    first, second = file(tmp_path / "1.pdf", b"one"), file(tmp_path / "2.pdf", b"two")
    spec = document(sha256_of(first))
    archive.add(first, spec, by="A. N", on=TODAY)
    archive.add(second, spec, by="A. N", on=TODAY, accept_new_hash=True)
    archive.add(second, spec, by="A. N", on=TODAY, accept_new_hash=True)
    held = archive.find(spec)
    assert held is not None
    assert (held.path.read_bytes(), held.on_purpose) == (b"two", True)
    assert [entry.on_purpose for entry in archive.entries()] == [False, True]
    assert archive.path_of(sha256_of(first)).exists()


def test_a_file_in_the_documents_directory_counts_only_with_the_expected_hash(tmp_path: Path) -> None:
    beside = file(tmp_path / "documents" / "folder" / "a.pdf", b"one")
    archive = Archive(tmp_path / "archive", tmp_path / "documents")
    held = archive.find(document(sha256_of(beside)))
    assert held is not None
    assert held.path == beside
    with pytest.raises(FtaError, match="is not the document a"):
        archive.find(document("ab" * 32))


def test_no_file_at_all_is_no_error(tmp_path: Path) -> None:
    assert Archive(tmp_path / "archive", tmp_path).find(document("ab" * 32)) is None


def test_a_file_that_vanished_or_changed_in_the_archive_is_an_error(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "archive")
    source = file(tmp_path / "in.pdf", b"one")
    spec = document(sha256_of(source))
    archive.add(source, spec, by="A. N", on=TODAY)
    archive.path_of(sha256_of(source)).write_bytes(b"tampered")
    with pytest.raises(FtaError) as caught:
        archive.find(spec)
    assert caught.value.code == "document_altered"
    archive.path_of(sha256_of(source)).unlink()
    with pytest.raises(FtaError) as caught:
        archive.find(spec)
    assert caught.value.code == "document_missing"
