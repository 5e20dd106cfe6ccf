"""Who has a ticket: taking it, passing it on, letting it go; and undoing."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from guiche.desk.models import Event, Ticket, User
from guiche.desk.pages.access import account, form_mark, page_or_form, ticket_of
from guiche.desk.pages.taker import Taker
from guiche.desk.pages.ticket import Refusal, ticket_page, to_history
from guiche.desk.refusal import Refused
from guiche.desk.tickets.event import KINDS, AlreadyRecorded
from guiche.desk.tickets.hands import CLAIM, PASS, RELEASE, HandRefused
from guiche.desk.tickets.undo import undo as undo_event


@page_or_form
def change(request: HttpRequest, number: str, name: str) -> HttpResponse:
    """Takes the ticket, passes it on or lets it go."""
    ticket = ticket_of(number)
    if request.method != "POST":
        return redirect("chamado", number=ticket.number)
    sent = {key: request.POST.get(key, "") for key in ("to", "note")}
    try:
        _change(ticket, name, account(request), sent, request)
    except AlreadyRecorded:
        return redirect("chamado", number=ticket.number)
    except Refused as refused:
        return ticket_page(request, ticket, Refusal(name, str(refused), sent))
    messages.success(request, f"O chamado está {ticket.whose_for(account(request))}.")
    return redirect("chamado", number=ticket.number)


def _change(
    ticket: Ticket, name: str, by: User, sent: dict[str, str], request: HttpRequest
) -> Event:
    form = form_mark(request)
    if name == CLAIM.name:
        return ticket.claim(by, form)
    if name == RELEASE.name:
        return ticket.release(by, form)
    if name == PASS.name:
        return ticket.pass_to(Taker.find(sent["to"]), by, sent["note"], form)
    raise HandRefused("Esta mudança não existe.")


@page_or_form
def undo(request: HttpRequest, number: str, seq: int) -> HttpResponse:
    """Undoes what this person did last."""
    ticket = ticket_of(number)
    if request.method != "POST":
        return redirect("chamado", number=ticket.number)
    try:
        undone = undo_event(ticket, seq, account(request), form_mark(request))
    except AlreadyRecorded:
        return to_history(ticket)
    except Refused as refused:
        return ticket_page(request, ticket, Refusal("undo", str(refused)))
    payload = undone.payload or {}
    told = " O outro sistema é avisado." if payload.get("told") else ""
    messages.success(request, f"Desfeito: {KINDS[payload['undoes']['kind']].lower()}.{told}")
    return redirect("chamado", number=ticket.number)
