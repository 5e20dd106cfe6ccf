"""Several at once: the table of verdicts, and the calls of one caller as one table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from guiche.desk import clock
from guiche.desk.intake.answers import Answers
from guiche.desk.intake.batch import MOST, Batch, Question, questions
from guiche.desk.intake.draft import Draft
from guiche.desk.models import Ticket, User
from guiche.desk.pages.access import account, for_attendants, page_or_form, sent_number
from guiche.desk.pages.calls import own_call, to_ticket
from guiche.desk.pages.due import Promisable
from guiche.desk.pages.form import attributes_of
from guiche.desk.pages.table import chosen, rows_of, sheet
from guiche.desk.pages.verdict import Verdict
from guiche.desk.procedures.fact import CHOSEN
from guiche.desk.promises import due_time
from guiche.desk.refusal import Refused
from guiche.desk.search import spelling
from guiche.desk.search.known import open_of
from guiche.desk.site.site import Site

# The table: nothing of it is stored


@page_or_form
@for_attendants
def table(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """The verdicts of all that was read, to be seen, exported, or chosen from."""
    draft = own_call(request, draft_id)
    if request.method != "POST" or draft.submitted_at:
        return redirect("atendimento", draft_id=draft.pk)
    return _table(request, draft)


@page_or_form
@for_attendants
def export(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """The same table as a file."""
    draft = own_call(request, draft_id)
    if request.method != "POST":
        return redirect("atendimento", draft_id=draft.pk)
    content = sheet(rows_of(request.POST, clock.now()))
    disposition = 'attachment; filename="leituras.csv"'
    headers = {"Content-Disposition": disposition, "Cache-Control": "no-store"}
    return HttpResponse(content, content_type="text/csv; charset=utf-8", headers=headers)


@page_or_form
@for_attendants
def begin(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """A call for each certificate that was ticked."""
    draft = own_call(request, draft_id)
    if request.method != "POST":
        return redirect("atendimento", draft_id=draft.pk)
    if draft.submitted_at:
        return redirect("lote", batch_id=draft.batch) if draft.batch else to_ticket(draft)
    found = chosen(rows_of(request.POST, clock.now()), request.POST)
    if not found:
        return _table(request, draft, refusal="Marque os certificados que precisam de chamado.")
    try:
        batch = Batch.start(draft, found, account(request))
    except Refused as refused:
        return _table(request, draft, refusal=str(refused))
    return redirect("lote", batch_id=batch.id)


def _table(request: HttpRequest, draft: Draft, refusal: str = "") -> HttpResponse:
    rows = rows_of(request.POST, clock.now())
    if refusal:
        ticked = [at for at, _ in enumerate(rows) if str(at) in request.POST.getlist("escolhido")]
    else:
        ticked = [at for at, row in enumerate(rows) if row.status in draft.procedure.preselect]
    page = {
        "section": "atender",
        "draft": draft,
        "rows": rows,
        "ticked": ticked,
        "most": MOST,
        "count": sent_number(request.POST.get("quantos", "")),
        "refusal": refusal,
    }
    return render(request, "desk/tabela.html", page, status=422 if refusal else 200)


# The batch


@dataclass(frozen=True)
class Line:
    """One call of the batch with what it misses, or the ticket that it became."""

    call: Draft
    name: str
    document: str
    verdict: Verdict | None
    missing: tuple[str, ...] = ()
    ticket: Ticket | None = None
    known: Ticket | None = None
    """An open ticket of the same customer, of before."""

    @classmethod
    def of_call(
        cls, call: Draft, answers: Answers, known: Mapping[str, Ticket], now: datetime
    ) -> "Line":
        """A call that is no ticket yet."""
        customer, values = call.procedure.customer, answers.values
        missing = tuple(call.procedure.fact(key).label for key in answers.judged[1])
        name = values[customer.name] or "Sem nome ainda"
        document = values[customer.document]
        before = known.get(spelling.document(document))
        return cls(call, name, document, _verdict(call, now), missing, known=before)

    @classmethod
    def of_ticket(cls, call: Draft, ticket: Ticket, now: datetime) -> "Line":
        """A call that was registered."""
        document = ticket.shown.get(ticket.procedure.customer.document, "")
        return cls(call, ticket.customer, document, _verdict(call, now), ticket=ticket)


def _verdict(call: Draft, now: datetime) -> Verdict | None:
    row = call.inspection
    return Verdict.of(row.contract, row.headline, "", now) if row else None


@dataclass(frozen=True)
class Ask:
    """A question that is answered once for all."""

    question: Question

    @property
    def widget(self) -> str:
        """`tick`, `list` or `input`; of what differs among customers only the ways out, a list."""
        fact = self.question.fact
        if fact.type == "confirmation":
            return "tick"
        return "list" if fact.type in CHOSEN or not fact.common else "input"

    @property
    def attributes(self) -> Mapping[str, str]:
        """What helps the keyboards of phones."""
        return attributes_of(self.question.fact)


@require_GET
@for_attendants
def show(request: HttpRequest, batch_id: UUID) -> HttpResponse:
    """The batch as a table; of a colleague's, who has it."""
    batch = _batch(batch_id)
    if not _has(batch, account(request)):
        return redirect("assumir_lote", batch_id=batch.id)
    return _page(request, batch)


@page_or_form
@for_attendants
def answer(request: HttpRequest, batch_id: UUID) -> HttpResponse:
    """Answers once what several calls miss."""
    batch = _own_batch(request, batch_id)
    if request.method == "POST":
        values = {
            fact.key: request.POST.get(f"saida-{fact.key}") or request.POST.get(fact.key, "")
            for call in batch.open_calls
            for fact in call.procedure.facts
        }
        batch.answer(values, due=request.POST.get("prazo", ""))
    return redirect("lote", batch_id=batch.id)


@page_or_form
@for_attendants
def submit(request: HttpRequest, batch_id: UUID) -> HttpResponse:
    """Opens the ticket of each call that is complete."""
    batch = _own_batch(request, batch_id)
    if request.method == "POST" and (failed := batch.submit(account(request))):
        messages.error(
            request,
            f"{len(failed)} não {'foi registrado' if len(failed) == 1 else 'foram registrados'} "
            "por uma falha aqui dentro. Os outros foram. Tente de novo em um minuto.",
        )
    return redirect("lote", batch_id=batch.id)


@page_or_form
@for_attendants
def pause(request: HttpRequest, batch_id: UUID) -> HttpResponse:
    """Puts the batch down, where the whole team sees it."""
    batch = _own_batch(request, batch_id)
    if request.method == "POST":
        batch.pause()
        messages.success(request, "Lote em pausa. Qualquer pessoa da equipe pode retomá-lo.")
    return redirect("atender")


@page_or_form
@for_attendants
def take(request: HttpRequest, batch_id: UUID) -> HttpResponse:
    """Says who has the batch (GET), and takes it up (POST)."""
    batch, user, now = _batch(batch_id), account(request), clock.now()
    if request.method == "POST":
        batch.take(user)
    calls = list(batch.open_calls)
    if _has(batch, user) or not calls:
        return redirect("lote", batch_id=batch.id)
    page = {
        "section": "atender",
        "batch": batch,
        "calls": calls,
        "waits": all(call.is_waiting(now) for call in calls),
        "by": next(call.by for call in calls if call.by != user),
    }
    return render(request, "desk/assumir_lote.html", page)


def _batch(batch_id: UUID) -> Batch:
    batch = Batch(batch_id)
    if not batch.calls.exists():
        raise Http404("Este lote não existe mais.")
    return batch


def _has(batch: Batch, user: User) -> bool:
    """Whether nobody else has one of its calls."""
    return not batch.open_calls.exclude(by=user).exists()


def _own_batch(request: HttpRequest, batch_id: UUID) -> Batch:
    batch = _batch(batch_id)
    if not _has(batch, account(request)):
        raise Http404("Este lote agora está com outra pessoa.")
    return batch


def _page(request: HttpRequest, batch: Batch) -> HttpResponse:
    site, now = Site.current(), clock.now()
    calls = list(batch.calls)
    answers = {call: call.answers(site) for call in calls if not call.submitted_at}
    keys = [call.pk for call in calls if call.submitted_at]
    tickets = {t.submission_key: t for t in Ticket.listed().filter(submission_key__in=keys)}
    documents = (a.values[a.procedure.customer.document] for a in answers.values())
    known = open_of(map(spelling.document, documents), batch.id)
    lines = [
        Line.of_ticket(call, tickets[call.pk], now)
        if call.pk in tickets
        else Line.of_call(call, answers[call], known, now)
        for call in calls
    ]
    due_times = Promisable.all(next(iter(answers)), now, site) if answers else []
    chosen_times = {time.key for time in due_times}
    undecided = len(due_times) > 1 and any(call.due not in chosen_times for call in answers)
    page = {
        "section": "atender",
        "batch": batch,
        "lines": lines,
        "open": len(answers),
        "asks": [Ask(question) for question in questions(answers.values())],
        "due_times": due_times,
        "undecided": undecided,
        "ready": sum(not line.ticket and not line.missing for line in lines),
        "may_submit": bool(due_times) and not undecided,
        "told": told([line.ticket for line in lines if line.ticket]),
    }
    return render(request, "desk/lote.html", page)


def told(tickets: Sequence[Ticket]) -> str:
    """What is read or sent to the caller of all the tickets: numbers and time, and of a person
    no more than the first name and initials. "" where no procedure says anything of several."""
    teams: dict[tuple[str, str], list[Ticket]] = {}
    for ticket in tickets:
        teams.setdefault((ticket.team, _of_several(ticket)), []).append(ticket)
    return "\n".join(filter(None, map(_told, teams.values())))


def _of_several(ticket: Ticket) -> str:
    """The text by which its procedure tells of several, not filled in."""
    return next((each.text for each in ticket.procedure.texts.batch.variants), "")


def _told(tickets: Sequence[Ticket]) -> str:
    """The same of tickets that are told of in the same words."""
    due_times = {ticket.promise.due_at for ticket in tickets}
    one = len(due_times) == 1
    numbers = [
        f"{ticket.protocol}: {ticket.customer_masked}{'' if one else f', {ticket.promise.written}'}"
        for ticket in tickets
    ]
    words = {
        "numbers": "\n".join(numbers),
        "due": due_time.written(due_times.pop()) if one else "no prazo de cada um",
        "team": tickets[0].team,
    }
    text: str = tickets[0].procedure.texts.batch.filled(words, {})
    return text
