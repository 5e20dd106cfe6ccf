"""`/procedures`: which there are, and which facts each asks of a call that is opened now."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import Field

from guiche.desk.api.bearer import Bearer
from guiche.desk.api.described import PROBLEMS
from guiche.desk.models import ProcedureVersion
from guiche.desk.procedures.fact import Fact
from guiche.desk.procedures.procedure import Procedure

router = Router(tags=["procedures"])


class Asked(Schema):
    """One fact."""

    key: str
    label: str
    help: str
    kind: str = Field(description="document, name, phone, email, choice, date, text, …")
    required: bool = Field(description="Perguntado em toda chamada, e então obrigatório.")
    when: list[dict[str, list[str]]] = Field(
        description="Se não é em toda chamada: as respostas, ou a leitura, com que é perguntado."
    )
    follows: str | None = Field(
        description="O fato de que este fala: se aquele ficou sem valor, este não é perguntado."
    )
    choices: list[str] = Field(description="As respostas possíveis, onde são uma lista.")
    exits: list[str] = Field(description="O que se pode responder em vez de um valor.")
    known: bool = Field(
        description="O certificado ou o procedimento podem responder; o que se manda prevalece."
    )
    maximum: int = Field(description="Até quantos caracteres.")


class Known(Schema):
    """A procedure in the version that holds now."""

    slug: str
    digest: str
    title: str
    team: str
    default: bool = Field(description="O do site, quando o chamado não diz nenhum.")
    facts: list[Asked]


class All(Schema):
    """All of them, that of the site first."""

    items: list[Known]


@router.get(
    "", auth=Bearer(), response={200: All, **PROBLEMS}, summary="Os procedimentos e o que perguntam"
)
def list_(request: HttpRequest) -> dict[str, Any]:  # noqa: ARG001
    """A versão de agora de cada procedimento, com os fatos que pede. Basta um token que valha."""
    items = [
        _told(procedure, digest)
        for procedure, digest in ProcedureVersion.holding_digests().values()
    ]
    return {"items": sorted(items, key=lambda each: (not each["default"], each["slug"]))}


def _told(procedure: Procedure, digest: str) -> dict[str, Any]:
    return {
        "slug": procedure.slug,
        "digest": digest,
        "title": procedure.title,
        "team": procedure.team,
        "default": procedure.slug == settings.PROCEDURE,
        "facts": [_asked(fact) for fact in procedure.facts],
    }


def _asked(fact: Fact) -> dict[str, Any]:
    follows = fact.confirms or fact.follows
    return {
        "key": fact.key,
        "label": fact.label,
        "help": fact.help,
        "kind": fact.type,
        "required": not (fact.when or follows),
        "when": [
            {key: list(values) for key, values in alternative}
            for alternative in fact.when.alternatives
        ],
        "follows": follows or None,
        "choices": list(fact.choices),
        "exits": list(fact.exits),
        "known": bool(fact.certificate or fact.proposal),
        "maximum": fact.maximum,
    }
