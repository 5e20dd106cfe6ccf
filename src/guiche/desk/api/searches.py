"""`/search`: from whatever is remembered to the ticket; the text goes in the body, never in an
address, which servers log."""

from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import ConfigDict, Field

from guiche.desk import clock
from guiche.desk.api.bearer import Bearer
from guiche.desk.api.described import PROBLEMS, Text
from guiche.desk.api.tickets import Listed, listed
from guiche.desk.api.token import Scope
from guiche.desk.search.query import MOST, Query

router = Router(tags=["search"])


class Sought(Schema):
    """A protocol, name, CPF, CNPJ, telephone, e-mail, or fingerprint of a certificate."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"text": "482 170 365-7"}]}
    )

    text: Text = Field(max_length=200)


class Found(Schema):
    """The latest tickets that are meant; `doubts` say what in the text does not check."""

    items: list[Listed]
    more: bool
    doubts: list[str]


@router.post(
    "", auth=Bearer(Scope.SEARCH), response={200: Found, **PROBLEMS}, summary="Busca chamados"
)
def search(request: HttpRequest, sent: Sought) -> dict[str, Any]:  # noqa: ARG001
    """A mesma busca da página."""
    query, now = Query.of(sent.text), clock.now()
    found = [] if query.is_empty else query.tickets()
    return {
        "items": [listed(ticket, now) for ticket in found[:MOST]],
        "more": len(found) > MOST,
        "doubts": query.doubts,
    }
