"""The new certificate of a ticket: its order and appointment, and the reading that closes it."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from guiche.desk import clock
from guiche.desk.intake.reading import Inspection
from guiche.desk.models import Ticket
from guiche.desk.pages import uploads
from guiche.desk.pages.access import account, form_mark, page_or_form, sent_number, ticket_of
from guiche.desk.pages.choice import Choice, distinct
from guiche.desk.pages.ticket import Refusal, acted, ticket_page, to_history
from guiche.desk.refusal import Refused
from guiche.desk.tickets.event import AlreadyRecorded
from guiche.sources import Found

_FORMS = ("%Y-%m-%dT%H:%M", "%d/%m/%Y %H:%M", "%d/%m/%Y %Hh%M", "%d/%m/%Y %Hh")
_DIFFERS = "Ainda não dá para encerrar: o certificado não confere com o chamado."


@page_or_form
def order(request: HttpRequest, number: str) -> HttpResponse:
    """Keeps the number of the new order, and when its holder is to be identified."""

    def ordered(ticket: Ticket, sent: Mapping[str, str]) -> str:
        moment = _moment(sent["validation"])
        ticket.order(account(request), sent["order"], moment, form_mark(request))
        return ""

    return acted(request, number, "order", ("order", "validation"), ordered, history=True)


@page_or_form
def prove(request: HttpRequest, number: str) -> HttpResponse:
    """Reads the new certificate, and closes the ticket by it or says what differs."""
    ticket = ticket_of(number)
    if request.method != "POST":
        return redirect("chamado", number=ticket.number)
    sent = {key: request.POST.get(key, "") for key in ("other_holder", "texto")}
    try:
        ticket.permit_proof(account(request), form_mark(request))
        received = ticket.received.filter(pk=sent_number(request.POST.get("recebido", ""))).first()
        choices: Sequence[Found] = ()
        if received is None:
            choices = ticket.of_customer(distinct(uploads.Upload.of(request).read()))
        if len(choices) > 1:
            choice = Choice.of(choices, clock.now())
            return ticket_page(request, ticket, choice=choice, chosen_holder=sent["other_holder"])
        row = received.reading if received else _kept(request, choices[0])
        tried = ticket.prove(account(request), row, sent["other_holder"], form_mark(request))
    except AlreadyRecorded:
        return to_history(ticket)
    except uploads.NotRead as error:
        words = f"{error.heading} {error}".strip()
        return ticket_page(request, ticket, Refusal("proof", words, sent))
    except Refused as refused:
        return ticket_page(request, ticket, Refusal("proof", str(refused), sent))
    if tried:
        reasons = tuple(difference.words for difference in tried)
        return ticket_page(request, ticket, Refusal("proof", _DIFFERS, sent, reasons))
    messages.success(request, "O novo certificado confere. Chamado resolvido.")
    return to_history(ticket)


def _kept(request: HttpRequest, found: Found) -> Inspection:
    """The reading, kept as far as it may be."""
    row = Inspection.of_found(found, found.inspect(at=clock.now()), account(request))
    row.keep()
    return row


def _moment(typed: str) -> datetime | None:
    """The moment of a date and time field, in the time of the desk; None where it is empty."""
    typed = " ".join(typed.split())
    if not typed:
        return None
    for form in _FORMS:
        try:
            return timezone.make_aware(datetime.strptime(typed, form))  # noqa: DTZ007
        except ValueError:
            continue
    raise Refused("Escreva o dia e a hora da validação como 24/11/2026 14:30.")
