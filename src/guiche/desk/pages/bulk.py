"""Several tickets of the queue at once: each by itself, with what came of each."""

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode

from guiche.desk.intake.facts import clean_note
from guiche.desk.models import Ticket, User
from guiche.desk.pages.access import account, form_mark, page_or_form
from guiche.desk.pages.taker import Taker
from guiche.desk.people.user import Role
from guiche.desk.refusal import Refused
from guiche.desk.tickets import number as numbers
from guiche.desk.tickets.event import AlreadyRecorded
from guiche.desk.tickets.hands import CLAIM, PASS, RELEASE, works_on
from guiche.desk.tickets.moves import MOVES, OPEN

log = logging.getLogger(__name__)

MOST = 100
_LONGEST_NOTE = 2000


@dataclass(frozen=True)
class Filled:
    """What was filled in for all of them."""

    reason: str = ""
    note: str = ""
    to: str = ""

    @classmethod
    def of(cls, request: HttpRequest) -> "Filled":
        """As it was sent."""
        return cls(*(request.POST.get(key, "") for key in ("reason", "note", "to")))


Do = Callable[[Ticket, User, Filled, UUID | None], object]


@dataclass(frozen=True)
class Action:
    """What can be done with several: for which states and roles, and what has to be said first."""

    key: str
    label: str
    does: Do
    origins: tuple[str, ...]
    roles: tuple[Role, ...]
    needs_reason: bool = False
    note_missing: str = ""
    has_note: bool = False
    needs_taker: bool = False

    @property
    def title(self) -> str:
        """The label where it is no choice that leads on to another page."""
        return self.label.rstrip("…")

    @property
    def asks(self) -> bool:
        """Whether there is anything to fill in."""
        return self.needs_reason or self.has_note or self.needs_taker

    def lacking(self, filled: Filled) -> str:
        """What is still to be said; "" when nothing is."""
        if self.needs_reason and not filled.reason:
            return "Escolha o motivo na lista."
        if self.needs_taker and not filled.to:
            return "Escolha na lista a pessoa ou a equipe."
        if self.note_missing and not filled.note.strip():
            return self.note_missing
        try:
            clean_note(filled.note, _LONGEST_NOTE, "A anotação")
        except Refused as refused:
            return str(refused)
        return ""


def _moves(name: str) -> Do:
    return lambda ticket, by, filled, form: ticket.move(name, by, filled.reason, filled.note, form)


def _passes(ticket: Ticket, by: User, filled: Filled, form: UUID | None) -> object:
    return ticket.pass_to(Taker.find(filled.to), by, filled.note, form)


_ALL = tuple(Role)
ACTIONS = {
    action.key: action
    for action in (
        Action(CLAIM.name, CLAIM.label, lambda t, by, _, form: t.claim(by, form), OPEN, _ALL),
        Action(
            PASS.name, f"{PASS.label}…", _passes, OPEN, _ALL, needs_taker=True, has_note=True
        ),
        Action(RELEASE.name, RELEASE.label, lambda t, by, _, form: t.release(by, form), OPEN, _ALL),
        *(
            Action(
                rule.name, f"{rule.label}…" if rule.needs_reason or rule.needs_note else rule.label,
                _moves(rule.name), rule.origins, rule.roles, needs_reason=rule.needs_reason,
                note_missing=rule.note_missing, has_note=rule.needs_reason or rule.needs_note,
            )
            for rule in MOVES.values()
        ),
    )
}  # fmt: skip


def actions_for(user: User, states: Sequence[str]) -> list[Action]:
    """What this person may do with several tickets in some of these states."""
    return [
        action
        for action in ACTIONS.values()
        if user.role in action.roles
        and set(action.origins) & set(states)
        and (action.key in MOVES or any(works_on(state, user) for state in states))
    ]


@dataclass(frozen=True)
class Outcome:
    """What came of one ticket."""

    number: str
    done: bool
    words: str

    @property
    def spoken(self) -> str:
        """`482 170 365-7`."""
        return numbers.spoken(self.number)


@page_or_form
def act(request: HttpRequest) -> HttpResponse:
    """Asks what has to be said for all of them, then does it to each and tells what came of it."""
    try:
        action, chosen = _wanted(request)
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect(_address(request))
    filled, user = Filled.of(request), account(request)
    confirmed = request.POST.get("conferido") == "sim"
    lacking = action.lacking(filled)
    if action.asks and (lacking or not confirmed):
        return _ask(request, action, chosen, filled, lacking if confirmed else "")
    outcomes = [_outcome(action, each, user, filled, form_mark(request)) for each in chosen]
    outcomes.sort(key=lambda outcome: outcome.done)
    page = {
        "section": "fila",
        "action": action,
        "outcomes": outcomes,
        "done": sum(outcome.done for outcome in outcomes),
        "failed": sum(not outcome.done for outcome in outcomes),
        "back": _address(request),
    }
    return render(request, "desk/em_lote_feito.html", page)


def _chosen(request: HttpRequest) -> list[str]:
    """The numbers, each once and in order; all of the page where that was ticked."""
    sent = request.POST.getlist("pagina" if request.POST.get("todos") else "chamado")
    return list(dict.fromkeys(each for each in sent if numbers.is_valid(each)))


def _wanted(request: HttpRequest) -> tuple[Action, list[str]]:
    """What shall be done with which; raises `Refused` where nothing is begun at all."""
    action, chosen = ACTIONS.get(request.POST.get("acao", "")), _chosen(request)
    if request.method != "POST" or action is None:
        raise Refused("Escolha na lista o que fazer com os chamados marcados.")
    if not chosen:
        raise Refused("Marque os chamados, e escolha o que fazer com eles.")
    if len(chosen) > MOST:
        raise Refused(f"São {len(chosen)} chamados; o limite é {MOST} de uma vez. Marque menos.")
    if account(request).role not in action.roles:
        raise Refused(f"“{action.title}” é de outra equipe.")
    return action, chosen


def _ask(
    request: HttpRequest, action: Action, chosen: list[str], filled: Filled, problem: str
) -> HttpResponse:
    tickets = list(Ticket.listed().filter(number__in=chosen).order_by("promise__due_at", "pk"))
    page: dict[str, Any] = {
        "section": "fila",
        "action": action,
        "tickets": tickets,
        "reasons": _reasons(action, tickets),
        "takers": Taker.all(account(request), tickets) if action.needs_taker else [],
        "filled": filled,
        "problem": problem,
        "form_mark": form_mark(request) or uuid4(),
        "whose": request.POST.get("quem", ""),
        "tab": request.POST.get("estado", ""),
        "back": _address(request),
    }
    return render(request, "desk/em_lote.html", page, status=422 if problem else 200)


def _reasons(action: Action, tickets: Iterable[Ticket]) -> list[str]:
    """Those of the procedures of all of them; which one a ticket takes, it says itself."""
    closing = {ticket.procedure.closing.proof for ticket in tickets if action.key == "resolve"}
    listed = (ticket.procedure.reasons.get(action.key, ()) for ticket in tickets)
    return list(
        dict.fromkeys(reason for reasons in listed for reason in reasons if reason not in closing)
    )


def _outcome(action: Action, number: str, by: User, filled: Filled, form: UUID | None) -> Outcome:
    """In a transaction of its own: what is refused, or fails, keeps none of the others."""
    try:
        ticket = Ticket.find(number)
        if ticket is None:
            return Outcome(number, done=False, words="Este chamado não existe.")
        action.does(ticket, by, filled, form)
    except AlreadyRecorded:
        return Outcome(number, done=True, words="Já estava feito.")
    except Refused as refused:
        return Outcome(number, done=False, words=str(refused))
    except Exception:
        log.exception("ticket %s: %s, among several, failed", number, action.key)
        return Outcome(number, done=False, words="Falhou aqui dentro. Tente de novo com este.")
    return Outcome(number, done=True, words=f"{ticket.state_label}, {ticket.whose_for(by)}.")


def _address(request: HttpRequest) -> str:
    """The list that it began in."""
    kept = {key: request.POST[key] for key in ("estado", "quem") if request.POST.get(key)}
    return reverse("fila") + (f"?{urlencode(kept)}" if kept else "")
