"""Gives memory back to the system between the steps of a run, so that one step's peak is not added to the next one's.

Arrow and the C library keep what is freed for their next use; a run goes on in other processes, which need it more.
"""

from __future__ import annotations

import ctypes
import gc

import pyarrow as pa


def give_back() -> None:
    """Let go of what nothing holds any more, and return it to the system as far as the system can take it."""
    gc.collect()
    pa.default_memory_pool().release_unused()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # of the GNU library only
    if trim is not None:
        trim(0)
