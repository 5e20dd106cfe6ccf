"""From the paths of a portfolio to its items, one at a time: nothing is gathered."""

from collections.abc import Iterator, Sequence

from guiche.portfolio import archives, tables
from guiche.portfolio.load import Failure, Item
from guiche.sources import Found, Source, SourceError, stores
from guiche.sources.errors import NoPermissionError, UnreadableError
from guiche.sources.found import Member, printable
from guiche.sources.reading import CERTIFICATE_SUFFIXES
from guiche.sources.walk import Entry, expand, walk

_ZIP = b"PK\x03\x04"
_PACKED = (b"\x1f\x8b", b"BZh", b"\xfd7zXZ\x00")
_USTAR, _USTAR_AT = b"ustar", 257


def items(
    paths: Sequence[str], *, column: str | None = None, store: str | None = None
) -> Iterator[Item]:
    """All that is to be read: files of folders and globs, members of ZIP and tar, cells of tables,
    the certificates of a `store`. What cannot be opened is an item too."""
    closed: list[Item] = []
    for entry in walk(expand(paths), lambda error: closed.append(_closed(error))):
        yield from _of_file(entry, column)
    yield from closed
    if store is not None:
        yield from _of_store(store)


def _of_file(entry: Entry, column: str | None) -> Iterator[Item]:
    try:
        kind = None if entry.path == "-" else _kind_of(entry.path)
    except OSError:
        kind = None  # whoever reads it says why
    if kind == "zip":
        yield from _members(entry, archives.zip_members(entry.path), CERTIFICATE_SUFFIXES)
    elif kind == "tar":
        yield from _members(entry, archives.tar_members(entry.path), CERTIFICATE_SUFFIXES)
    elif kind:
        yield from _members(entry, tables.members(entry.path, kind, column), ("",))
    else:
        yield Item(entry.path, claimed=entry.claimed)


def _kind_of(path: str) -> str | None:
    """What of many items it is; None of a file that `guiche.sources` reads."""
    with open(path, "rb") as file:  # noqa: PTH123  # a folder may hold a million
        head = file.read(_USTAR_AT + len(_USTAR))
    if head.startswith(_ZIP):
        return "zip"
    if head.startswith(_PACKED) or head.endswith(_USTAR):
        return "tar"
    return tables.kind_of(path, head)


def _members(entry: Entry, members: Iterator[Member], claimed: tuple[str, ...]) -> Iterator[Item]:
    try:
        for name, content in members:
            place = f"{entry.path}/{name}"
            yield Item(place, _had(content, place), claimed=name.lower().endswith(claimed))
    except SourceError as error:
        failure = Failure.of(error.at(_unknown(entry.path)))
        yield Item(entry.path, failure, claimed=entry.claimed)


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
