"""Between Arrow columns and numpy: rates as whole millionths of a point, dates and codes as numbers, stable keys.

For transforms that carry hundreds of thousands of rows; what the numbers mean does not belong here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from warehouse.keys import LETTERS, SHORT, dates_of
from warehouse.tables import TABLES

Column: TypeAlias = Any  # an Arrow array, chunked or not; its stubs know too few of its calls
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

MILLION = 1_000_000  # a rate column has six decimals
RATE = pa.decimal128(12, 6)
_BASE32 = np.frombuffer(b"abcdefghijklmnopqrstuvwxyz234567", dtype=np.uint8)


def row_keys(table: str, columns: Mapping[str, Column]) -> Column:
    """The `row_key` of every row, as `warehouse.keys.row_key` makes it, from the columns of the natural key."""
    kind = TABLES[table]
    if not kind.key_plain:
        return _hashes(table, [columns[name] for name in kind.natural_key], LETTERS)
    plain = [whole(columns[name].cast(pa.string())) for name in kind.key_plain]
    dates = [name in dates_of(table) for name in kind.key_plain]
    plain = [pc.replace_substring(c, "-", "") if date else c for c, date in zip(plain, dates, strict=True)]
    prefix = [_hashes(table, [columns[name] for name in kind.key_hashed], SHORT)] if kind.key_hashed else []
    return pc.binary_join_element_wise(*prefix, *plain, "-", null_handling="skip")


def _hashes(table: str, columns: Sequence[Column], letters: int) -> Column:
    """The first letters of the `stable_key` of every row; each combination of values is hashed once."""
    texts = [pc.fill_null(whole(column.cast(pa.string())), "") for column in columns]
    joined = pc.dictionary_encode(pc.binary_join_element_wise(table, *texts, "\x1f"))
    digests = b"".join(sha256(text.encode()).digest()[:8] for text in joined.dictionary.to_pylist())
    number = np.frombuffer(digests, dtype=">u8").astype(np.uint64)
    shifts = np.arange(59, 59 - 5 * letters, -5, dtype=np.int64).astype(np.uint64)
    written = _BASE32[((number[:, None] >> shifts) & np.uint64(31)).astype(np.intp)]
    offsets = np.arange(0, written.size + 1, letters, dtype=np.int32)
    distinct = pa.StringArray.from_buffers(
        len(offsets) - 1, pa.py_buffer(offsets.tobytes()), pa.py_buffer(written.tobytes())
    )
    return distinct.take(joined.indices)


def whole(column: Column) -> Column:
    """A column as one array."""
    if not isinstance(column, pa.ChunkedArray):
        return column
    return pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], column.type)


def millionths(column: Column) -> tuple[Ints, Bools]:
    """A rate column as millionths of a percentage point, and where it holds a rate."""
    array = whole(column.cast(RATE))
    given = array.is_valid().to_numpy(zero_copy_only=False)
    words = np.frombuffer(array.buffers()[1], dtype=np.int64) if len(array) else np.zeros(0, dtype=np.int64)
    values = words[2 * array.offset : 2 * (array.offset + len(array)) : 2]  # the low half of each 16 bytes
    return np.where(given, values, 0), given


def rates(values: Ints, given: Bools) -> Column:
    """A rate column from millionths; null where not `given`."""
    words = np.empty((len(values), 2), dtype=np.int64)
    words[:, 0], words[:, 1] = values, values >> 63
    full = pa.Array.from_buffers(RATE, len(values), [None, pa.py_buffer(words.tobytes())])
    return pc.if_else(pa.array(given), full, pa.scalar(None, RATE))


def numbered(*columns: Column) -> tuple[Column, list[Ints]]:
    """The distinct values of text columns, sorted, and each column as places among them; -1 where null."""
    distinct = pc.unique(pa.concat_arrays([whole(column.cast(pa.string())) for column in columns])).drop_null()
    values = distinct.take(pc.sort_indices(distinct))
    return values, [places(column, values) for column in columns]


def places(column: Column, values: Column) -> Ints:
    """Where each text of a column stands among `values`; -1 where it does not, or is null."""
    found: Column = pc.index_in(whole(column), value_set=values)
    return np.asarray(pc.fill_null(found, -1), dtype=np.int64)


def pick(values: Column, place: Ints) -> Column:
    """Values by place; null where the place is -1."""
    return values.take(pa.array(place, mask=place < 0))


def spread(first: Ints, count: Ints) -> tuple[Ints, Ints]:
    """Ranges `first[i] .. first[i] + count[i]` laid end to end: the owner `i`, and the member, of every place."""
    owner = np.repeat(np.arange(len(count)), count)
    before = np.cumsum(count) - count
    return owner, first[owner] + np.arange(len(owner)) - before[owner]


def mean_half_even(total: Ints, count: Ints) -> Ints:
    """Whole quotients rounded half to even; 0 where there is nothing to divide."""
    parts = np.maximum(count, 1)
    quotient, rest = np.divmod(total, parts)
    up = (2 * rest > parts) | ((2 * rest == parts) & (quotient % 2 == 1))
    rounded: Ints = quotient + up
    return rounded
