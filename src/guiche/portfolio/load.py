"""What there is to read, in loads that any process can carry out, and the part that each gives."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

import pyarrow as pa

from guiche import sources
from guiche.portfolio.batch import inspect_batch
from guiche.portfolio.columns import DER, SCHEMA, columns_of
from guiche.sources import Found, Source, SourceError
from guiche.sources.line import line_of

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

Passwords = Mapping[str, Sequence[str]]
"""Those to be tried, by the name of the file alone, without folder; "" for every file."""

ERROR = "error"
LINE = "line"


class Failure(NamedTuple):
    """Why there is no certificate: a `SourceError` that can go from one process to another."""

    source: Source
    code: str
    message: str

    @classmethod
    def of(cls, error: SourceError) -> "Failure":
        """What the error says."""
        return cls(error.source, error.code, error.message)


class Item(NamedTuple):
    """Something to read: a file (`content` None), or what stood in an archive, a table, a store:
    bytes, a certificate found there, or why there is none.

    `claimed`: its name, or a person, says that there is a certificate in it.
    """

    name: str
    content: bytes | Found | Failure | None = None
    claimed: bool = True


class Load(NamedTuple):
    """Some items, the moment that they are judged for, and the passwords of their files."""

    items: tuple[Item, ...]
    at: datetime
    passwords: Passwords


class Part(NamedTuple):
    """What a load gave: columns or lines, and how often each status is there (or `ERROR`)."""

    content: pa.RecordBatch | bytes
    counts: Counter[str]


Row = Found | Failure


def lines_of(load: Load) -> Part:
    """The public contract, an object a line."""
    lines, counts = [], Counter[str]()
    for row in _rows(load):
        line, status = _line(row, load.at)
        lines.append(line)
        counts[status] += 1
    return Part(b"".join(lines), counts)


def columns_of_load(load: Load) -> Part:
    """The columns of `COLUMNS`."""
    batch = _columns(list(_rows(load)), load.at)
    return Part(batch, _counted(batch))


def lines_and_columns_of(load: Load) -> Part:
    """The columns of `COLUMNS`, and the public contract as one more, `LINE`."""
    rows = list(_rows(load))
    batch = _columns(rows, load.at)
    lines = pa.array([_line(row, load.at)[0] for row in rows], pa.binary())
    return Part(batch.append_column(LINE, lines), _counted(batch))


def columns_and_certificates_of(load: Load) -> Part:
    """The columns of `COLUMNS`, and the certificate itself as one more, `DER`."""
    rows = list(_rows(load))
    batch = _columns(rows, load.at)
    ders = pa.array([row.der if isinstance(row, Found) else None for row in rows], pa.binary())
    return Part(batch.append_column(DER, ders), _counted(batch))


def _line(row: Row, at: datetime) -> tuple[bytes, str]:
    if isinstance(row, Failure):
        said = {"code": row.code, "message": row.message}
        return line_of({"source": row.source._asdict(), "error": said}), ERROR
    reading = row.inspect(at=at)
    return line_of(row.contract(reading)), reading.enrolment.status


def _columns(rows: list[Row], at: datetime) -> pa.RecordBatch:
    sources_ = list(zip(*map(_source, rows), strict=True)) or [()] * len(_SOURCE)
    arrays = [pa.array(each, kind) for each, kind in zip(sources_, _SOURCE.types, strict=True)]
    found = [row if isinstance(row, Found) else None for row in rows]
    if any(each and each.der is None for each in found):  # values of a pasted text
        arrays += columns_of(each and each.inspect(at=at) for each in found)
    else:
        ders = pa.array([each and each.der for each in found], pa.binary())
        arrays += inspect_batch(pa.record_batch({DER: ders}), at=at).columns
    return pa.RecordBatch.from_arrays(arrays, schema=COLUMNS)


def _counted(batch: pa.RecordBatch) -> Counter[str]:
    counts = Counter[str](batch.column("enrolment_status").drop_null().to_pylist())
    counts[ERROR] = len(batch) - batch.column("error_code").null_count
    return +counts


def _source(row: Row) -> tuple[object, ...]:
    told = (row.code, row.message) if isinstance(row, Failure) else (None, None)
    return (*row.source, *told)


def _rows(load: Load) -> Iterator[Row]:
    """What the items give, in order. Never raises: an error is a row."""
    for item in load.items:
        for row in _of(item, load.passwords):
            # That some other file of a folder has no certificate inside is no news.
            if isinstance(row, Found) or item.claimed or row.code != "no_certificate":
                yield row


def _of(item: Item, passwords: Passwords) -> Iterator[Row]:
    if isinstance(item.content, Found | Failure):
        yield item.content
        return
    file = item.name.replace("\\", "/").rpartition("/")[2]
    known = [*passwords.get(file, ()), *passwords.get("", ())]
    try:
        if item.content is None:
            reading = sources.read_path(item.name, passwords=known)
        else:
            reading = sources.read(item.content, item.name, passwords=known)
    except SourceError as error:
        yield from map(Failure.of, (error, *error.others))
    else:
        yield from reading.leaves
        yield from map(Failure.of, reading.errors)
