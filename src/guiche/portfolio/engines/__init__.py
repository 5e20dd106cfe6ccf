"""The engines of an audit: each carries out loads somewhere, with few under way, and in order."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from typing import Protocol

from guiche.portfolio.load import Load, Part

AHEAD = 3
"""Loads under way for each that carries out: enough that none waits, few enough to be held."""

CarryOut = Callable[[Load], Part]
Done = tuple[Load, Part]
Carry = Callable[[CarryOut, Iterable[Load]], Iterator[Done]]
"""Carries out loads, each of which comes back with its part, in order."""
Engine = Callable[[], AbstractContextManager[Carry]]
"""Is there from the first load to the last, and leaves nothing behind."""


class Promised(Protocol):
    """A part that will be there."""

    def result(self) -> Part:
        """Waits for it."""


def in_order(
    loads: Iterable[Load], begin: Callable[[Load], Promised], most: Callable[[], int]
) -> Iterator[Done]:
    """What was begun, as it was given; the next ones are taken when fewer than `most` are under
    way, so that whoever reads them waits for whoever carries them out."""
    under_way: deque[tuple[Load, Promised]] = deque()
    for load in loads:
        under_way.append((load, begin(load)))
        while len(under_way) >= most():
            yield _done(under_way)
    while under_way:
        yield _done(under_way)


def _done(under_way: deque[tuple[Load, Promised]]) -> Done:
    oldest, part = under_way.popleft()
    return oldest, part.result()
