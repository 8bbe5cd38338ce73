"""What a table holds, apart from how it is stored: its canonical order, its canonical text, and the hash of that text.

The canonical text of a table is its CSV: rows in the order of the natural key, a header line, LF line ends, UTF-8,
a null as nothing, an empty text as `""`, decimals without trailing zeros. The content hash is the SHA-256 of exactly
that text, so anybody can repeat it with `zcat csv/<table>.csv.gz | sha256sum`, whatever wrote the file.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, TypeAlias

import pyarrow as pa
import pyarrow.compute

from warehouse.tables import TABLES, arrow_schema

pc: Any = pyarrow.compute  # its stubs know chunked arrays only in part
Column: TypeAlias = "pa.ChunkedArray[Any]"

ROWS_PER_CHUNK = 50_000
NOT_JUDGED = ("change", "validation_result")
"""Tables that come after the judgement, or from it, and so cannot be part of what it is bound to."""


def canonical_order(table: pa.Table, natural_key: Sequence[str]) -> pa.Table:
    """The rows sorted by natural key, bytewise, nulls last; `row_key` settles what is left."""
    names = [name for name in dict.fromkeys([*natural_key, "row_key"]) if name in table.column_names]
    whole = table.combine_chunks()
    if _in_order(whole, names):
        return whole
    return whole.sort_by([(name, "ascending") for name in names]).combine_chunks()


def _in_order(table: pa.Table, names: Sequence[str]) -> bool:
    """Whether the rows stand in the order of some columns, nulls last: looking costs much less than sorting."""
    alike = pa.repeat(pa.scalar(True), max(table.num_rows - 1, 0))
    for name in names:
        if not pc.any(alike).as_py():
            return True
        column = table.column(name)
        here, after = column.slice(0, table.num_rows - 1), column.slice(1)
        last = pc.and_(pc.is_null(here), pc.is_valid(after))
        if pc.any(pc.and_(alike, pc.or_(last, pc.fill_null(pc.greater(here, after), False)))).as_py():
            return False
        both_null = pc.and_(pc.is_null(here), pc.is_null(after))
        alike = pc.and_(alike, pc.or_(both_null, pc.fill_null(pc.equal(here, after), False)))
    return True


def canonical_text(values: Column) -> Column:
    """A column as text: integers and decimals plainly (`7`, `0.5`), reals to six decimals, text as it is, nulls kept.

    Raises:
        ValueError: a real is not finite.
    """
    if pa.types.is_string(values.type):
        return values
    if pa.types.is_decimal(values.type):
        return _without_trailing_zeros(values.cast(pa.string()))
    if pa.types.is_floating(values.type):
        return pa.chunked_array([pa.array([_real_text(value) for value in values.to_pylist()], pa.string())])
    return values.cast(pa.string())


def _without_trailing_zeros(text: Column) -> Column:
    trimmed = pc.utf8_rtrim(pc.utf8_rtrim(text, "0"), ".")
    plain: Column = pc.if_else(pc.match_substring(text, "."), trimmed, text)
    return plain


def _real_text(value: float | None) -> str | None:
    if value is None:
        return None
    if not math.isfinite(value):
        raise ValueError(f"{value} is not a number that can be published")
    text = f"{round(value, 6):.6f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def typed(text: Column, kind: pa.DataType) -> Column:
    """The inverse of `canonical_text`: a column of text as the type it was written from."""
    if pa.types.is_decimal(kind):
        exact = [None if value is None else Decimal(value) for value in text.to_pylist()]
        return pa.chunked_array([pa.array(exact, kind)])
    return text.cast(kind)


def csv_chunks(table: pa.Table) -> Iterator[bytes]:
    """The canonical CSV of a table that stands in canonical order, header first, in pieces of whole rows."""
    yield (",".join(table.column_names) + "\n").encode()
    for start in range(0, table.num_rows, ROWS_PER_CHUNK):
        part = table.slice(start, ROWS_PER_CHUNK)
        cells = [_csv_cells(part.column(name)) for name in table.column_names]
        lines: Any = pc.binary_join_element_wise(*cells, ",") if len(cells) > 1 else cells[0]
        yield _joined(lines, "\n") + b"\n"


def _csv_cells(values: Column) -> Column:
    text = canonical_text(values)
    cells: Column = pc.fill_null(text, "")
    if not pa.types.is_string(values.type) or _is_plain(text):
        return cells
    quoted = pc.binary_join_element_wise("", pc.replace_substring(text, '"', '""'), "", '"')
    needs = pc.or_(pc.equal(text, ""), pc.match_substring_regex(text, '[",\r\n]|^ | $'))
    cells = pc.fill_null(pc.if_else(needs, quoted, text), "")
    return cells


def _is_plain(text: Column) -> bool:
    """Whether no cell needs quotes; looks at the bytes of all cells at once, because that is true of most columns."""
    for chunk in text.chunks:
        shortest = pc.min(pc.binary_length(chunk)).as_py()
        if shortest == 0:
            return False
        characters = _joined(chunk.drop_null(), "")
        if any(mark in characters for mark in (b",", b'"', b"\n", b"\r", b" ")):
            return False
    return True


def _joined(texts: Any, between: str) -> bytes:
    """Texts of a column as one, without a Python object for each of them."""
    whole = pa.concat_arrays(texts.chunks) if isinstance(texts, pa.ChunkedArray) else texts
    joined = pc.binary_join(pa.ListArray.from_arrays(pa.array([0, len(whole)], pa.int32()), whole), between)
    return bytes(joined[0].as_buffer())


def content_hash(table: pa.Table, natural_key: Sequence[str]) -> str:
    """SHA-256 of the canonical CSV of any table with the given natural key."""
    digest = hashlib.sha256()
    for chunk in csv_chunks(canonical_order(table, natural_key)):
        digest.update(chunk)
    return digest.hexdigest()


def table_content_hash(name: str, table: pa.Table) -> str:
    """SHA-256 of the canonical CSV of a table of the vocabulary.

    Raises:
        pyarrow.ArrowInvalid: the table has not the published schema.
    """
    schema = arrow_schema(name)
    if not table.schema.equals(schema):
        table = table.select(schema.names).cast(schema)
    return content_hash(table, TABLES[name].natural_key)


def tables_content_hash(tables: Mapping[str, Any]) -> str:
    """One hash for everything that is judged: all tables but those of `NOT_JUDGED`, absent as empty."""
    hashes = {}
    for name in TABLES:
        if name not in NOT_JUDGED:
            table = tables.get(name)
            hashes[name] = table_content_hash(name, arrow_schema(name).empty_table() if table is None else table)
    return joined_hash(hashes)


def joined_hash(hashes: Mapping[str, str]) -> str:
    """The hash of what is judged, from the content hash of each table."""
    lines = (f"{name} {hashes[name]}\n" for name in sorted(hashes) if name not in NOT_JUDGED)
    return hashlib.sha256("".join(lines).encode()).hexdigest()
