"""`/tickets`: opened by the rules of the call's page, shown, and listed."""

import logging
from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema
from pydantic import ConfigDict, Field

from guiche.desk import clock
from guiche.desk.api.bearer import Bearer, account
from guiche.desk.api.described import KEY, PROBLEMS, Moment, Text
from guiche.desk.api.inspections import one_of
from guiche.desk.api.once import made, mark, once
from guiche.desk.api.paging import Cursor, page_of
from guiche.desk.api.problem import NotDone
from guiche.desk.api.token import Scope
from guiche.desk.api.whole import facts_masked, is_whole
from guiche.desk.intake.draft import Draft
from guiche.desk.intake.reading import Inspection
from guiche.desk.models import Ticket, User
from guiche.desk.pages.access import attends
from guiche.desk.procedures.table import ProcedureError
from guiche.desk.tickets.moves import STATES
from guiche.desk.tickets.number import not_found

log = logging.getLogger(__name__)
router = Router(tags=["tickets"])

_NOT_YOURS = "Quem abre chamados é o Suporte ou a Supervisão."
_NO_READING = "Não há leitura sua com este id. Leia de novo com keep=true, ou mande o certificado."
_NO_PROCEDURE = "Não há este procedimento, ou o texto dele tem erro. Confira em Ajustes."
_BOTH = "Mande a leitura ou o certificado, não os dois."

State = Literal["forwarded", "waiting_customer", "returned", "resolved", "cancelled"]
Answer = Annotated[str, Field(max_length=10_000)]


class NewTicket(Schema):
    """Uma chamada inteira: o procedimento, as respostas, e o certificado de onde vem o resto."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"facts": {"name": "Padaria Exemplo Ltda", "phone_1": "(11) 98888-7777"}}]
        },
    )

    procedure: Text | None = Field(None, max_length=80, description="Vazio: o do site.")
    facts: dict[str, Answer] = Field(default_factory=dict, description="Respostas pela chave.")
    inspection: int | None = Field(
        None, ge=1, lt=2**63, description="O id de uma leitura guardada."
    )
    certificate: str | None = Field(None, description="Em base64, PEM ou texto.")
    due: Literal["", "term", "before", "after"] = Field(
        "", description="Qual prazo, onde há escolha."
    )


class Due(Schema):
    """The promised return; paused it has no due time until it goes on."""

    due_at: datetime | None
    paused_at: datetime | None
    spoken: str = Field(examples=["amanhã, terça-feira, 24 de novembro, até as 14h30"])
    state: str = Field(examples=["no prazo"])


class Opened(Schema):
    """What is told to the customer of a ticket that was opened."""

    number: str = Field(examples=["4821703657"])
    spoken: str = Field(examples=["482 170 365-7"])
    protocol: str = Field(examples=["482 170 365-7"])
    state: str = Field(examples=["forwarded"])
    team: str = Field(examples=["Relacionamento"])
    promise: Due


class Listed(Opened):
    """A ticket in a list; who the customer is stands there abbreviated."""

    state_label: str
    desk_number: str | None
    customer: str
    document: str
    procedure: dict[str, str]
    verdict: str | None
    opened_at: datetime
    moved_at: datetime


class Shown(Listed):
    """A ticket with all its answers and what may be done with it.

    Where it is `masked`, the customer stands there abbreviated, and what tells of nobody but him
    (`inspection`, `say`, `send`) is left out.
    """

    masked: bool
    facts: dict[str, str]
    shown: dict[str, str]
    inspection: dict[str, Any] | None
    opened_by: str
    order_number: str
    erased_at: datetime | None
    say: str
    send: str


class TicketPage(Schema):
    """Some tickets, the latest first, and where the next ones begin."""

    items: list[Listed]
    next: str | None


class Filters(Schema):
    """Which tickets are listed."""

    state: list[State] = Field(default_factory=list)
    team: Text | None = Field(None, max_length=120)
    opened_since: Moment | None = None
    opened_until: Moment | None = None
    moved_since: Moment | None = None


def ticket_of(number: str) -> Ticket:
    """The ticket of a number in an address, or 404 in the words of the page."""
    ticket = Ticket.find(number)
    if ticket is None:
        raise NotDone(404, not_found(number))
    return ticket


@router.post(
    "", auth=Bearer(Scope.WRITE), response={201: Opened, **PROBLEMS}, summary="Abre um chamado",
    openapi_extra=KEY,
)  # fmt: skip
@once
def open_(request: HttpRequest, sent: NewTicket) -> HttpResponse:
    """Abre o chamado pelas mesmas regras da página: o que falta é recusado com as mesmas frases."""
    by = account(request)
    if not attends(by):
        raise NotDone(403, _NOT_YOURS)
    reading = _reading(sent, by)
    try:
        ticket = Draft.submit_whole(
            mark(request), by, sent.procedure, sent.facts, reading, sent.due
        )
    except ProcedureError as error:
        log.warning("api: %s", error)
        raise NotDone(422, _NO_PROCEDURE, errors={"procedure": _NO_PROCEDURE}) from error
    return made(request, opened(ticket), f"/api/v1/tickets/{ticket.number}")


@router.get(
    "", auth=Bearer(Scope.READ), response={200: TicketPage, **PROBLEMS}, summary="Lista chamados"
)
def list_(
    request: HttpRequest,  # noqa: ARG001
    filters: Query[Filters],
    cursor: Query[Cursor],
) -> dict[str, Any]:
    """Chamados, do mais novo ao mais antigo. Nomes e documentos saem abreviados."""
    rows, now = Ticket.listed(), clock.now()
    if filters.state:
        rows = rows.filter(state__in=filters.state)
    asked = {
        "team": filters.team,
        "opened_at__gte": filters.opened_since,
        "opened_at__lt": filters.opened_until,
        "moved_at__gte": filters.moved_since,
    }
    rows = rows.filter(**{name: value for name, value in asked.items() if value is not None})
    if cursor.cursor:
        rows = rows.filter(pk__lt=ticket_of(cursor.cursor).pk)
    found, more = page_of(rows.order_by("-pk"), cursor.limit)
    return {
        "items": [listed(ticket, now) for ticket in found],
        "next": found[-1].number if more else None,
    }


@router.get(
    "/{number}", auth=Bearer(Scope.READ), response={200: Shown, **PROBLEMS}, summary="Um chamado"
)
def show(request: HttpRequest, number: str) -> dict[str, Any]:
    """O que o balcão guarda do chamado. O cliente sai abreviado, a não ser que o token tenha a
    permissão `tickets:people`; então sai tudo, com o que dizer a ele, e isso fica no Registro."""
    ticket, now = ticket_of(number), clock.now()
    whole = is_whole(request, ticket)
    masked = facts_masked(ticket)
    tells = whole and ticket.is_promising and not ticket.erased_at
    return {
        **listed(ticket, now),
        "masked": not whole,
        "facts": ticket.facts if whole else masked,
        "shown": ticket.shown if whole else masked,
        "inspection": ticket.inspection.contract if whole and ticket.inspection else None,
        "opened_by": str(ticket.opened_by),
        "order_number": ticket.order_number,
        "erased_at": ticket.erased_at,
        "say": ticket.say if tells else "",
        "send": ticket.send if tells else "",
    }


def opened(ticket: Ticket, now: datetime | None = None) -> dict[str, Any]:
    """Number and time; nothing of the customer, for it is kept with the key of the request."""
    now, promise = now or clock.now(), ticket.promise
    ends_at, since = promise.ends_at, promise.paused_at
    return {
        "number": ticket.number,
        "spoken": ticket.spoken,
        "protocol": ticket.protocol,
        "state": ticket.state,
        "team": ticket.team,
        "promise": {
            "due_at": ends_at,
            "paused_at": None if ends_at else since,
            "spoken": promise.spoken(now) if ends_at else "",
            "state": promise.state(now).value,
        },
    }


def listed(ticket: Ticket, now: datetime) -> dict[str, Any]:
    """The same as the list of a page shows it."""
    version = ticket.procedure_version
    return {
        **opened(ticket, now),
        "state_label": STATES[ticket.state],
        "desk_number": ticket.desk_number or None,
        "customer": ticket.customer_masked,
        "document": ticket.document_masked,
        "procedure": {"slug": version.slug, "digest": version.digest},
        "verdict": ticket.inspection.status if ticket.inspection else None,
        "opened_at": ticket.opened_at,
        "moved_at": ticket.moved_at,
    }


def _reading(sent: NewTicket, by: User) -> Inspection | None:
    if sent.inspection and sent.certificate:
        raise NotDone(422, _BOTH, errors={"certificate": _BOTH})
    if sent.certificate and sent.certificate.strip():
        return one_of(sent.certificate, by)
    if sent.inspection is None:
        return None
    row = Inspection.objects.filter(pk=sent.inspection, by=by).first()
    if row is None:
        raise NotDone(422, _NO_READING, errors={"inspection": _NO_READING})
    return row
