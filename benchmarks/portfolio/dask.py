"""Two Dask workers against one: each a process with one thread, held to a core of its own."""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.parquet
from distributed import Client

from benchmarks.portfolio.corpus import CHUNK, write_parquet
from guiche.portfolio import inspect_batch
from guiche.portfolio.batch import hasten

READY_SECONDS = 60
_AHEAD = 3


class Scaled(NamedTuple):
    """Median seconds of the same batches with one worker and with two."""

    certificates: int
    one: float
    two: float

    @property
    def ratio(self) -> float:
        """How many times faster two are."""
        return self.one / self.two


def read(path: str, group: int) -> int:
    """What a worker does of a batch: reads a group of rows, makes the columns, and keeps them."""
    with pa.parquet.ParquetFile(path) as file:
        batches = [inspect_batch(batch) for batch in file.read_row_group(group).to_batches()]
    pa.parquet.write_table(pa.Table.from_batches(batches), f"{path}.{group}", compression="zstd")
    return sum(map(len, batches))


def scaled(certificates: int, rounds: int, folder: Path) -> Scaled:
    """One and two in turn, with all of them up and warm: neither start nor compiling counts."""
    source = folder / "cluster.parquet"
    write_parquet(source, certificates)
    groups = -(-certificates // CHUNK)
    seconds: dict[int, list[float]] = {1: [], 2: []}
    with _workers() as (client, workers):
        _carry_out(client, workers, source, groups)
        for _ in range(rounds):
            for count, taken in seconds.items():
                start = time.perf_counter()
                read_ = _carry_out(client, workers[:count], source, groups)
                taken.append(time.perf_counter() - start)
                assert read_ == certificates
    one, two = (statistics.median(taken) for taken in seconds.values())
    return Scaled(certificates, one, two)


def _carry_out(client: Client, workers: list[str], source: Path, groups: int) -> int:
    """Every group once, few of them under way."""
    total, under_way = 0, []
    for group in range(groups):
        # Halves: a scheduler that guesses how long a batch takes would give one of them more.
        worker = workers[group % len(workers)]
        future = client.submit(
            read, str(source), group, workers=[worker], pure=False, allow_other_workers=False
        )
        under_way.append(future)
        if len(under_way) >= _AHEAD * len(workers):
            total += under_way.pop(0).result()
    return total + sum(future.result() for future in under_way)


@contextmanager
def _workers() -> Iterator[tuple[Client, list[str]]]:
    """A scheduler and two workers, on loopback."""
    cores = sorted(os.sched_getaffinity(0))[-2:]
    started = []
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        told = Path(name) / "scheduler.json"
        try:
            started.append(
                _process("scheduler", "--host", "tcp://127.0.0.1", "--port", "0", "--no-show",
                         "--dashboard-address", "127.0.0.1:0", "--scheduler-file", str(told))
            )  # fmt: skip
            _wait_for(told)
            for core in cores:
                worker = _process(
                    "worker", "--scheduler-file", str(told), "--nthreads", "1", "--no-nanny",
                    "--no-dashboard", "--local-directory", name,
                )  # fmt: skip
                os.sched_setaffinity(worker.pid, {core})
                started.append(worker)
            with Client(scheduler_file=str(told), set_as_default=False) as client:
                client.wait_for_workers(2, READY_SECONDS)
                workers = sorted(client.nthreads())
                # Numba takes its time to load; that is no part of a batch.
                for each in workers:
                    client.submit(hasten, workers=[each], pure=False).result()
                yield client, workers
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
