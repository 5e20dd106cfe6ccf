"""Files and standard input: the size is known, or bounded, before anything is read."""

import os
import stat
import sys
from collections.abc import Callable, Sequence
from io import BufferedIOBase
from typing import cast

from guiche.sources.errors import (
    NoPermissionError,
    NotAFileError,
    NotFoundError,
    SourceError,
    TooLargeError,
    UnreadableError,
)
from guiche.sources.found import Reading, Source, printable
from guiche.sources.reading import MAX_INPUT, read, read_document, read_text

STANDARD_INPUT = "entrada padrão"
_NOT_FILES = (
    (stat.S_ISDIR, "uma pasta"),
    (stat.S_ISFIFO, "uma fila (FIFO)"),
    (stat.S_ISSOCK, "um soquete"),
    (stat.S_ISCHR, "um dispositivo"),
    (stat.S_ISBLK, "um dispositivo"),
)
# Between the look and the opening the name may have come to be a pipe, which would block.
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


def read_path(
    path: str | os.PathLike[str], *, name: str | None = None, passwords: Sequence[str] = ()
) -> Reading:
    """All certificates in the file at `path`, or in standard input where it is `-`; `name` is said
    back, where it is not to be the path.

    Raises `SourceError`, as `read` does; `PlaceError` where the file cannot be had.
    """

    def reading(file: BufferedIOBase, size: int, name: str) -> Reading:
        if size > MAX_INPUT:
            return read_document(file, size, name)
        return read(_bounded(file), name, passwords=passwords)

    return _read(os.fspath(path), reading, name)


def read_text_path(path: str | os.PathLike[str], *, passwords: Sequence[str] = ()) -> Reading:
    """The same, of a file that is known to be text, as `read_text`."""
    from guiche.sources.encoding import decode

    def reading(file: BufferedIOBase, size: int, name: str) -> Reading:
        if size > MAX_INPUT:
            raise TooLargeError("O arquivo", size, MAX_INPUT)
        return read_text(decode(_bounded(file)), name, passwords=passwords)

    return _read(os.fspath(path), reading)


def _read(
    path: str, reading: Callable[[BufferedIOBase, int, str], Reading], name: str | None = None
) -> Reading:
    """What `reading` makes of the open file, its size and its name; 0 where a size is not known."""
    name = STANDARD_INPUT if path == "-" else name or path
    try:
        if path == "-":
            return reading(cast("BufferedIOBase", sys.stdin.buffer), 0, name)
        with _opened(path) as file:
            return reading(file, os.fstat(file.fileno()).st_size, name)
    except SourceError as error:
        raise error.at(Source(printable(name), "unknown", 0)) from error.__cause__
    except OSError as error:
        failed = UnreadableError(error.strerror or "erro")
        raise failed.at(Source(printable(name), "unknown", 0)) from error


def content(name: str, limit: int) -> bytes:
    """All bytes of a file that has no more than `limit`.

    Raises `PlaceError`, `TooLargeError`.
    """
    with _opened(name) as file:
        if (size := os.fstat(file.fileno()).st_size) > limit:
            raise TooLargeError("O arquivo", size, limit)
        try:
            return _bounded(file, limit)
        except OSError as error:
            raise UnreadableError(error.strerror or "erro") from error


def _opened(name: str) -> BufferedIOBase:
    try:
        _refuse(os.stat(name))  # noqa: PTH116  # pathlib costs as much as the whole reading
        file = open(os.open(name, _FLAGS), "rb")  # noqa: PTH123, SIM115  # closed by whoever asked
        _refuse(os.fstat(file.fileno()))
    except FileNotFoundError as error:
        raise NotFoundError from error
    except PermissionError as error:
        raise NoPermissionError from error
    except OSError as error:
        raise UnreadableError(error.strerror or "erro") from error
    except ValueError as error:  # a NUL in the name
        raise NotFoundError from error
    return file


def _refuse(status: os.stat_result) -> None:
    for is_kind, words in _NOT_FILES:
        if is_kind(status.st_mode):
            raise NotAFileError(words)


def _bounded(stream: BufferedIOBase, limit: int = MAX_INPUT) -> bytes:
    data = stream.read(limit + 1)
    if len(data) > limit:
        raise TooLargeError("A entrada", None, limit)
    return data
