"""`/tickets/{number}/attachments`: the pictures that came in place of a certificate, and the
readings, as far as the desk still keeps them."""

from datetime import datetime
from typing import Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema

from guiche.desk.api.bearer import Bearer
from guiche.desk.api.described import PROBLEMS
from guiche.desk.api.problem import NotDone
from guiche.desk.api.tickets import ticket_of
from guiche.desk.api.token import Scope
from guiche.desk.api.whole import need
from guiche.desk.intake.reading import Inspection
from guiche.desk.models import Ticket

router = Router(tags=["attachments"])

_NOT_THERE = "Este anexo não existe neste chamado, ou o prazo de guarda dele terminou."
_CERTIFICATE = "application/pkix-cert"


class Attached(Schema):
    """One thing that is kept; of a reading whose certificate is gone, `kept_until` is null."""

    kind: Literal["image", "reading", "proof"]
    id: int
    media_type: str
    at: datetime
    kept_until: datetime | None
    verdict: str | None


class Attachments(Schema):
    """All of a ticket."""

    items: list[Attached]


@router.get(
    "/{number}/attachments", auth=Bearer(Scope.READ), response={200: Attachments, **PROBLEMS},
    summary="Os anexos",
)  # fmt: skip
def list_(request: HttpRequest, number: str) -> dict[str, Any]:  # noqa: ARG001
    """As imagens e as leituras que o balcão guarda do chamado."""
    ticket = ticket_of(number)
    images = [
        {
            "kind": "image", "id": image.pk, "media_type": image.kind, "at": image.created_at,
            "kept_until": image.expires_at, "verdict": None,
        }
        for image in ticket.images.listed()
    ]  # fmt: skip
    readings = [
        {
            "kind": kind, "id": row.pk, "media_type": _CERTIFICATE, "at": row.created_at,
            "kept_until": row.der_expires_at, "verdict": row.status,
        }
        for kind, row in _readings(ticket).items()
    ]  # fmt: skip
    return {"items": [*readings, *images]}


@router.get(
    "/{number}/attachments/{kind}/{id}", auth=Bearer(Scope.READ), response=PROBLEMS,
    summary="Um anexo",
    openapi_extra={
        "responses": {
            200: {
                "description": "O conteúdo.",
                "content": {
                    each: {"schema": {"type": "string", "format": "binary"}}
                    for each in (
                        _CERTIFICATE, "image/png", "image/jpeg", "image/gif", "image/webp",
                    )
                },
            }
        }
    },
)  # fmt: skip
def content(
    request: HttpRequest,
    number: str,
    kind: Literal["image", "reading", "proof"],
    id: int,  # noqa: A002  the word of the address
) -> HttpResponse:
    """O certificado (DER) de uma leitura, ou a imagem. Pede também `tickets:people`, e fica no
    Registro."""
    ticket = ticket_of(number)
    need(request, ticket)
    media_type, found = _CERTIFICATE, None
    if kind == "image":
        image = ticket.images.filter(pk=id).first() if abs(id) < 2**63 else None
        media_type, found = (image.kind, image.content) if image else ("", None)
    elif (row := _readings(ticket).get(kind)) and row.pk == id:
        found = row.der
    if found is None:
        raise NotDone(404, _NOT_THERE)
    return HttpResponse(
        found, content_type=media_type, headers={"Content-Disposition": "attachment"}
    )


def _readings(ticket: Ticket) -> dict[str, Inspection]:
    rows = {"reading": ticket.inspection, "proof": ticket.proof}
    return {kind: row for kind, row in rows.items() if row}
