"""The table of an audit: a row for each certificate, or for what could not be read."""

from collections.abc import Iterable, Sequence
from datetime import datetime

import pyarrow as pa

from guiche.portfolio.batch import inspect_batch
from guiche.portfolio.columns import DER, SCHEMA, columns_of, with_rows
from guiche.portfolio.item import Failure
from guiche.portfolio.octets import joined
from guiche.portfolio.rows import Row
from guiche.sources import Found
from guiche.sources.found import printable

_SOURCE = pa.schema(
    [
        ("source_name", pa.string()),
        ("source_kind", pa.string()),
        ("source_index", pa.int32()),
        ("error_code", pa.string()),
        ("error_message", pa.string()),
    ]
)
COLUMNS = pa.schema([*_SOURCE, *SCHEMA])
"""A row for each certificate, or for what could not be read: then its columns are null."""


class Table:
    """Grows at its end, and is then read as a whole."""

    def __init__(self) -> None:
        """Without a row."""
        self._places: list[pa.RecordBatch] = []
        self._ders: list[pa.Array] = []
        self._pasted: dict[int, Found] = {}
        self._count = 0

    def add_plain(self, names: Sequence[str], ders: pa.Array) -> None:
        """Certificates, each alone at the place of that name."""
        count = len(names)
        arrays = [
            pa.array([printable(name) for name in names], pa.string()), pa.repeat("der", count),
            pa.repeat(pa.scalar(0, pa.int32()), count), *2 * [pa.nulls(count, pa.string())],
        ]  # fmt: skip
        self._add(arrays, ders)

    def add(self, rows: Iterable[Row]) -> None:
        """What was found, and what failed."""
        rows = list(rows)
        for number, row in enumerate(rows, self._count):
            if isinstance(row, Found) and row.der is None:
                self._pasted[number] = row
        columns = list(zip(*map(_place, rows), strict=True)) or [()] * len(_SOURCE)
        arrays = [pa.array(each, kind) for each, kind in zip(columns, _SOURCE.types, strict=True)]
        ders = [row.der if isinstance(row, Found) else None for row in rows]
        self._add(arrays, pa.array(ders, pa.binary()))

    @property
    def ders(self) -> pa.Array:
        """The certificate of each row; null where there is none."""
        return joined(self._ders)

    def batch(self, at: datetime) -> pa.RecordBatch:
        """All of it, judged for that moment."""
        if not self._ders:
            return pa.RecordBatch.from_pylist([], schema=COLUMNS)
        places = pa.concat_batches(self._places)
        read = inspect_batch(pa.record_batch({DER: self.ders}), at=at).columns
        pasted = columns_of(each.inspect(at=at) for each in self._pasted.values())
        arrays = [*places.columns, *with_rows(read, [*self._pasted], pasted)]
        return pa.RecordBatch.from_arrays(arrays, schema=COLUMNS)

    def _add(self, place: list[pa.Array], ders: pa.Array) -> None:
        self._places.append(pa.RecordBatch.from_arrays(place, schema=_SOURCE))
        self._ders.append(ders)
        self._count += len(ders)


def _place(row: Row) -> tuple[object, ...]:
    told = (row.code, row.message) if isinstance(row, Failure) else (None, None)
    return (*row.source, *told)
