"""Binary ASN.1: which structure it is, told by its first elements alone, and where it ends."""

from guiche.icpbrasil.tlv import (
    INTEGER,
    MAX_SIZE,
    OBJECT_IDENTIFIER,
    OCTET_STRING,
    SEQUENCE,
    TLV,
    Malformed,
    Reader,
)
from guiche.sources.errors import (
    DamagedError,
    NoCertificateError,
    SourceError,
    TooLargeError,
)

MAX_DER = MAX_SIZE
"""Bytes. A certificate has some 2 kB, a .p7b with all authorities of ICP-Brasil under 512 kB."""

MAX_CERTIFICATES = 10_000

CONTENT = 0xA0
SIGNED_DATA = bytes.fromhex("2a864886f70d010702")  # 1.2.840.113549.1.7.2
_PKCS7 = SIGNED_DATA[:-1]
_BIT_STRING, _TIMES = 3, (0x17, 0x18)


def looks_like_der(data: bytes) -> bool:
    """Whether it can be ASN.1 that holds a certificate, so over 127 octets or of open end.

    The tag alone is also the digit 0, the start of many a pasted text; no text goes on like this.
    """
    return len(data) > 2 and data[0] == SEQUENCE and 0x80 <= data[1] <= 0x84


def looks_like_pkcs7(data: bytes) -> bool:
    """Whether it begins as a structure of PKCS#7 does, however large it may be."""
    if not looks_like_der(data):
        return False
    identifier = 2 + (data[1] & 0x7F)
    return data.startswith(_PKCS7, identifier + 2) and data[identifier] == OBJECT_IDENTIFIER


def recognise(data: bytes) -> str:
    """`der`, `pkcs7` (by another identifier than its own) or `pkcs12`.

    Raises `TooLargeError`, `DamagedError` (cut short), or `NoCertificateError` for the structures
    that hold none: keys, requests, lists of revoked certificates.
    """
    if not looks_like_der(data):
        raise NoCertificateError("Não é um certificado.")
    if len(data) > MAX_DER:
        raise TooLargeError("O arquivo", len(data), MAX_DER)
    reader = Reader(data)
    outer = _outer(reader)
    parts = _first_children(reader, outer)
    tags = [tag for tag, _, _ in parts]
    if tags[:2] == [OBJECT_IDENTIFIER, CONTENT]:
        return "pkcs7"
    if tags[:1] == [INTEGER]:
        if tags[1:2] == [SEQUENCE] and _first_oid(reader, parts[1]).startswith(_PKCS7):
            return "pkcs12"
        raise _key()
    if tags[:2] == [SEQUENCE, OCTET_STRING]:
        raise _key()
    if tags[:1] != [SEQUENCE] or tags[1:2] == [_BIT_STRING]:
        raise NoCertificateError("É um arquivo ASN.1, mas não um certificado.")
    _refuse_what_only_resembles(reader, parts[0])
    return "der"


def holds_certificates(data: bytes) -> bool:
    """Whether `recognise` names it, or it is one of these and damaged."""
    try:
        recognise(data)
    except NoCertificateError:
        return False
    except SourceError:
        return True
    return True


def certificates(data: bytes) -> list[bytes]:
    """Each certificate, whole; several may follow each other.

    What stands after them (a line break, filling, the trust settings of OpenSSL) is left out, so
    that the fingerprint is that of the certificate. The first structure that is no certificate
    ends them: filling of half a million empty ones is not walked.
    """
    reader = Reader(data)
    _, position = reader.first(0, len(data))
    found = [data[:position]]
    while looks_like_der(data[position : position + 3]):
        try:
            element, after = reader.first(position, len(data))
        except Malformed:
            break
        if not _holds_certificate(reader, element):
            break
        found.append(data[position:after])
        position = after
    return found


def _outer(reader: Reader) -> TLV:
    data = reader.der
    octets = data[1] & 0x7F
    missing = int.from_bytes(data[2 : 2 + octets], "big") + 2 + octets - len(data)
    if octets and missing > 0:
        raise DamagedError(f"faltam {missing} bytes no fim")
    try:
        return reader.first(0, len(data))[0]
    except Malformed as error:
        raise DamagedError.of(error) from None


def _first_children(reader: Reader, element: TLV) -> list[TLV]:
    """The first children, up to eight; fewer where one is damaged, whose reader will say so."""
    found: list[TLV] = []
    position = element[1]
    try:
        while position < element[2] and len(found) < 8:
            child, position = reader.first(position, element[2])
            found.append(child)
    except Malformed:
        pass
    return found


def _first_oid(reader: Reader, element: TLV) -> bytes:
    for tag, start, stop in _first_children(reader, element)[:1]:
        if tag == OBJECT_IDENTIFIER:
            return reader.der[start:stop]
    return b""


def _holds_certificate(reader: Reader, element: TLV) -> bool:
    children = _first_children(reader, element)
    if not children or children[0][0] != SEQUENCE:
        return False
    signed = _first_children(reader, children[0])
    return bool(signed) and signed[0][0] in (CONTENT, INTEGER)


def _refuse_what_only_resembles(reader: Reader, signed: TLV) -> None:
    """Requests (RFC 2986) and revocation lists (RFC 5280, 5.1) are formed like certificates."""
    tags = [tag for tag, _, _ in _first_children(reader, signed)]
    if any(tag in _TIMES for tag in tags):
        raise NoCertificateError("É uma lista de certificados revogados (LCR).")
    if tags[:3] == [INTEGER, SEQUENCE, SEQUENCE] and len(tags) <= 4:
        raise NoCertificateError("É um pedido de certificado (CSR), ainda não emitido.")
    if tags[:1] == [OBJECT_IDENTIFIER]:
        raise NoCertificateError("É um arquivo ASN.1, mas não um certificado.")


def _key() -> NoCertificateError:
    return NoCertificateError("É uma chave privada. Não a envie a ninguém.")
