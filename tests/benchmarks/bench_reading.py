"""How fast the PDF reader is, against pdfplumber (the referee) and `pdftotext -bbox`, on the same pages in one run.

`python tests/benchmarks/bench_reading.py` prints the table; `pytest -m benchmark tests/benchmarks/bench_reading.py`
holds the limits. Both take the documents from FTADATA_DOCUMENTS. The ratio of pages a second is of all cores against
pdfplumber's one; the share in processor time, which other work on the machine disturbs less, stands beside it.
"""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pdfplumber
import pytest

from sources.readers.pdf_tables import read_pages

DOCUMENTS = (
    "ckfta/annex-2a-schedule-of-cambodia.pdf",
    "ckfta/annex-2a-schedule-of-korea.pdf",
    "ckfta/annex-3a-product-specific-rules.pdf",
    "rcep/annex-3a-product-specific-rules.pdf",
    "akfta/agreement-text-and-annexes.pdf",
)
FASTER_THAN_PDFPLUMBER, SLOWER_THAN_PDFTOTEXT = 20.0, 3.0
SAMPLE = 24


@dataclass(frozen=True)
class Measure:
    """Pages a second of each tool on one document.

    Attributes:
        ours: on all cores; `one_core` in one process; `processor` pages per second of processor time.
        plumber: pdfplumber's `extract_tables`, on an even sample of the pages.
        pdftotext: None where the tool is not installed.
        peak_mb: the largest process so far, children included.
    """

    document: str
    pages: int
    ours: float
    one_core: float
    processor: float
    plumber: float
    plumber_processor: float
    pdftotext: float | None
    peak_mb: float

    @property
    def faster(self) -> float:
        """How many times pdfplumber's pages a second."""
        return self.ours / self.plumber


def _timed(work: Callable[[], int]) -> tuple[float, float]:
    """Pages a second by the clock and by this process's processor time."""
    clock, processor = time.perf_counter(), time.process_time()
    pages = work()
    return pages / (time.perf_counter() - clock), pages / (time.process_time() - processor)


def measure(folder: Path, document: str) -> Measure:
    """Read the document with each tool, one after the other."""
    path = folder / document
    with pdfplumber.open(path) as referee:
        pages = len(referee.pages)
    sample = list(range(1, pages + 1, max(1, pages // SAMPLE)))

    def plumber() -> int:
        with pdfplumber.open(path, pages=sample) as opened:
            for page in opened.pages:
                page.extract_tables()
                page.close()
        return len(sample)

    def pdftotext() -> int:
        subprocess.run(["pdftotext", "-bbox", path, os.devnull], check=True)
        return pages

    all_cores, _ = _timed(lambda: sum(1 for _ in read_pages(path)))
    one_core, processor = _timed(lambda: sum(1 for _ in read_pages(path, workers=1)))
    slow, slow_processor = _timed(plumber)
    other = _timed(pdftotext)[0] if shutil.which("pdftotext") else None
    peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)) / 1024
    return Measure(document, pages, all_cores, one_core, processor, slow, slow_processor, other, peak)


def table(measures: list[Measure]) -> str:
    """The measures as one table for people."""
    lines = [
        f"{'document':<46}{'pages':>6}{'ours/s':>8}{'1 core':>8}{'plumber':>9}{'times':>7}{'cpu':>6}"
        f"{'pdftotext':>11}{'slower':>8}{'peak MB':>9}"
    ]
    for m in measures:
        other = f"{m.pdftotext:>11.0f}{m.pdftotext / m.ours:>8.1f}" if m.pdftotext else f"{'-':>11}{'-':>8}"
        lines.append(
            f"{m.document:<46}{m.pages:>6}{m.ours:>8.0f}{m.one_core:>8.0f}{m.plumber:>9.1f}{m.faster:>7.1f}"
            f"{m.processor / m.plumber_processor:>6.1f}{other}{m.peak_mb:>9.0f}"
        )
    return "\n".join(lines)


@pytest.mark.benchmark
@pytest.mark.documents
@pytest.mark.parametrize("document", DOCUMENTS)
def test_reading_is_many_times_faster_than_the_referee(documents: Path, document: str) -> None:
    measured = measure(documents, document)
    print("\n" + table([measured]))
    assert measured.faster >= FASTER_THAN_PDFPLUMBER
    if measured.pdftotext:
        assert measured.pdftotext / measured.ours <= SLOWER_THAN_PDFTOTEXT


if __name__ == "__main__":
    named = os.environ.get("FTADATA_DOCUMENTS")
    if named is None:
        sys.exit("FTADATA_DOCUMENTS does not name a folder with the held documents")
    print(table([measure(Path(named), document) for document in DOCUMENTS]))
