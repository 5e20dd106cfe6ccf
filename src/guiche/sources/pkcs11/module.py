"""What one module gives: its child's answers, told as certificates and errors."""

import binascii
import os
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path

from guiche.sources.errors import (
    MissingError,
    ModuleFailedError,
    NoCertificateError,
    NoPermissionError,
    NoReaderServiceError,
    NotAFileError,
    NotFoundError,
    NoTokenError,
    SourceError,
    TokenFailedError,
    TokenRemovedError,
    UnknownTokenError,
    UnreadableError,
    WrongModuleError,
)
from guiche.sources.found import Device, Found, Source, claims_ca, printable
from guiche.sources.missing import Missing
from guiche.sources.pkcs11 import readers
from guiche.sources.pkcs11.library import unfit
from guiche.sources.pkcs11.process import Answer, answers

KIND = "pkcs11"
_BLANK = "Só há token sem inicializar neste computador."


def library_missing() -> Missing:
    """Our own library, which an extra brings."""
    return Missing("a biblioteca python-pkcs11", 'pip install "guiche[tokens]"')


def items(module: Path, seconds: float) -> Iterator[Found | SourceError]:
    """Every certificate of every token, and why others were not read; never nothing."""
    place = Source(printable(str(module)), KIND, 0)
    listener = _Listener(module, place)
    try:
        _check(module)
        for answer in answers(module, seconds):
            yield from listener.take(answer)
        if not listener.met:
            yield _nothing(blank=listener.blank).at(place)
    except SourceError as error:
        yield error.at(listener.place)


def _check(module: Path) -> None:
    try:
        if not module.exists():
            raise NotFoundError
        if not module.is_file():
            raise NotAFileError("uma pasta" if module.is_dir() else "um arquivo especial")
        if not os.access(module, os.R_OK):
            raise NoPermissionError
    except OSError as error:
        raise UnreadableError(error.strerror or str(error)) from None


def _nothing(*, blank: bool) -> NoTokenError:
    if blank:
        return NoTokenError(_BLANK)
    command = readers.start_command()
    return NoReaderServiceError(command) if command else NoTokenError()


class _Listener:
    """Where the answers of one child stand; `met`: it told of a token, or why there is none."""

    def __init__(self, module: Path, place: Source) -> None:
        self.module = module
        self.place = place
        self.device: Device | None = None
        self.met = False
        self.blank = False

    def take(self, answer: Answer) -> Iterator[Found | SourceError]:
        """One answer; raises `ModuleFailedError` where it is none that a child gives."""
        match answer:
            case {"token": {"label": str(), "maker": str(), "model": str(), "serial": str()}}:
                self._meet(answer["token"])
            case {"certificate": str(text)} if self.device:
                yield self._certificate(text, self.device)
            case {"problem": "blank"}:
                self.blank = True
            case {"problem": str(problem)}:
                self.met = True
                yield self._problem(problem, printable(str(answer.get("words", "")))).at(self.place)
            case _:
                raise ModuleFailedError("respondeu o que não se entende")

    def _meet(self, token: dict[str, str]) -> None:
        self.met = True
        self.device = Device(**{name: _tidy(token[name]) for name in Device._fields})
        self.place = Source(self.device.label or self.device.model or "token", KIND, 0)

    def _certificate(self, text: str, device: Device) -> Found | SourceError:
        try:
            der = b64decode(text, validate=True)
        except binascii.Error:
            raise ModuleFailedError("respondeu o que não se entende") from None
        if not der:
            return TokenFailedError("um certificado", "o conteúdo está vazio").at(self.place)
        return Found(self.place, der, is_ca=claims_ca(der), device=device)

    def _problem(self, problem: str, words: str) -> SourceError:
        match problem:
            case "unsupported":
                return MissingError(library_missing())
            case "not_loaded":
                return WrongModuleError(unfit(self.module) or _refusal(words))
            case "removed":
                return TokenRemovedError()
            case "unknown":
                return UnknownTokenError()
            case "none":
                return NoCertificateError(
                    "Não há certificado à vista no token sem o PIN, que aqui nunca é pedido.",
                    "Peça o certificado em arquivo .cer, exportado pelo programa do token.",
                )
            case "many":
                return ModuleFailedError("mostra certificados demais")
        if self.device:
            return TokenFailedError("os certificados", words)
        return ModuleFailedError(f"respondeu com erro ({words})")


def _refusal(words: str) -> str:
    """What the loader says; the name that every module must have tells the most common mistake."""
    if "C_GetFunctionList" in words:
        return "é uma biblioteca, mas de outro programa"
    return f"não carrega ({words.rpartition(': ')[2]})"


def _tidy(text: str) -> str:
    return " ".join(printable(text.replace("\0", " ")).split())
