"""How many of what, counted batch by batch: what is kept does not grow with the portfolio."""

from collections import Counter
from datetime import datetime, timedelta
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from guiche.icpbrasil import Profile, Status
from guiche.icpbrasil.validity import BRASILIA
from guiche.portfolio.report.people import People
from guiche.portfolio.report.words import ERROR, STATUSES, UNKNOWN, month

MONTHS = 24
"""From the one of the audit on, each told alone."""
_MOST = 5_000
"""Different values of a column that are told apart: names come from whoever made a certificate."""
_SHOWN = 30
"""Rows of a table; the rest is one."""
_REST, _FOREIGN = "Outras", "Fora da ICP-Brasil"
_TO_BRASILIA = pa.scalar(timedelta(hours=3), pa.duration("s"))

GROUPS = ("Tem CEI", "Sem CEI", "Conferir CEI", "Outros")
_GROUP = {
    Status.PRESENT: 0, Status.BLANK: 1, Status.ABSENT: 1, Status.DOUBTFUL: 2,
    Status.NOT_APPLICABLE: 3, Status.UNREADABLE: 3,
}  # fmt: skip


class Figure(NamedTuple):
    """A table that is drawn too: each row is a name and a count for each of the series."""

    key: str
    title: str
    of: str
    series: tuple[str, ...]
    rows: tuple[tuple[str, tuple[int, ...]], ...]
    note: str = ""
    is_in_time: bool = False
    """Its rows follow each other, and one of nothing tells something too."""


Counts = Counter[tuple[str | int | None, str]]
"""How often a value stands beside a status of the CEI."""


class Tally:
    """Takes batches of `COLUMNS`; gives figures."""

    def __init__(self, at: datetime, people: People) -> None:
        self._people = people
        local = at.astimezone(BRASILIA)
        self._now = local.year * 12 + local.month - 1
        self._at = at
        self.rows = 0
        self.statuses = Counter[str]()
        self._by: dict[str, Counts] = {
            key: Counter() for key in ("months", "issuers", "profiles", "types", "keys")
        }

    def add(self, batch: pa.RecordBatch) -> None:
        """Counts the rows of one batch."""
        self.rows += len(batch)
        self.statuses[ERROR] += len(batch) - batch["error_code"].null_count
        batch = batch.filter(pc.is_valid(batch["enrolment_status"]))
        status = batch["enrolment_status"]
        for (which, _), count in _counted(status, status).items():
            self.statuses[str(which)] += count
        issuers = pc.if_else(
            pc.fill_null(batch["icp_brasil"], fill_value=True), batch["issuer_name"], _FOREIGN
        )
        for key, values in {
            "months": self._months(batch["not_after"]),
            "issuers": issuers,
            "profiles": batch["profile"],
            "types": batch["certificate_type"],
            "keys": _keys(batch),
        }.items():
            _merge(self._by[key], _counted(values, status))

    @property
    def certificates(self) -> int:
        """How many were read."""
        return sum(self.statuses.values()) - self.statuses[ERROR]

    def figures(self) -> tuple[Figure, ...]:
        """All, in the order of the page."""
        labels = {profile.value: profile.label for profile in Profile}
        issuers = "Emitidos por (AC)"
        return (
            self._verdicts(),
            self._expiries(),
            self._most("issuers", issuers, "AC", {}),
            self._most("profiles", "Por perfil", "Perfil", labels),
            self._most("types", "Por tipo", "Tipo", {}),
            self._most("keys", "Por algoritmo da chave", "Chave", {}),
        )

    def _verdicts(self) -> Figure:
        rows = tuple((words, (self.statuses[status],)) for status, words in STATUSES.items())
        note = "O mesmo certificado em dois arquivos conta duas vezes."
        return Figure(
            "vereditos", "Vereditos sobre o CEI", "Veredito", ("Certificados",), rows, note
        )

    def _months(self, ends: pa.Array) -> pa.Array:
        """Month of the end; -1 of those that ended, the last of all after the months told alone."""
        at = pa.scalar(self._at, ends.type)
        # Without its zone, so that no table of zones is needed.
        local = pc.subtract(pc.cast(ends, pa.timestamp("s"), safe=False), _TO_BRASILIA)
        months = pc.add(pc.multiply(pc.year(local), 12), pc.subtract(pc.month(local), 1))
        months = pc.min_element_wise(months, self._now + MONTHS, skip_nulls=False)
        return pc.if_else(pc.less(ends, at), pa.scalar(-1, pa.int64()), months)

    def _expiries(self) -> Figure:
        counts = self._by["months"]
        names: dict[str | int | None, str] = {-1: "Já vencidos"}
        names |= {self._now + at: month(self._now + at) for at in range(MONTHS)}
        names |= {self._now + MONTHS: "Depois"}
        if any(which is None for which, _ in counts):
            names[None] = "Sem data"
        rows = tuple((name, _groups(counts, which)) for which, name in names.items())
        return Figure("vencimentos", "Vencimentos por mês", "Mês", GROUPS, rows, is_in_time=True)

    def _most(self, key: str, title: str, of: str, labels: dict[str, str]) -> Figure:
        """The most frequent first, the rest as one."""
        counts = self._by[key]
        totals = Counter[str | int | None]()
        for (which, _), count in counts.items():
            totals[which] += count
        ordered = sorted(totals, key=lambda which: (which == _REST, -totals[which], str(which)))
        first, rest = ordered[:_SHOWN], ordered[_SHOWN:]
        rows = [(self._label(which, labels), _groups(counts, which)) for which in first]
        if rest:
            rest_of_them = [_groups(counts, which) for which in rest]
            rows.append((_REST, tuple(map(sum, zip(*rest_of_them, strict=True)))))
        return Figure(key, title, of, GROUPS, tuple(rows))

    def _label(self, which: str | int | None, labels: dict[str, str]) -> str:
        return (
            UNKNOWN if which is None else labels.get(str(which)) or self._people.public(str(which))
        )


def _keys(batch: pa.RecordBatch) -> pa.Array:
    """`RSA 2048`; the name alone of an algorithm whose keys have one size."""
    name = batch["key_algorithm"]
    sized = pc.binary_join_element_wise(name, pc.cast(batch["key_bits"], pa.string()), " ")
    return pc.coalesce(sized, name)


def _counted(values: pa.Array, statuses: pa.Array) -> Counts:
    table = pa.table({"value": values, "status": statuses})
    groups = table.group_by(["value", "status"]).aggregate([([], "count_all")]).to_pydict()
    pairs = zip(groups["value"], groups["status"], strict=True)
    return Counter(dict(zip(pairs, groups["count_all"], strict=True)))


def _merge(counts: Counts, more: Counts) -> None:
    for (value, status), count in more.items():
        known = (value, status) in counts or len(counts) < _MOST
        counts[value if known else _REST, status] += count


def _groups(counts: Counts, which: str | int | None) -> tuple[int, ...]:
    groups = [0] * len(GROUPS)
    for status, group in _GROUP.items():
        groups[group] += counts[which, status]
    return tuple(groups)
