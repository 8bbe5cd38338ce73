"""Where rows come from, and what was done to them by hand: source rows, accounts, corrections, decisions."""

from __future__ import annotations

from typing import ClassVar

from warehouse.columns import column
from warehouse.tables.base import FtaTable


class SourceRow(FtaTable, table=True):
    """A row as read from a document: its place and its fact cells."""

    __tablename__ = "source_row"
    natural_key: ClassVar[tuple[str, ...]] = ("document_id", "locator")
    key_plain: ClassVar[tuple[str, ...]] = ("source_row_id",)
    source_row_id: str = column(
        "code",
        "Identifier of the row: eight letters for the document and page, then the row's own number.",
        example="k7qa2bcd4",
    )
    document_id: str = column("code", "Document that states it.", references="document.document_id")
    locator: str = column(
        "text", "Place: page and row, sheet and row, zip member and line, or XML path.", example="page 1, row 4"
    )
    page: int | None = column("integer", "Page, where the document has pages.", nullable=True)
    row_no: int = column("integer", "Row on its page or sheet, from 1; the printed header is not counted.")
    bbox: str | None = column(
        "text",
        "Box in points from the page's top left: x0 top x1 bottom.",
        nullable=True,
        unit="points",
        example="57.6 201.3 538.6 212.5",
    )
    role: str = column("code", "What the row is.", enum=("line", "heading", "continuation", "rejected"))
    continues: str | None = column("code", "The row that a continuation continues.", nullable=True)
    cells: str = column("json", "Fact columns as read.")


class RowAccount(FtaTable, table=True):
    """Every row of a page accounted for: read = lines + headings + continuations + rejected."""

    __tablename__ = "row_account"
    natural_key: ClassVar[tuple[str, ...]] = ("document_id", "page")
    document_id: str = column("code", "Document that states it.", references="document.document_id")
    page: int = column("integer", "Page, or the number of the sheet or member.")
    read: int = column("integer", "Rows read.")
    lines: int = column("integer", "Rows used.")
    headings: int = column("integer", "Headings.")
    continuations: int = column("integer", "Continuations joined to the row before.")
    rejected: int = column("integer", "Rows rejected.")


class RejectedRow(FtaTable, table=True):
    """A row that could not be used, and why."""

    __tablename__ = "rejected_row"
    natural_key: ClassVar[tuple[str, ...]] = ("document_id", "locator", "column_name")
    document_id: str = column("code", "Document that states it.", references="document.document_id")
    locator: str = column("text", "Place.")
    page: int | None = column("integer", "Page.", nullable=True)
    row_no: int = column("integer", "Row.")
    column_name: str | None = column("text", "Column at fault.", nullable=True)
    value: str | None = column("text", "Value seen.", nullable=True)
    expected: str = column("text", "What was expected.")
    reason: str = column("text", "Why it was rejected.")
    remedy: str = column("text", "What to do.")


class Correction(FtaTable, table=True):
    """A mended value."""

    __tablename__ = "correction"
    natural_key: ClassVar[tuple[str, ...]] = ("correction_id",)
    correction_id: str = column("code", "Identifier.")
    document_id: str = column("code", "Document that states it.", references="document.document_id")
    locator: str = column("text", "Place.")
    column_name: str = column("text", "Column.")
    expected: str | None = column("text", "Value the correction expects to find.", nullable=True)
    replacement: str | None = column("text", "Value put in its place.", nullable=True)
    reason: str = column("text", "Why.")
    provider: str = column("text", "Who.")
    made_on: str = column("date", "When.")


class Decision(FtaTable, table=True):
    """A question of policy or doubt, and what was decided."""

    __tablename__ = "decision"
    natural_key: ClassVar[tuple[str, ...]] = ("decision_id",)
    decision_id: str = column("code", "Identifier.")
    regime_id: str | None = column("code", "Regime it concerns.", nullable=True)
    subject: str = column("text", "What it is about.")
    question_en: str = column("text", "The question.")
    question_km: str | None = column("text", "The question in Khmer.", nullable=True)
    options: str = column("json", "Possible answers, each with its evidence.")
    chosen: str | None = column("text", "The answer followed.", nullable=True)
    status: str = column(
        "code", "Open: followed until somebody decides; decided: by the Ministry.", enum=("open", "decided")
    )
    decided_by: str | None = column("text", "Who decided.", nullable=True)
    decided_on: str | None = column("date", "When.", nullable=True)
    evidence: str = column("text", "Where the doubt comes from.")
