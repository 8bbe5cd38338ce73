"""Installs in a release's SQLite what its consumers query: indexes, views and full-text search.

The views are plain SQL in `views.sql`, documented for portal developers in `docs/portal.md`. Everything here is made
from the tables' content alone, so that the same tables give the same database. Filling the tables is not done here.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

from publish import everyday

VIEWS = ("v_agreement", "v_comparison", "v_rate_by_year", "v_mfn", "v_origin", "v_provision", "v_certificate")
HELPERS = ("v_member", "v_pair", "v_carried", "v_year", "v_provision_code")
SEARCH_TABLES = (
    "hs_search",
    "hs_search_km",
    "hs_word",
    "product_search",
    "product_search_km",
)  # full-text tables bring shadow tables of their own

# Each serves a query of the portal or of the command line; a table's key columns are left to the release writer.
INDEXES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("hs2022_mfn_rate", ("hs6", "importer")),
    ("hs_node", ("edition", "code")),
    ("provision", ("regime_id", "code")),
    ("schedule", ("regime_id", "importer")),
    ("schedule", ("schedule_id",)),
    ("regime", ("regime_id",)),
    ("regime_party", ("regime_id", "party_id")),
    ("party", ("party_id",)),
    ("party_group", ("group_id",)),
    ("document", ("document_id",)),
    ("duty", ("duty_id",)),
)


def install(connection: sqlite3.Connection) -> None:
    """Create indexes, views and search tables in a database that holds every table, filled.

    Args:
        connection: a writable connection; it is committed.
    """
    for table, columns in INDEXES:
        _ensure_index(connection, table, columns)
    connection.execute(_years(connection))
    connection.executescript(Path(__file__).with_name("views.sql").read_text(encoding="utf-8"))
    _install_search(connection)
    everyday.install(connection)
    connection.execute("ANALYZE")
    connection.commit()


def _ensure_index(connection: sqlite3.Connection, table: str, columns: tuple[str, ...]) -> None:
    """Create an index, unless one that begins with the same columns is there already."""
    for _, name, *_ in connection.execute(f"PRAGMA index_list({table})").fetchall():
        indexed = tuple(row[2] for row in connection.execute(f"PRAGMA index_info('{name}')"))
        if indexed[: len(columns)] == columns:
            return
    connection.execute(f"CREATE INDEX ix_{table}__{'__'.join(columns)} ON {table} ({', '.join(columns)})")


def _years(connection: sqlite3.Connection) -> str:
    """The view of calendar years that the held rates span, with one year after the last change."""
    first, last = connection.execute(
        "SELECT min(substr(valid_from, 1, 4)),"
        " max(max(substr(valid_from, 1, 4)), max(substr(ifnull(valid_to, ''), 1, 4)))"
        " FROM hs2022_preference_rate"
    ).fetchone()
    if first is None:
        first = last = "2022"
    return (
        f"CREATE VIEW v_year AS WITH RECURSIVE y (year) AS (SELECT {int(first)} UNION ALL "
        f"SELECT year + 1 FROM y WHERE year <= {int(last)}) "
        "SELECT year, year || '-01-01' AS first_day, (year + 1) || '-01-01' AS next_first_day FROM y"
    )


def _install_search(connection: sqlite3.Connection) -> None:
    """Fill the full-text tables over HS 2022 subheadings.

    `hs_search` indexes the code and the English words of the whole path: the subheading's, the heading's, the
    chapter's. Words are stemmed and can be asked for by prefix. `hs_search_km` indexes the Khmer path by trigrams,
    because Khmer is written without spaces. Neither keeps the text, which is in `hs_node`: the rowid is the code as a
    number. `hs_word` holds the English words themselves, and those of `product_word`, to find the one that a misspelt
    word was meant to be.
    """
    connection.executescript("""
        CREATE VIRTUAL TABLE hs_search USING fts5(
            code, name, heading, chapter, content = '', tokenize = 'porter unicode61 remove_diacritics 2',
            prefix = '4');
        CREATE VIRTUAL TABLE hs_search_km USING fts5(path, content = '', tokenize = 'trigram');
        CREATE TABLE hs_word (word TEXT PRIMARY KEY, letters INTEGER NOT NULL) STRICT, WITHOUT ROWID;
        INSERT INTO hs_search (rowid, code, name, heading, chapter)
            SELECT CAST(n.code AS INTEGER), n.code, n.description_en, h.description_en, c.description_en
            FROM hs_node AS n
            LEFT JOIN hs_node AS h ON h.edition = n.edition AND h.code = substr(n.code, 1, 4)
            LEFT JOIN hs_node AS c ON c.edition = n.edition AND c.code = substr(n.code, 1, 2)
            WHERE n.edition = 'HS 2022' AND n.level = 6 ORDER BY n.code;
        INSERT INTO hs_search_km (rowid, path)
            SELECT CAST(code AS INTEGER), path_km FROM hs_node
            WHERE edition = 'HS 2022' AND level = 6 AND path_km IS NOT NULL ORDER BY code;
        CREATE VIRTUAL TABLE temp.hs_plain USING fts5(path, tokenize = 'unicode61 remove_diacritics 2');
        INSERT INTO temp.hs_plain (path)
            SELECT path_en FROM hs_node WHERE edition = 'HS 2022' AND path_en IS NOT NULL ORDER BY code;
        INSERT INTO temp.hs_plain (path) SELECT DISTINCT term_en FROM product_word ORDER BY term_en;
        CREATE VIRTUAL TABLE temp.hs_vocabulary USING fts5vocab(temp, hs_plain, row);
        INSERT INTO hs_word
            SELECT term, length(term) FROM temp.hs_vocabulary
            WHERE length(term) >= 4 AND term NOT GLOB '*[0-9]*' ORDER BY term;
        DROP TABLE temp.hs_vocabulary;
        DROP TABLE temp.hs_plain;
        INSERT INTO hs_search (hs_search) VALUES ('optimize');
        INSERT INTO hs_search_km (hs_search_km) VALUES ('optimize');
    """)
