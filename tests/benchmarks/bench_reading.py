"""How fast documents are read: PDFs against pdfplumber (the referee) and `pdftotext -bbox`, and workbooks.

`python tests/benchmarks/bench_reading.py` prints the table; `pytest -m benchmark tests/benchmarks/bench_reading.py`
holds the limits. Both take the documents from FTADATA_DOCUMENTS. All tools read the same pages in one run, and what is
compared is processor time, which other work on the machine disturbs little: of ours, all that the processes of the
reader use together, over the cores that they share. Pages a second by the clock stand beside it.
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

from sources.readers import load_reader
from sources.readers.pdf_tables import WORTH_A_POOL, read_pages
from sources.registry import load_registry

DOCUMENTS = (
    "ckfta/annex-2a-schedule-of-cambodia.pdf",
    "ckfta/annex-2a-schedule-of-korea.pdf",
    "ckfta/annex-3a-product-specific-rules.pdf",
    "rcep/annex-3a-product-specific-rules.pdf",
    "akfta/agreement-text-and-annexes.pdf",
)
WORKBOOKS = ("rcep-annex-1-au", "rcep-annex-1-cn-asean")
FASTER_THAN_PDFPLUMBER, SLOWER_THAN_PDFTOTEXT, WORKBOOK_SECONDS, GROWS = 20.0, 3.0, 2.0, 1.3
SAMPLE = 16


@dataclass(frozen=True)
class Measure:
    """What one page of a document takes, on average, in milliseconds.

    Attributes:
        clock: ours by the clock, on all cores, as the machine was.
        ours: processor time of all processes of the reader, over the cores they share.
        alone: processor time of the reader in one process.
        plumber: processor time of pdfplumber's `extract_tables`, on an even sample of the pages.
        pdftotext: processor time of `pdftotext -bbox`; None where the tool is not installed.
    """

    document: str
    pages: int
    clock: float
    ours: float
    alone: float
    plumber: float
    pdftotext: float | None

    @property
    def faster(self) -> float:
        """How many times pdfplumber's pages a second."""
        return self.plumber / self.ours

    @property
    def slower(self) -> float | None:
        """How many times the time of `pdftotext -bbox`."""
        return self.ours / self.pdftotext if self.pdftotext else None


def _processor() -> float:
    """Seconds of processor time of this process and of those that it has waited for."""
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(each.ru_utime + each.ru_stime for each in used)


def _timed(work: Callable[[], int]) -> tuple[float, float]:
    """Milliseconds a page by the clock and of processor time."""
    clock, processor = time.perf_counter(), _processor()
    pages = work()
    return 1000 * (time.perf_counter() - clock) / pages, 1000 * (_processor() - processor) / pages


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

    cores = len(os.sched_getaffinity(0)) if pages >= WORTH_A_POOL else 1
    clock, together = _timed(lambda: sum(1 for _ in read_pages(path)))
    _, alone = _timed(lambda: sum(1 for _ in read_pages(path, workers=1)))
    _, slow = _timed(plumber)
    other = _timed(pdftotext)[1] if shutil.which("pdftotext") else None
    return Measure(document, pages, clock, together / cores, alone, slow, other)


def workbook_seconds(folder: Path, document_id: str) -> float:
    """Processor time of reading a workbook by its description."""
    document = load_registry().documents[document_id]
    assert document.reader is not None
    headers = [column.header for column in document.reader.columns]
    reader = load_reader(document.reader.name)
    before = _processor()
    reader.read(folder / str(document.file), columns=headers, options=document.reader.options)
    return _processor() - before


PEAK = """
import resource, sys
from pathlib import Path
from sources.readers.pdf_tables import read_pages
for _ in read_pages(Path(sys.argv[1]), range(1, int(sys.argv[2]) + 1)):
    pass
print(max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)) // 1024)
"""


def peak_mb(path: Path, pages: int) -> int:
    """Megabytes of the largest process that reads so many pages."""
    asked = [sys.executable, "-c", PEAK, str(path), str(pages)]
    return int(subprocess.run(asked, check=True, capture_output=True, text=True).stdout)


def table(measures: list[Measure]) -> str:
    """The measures as one table for people; milliseconds a page."""
    lines = [
        f"{'document':<46}{'pages':>6}{'clock':>8}{'ours':>8}{'alone':>8}{'plumber':>9}{'faster':>8}"
        f"{'pdftotext':>11}{'slower':>8}"
    ]
    for m in measures:
        other = f"{m.pdftotext:>11.2f}{m.slower:>8.1f}" if m.pdftotext and m.slower else f"{'-':>11}{'-':>8}"
        lines.append(
            f"{m.document:<46}{m.pages:>6}{m.clock:>8.2f}{m.ours:>8.2f}{m.alone:>8.2f}{m.plumber:>9.1f}"
            f"{m.faster:>8.1f}{other}"
        )
    return "\n".join(lines)


@pytest.mark.benchmark
@pytest.mark.documents
@pytest.mark.parametrize("document", DOCUMENTS)
def test_reading_is_many_times_faster_than_the_referee(documents: Path, document: str) -> None:
    measured = measure(documents, document)
    print("\n" + table([measured]))
    assert measured.faster >= FASTER_THAN_PDFPLUMBER
    assert measured.slower is None or measured.slower <= SLOWER_THAN_PDFTOTEXT


@pytest.mark.benchmark
@pytest.mark.documents
@pytest.mark.parametrize("document", WORKBOOKS)
def test_a_workbook_is_read_in_two_seconds(documents: Path, document: str) -> None:
    assert workbook_seconds(documents, document) < WORKBOOK_SECONDS


@pytest.mark.benchmark
@pytest.mark.documents
def test_memory_does_not_grow_with_the_pages(documents: Path) -> None:
    path = documents / DOCUMENTS[-1]
    few, many = peak_mb(path, 300), peak_mb(path, 1_499)
    print(f"\npeak {few} MB for 300 pages, {many} MB for 1,499")
    assert many <= GROWS * few


if __name__ == "__main__":
    named = os.environ.get("FTADATA_DOCUMENTS")
    if named is None:
        sys.exit("FTADATA_DOCUMENTS does not name a folder with the held documents")
    folder = Path(named)
    print(f"load {os.getloadavg()[0]:.1f} on {len(os.sched_getaffinity(0))} cores; milliseconds a page")
    print(table([measure(folder, document) for document in DOCUMENTS]))
    for document in WORKBOOKS:
        print(f"{document}: {workbook_seconds(folder, document):.2f} s of processor time")
    long = folder / DOCUMENTS[-1]
    print(f"largest process: {peak_mb(long, 300)} MB for 300 pages, {peak_mb(long, 1_499)} MB for 1,499")
