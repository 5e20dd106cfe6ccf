"""PKCS#7 and CMS: the parts of a SignedData (RFC 5652, 5.1), wherever its content ends."""

from collections.abc import Iterator
from typing import NamedTuple

from guiche.icpbrasil.tlv import INTEGER, OBJECT_IDENTIFIER, OCTET_STRING, SEQUENCE, SET, Malformed
from guiche.sources.ber import Element, Walker
from guiche.sources.der import CONTENT, MAX_CERTIFICATES, MAX_DER, SIGNED_DATA
from guiche.sources.errors import DamagedError, NoCertificateError, TooLargeError

TIME_STAMP = bytes.fromhex("2a864886f70d0109100104")  # 1.2.840.113549.1.9.16.1.4, RFC 3161
MAX_SIGNERS = 10_000
MAX_COUNTERSIGNATURES = 8
"""Levels: a countersignature may itself be countersigned."""
MAX_NAME = 1 << 16

_COUNTERSIGNATURE = bytes.fromhex("2a864886f70d010906")  # RFC 5652, 11.4
_UNSIGNED, _KEY_IDENTIFIER = 0xA1, 0x80
_MAX_OID, _MAX_SERIAL = 64, 1024


class Signer(NamedTuple):
    """Who signed, as the signature names it: by issuer (a whole Name) and serial number, or by the
    identifier of its key. `signed` is the position of the signature that it countersigns."""

    issuer: bytes = b""
    serial: int | None = None
    key: bytes = b""
    signed: int | None = None


class SignedData(NamedTuple):
    """`content` is the string that is signed, None where it stands elsewhere."""

    certificates: list[bytes]
    signers: list[Signer]
    content_type: bytes
    content: Element | None


def read(walker: Walker) -> SignedData:
    """The SignedData that the file begins with, DER or BER.

    Raises `NoCertificateError` where it is another structure of PKCS#7, `DamagedError`,
    `TooLargeError`.
    """
    try:
        return _read(walker)
    except ValueError as error:
        raise DamagedError.of(error) from None


def _read(walker: Walker) -> SignedData:
    outer = walker.inside(walker.outer(), SEQUENCE)
    if walker.content(_next(outer), _MAX_OID) != SIGNED_DATA:
        raise NoCertificateError("É um arquivo PKCS#7 que não guarda certificados à vista.")
    signed = walker.inside(_next(walker.inside(_next(outer), CONTENT)), SEQUENCE)
    certificates: list[bytes] = []
    signers: list[Signer] = []
    content_type, content = b"", None
    for position, element in enumerate(signed):
        if position == 2:
            content_type, content = _content(walker, element)
        elif element.tag == CONTENT:
            certificates += _certificates(walker, element)
        elif position > 2 and element.tag == SET:
            for each in walker.inside(element, SET):
                _add_signer(walker, each, None, signers)
    return SignedData(certificates, signers, content_type, content)


def _next(elements: Iterator[Element]) -> Element:
    element = next(elements, None)
    if element is None:
        raise Malformed("faltam elementos", 0)
    return element


def _content(walker: Walker, element: Element) -> tuple[bytes, Element | None]:
    """The type of what is signed, and the string where it is there; PKCS#7 1.5 allowed others."""
    elements = walker.inside(element, SEQUENCE)
    kind = walker.content(_next(elements), _MAX_OID)
    explicit = next(elements, None)
    inner = next(walker.inside(explicit, CONTENT), None) if explicit else None
    is_string = inner is not None and inner.tag & 0x1F == OCTET_STRING
    return kind, inner if is_string else None


def _certificates(walker: Walker, element: Element) -> Iterator[bytes]:
    """A SEQUENCE is a certificate, any other choice an attribute certificate (RFC 5652, 10.2.2)."""
    room = MAX_DER
    for count, each in enumerate(walker.inside(element, CONTENT)):
        if count == MAX_CERTIFICATES:
            raise Malformed(f"mais de {MAX_CERTIFICATES} certificados", each.begin)
        if each.tag != SEQUENCE:
            continue
        if each.stop is not None and each.stop - each.begin > room:
            raise TooLargeError("A lista de certificados", None, MAX_DER)
        certificate = walker.raw(each, room)
        room -= len(certificate)
        yield certificate


def _add_signer(
    walker: Walker, element: Element, signed: int | None, signers: list[Signer], depth: int = 0
) -> None:
    """Adds one SignerInfo (RFC 5652, 5.3), and after it those that countersign it."""
    if len(signers) == MAX_SIGNERS:
        raise Malformed(f"mais de {MAX_SIGNERS} assinaturas", element.begin)
    if depth > MAX_COUNTERSIGNATURES:
        raise Malformed("contra-assinaturas demais, uma dentro da outra", element.begin)
    parts = walker.inside(element, SEQUENCE)
    _next(parts)  # version
    signers.append(_identified(walker, _next(parts), signed))
    own = len(signers) - 1
    for part in parts:
        if part.tag != _UNSIGNED:
            continue
        for attribute in walker.inside(part, _UNSIGNED):
            kind, *values = walker.inside(attribute, SEQUENCE)
            if kind.tag != OBJECT_IDENTIFIER or walker.content(kind, _MAX_OID) != _COUNTERSIGNATURE:
                continue
            for value in values:
                for each in walker.inside(value, SET):
                    _add_signer(walker, each, own, signers, depth + 1)


def _identified(walker: Walker, element: Element, signed: int | None) -> Signer:
    if element.tag == _KEY_IDENTIFIER:
        return Signer(key=walker.content(element, MAX_NAME), signed=signed)
    parts = walker.inside(element, SEQUENCE)
    issuer, serial = walker.raw(_next(parts), MAX_NAME), _next(parts)
    if serial.tag != INTEGER:
        raise Malformed("quem assinou não está identificado", element.begin)
    number = int.from_bytes(walker.content(serial, _MAX_SERIAL), "big", signed=True)
    return Signer(issuer, number, signed=signed)
