"""`/tickets/{number}/events`: what happened, in order, with the links that prove it."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Query, Router, Schema

from guiche.desk.api.bearer import Bearer
from guiche.desk.api.described import PROBLEMS
from guiche.desk.api.paging import Cursor, page_of
from guiche.desk.api.problem import NotDone
from guiche.desk.api.tickets import ticket_of
from guiche.desk.api.token import Scope
from guiche.desk.api.whole import is_whole, text
from guiche.desk.tickets.event import Event

router = Router(tags=["events"])

_NO_CURSOR = "Use o next da parte anterior."


class Happened(Schema):
    """One event; `by` is null of what the desk itself did, and of what the customer sent."""

    seq: int
    kind: str
    label: str
    text: str
    at: datetime
    by: str | None
    digest: str
    link: str


class History(Schema):
    """Some events, the first ones first."""

    items: list[Happened]
    next: str | None


@router.get(
    "/{number}/events", auth=Bearer(Scope.READ), response={200: History, **PROBLEMS},
    summary="O histórico",
)  # fmt: skip
def list_(request: HttpRequest, number: str, cursor: Query[Cursor]) -> dict[str, Any]:
    """O que aconteceu, em ordem. O conteúdo de um evento apagado não volta; sem `tickets:people`,
    números e e-mails saem escondidos dos textos."""
    seq, ticket = _seq(cursor.cursor or "0"), ticket_of(number)
    whole = is_whole(request, ticket)
    found, more = page_of(ticket.history.filter(seq__gt=seq), cursor.limit)
    return {
        "items": [happened(event, whole=whole) for event in found],
        "next": str(found[-1].seq) if more else None,
    }


def happened(event: Event, *, whole: bool = True) -> dict[str, Any]:
    """The event as a history shows it."""
    return {
        "seq": event.seq,
        "kind": event.kind,
        "label": event.label,
        "text": text(event.text, whole=whole),
        "at": event.at,
        "by": str(event.by) if event.by else None,
        "digest": event.digest,
        "link": event.link,
    }


def _seq(cursor: str) -> int:
    if not (cursor.isascii() and cursor.isdecimal() and len(cursor) < 10):
        raise NotDone(422, _NO_CURSOR, errors={"cursor": _NO_CURSOR})
    return int(cursor)
