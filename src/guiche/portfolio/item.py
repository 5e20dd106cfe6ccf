"""What an audit is to read, one thing after the other."""

import os
from collections.abc import Callable, Iterator
from typing import NamedTuple

import pyarrow as pa
import pyarrow.parquet

from guiche.portfolio.octets import joined
from guiche.sources import DamagedError, Found, Source, SourceError


class Failure(NamedTuple):
    """Why there is no certificate: a `SourceError` that can go from one process to another."""

    source: Source
    code: str
    message: str

    @classmethod
    def of(cls, error: SourceError) -> "Failure":
        """What the error says."""
        return cls(error.source, error.code, error.message)


class Cells(NamedTuple):
    """Consecutive rows of a table at `path`: what stands in its column, as binary in a batch of one
    column; null or empty where nothing does. `first` is the number of the first row, from one."""

    path: str
    first: int
    batch: pa.RecordBatch

    @property
    def rows(self) -> int:
        """How many there are."""
        return len(self.batch)

    @property
    def size(self) -> int:
        """Bytes that it holds."""
        return int(self.batch.nbytes)

    def read(self) -> pa.Array:
        """What stands in them."""
        return self.batch.column(0)


class Group(NamedTuple):
    """The same of one row group of a Parquet file, for whoever carries it out to read; `size` is
    what that then holds, in bytes. `folder`: where a relative path begins, if not in that of
    whoever reads it."""

    path: str
    first: int
    column: str
    number: int
    rows: int
    size: int
    folder: str = ""

    @property
    def place(self) -> str:
        """Where its file is."""
        return os.path.join(self.folder, self.path)  # noqa: PTH118

    def read(self) -> pa.Array:
        """What stands in them; `DamagedError` where they cannot be read."""
        try:
            with pa.parquet.ParquetFile(self.place, pre_buffer=False) as file:
                column = file.read_row_group(self.number, columns=[self.column]).column(0)
                return joined([each.cast(pa.binary()) for each in column.chunks])
        except (pa.ArrowException, OSError, ValueError) as error:
            last = self.first + self.rows - 1
            raise DamagedError(f"a tabela não se lê da linha {self.first} à {last}") from error


class Files(NamedTuple):
    """Files of a folder, one after the other, whose names say that there is a certificate in each,
    for whoever carries them out to open: an item for each would take longer than to read it."""

    paths: tuple[str, ...]

    @property
    def rows(self) -> int:
        """How many there are."""
        return len(self.paths)

    @property
    def size(self) -> int:
        """Nothing yet: as of any file."""
        return 0

    def items(self) -> "Iterator[Item]":
        """Each by itself."""
        return map(Item, self.paths)


Many = Files | Cells | Group
"""What is many things to read."""


class Item(NamedTuple):
    """Something to read: a file (`content` None), files, or what stood in an archive, a table, a
    store: bytes, cells, a certificate found there, or why there is none.

    `claimed`: its name, or a person, says that there is a certificate in it. `once`: it is no file,
    and gives what it has only once. `folder`: as of a `Group`.
    """

    name: str
    content: bytes | Many | Found | Failure | None = None
    claimed: bool = True
    once: bool = False
    folder: str = ""

    @property
    def place(self) -> str:
        """Where its file is."""
        return os.path.join(self.folder, self.name) if self.folder else self.name  # noqa: PTH118

    @classmethod
    def of_files(cls, paths: tuple[str, ...]) -> "Item":
        """That of `Files`, of which there is one at least."""
        return cls(paths[0], Files(paths))

    @property
    def names(self) -> tuple[str, ...]:
        """By which it is known that it was read; of files that of each."""
        return self.content.paths if isinstance(self.content, Files) else (self.name,)

    def without(self, had: Callable[[str], bool]) -> "Item | None":
        """What is left of it when these names were read; None where nothing is."""
        left = tuple(name for name in self.names if not had(name))
        if len(left) == len(self.names):
            return self
        return Item.of_files(left) if left else None

    @property
    def size(self) -> int:
        """Bytes that it holds, here or where it is carried out."""
        if isinstance(self.content, Many):
            return self.content.size
        return len(self.content) if isinstance(self.content, bytes) else 0

    @property
    def rows(self) -> int:
        """How many things to read it is."""
        return self.content.rows if isinstance(self.content, Many) else 1
