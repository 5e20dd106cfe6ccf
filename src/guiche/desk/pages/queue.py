"""Fila: who is to be called next, what came back to support, what is closed; whose it is."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any
from uuid import uuid4

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from guiche.desk import clock
from guiche.desk.models import Draft, Presence, Ticket
from guiche.desk.pages.access import account
from guiche.desk.pages.bulk import actions_for
from guiche.desk.pages.due import Clock
from guiche.desk.pages.holidays import running_out
from guiche.desk.pages.verdict import answer_of
from guiche.desk.pages.whose import Tab, Teams
from guiche.desk.people.role import Role
from guiche.desk.promises.due_time import said
from guiche.desk.site.site import Site
from guiche.desk.tickets.moves import CLOSED, FORWARDED, RETURNED, WAITING

_PAGE = 50
_MOST = 10_000
"""Nobody leafs so far; counting on would take longer than the page itself."""
_RECENT = timedelta(days=30)


TABS = (
    Tab(
        "retornar", "A retornar", Ticket.queue, "Nenhum retorno pendente. Tudo em dia.",
        (FORWARDED, WAITING),
    ),
    Tab(
        "devolvidos", "Devolvidos ao suporte", lambda _: Ticket.returned(), "Nada devolvido.",
        (RETURNED,),
    ),
    Tab(
        "encerrados", "Encerrados", lambda _: Ticket.closed(), "Nenhum chamado encerrado ainda.",
        CLOSED,
    ),
)  # fmt: skip


class Leaves(Paginator):  # type: ignore[type-arg]  # at run time it takes none
    """Pages of a list that is counted, as `counted`, only so far as somebody may leaf."""

    def __init__(self, rows: "QuerySet[Any, int]", counted: QuerySet[Ticket]) -> None:
        super().__init__(rows, _PAGE)
        self._counted = counted

    @cached_property
    def count(self) -> int:
        """How many, at most `_MOST`."""
        return self._counted[:_MOST].count()

    def tickets(self, number: str | None) -> "tuple[Page[Any], list[Ticket]]":
        """A page, and its tickets in their order.

        Only the numbers of the rows are put in order: whole rows would be carried through that by
        the thousand, and take most of the time.
        """
        page = self.get_page(number)
        pks = list(page)
        found = Ticket.listed().in_bulk(pks)
        return page, [found[pk] for pk in pks if pk in found]

    @property
    def has_more(self) -> bool:
        """Whether there may be others."""
        return self.count == _MOST


@dataclass(frozen=True)
class Row:
    """A ticket in the list; names and numbers of people are masked."""

    ticket: Ticket
    clock: Clock
    next_try: str
    """When to try again, "" where nobody said so or nothing is left to do."""
    own: bool = False
    others: tuple[Presence, ...] = ()
    """Who else has it open."""
    lacks_people: bool = False

    @classmethod
    def of(
        cls, ticket: Ticket, now: datetime, teams: Teams, others: list[Presence] | None = None
    ) -> "Row":
        """The row of a ticket at `now`."""
        again = ticket.promise.next_try if ticket.is_open else None
        return cls(
            ticket, Clock.of(ticket.promise, now), said(again, now) if again else "",
            own=ticket.owner_id == teams.user.pk, others=tuple(others or ()),
            lacks_people=teams.lacks_people(ticket),
        )  # fmt: skip

    @property
    def missing(self) -> int:
        """How many data the customer could not give; of a closed ticket it matters no more."""
        return len(self.ticket.exits) if self.ticket.is_open else 0

    @property
    def answered(self) -> bool:
        """Whether the customer answered, and nobody of the team acted since."""
        return self.ticket.is_open and self.ticket.answered_at is not None

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
    user, now = account(request), clock.now()
    supervises = user.role == Role.SUPERVISAO
    tab = next((tab for tab in TABS if tab.key == request.GET.get("estado")), TABS[0])
    teams = Teams.of(user)
    choices = teams.choices(tab)
    whose = next((each for each in choices if each.key == request.GET.get("quem")), choices[0])
    rows = teams.only(tab.tickets(now), whose).values_list("pk", flat=True)
    counted = teams.only(Ticket.objects.filter(state__in=tab.states), whose)
    page, tickets = Leaves(rows, counted).tickets(request.GET.get("pagina"))
    others = Presence.others(tickets, user, now)
    return render(
        request,
        "desk/fila.html",
        {
            "section": "fila",
            "tabs": TABS,
            "tab": tab,
            "choices": choices,
            "whose": whose,
            "page": page,
            "rows": [Row.of(each, now, teams, others.get(each.pk)) for each in tickets],
            "actions": actions_for(user, tab.states),
            "form_mark": uuid4(),
            "supervises": supervises,
            "no_hours": (hours := Site.current().hours) is None,
            "running_out": running_out(hours, timezone.localdate(now))
            if hours and supervises
            else "",
            "ended": Draft.ended_since(now - _RECENT) if tab.key == "encerrados" else (),
        },
    )
