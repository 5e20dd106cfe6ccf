"""Atender: one call, from the certificate to the number."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from guiche.desk import clock
from guiche.desk.intake.draft import Draft, Incomplete, Tab
from guiche.desk.intake.reading import Inspection
from guiche.desk.models import Ticket
from guiche.desk.pages import fragment, uploads
from guiche.desk.pages.access import account, for_attendants, page_or_form
from guiche.desk.pages.choice import Choice, distinct
from guiche.desk.pages.form import changed, screens_of, typed_in
from guiche.desk.pages.verdict import Verdict
from guiche.sources import Found, SourceError

_OTHER_TAB = (
    "Este atendimento mudou em outra aba. O que você digitou aqui não foi salvo: "
    "copie o que precisar e recarregue a página."
)


@dataclass(frozen=True)
class Paused:
    """A call of this person that waits, as the list names it."""

    draft: Draft
    name: str

    @classmethod
    def of(cls, draft: Draft) -> "Paused":
        """The call, by the name of its customer."""
        name = draft.values().get(draft.procedure.customer.name, "")
        return cls(draft, name or "Sem nome ainda")


@page_or_form
@for_attendants
def start(request: HttpRequest) -> HttpResponse:
    """Takes up the latest call (GET), or begins another one (POST)."""
    user = account(request)
    latest = Draft.paused(user).first()
    if latest is None or (request.method == "POST" and not _untouched(latest)):
        latest = Draft.start(user)
    return redirect("atendimento", draft_id=latest.pk)


@require_GET
@for_attendants
def show(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """The page of a call; of a submitted one, its number."""
    draft = _own(request, draft_id)
    if draft.submitted_at:
        return _to_ticket(draft)
    return _page(request, draft)


@page_or_form
@for_attendants
def read(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Reads what was dropped, chosen or pasted, and takes it into the call."""
    draft = _own(request, draft_id)
    if request.method != "POST" or draft.submitted_at:
        return fragment.sent_to(request, "atendimento", draft_id=draft.pk)
    # The form beside the reader comes along: what was typed in the meantime is not lost.
    sent = typed_in(draft, request.POST)
    if sent and not draft.type_in(sent, tab=_tab(request)) and not draft.submitted_at:
        return _not_read(request, draft)
    try:
        reading = uploads.received(request)
    except uploads.NotRead as error:
        why = {"reading_error": str(error), "reading_heading": error.heading}
        return _result(request, draft, sent, status=422, **why)
    choices = distinct(reading)
    if len(choices) > 1:
        return _result(request, draft, sent, choice=Choice.of(choices, clock.now()))
    return _taken(request, draft, sent, choices[0], reading.errors)


@page_or_form
@for_attendants
def save(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Keeps what is being typed; says what it changes elsewhere on the page."""
    draft = _own(request, draft_id)
    if request.method != "POST":
        return redirect("atendimento", draft_id=draft.pk)
    sent = typed_in(draft, request.POST)
    kept = draft.type_in(sent, _number(request, "revision"), _tab(request))
    if not kept and not draft.submitted_at:
        return _stale(request, draft, sent)
    if draft.submitted_at or not fragment.wanted(request):
        return fragment.sent_to(request, "atendimento", draft_id=draft.pk)
    return render(
        request,
        "desk/saved.html",
        {"saved_at": clock.now(), **_changes(draft, sent, request.POST.getlist("conferir"))},
    )


@page_or_form
@for_attendants
def submit(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Opens the ticket, once; or shows all that is missing."""
    draft = _own(request, draft_id)
    if request.method == "POST" and not draft.submitted_at:
        sent = typed_in(draft, request.POST)
        if not draft.type_in(sent, tab=_tab(request)) and not draft.submitted_at:
            return _stale(request, draft, sent)
        try:
            draft.submit(account(request))
        except Incomplete as error:
            return _page(request, draft, problems=error.problems, status=422)
    return redirect("atendimento", draft_id=draft.pk)


@page_or_form
@for_attendants
def discard(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Asks (GET), then throws the call away (POST)."""
    draft = _own(request, draft_id)
    if draft.submitted_at:
        return _to_ticket(draft)
    if request.method != "POST":
        paused = Paused.of(draft)
        return render(request, "desk/descartar.html", {"section": "atender", "paused": paused})
    draft.discard()
    return redirect("atender")


def _own(request: HttpRequest, draft_id: UUID) -> Draft:
    """The call of this person; another's is as if it were not there."""
    drafts = Draft.objects.select_related("inspection", "procedure_version")
    draft = drafts.filter(pk=draft_id, by=account(request)).first()
    if draft is None:
        raise Http404("Este atendimento não existe mais, ou é de outra pessoa.")
    return draft


def _untouched(draft: Draft) -> bool:
    return not draft.typed and draft.inspection_id is None


def _number(request: HttpRequest, name: str) -> int:
    """A number that the page sends of itself; 0 where it sends none.

    `revision`: milliseconds of the browser's clock when a save was sent, 0 without a script.
    """
    number = request.POST.get(name, "")
    return int(number) if number.isdecimal() and number.isascii() and len(number) < 16 else 0


def _tab(request: HttpRequest) -> Tab | None:
    """Which page sends the form, and the version of the call that it was shown with."""
    mark = request.POST.get("aba", "")[:36]
    return Tab(mark, _number(request, "visto")) if mark else None


def _stale(request: HttpRequest, draft: Draft, sent: Mapping[str, str]) -> HttpResponse:
    """Nothing was kept: the call as it stands, beside what this page had and it has not."""
    if fragment.wanted(request):
        return render(request, "desk/not_saved.html", {"message": _OTHER_TAB}, status=409)
    unsaved = [(draft.procedure.fact(key).label, text) for key, text in draft.unsaved(sent).items()]
    return _page(request, draft, status=409, stale=True, unsaved=unsaved)


def _to_ticket(draft: Draft) -> HttpResponse:
    ticket = Ticket.submitted_from(draft.pk)
    if ticket is None:
        raise Http404("Este atendimento não existe mais.")
    return redirect("registrado", number=ticket.number)


def _page(
    request: HttpRequest,
    draft: Draft,
    *,
    problems: Mapping[str, str] | None = None,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    row = draft.inspection
    page = {
        "section": "atender",
        "draft": draft,
        "screens": screens_of(draft, problems or {}),
        "problems": list((problems or {}).items()),
        "verdict": Verdict.of_row(row, clock.now()) if row else None,
        "paused": _paused(draft),
        "tab": uuid4(),
        "upload_limit": settings.FILE_UPLOAD_MAX_MEMORY_SIZE,
        **more,
    }
    return render(request, "desk/atender.html", page, status=status)


def _paused(current: Draft) -> list[Paused]:
    drafts = Draft.paused(current.by).exclude(pk=current.pk)
    drafts = drafts.select_related("inspection", "procedure_version")
    return [Paused.of(draft) for draft in drafts if not _untouched(draft)]


def _result(
    request: HttpRequest, draft: Draft, sent: Mapping[str, str], *, status: int = 200, **more: Any
) -> HttpResponse:
    """The place of the verdict: the part of it, or the whole page around it."""
    if not fragment.wanted(request):
        return _page(request, draft, status=status, **more)
    row = draft.inspection
    part = {
        "draft": draft,
        "verdict": Verdict.of_row(row, clock.now()) if row else None,
        **_changes(draft, sent),
        **more,
    }
    return render(request, "desk/result.html", part, status=status)


def _not_read(request: HttpRequest, draft: Draft) -> HttpResponse:
    """The page is old: what it shows beside the reader is left as it is, to be copied."""
    nothing: dict[str, Any] = {"changed": (), "same": ()}
    return _result(request, draft, {}, status=409, reading_error=_OTHER_TAB, **nothing)


def _taken(
    request: HttpRequest,
    draft: Draft,
    sent: Mapping[str, str],
    found: Found,
    errors: Sequence[SourceError],
) -> HttpResponse:
    """One certificate, and no doubt which: read, stored as far as it may be, attached."""
    now = clock.now()
    inspection = found.inspect(at=now)
    row = Inspection.store(inspection, der=found.der, by=account(request), source=found.source)
    if not draft.attach(row, _tab(request)) and not draft.submitted_at:
        return _not_read(request, draft)
    if draft.submitted_at or not fragment.wanted(request):
        return fragment.sent_to(request, "atendimento", draft_id=draft.pk)
    verdict = Verdict.of_reading(found, inspection, now)
    return _result(request, draft, sent, verdict=verdict, others=errors)


def _changes(
    draft: Draft, sent: Mapping[str, str], checked: Collection[str] = ()
) -> dict[str, list[Any]]:
    """What the page shows otherwise than the draft now stands, and the answers just checked."""
    problems = draft.problems() if checked else {}
    wrong = {key: text for key, text in problems.items() if sent.get(key, "").strip()}
    screens = screens_of(draft, wrong)
    new = changed(screens, sent)
    same = [field for screen in screens for field in screen.fields if field not in new]
    return {
        "changed": new,
        "same": same,
        "checked": [field for field in same if field.key in checked],
    }
