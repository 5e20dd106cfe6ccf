"""`/tickets/{number}/attempts`: calls to the customer, and what came of them."""

from datetime import datetime
from typing import Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema
from pydantic import ConfigDict, Field

from guiche.desk.api.bearer import Bearer, account
from guiche.desk.api.described import KEY, PROBLEMS, Text
from guiche.desk.api.once import made, mark, once
from guiche.desk.api.problem import NotDone
from guiche.desk.api.tickets import ticket_of
from guiche.desk.api.token import Scope
from guiche.desk.api.whole import is_whole, text
from guiche.desk.intake.facts import mask_phone
from guiche.desk.promises.attempt import ContactAttempt
from guiche.desk.tickets.event import AlreadyRecorded

router = Router(tags=["attempts"])

_UNDONE = "Esta ligação foi registrada, e desfeita depois. Use uma chave nova para outra."


class Made(Schema):
    """A call that was made; `phone` in E.164, empty where the customer has none."""

    at: datetime
    by: str
    phone: str
    result: str
    label: str
    note: str
    next_at: datetime | None


class Attempts(Schema):
    """Those of the present promise, the first one first, and what is lacking for it to be kept."""

    items: list[Made]
    lacking: list[str]


class NewAttempt(Schema):
    """A call to record."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"phone": "(11) 98888-7777", "result": "spoke"}]},
    )

    phone: Text = Field("", max_length=60)
    result: Literal["spoke", "left_message", "no_answer", "busy", "voicemail", "wrong_number"]
    note: Text = Field("", max_length=10_000)
    again: Literal["", "30min", "1h", "2h", "amanha"] = Field("", description="Quando tentar.")


@router.get(
    "/{number}/attempts", auth=Bearer(Scope.READ), response={200: Attempts, **PROBLEMS},
    summary="As tentativas de contato",
)  # fmt: skip
def list_(request: HttpRequest, number: str) -> dict[str, Any]:
    """As ligações do prazo atual, e o que falta para ele contar como tentado. Sem `tickets:people`,
    telefones saem abreviados."""
    ticket = ticket_of(number)
    whole, promise = is_whole(request, ticket), ticket.promise
    rows = promise.attempts.select_related("by").order_by("at", "pk")
    items = [_told(each, whole=whole) for each in rows]
    return {"items": items, "lacking": list(promise.lacking())}


@router.post(
    "/{number}/attempts", auth=Bearer(Scope.WRITE), response={201: Made, **PROBLEMS},
    summary="Registra uma tentativa", openapi_extra=KEY,
)  # fmt: skip
@once
def log(request: HttpRequest, number: str, sent: NewAttempt) -> HttpResponse:
    """Registra uma ligação ao cliente e o resultado dela."""
    ticket, by, form = ticket_of(number), account(request), mark(request)
    try:
        logged = ticket.promise.log_attempt(
            by, sent.phone, sent.result, sent.note, form, sent.again
        )
    except AlreadyRecorded:  # by a request whose answer is no longer kept
        event = ticket.events.get(form=form)
        earlier = ContactAttempt.objects.filter(promise__in=list(ticket.promise.line))
        found = earlier.filter(at=event.at, by=by).first()
        if found is None:
            raise NotDone(409, _UNDONE, code="undone") from None
        logged = found
    return made(request, _told(logged), f"/api/v1/tickets/{ticket.number}/attempts")


def _told(attempt: ContactAttempt, *, whole: bool = True) -> dict[str, Any]:
    phone = attempt.phone
    return {
        "at": attempt.at,
        "by": str(attempt.by),
        "phone": phone if whole or not phone else mask_phone(phone),
        "result": attempt.result,
        "label": str(attempt),
        "note": text(attempt.note, whole=whole),
        "next_at": attempt.next_at,
    }
