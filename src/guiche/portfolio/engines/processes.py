"""Processes of this machine."""

import os
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from itertools import chain
from multiprocessing import get_context, parent_process
from threading import Thread

from guiche.portfolio.batch import hasten
from guiche.portfolio.engines import AHEAD, Carry, CarryOut, Done, in_order
from guiche.portfolio.kept import is_kept
from guiche.portfolio.load import Load

_MUCH = 5_000
"""Rows for each process, from which on all of them are read by the fast path: so many take as long
as it does to load."""


@contextmanager
def processes(count: int = os.cpu_count() or 1) -> Iterator[Carry]:
    """So many of this machine; a portfolio of one load is carried out here."""
    pool: ProcessPoolExecutor | None = None

    def carry(carry_out: CarryOut, loads: Iterable[Load]) -> Iterator[Done]:
        nonlocal pool
        every = iter(loads)
        first, is_much = _first(every, _MUCH * count)
        if len(first) <= 1 and not is_much:  # there are no others
            yield from ((load, carry_out(load)) for load in first)
            return
        # Forked, a process would have the locks that other threads here were holding.
        pool = ProcessPoolExecutor(count, get_context("spawn"), _begin, (is_much,))
        submit = pool.submit
        yield from in_order(
            chain(first, every), lambda load: submit(carry_out, load), lambda: count * AHEAD
        )

    try:
        yield carry
    finally:
        if pool:
            pool.shutdown(cancel_futures=True)


def _first(loads: Iterator[Load], much: int) -> tuple[list[Load], bool]:
    """As many loads as tell whether there is so much to read, and whether there is; all of them
    where there is not."""
    first, rows = [], 0
    for load in loads:
        first.append(load)
        rows += load.rows
        if rows >= much:
            return first, True
    return first, False


def _begin(is_much: bool) -> None:  # noqa: FBT001  # a pool hands on what it got by position
    Thread(target=_end_with_parent, daemon=True).start()
    if is_much and is_kept():
        hasten()


def _end_with_parent() -> None:
    """A process of a pool waits for work for ever, also when nobody is left to give it any."""
    if parent := parent_process():
        parent.join()
        os._exit(1)
