"""Chamado: the promise, the reading, all data, the history, and what can be done."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from guiche.desk import clock
from guiche.desk.intake.facts import show_phone
from guiche.desk.models import Ticket
from guiche.desk.pages.access import account, attends, page_or_form
from guiche.desk.pages.due import Clock
from guiche.desk.pages.verdict import Verdict
from guiche.desk.procedures.fact import Fact
from guiche.desk.promises.promise import RUNNING, Result
from guiche.desk.refusal import Refused
from guiche.desk.tickets.event import AlreadyRecorded
from guiche.desk.tickets.number import not_found


@dataclass(frozen=True)
class Entry:
    """One answer as the page shows it; `missing` is a way out that was taken, shown in red."""

    label: str
    text: str
    wide: bool
    missing: bool


@dataclass(frozen=True)
class Screen:
    """The answers of one screen of the procedure."""

    title: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class Phone:
    """A number to call: in E.164 for the link, formatted for the eye."""

    number: str
    text: str
    label: str


@dataclass(frozen=True)
class Refusal:
    """A form that was refused: which one, why, and what stood in it."""

    form: str
    message: str
    sent: Mapping[str, str] = field(default_factory=dict)


@require_GET
def registered(request: HttpRequest, number: str) -> HttpResponse:
    """The number, large, with the words for the customer."""
    ticket, now = _ticket(number), clock.now()
    page = {
        "section": "atender",
        "ticket": ticket,
        "due": ticket.promise.spoken(now),
        "clock": Clock.of(ticket.promise, now),
        "running": ticket.promise.state(now) in RUNNING,
        "may_attend": attends(account(request)),
    }
    return render(request, "desk/registrado.html", page)


@require_GET
def show(request: HttpRequest, number: str) -> HttpResponse:
    """The page of a ticket."""
    return _page(request, _ticket(number))


@page_or_form
def attempt(request: HttpRequest, number: str) -> HttpResponse:
    """Records a call to the customer and its result."""
    ticket = _ticket(number)
    if request.method != "POST":
        return redirect("chamado", number=ticket.number)
    sent = {key: request.POST.get(key, "") for key in ("phone", "result", "note")}
    try:
        ticket.promise.log_attempt(account(request), **sent, form=_form(request))
    except AlreadyRecorded:
        return _to_history(ticket)
    except Refused as refused:
        return _page(request, ticket, Refusal("attempt", str(refused), sent))
    return _to_history(ticket)


@page_or_form
def move(request: HttpRequest, number: str, name: str) -> HttpResponse:
    """Moves the ticket, as the table of moves allows."""
    ticket = _ticket(number)
    if request.method != "POST":
        return redirect("chamado", number=ticket.number)
    sent = {key: request.POST.get(key, "") for key in ("reason", "note")}
    try:
        ticket.move(name, account(request), **sent, form=_form(request))
    except AlreadyRecorded:
        return _to_history(ticket)
    except Refused as refused:
        return _page(request, ticket, Refusal(name, str(refused), sent))
    return _to_history(ticket)


def _form(request: HttpRequest) -> UUID | None:
    """The mark of the form as it was shown; None from a sender that shows none."""
    try:
        return UUID(request.POST.get("form", ""))
    except ValueError:
        return None


def _ticket(number: str) -> Ticket:
    ticket = Ticket.find(number)
    if ticket is None:
        raise Http404(not_found(number))
    return ticket


def _to_history(ticket: Ticket) -> HttpResponse:
    return redirect(reverse("chamado", args=[ticket.number]) + "#historico")


def _page(request: HttpRequest, ticket: Ticket, refusal: Refusal | None = None) -> HttpResponse:
    user, now = account(request), clock.now()
    page: dict[str, Any] = {
        "section": "fila",
        "ticket": ticket,
        "clock": Clock.of(ticket.promise, now),
        "phones": _phones(ticket),
        "verdict": Verdict.of_row(ticket.inspection, now) if ticket.inspection else None,
        "screens": _screens(ticket),
        "history": reversed(ticket.history),
        "may_call": ticket.promise.may_log(user),
        "results": Result.choices,
        "moves": ticket.moves_for(user),
        "refusal": refusal,
        "form_mark": uuid4(),
    }
    return render(request, "desk/chamado.html", page, status=422 if refusal else 200)


def _phones(ticket: Ticket) -> list[Phone]:
    keys = ticket.procedure.customer.phones
    labels = {ticket.facts.get(key, ""): ticket.procedure.fact(key).label for key in keys}
    return [Phone(number, show_phone(number), labels[number]) for number in ticket.phones]


def _screens(ticket: Ticket) -> list[Screen]:
    shown = ticket.shown

    def entry(fact: Fact) -> Entry:
        stored = ticket.facts.get(fact.key, "")
        wide = fact.type == "text"
        return Entry(fact.label, shown.get(fact.key, ""), wide, fact.is_exit(stored))

    return [Screen(s.title, tuple(map(entry, s.facts))) for s in ticket.procedure.screens]
