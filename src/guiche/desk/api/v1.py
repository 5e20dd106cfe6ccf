"""`/api/v1`: the nouns put together, and what becomes of everything that is raised there."""

import json
import logging
from typing import Any

from django.core.exceptions import BadRequest, RequestDataTooBig, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.parser import Parser

import guiche
from guiche.desk.api import (
    attachments,
    attempts,
    events,
    inspections,
    moves,
    procedures,
    searches,
    tickets,
)
from guiche.desk.api.bearer import Bearer
from guiche.desk.api.problem import MEDIA_TYPE, NotDone, problem, refusal
from guiche.desk.api.sent import JSON
from guiche.desk.refusal import Refused

log = logging.getLogger(__name__)

_NOT_JSON = "O corpo não é JSON."


class Strict(Parser):
    """JSON that says it is JSON, in UTF-8, without `NaN`."""

    def parse_body(self, request: HttpRequest) -> Any:
        """What the body says; raises `NotDone`, which ninja wraps."""
        if (request.content_type or "").lower() != JSON:
            raise NotDone(415, f"Mande {JSON}.")
        try:
            return json.loads(request.body.decode(), parse_constant=_refuse_constant)
        except (ValueError, RecursionError) as error:
            raise NotDone(400, _NOT_JSON) from error


def _refuse_constant(name: str) -> None:
    raise ValueError(name)


class Api(NinjaAPI):
    """What it says of itself names the media type of problems, and the scope that each operation
    asks of a token, which ninja cannot be told."""

    def get_openapi_schema(self, **options: Any) -> Any:
        """The OpenAPI document."""
        document, scopes = super().get_openapi_schema(**options), self._scopes()
        for path in document["paths"].values():
            for operation in path.values():
                operation["security"] = [{"Bearer": scopes[operation["operationId"]]}]
                for status, answer in operation["responses"].items():
                    if int(status) >= 400 and JSON in answer.get("content", {}):
                        answer["content"] = {MEDIA_TYPE: answer["content"][JSON]}
        return document

    def _scopes(self) -> dict[str, list[str]]:
        views = (view for _, router in self._routers for view in router.path_operations.values())
        return {
            self.get_openapi_operation_id(operation): [str(auth.scope)] if auth.scope else []
            for view in views
            for operation in view.operations
            for auth in operation.auth_callbacks
            if isinstance(auth, Bearer)
        }


api = Api(
    title="Guichê",
    version="1",
    description="Leitura de certificados e chamados do Guichê, para outros programas.",
    docs_url=None,
    urls_namespace="api",
    parser=Strict(),
    openapi_extra={"info": {"x-product-version": guiche.__version__}},
)
api.add_router("/inspections", inspections.router)
for each in (tickets, moves, attempts, attachments, events):
    api.add_router("/tickets", each.router)
api.add_router("/search", searches.router)
api.add_router("/procedures", procedures.router)


@api.exception_handler(NotDone)
def _not_done(_: HttpRequest, error: NotDone) -> HttpResponse:
    return error.response


@api.exception_handler(Refused)
def _refused(_: HttpRequest, error: Refused) -> HttpResponse:
    return refusal(error)


@api.exception_handler(ValidationError)
def _invalid(_: HttpRequest, error: ValidationError) -> HttpResponse:
    errors = {_key(each["loc"]): _words(each) for each in error.errors}
    words = "Confira o que foi enviado."
    return problem(422, words, errors=errors, code="invalid")


@api.exception_handler(HttpError)
def _http_error(_: HttpRequest, error: HttpError) -> HttpResponse:
    cause = error.__cause__
    return cause.response if isinstance(cause, NotDone) else problem(error.status_code)


@api.exception_handler(Http404)
def _not_found(_: HttpRequest, _error: Http404) -> HttpResponse:
    return problem(404)


@api.exception_handler(BadRequest)
@api.exception_handler(MultiPartParserError)
@api.exception_handler(SuspiciousOperation)
def _not_understood(_: HttpRequest, error: Exception) -> HttpResponse:
    return problem(413 if isinstance(error, RequestDataTooBig) else 400)


@api.exception_handler(Exception)
def _failed(request: HttpRequest, _error: Exception) -> HttpResponse:
    log.exception("api: %s failed", request.method)
    return problem(500)


_SOURCES = ("body", "query", "path", "sent", "filters", "cursor")
_SENTENCES = {
    "missing": "Falta.",
    "extra_forbidden": "Esta chave não existe aqui.",
    "string_type": "É um texto: escreva entre aspas.",
    "int_type": "É um número inteiro.",
    "int_parsing": "É um número inteiro.",
    "bool_parsing": "É true ou false.",
    "dict_type": "É um objeto de chaves e textos.",
    "list_type": "É uma lista.",
    "datetime_parsing": "É uma data e hora, como 2026-11-24T14:30:00-03:00.",
    "datetime_from_date_parsing": "É uma data e hora, como 2026-11-24T14:30:00-03:00.",
    "string_too_long": "Passa de {max_length} caracteres.",
    "greater_than_equal": "É {ge} ou mais.",
    "less_than_equal": "É {le} ou menos.",
    "less_than": "É menos de {lt}.",
    "literal_error": "Use um destes: {expected}.",
    "json_invalid": _NOT_JSON,
}


def _key(location: tuple[str | int, ...]) -> str:
    """`facts.email`, without where it came in and the name of a parameter of ours."""
    path = [str(part) for part in location]
    while path and path[0] in _SOURCES:
        path.pop(0)
    return ".".join(path) or "body"


def _words(error: dict[str, Any]) -> str:
    sentence = _SENTENCES.get(error["type"], "Não foi entendido.")
    context = {
        key: str(value).replace(" or ", " ou ") for key, value in error.get("ctx", {}).items()
    }
    try:
        return sentence.format(**context)
    except KeyError:
        return sentence
