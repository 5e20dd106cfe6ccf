"""Files and standard input: the size is known, or bounded, before anything is read."""

import os
import stat
import sys
from collections.abc import Sequence
from typing import BinaryIO

from guiche.sources.errors import (
    NoPermissionError,
    NotAFileError,
    NotFoundError,
    SourceError,
    TooLargeError,
    UnreadableError,
)
from guiche.sources.found import Reading, Source, printable
from guiche.sources.reading import MAX_INPUT, read, read_text

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


def read_path(path: str | os.PathLike[str], *, passwords: Sequence[str] = ()) -> Reading:
    """All certificates in the file at `path`, or in standard input where it is `-`.

    Raises `SourceError`, as `read` does; `PlaceError` where the file cannot be had.
    """
    data, name = _fetched(os.fspath(path))
    return read(data, name, passwords=passwords)


def read_text_path(path: str | os.PathLike[str], *, passwords: Sequence[str] = ()) -> Reading:
    """The same, of a file that is known to be text, as `read_text`."""
    from guiche.sources.encoding import decode

    data, name = _fetched(os.fspath(path))
    return read_text(decode(data), name, passwords=passwords)


def _fetched(path: str) -> tuple[bytes, str]:
    name = STANDARD_INPUT if path == "-" else path
    try:
        return (_bounded(sys.stdin.buffer, MAX_INPUT) if path == "-" else content(path)), name
    except SourceError as error:
        raise error.at(Source(printable(name), "unknown", 0)) from error.__cause__


def content(name: str, limit: int = MAX_INPUT) -> bytes:
    """All bytes of a file that has no more than `limit`.

    Raises `PlaceError`, `TooLargeError`.
    """
    try:
        _refuse(os.stat(name), limit)  # noqa: PTH116  # pathlib costs as much as the whole reading
        with open(os.open(name, _FLAGS), "rb") as file:  # noqa: PTH123
            _refuse(os.fstat(file.fileno()), limit)
            return _bounded(file, limit)
    except FileNotFoundError as error:
        raise NotFoundError from error
    except PermissionError as error:
        raise NoPermissionError from error
    except OSError as error:
        raise UnreadableError(error.strerror or "erro") from error
    except ValueError as error:  # a NUL in the name
        raise NotFoundError from error


def _refuse(status: os.stat_result, limit: int) -> None:
    for is_kind, words in _NOT_FILES:
        if is_kind(status.st_mode):
            raise NotAFileError(words)
    if status.st_size > limit:
        raise TooLargeError("O arquivo", status.st_size, limit)


def _bounded(stream: BinaryIO, limit: int) -> bytes:
    try:
        data = stream.read(limit + 1)
    except OSError as error:
        raise UnreadableError(error.strerror or "erro") from error
    if len(data) > limit:
        raise TooLargeError("A entrada", None, limit)
    return data
