"""Now and then a desk is asked for all that carries a key of ours; what fits nothing is shown.

It finds what no single step can: doubles of the desk's own making, and tickets that were created
after everybody had stopped looking.
"""

import logging
from datetime import datetime, timedelta
from typing import Any

from django.db import DatabaseError, transaction
from django.db.models import Q

from guiche.desk.connectors.connection import Connection
from guiche.desk.connectors.connector import DeliveryError, Found
from guiche.desk.connectors.opened import Opened
from guiche.desk.deliveries.delivery import Delivery
from guiche.desk.deliveries.link import Link
from guiche.desk.deliveries.stray import Stray
from guiche.desk.tickets.ticket import Ticket

log = logging.getLogger(__name__)

EVERY = timedelta(hours=1)
_OVERLAP = timedelta(days=1)
"""Each time the day before is looked at again: what lagged then shows now."""
_STILL_COMING = (Delivery.State.WAITING, Delivery.State.SENDING, Delivery.State.UNKNOWN)


def reconcile_due(opened: Opened, now: datetime) -> int:
    """Asks every desk whose turn has come; how many tickets were found that fit nothing."""
    turn = Q(reconciled_at=None) | Q(reconciled_at__lte=now - EVERY)
    due = [each for each in Connection.open_for_work(now).filter(turn) if opened.is_due(each, now)]
    return sum(_reconcile_any(each, opened, now) for each in due)


def _reconcile_any(connection: Connection, opened: Opened, now: datetime) -> int:
    """One desk that answers what nobody expected keeps nobody from the others."""
    try:
        return reconcile(connection, opened, now)
    except DatabaseError:
        raise
    except Exception:
        log.exception("connection %s could not be reconciled", connection.pk)
        opened.put_off(connection, now + EVERY)
        return 0


def reconcile(connection: Connection, opened: Opened, now: datetime) -> int:
    """Asks one desk; how many tickets were new that fit nothing. Safe to run twice at once."""
    connector: Any = opened.of(connection)
    if connector is None or not connector.offers("recent"):
        return 0
    since = (connection.reconciled_at or connection.created_at) - _OVERLAP
    try:
        new = sum(_judge(connection, found) for found in connector.recent(since))
    except DeliveryError as error:
        if error.everywhere:
            connection.failed(error, now)
        else:
            log.warning("connection %s may not be reconciled: %s", connection.pk, error)
            opened.put_off(connection, now + EVERY)
        return 0
    Connection.objects.filter(pk=connection.pk).update(reconciled_at=now)
    if new:
        log.warning("%s: %s tickets fit none of ours", connection, new)
    return new


@transaction.atomic
def _judge(connection: Connection, found: Found) -> bool:
    """Whether it is new that this one fits nothing."""
    ticket = Ticket.find(found.key)
    if ticket is None:
        return Stray.note(connection, None, Stray.Kind.FOREIGN, found)
    link = Link.of(ticket, connection)
    if link and link.ref:
        double = link.ref != found.ref
        return double and Stray.note(connection, ticket, Stray.Kind.DOUBLE, found)
    creation = Delivery.objects.filter(ticket=ticket, connection=connection, step="create")
    if creation.filter(state__in=_STILL_COMING).exists():
        return False
    return Stray.note(connection, ticket, Stray.Kind.UNLINKED, found)
