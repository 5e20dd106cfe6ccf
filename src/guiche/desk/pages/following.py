"""Acompanhar: the page of a customer who follows a ticket, and what he may send by it.

No login, no cookie and so no CSRF token, as on the page of `giving`: the address is the key. Every
address that opens nothing gives the same page.
"""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables

from guiche.desk import clock
from guiche.desk.intake.image import kind_of
from guiche.desk.models import Event, Ticket
from guiche.desk.pages.access import form_mark, page_or_form
from guiche.desk.pages.choice import distinct
from guiche.desk.pages.giving import (
    WORKER_SECONDS,
    address_of,
    page_of,
    read_given,
    slowed_down,
)
from guiche.desk.portal.following import Visit, asked, check
from guiche.desk.portal.guess import Guess
from guiche.desk.portal.pace import Pace
from guiche.desk.portal.standing import Standing
from guiche.desk.portal.words import NotGiven, Said
from guiche.desk.refusal import Refused
from guiche.desk.site.site import Site
from guiche.desk.tickets.event import ANSWERS, FROM_CUSTOMER, AlreadyRecorded
from guiche.sources import Found

CHECKS = Pace(10, timedelta(minutes=1))
"""Checks of a number that one address may ask for."""
_SEVERAL = Said(
    "Há mais de um certificado no arquivo.",
    "Envie só o seu, em um arquivo .cer. Nada foi guardado.",
)
_SAID = {
    "telefone": "Recebemos o telefone. Quem vai ligar já o vê.",
    "resposta": "Recebemos sua resposta. Quem vai ligar já a vê.",
    "arquivo": "Recebemos o arquivo. Quem atende você já o vê.",
}
"""What is said once something came, by the part of the address that asks for it."""


@csrf_exempt
@login_not_required
@sensitive_post_parameters()
@page_or_form
def find(request: HttpRequest) -> HttpResponse:
    """By the protocol and the last digits of a telephone. What does not fit is one page."""
    now = clock.now()
    if slowed := slowed_down(request, now):
        return slowed
    if request.method != "POST":
        return page_of(request, "desk/acompanhar_achar.html")
    number, digits = request.POST.get("protocolo", ""), request.POST.get("final", "")
    address = address_of(request)
    if not CHECKS.allows(address, now) or not Guess.allowed(asked(number), address, now):
        return page_of(request, "desk/acompanhar_devagar.html", status=429)
    if token := check(number, digits, now):
        return _sent_to(token)
    return page_of(request, "desk/acompanhar_achar.html", status=422, refused=True)


@csrf_exempt
@login_not_required
@page_or_form
def show(request: HttpRequest, token: str) -> HttpResponse:
    """How the ticket stands, and the forms."""
    return _visited(request, token, lambda visit: _page(request, visit))


@csrf_exempt
@login_not_required
@sensitive_post_parameters()
@page_or_form
def add_phone(request: HttpRequest, token: str) -> HttpResponse:
    """One more telephone."""
    typed = request.POST.get("telefone", "")

    def add(visit: Visit) -> object:
        return visit.ticket.add_phone(typed, form_mark(request))

    return _taken(request, token, "telefone", typed, add)


@csrf_exempt
@login_not_required
@sensitive_post_parameters()
@page_or_form
def answer(request: HttpRequest, token: str) -> HttpResponse:
    """Whether the call suits, came, or should come at another hour."""
    chosen, note = request.POST.get("resposta", ""), request.POST.get("horario", "")

    def said(visit: Visit) -> object:
        return visit.ticket.answer(chosen, note, form_mark(request))

    return _taken(request, token, "resposta", note, said, chosen=chosen)


@csrf_exempt
@login_not_required
@sensitive_post_parameters()
@page_or_form
def give(request: HttpRequest, token: str) -> HttpResponse:
    """The page that takes a file (GET), and what was sent on it (POST): a certificate, by the one
    reader, or a picture."""

    def taken(visit: Visit) -> HttpResponse:
        if request.method != "POST":
            return _giving(request, visit)
        try:
            _take(request, visit.ticket)
        except AlreadyRecorded:
            pass
        except NotGiven as error:
            return _giving(request, visit, error.said)
        except Refused as refused:
            return _giving(request, visit, Said("Não foi recebido.", str(refused)))
        return _sent_to(token, "arquivo")

    return _visited(request, token, taken)


@sensitive_variables()
def _take(request: HttpRequest, ticket: Ticket) -> None:
    form, files = form_mark(request), request.FILES.getlist("arquivo")
    content = files[0].read() if len(files) == 1 else b""
    if kind_of(content):
        ticket.take_picture(content, form)
        return
    for file in files:
        file.seek(0)
    ticket.take_certificate(_own(ticket, distinct(read_given(request))), form)


def _own(ticket: Ticket, found: Sequence[Found]) -> Found:
    """The one certificate, or of several the one of the customer. `NotGiven` where that is not
    known."""
    own = ticket.of_customer(found)
    if len(own) != 1:
        raise NotGiven(_SEVERAL)
    return own[0]


def _taken(
    request: HttpRequest,
    token: str,
    what: str,
    typed: str,
    take: Callable[[Visit], object],
    **more: Any,
) -> HttpResponse:
    """Takes what one form of the page sent, and leads back to the page."""

    def answered(visit: Visit) -> HttpResponse:
        if request.method != "POST":
            return _sent_to(token)
        try:
            take(visit)
        except AlreadyRecorded:
            pass
        except Refused as refused:
            return _page(request, visit, refused=what, why=str(refused), typed=typed, **more)
        return _sent_to(token, what)

    return _visited(request, token, answered)


def _visited(
    request: HttpRequest, token: str, then: Callable[[Visit], HttpResponse]
) -> HttpResponse:
    now = clock.now()
    if slowed := slowed_down(request, now):
        return slowed
    visit = Visit.of(token, now)
    if visit is None:
        return page_of(request, "desk/acompanhar_fechado.html", status=404)
    return then(visit)


def _page(request: HttpRequest, visit: Visit, **more: Any) -> HttpResponse:
    ticket, now = visit.ticket, clock.now()
    sent = ticket.events.filter(kind__in=FROM_CUSTOMER).order_by("-seq")
    page = {
        "visit": visit,
        "ticket": ticket,
        "standing": Standing.of(ticket, now),
        "endings": [phone[-4:] for phone in ticket.phones],
        "missing": [label for label, _ in ticket.exits] if ticket.is_open else (),
        "documents": ticket.documents_told if ticket.is_open else (),
        "desk": Site.current().desk if ticket.desk_number else "",
        "answers": ANSWERS.items(),
        "sent": [(_told(event), event.at) for event in sent],
        "received": _SAID.get(request.GET.get("recebido", ""), ""),
        "form_mark": uuid4(),
        **more,
    }
    status = 422 if more.get("refused") else 200
    return page_of(request, "desk/acompanhar.html", status=status, **page)


def _told(event: Event) -> str:
    """What he sent, with no more of a telephone than its end: the screen may be somebody else's."""
    payload = event.payload or {}
    if phone := payload.get("phone"):
        return f"Telefone com final {phone[-4:]}"
    answer, hour = ANSWERS.get(payload.get("answer", ""), "Arquivo"), payload.get("note")
    return f"{answer}: {hour}" if hour else answer


def _giving(request: HttpRequest, visit: Visit, said: Said | None = None) -> HttpResponse:
    page = {
        "visit": visit,
        "said": said,
        "limit": settings.FILE_UPLOAD_MAX_MEMORY_SIZE,
        "reads_containers": finders.find("desk/forge/forge.min.js") is not None,
        "seconds": WORKER_SECONDS,
        "form_mark": uuid4(),
    }
    status = 422 if said else 200
    return page_of(request, "desk/acompanhar_arquivo.html", status=status, **page)


def _sent_to(token: str, received: str = "") -> HttpResponse:
    address = reverse("acompanhamento", args=[token])
    return redirect(f"{address}?recebido={received}#recebido" if received else address)
