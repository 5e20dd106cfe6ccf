"""Error pages: what happened, what next; no detail of the inside, no query, no login needed."""

# ruff: noqa: ARG001  # Django fixes what an error view is called with.

import logging
from dataclasses import dataclass

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFilesSent
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse

from guiche.desk.pages import fragment
from guiche.desk.people.doors import TOO_OFTEN

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Oops:
    """One error page: its status and its words."""

    status: int
    title: str
    what: str
    next: tuple[str, ...] = ()
    icon: str = "alert"
    tone: str = "ask"

    def response(self) -> HttpResponse:
        """The page. Rendered without the request: no context processor may fail a second time."""
        return HttpResponse(render_to_string("desk/oops.html", {"oops": self}), status=self.status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400: a request that no page of the desk makes, or more than it takes at once."""
    if isinstance(exception, TooManyFilesSent):
        return too_many(request)
    if isinstance(exception, RequestDataTooBig):
        return too_large(request)
    return Oops(
        400, "Pedido inválido", "O navegador mandou algo que o Guichê não entende."
    ).response()


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403: logged in, without the role; the log says who tried what."""
    match = request.resolver_match
    log.warning("refused: the page %s, with status 403", match.url_name if match else "?")
    return Oops(
        403,
        "Seu perfil não abre esta página",
        "Ela é de outra equipe.",
        ("Se você precisa dela, peça à supervisão.",),
    ).response()


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 of the CSRF check: most often a page left open while another tab logged in again."""
    return Oops(
        403,
        "Esta página ficou velha",
        "Você entrou de novo depois de abri-la, ou o navegador bloqueou os cookies.",
        ("Volte, recarregue a página e repita. O que já estava salvo continua lá.",),
    ).response()


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404, with the words of the view where it gave some; to a request inside a page, one line."""
    if fragment.wanted(request):
        return HttpResponse(
            render_to_string("desk/not_saved.html", {"message": _words(exception) or _NOT_THERE}),
            status=404,
        )
    return Oops(
        404,
        "Não encontrei esta página",
        _words(exception) or _NOT_THERE,
        icon="search",
    ).response()


def server_error(request: HttpRequest) -> HttpResponse:
    """500: our fault, said so."""
    return Oops(
        500,
        "Algo falhou aqui dentro",
        "A falha foi registrada. O que estava salvo continua salvo.",
        ("Tente de novo em um minuto. Se repetir, avise a TI.",),
        tone="stop",
    ).response()


_NOT_THERE = "O endereço não existe, ou não é seu."


def _words(exception: Exception) -> str:
    """The message that a view raised; the resolver's own is a dictionary, not for people."""
    message = exception.args[0] if exception.args else ""
    return message if isinstance(message, str) else ""


def too_often(request: HttpRequest) -> HttpResponse:
    """429: what is counted was asked for too often."""
    match = request.resolver_match
    log.warning("refused: the page %s, asked for too often", match.url_name if match else "?")
    return Oops(429, "Espere um pouco", TOO_OFTEN, icon="pause").response()


def too_large(request: HttpRequest) -> HttpResponse:
    """413: far larger than any certificate; to a request inside a page, one line for that page."""
    if request.path == reverse("enviar_carteira"):
        most = settings.PORTFOLIO_UPLOAD // (1024 * 1024)
        words = (
            f"Uma carteira vai até {most} MB de cada vez. Mande em partes, ou peça à supervisão "
            "que leia uma pasta do servidor."
        )
    else:
        words = "O arquivo é grande demais para ser lido aqui. Peça só o arquivo .cer."
    return _refused(request, Oops(413, "Arquivo grande demais", words))


def too_many(request: HttpRequest) -> HttpResponse:
    """413: more files in one request than are read at once."""
    most = settings.DATA_UPLOAD_MAX_NUMBER_FILES
    words = f"São arquivos demais de uma vez. Mande até {most} por vez, ou um ZIP com todos."
    return _refused(request, Oops(413, "Arquivos demais", words))


def _refused(request: HttpRequest, oops: Oops) -> HttpResponse:
    if fragment.wanted(request):
        part = render_to_string("desk/result.html", {"reading_error": oops.what})
        return HttpResponse(part, status=oops.status)
    return oops.response()
