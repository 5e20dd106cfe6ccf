"""What comes from outside: bounded, refused when it holds a key, read in memory, never kept."""

import base64
import binascii
from collections.abc import Callable, Iterator

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from guiche.desk.pages.errors import too_large
from guiche.desk.refusal import Refused
from guiche.sources import Found, Reading, SourceError, der, read, read_text


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


NOTHING_SENT = "Escolha o arquivo do certificado, ou cole o texto."
HOLDS_KEY = "Este arquivo tem a chave privada. Peça o .cer."
PASTED = "texto colado"


def received(request: HttpRequest) -> Reading:
    """What the reader was given, read: the one chosen of a list, else files, else a text.

    Raises `NotRead`. A file with a private key is refused before it is opened.
    """
    try:
        reading = _joined(list(_readings(request)))
    except SourceError as error:
        raise NotRead(error.message) from error
    if not reading.found:
        raise NotRead(" ".join(map(str, reading.errors)) or NOTHING_SENT)
    return reading


def _readings(request: HttpRequest) -> Iterator[Reading]:
    if chosen := request.POST.get("der"):
        yield read(_decoded(chosen), request.POST.get("nome", ""))
    elif files := request.FILES.getlist("arquivo"):
        for file in files:
            yield _read_file(file.read(), file.name or "", alone=len(files) == 1)
    elif (text := request.POST.get("texto", "")).strip():
        yield _without_keys(read_text(_keyless(text), PASTED))


def _decoded(chosen: str) -> bytes:
    try:
        return base64.b64decode(chosen, validate=True)
    except binascii.Error as error:
        raise NotRead(NOTHING_SENT) from error


def _read_file(data: bytes, name: str, *, alone: bool) -> Reading:
    """Of several files each one's error stands beside what the others gave."""
    if _is_pkcs12(data) or b"PRIVATE KEY-----" in data:
        raise NotRead(HOLDS_KEY)
    try:
        return _without_keys(read(data, name))
    except SourceError as error:
        if alone:
            raise
        return Reading((), (error,))


def _is_pkcs12(data: bytes) -> bool:
    try:
        return der.recognise(data) == "pkcs12"
    except SourceError:
        return False


def _keyless(text: str) -> str:
    if "PRIVATE KEY-----" in text:
        raise NotRead(HOLDS_KEY)
    return text


def _without_keys(reading: Reading) -> Reading:
    """The reading without what came from a PKCS#12 inside a ZIP or an e-mail."""
    sources = [found.source for found in reading.found] + [e.source for e in reading.errors]
    kept = reading._replace(found=tuple(f for f in reading.found if f.source.kind != "pkcs12"))
    if any(s.kind == "pkcs12" for s in sources) and not kept.found:
        raise NotRead(HOLDS_KEY)
    return kept


def _joined(readings: list[Reading]) -> Reading:
    found: tuple[Found, ...] = ()
    errors: tuple[SourceError, ...] = ()
    for reading in readings:
        found, errors = found + reading.found, errors + reading.errors
    return Reading(found, errors)
