"""Chamado: the promise, the reading, all data, the history, and what can be done."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.db.models import prefetch_related_objects
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from guiche.desk import clock
from guiche.desk.models import Event, Ticket, User
from guiche.desk.pages.access import account, form_mark, page_or_form, ticket_of
from guiche.desk.pages.card import Card
from guiche.desk.pages.counterpart import Counterpart
from guiche.desk.pages.due import Clock
from guiche.desk.pages.presence import Watchers
from guiche.desk.pages.taker import Taker
from guiche.desk.pages.verdict import Verdict
from guiche.desk.pages.whose import Teams
from guiche.desk.procedures.fact import Fact
from guiche.desk.promises.attempt import NEXT_TRIES, Result
from guiche.desk.promises.promise import PromiseState
from guiche.desk.refusal import Refused
from guiche.desk.site.site import Site
from guiche.desk.tickets.event import ATTACHED, FROM_CUSTOMER, AlreadyRecorded
from guiche.desk.tickets.hands import PASS
from guiche.desk.tickets.undo import undoable, until


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
class Refusal:
    """A form that was refused: which one, why, and what stood in it."""

    form: str
    message: str
    sent: Mapping[str, str] = field(default_factory=dict)
    reasons: tuple[str, ...] = ()
    """All that is wrong, where it is more than one thing."""


@dataclass(frozen=True)
class Undoable:
    """What this person did last, and until when it can be undone."""

    event: Event
    until: datetime

    @classmethod
    def of(cls, ticket: Ticket, user: User, now: datetime) -> "Undoable | None":
        """None where there is nothing to undo."""
        event = undoable(ticket, user, now)
        return cls(event, until(event)) if event else None


@require_GET
def show(request: HttpRequest, number: str) -> HttpResponse:
    """The page of a ticket."""
    return ticket_page(request, ticket_of(number))


@page_or_form
def attempt(request: HttpRequest, number: str) -> HttpResponse:
    """Records a call to the customer and its result."""

    def log(ticket: Ticket, sent: Mapping[str, str]) -> str:
        logged = ticket.promise.log_attempt(account(request), **sent, form=form_mark(request))
        return f"Tentativa registrada: {str(logged).lower()}."

    return acted(request, number, "attempt", ("phone", "result", "note", "again"), log)


@page_or_form
def move(request: HttpRequest, number: str, name: str) -> HttpResponse:
    """Moves the ticket, as the table of moves allows."""

    def made(ticket: Ticket, sent: Mapping[str, str]) -> str:
        ticket.move(name, account(request), sent["reason"], sent["note"], form_mark(request))
        return ""

    return acted(request, number, name, ("reason", "note"), made, history=True)


def acted(
    request: HttpRequest,
    number: str,
    form: str,
    keys: tuple[str, ...],
    act: Callable[[Ticket, Mapping[str, str]], str],
    *,
    history: bool = False,
) -> HttpResponse:
    """Does what a form of the page asks for by what stands in it under `keys`, and leads to the
    page, at whose top stands what `act` says, or to its `history`; refused, it is the form as it
    was sent."""
    ticket = ticket_of(number)
    if request.method != "POST":
        return redirect("chamado", number=ticket.number)
    sent = {key: request.POST.get(key, "") for key in keys}
    try:
        if said := act(ticket, sent):
            messages.success(request, said)
    except AlreadyRecorded:
        pass
    except Refused as refused:
        return ticket_page(request, ticket, Refusal(form, str(refused), sent))
    return to_history(ticket) if history else redirect("chamado", number=ticket.number)


def to_history(ticket: Ticket) -> HttpResponse:
    """Leads to what just happened."""
    return redirect(reverse("chamado", args=[ticket.number]) + "#historico")


def ticket_page(
    request: HttpRequest, ticket: Ticket, refusal: Refusal | None = None, **more: Any
) -> HttpResponse:
    """The page; with a form that was refused, what is wrong with it and all that was typed."""
    user, now = account(request), clock.now()
    prefetch_related_objects([ticket], "promise__attempts__by")
    history = list(ticket.history)
    may_call, hands = ticket.promise.may_log(user), ticket.hands_for(user)
    page: dict[str, Any] = {
        "section": "fila",
        "ticket": ticket,
        "clock": Clock.of(ticket.promise, now),
        "card": Card.of(ticket, history, now),
        "verdict": Verdict.of_row(ticket.inspection, now) if ticket.inspection else None,
        "screens": _screens(ticket),
        "history": history[::-1],
        "answered": _answered(ticket, history),
        "received": ticket.received.select_related("reading").order_by("-pk"),
        "may_call": may_call,
        "lacking": ticket.promise.lacking() if may_call and _still_counts(ticket, now) else (),
        "results": Result.choices,
        "tries": NEXT_TRIES,
        "moves": ticket.moves_for(user),
        "hands": hands,
        "takers": Taker.all(user, [ticket]) if PASS in hands else (),
        "lacks_people": Teams.of(user).lacks_people(ticket),
        "watchers": Watchers.of(ticket, user),
        "undoable": Undoable.of(ticket, user, now),
        "may_renew": ticket.may_renew(user),
        "may_prove": ticket.may_prove(user),
        "other_holder": ticket.procedure.closing.other_holder,
        "refusal": refusal,
        "form_mark": uuid4(),
        "desk": Site.current().desk,
        "counterparts": Counterpart.all(ticket),
        **more,
    }
    return render(request, "desk/chamado.html", page, status=422 if refusal else 200)


def _answered(ticket: Ticket, history: list[Event]) -> list[Event]:
    """What the customer answered since somebody of the team acted, in order.

    What was done and undone was no act, nor is a file beside it.
    """
    if not (ticket.is_open and ticket.answered_at):
        return []
    undoings = [(each.seq, (each.payload or {}).get("undoes")) for each in history]
    undone = {seq: undoes["seq"] for seq, undoes in undoings if undoes}
    attached = (each.seq for each in history if each.kind == ATTACHED)
    nothing = {*undone, *undone.values(), *attached}
    acts = [each.seq for each in history if each.by_id and each.seq not in nothing]
    acted = max(acts, default=0)
    return [each for each in history if each.kind in FROM_CUSTOMER and each.seq > acted]


def _still_counts(ticket: Ticket, now: datetime) -> bool:
    return ticket.promise.state(now) in (PromiseState.ON_TIME, PromiseState.ENDING)


def _screens(ticket: Ticket) -> list[Screen]:
    """The answers of each screen; what was not asked is not there."""
    shown = ticket.shown

    def entry(fact: Fact) -> Entry:
        missing = fact.is_exit(ticket.facts[fact.key])
        return Entry(fact.label, shown[fact.key], fact.type == "text", missing)

    screens = [
        Screen(s.title, tuple(entry(fact) for fact in s.facts if fact.key in ticket.facts))
        for s in ticket.procedure.screens
    ]
    return [screen for screen in screens if screen.entries]
