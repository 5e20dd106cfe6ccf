"""From the paths of a portfolio to its items, one at a time: nothing is gathered."""

import os
from collections.abc import Iterator, Sequence
from itertools import groupby, islice

from guiche.portfolio import archives, tables
from guiche.portfolio.item import Cells, Failure, Group, Item
from guiche.sources import Found, Source, SourceError, stores
from guiche.sources.errors import NoPermissionError, UnreadableError
from guiche.sources.found import Member, printable
from guiche.sources.reading import CERTIFICATE_SUFFIXES
from guiche.sources.walk import Entry, expand, walk

_FILES = 2048
"""That are one item."""


def items(
    paths: Sequence[str], *, column: str | None = None, store: str | None = None
) -> Iterator[Item]:
    """All that is to be read: files of folders and globs, members of ZIP and tar, cells of tables,
    the certificates of a `store`. What cannot be opened is an item too."""
    closed: list[Item] = []
    for path in expand(paths):
        if path != "-" and os.path.isdir(path):  # noqa: PTH112  # pathlib raises
            entries = walk([path], lambda error: closed.append(_closed(error)))
            yield from _of_folder(entries, column)
        else:
            once = path == "-" or not os.path.isfile(path)  # noqa: PTH113
            yield from _of_file(Item(path, once=once), column)
    yield from closed
    if store is not None:
        yield from _of_store(store)


def expected(paths: Sequence[str]) -> int | None:
    """How many rows `items` will tell of, about; None where only reading them tells."""
    count = 0
    for entry in walk(expand(paths), lambda _: None):
        rows = _expected(entry.path)
        if rows is None:
            return None
        count += rows
    return count


def _expected(path: str) -> int | None:
    if path.lower().endswith(CERTIFICATE_SUFFIXES) or not os.path.isfile(path):  # noqa: PTH113
        return 1
    try:
        kind = _kind_of(path)
        if kind == "zip":
            return archives.zip_count(path)
        return tables.count(path, kind) if kind else 1
    except (OSError, SourceError):
        return 1


def inside(item: Item, column: str | None = None) -> Iterator[Item] | None:
    """What the file of an item has in it, where it is an archive or a table; None where it is none
    of these, but for `guiche.sources` to read."""
    try:
        kind = None if item.once else _kind_of(item.place)
    except (OSError, ValueError):
        return None  # whoever reads it says why
    if kind in ("zip", "tar"):
        return _members(item, archives.members(item.place, kind))
    return _of_table(item, kind, column) if kind else None


def _of_folder(entries: Iterator[Entry], column: str | None) -> Iterator[Item]:
    for claimed, some in groupby(entries, lambda entry: entry.claimed):
        if claimed:
            paths = (entry.path for entry in some)
            while several := tuple(islice(paths, _FILES)):
                yield Item.of_files(several)
        else:
            for entry in some:
                yield from _of_file(Item(entry.path, claimed=False), column)


def _of_file(item: Item, column: str | None) -> Iterator[Item]:
    # Whoever carries it out looks inside of what is named as a certificate.
    if item.name.lower().endswith(CERTIFICATE_SUFFIXES):
        yield item
    else:
        yield from inside(item, column) or [item]


def _kind_of(path: str) -> str | None:
    """What of many items it is; None of a file that `guiche.sources` reads."""
    with open(path, "rb") as file:  # noqa: PTH123  # a folder may hold a million
        head = file.read(archives.HEAD)
    return archives.kind_of(head) or tables.kind_of(path, head)


def _members(archive: Item, members: Iterator[Member]) -> Iterator[Item]:
    try:
        for name, content in members:
            place = f"{archive.name}/{name}"
            is_claimed = name.lower().endswith(CERTIFICATE_SUFFIXES)
            yield Item(place, _had(content, place), claimed=is_claimed)
    except SourceError as error:
        yield _failed(archive, error)


def _of_table(table: Item, kind: str, column: str | None) -> Iterator[Item]:
    try:
        for first, piece in tables.pieces(table.place, kind, column):
            place = f"{table.name}/{first}"
            if isinstance(piece, SourceError):
                yield Item(place, _had(piece, place))
            else:
                yield Item(f"{place}-{first + piece.rows - 1}", piece)
    except SourceError as error:
        yield _failed(table, error)


def cells(item: Item, piece: Cells | Group) -> Iterator[Item]:
    """An item for each cell in which something stands."""
    try:
        for number, cell in enumerate(piece.read().to_pylist(), piece.first):
            if cell:
                yield Item(f"{piece.path}/{number}", cell)
    except SourceError as error:
        yield _failed(item, error)


def _failed(item: Item, error: SourceError) -> Item:
    return item._replace(content=Failure.of(error.at(_unknown(item.name))))


def _had(content: bytes | SourceError, place: str) -> bytes | Failure:
    if isinstance(content, bytes):
        return content
    return Failure.of(content.at(_unknown(place)))


def _of_store(store: str) -> Iterator[Item]:
    try:
        reading = stores.read(store)
    except SourceError as error:
        contents: list[Found | Failure] = [Failure.of(each) for each in (error, *error.others)]
    else:
        contents = [*reading.leaves, *map(Failure.of, reading.errors)]
    for number, content in enumerate(contents):
        yield Item(f"{store}#{number}", content)


def _closed(error: OSError) -> Item:
    name = str(error.filename)
    closed = isinstance(error, PermissionError)
    why = NoPermissionError() if closed else UnreadableError(error.strerror or "erro")
    return Item(name, Failure.of(why.at(_unknown(name))))


def _unknown(name: str) -> Source:
    return Source(printable(name), "unknown", 0)
