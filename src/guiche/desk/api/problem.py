"""What the API says when it does not do what was asked: `application/problem+json` (RFC 9457).

`type` is `urn:guiche:problem:` and a code that stays; `detail` and `errors` are the sentences of
the pages.
"""

import json
from collections.abc import Mapping

from django.http import HttpResponse

from guiche.desk.intake.draft import ChangedMeanwhile, Incomplete
from guiche.desk.refusal import Refused

MEDIA_TYPE = "application/problem+json"
_TYPE = "urn:guiche:problem:"

_TITLES = {
    400: ("bad-request", "Pedido inválido"),
    401: ("unauthorized", "Falta um token que valha"),
    403: ("forbidden", "O token não pode fazer isto"),
    404: ("not-found", "Não encontrei"),
    405: ("method-not-allowed", "Este endereço não aceita este verbo"),
    409: ("conflict", "Outro pedido chegou antes"),
    413: ("too-large", "Grande demais"),
    415: ("unsupported-media-type", "O tipo do conteúdo não é aceito aqui"),
    422: ("refused", "Não dá para fazer assim"),
    429: ("too-many-requests", "Pedidos demais"),
    500: ("failed", "Algo falhou aqui dentro"),
}
CODES: Mapping[str, tuple[int, str]] = {
    **{code: (status, title) for status, (code, title) in _TITLES.items()},
    "scope-missing": (403, "A permissão não foi dada ao token"),
    "in-progress": (409, "O primeiro pedido com esta chave ainda é atendido"),
    "changed-meanwhile": (409, "O chamado mudou enquanto isso"),
    "answer-lost": (409, "O pedido já foi feito, e a resposta não é mais guardada"),
    "undone": (409, "A tentativa desta chave foi desfeita"),
    "incomplete": (422, "Falta algo no chamado"),
    "invalid": (422, "A forma do que foi enviado está errada"),
    "key-reused": (422, "A chave já serviu a outro pedido"),
}
"""Every code, its status and what it says."""
_WORDS = {
    400: "O pedido não foi entendido.",
    404: "Não há nada neste endereço.",
    405: "Veja em Allow os verbos que ele aceita.",
    413: "O arquivo é grande demais para ser lido aqui. Mande só o arquivo .cer.",
    500: "A falha foi registrada, e o que estava salvo continua salvo. Tente de novo em um minuto.",
}
Errors = Mapping[str, str]


class NotDone(Exception):
    """Ends a request with a problem."""

    def __init__(
        self,
        status: int,
        detail: str = "",
        *,
        errors: Errors | None = None,
        code: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status, self.detail, self.code = status, detail, code
        self.errors, self.headers = errors, headers

    @property
    def response(self) -> HttpResponse:
        """The same as an answer."""
        return problem(
            self.status, self.detail, errors=self.errors, code=self.code, headers=self.headers
        )


def problem(
    status: int,
    detail: str = "",
    *,
    errors: Errors | None = None,
    code: str = "",
    headers: Mapping[str, str] | None = None,
) -> HttpResponse:
    """The answer; `errors` has a sentence for each key of what was sent."""
    usual, title = _TITLES.get(status) or _TITLES[500 if status >= 500 else 400]
    told: dict[str, object] = {"type": _TYPE + (code or usual), "title": title, "status": status}
    told["detail"] = detail or _WORDS.get(status, title)
    if errors is not None:
        told["errors"] = dict(errors)
    return HttpResponse(
        json.dumps(told), status=status, content_type=MEDIA_TYPE, headers=dict(headers or {})
    )


def refusal(refused: Refused) -> HttpResponse:
    """The answer for what the desk refuses a person, in the words of its page."""
    if isinstance(refused, Incomplete):
        return problem(422, str(refused), errors=refused.problems, code="incomplete")
    if isinstance(refused, ChangedMeanwhile):
        return problem(409, str(refused), code="changed-meanwhile")
    return problem(422, str(refused))
