"""From what happened to a ticket to the rows that tell the desks."""

from collections.abc import Iterator
from typing import Any

from django.db import connection as database

from guiche.desk.connectors.connection import Connection
from guiche.desk.connectors.connector import can
from guiche.desk.connectors.registry import connector_class
from guiche.desk.deliveries.delivery import Delivery
from guiche.desk.deliveries.link import Link
from guiche.desk.tickets.event import Event

_STEP = Delivery.Step

# What a desk is told of each kind of event, in this order; of the others, nothing.
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
    "resolved": (_STEP.CLOSE,),
    "cancelled": (_STEP.CLOSE,),
}

CHANNEL = "guiche_deliveries"
"""On PostgreSQL, where workers are told that something waits."""


_NOTED = (
    "O número {number} foi anotado à mão. Se o chamado foi aberto lá, dispense este envio; se não "
    "foi, repita-o."
)


def enqueue(event: Event, **_: Any) -> None:
    """Writes the deliveries of an event, in the transaction that writes the event."""
    if event.kind == "numbered" and event.by and (number := (event.payload or {}).get("number")):
        Delivery.hold_creation(event.ticket_id, _NOTED.format(number=number))
    if event.kind not in STEPS:
        return
    if event.kind == "reopened":
        Link.read_again(event.ticket_id, event.at)
    rows = [
        Delivery(event=event, ticket_id=event.ticket_id, connection=connection, step=step)
        for connection in Connection.known().filter(active=True)
        for step in _steps(event, connection)
    ]
    if rows:
        Delivery.objects.bulk_create(rows)
        wake_workers()


def _steps(event: Event, connection: Connection) -> Iterator[str]:
    """Those that this kind of desk has; a ticket from before the connection is not followed."""
    if event.kind != "submitted" and not _is_followed(event, connection):
        return
    kind = connector_class(connection.kind)
    yield from (step for step in STEPS[event.kind] if can(kind, step))


def _is_followed(event: Event, connection: Connection) -> bool:
    created = Delivery.objects.filter(
        ticket=event.ticket_id, connection=connection, step=_STEP.CREATE
    )
    return created.exclude(state=Delivery.State.DROPPED).exists()


def wake_workers() -> None:
    """Tells them when this transaction is committed; on SQLite they look every now and then."""
    if database.vendor == "postgresql":
        with database.cursor() as cursor:
            cursor.execute("SELECT pg_notify(%s, '')", [CHANNEL])
