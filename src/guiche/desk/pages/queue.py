"""Fila: who is to be called next, what came back to support, what is closed."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from guiche.desk import clock
from guiche.desk.models import Ticket
from guiche.desk.pages.due import Clock
from guiche.desk.site.site import Site
from guiche.desk.tickets import number as numbers

_PAGE = 50


@dataclass(frozen=True)
class Tab:
    """One view of the queue: its key in the address, its name, its tickets, its empty words."""

    key: str
    label: str
    tickets: Callable[[datetime], QuerySet[Ticket]]
    empty: str


TABS = (
    Tab("retornar", "A retornar", Ticket.queue, "Nenhum retorno pendente. Tudo em dia."),
    Tab("devolvidos", "Devolvidos ao suporte", lambda _: Ticket.returned(), "Nada devolvido."),
    Tab("encerrados", "Encerrados", lambda _: Ticket.closed(), "Nenhum chamado encerrado ainda."),
)


@dataclass(frozen=True)
class Row:
    """A ticket in the list; names and numbers of people are masked."""

    ticket: Ticket
    clock: Clock

    @property
    def verdict(self) -> str:
        """The answer of the reading: `Sem CEI`."""
        inspection = self.ticket.inspection
        return re.split("[:.]", inspection.headline)[0] if inspection else "Sem leitura"


@require_GET
def show(request: HttpRequest) -> HttpResponse:
    """The list; with a number typed, the ticket itself."""
    wanted = request.GET.get("protocolo", "").strip()[:40]
    ticket = Ticket.find(wanted) if wanted else None
    if ticket:
        return redirect("chamado", number=ticket.number)
    tab = next((tab for tab in TABS if tab.key == request.GET.get("estado")), TABS[0])
    now = clock.now()
    page = Paginator(tab.tickets(now), _PAGE).get_page(request.GET.get("pagina"))
    return render(
        request,
        "desk/fila.html",
        {
            "section": "fila",
            "tabs": TABS,
            "tab": tab,
            "page": page,
            "rows": [Row(ticket, Clock.of(ticket.promise, now)) for ticket in page],
            "wanted": wanted,
            "not_found": not_found(wanted) if wanted else "",
            "no_hours": Site.current().hours is None,
        },
    )


def not_found(number: str) -> str:
    """Why no ticket has this number, and what to do."""
    if not numbers.is_valid(number):
        return f"O protocolo {number} não confere: são dez dígitos. Leia de novo."
    return f"Não há chamado com o protocolo {numbers.spoken(numbers.compact(number))}."
