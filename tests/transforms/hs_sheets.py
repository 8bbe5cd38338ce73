"""The accepted correlation sheets, as the pipeline would hand them over."""

from __future__ import annotations

from functools import cache

import pyarrow as pa

from sources.extraction import Extraction, read_csv
from sources.registry import ROOT, load_registry
from transforms.correlations import Concordance, correlations, load_review


@cache
def sheets() -> dict[str, Extraction]:
    """The extraction of each newer edition's sheet."""
    documents = [d for d in load_registry().documents.values() if d.kind == "correlation"]
    return {str(d.hs_edition): read_csv(ROOT / "hs" / "extractions" / f"{d.id}.csv", d) for d in documents}


@cache
def table() -> pa.Table:
    """Their rows of `hs_correlation`."""
    return correlations(sheets(), load_review())


@cache
def concordance() -> Concordance:
    """All editions chained."""
    return Concordance(table())
