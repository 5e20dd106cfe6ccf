"""What a customer sees at the name of the certificates."""

# ruff: noqa: ARG001  # Django fixes what an error view is called with.

from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.http import require_safe

from guiche.desk import clock
from guiche.desk.acceptor.counters import PRESENTED
from guiche.desk.acceptor.front import presented
from guiche.desk.health.counters import counted
from guiche.desk.models import CaseLink
from guiche.desk.pages.giving import Seen
from guiche.sources import browser

# The address is the key of the link.
_HEADERS = {"Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex, nofollow"}


@login_not_required
@require_safe
def show(request: HttpRequest, token: str) -> HttpResponse:
    """Takes what the browser presented into the call of this link.

    What opens no link is told apart by nothing: unknown, over and revoked look alike, and so does
    one for which the technician did not choose this way.
    """
    link = CaseLink.of(token, clock.now()) if _is_visit(request) else None
    if link is None or not link.browser:
        return _counted("no_link", nothing_here(request))
    if not presented(request):
        way = settings.PAGES_URL + reverse("enviar", "guiche.desk.urls", [token])
        return _counted("nothing", _page("sem_certificado", way=way))
    (found,) = counted(lambda: browser.reading(presented(request))).found
    received = link.receive(found)
    if received is None:
        return _counted("no_link", nothing_here(request))
    return _counted("certificate", _page("certificado_recebido", seen=Seen.of(received.contract)))


def nothing_here(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404, the same for every reason."""
    return _page("enviar_fechado", status=404)


def failed(request: HttpRequest) -> HttpResponse:
    """500: our fault, said so."""
    return _page("link_falhou", status=500)


def _is_visit(request: HttpRequest) -> bool:
    """Whether a person opened the address: a picture or a script of some other page that points
    here would present the certificate of whoever looks at that page.
    """
    # A browser too old to say it is believed.
    return request.method == "GET" and request.headers.get("Sec-Fetch-Dest") in (None, "document")


def _page(name: str, status: int = 200, **context: Any) -> HttpResponse:
    body = render_to_string(f"desk/{name}.html", context)
    return HttpResponse(body, status=status, headers=_HEADERS)


def _counted(result: str, response: HttpResponse) -> HttpResponse:
    PRESENTED.labels(result).inc()
    return response
