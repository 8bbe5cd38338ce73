"""What people read, as static files: a page a table, in the order of its natural key.

Guides, questions, terms, texts with the facts that they state, the law and its penalties, taxes and fees, everyday
words for goods. The rows are those of the tables; how they are laid out is a matter of who shows them.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

from publish import evidence
from publish.static_pages import Page, encode, lean, paged
from warehouse.tables import TABLES

CONTENT = (
    "text_block", "stated_fact", "picture", "guide_step", "glossary_term", "faq", "law_article", "law_penalty",
    "kh_tax", "product_word",
)  # fmt: skip


def prose_pages(connection: sqlite3.Connection) -> Iterator[Page]:
    """The pages `content/{table}`."""
    for table in CONTENT:
        order = ", ".join(TABLES[table].natural_key)
        found = evidence.rows(connection, f"SELECT * FROM {table} ORDER BY {order}")
        yield from paged(f"content/{table}", {"table": table}, "rows", (encode(lean(row)) for row in found))
