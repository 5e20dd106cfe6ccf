"""What comes from outside: bounded, refused when it holds a key, read in memory, never kept."""

import base64
import binascii
from collections.abc import Callable, Iterator, Sequence
from functools import partial

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from guiche.desk.pages.errors import too_large
from guiche.desk.refusal import Refused
from guiche.sources import Found, Reading, SourceError, der, read, read_text

NOTHING_SENT = "Escolha o arquivo do certificado, ou cole o texto."
HOLDS_KEY = "Este arquivo tem a chave privada. Peça o .cer."
PASTED = "texto colado"


class BodyLimit:
    """Middleware: refuses a larger body by its declared length, before parsing it.

    The memory upload handler steps aside for larger requests, and Django would then drop the file
    without a word. A body without a length is read as empty (WSGI).
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """413 above the limit; else the answer of the rest of the chain."""
        length = request.META.get("CONTENT_LENGTH") or "0"
        if not length.isdecimal() or int(length) > settings.FILE_UPLOAD_MAX_MEMORY_SIZE:
            return too_large(request)
        return self.get_response(request)


class NotRead(Refused):
    """Nothing was read; the message says why and what to do."""


def received(request: HttpRequest) -> Reading:
    """What the reader was given, read: the one chosen of a list, else files, else a text.

    Raises `NotRead`. A file with a private key is refused before it is opened.
    """
    readings: list[Reading] = []
    refused: list[SourceError] = []
    for read_one in _inputs(request):
        try:
            readings.append(read_one())
        except SourceError as error:
            refused += (error, *error.others)
    found = tuple(found for reading in readings for found in _unlocked(reading.found))
    errors = (*(error for reading in readings for error in reading.errors), *refused)
    if not found:
        raise NotRead(_why_not(readings, errors))
    return Reading(found, errors)


def _inputs(request: HttpRequest) -> Iterator[Callable[[], Reading]]:
    """What was sent, each ready to be read."""
    if chosen := request.POST.get("der"):
        yield partial(read, _keyless(_decoded(chosen)), request.POST.get("nome", ""))
    elif files := request.FILES.getlist("arquivo"):
        for file in files:
            yield partial(read, _keyless(file.read()), file.name or "")
    elif (text := request.POST.get("texto", "")).strip():
        _keyless(text.encode("utf-8", "replace"))
        yield partial(read_text, text, PASTED)


def _decoded(chosen: str) -> bytes:
    try:
        return base64.b64decode(chosen, validate=True)
    except binascii.Error as error:
        raise NotRead(NOTHING_SENT) from error


def _keyless(data: bytes) -> bytes:
    if b"PRIVATE KEY-----" in data or _is_pkcs12(data):
        raise NotRead(HOLDS_KEY)
    return data


def _is_pkcs12(data: bytes) -> bool:
    try:
        return der.recognise(data) == "pkcs12"
    except SourceError:
        return False


def _unlocked(found: tuple[Found, ...]) -> tuple[Found, ...]:
    """Without what came from a PKCS#12 inside a ZIP or an e-mail."""
    return tuple(each for each in found if each.source.kind != "pkcs12")


def _why_not(readings: list[Reading], errors: Sequence[SourceError]) -> str:
    sources = [found.source for reading in readings for found in reading.found]
    if any(source.kind == "pkcs12" for source in (*sources, *(e.source for e in errors))):
        return HOLDS_KEY
    if len(errors) == 1:
        return errors[0].message
    return " ".join(map(str, errors)) or NOTHING_SENT
