"""An audit: everything that there is to read, read by an engine, into one file.

1. the items are put into loads, less those that an audit that was killed has read already;
2. an engine carries out each load somewhere, and what it gives comes back in order;
3. what came is kept as a part, every now and then: that is what a killed audit loses;
4. the parts become what people read, and the file.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from guiche import __version__
from guiche.portfolio.engines import Done, Engine
from guiche.portfolio.engines.errors import EngineError
from guiche.portfolio.forms import LINES_WITH_COLUMNS, Form, form_of, replace, with_columns
from guiche.portfolio.item import Item
from guiche.portfolio.journal import Journal
from guiche.portfolio.load import Load
from guiche.portfolio.result import Batches
from guiche.portfolio.rows import Passwords

_ROWS, _BYTES = 2048, 8 << 20
"""Of a load."""
_EVERY_SECONDS, _EVERY_BYTES = 15.0, 32 << 20
"""After so much a part is kept."""

Told = Callable[[int], None]
"""Is told how many items more were read."""
Then = Callable[[Batches, datetime], None]
"""Is given all that was read, and the moment that it is judged for."""


def audit(
    items: Iterable[Item],
    out: Path,
    settings: Mapping[str, object],
    at: datetime,
    *,
    passwords: Passwords,
    engine: Engine,
    told: Told = lambda _: None,
    then: Then | None = None,
    form: Form | None = None,
) -> Counter[str]:
    """Reads the items into `out`, whose ending says the form; how often each status is there.

    `settings` say what is read: an audit of the same that was killed goes on, and `at` is then the
    moment that it began with. `form` goes before that of the ending. `then` makes of the batches
    what else is wanted, before there is the file, so that one with its name can still be read.
    Raises `UnknownForm`, `OtherAudit`, `TooManyRows`, `EngineError`.
    """
    form = form or (with_columns(form_of(out)) if then else form_of(out))
    if form is LINES_WITH_COLUMNS:
        settings = {**settings, "columns": True}
    folder = out.with_name(f"{out.name}.auditoria")
    settings = {**settings, "version": __version__, "at": at.isoformat()}
    with Journal(folder, settings) as journal:
        moment = datetime.fromisoformat(str(journal.settings["at"]))
        try:
            with engine() as carry:
                loads = _loads(_left(items, journal, told), moment, passwords)
                _keep(carry(form.carry_out, loads), form, journal, told)
                assert next(loads, None) is None, "the engine left loads behind"  # noqa: S101
        except EngineError:
            if not journal.counts:  # nothing was read, and the moment would be of then
                journal.remove()
            raise
        counts = journal.counts
        if then:
            then(lambda: form.read(journal.parts()), moment)
        replace(out, lambda file: form.written(journal.parts(), file))
        journal.remove()
    return counts


def _left(items: Iterable[Item], journal: Journal, told: Told) -> Iterator[Item]:
    for item in items:
        left = item if journal.is_new else item.without(journal.has)
        if left:
            yield left
        if left is not item:
            told(item.rows - (left.rows if left else 0))


def _loads(items: Iterable[Item], at: datetime, passwords: Passwords) -> Iterator[Load]:
    some: list[Item] = []
    rows = size = 0
    for item in items:
        some.append(item)
        rows += item.rows
        size += item.size
        if rows >= _ROWS or size >= _BYTES:
            yield Load(tuple(some), at, passwords)
            some, rows, size = [], 0, 0
    if some:
        yield Load(tuple(some), at, passwords)


def _keep(done: Iterator[Done], form: Form, journal: Journal, told: Told) -> None:
    contents: list[Any] = []
    names: list[str] = []
    counts, size, since = Counter[str](), 0, time.monotonic()

    def keep() -> None:
        nonlocal size, since
        journal.keep(partial(form.kept, contents), names, counts)
        contents.clear()
        names.clear()
        counts.clear()
        size, since = 0, time.monotonic()

    for load, part in done:
        contents.append(part.content)
        names += (name for item in load.items for name in item.names)
        counts.update(part.counts)
        size += len(part.content) if isinstance(part.content, bytes) else part.content.nbytes
        told(load.rows)
        if size > _EVERY_BYTES or time.monotonic() - since > _EVERY_SECONDS:
            keep()
    if names:
        keep()
