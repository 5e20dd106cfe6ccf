"""The number, large: what to tell the customer, how, and what goes into the desk in use."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from guiche.desk import clock
from guiche.desk.intake.facts import mask_email, show_phone, whatsapp_url
from guiche.desk.models import Message, Ticket, User
from guiche.desk.pages.access import account, attends, form_mark, page_or_form, ticket_of
from guiche.desk.pages.counterpart import Coming
from guiche.desk.pages.due import Clock
from guiche.desk.promises.promise import PromiseState
from guiche.desk.refusal import Refused
from guiche.desk.site.site import Site
from guiche.desk.tickets.block import copy_blocks
from guiche.desk.tickets.event import CHANNELS, AlreadyRecorded, Event
from guiche.desk.tickets.told import LONGEST, NumberTaken, Told

_NUMBER, _TOLD, _EMAIL, _LINK = "numero", "informado", "mensagem-envio", "pagina-do-cliente"
"""Where the forms stand on the page."""
_PATIENT_AFTER = timedelta(minutes=10)
"""A page that is left open asks no longer for a number that did not come by then."""


@dataclass(frozen=True)
class Refusal:
    """A form that was refused: which one, why, and what was typed; `other` has the number."""

    form: str
    message: str
    typed: str = ""
    other: Told | None = None


@dataclass(frozen=True)
class WhatsApp:
    """A conversation with one phone, the message written in it but not sent."""

    phone: str
    url: str

    @classmethod
    def all(cls, ticket: Ticket) -> "list[WhatsApp]":
        """One for each mobile phone of the customer."""
        text = ticket.send
        return [
            cls(show_phone(number), url)
            for number in ticket.phones
            if (url := whatsapp_url(number, text))
        ]


@dataclass(frozen=True)
class Telling:
    """Once that the customer was told a number; `old` when it is no longer the one."""

    event: Event
    channel: str
    number: str
    old: bool

    @classmethod
    def all(cls, ticket: Ticket) -> "list[Telling]":
        """Every time, in order; of one that was erased nothing but the moment is left."""
        return [
            cls(
                event,
                CHANNELS.get((event.payload or {}).get("channel", ""), ""),
                (number := (event.payload or {}).get("number", "")),
                number != ticket.protocol,
            )
            for event in ticket.informed
        ]


# What is said where the time of the texts no longer holds.
_INSTEAD = {
    PromiseState.PAUSED: "O prazo está em pausa, à espera do cliente. Diga só o protocolo.",
    PromiseState.OVERDUE: "O prazo venceu sem contato. Diga só o protocolo, não prometa outra "
    "hora, e avise quem faz o retorno.",
    PromiseState.TRIED_IN_TIME: "A equipe tentou no prazo e não encontrou o cliente. Diga só o "
    "protocolo, e confirme os telefones.",
    PromiseState.UNTRIED: "O chamado foi encerrado. Se o cliente ainda precisa, reabra-o.",
    PromiseState.KEPT: "O contato já foi feito. Diga só o protocolo.",
    PromiseState.KEPT_LATE: "O contato já foi feito. Diga só o protocolo.",
    PromiseState.CLOSED: "O chamado foi encerrado. Se o cliente ainda precisa, reabra-o.",
}


@require_GET
def show(request: HttpRequest, number: str) -> HttpResponse:
    """The page."""
    return _page(request, ticket_of(number))


@require_GET
def arrived(request: HttpRequest, number: str) -> HttpResponse:
    """What an open page asks for: the page anew once the number is there or something changed."""
    ticket = ticket_of(number)
    coming = _coming(ticket)
    if coming and coming.state == request.GET.get("visto"):
        return HttpResponse(status=204)
    answer = render(request, "desk/registrado_parte.html", _content(request, ticket))
    answer.headers["HX-Retarget"], answer.headers["HX-Reswap"] = "#registrado", "outerHTML"
    return answer


@page_or_form
def take_number(request: HttpRequest, number: str) -> HttpResponse:
    """Keeps the number that the desk in use gave."""
    typed = request.POST.get("desk_number", "")[: 2 * LONGEST]
    return _done(
        request, number, _NUMBER,
        lambda ticket, user: ticket.take_number(typed, user, form_mark(request)), typed,
    )  # fmt: skip


@page_or_form
def inform(request: HttpRequest, number: str) -> HttpResponse:
    """Records that the customer was told the number."""
    channel = request.POST.get("channel", "")
    return _done(
        request, number, _TOLD,
        lambda ticket, user: ticket.inform(channel, user, form_mark(request)),
    )  # fmt: skip


@page_or_form
def send(request: HttpRequest, number: str) -> HttpResponse:
    """Queues the e-mail to the customer."""
    return _done(request, number, _EMAIL, Message.queue)


@page_or_form
def change_link(request: HttpRequest, number: str) -> HttpResponse:
    """Ends the link that the customer has, and makes another."""
    return _done(
        request, number, _LINK,
        lambda ticket, user: ticket.change_link(user, form_mark(request)),
    )  # fmt: skip


def _done(
    request: HttpRequest,
    number: str,
    form: str,
    call: Callable[[Ticket, User], object],
    typed: str = "",
) -> HttpResponse:
    """Makes the call of a form of the page, and leads back to the form's place."""
    ticket = ticket_of(number)
    if request.method == "POST":
        try:
            call(ticket, account(request))
        except AlreadyRecorded:
            pass
        except NumberTaken as taken:
            return _page(request, ticket_of(number), Refusal(form, str(taken), typed, taken.ticket))
        except Refused as refused:
            return _page(request, ticket_of(number), Refusal(form, str(refused), typed))
    # A new number is read first; what else was done is looked for where it was asked for.
    place = "" if form == _NUMBER else f"#{form}"
    return redirect(reverse("registrado", args=[ticket.number]) + place)


def _page(request: HttpRequest, ticket: Ticket, refusal: Refusal | None = None) -> HttpResponse:
    page = _content(request, ticket, refusal)
    return render(request, "desk/registrado.html", page, status=422 if refusal else 200)


def _coming(ticket: Ticket) -> Coming | None:
    return Coming.of(ticket, patient=clock.now() - ticket.opened_at > _PATIENT_AFTER)


def _content(
    request: HttpRequest, ticket: Ticket, refusal: Refusal | None = None
) -> dict[str, Any]:
    now, standing, coming = clock.now(), Message.standing(ticket), _coming(ticket)
    desk = Site.current().desk or (coming.desk if coming else "")
    provisional = bool(desk and not ticket.desk_number)
    return {
        "section": "atender",
        "ticket": ticket,
        "desk": desk,
        "provisional": provisional,
        "coming": coming,
        "at_hand": provisional and (coming is None or coming.by_hand),
        "blocks": copy_blocks(ticket) if desk else [],
        "due": ticket.promise.spoken(now),
        "clock": Clock.of(ticket.promise, now),
        "instead": _INSTEAD.get(ticket.promise.state(now), ""),
        "whatsapp": WhatsApp.all(ticket),
        "email": mask_email(ticket.email) if ticket.email else "",
        "message": standing or ticket.messages.order_by("pk").last(),
        "may_queue": bool(ticket.email and not standing),
        "tellings": Telling.all(ticket),
        "follows": ticket.opens_at(now),
        "may_attend": attends(account(request)),
        "refusal": refusal,
        "form_mark": uuid4(),
    }
