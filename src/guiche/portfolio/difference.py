"""What changed between two audits of a portfolio.

A certificate is known by its fingerprint, who has it by holder and kind (`Holding`). Both audits
go into a database of SQLite that is a temporary file, so that the memory does not grow with them.

1. what is of the same holder and kind is compared by the certificate that ends last;
2. a certificate that has the place of another one is renewed; else it is new;
3. one that is no longer there, and has no successor, is gone; where the file that it was in could
   not be read now, that is not known, and is told apart.
"""

import json
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple, Self

import pyarrow as pa
import pyarrow.compute as pc

from guiche.portfolio.holder import Holding
from guiche.portfolio.result import Batches, seconds

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_KEPT = (
    "sha256", "profile", "certificate_type", "holder_name", "holder_cnpj", "holder_cpf",
    "responsible_name", "responsible_cpf", "enrolment_status", "enrolment_reason",
    "validity_status", "issuer_name", "source_name",
)  # fmt: skip
_TABLES = f"""
PRAGMA journal_mode = OFF;
PRAGMA cache_size = -65536;
CREATE TABLE certificate (
    side INTEGER, {", ".join(_KEPT)}, holder, kind, ends INTEGER, number INTEGER,
    PRIMARY KEY (side, sha256)
);
CREATE TABLE unread (name TEXT PRIMARY KEY) WITHOUT ROWID;
"""
_INSERT = f"INSERT OR IGNORE INTO certificate VALUES ({', '.join('?' * (len(_KEPT) + 5))})"  # noqa: S608
# Beside max(), the other columns are those of its row: https://sqlite.org/lang_select.html#bareagg
_LATEST = """
CREATE TABLE latest AS SELECT *, max(ends) FROM certificate WHERE holder IS NOT NULL
GROUP BY side, holder, kind;
CREATE INDEX latest_of ON latest (side, holder, kind);
"""
_BOTH = (
    "FROM latest a JOIN latest b ON a.side = 0 AND b.side = 1 AND b.holder = a.holder "
    "AND b.kind IS a.kind WHERE "
)
_KNOWN = "EXISTS (SELECT 1 FROM certificate o WHERE o.side = {side} AND o.sha256 = {of}.sha256)"
_SUCCESSOR = (
    "EXISTS (SELECT 1 FROM latest s WHERE s.side = 1 AND s.holder = a.holder "
    "AND s.kind IS a.kind AND s.ends > a.ends)"
)
_RENEWS = f"a.ends < b.ends AND NOT {_KNOWN.format(side=0, of='b')}"
_WITHOUT = "('blank', 'absent', 'doubtful')"
_LEFT = (
    f"FROM certificate a LEFT JOIN certificate b ON 0 WHERE a.side = 0 "
    f"AND NOT {_KNOWN.format(side=1, of='a')} AND NOT {_SUCCESSOR} AND "
)
_UNREAD = (
    "EXISTS (SELECT 1 FROM json_each(ancestors(a.source_name)) j JOIN unread u ON u.name = j.value)"
)


class Change(StrEnum):
    """What became of a certificate, or of a holder; the values are public."""

    RENEWED = "renewed"
    GAINED = "gained"
    LOST = "lost"
    EXPIRED = "expired"
    NEW = "new"
    GONE = "gone"
    UNREAD = "unread"


_QUERIES = {
    Change.RENEWED: _BOTH + _RENEWS,
    Change.GAINED: f"{_BOTH} a.enrolment_status IN {_WITHOUT} AND b.enrolment_status = 'present'",
    Change.LOST: f"{_BOTH} a.enrolment_status = 'present' AND b.enrolment_status IN {_WITHOUT}",
    Change.EXPIRED: (
        "FROM certificate a JOIN certificate b ON a.side = 0 AND b.side = 1 "
        "AND b.sha256 = a.sha256 WHERE a.validity_status IN ('valid', 'not_yet') "
        f"AND b.validity_status = 'expired' AND NOT {_SUCCESSOR}"
    ),
    Change.NEW: (
        "FROM certificate b LEFT JOIN certificate a ON 0 WHERE b.side = 1 "
        f"AND NOT {_KNOWN.format(side=0, of='b')} AND b.sha256 NOT IN "
        f"(SELECT b.sha256 {_BOTH} {_RENEWS})"
    ),
    Change.GONE: f"{_LEFT} NOT {_UNREAD}",
    Change.UNREAD: _LEFT + _UNREAD,
}


class Changed(NamedTuple):
    """One change: the row before and the row now, None where there is none."""

    change: Change
    before: dict[str, Any] | None
    now: dict[str, Any] | None

    @property
    def row(self) -> dict[str, Any]:
        """The one that tells who it is: that of now, if there is one."""
        row = self.now or self.before
        assert row is not None  # noqa: S101  # a change is of something
        return row


class Difference:
    """Two audits side by side. `earlier` and `later` are how many certificates each had."""

    def __init__(self, earlier: Batches, later: Batches) -> None:
        self._base = sqlite3.connect("")
        self._base.row_factory = sqlite3.Row
        self._base.create_function("ancestors", 1, _ancestors, deterministic=True)
        self._base.executescript(_TABLES)
        self.earlier = self._taken_in(0, earlier)
        self.later = self._taken_in(1, later)
        self._base.executescript(_LATEST)
        self.counts = {change: self._count(change) for change in Change}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._base.close()

    def rows(self, change: Change, most: int = -1) -> Iterator[Changed]:
        """Those of one kind, in the order of their tables, no more than `most`."""
        names = (*_KEPT, "ends", "number")
        wanted = ", ".join(f"{side}.{name}" for side in "ab" for name in names)
        query = f"SELECT {wanted} {_QUERIES[change]} ORDER BY coalesce(b.number, a.number) LIMIT ?"
        for row in self._base.execute(query, [most]):
            yield Changed(change, _row(names, row[: len(names)]), _row(names, row[len(names) :]))

    def _count(self, change: Change) -> int:
        count: int = self._base.execute(f"SELECT count(*) {_QUERIES[change]}").fetchone()[0]
        return count

    def _taken_in(self, side: int, batches: Batches) -> int:
        start = 0
        for batch in batches():
            self._base.executemany(_INSERT, ((side, *row) for row in _rows(batch, start)))
            if side:
                failed = batch["source_name"].filter(pc.is_valid(batch["error_code"])).to_pylist()
                self._base.executemany(
                    "INSERT OR IGNORE INTO unread VALUES (?)", ([name] for name in failed)
                )
            start += len(batch)
        query = "SELECT count(*) FROM certificate WHERE side = ?"
        count: int = self._base.execute(query, [side]).fetchone()[0]
        return count


def _rows(batch: pa.RecordBatch, start: int) -> Iterator[tuple[Any, ...]]:
    """Of what has a fingerprint: the columns kept, who it is of, its end, its place."""
    holding = [each.to_pylist() for each in Holding.of(batch)]
    ends = pc.fill_null(seconds(batch["not_after"]), 0)
    columns = [batch[name].to_pylist() for name in _KEPT]
    numbers = range(start + 1, start + len(batch) + 1)
    rows = zip(*columns, *holding, ends.to_pylist(), numbers, strict=True)
    return (row for row in rows if row[0])


def _row(names: tuple[str, ...], values: tuple[Any, ...]) -> dict[str, Any] | None:
    row = dict(zip(names, values, strict=True))
    if row["sha256"] is None:
        return None
    ends = row.pop("ends")
    return {**row, "not_after": _EPOCH + timedelta(seconds=ends) if ends else None}


def _ancestors(name: str) -> str:
    """A place and all that it is in, as JSON: `a.zip/b/c.cer`, `a.zip/b`, `a.zip`."""
    parts = name.split("/")
    return json.dumps(["/".join(parts[:count]) for count in range(len(parts), 0, -1)])
