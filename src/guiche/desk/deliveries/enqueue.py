"""From what happened to a ticket to the rows that tell the desks."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.db import connection as database

from guiche.desk.connectors.connection import Connection
from guiche.desk.connectors.connector import can
from guiche.desk.connectors.registry import connector_class
from guiche.desk.deliveries.delivery import Delivery
from guiche.desk.deliveries.link import Link
from guiche.desk.rows import insert
from guiche.desk.tickets.event import Event

_STEP = Delivery.Step

# What a desk is told of each kind of event, in this order; of the others, nothing. A program is
# told everything.
STEPS: dict[str, tuple[str, ...]] = {
    "submitted": (_STEP.CUSTOMER, _STEP.CREATE, _STEP.ATTACH, _STEP.SOLVE),
    "forwarded": (_STEP.FORWARD,),
    "forwarded_again": (_STEP.FORWARD,),
    "returned": (_STEP.NOTE,),
    "reopened": (_STEP.NOTE,),
    "waiting": (_STEP.NOTE,),
    "resumed": (_STEP.NOTE,),
    "ordered": (_STEP.NOTE,),
    "attempted": (_STEP.NOTE,),
    "customer_phone": (_STEP.NOTE,),
    "customer_answer": (_STEP.NOTE,),
    "customer_file": (_STEP.NOTE,),
    "attached": (_STEP.NOTE,),
    "resolved": (_STEP.CLOSE,),
    "cancelled": (_STEP.CLOSE,),
    "handed_over": (_STEP.FORWARD,),
    "undone": (_STEP.NOTE,),
}

CHANNEL = "guiche_deliveries"
"""On PostgreSQL, where workers are told that something waits."""


_NOTED = (
    "O número {number} foi anotado à mão. Se o chamado foi aberto lá, dispense este envio; se não "
    "foi, repita-o."
)


def enqueue(events: Sequence[Event], **_: Any) -> None:
    """Writes the deliveries of events, in the transaction that writes these."""
    for event in events:
        if event.kind == "numbered" and event.by:
            _hold_creation(event)
        elif event.kind == "reopened":
            Link.read_again(event.ticket_id, event.at)
    rows = [
        Delivery(event=event, ticket_id=event.ticket_id, connection=connection, step=step)
        for connection in Connection.told()
        for event in _told(events, connection)
        for step in _steps(event, connection)
    ]
    if rows:
        insert(rows)
        wake_workers()


def _concerns_desks(event: Event) -> bool:
    """Which of the team has a ticket is ours alone."""
    return event.kind != "handed_over" or bool((event.payload or {}).get("team"))


def _had_heard(event: Event, connection: Connection) -> bool:
    """Not, where it undoes what this very connection was never told of."""
    undone = (event.payload or {}).get("undoes")
    if not undone:
        return True
    told = Delivery.objects.filter(
        event__ticket=event.ticket_id, event__seq=undone["seq"], connection=connection
    )
    return told.exclude(state=Delivery.State.DROPPED).exists()


def _hold_creation(event: Event) -> None:
    if number := (event.payload or {}).get("number"):
        Delivery.hold_creation(event.ticket_id, _NOTED.format(number=number))


def _steps(event: Event, connection: Connection) -> Iterator[str]:
    """Those that this kind of desk has."""
    kind = connector_class(connection.kind)
    steps = STEPS.get(event.kind, ())
    yield from (step for step in (*steps, _STEP.TELL) if can(kind, step))


def _told(events: Sequence[Event], connection: Connection) -> Sequence[Event]:
    """What there is to be told: to a program everything, to a desk of the tickets that it has."""
    events = [event for event in events if _had_heard(event, connection)]
    if can(connector_class(connection.kind), _STEP.TELL):
        return events
    told: dict[int, list[Event]] = {}
    for event in events:
        if event.kind in STEPS and _concerns_desks(event):
            told.setdefault(event.ticket_id, []).append(event)
    return [
        event
        for ticket, some in told.items()
        if some[0].kind == "submitted" or _is_followed(ticket, connection)
        for event in some
    ]


def _is_followed(ticket: int, connection: Connection) -> bool:
    """Not, where the ticket is from before the connection."""
    created = Delivery.objects.filter(ticket=ticket, connection=connection, step=_STEP.CREATE)
    return created.exclude(state=Delivery.State.DROPPED).exists()


def wake_workers() -> None:
    """Tells them when this transaction is committed; on SQLite they look every now and then."""
    if database.vendor == "postgresql":
        with database.cursor() as cursor:
            cursor.execute("SELECT pg_notify(%s, '')", [CHANNEL])
