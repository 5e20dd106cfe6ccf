"""Equipe: supervisors say who belongs to which team."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass

from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from guiche.desk.models import Membership, ProcedureVersion, Ticket, User
from guiche.desk.pages.access import account, for_supervisors, page_or_form, sent_number
from guiche.desk.people.team import TeamRefused, clean_team, reassign
from guiche.desk.procedures.table import ProcedureError
from guiche.desk.tickets.moves import OPEN

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Person:
    """Somebody, and the teams to tick."""

    user: User
    teams: tuple[tuple[str, bool], ...]

    @property
    def before(self) -> list[str]:
        """Those that this person was in when the page was made."""
        return [name for name, belongs in self.teams if belongs]


@dataclass(frozen=True)
class Team:
    """A team: who is in it, and how many open tickets are its."""

    name: str
    people: int
    tickets: int


@page_or_form
@for_supervisors
def show(request: HttpRequest) -> HttpResponse:
    """The page; sent, it changes what was ticked and unticked on it and nothing else."""
    if request.method != "POST":
        return _page(request)
    if "nova" in request.POST:
        return _found(request)
    people = User.objects.people()
    changed = sum(_changed(request, user) for user in people)
    messages.success(request, f"Salvo. {_people(changed)}." if changed else "Nada mudou.")
    return redirect("equipe")


def _people(count: int) -> str:
    return f"{count} {'pessoas mudaram' if count > 1 else 'pessoa mudou'} de equipe"


def _changed(request: HttpRequest, user: User) -> bool:
    """What was changed on the page, which may be old: what others changed meanwhile stays."""
    before = set(request.POST.getlist(f"antes-{user.pk}"))
    after = set(request.POST.getlist(f"equipe-{user.pk}"))
    if before == after:
        return False
    reassign(user, after - before, before - after)
    log.info("account %s: teams changed by account %s", user.pk, account(request).pk)
    return True


def _found(request: HttpRequest) -> HttpResponse:
    """A team that no procedure names, with its first person."""
    typed, pk = request.POST.get("nome", ""), sent_number(request.POST.get("pessoa", ""))
    user = User.objects.people().filter(pk=pk).first()
    try:
        if user is None:
            raise TeamRefused("Escolha quem é o primeiro da equipe.")
        reassign(user, [clean_team(typed)], [])
    except TeamRefused as refused:
        return _page(request, {"problem": str(refused), "typed": typed, "chosen": pk}, status=422)
    messages.success(request, f"{user} está em {clean_team(typed)}.")
    return redirect("equipe")


def _page(
    request: HttpRequest, more: Mapping[str, object] | None = None, status: int = 200
) -> HttpResponse:
    belongs: dict[int, set[str]] = {}
    for membership in Membership.objects.filter(user__is_active=True):
        belongs.setdefault(membership.user_id, set()).add(membership.team)
    rows = Ticket.objects.filter(state__in=OPEN).order_by().values_list("team")
    tickets = dict(rows.annotate(count=Count("pk")))
    members = [team for teams in belongs.values() for team in teams]
    names = sorted({*members, *tickets, *_of_procedures()})
    users = sorted(User.objects.people(), key=lambda user: (user.role, str(user)))
    page = {
        "section": "ajustes",
        "people": [
            Person(user, tuple((name, name in belongs.get(user.pk, ())) for name in names))
            for user in users
        ],
        "teams": [Team(name, members.count(name), tickets.get(name, 0)) for name in names],
        "in_use": bool(members),
        **(more or {}),
    }
    return render(request, "desk/equipe.html", page, status=status)


def _of_procedures() -> set[str]:
    """The teams that tickets will be opened for."""
    names = set()
    for slug in ProcedureVersion.slugs():
        try:
            names.add(ProcedureVersion.current(slug).procedure.team)
        except ProcedureError as error:
            log.warning("procedure %s is passed over: %s", slug, error)
    return names
