"""Who has a ticket: taking it, passing it on, letting it go; and undoing."""

from collections.abc import Mapping

from django.http import HttpRequest, HttpResponse

from guiche.desk.models import Ticket
from guiche.desk.pages.access import account, form_mark, page_or_form
from guiche.desk.pages.taker import Taker
from guiche.desk.pages.ticket import acted
from guiche.desk.tickets.event import KINDS
from guiche.desk.tickets.hands import CLAIM, PASS, RELEASE, HandRefused
from guiche.desk.tickets.undo import undo as undo_event


@page_or_form
def change(request: HttpRequest, number: str, name: str) -> HttpResponse:
    """Takes the ticket, passes it on or lets it go."""
    by, form = account(request), form_mark(request)

    def changed(ticket: Ticket, sent: Mapping[str, str]) -> str:
        if name == CLAIM.name:
            ticket.claim(by, form)
        elif name == RELEASE.name:
            ticket.release(by, form)
        elif name == PASS.name:
            ticket.pass_to(Taker.find(sent["to"]), by, sent["note"], form)
        else:
            raise HandRefused("Esta mudança não existe.")
        return f"O chamado está {ticket.whose_for(by)}."

    return acted(request, number, name, ("to", "note"), changed)


@page_or_form
def undo(request: HttpRequest, number: str, seq: int) -> HttpResponse:
    """Undoes what this person did last."""

    def undone(ticket: Ticket, _: Mapping[str, str]) -> str:
        payload = undo_event(ticket, seq, account(request), form_mark(request)).payload or {}
        told = " O outro sistema é avisado." if payload.get("told") else ""
        return f"Desfeito: {KINDS[payload['undoes']['kind']].lower()}.{told}"

    return acted(request, number, "undo", (), undone)
