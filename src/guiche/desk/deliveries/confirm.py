"""What came of attempts, written down: the rows, the tickets of the desk, its circuit, doubles."""

import logging
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import OperationalError, transaction

from guiche.desk.connectors.connection import Connection
from guiche.desk.connectors.connector import Created, DeliveryError, Found, Outcome
from guiche.desk.deliveries.attempt import Attempt, Done, NotBegun, NotThere, Result
from guiche.desk.deliveries.delivery import Delivery
from guiche.desk.deliveries.link import Link, LinkRefused
from guiche.desk.deliveries.stray import Stray
from guiche.desk.tickets.ticket import Ticket

log = logging.getLogger(__name__)

Kind = Stray.Kind
Ended = tuple[Attempt, Result | None]
"""An attempt and what came of it; None: our own mistake."""

_MANY = 2

_OURS = "O Guichê falhou neste envio. O registro do serviço diz onde; será tentado de novo."


@transaction.atomic
def confirm(ended: Sequence[Ended], connection: Connection, now: datetime) -> None:
    """Writes what came of attempts of one desk.

    Raises `OperationalError` where the database is away or locked: what the desk did is known, and
    can be written later. Any other mistake of ours puts off its own step alone.
    """
    _forget_the_erased(
        attempt.delivery.ticket
        for attempt, result in ended
        if not (isinstance(result, Done) and result.is_plain)
    )
    if any(isinstance(result, Done | NotThere) for _, result in ended):
        connection.succeeded(now)
    kept = _keep_new(ended, connection)
    done = [
        attempt.delivery
        for attempt, result in ended
        if attempt.delivery.pk in kept or _is_done(attempt, result, connection, now)
    ]
    if done:
        Delivery.confirm(done, now)


def _forget_the_erased(tickets: Iterable[Ticket]) -> None:
    """Nothing of the person comes back in what was on its way while the data were erased."""
    of = {ticket.pk: ticket for ticket in tickets}
    erased = Ticket.objects.filter(pk__in=of).exclude(erased_at=None)
    for pk, erased_at in erased.values_list("pk", "erased_at"):
        of[pk].erased_at = erased_at


def _keep_new(ended: Sequence[Ended], connection: Connection) -> set[int]:
    """Keeps in one go the tickets that the desk made and of which nothing was known there; which
    steps these are. None, where one of them is not as plain as that: then each alone."""
    made = {
        attempt.delivery: result.created
        for attempt, result in ended
        if isinstance(result, Done) and result.created and result.is_new and not attempt.link
    }
    if len(made) < _MANY:
        return set()
    try:
        Link.make_all(connection, {step.ticket: created for step, created in made.items()})
    except OperationalError:
        raise
    except Exception:
        log.info("%s tickets are linked one by one", len(made), exc_info=True)
        for step in made:
            step.ticket.refresh_from_db(fields=["state", "seq", "head", "desk_number", "erased_at"])
        return set()
    return {step.pk for step in made}


def _is_done(
    attempt: Attempt, result: Result | None, connection: Connection, now: datetime
) -> bool:
    """Keeps what is to be kept; False where the row was written, because the step is not taken."""
    delivery = attempt.delivery
    try:
        if isinstance(result, Done):
            return _keep(attempt, connection, result, now)
        if result is not None:
            with transaction.atomic():
                _put_off(attempt, connection, result, now)
            return False
    except OperationalError:
        raise
    except Exception:
        log.exception("delivery %s: not confirmed", delivery.pk)
    delivery.poisoned(_OURS, now)
    return False


def _put_off(
    attempt: Attempt, connection: Connection, result: DeliveryError | NotThere | NotBegun,
    now: datetime,
) -> None:  # fmt: skip
    delivery, lag = attempt.delivery, attempt.connector.lag
    if isinstance(result, NotBegun):
        delivery.let_go(delivery.last_error, now)
    elif isinstance(result, NotThere):
        still_running = settings.DELIVERY_LONGEST_CALL if delivery.was_lost else timedelta()
        delivery.wait_for_index(now, lag + still_running)
    else:
        delivery.put_off(result.impersonal if delivery.ticket.erased_at else result, now, lag)
        if result.everywhere:
            connection.failed(result, now)


def _keep(attempt: Attempt, connection: Connection, done: Done, now: datetime) -> bool:
    if done.is_plain:
        return True
    delivery = attempt.delivery
    try:
        with transaction.atomic():
            if done.customer and not delivery.ticket.erased_at:
                Link.meet(delivery.ticket, connection, done.customer)
            if done.created:
                _link(delivery.ticket, connection, done.created)
            for double in done.doubles:
                Stray.note(connection, delivery.ticket, Kind.DOUBLE, double)
    except LinkRefused as refused:
        refusal = DeliveryError(str(refused), Outcome.REJECTED)
        delivery.put_off(refusal, now, attempt.connector.lag)
        return False
    return True


def _link(ticket: Ticket, connection: Connection, created: Created) -> None:
    """The first ticket that is known stays the one; a second is shown to a person.

    `LinkRefused` where it belongs to another ticket of ours: the desk began to count anew.
    """
    if Link.make(ticket, connection, created).ref != created.ref:
        found = Found(created.ref, ticket.key, created.number, created.url)
        Stray.note(connection, ticket, Kind.DOUBLE, found)
