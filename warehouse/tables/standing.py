"""How the data stands: what was judged, what is held, and what changed since the release before."""

from __future__ import annotations

from typing import ClassVar

from warehouse.columns import column
from warehouse.tables.base import COVERED, FtaTable


class ValidationResult(FtaTable, table=True):
    """The judgement of one rule on one subject."""

    __tablename__ = "validation_result"
    natural_key: ClassVar[tuple[str, ...]] = ("rule", "table_name", "subject")
    rule: str = column("code", "Rule of the catalogue.", example="C11")
    severity: str = column("code", "Error, warning or information.", enum=("E", "W", "I"))
    table_name: str = column("code", "Table judged.")
    subject: str = column("code", "Schedule, document or `all`.")
    status: str = column("code", "Outcome.", enum=("pass", "fail", "not_applicable"))
    checked: int = column("integer", "Rows looked at.")
    failed: int = column("integer", "Rows at fault.")
    sample: str = column("json", "Up to ten row keys at fault.")
    message: str = column("text", "What was found, and what to do.")


class Coverage(FtaTable, table=True):
    """What is held and what is not."""

    __tablename__ = "coverage"
    natural_key: ClassVar[tuple[str, ...]] = ("regime_id", "importer", "subject")
    regime_id: str = column("code", "Regime.", references="regime.regime_id")
    importer: str = column("code", "Importer, or `*` where it does not depend on one.")
    subject: str = column("code", "Subject.", enum=COVERED)
    state: str = column("code", "Holding.", enum=("held", "partial", "superseded", "not_held"))
    as_of: str | None = column("date", "Date of what is held.", nullable=True)
    note: str | None = column("text", "What is missing and where it is published.", nullable=True)


class Change(FtaTable, table=True):
    """A difference from the previous release."""

    __tablename__ = "change"
    natural_key: ClassVar[tuple[str, ...]] = ("release", "table_name", "changed_row_key", "op", "column_name")
    release: str = column("code", "Release that made the change.", example="1.0.0")
    table_name: str = column("code", "Table.")
    changed_row_key: str = column("code", "Row.")
    op: str = column("code", "What happened.", enum=("added", "removed", "changed"))
    column_name: str | None = column("code", "Column, for a changed row.", nullable=True)
    old: str | None = column("text", "Old value.", nullable=True)
    new: str | None = column("text", "New value.", nullable=True)
    reason: str = column(
        "code", "Where the change comes from.", enum=("law", "source_added", "correction", "transposition", "pipeline")
    )
