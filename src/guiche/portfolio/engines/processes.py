"""Processes of this machine."""

import os
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context, parent_process
from threading import Thread

from guiche.portfolio.engines import AHEAD, Carry, CarryOut, Done, in_order
from guiche.portfolio.load import Load, Part


@contextmanager
def processes(count: int = os.cpu_count() or 1) -> Iterator[Carry]:
    """So many of this machine; the first load is carried out here, and a small portfolio is one."""
    pool: ProcessPoolExecutor | None = None

    def carry(carry_out: CarryOut, loads: Iterable[Load]) -> Iterator[Done]:
        every = iter(loads)
        if first := next(every, None):
            yield first, carry_out(first)

        def begin(load: Load) -> Future[Part]:
            nonlocal pool
            # Forked, a process would have the locks that other threads here were holding.
            pool = pool or ProcessPoolExecutor(count, get_context("spawn"), _end_with_parent)
            return pool.submit(carry_out, load)

        yield from in_order(every, begin, lambda: count * AHEAD)

    try:
        yield carry
    finally:
        if pool:
            pool.shutdown(cancel_futures=True)


def _end_with_parent() -> None:
    """A process of a pool waits for work for ever, also when nobody is left to give it any."""

    def wait() -> None:
        if parent := parent_process():
            parent.join()
            os._exit(1)

    Thread(target=wait, daemon=True).start()
