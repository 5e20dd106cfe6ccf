"""From the paths of a command line to the files to read, one at a time."""

import glob
import os
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from guiche.sources import CERTIFICATE_SUFFIXES


class Entry(NamedTuple):
    """A file to read; `claimed` when a person or the file's name says it is a certificate."""

    path: str
    claimed: bool


def expand(paths: Sequence[str]) -> list[str]:
    """The paths, with globs expanded as no Windows shell does; one that matches nothing stays."""
    expanded: list[str] = []
    for path in paths:
        if path == "-" or os.path.lexists(path) or not glob.has_magic(path):
            expanded.append(path)
        else:
            expanded += sorted(glob.glob(path, recursive=True)) or [path]  # noqa: PTH207
    return expanded


def walk(paths: Sequence[str], on_error: Callable[[OSError], object]) -> Iterator[Entry]:
    """Every file of the paths; folders are walked, links to folders are not followed.

    Nothing is gathered: a folder of any size costs the memory of its widest level. A folder that
    cannot be listed goes to `on_error`, and the walk goes on.
    """
    for path in paths:
        # pathlib raises where the system will not look: a closed folder, a name too long.
        if path != "-" and os.path.isdir(path):  # noqa: PTH112
            yield from _folder(path, on_error)
        else:
            yield Entry(path, claimed=True)


def _folder(folder: str, on_error: Callable[[OSError], object]) -> Iterator[Entry]:
    pending = [folder]
    while pending:
        try:
            with os.scandir(pending.pop()) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        pending.append(entry.path)
                    elif file := _file(entry):
                        yield file
        except OSError as error:
            on_error(error)


def _file(entry: "os.DirEntry[str]") -> Entry | None:
    """The file to read; of what cannot be told (a loop of links) the reading says why."""
    try:
        if not entry.is_file():
            return None
    except OSError:
        return Entry(entry.path, claimed=True)
    return Entry(entry.path, claimed=entry.name.lower().endswith(CERTIFICATE_SUFFIXES))
