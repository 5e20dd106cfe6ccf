"""Whose call it is: paused, taken up, ended without a ticket, thrown away."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from guiche.desk import clock
from guiche.desk.intake.draft import Draft
from guiche.desk.intake.whose import OPEN_CALL
from guiche.desk.models import Ticket, User
from guiche.desk.pages.access import account, for_attendants, page_or_form
from guiche.desk.pages.verdict import Validity, answer_of
from guiche.desk.refusal import Refused

_MOST = 50
"""Lines of the list; an older call is found by the search."""


@dataclass(frozen=True)
class Waiting:
    """A call that waits, as the list names it: by its customer, else by who spoke."""

    draft: Draft
    name: str
    own: bool

    @classmethod
    def of(cls, draft: Draft, user: User) -> "Waiting":
        """The call as this person sees it."""
        return cls(draft, draft.called or "Sem nome ainda", draft.by_id == user.pk)

    @classmethod
    def of_all(cls, drafts: Sequence[Draft], user: User) -> "Waiting":
        """The calls of one batch, or a call of its own, in one line."""
        first = drafts[0]
        if first.batch is None:
            return cls.of(first, user)
        return cls(first, f"Lote de {len(drafts)}", first.by_id == user.pk)


def own_calls(user: User) -> QuerySet[Draft]:
    """This person's open calls that were not put down, the latest first."""
    calls = Draft.objects.filter(OPEN_CALL, by=user, paused_at=None, batch=None)
    return calls.order_by("-updated_at")


def waiting_calls(user: User, current: Draft | None = None) -> list[Waiting]:
    """The calls that this person may take up, less the one on the page."""
    drafts = Draft.waiting(user, clock.now()).select_related(
        "inspection", "procedure_version", "by"
    )
    lines: dict[UUID, list[Draft]] = {}
    for draft in drafts:
        lines.setdefault(draft.batch or draft.pk, []).append(draft)
    if current:
        lines.pop(current.batch or current.pk, None)
    return [Waiting.of_all(line, user) for line in islice(lines.values(), _MOST)]


def any_call(draft_id: UUID) -> Draft:
    """The call, whoever has it; one that is gone is not found."""
    drafts = Draft.objects.select_related("inspection", "procedure_version", "by")
    draft = drafts.filter(pk=draft_id, ended_at=None).first()
    if draft is None:
        raise Http404("Este atendimento não existe mais.")
    return draft


def own_call(request: HttpRequest, draft_id: UUID) -> Draft:
    """The call of this person; a colleague's is not theirs to change."""
    draft = any_call(draft_id)
    if draft.by != account(request) and not draft.submitted_at:
        raise Http404(f"Este atendimento agora está com {draft.by}.")
    return draft


def fresh_call(user: User) -> Draft:
    """A call of which nothing is known, by the procedure of the site: one that is there, or new."""
    fresh = own_calls(user).filter(procedure_version__slug=settings.PROCEDURE)
    untouched = (draft for draft in fresh if draft.is_untouched)
    return next(untouched, None) or Draft.start(user)


def after(draft: Draft, user: User) -> HttpResponse:
    """Where the work goes on when a call was put down: the rest of its batch, or a fresh call.

    Never in another customer's call: what is read or typed next would go into the wrong one.
    """
    if draft.batch:
        return redirect("lote", batch_id=draft.batch)
    return redirect("atendimento", draft_id=fresh_call(user).pk)


def to_ticket(draft: Draft) -> HttpResponse:
    """The number of the ticket that a call became."""
    ticket = Ticket.submitted_from(draft.pk)
    if ticket is None:
        raise Http404("Este atendimento não existe mais.")
    return redirect("registrado", number=ticket.number)


@page_or_form
@for_attendants
def pause(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Puts a call down, where the whole team sees it."""
    draft = own_call(request, draft_id)
    if request.method == "POST" and draft.is_open:
        draft.pause()
        messages.success(request, "Atendimento em pausa. Qualquer pessoa da equipe pode retomá-lo.")
    return after(draft, account(request))


@page_or_form
@for_attendants
def take(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Says who has a call (GET), and takes it up (POST)."""
    draft, user = any_call(draft_id), account(request)
    if draft.submitted_at:
        return to_ticket(draft)
    if draft.batch:
        return redirect("lote", batch_id=draft.batch)
    if request.method == "POST":
        draft.take(user)
    elif draft.by != user:
        call = Waiting.of(draft, user)
        page = {"section": "atender", "call": call, "waits": draft.is_waiting(clock.now())}
        return render(request, "desk/assumir.html", page)
    return redirect("atendimento", draft_id=draft.pk)


@page_or_form
@for_attendants
def end(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Ends a call that needs no ticket, with the reason."""
    draft = own_call(request, draft_id)
    if draft.submitted_at:
        return to_ticket(draft)
    if request.method == "POST":
        try:
            draft.end(account(request), request.POST.get("motivo", ""))
        except Refused as refused:
            messages.error(request, str(refused))
            return redirect("atendimento", draft_id=draft.pk)
        messages.success(request, "Atendimento encerrado sem chamado. O motivo foi registrado.")
    return after(draft, account(request))


@page_or_form
@for_attendants
def drop_reading(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Takes the reading out of a call: it was somebody else's certificate."""
    draft = own_call(request, draft_id)
    if request.method == "POST" and draft.is_open:
        draft.attach(None)
    return redirect("atendimento", draft_id=draft.pk)


@require_GET
@for_attendants
def speak(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """What may be read to whoever is on the line, and nothing else: no name, no number."""
    draft = own_call(request, draft_id)
    answers, texts, row = draft.answers(), draft.procedure.texts, draft.inspection
    page = {
        "draft": draft,
        "answer": answer_of(row) if row else "",
        "validity": Validity.of(row.contract["validity"], clock.now()) if row else None,
        "distrust": row.distrust if row else "",
        "words": texts.verdict.filled({}, answers.known),
        "system": draft.procedure.system(answers.system),
        "cost": texts.cost.filled({}, answers.known),
    }
    return render(request, "desk/falar.html", page)


@page_or_form
@for_attendants
def discard(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Asks (GET), then throws the call away (POST)."""
    draft = own_call(request, draft_id)
    if draft.submitted_at:
        return to_ticket(draft)
    if request.method != "POST":
        call = Waiting.of(draft, account(request))
        return render(request, "desk/descartar.html", {"section": "atender", "call": call})
    draft.discard()
    return after(draft, account(request))
