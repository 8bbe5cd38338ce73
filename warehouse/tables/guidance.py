"""What is written for people, in English and Khmer, and the facts it states."""

from __future__ import annotations

from typing import ClassVar

from sqlmodel import SQLModel

from warehouse.columns import column
from warehouse.tables.base import FtaTable, evidence


class Prose(SQLModel):
    """What every table of prose has: who stands for the words, of which day they are, and what rows they rest on."""

    as_of: str | None = column("date", "Date of the facts that no row of the dataset dates.", nullable=True)
    status: str = column(
        "code", "Draft until somebody other than its writer has read both languages.", enum=("draft", "reviewed")
    )
    reviewer: str | None = column("text", "Who has read both languages.", nullable=True)
    note_km: str | None = column(
        "text", "What the Khmer is until it is reviewed: a translation by the project, unofficial.", nullable=True
    )
    rests_on: str = column(
        "json", "The rows whose facts the words state, each as `table:row_key`.", example='["regime:k3xv2mznd6yqh4ra"]'
    )
    source: str = column("text", "What the words rest on.")


class GlossaryTerm(Prose, FtaTable, table=True):
    """A term explained, in Markdown; a link `term:x` leads to the term x."""

    __tablename__ = "glossary_term"
    natural_key: ClassVar[tuple[str, ...]] = ("term_id",)
    term_id: str = column("code", "Identifier.")
    term_en: str = column("text", "English term.")
    term_km: str | None = column("text", "Khmer term.", nullable=True)
    definition_en: str = column("text", "English definition.")
    definition_km: str | None = column("text", "Khmer definition.", nullable=True)
    related: str = column("json", "Terms that a reader may want next.", example='["rules-of-origin"]')


class Faq(Prose, FtaTable, table=True):
    """A question and its answer, in Markdown."""

    __tablename__ = "faq"
    natural_key: ClassVar[tuple[str, ...]] = ("faq_id",)
    faq_id: str = column("code", "Identifier.")
    topic: str | None = column("code", "Heading under which it is listed.", nullable=True)
    question_en: str = column("text", "Question.")
    question_km: str | None = column("text", "Question in Khmer.", nullable=True)
    answer_en: str = column("text", "Answer.")
    answer_km: str | None = column("text", "Answer in Khmer.", nullable=True)
    related: str = column("json", "Questions that a reader may want next.", example="[]")


class GuideStep(Prose, FtaTable, table=True):
    """A step of a guide, in Markdown."""

    __tablename__ = "guide_step"
    natural_key: ClassVar[tuple[str, ...]] = ("guide_id", "step_no")
    guide_id: str = column("code", "Guide; the text block of the same identifier introduces it.")
    step_no: int = column("integer", "Step.")
    title_en: str = column("text", "Title.")
    title_km: str | None = column("text", "Title in Khmer.", nullable=True)
    text_en: str = column("text", "Text.")
    text_km: str | None = column("text", "Text in Khmer.", nullable=True)


class TextBlock(Prose, FtaTable, table=True):
    """A piece of prose shown by the portal, in Markdown."""

    __tablename__ = "text_block"
    natural_key: ClassVar[tuple[str, ...]] = ("block_id",)
    block_id: str = column("code", "Identifier.")
    subject: str = column("code", "What it is about.")
    regime_id: str | None = column(
        "code", "The one regime that it is about.", nullable=True, references="regime.regime_id"
    )
    title_en: str = column("text", "Title.")
    title_km: str | None = column("text", "Title in Khmer.", nullable=True)
    text_en: str = column("text", "Text.")
    text_km: str | None = column("text", "Text in Khmer.", nullable=True)


class Picture(Prose, FtaTable, table=True):
    """A picture that prose shows as `picture:x`, drawn by the project as SVG with words in either language."""

    __tablename__ = "picture"
    natural_key: ClassVar[tuple[str, ...]] = ("picture_id",)
    picture_id: str = column("code", "Identifier.")
    title_en: str = column("text", "What it shows.")
    title_km: str | None = column("text", "What it shows, in Khmer.", nullable=True)
    svg_en: str = column("text", "The picture with English words.")
    svg_km: str | None = column("text", "The picture with Khmer words.", nullable=True)


class StatedFact(FtaTable, table=True):
    """A number that a guide or law states and no other table holds: a term, a share, a count; dated and marked."""

    __tablename__ = "stated_fact"
    natural_key: ClassVar[tuple[str, ...]] = ("fact_id",)
    fact_id: str = column("code", "Identifier.", example="customs-reassessment")
    subject_en: str = column("text", "What the number is of.")
    subject_km: str = column("text", "The same in Khmer.")
    value_num: float = column("real", "The number.")
    unit: str | None = column("code", "Unit of the number.", nullable=True, example="year")
    as_of: str = column("date", "Date of the source.")
    evidence: str = evidence()
    document_id: str = column("code", "Document that states it.", references="document.document_id")
    locator: str = column("text", "Place in the document.")
