from __future__ import annotations

import os
import textwrap
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from openpyxl import Workbook

from sources.door import Limits
from sources.errors import FtaError
from sources.readers import READERS, load_reader, workbook
from sources.worker import inspect_in_worker, read_in_worker

MISBEHAVING = {
    "sleeps": "import time; time.sleep(60)",
    "eats": "bytearray(8 << 30)",
    "dies": "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)",
    "fails": "raise RuntimeError('a slip')",
    "dawdles": "import time\nfrom sources.progress import counted\nfor _ in counted(range(5), 5): time.sleep(0.3)",
    "shouts": "import os, stat\nfor n in set(map(int, os.listdir('/proc/self/fd'))) - {0, 1, 2}:\n"
    "    try: pipe = stat.S_ISFIFO(os.fstat(n).st_mode)\n"
    "    except OSError: continue\n    if pipe: os.write(n, b'9 of 9\\n\\xff\\n3 4\\n')",
    "stands aside": "import os; assert os.nice(0) > 0, 'it has the first claim'",
    "chatters": "print('noise'); import sys; sys.stdout.flush()",
    "fills": "open('filled', 'wb').write(bytes(1 << 22))",
    "forks": "import subprocess, sys, time; subprocess.Popen([sys.executable, '-c', "
    "\"import time; time.sleep(4); open('left', 'w')\"]); time.sleep(60)",
}


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    book = Workbook()
    book.active.append(["Code", "Rate"])
    book.active.append(["0101.21", 0.07])
    book.active.append(["0101.29", "5\n0.02$/l"])
    path = tmp_path_factory.mktemp("worker") / "book.xlsx"
    book.save(path)
    return path


@pytest.fixture
def misbehaving(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Readers that sleep, eat memory and so on, known to the worker by a module that takes the readers' place."""
    lines = "\n".join(f"    {name!r}: {code!r}," for name, code in MISBEHAVING.items())
    (tmp_path / "sitecustomize.py").write_text(
        textwrap.dedent("""
        import sources.readers as readers
        class Bad:
            def __init__(self, code): self.code = code
            def read(self, path, *, columns, options):
                exec(self.code)
                from sources.readers import workbook
                return workbook.read(path, columns=columns, options=options)
        codes = {
        """)
        + lines
        + "\n}\nreaders.load_reader = lambda name: Bad(codes[name])\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_worker_reads_the_same_as_the_reader(file: Path) -> None:
    columns = ("Code", "Rate")
    assert read_in_worker(file, "workbook", columns, {}) == workbook.read(file, columns=columns, options={})


def test_the_errors_of_a_reader_come_back_whole(file: Path) -> None:
    with pytest.raises(FtaError) as inside:
        workbook.read(file, columns=("Code", "Base"), options={})
    with pytest.raises(FtaError) as outside:
        read_in_worker(file, "workbook", ("Code", "Base"), {})
    assert outside.value.as_json() == inside.value.as_json()
    assert outside.value.exit_code == inside.value.exit_code


def test_the_worker_looks_at_the_door_first(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"MZ program")
    for ask in (lambda: inspect_in_worker(path), lambda: read_in_worker(path, "workbook", (), {})):
        with pytest.raises(FtaError) as caught:
            ask()
        assert caught.value.code == "unsupported_kind"


def test_a_file_of_the_archive_is_judged_by_the_name_it_came_with(file: Path, tmp_path: Path) -> None:
    blob = tmp_path / "0a1b"
    blob.write_bytes(file.read_bytes())
    assert inspect_in_worker(blob, name="book.xlsx").kind == "xlsx"
    with pytest.raises(FtaError) as caught:
        inspect_in_worker(blob, name="book.pdf")
    assert caught.value.code == "wrong_extension"


@pytest.mark.parametrize(
    ("reader", "code"),
    [
        ("sleeps", "reader_timeout"),
        ("eats", "reader_out_of_memory"),
        ("dies", "reader_crashed"),
        ("fails", "reader_failed"),
    ],
)
def test_a_reader_that_misbehaves_is_stopped_and_named(file: Path, misbehaving: Path, reader: str, code: str) -> None:
    begun = time.monotonic()
    with pytest.raises(FtaError) as caught:
        read_in_worker(file, reader, (), {}, Limits(seconds=3, memory=1 << 30))
    assert caught.value.code == code
    assert caught.value.where["file"] == file.name
    assert caught.value.remedy
    assert time.monotonic() - begun < 20


def test_what_a_library_prints_does_not_spoil_the_answer(file: Path, misbehaving: Path) -> None:
    assert len(read_in_worker(file, "chatters", ("Code", "Rate"), {}).rows) == 2


def test_a_reader_cannot_fill_the_disk(file: Path, misbehaving: Path) -> None:
    with pytest.raises(FtaError) as caught:
        read_in_worker(file, "fills", (), {}, Limits(output=1 << 20))
    assert caught.value.code in {"reader_failed", "reader_crashed"}
    assert (misbehaving / "filled").stat().st_size <= 1 << 20


@pytest.mark.skipif(not hasattr(os, "killpg"), reason="process groups are Unix")
def test_what_a_reader_started_is_stopped_with_it(file: Path, misbehaving: Path) -> None:
    with pytest.raises(FtaError):
        read_in_worker(file, "forks", (), {}, Limits(seconds=2))
    time.sleep(4)
    assert not (misbehaving / "left").exists()


def test_more_rows_than_allowed_are_refused(file: Path) -> None:
    with pytest.raises(FtaError) as caught:
        read_in_worker(file, "workbook", ("Code", "Rate"), {}, Limits(rows=1))
    assert caught.value.code == "too_many_rows"


def test_several_documents_are_read_at_once(file: Path) -> None:
    with ThreadPoolExecutor(2) as pool:
        readings = list(pool.map(lambda _: read_in_worker(file, "workbook", ("Code", "Rate"), {}), range(4)))
    assert all(reading == readings[0] for reading in readings)


def test_an_unknown_reader_is_named_with_those_that_there_are() -> None:
    with pytest.raises(FtaError) as caught:
        load_reader("crystal_ball")
    assert caught.value.code == "unknown_reader"
    assert "workbook" in caught.value.remedy


@pytest.mark.parametrize("name", sorted(READERS))
def test_every_reader_of_the_list_can_be_loaded(name: str) -> None:
    reader = load_reader(name)
    assert name == reader.NAME
    assert reader.VERSION


def test_how_far_a_worker_is_is_heard_now_and_then(misbehaving: Path, file: Path) -> None:
    heard: list[tuple[int, int]] = []
    read_in_worker(file, "dawdles", ("Code", "Rate"), {}, heard=lambda *pages: heard.append(pages))
    assert heard
    assert len(heard) < 5
    assert all(0 < done <= total == 5 for done, total in heard)
    assert heard == sorted(heard)


def test_what_a_worker_says_besides_two_numbers_is_not_heeded(misbehaving: Path, file: Path) -> None:
    heard: list[tuple[int, int]] = []
    read_in_worker(file, "shouts", ("Code", "Rate"), {}, heard=lambda *pages: heard.append(pages))
    assert heard == [(3, 4)]


def test_a_worker_reads_aside_only_where_it_is_asked_to(misbehaving: Path, file: Path) -> None:
    assert len(read_in_worker(file, "stands aside", ("Code", "Rate"), {}, aside=True).rows) == 2
    with pytest.raises(FtaError, match="it has the first claim"):
        read_in_worker(file, "stands aside", ("Code", "Rate"), {})
