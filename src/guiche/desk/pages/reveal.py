"""Mostrar: one masked datum of a list, whole, and the record of who saw it."""

from collections.abc import Callable, Mapping

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from guiche.desk.models import Record, Ticket
from guiche.desk.pages import fragment
from guiche.desk.pages.access import account, ticket_of

_DATA: Mapping[str, tuple[str, Callable[[Ticket], str]]] = {
    "nome": ("Nome", lambda ticket: ticket.customer),
    "documento": ("CPF ou CNPJ", lambda ticket: ticket.document),
}


@require_POST
def show(request: HttpRequest, number: str, datum: str) -> HttpResponse:
    """The datum in place of its mask; without htmx, on a page of its own."""
    ticket = ticket_of(number)
    if datum not in _DATA:
        raise Http404("Este dado não existe.")
    label, read = _DATA[datum]
    value = read(ticket)
    if value and not ticket.erased_at:
        Record.write(Record.Kind.SHOWN, label, account(request), ticket=ticket)
    page = {"ticket": ticket, "label": label, "value": value or "não há"}
    template = "desk/mostrado.html" if fragment.wanted(request) else "desk/mostrado_pagina.html"
    return render(request, template, page)
