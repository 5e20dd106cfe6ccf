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
from guiche.sources import Found, HoldsKeyError, Reading, SourceError, read, read_text

NOTHING_SENT = "Escolha o arquivo do certificado, ou cole o texto."
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
    """Nothing was read; the message says why and what to do.

    `heading` is the sentence at the size of a verdict, where the reason has one of its own.
    """

    def __init__(self, message: str, heading: str = "") -> None:
        super().__init__(message)
        self.heading = heading


def received(request: HttpRequest) -> Reading:
    """What the reader was given, read: the one chosen of a list, else files, else a text.

    Raises `NotRead`. A file with a private key is refused before it is opened.
    """
    found: list[Found] = []
    errors: list[SourceError] = []
    for read_one in _inputs(request):
        try:
            reading = read_one()
            found += reading.found
            errors += reading.errors
        except SourceError as error:
            errors += (error, *error.others)
    if not found:
        raise _not_read(errors, several=len(request.FILES.getlist("arquivo")) > 1)
    return Reading(tuple(found), tuple(errors))


def _inputs(request: HttpRequest) -> Iterator[Callable[[], Reading]]:
    """What was sent, each ready to be read."""
    if chosen := request.POST.get("der"):
        yield partial(read, _decoded(chosen), request.POST.get("nome", ""), keys=False)
    elif files := request.FILES.getlist("arquivo"):
        for file in files:
            yield partial(read, file.read(), file.name or "", keys=False)
    elif (text := request.POST.get("texto", "")).strip():
        yield partial(read_text, text, PASTED, keys=False)


def _decoded(chosen: str) -> bytes:
    try:
        return base64.b64decode(chosen, validate=True)
    except binascii.Error as error:
        raise NotRead(NOTHING_SENT) from error


def _not_read(errors: Sequence[SourceError], *, several: bool) -> NotRead:
    holds_key = next((error for error in errors if isinstance(error, HoldsKeyError)), None)
    if holds_key is None:
        return NotRead(_why_not(errors))
    name = f" {holds_key.source.name}" if several else ""
    return NotRead(f"O arquivo{name} não foi guardado.", heading=holds_key.message)


def _why_not(errors: Sequence[SourceError]) -> str:
    return errors[0].message if len(errors) == 1 else " ".join(map(str, errors)) or NOTHING_SENT
