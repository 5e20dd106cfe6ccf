"""`/tickets/{number}/moves`: which moves are possible, and one that is made."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema
from pydantic import ConfigDict, Field

from guiche.desk.api.bearer import Bearer, account
from guiche.desk.api.described import KEY, PROBLEMS, Text
from guiche.desk.api.events import Happened, happened
from guiche.desk.api.once import made, mark, once
from guiche.desk.api.tickets import ticket_of
from guiche.desk.api.token import Scope
from guiche.desk.tickets.event import AlreadyRecorded

router = Router(tags=["moves"])


class Possible(Schema):
    """A move that this token's account may make now."""

    name: str
    label: str
    target: str
    reasons: list[str]
    needs_reason: bool
    needs_note: bool


class Moves(Schema):
    """All of them."""

    items: list[Possible]


class NewMove(Schema):
    """A move to make; `reason` is one of those listed for it."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"name": "wait", "reason": "Cliente vai enviar um documento"}]
        },
    )

    name: Text = Field(max_length=40)
    reason: Text = Field("", max_length=200)
    note: Text = Field("", max_length=10_000)


@router.get(
    "/{number}/moves", auth=Bearer(Scope.READ), response={200: Moves, **PROBLEMS},
    summary="O que se pode fazer",
)  # fmt: skip
def list_(request: HttpRequest, number: str) -> dict[str, Any]:
    """As mudanças possíveis agora para a conta do token, com os motivos de cada uma."""
    items = [
        {
            "name": move.rule.name,
            "label": move.rule.label,
            "target": move.rule.target,
            "reasons": list(move.reasons),
            "needs_reason": move.rule.needs_reason,
            "needs_note": move.rule.needs_note,
        }
        for move in ticket_of(number).moves_for(account(request))
    ]
    return {"items": items}


@router.post(
    "/{number}/moves", auth=Bearer(Scope.WRITE), response={201: Happened, **PROBLEMS},
    summary="Muda o chamado", openapi_extra=KEY,
)  # fmt: skip
@once
def move(request: HttpRequest, number: str, sent: NewMove) -> HttpResponse:
    """Faz uma das mudanças possíveis; o evento que ela deixou no histórico."""
    ticket, form = ticket_of(number), mark(request)
    try:
        event = ticket.move(sent.name, account(request), sent.reason, sent.note, form)
    except AlreadyRecorded:  # by a request whose answer is no longer kept
        event = ticket.events.get(form=form)
    return made(request, happened(event), f"/api/v1/tickets/{ticket.number}/events")
