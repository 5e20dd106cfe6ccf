"""Ours and the peers in turn, on one core, over the same certificates, and whether they agree."""

import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa

from benchmarks.portfolio import by_cryptography, processes
from benchmarks.portfolio.by_cryptography import Row
from benchmarks.portfolio.cores import cores
from benchmarks.portfolio.corpus import portfolio, write_dump
from benchmarks.portfolio.native import Missing, Read, c_peer
from guiche.icpbrasil import inspect
from guiche.portfolio import SCHEMA, inspect_batch
from guiche.portfolio.batch import hasten
from guiche.portfolio.columns import columns_of

NOW = datetime(2026, 6, 1, tzinfo=UTC)
_SECONDS = pa.timestamp("s", tz="UTC")
OURS, WALK, OPENSSL = "guiche, inspect_batch", "C walk, Arrow out", "OpenSSL, C API"
GO, JAVA, CRYPTOGRAPHY = "Go, crypto/x509", "Java, BouncyCastle", "Python, cryptography"
HASH = "SHA-256 alone (hashlib)"
_COMPILER = 6.0
"""Seconds that a process is warmed up at least: Java compiles what it runs often, on that core."""


class Sizes(NamedTuple):
    """How much is measured. `seconds` bounds a round of one way: the slow read fewer."""

    certificates: int
    dumped: int
    sample: int
    seconds: float
    warm_up: float
    rounds: int


class Way(NamedTuple):
    """One contestant: seconds for the first n certificates, and what it makes of them."""

    name: str
    run: Callable[[int], float]
    rows: Callable[[int], pa.RecordBatch] | None
    start: float | None = None


class Result(NamedTuple):
    """Of one way: seconds a certificate, in each round, over so many of them."""

    name: str
    certificates: int
    seconds: list[float]
    start: float | None
    first: float
    warm_up: float
    columns: list[str]
    differing: int
    refused: int

    @property
    def median(self) -> float:
        """Seconds a certificate."""
        return statistics.median(self.seconds)


class Race(NamedTuple):
    """All results, by name; and why a peer is not among them."""

    results: dict[str, Result]
    missing: dict[str, str]
    sample: int


def race(sizes: Sizes, folder: Path) -> Race:
    """The folder is for what is built and written."""
    batches = list(portfolio(sizes.certificates))
    dump = folder / "portfolio.dump"
    write_dump(dump, sizes.dumped)
    careful = _careful(batches[0].column("der").to_pylist()[: sizes.sample])
    missing: dict[str, str] = {}
    with cores(1), ExitStack() as stack:
        ways = list(_ways(batches, dump, folder, stack, missing))
        warmed = [_warmed(way, sizes, len(careful)) for way in ways]
        seconds: list[list[float]] = [[] for _ in ways]
        for _ in range(sizes.rounds):
            for number, way in enumerate(ways):
                count = warmed[number][0]
                seconds[number].append(way.run(count) / count)
        results = {}
        for way, warm, times in zip(ways, warmed, seconds, strict=True):
            count, first, warm_up = warm
            results[way.name] = Result(
                way.name, count, times, way.start, first, warm_up, *_agreement(way, careful)
            )
    return Race(results, missing, len(careful))


def _ways(
    batches: list[pa.RecordBatch],
    dump: Path,
    folder: Path,
    stack: ExitStack,
    missing: dict[str, str],
) -> Iterator[Way]:
    hasten()
    yield _of_batches(OURS, lambda batch: inspect_batch(batch, at=NOW), batches)
    for name, source in ((WALK, "walk"), (OPENSSL, "openssl")):
        try:
            yield _of_batches(name, c_peer(source, folder), batches)
        except Missing as error:
            missing[name] = str(error)
    few = batches[0].column("der").to_pylist()
    yield Way(CRYPTOGRAPHY, lambda n: _timed(by_cryptography.rows, few[:n]), _table_of(few))
    yield Way(
        HASH, lambda n: _timed(lambda ders: [sha256(d).digest() for d in ders], few[:n]), None
    )
    for name, peer in ((GO, processes.go), (JAVA, processes.java)):
        try:
            process = stack.enter_context(peer(dump, folder))
        except Missing as error:
            missing[name] = str(error)
            continue
        rows = _rows_of_process(process, folder)
        yield Way(name, process.run, rows, process.start)


def _of_batches(name: str, read: Read, batches: list[pa.RecordBatch]) -> Way:
    def run(count: int) -> float:
        some = list(_cut(batches, count))
        start = time.perf_counter()
        for batch in some:
            read(batch)
        return time.perf_counter() - start

    return Way(name, run, lambda count: read(batches[0].slice(0, count)))


def _cut(batches: list[pa.RecordBatch], count: int) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        if count <= 0:
            return
        yield batch.slice(0, count)
        count -= len(batch)


def _timed(work: Callable[[list[bytes]], object], ders: list[bytes]) -> float:
    start = time.perf_counter()
    work(ders)
    return time.perf_counter() - start


def _table_of(ders: list[bytes]) -> Callable[[int], pa.RecordBatch]:
    return lambda count: _table(by_cryptography.rows(ders[:count]))


def _rows_of_process(process: processes.Process, folder: Path) -> Callable[[int], pa.RecordBatch]:
    return lambda count: _table(process.rows(count, folder / "rows.tsv"))


def _table(rows: Sequence[Row]) -> pa.RecordBatch:
    kinds = [SCHEMA.field(name).type for name in Row._fields]
    columns = zip(*rows, strict=True)
    arrays = [
        # Of moments there are seconds.
        pa.array(column, _SECONDS if pa.types.is_timestamp(kind) else kind).cast(kind)
        for column, kind in zip(columns, kinds, strict=True)
    ]
    return pa.RecordBatch.from_arrays(arrays, Row._fields)


def _careful(ders: list[bytes]) -> pa.RecordBatch:
    readings = (inspect(der, at=NOW) for der in ders)
    return pa.RecordBatch.from_arrays(columns_of(readings), schema=SCHEMA)


def _warmed(way: Way, sizes: Sizes, least: int) -> tuple[int, float, float]:
    """How many it reads a round; seconds a certificate of its first call; how long it warmed up."""
    begun = time.perf_counter()
    count = least
    first = seconds = way.run(count) / count
    warm_up = sizes.warm_up if way.start is None else max(sizes.warm_up, _COMPILER)
    while time.perf_counter() - begun < warm_up:
        seconds = way.run(count) / count
    most = sizes.certificates if way.name in (OURS, WALK, OPENSSL) else sizes.dumped
    if way.name in (CRYPTOGRAPHY, HASH):
        most = min(most, 20_000)
    return min(most, max(least, int(sizes.seconds / seconds))), first, time.perf_counter() - begun


def _agreement(way: Way, careful: pa.RecordBatch) -> tuple[list[str], int, int]:
    """The columns that it makes, how many rows of the sample differ from the careful reader's in
    one of them, and how many it refused."""
    if way.rows is None:
        return [], 0, 0
    made = way.rows(len(careful))
    names = [name for name in made.schema.names if name in SCHEMA.names]
    refused = sum(made.column("refused").to_pylist()) if "refused" in made.schema.names else 0
    theirs, ours = made.select(names).to_pylist(), careful.select(names).to_pylist()
    return names, sum(map(dict.__ne__, theirs, ours)), refused
