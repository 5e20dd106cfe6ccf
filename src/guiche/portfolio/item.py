"""What an audit is to read, one thing after the other."""

import os
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


class Item(NamedTuple):
    """Something to read: a file (`content` None), or what stood in an archive, a table, a store:
    bytes, cells, a certificate found there, or why there is none.

    `claimed`: its name, or a person, says that there is a certificate in it. `once`: it is no file,
    and gives what it has only once. `folder`: as of a `Group`.
    """

    name: str
    content: bytes | Cells | Group | Found | Failure | None = None
    claimed: bool = True
    once: bool = False
    folder: str = ""

    @property
    def place(self) -> str:
        """Where its file is."""
        return os.path.join(self.folder, self.name) if self.folder else self.name  # noqa: PTH118

    @property
    def size(self) -> int:
        """Bytes that it holds, here or where it is carried out."""
        if isinstance(self.content, Cells | Group):
            return self.content.size
        return len(self.content) if isinstance(self.content, bytes) else 0

    @property
    def rows(self) -> int:
        """How many things to read it is."""
        return self.content.rows if isinstance(self.content, Cells | Group) else 1
