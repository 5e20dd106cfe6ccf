"""Busca: from whatever the customer remembers to the ticket, in the words that answer them."""

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from guiche.desk import clock
from guiche.desk.intake.draft import Draft
from guiche.desk.models import ContactAttempt, Ticket
from guiche.desk.pages.access import account, attends, page_or_form
from guiche.desk.pages.due import Clock
from guiche.desk.search.query import MOST, Query
from guiche.desk.site.site import Site
from guiche.desk.tickets.moves import FORWARDED, RETURNED, WAITING


@dataclass(frozen=True)
class Answer:
    """A ticket as support tells the customer of it; names and numbers of people are masked."""

    ticket: Ticket
    clock: Clock
    last: ContactAttempt | None

    @classmethod
    def of(cls, ticket: Ticket, now: datetime) -> "Answer":
        """How it stands at `now`."""
        attempts = sorted(ticket.promise.attempts.all(), key=lambda attempt: attempt.at)
        return cls(ticket, Clock.of(ticket.promise, now), attempts[-1] if attempts else None)

    @property
    def next(self) -> str:
        """Who has it, and what comes next."""
        ticket = self.ticket
        owner = f" ({ticket.owner})" if ticket.owner and not ticket.is_abandoned else ""
        team = f"{ticket.team}{owner}"
        if ticket.state == FORWARDED:
            spoke = ticket.promise.kept_at is not None
            then = "já falou com o cliente; falta concluir" if spoke else "vai ligar"
            return f"{team}: {then}."
        if ticket.state == WAITING:
            return f"{team}: espera algo que o cliente ficou de mandar ou confirmar."
        if ticket.state == RETURNED:
            return f"Suporte{owner}: completar o que falta e encaminhar de novo."
        return "Encerrado. Se o problema continua, o Suporte reabre."


@dataclass(frozen=True)
class Call:
    """A call that was found; its customer is masked."""

    draft: Draft
    waits: bool
    own: bool

    @property
    def name(self) -> str:
        """The customer, else who spoke."""
        return self.draft.called or "Sem nome ainda"


@page_or_form
def show(request: HttpRequest) -> HttpResponse:
    """What was found; a single ticket itself.

    The text comes in the body of the request: names and numbers in an address are written into the
    logs of every server on the way.
    """
    query, user, now = Query.of(request.POST.get("q", "")), account(request), clock.now()
    tickets = query.tickets()
    drafts = query.calls() if attends(user) else []
    if len(tickets) == 1 and not drafts:
        return redirect("chamado", number=tickets[0].number)
    page = {
        "section": "busca",
        "query": query,
        "answers": [Answer.of(ticket, now) for ticket in tickets[:MOST]],
        "calls": [Call(each, each.is_waiting(now), each.by_id == user.pk) for each in drafts],
        "more": MOST if len(tickets) > MOST else 0,
        "desk": Site.current().desk,
        "may_attend": attends(user),
        "asked": request.method == "POST",
    }
    return render(request, "desk/busca.html", page)
