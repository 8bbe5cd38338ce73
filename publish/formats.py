"""Parquet and CSV files of a release: written so that the same rows give the same bytes, and read back exactly.

Rows come in canonical order (`warehouse.content`), which is that of both files. What stands in them beside the rows
(compression, row groups, gzip headers) is settled here; which tables there are is not.
"""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from publish.shape import Shape
from warehouse.content import canonical_text, csv_chunks, typed

pc: Any = pyarrow.compute  # its stubs know chunked arrays only in part

GZIP_LEVEL = 4
"""Higher levels take twice as long or more for a twentieth."""
ROWS_PER_GROUP = 16_384
"""Small enough that the statistics of a group spare a reader most of the file."""
OFTEN = 8
"""Values that stand in a column so many times on average are written once, in a dictionary."""


def write_parquet(path: Path, table: pa.Table) -> None:
    """One Parquet file: zstd, statistics and a page index, in groups of `ROWS_PER_GROUP` rows.

    Columns whose values repeat have a dictionary. Texts that do not are written by what differs from the row before:
    codes, identifiers and places stand in order, and take an eighth of the bytes.
    """
    repeated = [
        name
        for name in table.column_names
        if name != "row_key" and pc.count_distinct(table.column(name)).as_py() * OFTEN <= table.num_rows
    ]
    texts = [field.name for field in table.schema if pa.types.is_string(field.type) and field.name not in repeated]
    with path.open("wb") as file:
        pq.write_table(
            table,
            file,
            compression="zstd",
            compression_level=6,
            row_group_size=ROWS_PER_GROUP,
            use_dictionary=repeated,  # type: ignore[arg-type]  # a list is allowed, the stubs say bool
            column_encoding=dict.fromkeys(texts, "DELTA_BYTE_ARRAY"),
            write_statistics=[name for name in table.column_names if name != "row_key"],
            write_page_index=True,
            store_schema=False,
        )


def read_parquet(path: Path) -> pa.Table:
    """The rows of a Parquet file, as they stand."""
    with path.open("rb") as file:
        return pq.ParquetFile(file).read()


def write_csv(path: Path, table: pa.Table) -> None:
    """The canonical CSV of a table, gzipped without a time or a name."""
    with path.open("wb") as raw, gzip.GzipFile("", "wb", GZIP_LEVEL, raw, mtime=0) as file:
        for chunk in csv_chunks(table):
            file.write(chunk)


def read_csv(path: Path, shape: Shape) -> pa.Table:
    """The rows of a canonical CSV, in the types of its shape.

    Raises:
        pyarrow.ArrowInvalid: a value does not fit its column.
    """
    with gzip.open(path, "rb") as file:
        text = pacsv.read_csv(
            file,  # type: ignore[arg-type]  # any readable object will do
            parse_options=pacsv.ParseOptions(newlines_in_values=True),
            convert_options=pacsv.ConvertOptions(
                column_types={name: pa.string() for name in shape.schema.names},
                null_values=[""],
                strings_can_be_null=True,
                quoted_strings_can_be_null=False,
            ),
        )
    return from_text(text, shape)


def to_text(table: pa.Table) -> pa.Table:
    """Every column as canonical text."""
    columns = [canonical_text(table.column(name)) for name in table.column_names]
    return pa.Table.from_arrays(columns, names=table.column_names)


def from_text(text: pa.Table, shape: Shape) -> pa.Table:
    """The inverse of `to_text`; columns that are not in the shape are left out.

    Raises:
        KeyError: a column of the shape is missing.
        pyarrow.ArrowInvalid: a value does not fit its column.
    """
    columns = [typed(text.column(field.name), field.type) for field in shape.schema]
    return pa.Table.from_arrays(columns, schema=shape.schema)
