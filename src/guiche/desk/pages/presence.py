"""Who has the page of a ticket open: told by the open pages, shown to the others."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from guiche.desk import clock
from guiche.desk.models import Presence, Ticket, User
from guiche.desk.pages.access import account, ticket_of


@dataclass(frozen=True)
class Watchers:
    """Who else has a ticket open, and by what a page knows that it shows them already."""

    others: tuple[Presence, ...]

    @classmethod
    def of(cls, ticket: Ticket, user: User) -> "Watchers":
        """At this moment."""
        return cls(tuple(Presence.others([ticket], user, clock.now()).get(ticket.pk, ())))

    @property
    def key(self) -> str:
        """Changes when what is shown does."""
        return ",".join(f"{each.user_id}{'+' if each.working else ''}" for each in self.others)


@require_POST
def present(request: HttpRequest, number: str) -> HttpResponse:
    """A sign of life of an open page; who else has it open, where that has changed."""
    ticket, user = ticket_of(number), account(request)
    Presence.mark(ticket, user, clock.now(), working=request.POST.get("mexendo") == "sim")
    watchers = Watchers.of(ticket, user)
    if request.POST.get("visto", "") == watchers.key:
        return HttpResponse(status=204)
    return render(request, "desk/presenca_quem.html", {"watchers": watchers})
