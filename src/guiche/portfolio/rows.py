"""From an item to what there is in it, by the careful reading of `guiche.sources`."""

from collections.abc import Iterator, Mapping, Sequence

from guiche import sources
from guiche.portfolio import gather
from guiche.portfolio.item import Cells, Failure, Files, Group, Item
from guiche.sources import Found, SourceError

Passwords = Mapping[str, Sequence[str]]
"""Those to be tried, by the name of the file alone, without folder; "" for every file."""

Row = Found | Failure


def rows_of(item: Item, passwords: Passwords) -> Iterator[Row]:
    """What the item gives, in order. Never raises: an error is a row."""
    if isinstance(item.content, Files):
        for file in item.content.items():
            yield from rows_of(file, passwords)
    elif isinstance(item.content, Cells | Group):
        for cell in gather.cells(item, item.content):
            yield from rows_of(cell, passwords)
    elif item.content is None and (inside := gather.inside(item)):
        for each in inside:
            yield from rows_of(each, passwords)
    else:
        for row in _read(item, passwords):
            # That some other file of a folder has no certificate inside is no news.
            if isinstance(row, Found) or item.claimed or row.code != "no_certificate":
                yield row


def passwords_of(item: Item, passwords: Passwords) -> list[str]:
    """Those to be tried on it."""
    file = item.name.replace("\\", "/").rpartition("/")[2]
    return [*passwords.get(file, ()), *passwords.get("", ())]


def _read(item: Item, passwords: Passwords) -> Iterator[Row]:
    if isinstance(item.content, Found | Failure):
        yield item.content
        return
    known = passwords_of(item, passwords)
    try:
        if isinstance(item.content, bytes):
            reading = sources.read(item.content, item.name, passwords=known)
        else:
            reading = sources.read_path(item.place, name=item.name, passwords=known)
    except SourceError as error:
        yield from map(Failure.of, (error, *error.others))
    else:
        yield from reading.leaves
        yield from map(Failure.of, reading.errors)
