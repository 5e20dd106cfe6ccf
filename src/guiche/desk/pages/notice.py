"""What a desk calls when something changes there: a signature is checked, a ticket is read soon.

Nothing that the call says is believed or kept, and no answer says more than whether it was heard.
"""

import logging
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from guiche.desk import clock
from guiche.desk.connectors import registry
from guiche.desk.connectors.connection import Connection
from guiche.desk.connectors.connector import Connector, DeliveryError, Hears
from guiche.desk.connectors.settings import SettingsRefused
from guiche.desk.deliveries.link import Link

log = logging.getLogger(__name__)

LARGEST = 256 * 1024
_HEARD, _NOT_SIGNED, _NOTHING_HERE = 204, 401, 404


@csrf_exempt
@login_not_required
def hear(request: HttpRequest, pk: int) -> HttpResponse:
    """204 for a call as it was set up, 401 for one that is not, 404 for all else."""
    return HttpResponse(status=_heard(request, pk))


def _heard(request: HttpRequest, pk: int) -> int:
    connection = Connection.objects.filter(pk=pk, active=True, kind__in=registry.KINDS).first()
    if request.method != "POST" or connection is None or _length(request) > LARGEST:
        return _NOTHING_HERE
    try:
        connector = connection.connect()
    except SettingsRefused:
        log.warning("connection %s: its settings cannot be used, and a call is not heard", pk)
        return _NOTHING_HERE
    try:
        return _taken(request, connection, connector)
    finally:
        connector.close_down()


def _taken(request: HttpRequest, connection: Connection, connector: Connector[Any]) -> int:
    if not connector.offers("heard") or not isinstance(connector, Hears):
        return _NOTHING_HERE
    try:
        ref = connector.heard(request.headers, request.body)
    except DeliveryError:
        return _NOT_SIGNED
    Link.read_soon(connection, [ref], clock.now())
    return _HEARD


def _length(request: HttpRequest) -> int:
    """As declared; the server hands no more of a body over than that."""
    return int(request.META.get("CONTENT_LENGTH") or 0)
