"""`/livez` and `/readyz`: what a load balancer asks, by any name, over http and without a login."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase

from guiche.desk import clock
from guiche.desk.checks import is_migrated
from guiche.desk.connectors.connection import Connection
from guiche.desk.deliveries.delivery import Delivery
from guiche.desk.deliveries.heartbeat import Heartbeat
from guiche.desk.figures.digest import DigestMail
from guiche.desk.messages.message import Message

BEHIND = timedelta(minutes=5)
"""What could have been sent so long ago, and was not, was forgotten by the workers."""


class Probes:
    """Middleware, before all that asks for a name, for TLS or for a login.

    `/livez` asks nothing of anybody: a process that answers is not to be killed because of a
    database. `/readyz` is 200 while pages can be served, else 503.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """The answer of the probe; else of the rest of the chain."""
        probe = _PROBES.get(request.path_info)
        if probe is None:
            return self.get_response(request)
        if request.method not in ("GET", "HEAD"):
            return HttpResponse(status=405, headers={"Allow": "GET, HEAD"})
        return probe()


def _live() -> HttpResponse:
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")


def _ready() -> HttpResponse:
    """Workers, and desks that are away, are told and change nothing: tickets are opened as well."""
    try:
        connection.ensure_connection()
        if not is_migrated():
            return JsonResponse({"ready": False, "database": "not migrated"}, status=503)
        now = clock.now()
        state = {
            "ready": True,
            "database": "ok",
            "worker": "ok" if Heartbeat.alive(now) else "silent",
            "outbox": "behind" if _is_behind(now) else "ok",
        }
    except DatabaseError:
        return JsonResponse({"ready": False, "database": "unreachable"}, status=503)
    return JsonResponse(state)


def _is_behind(now: datetime) -> bool:
    """Whether something has been due for long that nobody sends; a desk that is away rests."""
    late = now - BEHIND
    waiting = Delivery.objects.filter(
        connection__in=Connection.open_for_work(late),
        open=True,
        state=Delivery.State.WAITING,
        next_at__lte=late,
    )
    mail = Message.due(late).exists() or DigestMail.due(late).exists()
    return mail or waiting.exists()


_PROBES = {"/livez": _live, "/readyz": _ready}
PATHS = frozenset(_PROBES)
