"""Every history, checked as a stream: one query for some hundred tickets, and nothing is held.

A query sees one moment, so that a desk at work beside it breaks nothing.
"""

from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

from django.db.models import QuerySet

from guiche.desk.tickets.chain import Break, Sealed, breaks
from guiche.desk.tickets.event import Event
from guiche.desk.tickets.ticket import Ticket

_AT_ONCE = 500
_ROWS = 2000
_MOST_ORPHANS = 1000
_OF_TICKET = ("pk", "number", "seq", "head")
_OF_EVENT = tuple(
    f"events__{name}" for name in ("seq", "kind", "at", "by", "payload", "salt", "digest", "link")
)


class Checked(NamedTuple):
    """One history; `links` are those of its events, by their place."""

    ticket: int
    number: str
    seq: int
    head: str
    links: dict[int, str]
    breaks: tuple[Break, ...]


def audit(tickets: "QuerySet[Ticket] | None" = None) -> Iterator[Checked]:
    """All histories, or those of these tickets, in the order of their rows."""
    rows = (Ticket.objects.all() if tickets is None else tickets).order_by("pk")
    last = 0
    while pks := list(rows.filter(pk__gt=last).values_list("pk", flat=True)[:_AT_ONCE]):
        found = rows.filter(pk__gt=last, pk__lte=pks[-1]).order_by("pk", "events__seq")
        columns = found.values_list(*_OF_TICKET, *_OF_EVENT).iterator(chunk_size=_ROWS)
        for _, history in groupby(columns, key=itemgetter(0)):
            yield _checked(history)
        last = pks[-1]


def _checked(history: Iterable[tuple[Any, ...]]) -> Checked:
    events: list[Sealed] = []
    for pk, number, seq, head, *event in history:  # noqa: B007  the same in each
        # A ticket without any event is one row too.
        if event[0] is not None:
            events.append(Sealed(*event))
    found = tuple(breaks(pk, events, count=seq, head=head))
    return Checked(pk, number, seq, head, {each.seq: each.link for each in events}, found)


def orphans() -> list[int]:
    """The ids of tickets that are gone and left events; the database itself refuses that."""
    gone = Event.objects.exclude(ticket_id__in=Ticket.objects.values("pk"))
    return list(gone.values_list("ticket_id", flat=True).order_by().distinct()[:_MOST_ORPHANS])
