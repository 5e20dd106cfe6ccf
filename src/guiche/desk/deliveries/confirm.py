"""What came of an attempt, written down: the row, the ticket of the desk, its circuit, doubles."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from guiche.desk.connectors.connection import Connection
from guiche.desk.connectors.connector import Created, DeliveryError, Found, Outcome
from guiche.desk.deliveries.attempt import Attempt, Done, NotThere, Result
from guiche.desk.deliveries.delivery import Delivery
from guiche.desk.deliveries.link import Link, LinkRefused
from guiche.desk.deliveries.stray import Stray

Kind = Stray.Kind


@transaction.atomic
def confirm(attempt: Attempt, result: Result, connection: Connection, now: datetime) -> None:
    """Writes the result of an attempt, whole or not at all."""
    delivery, lag = attempt.delivery, attempt.connector.lag
    # Nothing of the person comes back in what was on its way while the data were erased.
    delivery.ticket.refresh_from_db(fields=["erased_at"])
    if isinstance(result, DeliveryError):
        delivery.put_off(result.impersonal if delivery.ticket.erased_at else result, now, lag)
        if result.everywhere:
            connection.failed(result, now)
        return
    connection.succeeded(now)
    if isinstance(result, NotThere):
        still_running = settings.DELIVERY_LONGEST_CALL if delivery.was_lost else timedelta()
        delivery.wait_for_index(now, lag + still_running)
        return
    try:
        _keep(delivery, connection, result)
    except LinkRefused as refused:
        delivery.put_off(DeliveryError(str(refused), Outcome.REJECTED), now, lag)
        return
    Delivery.confirm([delivery], now)


def confirm_plain(attempts: Iterable[Attempt], connection: Connection, now: datetime) -> None:
    """Writes many results of one desk of which there is nothing to keep, most of them being so."""
    connection.succeeded(now)
    Delivery.confirm([each.delivery for each in attempts], now)


def _keep(delivery: Delivery, connection: Connection, done: Done) -> None:
    ticket = delivery.ticket
    if done.customer and not ticket.erased_at:
        Link.meet(ticket, connection, done.customer)
    if done.created:
        _link(delivery, connection, done.created)
        for double in done.doubles:
            Stray.note(connection, ticket, Kind.DOUBLE, double)


def _link(delivery: Delivery, connection: Connection, created: Created) -> None:
    """The first ticket that is known stays the one; a second is shown to a person.

    `LinkRefused` where it belongs to another ticket of ours: the desk began to count anew.
    """
    ticket = delivery.ticket
    if Link.make(ticket, connection, created).ref != created.ref:
        found = Found(created.ref, ticket.key, created.number, created.url)
        Stray.note(connection, ticket, Kind.DOUBLE, found)
