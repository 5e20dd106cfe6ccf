"""Tells, once each, that a promise is near its end and that it has run out.

That it is near its end is told to somebody: while the team is at work, and only as long as nobody
has called. That it has run out is recorded at the time, whoever is there to see it.
"""

import logging
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from guiche.desk.promises.promise import Promise
from guiche.desk.site.site import Site
from guiche.desk.tickets.moves import OPEN

log = logging.getLogger(__name__)


def watch(now: datetime) -> int:
    """Writes the events that are due at `now`; how many. Safe to run in any number at once."""
    told = _tell(_overdue(now).order_by("due_at"), "overdue_at", "overdue", now)
    if _somebody_is_there(now):
        told += _tell(_ending(now).order_by("warn_at"), "warned_at", "ending", now)
    return told


def _running() -> QuerySet[Promise]:
    return Promise.objects.filter(ticket__isnull=False, kept_at=None, closed_at=None)


def _overdue(now: datetime) -> QuerySet[Promise]:
    """Run out, and neither kept nor tried in time."""
    return _running().filter(due_at__lte=now, overdue_at=None, tried_at=None)


def _ending(now: datetime) -> QuerySet[Promise]:
    """Near the end without any attempt; one that has run out meanwhile is no news then."""
    return _running().filter(warn_at__lte=now, due_at__gt=now, warned_at=None, attempts=None)


def _somebody_is_there(now: datetime) -> bool:
    hours = Site.current().hours
    return hours is None or hours.is_open(now)


def _tell(due: QuerySet[Promise], column: str, kind: str, now: datetime) -> int:
    return sum(_mark_safely(promise, due, column, kind, now) for promise in due)


def _mark_safely(
    promise: Promise, due: QuerySet[Promise], column: str, kind: str, now: datetime
) -> bool:
    try:
        return _mark(promise, due, column, kind, now)
    except Exception:
        # One row that cannot be marked must not hide the others; it is tried again next time.
        log.exception("promise %s: %s not marked", promise.pk, kind)
        return False


@transaction.atomic
def _mark(promise: Promise, due: QuerySet[Promise], column: str, kind: str, now: datetime) -> bool:
    if promise.ticket.record(kind, by=None, payload={}, at=now, origins=OPEN) is None:
        return False
    if due.order_by().filter(pk=promise.pk).update(**{column: now}) != 1:
        # Another worker told it, or the customer was called meanwhile.
        transaction.set_rollback(True)
        return False
    return True
