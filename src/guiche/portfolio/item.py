"""What an audit is to read, one thing after the other."""

import os
from collections.abc import Iterator
from typing import NamedTuple

import pyarrow as pa

from guiche.sources import Found, Source, SourceError


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
    def items(self) -> "Iterator[Item]":
        """One for each cell in which something stands."""
        for number, cell in enumerate(self.batch.column(0).to_pylist(), self.first):
            if cell:
                yield Item(f"{self.path}/{number}", cell)


class Item(NamedTuple):
    """Something to read: a file (`content` None), or what stood in an archive, a table, a store:
    bytes, cells, a certificate found there, or why there is none.

    `claimed`: its name, or a person, says that there is a certificate in it. `folder`: where a
    relative name begins, if not in that of whoever reads it.
    """

    name: str
    content: bytes | Cells | Found | Failure | None = None
    claimed: bool = True
    folder: str = ""

    @property
    def place(self) -> str:
        """Where its file is."""
        return os.path.join(self.folder, self.name) if self.folder else self.name  # noqa: PTH118

    @property
    def size(self) -> int:
        """Bytes that it holds."""
        if isinstance(self.content, Cells):
            return int(self.content.batch.nbytes)
        return len(self.content) if isinstance(self.content, bytes) else 0

    @property
    def rows(self) -> int:
        """How many things to read it is."""
        return len(self.content.batch) if isinstance(self.content, Cells) else 1
