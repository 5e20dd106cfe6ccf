"""`/tickets/{number}/attachments`: the pictures that came in place of a certificate, and the
readings, as far as the desk still keeps them; and one more of them, by the limits of the pages."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema

from guiche.desk.api.bearer import Bearer, account
from guiche.desk.api.described import KEY, PROBLEMS
from guiche.desk.api.once import made, mark, once
from guiche.desk.api.problem import NotDone
from guiche.desk.api.sent import FORM, of_form
from guiche.desk.api.tickets import ticket_of
from guiche.desk.api.token import Scope
from guiche.desk.api.whole import need
from guiche.desk.intake.image import Image, kind_of
from guiche.desk.intake.reading import Inspection
from guiche.desk.models import Ticket, User
from guiche.desk.pages.choice import distinct
from guiche.desk.pages.uploads import Upload
from guiche.desk.tickets.event import AlreadyRecorded

router = Router(tags=["attachments"])

_NOT_THERE = "Este anexo não existe neste chamado, ou o prazo de guarda dele terminou."
_ONE_FILE = "Mande um arquivo por pedido, no campo file."
_GONE = "O arquivo que esta chave mandou não é mais guardado."
_CERTIFICATE = "application/pkix-cert"


Kind = Literal["image", "reading", "proof", "received"]
"""`reading`: that of the call; `proof`: the one that closed the ticket; `received`: what came
between, from the customer or a program."""


class Attached(Schema):
    """One thing that is kept; of a reading whose certificate is gone, `kept_until` is null."""

    kind: Kind
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
    images = [_image(image) for image in ticket.images.listed()]
    return {"items": [*(_reading(kind, row) for kind, row in _readings(ticket)), *images]}


@router.post(
    "/{number}/attachments", auth=Bearer(Scope.WRITE), response={201: Attached, **PROBLEMS},
    summary="Anexa um arquivo",
    openapi_extra={
        **KEY,
        "requestBody": {
            "required": True,
            "content": {
                FORM: {
                    "schema": {
                        "type": "object",
                        "required": ["file"],
                        "properties": {"file": {"type": "string", "format": "binary"}},
                    }
                }
            },
        },
    },
)  # fmt: skip
@once
def attach(request: HttpRequest, number: str) -> HttpResponse:
    """Guarda ao lado do chamado aberto um certificado, ou uma imagem (PNG, JPEG, GIF, WebP), pelas
    regras da página. Do certificado fica a leitura, como `received`."""
    ticket, by, form = ticket_of(number), account(request), mark(request)
    try:
        told = _attached(request, ticket, by, form)
    except AlreadyRecorded:  # by a request whose answer is no longer kept
        told = _before(ticket, form)
    address = f"/api/v1/tickets/{ticket.number}/attachments/{told['kind']}/{told['id']}"
    return made(request, told, address)


def _attached(request: HttpRequest, ticket: Ticket, by: User, form: UUID) -> dict[str, Any]:
    if (request.content_type or "").lower() != FORM:
        raise NotDone(415, f"Mande {FORM}, com o arquivo no campo file.")
    files = request.FILES.getlist("file")
    if len(files) != 1:
        raise NotDone(422, _ONE_FILE, errors={"file": _ONE_FILE})
    content = files[0].read()
    if kind_of(content):
        return _image(ticket.attach_picture(content, by, form))
    files[0].seek(0)
    found = ticket.of_customer(distinct(Upload((), tuple(of_form(request))).read()))
    if len(found) > 1:
        words = f"Há {len(found)} certificados. Mande só o do cliente."
        raise NotDone(422, words, errors={"file": words})
    return _reading("received", ticket.attach_certificate(found[0], by, form).reading)


def _before(ticket: Ticket, form: UUID) -> dict[str, Any]:
    """What that form left, as far as it is still there."""
    event = ticket.events.get(form=form)
    if sha256 := (event.payload or {}).get("sha256"):
        received = ticket.received.filter(at=event.at, reading__sha256=sha256)
        if row := received.select_related("reading").first():
            return _reading("received", row.reading)
    elif image := ticket.images.listed().filter(created_at=event.at, by=event.by).first():
        return _image(image)
    raise NotDone(409, _GONE, code="answer-lost")


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
    kind: Kind,
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
    else:
        rows = (row for which, row in _readings(ticket) if (which, row.pk) == (kind, id))
        found = next((row.der for row in rows), None)
    if found is None:
        raise NotDone(404, _NOT_THERE)
    return HttpResponse(
        found, content_type=media_type, headers={"Content-Disposition": "attachment"}
    )


def _readings(ticket: Ticket) -> Iterator[tuple[Kind, Inspection]]:
    if ticket.inspection:
        yield "reading", ticket.inspection
    if ticket.proof:
        yield "proof", ticket.proof
    for each in ticket.received.select_related("reading").order_by("pk"):
        yield "received", each.reading


def _reading(kind: Kind, row: Inspection) -> dict[str, Any]:
    return {
        "kind": kind, "id": row.pk, "media_type": _CERTIFICATE, "at": row.created_at,
        "kept_until": row.der_expires_at, "verdict": row.status,
    }  # fmt: skip


def _image(image: Image) -> dict[str, Any]:
    return {
        "kind": "image", "id": image.pk, "media_type": image.kind, "at": image.created_at,
        "kept_until": image.expires_at, "verdict": None,
    }  # fmt: skip
