"""Atender: one call, from the certificate to the number."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET

from guiche.desk import clock
from guiche.desk.deliveries.awaited import await_number
from guiche.desk.intake.draft import ChangedMeanwhile, Draft, Incomplete, Tab
from guiche.desk.intake.plain import plain_text
from guiche.desk.intake.reading import Inspection
from guiche.desk.pages import fragment, uploads
from guiche.desk.pages.access import account, for_attendants, page_or_form, sent_number
from guiche.desk.pages.asked import Asked
from guiche.desk.pages.calls import (
    any_call,
    fresh_call,
    own_call,
    own_calls,
    to_ticket,
    waiting_calls,
)
from guiche.desk.pages.choice import Choice, Sought, distinct
from guiche.desk.pages.due import Promisable
from guiche.desk.pages.form import changed, screens_of, typed_in
from guiche.desk.pages.images import Pictured
from guiche.desk.pages.offered import Offered
from guiche.desk.pages.verdict import Verdict
from guiche.desk.procedures.procedure import END
from guiche.desk.search.known import Known
from guiche.desk.site.site import Site
from guiche.desk.tickets.ticket import Ticket
from guiche.sources import Found, SourceError

_LISTED = "faltas-vistas"
"""Sent by a page that shows what is missing; no fact has such a key."""
_OTHER_TAB = (
    "Este atendimento mudou em outra aba. O que você digitou aqui não foi salvo: "
    "copie o que precisar e recarregue a página."
)


@page_or_form
@for_attendants
def start(request: HttpRequest) -> HttpResponse:
    """Takes up the latest call (GET), or begins another one (POST)."""
    user = account(request)
    latest = None if request.method == "POST" else own_calls(user).first()
    return redirect("atendimento", draft_id=(latest or fresh_call(user)).pk)


@require_GET
@for_attendants
def show(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """The page of a call; of a submitted one, its number; of a colleague's, who has it."""
    draft = any_call(draft_id)
    if draft.submitted_at:
        return to_ticket(draft)
    if draft.by != account(request):
        return redirect("assumir", draft_id=draft.pk)
    return _page(request, draft)


@sensitive_post_parameters("senha")
@page_or_form
@for_attendants
def read(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Reads what was dropped, chosen or pasted, and takes it into the call."""
    draft = own_call(request, draft_id)
    if request.method != "POST" or draft.submitted_at:
        return fragment.sent_to(request, "atendimento", draft_id=draft.pk)
    # The form beside the reader comes along: what was typed in the meantime is not lost.
    sent = typed_in(draft, request.POST)
    if sent and not draft.type_in(sent, tab=_tab(request)) and not draft.submitted_at:
        return _not_read(request, draft)
    upload = uploads.Upload.of(request)
    pictured = Pictured.of(upload.pictures, draft, account(request))
    if upload.only_pictures:
        return _result(request, draft, sent, status=pictured.status, pictured=pictured)
    try:
        reading = upload.read()
    except uploads.NotRead as error:
        why = {"reading_error": str(error), "reading_heading": error.heading}
        asks = error.asks_password
        return _result(
            request, draft, sent, status=422, asks_password=asks, pictured=pictured, **why
        )
    choices = distinct(reading)
    if len(choices) > 1:
        choice = Choice.of(choices, clock.now(), Sought.by(draft), reading.errors)
        return _result(request, draft, sent, choice=choice, pictured=pictured)
    return _taken(request, draft, sent, choices[0], reading.errors, pictured)


@page_or_form
@for_attendants
def received(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """What the customer sent while the page was open: the verdict, and what it fills in."""
    draft = own_call(request, draft_id)
    if request.method != "POST" or draft.submitted_at:
        return fragment.sent_to(request, "atendimento", draft_id=draft.pk)
    sent = typed_in(draft, request.POST)
    if sent and not draft.type_in(sent, tab=_tab(request)) and not draft.submitted_at:
        return _not_read(request, draft)
    return _result(request, draft, sent)


@page_or_form
@for_attendants
def save(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Keeps what is being typed; says what it changes elsewhere on the page."""
    draft = own_call(request, draft_id)
    if request.method != "POST":
        return redirect("atendimento", draft_id=draft.pk)
    sent = typed_in(draft, request.POST)
    # Milliseconds of the browser's clock when the save was sent; 0 without a script.
    revision = sent_number(request.POST.get("revision", ""))
    tab = _tab(request)
    if not draft.type_in(sent, revision, tab) and not draft.submitted_at:
        if draft.was_overtaken(revision, tab):
            return HttpResponse(status=204)
        return _stale(request, draft, sent)
    _choose_due(request, draft)
    if draft.submitted_at or not fragment.wanted(request):
        return fragment.sent_to(request, "atendimento", draft_id=draft.pk)
    return render(
        request,
        "desk/saved.html",
        {"saved_at": clock.now(), **_changes(request, draft, sent, checked=_checked(request))},
    )


@page_or_form
@for_attendants
def submit(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Opens the ticket, once; or shows all that is missing."""
    draft = own_call(request, draft_id)
    if request.method == "POST" and not draft.submitted_at:
        # As one: an autosave of the same page that comes between would make the draft another one.
        with transaction.atomic():
            if refused := _submitted(request, draft):
                return refused
        if ticket := Ticket.submitted_from(draft.pk):
            await_number(ticket)
    return redirect("atendimento", draft_id=draft.pk)


def _submitted(request: HttpRequest, draft: Draft) -> HttpResponse | None:
    """Why it was not, as the page says it; None where the ticket is there."""
    sent = typed_in(draft, request.POST)
    if not draft.type_in(sent, tab=_tab(request)):
        return None if draft.submitted_at else _stale(request, draft, sent)
    _choose_due(request, draft)
    try:
        draft.submit(account(request))
    except Incomplete as error:
        return _page(request, draft, problems=error.problems, status=422)
    except ChangedMeanwhile:
        return _stale(request, draft, sent)
    return None


def _choose_due(request: HttpRequest, draft: Draft) -> None:
    if "prazo" in request.POST:
        draft.choose_due(plain_text(request.POST["prazo"]))


def _tab(request: HttpRequest) -> Tab | None:
    """Which page sends the form, and the version of the call that it was shown with."""
    mark = plain_text(request.POST.get("aba", ""))[:36]
    return Tab(mark, sent_number(request.POST.get("visto", ""))) if mark else None


def _stale(request: HttpRequest, draft: Draft, sent: Mapping[str, str]) -> HttpResponse:
    """Nothing was kept: the call as it stands, beside what this page had and it has not."""
    if fragment.wanted(request):
        return render(request, "desk/not_saved.html", {"message": _OTHER_TAB}, status=409)
    unsaved = [(draft.procedure.fact(key).label, text) for key, text in draft.unsaved(sent).items()]
    return _page(request, draft, status=409, stale=True, unsaved=unsaved)


def _page(
    request: HttpRequest,
    draft: Draft,
    *,
    problems: Mapping[str, str] | None = None,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    row, now, site, answers = draft.inspection, clock.now(), Site.current(), draft.answers()
    screens = screens_of(answers, problems or {})
    page = {
        "section": "atender",
        "draft": draft,
        "opening": [screen for screen in screens if screen.opening],
        "screens": [screen for screen in screens if not screen.opening],
        "problems": list((problems or {}).items()),
        "verdict": _verdict(row) if row else None,
        "known": Known.of(draft, answers.values),
        "end_reasons": draft.procedure.reasons[END],
        "due_times": Promisable.all(draft, now, site),
        "waiting": waiting_calls(account(request), draft),
        "tab": uuid4(),
        "images": draft.images.listed(),
        "asked": Asked.of(request, draft),
        "offered": Offered.of(draft, answers),
        **uploads.reader(),
        **more,
    }
    return render(request, "desk/atender.html", page, status=status)


def _result(
    request: HttpRequest, draft: Draft, sent: Mapping[str, str], *, status: int = 200, **more: Any
) -> HttpResponse:
    """The place of the verdict: the part of it, or the whole page around it."""
    if not fragment.wanted(request):
        return _page(request, draft, status=status, **more)
    row = draft.inspection
    part = {
        "draft": draft,
        "verdict": _verdict(row) if row and "verdict" not in more else None,
        **_changes(request, draft, sent),
        **more,
    }
    return render(request, "desk/result.html", part, status=status)


def _not_read(request: HttpRequest, draft: Draft) -> HttpResponse:
    """The page is old: what it shows beside the reader is left as it is, to be copied."""
    nothing: dict[str, Any] = {"changed": (), "same": (), "missing_now": None}
    return _result(request, draft, {}, status=409, reading_error=_OTHER_TAB, **nothing)


def _taken(
    request: HttpRequest,
    draft: Draft,
    sent: Mapping[str, str],
    found: Found,
    errors: Sequence[SourceError],
    pictured: Pictured,
) -> HttpResponse:
    """One certificate, and no doubt which: read, stored as far as it may be, attached."""
    now = clock.now()
    inspection = found.inspect(at=now)
    row = Inspection.of_found(found, inspection, account(request))
    if not draft.attach(row, _tab(request)) and not draft.submitted_at:
        return _not_read(request, draft)
    if draft.submitted_at or not fragment.wanted(request):
        pictured.tell(request)
        return fragment.sent_to(request, "atendimento", draft_id=draft.pk)
    verdict = Verdict.of_reading(found, inspection, now, Site.current().authorities, row)
    return _result(request, draft, sent, verdict=verdict, others=errors, pictured=pictured)


def _verdict(row: Inspection) -> Verdict:
    return Verdict.of_row(row, clock.now(), Site.current().authorities)


def _changes(
    request: HttpRequest, draft: Draft, sent: Mapping[str, str], checked: Collection[str] = ()
) -> dict[str, Any]:
    """What the page shows otherwise than the draft now stands, and the answers just checked."""
    missing = _missing(request, draft)
    answers = draft.answers(Site.current() if checked else None)
    problems = answers.judged[1] if checked else {}
    wrong = {key: text for key, text in problems.items() if sent.get(key, "").strip()}
    screens = screens_of(answers, wrong)
    new = changed(screens, sent, request.POST.getlist("campo"))
    same = [f for screen in screens for f in screen.fields if f not in new and f.asked]
    known, offered = Known.of(draft, answers.values), Offered.of(draft, answers)
    return {
        "draft": draft,
        "known_now": known if known.mark != request.POST.get("conhecidos", "") else None,
        "offered_now": offered if offered.mark != request.POST.get(Offered.SEEN, "") else None,
        "missing_now": missing,
        "changed": new,
        "same": same,
        "checked": [field for field in same if field.key in checked],
    }


def _missing(request: HttpRequest, draft: Draft) -> list[tuple[str, str]] | None:
    """What stands in the way of registering, where the page shows such a list."""
    if _LISTED not in request.POST:
        return None
    # A reading and a save may pass each other: the list is of the version that it is marked with.
    draft.refresh_from_db()
    return list(draft.missing(clock.now()).items())


def _checked(request: HttpRequest) -> list[str]:
    return request.POST.getlist("conferir")
