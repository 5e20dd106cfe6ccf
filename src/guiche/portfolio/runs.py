"""The items of a load, many at once where they are plain: no object is made for each of those."""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby, pairwise
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from guiche.portfolio.item import Cells, Files, Group, Item, Many
from guiche.portfolio.plain import MOST, plain
from guiche.sources import SourceError


class Plain(NamedTuple):
    """Certificates in DER, each alone at the place of its name."""

    names: Sequence[str]
    ders: pa.Array


Run = Plain | list[Item]
"""Items that follow each other: plain, or for the careful reading."""


def runs_of(items: Iterable[Item]) -> Iterator[Run]:
    """All of the items, in order."""
    for are_many, some in groupby(items, lambda item: isinstance(item.content, Many)):
        if are_many:
            for item in some:
                yield from _of_many(item)
        else:
            several = list(some)
            contents = pa.array([_octets(item) for item in several], pa.binary())
            yield from _runs([item.name for item in several], contents, several.__getitem__)


def _of_many(item: Item) -> Iterator[Run]:
    if isinstance(item.content, Files):
        paths = item.content.paths
        contents = pa.array([_read(path) for path in paths], pa.binary())
        yield from _runs(paths, contents, lambda at: Item(paths[at]))
    elif isinstance(item.content, Cells | Group):
        yield from _of_cells(item, item.content)


def _of_cells(item: Item, cells: Cells | Group) -> Iterator[Run]:
    try:
        column = cells.read()
    except SourceError:
        yield [item]
        return
    there = np.flatnonzero(pc.fill_null(pc.binary_length(column), 0))
    names = [f"{cells.path}/{cells.first + number}" for number in there.tolist()]
    contents = column if len(there) == len(column) else column.take(pa.array(there))
    yield from _runs(names, contents, lambda at: Item(names[at], contents[at].as_py()))


def _runs(names: Sequence[str], contents: pa.Array, item: Callable[[int], Item]) -> Iterator[Run]:
    is_plain = plain(contents)
    changes = np.flatnonzero(is_plain[1:] != is_plain[:-1]) + 1
    for start, stop in pairwise([0, *changes.tolist(), len(names)]):
        if start < stop and is_plain[start]:
            yield Plain(names[start:stop], contents.slice(start, stop - start))
        else:
            yield [item(at) for at in range(start, stop)]


def _octets(item: Item) -> bytes | None:
    """Those of an item that may be plain; of what else it may be somebody else finds out."""
    if item.content is not None:
        return item.content if isinstance(item.content, bytes) else None
    return None if item.once else _read(item.place)


def _read(path: str) -> bytes | None:
    """What stands in the file, where that may be plain."""
    try:
        file = os.open(path, os.O_RDONLY)
        try:
            content = os.read(file, MOST + 1)
        finally:
            os.close(file)
    except OSError:
        return None
    return content if len(content) <= MOST else None
