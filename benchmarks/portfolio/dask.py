"""Two Dask workers against one: each a process with one thread, held to a core of its own.

Beside them two processes without Dask, which say how much more of this work the machine does with
its second core: what they share of it is no fault of a scheduler.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet
from distributed import Client

from benchmarks.portfolio.corpus import CHUNK, write_parquet
from guiche.portfolio import inspect_batch
from guiche.portfolio.batch import hasten

READY_SECONDS = 60
_AHEAD = 3
_BATCH = 8_192
"""Rows: whoever holds a whole group has the system give and take its memory again each time."""

Begin = Callable[[str, int], Any]
"""Has somebody `read` a group; gives a future."""


class Scaled(NamedTuple):
    """Median seconds of the same batches with one worker and with two; and without Dask."""

    certificates: int
    one: float
    two: float
    one_alone: float
    two_alone: float

    @property
    def ratio(self) -> float:
        """How many times faster two are."""
        return self.one / self.two

    @property
    def ratio_alone(self) -> float:
        """The same without Dask: of what the machine has."""
        return self.one_alone / self.two_alone


def read(path: str, group: int) -> int:
    """What a worker does of a batch: reads a group of rows, makes the columns, and keeps them."""
    with pa.parquet.ParquetFile(path) as file:
        rows = file.iter_batches(_BATCH, row_groups=[group])
        batches = [inspect_batch(batch) for batch in rows]
    pa.parquet.write_table(pa.Table.from_batches(batches), f"{path}.{group}", compression="zstd")
    return sum(map(len, batches))


def scaled(certificates: int, rounds: int, folder: Path) -> Scaled:
    """One and two in turn, with all of them up and warm: neither start nor compiling counts."""
    source = folder / "cluster.parquet"
    write_parquet(source, certificates)
    groups = -(-certificates // CHUNK)
    with _workers() as workers, _processes() as processes:
        ways = [workers[:1], workers, processes[:1], processes]
        seconds: list[list[float]] = [[] for _ in ways]
        for several in (workers, processes):
            _carry_out(several, source, groups)
        for _ in range(rounds):
            for way, taken in zip(ways, seconds, strict=True):
                start = time.perf_counter()
                read_ = _carry_out(way, source, groups)
                taken.append(time.perf_counter() - start)
                assert read_ == certificates
    return Scaled(certificates, *map(statistics.median, seconds))


def _carry_out(several: Sequence[Begin], source: Path, groups: int) -> int:
    """Every group once, few of them under way."""
    total = 0
    under_way: list[Any] = []
    for group in range(groups):
        # Halves: a scheduler that guesses how long a batch takes would give one of them more.
        under_way.append(several[group % len(several)](str(source), group))
        if len(under_way) >= _AHEAD * len(several):
            total += int(under_way.pop(0).result())
    return total + sum(int(future.result()) for future in under_way)


@contextmanager
def _processes() -> Iterator[list[Begin]]:
    """Two that are nothing else."""
    with ExitStack() as stack:
        pools: list[Any] = [
            stack.enter_context(ProcessPoolExecutor(1, get_context("spawn"), _at, (core,)))
            for core in _cores()
        ]
        yield [partial(pool.submit, read) for pool in pools]


def _at(core: int) -> None:
    os.sched_setaffinity(0, {core})
    hasten()


def _cores() -> list[int]:
    return sorted(os.sched_getaffinity(0))[-2:]


@contextmanager
def _workers() -> Iterator[list[Begin]]:
    """A scheduler and two workers, on loopback."""
    started = []
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        told = Path(name) / "scheduler.json"
        try:
            started.append(
                _process("scheduler", "--host", "tcp://127.0.0.1", "--port", "0", "--no-show",
                         "--dashboard-address", "127.0.0.1:0", "--scheduler-file", str(told))
            )  # fmt: skip
            _wait_for(told)
            for core in _cores():
                worker = _process(
                    "worker", "--scheduler-file", str(told), "--nthreads", "1", "--no-nanny",
                    "--no-dashboard", "--local-directory", name,
                )  # fmt: skip
                os.sched_setaffinity(worker.pid, {core})
                started.append(worker)
            with Client(scheduler_file=str(told), set_as_default=False) as client:
                client.wait_for_workers(2, READY_SECONDS)
                # Never on another one, and never what is there from an earlier round.
                submits = [
                    partial(client.submit, workers=[each], pure=False, allow_other_workers=False)
                    for each in sorted(client.nthreads())
                ]
                # Numba takes its time to load; that is no part of a batch.
                for submit in submits:
                    submit(hasten).result()
                yield [partial(submit, read) for submit in submits]
        finally:
            for process in started:
                process.kill()
                process.wait()


def _process(what: str, *arguments: str) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", f"distributed.cli.dask_{what}", *arguments]
    quiet = subprocess.DEVNULL
    return subprocess.Popen(command, stdin=quiet, stdout=quiet, stderr=quiet)


def _wait_for(told: Path) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while not (told.exists() and told.read_text().endswith("}")):
        assert time.monotonic() < deadline, "the scheduler does not come up"
        time.sleep(0.05)
