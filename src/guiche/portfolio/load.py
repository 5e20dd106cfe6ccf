"""What there is to read, in loads that any process can carry out, and the part that each gives."""

from collections import Counter
from datetime import datetime
from typing import Any, NamedTuple

import pyarrow as pa

from guiche.portfolio.columns import DER
from guiche.portfolio.item import Failure, Item
from guiche.portfolio.rows import Passwords, Row, rows_of
from guiche.portfolio.runs import Plain, runs_of
from guiche.portfolio.table import Table
from guiche.sources.line import line_of

ERROR = "error"
LINE = "line"


class Load(NamedTuple):
    """Some items, the moment that they are judged for, and the passwords of their files."""

    items: tuple[Item, ...]
    at: datetime
    passwords: Passwords

    @property
    def rows(self) -> int:
        """How many things to read it is."""
        return sum(item.rows for item in self.items)

    def __reduce__(self) -> tuple[Any, ...]:
        """Without the name of the class for each item: that would be most of what is sent."""
        return _load, ([tuple(item) for item in self.items], self.at, self.passwords)


def _load(items: list[tuple[Any, ...]], at: datetime, passwords: Passwords) -> Load:
    return Load(tuple(map(Item._make, items)), at, passwords)


class Part(NamedTuple):
    """What a load gave: columns or lines, and how often each status is there (or `ERROR`)."""

    content: pa.RecordBatch | bytes
    counts: Counter[str]


def lines_of(load: Load) -> Part:
    """The public contract, an object a line."""
    lines, counts = [], Counter[str]()
    for item in load.items:
        for row in rows_of(item, load.passwords):
            line, status = _line(row, load.at)
            lines.append(line)
            counts[status] += 1
    return Part(b"".join(lines), counts)


def columns_of_load(load: Load) -> Part:
    """The columns of `COLUMNS`."""
    batch = _table(load).batch(load.at)
    return Part(batch, _counted(batch))


def lines_and_columns_of(load: Load) -> Part:
    """The columns of `COLUMNS`, and the public contract as one more, `LINE`."""
    rows = [row for item in load.items for row in rows_of(item, load.passwords)]
    table = Table()
    table.add(rows)
    batch = table.batch(load.at)
    lines = pa.array([_line(row, load.at)[0] for row in rows], pa.binary())
    return Part(batch.append_column(LINE, lines), _counted(batch))


def columns_and_certificates_of(load: Load) -> Part:
    """The columns of `COLUMNS`, and the certificate itself as one more, `DER`."""
    table = _table(load)
    batch = table.batch(load.at)
    return Part(batch.append_column(DER, table.ders), _counted(batch))


def _table(load: Load) -> Table:
    table = Table()
    for run in runs_of(load.items):
        if isinstance(run, Plain):
            table.add_plain(*run)
        else:
            table.add(row for item in run for row in rows_of(item, load.passwords))
    return table


def _line(row: Row, at: datetime) -> tuple[bytes, str]:
    if isinstance(row, Failure):
        said = {"code": row.code, "message": row.message}
        return line_of({"source": row.source._asdict(), "error": said}), ERROR
    reading = row.inspect(at=at)
    return line_of(row.contract(reading)), reading.enrolment.status


def _counted(batch: pa.RecordBatch) -> Counter[str]:
    told = batch.column("enrolment_status").drop_null().value_counts().flatten()
    counts = Counter(dict(zip(*(each.to_pylist() for each in told), strict=True)))
    counts[ERROR] = len(batch) - batch.column("error_code").null_count
    return +counts
