"""A load on its way to a worker, which may be of another machine.

Not every load may leave: passwords, and what looks like holding a private key, stay where they are.
A worker reads files itself where it sees the same ones; where it does not, their contents go there.
"""

import io
import os
import pickle
import stat
from collections.abc import Iterator
from enum import Enum, auto
from typing import NamedTuple

import pyarrow as pa

from guiche import __version__
from guiche.portfolio import gather, keys
from guiche.portfolio.columns import DER
from guiche.portfolio.engines import CarryOut
from guiche.portfolio.item import Cells, Files, Group, Item
from guiche.portfolio.load import Load, Part
from guiche.portfolio.plain import plain
from guiche.portfolio.rows import Passwords, passwords_of
from guiche.sources import SourceError
from guiche.sources.reading import MAX_INPUT

MOST = 64 << 20
"""Octets of files that go with one errand."""

Stamp = tuple[int, int, int]
"""By which a file is known again: octets, when it was changed, its number on its disk."""


class Unable(Enum):
    """Why a worker has not carried out a load."""

    OTHER_VERSION = auto()
    UNSEEN = auto()


class Sealed(bytes):
    """An errand as octets, which a scheduler holds without opening it, and logs without a name."""

    def __repr__(self) -> str:
        return f"<{len(self)} octets>"


class Errand(NamedTuple):
    """What a worker is asked for: the load with the files as they were seen here."""

    carry_out: CarryOut
    load: Load
    seen: tuple[Stamp, ...]

    def sealed(self) -> Sealed:
        """For `carried_out`."""
        octets = io.BytesIO()
        octets.write(f"{__version__}\n".encode())
        pickle.dump(tuple(self), octets, pickle.HIGHEST_PROTOCOL)
        return Sealed(octets.getvalue())

    def with_contents(self) -> "Errand | None":
        """That which needs no file; None where one may not leave, or all are too large."""
        if sum(map(_size, self.load.items)) > MOST:
            return None
        filled = [_filled(item) for item in self.load.items]
        items = tuple(item for item in filled if item and not _may_hold_key(item))
        whole = len(items) == len(filled)
        return Errand(self.carry_out, self.load._replace(items=items), ()) if whole else None


def errand(carry_out: CarryOut, load: Load) -> Errand | None:
    """What may go to a worker; None where the load has to be carried out here."""
    seen: list[Stamp] = []
    items: list[Item] = []
    folder = os.getcwd()  # noqa: PTH109
    for item in _each(load):
        if _may_need_password(item, load.passwords) or _may_hold_key(item):
            return None
        if place := _place(item):
            stamp = None if item.once else _stamp(place)
            if stamp is None:
                return None
            seen.append(stamp)
        items.append(_in_folder(item, folder))
    return Errand(carry_out, load._replace(items=tuple(items), passwords={}), tuple(seen))


def carried_out(sealed: bytes) -> Part | Unable:
    """What a worker does."""
    octets = io.BytesIO(sealed)
    if octets.readline() != f"{__version__}\n".encode():
        return Unable.OTHER_VERSION
    # Who may send errands may run code here anyway.
    carry_out, load, seen = pickle.load(octets)  # noqa: S301
    if seen and tuple(map(_stamp, filter(None, map(_place, load.items)))) != seen:
        return Unable.UNSEEN
    done: Part = carry_out(load)
    return done


def _each(load: Load) -> Iterator[Item]:
    """Of files each by itself: each has a stamp, and where it is not seen its content goes."""
    for item in load.items:
        if isinstance(item.content, Files):
            yield from item.content.items()
        else:
            yield item


def _stamp(place: str) -> Stamp | None:
    """None of what is no file, or not to be had."""
    try:
        status = os.stat(place)  # noqa: PTH116  # of a million
    except (OSError, ValueError):
        return None
    is_file = stat.S_ISREG(status.st_mode)
    return (status.st_size, status.st_mtime_ns, status.st_ino) if is_file else None


def _place(item: Item) -> str | None:
    """Where the file is that has to be read for it."""
    if isinstance(item.content, Group):
        return item.content.place
    return item.place if item.content is None else None


def _in_folder(item: Item, folder: str) -> Item:
    """The same for whoever is in another one."""
    if isinstance(item.content, Group):
        return item._replace(content=item.content._replace(folder=folder))
    return item._replace(folder=folder) if item.content is None else item


def _size(item: Item) -> int:
    if item.content is None and (stamp := _stamp(item.place)):
        return stamp[0]
    return item.size


def _filled(item: Item) -> Item | None:
    """With its content; None where that cannot be had, is not held at once, or has many inside."""
    if isinstance(item.content, Group):
        return _with_cells(item, item.content)
    if item.content is not None:
        return item
    if gather.inside(item):
        return None
    try:
        with open(item.place, "rb") as file:  # noqa: PTH123
            content = file.read(MAX_INPUT + 1)
    except OSError:
        return None
    return item._replace(content=content) if len(content) <= MAX_INPUT else None


def _with_cells(item: Item, group: Group) -> Item | None:
    try:
        batch = pa.record_batch({DER: group.read()})
    except SourceError:
        return None
    return item._replace(content=Cells(group.path, group.first, batch))


def _may_need_password(item: Item, passwords: Passwords) -> bool:
    """Whether one is for the item, or for what is inside."""
    if not passwords:
        return False
    has_inside = item.content is None and gather.inside(item) is not None
    return (
        has_inside or isinstance(item.content, Cells | Group) or bool(passwords_of(item, passwords))
    )


def _may_hold_key(item: Item) -> bool:
    """By the name of what is content, or by its beginning: that of a PKCS#12, of a key."""
    if isinstance(item.content, Cells):
        column = item.content.batch.column(0)
        doubtful = column.filter(pa.array(~plain(column)))
        return any(keys.begins_as(content) for content in doubtful.to_pylist() if content)
    if not isinstance(item.content, bytes):
        return False
    return keys.may_hold(item.name, item.content)
