"""The one function that every engine runs: a batch of certificates in, their readings out. Pure."""

import threading
from datetime import datetime
from functools import cache
from importlib.util import find_spec
from typing import TYPE_CHECKING

import pyarrow as pa

from guiche.icpbrasil import inspect
from guiche.portfolio.columns import DER, SCHEMA, columns_of
from guiche.portfolio.kept import is_kept

if TYPE_CHECKING:
    from guiche.portfolio.fast import Reader

_WORTH, _WORTH_COMPILING = 10_000, 150_000
"""Certificates of one thread after which it is worth the time that the fast path takes to load, and
to be compiled where it never was."""


class _Thread(threading.local):
    """What one thread has read, and the moulds that it knows by then."""

    read = 0
    reader: "Reader | None" = None


_thread = _Thread()


@cache
def worth() -> int:
    """How many certificates one thread reads before it takes the fast path."""
    return _WORTH if is_kept() else _WORTH_COMPILING


def hasten() -> None:
    """There is much to come: this thread takes the fast path from now on."""
    _thread.read = max(_thread.read, worth())


def is_fast() -> bool:
    """Whether the fast path is there: the package numba."""
    return find_spec("numba") is not None


def inspect_batch(batch: pa.RecordBatch, *, at: datetime | None = None) -> pa.RecordBatch:
    """The batch with its column `der` replaced by those of `SCHEMA`, row for row; others stay.

    `der` is binary, one certificate a row; a null gives nulls. `at`, an aware moment, judges the
    validity; without it that stays null. `KeyError` where there is no such column, `ValueError`
    where another one has a name of the schema.

    What is read is the same with and without the compiled walk (`is_fast`), which is taken once
    there was enough to read.
    """
    kept = [name for name in batch.schema.names if name != DER]
    if taken := sorted(set(kept) & set(SCHEMA.names)):
        raise ValueError(f"columns of the result are there already: {', '.join(taken)}")
    arrays = [batch.column(name) for name in kept] + _columns(batch.column(DER), at)
    fields = [batch.schema.field(name) for name in kept] + list(SCHEMA)
    return pa.RecordBatch.from_arrays(arrays, schema=pa.schema(fields))


def _columns(ders: pa.Array, at: datetime | None) -> list[pa.Array]:
    _thread.read += len(ders)
    if _thread.read > worth() and is_fast():
        from guiche.portfolio.fast import Reader

        _thread.reader = _thread.reader or Reader()
        return _thread.reader.columns(ders.cast(pa.binary()), at)
    return columns_of(None if der is None else inspect(der, at=at) for der in ders.to_pylist())
