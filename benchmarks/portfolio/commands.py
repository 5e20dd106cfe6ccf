"""Whole commands: a table in and out, a folder, growth; against what the machine needs for it."""

import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from pyarrow import parquet

from benchmarks.portfolio.corpus import write_folder, write_parquet

REWRITE = (
    "import sys, pyarrow.parquet as parquet; "
    "parquet.write_table(parquet.read_table(sys.argv[1]), sys.argv[2], compression='zstd')"
)


class Against(NamedTuple):
    """Median seconds of the command and of what it is held against."""

    certificates: int
    ours: float
    other: float


class Grown(NamedTuple):
    """One size: certificates, seconds, and the most that the processes held together, in MB."""

    certificates: int
    seconds: float
    megabytes: float


def audit(source: Path, out: Path, count: int) -> float:
    """Seconds of `guiche audit` of so many certificates, its start included."""
    options = ["--out", str(out), "--jobs", "2", "--quiet"]
    command = [sys.executable, "-m", "guiche", "audit", str(source), *options]
    start = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    seconds = time.perf_counter() - start
    # 1: that some have no CEI.
    assert done.returncode in (0, 1), done.stderr
    assert parquet.read_metadata(out).num_rows == count
    out.unlink()
    return seconds


def table(count: int, rounds: int, folder: Path) -> Against:
    """zstd Parquet to Parquet, against `pyarrow` that reads and re-writes that file, as a command
    too."""
    source, out = folder / "table.parquet", folder / "out.parquet"
    write_parquet(source, count)

    def rewrite() -> float:
        start = time.perf_counter()
        subprocess.run([sys.executable, "-c", REWRITE, str(source), str(out)], check=True)
        seconds = time.perf_counter() - start
        out.unlink()
        return seconds

    ours, other = _in_turn(rounds, lambda: audit(source, out, count), rewrite)
    source.unlink()
    return Against(count, ours, other)


def files(count: int, rounds: int, folder: Path) -> Against:
    """A folder of `.cer`, against reading them with one thread; both after the start, which is told
    by a folder of a quarter: of 25,000 every process has begun and loaded the fast path."""
    some, few, out = folder / "many", folder / "few", folder / "out.parquet"
    write_folder(some, count)
    started = count // 4
    write_folder(few, started)
    paths = sorted(some.rglob("*.cer"))

    def read() -> float:
        start = time.perf_counter()
        for path in paths:
            file = os.open(path, os.O_RDONLY)
            os.read(file, 1 << 20)
            os.close(file)
        return time.perf_counter() - start

    read()
    ours, start, other = _in_turn(
        rounds, lambda: audit(some, out, count), lambda: audit(few, out, started), read
    )
    return Against(count, (ours - start) * count / (count - started), other)


def growth(counts: tuple[int, ...], folder: Path) -> list[Grown]:
    """`guiche audit` of a Parquet file of each size, once."""
    found = []
    for count in counts:
        source = folder / f"{count}.parquet"
        write_parquet(source, count)
        with _Memory() as memory:
            seconds = audit(source, folder / "out.parquet", count)
        found.append(Grown(count, seconds, memory.most / 1e6))
        source.unlink()
    return found


class Start(NamedTuple):
    """Seconds of a fresh process: importing the function, its first call, its second."""

    imported: float
    first: float
    second: float


_FRESH = """
import time
begun = time.perf_counter()
import pyarrow as pa
from guiche.portfolio import inspect_batch
from guiche.portfolio.batch import hasten
print(time.perf_counter() - begun)
import sys
from pathlib import Path
hasten()
batch = pa.record_batch({"der": [Path(sys.argv[1]).read_bytes()]})
for _ in range(2):
    begun = time.perf_counter()
    inspect_batch(batch)
    print(time.perf_counter() - begun)
"""


def starts(certificate: bytes, folder: Path) -> dict[str, Start]:
    """With nothing compiled before, and with what that left behind."""
    file = folder / "one.cer"
    file.write_bytes(certificate)
    with tempfile.TemporaryDirectory(dir=folder) as cache:
        environment = {**os.environ, "NUMBA_CACHE_DIR": cache}

        def fresh() -> Start:
            command = [sys.executable, "-c", _FRESH, str(file)]
            said = subprocess.check_output(command, text=True, env=environment)
            return Start(*map(float, said.split()))

        return {"nothing compiled yet": fresh(), "compiled before": fresh()}


def _in_turn(rounds: int, *ways: Callable[[], float]) -> list[float]:
    seconds: list[list[float]] = [[] for _ in ways]
    for _ in range(rounds):
        for number, way in enumerate(ways):
            seconds[number].append(way())
    return [statistics.median(each) for each in seconds]


class _Memory:
    """The most that the children of this process hold together, theirs included, looked at twenty
    times a second. Pages that several of them share are counted for each."""

    def __enter__(self) -> "_Memory":
        self.most = 0
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._done.wait(0.05):
            self.most = max(self.most, sum(map(_resident, _descendants(os.getpid()))))


def _descendants(process: int) -> list[int]:
    found: list[int] = []
    for task in Path(f"/proc/{process}/task").glob("*/children"):
        try:
            children = [int(child) for child in task.read_text().split()]
        except OSError:  # it has ended
            continue
        for child in children:
            found += [child, *_descendants(child)]
    return found


def _resident(process: int) -> int:
    try:
        pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    except (OSError, IndexError):  # it has ended
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")
