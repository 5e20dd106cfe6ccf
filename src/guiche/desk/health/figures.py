"""Figures of the whole desk, counted in the database when they are asked for.

They are the same whichever machine is asked, and right with any number of processes. Counters are
of rows that are never deleted: they only grow. No label tells anything about a person.
"""

import logging
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from threading import Lock
from time import monotonic
from typing import Any

from django.db import DatabaseError
from django.db.models import Count, Min, Q
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from guiche.desk import clock
from guiche.desk.connectors.connection import Connection
from guiche.desk.deliveries.delivery import Delivery
from guiche.desk.deliveries.heartbeat import Heartbeat
from guiche.desk.deliveries.link import Link
from guiche.desk.figures.digest import DigestMail
from guiche.desk.messages.message import Message
from guiche.desk.messages.queued import Queued
from guiche.desk.promises.promise import Promise
from guiche.desk.tickets.ticket import Ticket

log = logging.getLogger(__name__)

KEPT_SECONDS, TOTALS_SECONDS = 5.0, 60.0
"""However often it is asked, the database is not, within this time; totals go through all rows."""
OURS = "guiche"
"""The connection of tickets as such; those of other desks have their own names."""

_STATE = Delivery.State
_UNFINISHED = (_STATE.WAITING, _STATE.SENDING, _STATE.UNKNOWN)


class _Kept:
    """What was counted, for some seconds."""

    def __init__(self, count: Callable[[], Iterator[Metric]], seconds: float) -> None:
        self._count, self._seconds = count, seconds
        self._until = 0.0
        self._counted: list[Metric] = []

    def get(self) -> list[Metric]:
        """Of now, or of a moment ago."""
        if monotonic() >= self._until:
            self._counted = list(self._count())
            self._until = monotonic() + self._seconds
        return self._counted


class Figures(Collector):
    """Eight queries, and `database_up` 0 instead where the database does not answer."""

    def __init__(
        self, kept_seconds: float = KEPT_SECONDS, totals_seconds: float = TOTALS_SECONDS
    ) -> None:
        self._kept = (_Kept(_tickets, totals_seconds), _Kept(_present, kept_seconds))
        self._lock = Lock()

    def describe(self) -> list[Metric]:
        """Nothing: to register a collector asks no database."""
        return []

    def collect(self) -> list[Metric]:
        """The figures; one at a time counts, the others wait and are told the same."""
        with self._lock:
            try:
                counted = [metric for kept in self._kept for metric in kept.get()]
            except DatabaseError as error:
                log.warning("no figures: %s", type(error).__name__)
                return [GaugeMetricFamily("database_up", _UP, 0)]
            return [GaugeMetricFamily("database_up", _UP, 1), *counted]


_UP = "1 while the database answers; without it the other figures of the database are missing."


def _tickets() -> Iterator[Metric]:
    created = CounterMetricFamily(
        "tickets_created",
        "Tickets: all of ours, and those that stand in each desk.",
        labels=["connection", "result"],
    )
    created.add_metric([OURS, "done"], Ticket.objects.count())
    rows = Link.objects.filter(linked_at__isnull=False).values("connection__name")
    for row in rows.annotate(count=Count("pk")).order_by():
        created.add_metric([row["connection__name"], "done"], row["count"])
    yield created


def _present() -> Iterator[Metric]:
    now = clock.now()
    for count in (_deliveries, _messages, _promises, _workers):
        yield from count(now)


def _deliveries(now: datetime) -> Iterator[Metric]:
    """Every active connection has its figures, also where nothing waits."""
    label = ["connection"]
    waiting = GaugeMetricFamily("deliveries_waiting", "Steps to be taken.", labels=label)
    oldest = GaugeMetricFamily(
        "deliveries_oldest_seconds", "Age of the oldest step that is not over.", labels=label
    )
    unknown = GaugeMetricFamily(
        "deliveries_unknown", "Steps that may have been taken, being looked up.", labels=label
    )
    rejected = GaugeMetricFamily(
        "deliveries_rejected", "Steps that the desk refused, which wait for a person.", labels=label
    )
    rows = Delivery.objects.filter(open=True, state__in=(*_UNFINISHED, _STATE.REJECTED))
    counts = rows.values("connection__name").annotate(
        waiting=_of(_STATE.WAITING, _STATE.SENDING),
        unknown=_of(_STATE.UNKNOWN),
        rejected=_of(_STATE.REJECTED),
        since=Min("created_at", filter=Q(state__in=_UNFINISHED)),
    )
    found = {row["connection__name"]: row for row in counts.order_by()}
    active = Connection.objects.filter(active=True).values_list("name", flat=True)
    for name in sorted({*active, *found}):
        row = found.get(name, _NOTHING)
        waiting.add_metric([name], row["waiting"])
        unknown.add_metric([name], row["unknown"])
        rejected.add_metric([name], row["rejected"])
        oldest.add_metric([name], _seconds(row["since"], now))
    yield from (waiting, oldest, unknown, rejected)


_NOTHING: Mapping[str, Any] = {"waiting": 0, "unknown": 0, "rejected": 0, "since": None}


def _of(*states: str) -> Count:
    return Count("pk", filter=Q(state__in=states))


def _messages(now: datetime) -> Iterator[Metric]:
    """To customers, and the digests to supervisors."""
    unsent = Q(state__in=(Queued.State.WAITING, Queued.State.SENDING))
    found = [
        rows.filter(unsent).aggregate(count=Count("pk"), oldest=Min("created_at"))
        for rows in (Message.objects, DigestMail.objects)
    ]
    oldest = min((each["oldest"] for each in found if each["oldest"]), default=None)
    count = sum(each["count"] for each in found)
    yield GaugeMetricFamily("emails_waiting", "E-mails to be sent.", count)
    yield GaugeMetricFamily(
        "emails_oldest_seconds", "Age of the oldest of them.", _seconds(oldest, now)
    )


def _promises(now: datetime) -> Iterator[Metric]:
    """Those that a call is still owed for."""
    owed = Promise.objects.filter(
        ticket__isnull=False, kept_at=None, tried_at=None, closed_at=None, paused_at=None
    )
    found = owed.aggregate(
        overdue=Count("pk", filter=Q(due_at__lte=now)),
        next_due=Min("due_at", filter=Q(due_at__gt=now)),
    )
    yield GaugeMetricFamily(
        "promises_overdue", "Returns whose time is over and that nobody tried.", found["overdue"]
    )
    left = GaugeMetricFamily(
        "promise_left_seconds", "Until the next return is due; missing where none is owed."
    )
    if found["next_due"]:
        left.add_metric([], (found["next_due"] - now).total_seconds())
    yield left


def _workers(now: datetime) -> Iterator[Metric]:
    alive = Heartbeat.alive(now)
    yield GaugeMetricFamily("workers", "Workers heard of within a minute.", alive)


def _seconds(since: datetime | None, now: datetime) -> float:
    return max(0.0, (now - since).total_seconds()) if since else 0.0
