"""The number of the desk, awaited for a moment by whoever has the customer on the line."""

import time
from collections.abc import Callable

from guiche.desk import clock
from guiche.desk.connectors.connection import Connection
from guiche.desk.deliveries.delivery import Delivery
from guiche.desk.deliveries.heartbeat import Heartbeat
from guiche.desk.tickets.ticket import Ticket

SECONDS = 5.0
_LOOK_EVERY = 0.05
_COMING = (Delivery.State.WAITING, Delivery.State.SENDING)


def await_number(
    ticket: Ticket, seconds: float = SECONDS, sleep: Callable[[float], None] = time.sleep
) -> str:
    """The number of the desk as soon as it exists; "" where it does not come in time.

    Nobody waits for a desk that rests or a worker that is not there: our own number is good.
    """
    ends = time.monotonic() + seconds
    while not _number(ticket) and time.monotonic() < ends and is_coming(ticket):
        sleep(_LOOK_EVERY)
    return _number(ticket)


def is_coming(ticket: Ticket) -> bool:
    """Whether a number may come within seconds: its creation is on the way, and all is well."""
    now = clock.now()
    on_its_way = Delivery.objects.filter(
        ticket=ticket, step=Delivery.Step.CREATE, state__in=_COMING,
        connection__in=Connection.open_for_work(now).filter(numbers=True),
    )  # fmt: skip
    return on_its_way.exists() and Heartbeat.alive(now) > 0


def _number(ticket: Ticket) -> str:
    ticket.refresh_from_db(fields=["desk_number"])
    number: str = ticket.desk_number
    return number
