"""Tells, once each, that a promise is near its end and that it has run out.

That it is near its end is told to somebody: while the team is at work, and only as long as nobody
has called. That it has run out is recorded at the time, whoever is there to see it.

Any number of workers may sweep at once. Whoever is told of holds ticket and promise; what another
holds is passed over, and looked at again in the next round. The mark and the event are written in
one transaction: a worker that is killed in between has told nothing.
"""

import logging
from collections.abc import Callable, Collection
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from guiche.desk.promises.promise import UNTOLD, Promise
from guiche.desk.site.site import Site
from guiche.desk.tickets.moves import OPEN
from guiche.desk.tickets.ticket import Ticket

log = logging.getLogger(__name__)

_AT_ONCE = 250
"""Of one transaction: SQLite lets nobody else write meanwhile."""

_NEEDED = ("state", "seq", "head", "opened_at", "promise__id")
"""Of a ticket, also by those who hear of its event: what is missing is a query for each."""

Due = Callable[[], QuerySet[Promise]]


def watch(now: datetime) -> int:
    """Writes the events that are due at `now`; how many. Safe to run in any number at once."""
    told = _tell(lambda: _overdue(now), "overdue_at", "overdue", now)
    if _somebody_is_there(now):
        told += _tell(lambda: _ending(now), "warned_at", "ending", now)
    return told


def _overdue(now: datetime) -> QuerySet[Promise]:
    """Run out, and neither kept nor tried in time."""
    return Promise.objects.filter(UNTOLD, due_at__lte=now).order_by("due_at", "pk")


def _ending(now: datetime) -> QuerySet[Promise]:
    """Near the end without any attempt; one that has run out meanwhile is no news then."""
    near = Promise.objects.filter(UNTOLD, warned_at=None, warn_at__lte=now, due_at__gt=now)
    return near.filter(attempts=None).order_by("warn_at", "pk")


def _somebody_is_there(now: datetime) -> bool:
    hours = Site.current().hours
    return hours is None or hours.is_open(now)


def _tell(due: Due, column: str, kind: str, now: datetime) -> int:
    """Of all that are due, some at a time; one that fails must not hide the others."""
    waiting = list(due().values_list("pk", flat=True))
    told = 0
    for start in range(0, len(waiting), _AT_ONCE):
        some = waiting[start : start + _AT_ONCE]
        try:
            told += _mark(due, some, column, kind, now)
        except Exception:
            log.exception("%d promises: %s not marked together", len(some), kind)
            told += sum(_mark_alone(due, pk, column, kind, now) for pk in some)
    return told


def _mark_alone(due: Due, pk: int, column: str, kind: str, now: datetime) -> int:
    try:
        return _mark(due, [pk], column, kind, now)
    except Exception:
        log.exception("promise %s: %s not marked; trying again later", pk, kind)
        return 0


@transaction.atomic
def _mark(due: Due, some: Collection[int], column: str, kind: str, now: datetime) -> int:
    held = Ticket.objects.filter(promise__in=some).only(*_NEEDED)
    held = held.select_related("promise").select_for_update(
        skip_locked=True, of=("self", "promise"), no_key=True
    )
    # The state is no matter of the query: SQLite would walk through every open ticket.
    tickets = {each.promise_id: each for each in held if each.state in OPEN}
    # What was so before it was held may not be so any more.
    still = due().filter(pk__in=tickets)
    tickets = {pk: tickets[pk] for pk in still.values_list("pk", flat=True)}
    Ticket.record_all({ticket: {} for ticket in tickets.values()}, kind, at=now)
    Promise.objects.filter(pk__in=tickets).update(**{column: now})
    return len(tickets)
