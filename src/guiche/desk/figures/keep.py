"""Keeps what was counted right: days on which something happened are marked, and counted anew."""

import logging
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction

from guiche.desk.figures.again import AGAIN
from guiche.desk.figures.count import Count, first_day
from guiche.desk.figures.tally import Counted, Stale, day_of
from guiche.desk.intake.draft import Draft
from guiche.desk.tickets.event import Event

log = logging.getLogger(__name__)

_AT_ONCE = 20
"""Days of one round: nothing else that the worker sees to may wait for long."""
_DOUBTED = timedelta(days=7)
# What changes no figure.
_PASSED_OVER = frozenset({"informed", "numbered", "heard", "ordered", "checked", "ending"})


def follow(events: Sequence[Event], **_: Any) -> None:
    """Marks the days of the tickets, in the transaction of their events."""
    Stale.mark({day for event in events for day in _days_of(event)})


def _days_of(event: Event) -> Iterator[date]:
    if event.kind in _PASSED_OVER:
        return
    day = day_of(event.ticket.opened_at)
    # Of who was erased nobody knows any more that a later ticket was the same person's.
    yield from _days(day, day + AGAIN + timedelta(days=1) if event.kind == "erased" else day)


@transaction.atomic
def forget_ended(before: datetime) -> int:
    """Deletes the calls that ended without a ticket until then, and their figures; how many."""
    old = Draft.objects.filter(ended_at__lte=before)
    Stale.mark({day_of(at) for at in old.values_list("ended_at", flat=True) if at})
    return old.delete()[1].get("desk.Draft", 0)


def begin(now: datetime) -> None:
    """What a worker asks for when it starts: all days where none was ever counted; else the last
    ones, for a version from before there were marks may have been at work beside this one."""
    known = Counted.objects.exists()
    mark_since(day_of(now) - _DOUBTED if known else None, now)


def mark_since(day: date | None, now: datetime) -> int:
    """Has every day from that one on counted anew, None: from the first; how many."""
    first = first_day()
    if first is None:
        return 0
    days = list(_days(max(first, day) if day else first, day_of(now)))
    Stale.mark(days)
    return len(days)


def _days(first: date, last: date) -> Iterator[date]:
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)


def count_due(now: datetime, most: int = _AT_ONCE) -> int:
    """Counts the days that are due at `now`; how many. Safe to run in any number at once."""
    return sum(_counted_safely(day, now) for day in Counted.due(now)[:most])


def _counted_safely(day: date, now: datetime) -> bool:
    try:
        return count(day, now)
    except Exception:
        # One day that cannot be counted must not keep the others; it is tried again.
        log.exception("figures of %s: not counted", day)
        return False


def count(day: date, now: datetime) -> bool:
    """Counts one day, without keeping anybody from writing meanwhile; False where somebody else
    wrote it in the meantime.

    1. the row and the marks as they stand: what comes later stays marked;
    2. the count;
    3. all of it written, if the row is still the same.
    """
    row, _ = Counted.objects.get_or_create(day=day)
    seen = list(Stale.objects.filter(day=day).values_list("pk", flat=True))
    counted = Count.of(day, now)
    return row.keep(counted.counts, now, counted.changes_at, seen)
