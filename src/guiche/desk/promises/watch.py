"""Tells, once each, that a promise is near its end and that it has run out."""

import logging
from datetime import datetime

from django.db import transaction

from guiche.desk.promises.promise import Promise
from guiche.desk.tickets.moves import OPEN

log = logging.getLogger(__name__)


def watch(now: datetime) -> int:
    """Writes the events that are due at `now`; how many. Safe to run in any number at once."""
    running = Promise.objects.filter(ticket__isnull=False, kept_at=None, closed_at=None)
    # After an outage both may be due; that it was near its end is no news then.
    ending = running.filter(warn_at__lte=now, due_at__gt=now, warned_at=None)
    overdue = running.filter(due_at__lte=now, overdue_at=None)
    marks = [(promise, "warned_at", "ending") for promise in ending.order_by("warn_at")]
    marks += [(promise, "overdue_at", "overdue") for promise in overdue.order_by("due_at")]
    return sum(_mark_safely(promise, column, kind, now) for promise, column, kind in marks)


def _mark_safely(promise: Promise, column: str, kind: str, now: datetime) -> bool:
    try:
        return _mark(promise, column, kind, now)
    except Exception:
        # One row that cannot be marked must not hide the others; it is tried again next time.
        log.exception("promise %s: %s not marked", promise.pk, kind)
        return False


@transaction.atomic
def _mark(promise: Promise, column: str, kind: str, now: datetime) -> bool:
    if promise.ticket.record(kind, by=None, payload={}, at=now, origins=OPEN) is None:
        return False
    unmarked = Promise.objects.filter(
        **{"pk": promise.pk, column: None}, kept_at=None, closed_at=None
    )
    if unmarked.update(**{column: now}) != 1:
        # Another worker told it, or the customer was reached meanwhile.
        transaction.set_rollback(True)
        return False
    return True
