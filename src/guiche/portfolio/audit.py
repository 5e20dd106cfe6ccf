"""An audit: everything that there is to read, read by several processes, into one file.

1. the items are put into loads, less those that an audit that was killed has read already;
2. each load is carried out by some process, and what it gives comes back in order;
3. what came is kept as a part, every now and then: that is what a killed audit loses;
4. the parts become what people read, and the file.
"""

import os
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from multiprocessing import get_context, parent_process
from pathlib import Path
from threading import Thread
from typing import Any

from guiche.portfolio.forms import LINES_WITH_COLUMNS, Form, form_of, replace, with_columns
from guiche.portfolio.journal import Journal
from guiche.portfolio.load import Item, Load, Part, Passwords
from guiche.portfolio.result import Batches

_ITEMS, _BYTES = 256, 4 << 20
"""Of a load."""
_AHEAD = 3
"""Loads under way for each process: enough that none waits, few enough to be held."""
_EVERY_SECONDS, _EVERY_BYTES = 15.0, 64 << 20
"""After so much a part is kept."""

Told = Callable[[int], None]
"""Is told how many items more were read."""
Then = Callable[[Batches, datetime], None]
"""Is given all that was read, and the moment that it is judged for."""
Carry = Callable[[Callable[[Load], Part], Iterable[Load]], Iterator[tuple[Load, Part]]]
"""Carries out loads, each of which comes back with its part, in order."""


def audit(
    items: Iterable[Item],
    out: Path,
    settings: Mapping[str, object],
    at: datetime,
    *,
    passwords: Passwords,
    engine: "Callable[[], AbstractContextManager[Carry]]",
    told: Told = lambda _: None,
    then: Then | None = None,
    form: Form | None = None,
) -> Counter[str]:
    """Reads the items into `out`, whose ending says the form; how often each status is there.

    `settings` say what is read: an audit of the same that was killed goes on, and `at` is then the
    moment that it began with. `form` goes before that of the ending. `then` makes of the batches
    what else is wanted, before there is the file, so that one with its name can still be read.
    Raises `UnknownForm`, `OtherAudit`, `TooManyRows`.
    """
    form = form or (with_columns(form_of(out)) if then else form_of(out))
    if form is LINES_WITH_COLUMNS:
        settings = {**settings, "columns": True}
    folder = out.with_name(f"{out.name}.auditoria")
    with Journal(folder, {**settings, "at": at.isoformat()}) as journal:
        moment = datetime.fromisoformat(str(journal.settings["at"]))
        with engine() as carry:
            loads = _loads(_left(items, journal, told), moment, passwords)
            _keep(carry(form.carry_out, loads), form, journal, told)
        counts = journal.counts
        if then:
            then(lambda: form.read(journal.parts()), moment)
        replace(out, lambda file: form.written(journal.parts(), file))
        journal.remove()
    return counts


def _left(items: Iterable[Item], journal: Journal, told: Told) -> Iterator[Item]:
    for item in items:
        if journal.is_new or not journal.has(item.name):
            yield item
        else:
            told(1)


def _loads(items: Iterable[Item], at: datetime, passwords: Passwords) -> Iterator[Load]:
    some: list[Item] = []
    size = 0
    for item in items:
        some.append(item)
        size += len(item.content) if isinstance(item.content, bytes) else 0
        if len(some) == _ITEMS or size > _BYTES:
            yield Load(tuple(some), at, passwords)
            some, size = [], 0
    if some:
        yield Load(tuple(some), at, passwords)


def _keep(done: Iterator[tuple[Load, Part]], form: Form, journal: Journal, told: Told) -> None:
    contents: list[Any] = []
    names: list[str] = []
    counts, size, since = Counter[str](), 0, time.monotonic()

    def keep() -> None:
        nonlocal size, since
        journal.keep(form.joined(contents), names, counts)
        contents.clear()
        names.clear()
        counts.clear()
        size, since = 0, time.monotonic()

    for load, part in done:
        contents.append(part.content)
        names += (item.name for item in load.items)
        counts.update(part.counts)
        size += len(part.content) if isinstance(part.content, bytes) else part.content.nbytes
        told(len(load.items))
        if size > _EVERY_BYTES or time.monotonic() - since > _EVERY_SECONDS:
            keep()
    if names:
        keep()


@contextmanager
def processes(count: int = os.cpu_count() or 1) -> Iterator[Carry]:
    """So many of this machine; the first load is carried out here, and a small portfolio is one."""
    pool: ProcessPoolExecutor | None = None

    def carry(
        carry_out: Callable[[Load], Part], loads: Iterable[Load]
    ) -> Iterator[tuple[Load, Part]]:
        nonlocal pool
        under_way: deque[tuple[Load, Future[Part]]] = deque()
        every = iter(loads)
        if first := next(every, None):
            yield first, carry_out(first)
        for load in every:
            # Forked, a process would have the locks that other threads here were holding.
            pool = pool or ProcessPoolExecutor(count, get_context("spawn"), _end_with_parent)
            under_way.append((load, pool.submit(carry_out, load)))
            if len(under_way) >= count * _AHEAD:
                oldest, part = under_way.popleft()
                yield oldest, part.result()
        for load, part in under_way:
            yield load, part.result()

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
