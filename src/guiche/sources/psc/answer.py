"""What a provider answers, read with tolerance: certificates out of JSON.

`{"status": "S", "certificates": [{"alias": "…", "certificate": "<PEM, or the base64 of DER>"}]}`
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from guiche.sources import der, pem
from guiche.sources.errors import (
    CloudAnswerError,
    CloudRefusedError,
    DamagedError,
    NoCertificateError,
    SourceError,
)
from guiche.sources.found import Found, Reading, Source, claims_ca

MAX_SLOTS = 200
"""A person has a handful."""


def object_of(body: bytes, name: str) -> Mapping[str, Any]:
    """The JSON object of an answer of the provider `name`; else raises `CloudAnswerError`."""
    try:
        read = json.loads(body)
    except (ValueError, RecursionError):
        raise CloudAnswerError(name, "a resposta não é JSON") from None
    if not isinstance(read, dict):
        raise CloudAnswerError(name, "a resposta não é um objeto")
    return read


def certificates_of(answered: Mapping[str, Any], name: str) -> Reading:
    """The certificates of an answer to `certificate-discovery`; one that fails loses no other.

    Slots without an alias or a certificate are empty, and no news. Raises `CloudRefusedError`
    (status N), `CloudAnswerError`, `NoCertificateError` where there is none, or the error of the
    first that cannot be read where none can.
    """
    if str(answered.get("status", "S")).strip().upper() == "N":
        raise CloudRefusedError(name, "sem dizer por quê")
    slots = answered.get("certificates")
    if not isinstance(slots, list):
        raise CloudAnswerError(name, "faltou a lista de certificados")
    found: list[Found] = []
    errors: list[SourceError] = []
    for slot in slots[:MAX_SLOTS]:
        for item in _items(slot):
            source = Source(name, "psc", len(found) + len(errors))
            if isinstance(item, SourceError):
                errors.append(item.at(source))
            else:
                found.append(Found(source, item, is_ca=claims_ca(item)))
    if not found:
        raise errors[0] if errors else _none(name)
    return Reading(tuple(found), tuple(errors))


def _items(slot: object) -> Iterator[bytes | SourceError]:
    """The certificates of one slot, usually one, or why there is none; nothing of an empty one."""
    if not isinstance(slot, dict):
        yield DamagedError("o item não é um certificado")
        return
    text = slot.get("certificate")
    if not text or not str(slot.get("alias", "-") or "").strip():
        return
    try:
        if not isinstance(text, str):
            raise DamagedError("o item não é um certificado")
        yield from _certificates(text)
    except SourceError as error:
        yield error
    except ValueError as error:
        yield DamagedError.of(error)


def _certificates(text: str) -> Iterator[bytes]:
    blocks = [block.decode() for block in pem.blocks(text) if block.may_hold_certificates]
    for content in blocks or [pem.bare(text) or b""]:
        if der.recognise(content) != "der":
            raise NoCertificateError("Não é um certificado.")
        yield from der.certificates(content)


def _none(name: str) -> NoCertificateError:
    advice = "Confira se é a conta certa, ou se o certificado está em outro provedor."
    return NoCertificateError(f"O {name} não mostrou nenhum certificado nesta conta.", advice)
