"""`/inspections`: certificates read; the JSON is that of `guiche inspect --json`."""

import json
from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema
from pydantic import BaseModel, ConfigDict, Field

from guiche.desk import clock
from guiche.desk.api.bearer import Bearer, account
from guiche.desk.api.described import KEY, PROBLEMS
from guiche.desk.api.once import REPLAYED, once
from guiche.desk.api.problem import NotDone
from guiche.desk.api.sent import BYTES, FORM, JSON, TEXT, of_text, sent
from guiche.desk.api.token import Scope
from guiche.desk.intake.plain import plain
from guiche.desk.intake.reading import Inspection
from guiche.desk.pages.choice import distinct
from guiche.desk.pages.uploads import Upload
from guiche.desk.people.user import User
from guiche.icpbrasil import Inspection as Reading
from guiche.sources import Found, SourceError

router = Router(tags=["inspections"])

MOST_KEPT = 50
_PASSWORD = {
    "type": "string",
    "description": "De um .pfx, onde o Guichê os aceita; não é guardada.",
}
_CONTENT = {
    JSON: {
        "schema": {
            "type": "object",
            "required": ["certificate"],
            "examples": [{"certificate": "-----BEGIN CERTIFICATE-----\n…"}],
            "properties": {
                "certificate": {"type": "string", "description": "Em base64, PEM ou texto."},
                "password": _PASSWORD,
            },
        }
    },
    FORM: {
        "schema": {
            "type": "object",
            "properties": {
                "file": {"type": "array", "items": {"type": "string", "format": "binary"}},
                "text": {"type": "string"},
                "password": _PASSWORD,
            },
        }
    },
    **{kind: {"schema": {"type": "string", "format": "binary"}} for kind in BYTES},
    **{kind: {"schema": {"type": "string"}} for kind in TEXT},
}


class Read(BaseModel):
    """One certificate, in the form of `guiche inspect --json`; or why it could not be read.

    No `Schema` of ninja: that one hands over only the keys it names, and drops the holder.
    """

    model_config = ConfigDict(extra="allow")

    id: int | None = Field(None, description="De uma leitura guardada: serve para abrir o chamado.")
    source: dict[str, Any]
    enrolment: dict[str, Any] | None = None
    error: dict[str, str] | None = None


class ReadAll(Schema):
    """All that was sent."""

    items: list[Read]


@router.post(
    "",
    auth=Bearer(Scope.INSPECTIONS),
    response={200: ReadAll, **PROBLEMS},
    exclude_unset=True,
    summary="Lê certificados",
    openapi_extra={**KEY, "requestBody": {"required": True, "content": _CONTENT}},
)
def read(
    request: HttpRequest,
    response: HttpResponse,
    keep: bool = False,  # noqa: FBT001, FBT002
) -> dict[str, Any]:
    """O veredito de cada certificado enviado. Nada é guardado, a não ser com `keep=true`: a leitura
    guardada tem `id`, e some em 7 dias se nenhum chamado a usar."""
    reading, now = sent(request).read(), clock.now()
    read_ones = [(found, found.inspect(at=now)) for found in reading.leaves]
    items: list[dict[str, Any]] = [plain(found.contract(each)) for found, each in read_ones]
    if keep:
        answer = _keep(request, read_ones)
        keys = json.loads(answer.content)
        items = [{"id": key, **item} for key, item in zip(keys, items, strict=True)]
        if REPLAYED in answer.headers:
            response.headers[REPLAYED] = answer.headers[REPLAYED]
    return {"items": [*items, *map(_error, reading.errors)]}


@once
def _keep(request: HttpRequest, read_ones: Sequence[tuple[Found, Reading]]) -> HttpResponse:
    """The ids of the readings, stored. Of what they say nothing is kept with the key of the
    request: it tells more of a person than may be stored."""
    if len(read_ones) > MOST_KEPT:
        words = f"São {len(read_ones)} certificados; guardo até {MOST_KEPT} por vez."
        raise NotDone(422, words, errors={"keep": words})
    rows = [Inspection.of_found(found, each, account(request)) for found, each in read_ones]
    for row in rows:
        row.keep()
    return HttpResponse(json.dumps([row.pk for row in rows]))


def one_of(text: str, by: User) -> Inspection:
    """The reading, not stored yet, of the one certificate in a text; else `NotRead`, `NotDone`."""
    found = distinct(Upload((), (of_text(text),)).read())
    if len(found) > 1:
        words = f"Há {len(found)} certificados. Mande só o do cliente."
        raise NotDone(422, words, errors={"certificate": words})
    return Inspection.of_found(found[0], found[0].inspect(at=clock.now()), by)


def _error(error: SourceError) -> dict[str, Any]:
    told: dict[str, Any] = plain({
        "source": error.source._asdict(),
        "error": {"code": error.code, "message": error.message},
    })  # fmt: skip
    return told
