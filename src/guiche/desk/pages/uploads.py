"""What comes from outside: bounded, read in memory, never kept; pictures are parted from it.

A portfolio alone goes another way (incoming.py): to a private folder, until it was read.

A file with a private key is refused before it is opened, except where the site accepts one
(`ACCEPT_PFX`): then its password is used here, and nowhere else.
"""

import base64
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any, NamedTuple

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse

from guiche.desk.health.counters import counted
from guiche.desk.intake.image import kind_of
from guiche.desk.pages import remote
from guiche.desk.pages.errors import too_large
from guiche.desk.refusal import Refused
from guiche.sources import (
    Found,
    HoldsKeyError,
    PasswordRequiredError,
    Reading,
    SourceError,
    WrongPasswordError,
    read,
    read_text,
)

ENCODING = "utf-8"
"""Of every form, whatever its sender says: Python also knows `zlib` and `idna` as encodings."""
_DIGITS = 16
NOTHING_SENT = "Escolha o arquivo do certificado, ou cole o texto."
PASTED = "texto colado"
_FORGOTTEN = "A senha e o arquivo não são guardados."

Input = Callable[[], Reading]


def read_all(inputs: Iterable[Input]) -> tuple[list[Found], list[SourceError]]:
    """What was found in all of them, and what could not be read; both may be empty."""
    found: list[Found] = []
    errors: list[SourceError] = []
    for read_one in inputs:
        try:
            reading = counted(read_one)
            found += reading.found
            errors += reading.errors
        except SourceError as error:
            errors += (error, *error.others)
    return found, errors


def reader() -> dict[str, Any]:
    """What the form of the reader shows."""
    return {
        "upload_limit": settings.FILE_UPLOAD_MAX_MEMORY_SIZE,
        "accepts_pfx": settings.ACCEPT_PFX,
        "ways": remote.WAYS,
        "run": remote.RUN,
        "line": remote.LINE,
    }


def is_too_large(request: HttpRequest) -> bool:
    """Whether a body is longer than may be read, by what is told of it."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    told = length.isascii() and length.isdecimal() and len(length) < _DIGITS
    return not told or int(length) > _most(request)


def _most(request: HttpRequest) -> int:
    """Only a portfolio goes to a disk, and only that of somebody who is logged in: to whom that
    page is nobody's, its body is not read either."""
    most: int = settings.FILE_UPLOAD_MAX_MEMORY_SIZE
    return settings.PORTFOLIO_UPLOAD if request.path == reverse("enviar_carteira") else most


class BodyLimit:
    """Middleware: refuses a larger body by its declared length, before parsing it.

    The memory upload handler steps aside for larger requests, and Django would then drop the file
    without a word. A body without a length is read as empty (WSGI).
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """413 above the limit; else the answer of the rest of the chain."""
        if is_too_large(request):
            return too_large(request)
        request.encoding = ENCODING
        return self.get_response(request)


class NotRead(Refused):
    """Nothing was read; the message says why and what to do.

    `heading` is the sentence at the size of a verdict, where the reason has one of its own;
    `asks_password`: the file is one that the same form opens with its password.
    """

    def __init__(self, message: str, heading: str = "", *, asks_password: bool = False) -> None:
        super().__init__(message)
        self.heading = heading
        self.asks_password = asks_password


class Upload(NamedTuple):
    """What the reader was given: pictures, which are never read, and the rest, ready to be."""

    pictures: tuple[bytes, ...]
    inputs: tuple[Input, ...]
    several: bool = False
    empty_windows: bool = False
    """The text is what the line for the customer's computer copies where no certificate is."""

    @classmethod
    def of(cls, request: HttpRequest) -> "Upload":
        """The one chosen of a list, else files, else a text."""
        if chosen := request.POST.get("der"):
            return cls((), (partial(_chosen, chosen, request.POST.get("nome", "")),))
        files = [(file.read(), file.name or "") for file in request.FILES.getlist("arquivo")]
        pictures = tuple(content for content, _ in files if kind_of(content))
        read_file = partial(read, passwords=_passwords(request), keys=settings.ACCEPT_PFX)
        inputs = [partial(read_file, *file) for file in files if not kind_of(file[0])]
        text = "" if files else request.POST.get("texto", "")
        if text.strip():
            inputs.append(partial(read_text, text, PASTED, keys=False))
        return cls(pictures, tuple(inputs), len(files) > 1, remote.is_empty(text))

    @property
    def only_pictures(self) -> bool:
        """Whether there is nothing in it that could be read."""
        return bool(self.pictures) and not self.inputs

    def read(self) -> Reading:
        """All that was found in all of it. Raises `NotRead` where that is nothing."""
        found, errors = read_all(self.inputs)
        if not found:
            raise self._not_read(errors)
        return Reading(tuple(found), tuple(errors))

    def _not_read(self, errors: Sequence[SourceError]) -> NotRead:
        if self.empty_windows:
            return NotRead(remote.NOTHING_THERE, "Nenhum certificado no Windows do cliente.")
        for error in errors:
            name = f" {error.source.name}" if self.several else ""
            if isinstance(error, HoldsKeyError):
                return NotRead(f"O arquivo{name} não foi guardado.", error.message)
            if isinstance(error, PasswordRequiredError):
                words = (
                    f"Digite a senha do arquivo{name} e leia de novo, ou peça o .cer. {_FORGOTTEN}"
                )
                return NotRead(words, "Falta a senha do arquivo.", asks_password=True)
            if isinstance(error, WrongPasswordError):
                words = f"Confira a senha do arquivo{name}: maiúsculas e acentos. {_FORGOTTEN}"
                return NotRead(words, "A senha não confere.", asks_password=True)
        return NotRead(_why_not(errors))


def _passwords(request: HttpRequest) -> tuple[str, ...]:
    typed = request.POST.get("senha", "") if settings.ACCEPT_PFX else ""
    return (typed,) if typed else ()


def _chosen(der: str, name: str) -> Reading:
    try:
        return read(base64.b64decode(der, validate=True), name, keys=False)
    except ValueError as error:  # of base64, or of a text that is not ASCII
        raise NotRead(NOTHING_SENT) from error


def _why_not(errors: Sequence[SourceError]) -> str:
    return errors[0].message if len(errors) == 1 else " ".join(map(str, errors)) or NOTHING_SENT
