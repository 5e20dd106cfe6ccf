"""What is to be done with which certificate, the most urgent first: a list that is bounded.

1. each batch is judged as columns: how urgent, and by when;
2. the most urgent are kept, each certificate once, however often it was found;
3. whose holder has a newer certificate of the same kind in the portfolio needs nothing: it goes.
"""

import heapq
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from enum import IntEnum
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from guiche.icpbrasil import Status
from guiche.portfolio.holder import Holding
from guiche.portfolio.report.people import Row
from guiche.portfolio.result import Batches, seconds
from guiche.portfolio.table import COLUMNS

MOST = 20_000
_SHOWN = (
    "source_name", "error_code", "error_message", "sha256", "profile", "certificate_type",
    "holder_name", "holder_cnpj", "holder_cpf", "responsible_name", "responsible_cpf",
    "enrolment_status", "enrolment_reason", "not_after", "issuer_name",
)  # fmt: skip
_DAY = 24 * 3600
_NOW, _SOON = 30 * _DAY, 90 * _DAY
_LEVEL = 1 << 40
"""Of a key: how urgent it is stands above any moment."""


class Urgency(IntEnum):
    """How soon something is to be done."""

    NOW = 1
    SOON = 2
    CHECK = 3
    RENEWAL = 4
    ENDED = 5


URGENCIES = {
    Urgency.NOW: "Agora",
    Urgency.SOON: "Em até 90 dias",
    Urgency.CHECK: "Conferir",
    Urgency.RENEWAL: "Na renovação",
    Urgency.ENDED: "Vencido há mais de 30 dias",
}


class Action(NamedTuple):
    """One certificate of the list; `number` is its row in the table, from 1; `copies` how often it
    was found beside that."""

    urgency: Urgency
    number: int
    row: Row
    copies: int


class Actions(NamedTuple):
    """The list; how many rows of the table called for something, and whether the least urgent were
    left out; how many of the most urgent have a newer one already."""

    listed: tuple[Action, ...]
    wanted: int
    is_cut: bool
    renewed: int


def actions(batches: Batches, at: datetime, most: int = MOST) -> Actions:
    """The list for a moment. The batches are read twice, and no more than `most` rows are kept."""
    first = First(most)
    start, wanted = 0, 0
    for batch in batches():
        keys = _keys(batch, at)
        wanted += len(keys) - keys.null_count
        first.add(batch, keys, start)
        start += len(batch)
    rows = list(first)
    holdings = _holdings(row for _, _, row, _ in rows)
    newest = _newest(batches(), {holder for holder, _ in holdings if holder}, at)
    left = [
        each for each, holding in zip(rows, holdings, strict=True)
        if not _is_renewed(each[2], newest.get(holding))
    ]  # fmt: skip
    listed = tuple(
        Action(Urgency(key // _LEVEL), number, row, copies) for key, number, row, copies in left
    )
    return Actions(listed, wanted, first.left_out > 0, len(rows) - len(left))


class First:
    """The rows of the smallest keys, each certificate once."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._heap: list[tuple[int, int, Row]] = []
        self._copies = Counter[str]()
        self.left_out = 0

    def add(self, batch: pa.RecordBatch, keys: pa.Array, start: int) -> None:
        """Takes a batch whose rows count from `start`; null keys are passed over."""
        wanted = pc.is_valid(keys)
        if len(self._heap) == self._most:
            wanted = pc.and_kleene(wanted, pc.less(keys, -self._heap[0][0]))
            self.left_out += _sum(pc.is_valid(keys)) - _sum(wanted)
        at = pc.indices_nonzero(wanted)
        rows = batch.select(_SHOWN).take(at).to_pylist()
        for position, key, row in zip(at.to_pylist(), keys.take(at).to_pylist(), rows, strict=True):
            self._put(key, start + position + 1, row)

    def _put(self, key: int, number: int, row: dict[str, Any]) -> None:
        sha256 = row["sha256"]
        if sha256 and self._copies[sha256]:
            self._copies[sha256] += 1
            return
        self._copies[sha256] += bool(sha256)
        heapq.heappush(self._heap, (-key, -number, row))
        if len(self._heap) > self._most:
            *_, gone = heapq.heappop(self._heap)
            self._copies.pop(gone["sha256"], None)
            self.left_out += 1

    def __iter__(self) -> Iterator[tuple[int, int, Row, int]]:
        """Key, number, row and copies, the smallest key first."""
        for key, number, row in sorted(self._heap, key=lambda each: (-each[0], -each[1])):
            yield -key, -number, row, max(self._copies[row["sha256"]] - 1, 0)


def _sum(mask: pa.Array) -> int:
    return pc.sum(mask).as_py() or 0


def _keys(batch: pa.RecordBatch, at: datetime) -> pa.Array:
    """How urgent each row is, and then which is first; null where nothing is to be done."""
    end = seconds(batch["not_after"])
    left = pc.subtract(end, int(at.timestamp()))
    status = batch["enrolment_status"]
    ended, ends = pc.less(left, -_NOW), pc.less_equal(left, _SOON)
    unclear = pc.or_(
        pc.is_valid(batch["error_code"]), _is_in(status, Status.DOUBTFUL, Status.UNREADABLE)
    )
    without = _is_in(status, Status.BLANK, Status.ABSENT)
    authority = _is_in(batch["profile"], "ca")
    none = pa.scalar(None, pa.int64())
    level = _first_of(
        (authority, none),
        (ended, Urgency.ENDED),
        (pc.less_equal(left, _NOW), Urgency.NOW),
        (ends, Urgency.SOON),
        (unclear, Urgency.CHECK),
        (without, Urgency.RENEWAL),
    )
    moment = pc.fill_null(pc.if_else(pc.equal(level, Urgency.ENDED), pc.negate(end), end), 0)
    return pc.add(pc.multiply(level, _LEVEL), pc.add(moment, _LEVEL // 2))


def _first_of(*cases: tuple[pa.Array, Any]) -> pa.Array:
    result: Any = pa.scalar(None, pa.int64())
    for condition, value in reversed(cases):
        value = value if isinstance(value, pa.Scalar) else pa.scalar(int(value), pa.int64())
        result = pc.if_else(pc.fill_null(condition, fill_value=False), value, result)
    return result


def _is_in(values: pa.Array, *of: str) -> pa.Array:
    return pc.is_in(values, pa.array(of, pa.string()))


_Held = tuple[str | None, str | None]
"""Holder and kind."""


def _holdings(rows: Iterable[Row]) -> list[_Held]:
    schema = pa.schema([COLUMNS.field(name) for name in _SHOWN])
    return Holding.of(pa.RecordBatch.from_pylist(list(rows), schema)).pairs()


def _newest(
    batches: Iterable[pa.RecordBatch], holders: set[str], at: datetime
) -> dict[_Held, datetime]:
    """When the last certificate in force of each of these holders ends, by kind."""
    wanted = pa.array(sorted(holders), pa.string())
    newest: dict[_Held, datetime] = {}
    for batch in batches:
        holding = Holding.of(batch)
        is_ahead = pc.greater(seconds(batch["not_after"]), int(at.timestamp()))
        there = pc.fill_null(
            pc.and_kleene(pc.is_in(holding.holder, wanted), is_ahead), fill_value=False
        )
        ends = batch["not_after"].filter(there).to_pylist()
        for held, end in zip(holding.filter(there).pairs(), ends, strict=True):
            newest[held] = max(newest.get(held, at), end)
    return newest


def _is_renewed(row: Row, last: datetime | None) -> bool:
    """Whether another one of its kind holds longer; an error, or one that may be anybody's, is
    not."""
    return bool(last and row["not_after"] and row["not_after"] < last)
