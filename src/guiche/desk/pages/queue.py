"""Fila: who is to be called next, what came back to support, what is closed."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from guiche.desk import clock
from guiche.desk.models import Draft, Ticket
from guiche.desk.pages.access import account
from guiche.desk.pages.due import Clock
from guiche.desk.pages.holidays import running_out
from guiche.desk.pages.verdict import answer_of
from guiche.desk.people.role import Role
from guiche.desk.promises.due_time import said
from guiche.desk.site.site import Site

_PAGE = 50
_RECENT = timedelta(days=30)


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
    next_try: str
    """When to try again, "" where nobody said so or nothing is left to do."""

    @classmethod
    def of(cls, ticket: Ticket, now: datetime) -> "Row":
        """The row of a ticket at `now`."""
        again = ticket.promise.next_try if ticket.is_open else None
        return cls(ticket, Clock.of(ticket.promise, now), said(again, now) if again else "")

    @property
    def missing(self) -> int:
        """How many data the customer could not give; of a closed ticket it matters no more."""
        return len(self.ticket.exits) if self.ticket.is_open else 0

    @property
    def verdict(self) -> str:
        """The answer of the reading: `Sem CEI`; of an erased ticket, since when."""
        if self.ticket.erased_at:
            return f"em {timezone.localdate(self.ticket.erased_at):%d/%m/%Y}"
        inspection = self.ticket.inspection
        return answer_of(inspection) if inspection else "Sem leitura"


@require_GET
def show(request: HttpRequest) -> HttpResponse:
    """The list of one tab."""
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
            "rows": [Row.of(ticket, now) for ticket in page],
            "no_hours": (hours := Site.current().hours) is None,
            "running_out": running_out(hours, timezone.localdate(now))
            if hours and account(request).role == Role.SUPERVISAO
            else "",
            "ended": Draft.ended_since(now - _RECENT) if tab.key == "encerrados" else (),
        },
    )
