"""Where an installation keeps its things: everything lives under `FTADATA_HOME` (default `./data`)."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sources.archive import Archive
from sources.errors import Exit, FtaError
from warehouse.state import States

if TYPE_CHECKING:
    from warehouse.store import Store


@dataclass(frozen=True)
class Home:
    """The folders of an installation.

    Attributes:
        root: `FTADATA_HOME`.
        documents: a documents directory (`--documents`, `FTADATA_DOCUMENTS`), or None.
    """

    root: Path
    documents: Path | None = None

    @classmethod
    def from_environment(cls, documents: Path | None = None) -> Home:
        """The home that the environment names.

        Raises:
            FtaError: the documents directory named does not exist.
        """
        named = documents or (Path(os.environ["FTADATA_DOCUMENTS"]) if os.environ.get("FTADATA_DOCUMENTS") else None)
        if named is not None and not named.is_dir():
            raise FtaError(
                "no_documents_directory",
                f"The documents directory {named} does not exist.",
                remedy="Name an existing folder with --documents or FTADATA_DOCUMENTS, or name none.",
                exit_code=Exit.WRONG_USE,
            )
        root = Path(os.environ.get("FTADATA_HOME") or "data").resolve()
        return cls(root, named.resolve() if named else None)

    @property
    def archive(self) -> Archive:
        """The document archive, with the documents directory beside it."""
        return Archive(self.root / "archive", self.documents)

    @property
    def states(self) -> States:
        """What is known of the units of the warehouse, without its tables."""
        return States(self.root / "warehouse")

    @property
    def store(self) -> Store:
        """The warehouse; imports the table library."""
        from warehouse.store import Store

        return Store(self.root / "warehouse")

    @property
    def extractions(self) -> Path:
        """Accepted extractions of this installation, which come before those of the repository."""
        return self.root / "extractions"

    @property
    def candidates(self) -> Path:
        """Candidate extractions that wait for somebody to accept them."""
        return self.root / "candidates"

    @property
    def sources(self) -> Path:
        """Folder of sources that a data team adds beside the repository's."""
        return self.root / "sources"

    @property
    def public(self) -> Path:
        """The web root with the releases and the site."""
        return self.root / "public"

    @property
    def shown(self) -> Path:
        """Which release the web root shows, and by which code its pages were made."""
        return self.root / "shown.json"

    @property
    def judgement(self) -> Path:
        """The last judgement."""
        return self.root / "warehouse" / "judgement.json"

    @property
    def columns(self) -> Path:
        """What the suites for columns gave when tables were judged last."""
        return self.root / "warehouse" / "columns.json"

    @property
    def assembled(self) -> Path:
        """The tables that were judged last, put together."""
        return self.root / "warehouse" / "assembled"

    @property
    def runs(self) -> Path:
        """Records of past runs."""
        return self.root / "runs"

    @property
    def dagster(self) -> Path:
        """Dagster's own folder (`DAGSTER_HOME`)."""
        return self.root / "dagster"

    @property
    def lock(self) -> Path:
        """Lock that a run holds."""
        return self.root / "run.lock"
