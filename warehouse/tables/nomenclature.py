"""The Harmonized System: its editions, what leads from one to the next, and words people use for goods."""

from __future__ import annotations

from typing import ClassVar

from warehouse.columns import column
from warehouse.tables.base import EDITIONS, RELATIONS, FtaTable


class HsNode(FtaTable, table=True):
    """A section, chapter, heading or subheading of one HS edition."""

    __tablename__ = "hs_node"
    natural_key: ClassVar[tuple[str, ...]] = ("edition", "code")
    key_hashed: ClassVar[tuple[str, ...]] = ("edition",)
    key_plain: ClassVar[tuple[str, ...]] = ("code",)
    edition: str = column("code", "HS edition.", enum=EDITIONS)
    code: str = column("code", "Section number in Roman digits, or 2, 4 or 6 digits.", example="610910")
    level: int = column("integer", "0 section, 2 chapter, 4 heading, 6 subheading.")
    parent_code: str | None = column("code", "Code of the parent in the same edition.", nullable=True)
    section: str | None = column("code", "Section in Roman digits.", nullable=True, example="XI")
    description_en: str | None = column(
        "text", "English description; HS 2022 only, where a free text is packaged.", nullable=True
    )
    description_km: str | None = column("text", "Khmer description; unofficial.", nullable=True)
    path_en: str | None = column("text", "Descriptions from chapter to code, joined by ` > `.", nullable=True)
    path_km: str | None = column(
        "text", "The same in Khmer; null unless each part has Khmer, so that no path mixes languages.", nullable=True
    )


class ProductWord(FtaTable, table=True):
    """An everyday word for goods in both languages, and a heading or subheading of HS 2022 where such goods stand."""

    __tablename__ = "product_word"
    natural_key: ClassVar[tuple[str, ...]] = ("term_en", "term_km", "code")
    term_en: str = column("text", "The word in English.", example="t-shirt")
    term_km: str = column("text", "The same in Khmer.", example="អាវយឺត")
    code: str = column("code", "Heading or subheading of HS 2022; four or six digits.", example="610910")
    row_no: int = column("integer", "Place among the codes of the word, 1 for the most usual.")
    status: str = column(
        "code", "Unofficial: the project's own; reviewed: by the Ministry.", enum=("unofficial", "reviewed")
    )


class HsCorrelation(FtaTable, table=True):
    """A pair of subheadings of two HS editions that share goods."""

    __tablename__ = "hs_correlation"
    natural_key: ClassVar[tuple[str, ...]] = ("edition_from", "code_from", "edition_to", "code_to")
    key_hashed: ClassVar[tuple[str, ...]] = ("edition_from", "edition_to")
    key_plain: ClassVar[tuple[str, ...]] = ("code_from", "code_to")
    edition_from: str = column("code", "Older edition.")
    code_from: str = column("code", "Subheading of the older edition.")
    edition_to: str = column("code", "Newer edition.")
    code_to: str = column("code", "Subheading of the newer edition.")
    relation: str = column("code", "Relation of older to newer: 1:1, 1:n, n:1 or n:n.", enum=RELATIONS)
    material: int = column(
        "flag", "1 if the pair carries trade that decides a rate; 0 where the tie is statistical only (see `source`)."
    )
    source: str = column("text", "Document and, for a pair that is not material, the reviewed reason.")
    source_row_id: str | None = column(
        "code", "Row of the correlation sheet.", nullable=True, references="source_row.source_row_id"
    )
