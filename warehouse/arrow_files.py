"""Tables as files that several processes look into without copying them: Arrow, not compressed, mapped into memory.

For tables that are on their way from one step to the next; what is kept for good is the matter of `warehouse.store`.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa


def write_files(folder: Path, tables: Mapping[str, pa.Table]) -> None:
    """Write each table to a file of its name in a folder that is there."""
    for name, table in tables.items():
        with pa.OSFile(str(folder / f"{name}.arrow"), "wb") as file, pa.ipc.new_file(file, table.schema) as writer:
            writer.write_table(table.combine_chunks())


def mapped_tables(folder: Path) -> dict[str, pa.Table]:
    """The tables of a folder; they take no memory of the process, and last as long as they are held."""
    return {file.stem: pa.ipc.open_file(pa.memory_map(str(file))).read_all() for file in sorted(folder.glob("*.arrow"))}
