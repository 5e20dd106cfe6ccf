"""PKCS#7 and CMS (`.p7b`, `.p7c`, `.p7s`): the certificates of a SignedData (RFC 5652, 5.1)."""

from guiche.icpbrasil.tlv import SEQUENCE, Reader
from guiche.sources.der import CONTENT, SIGNED_DATA, elements
from guiche.sources.errors import DamagedError, NoCertificateError


def certificates(data: bytes) -> list[bytes]:
    """The certificates in the order they stand, DER or BER.

    Raises `NoCertificateError`, `DamagedError`.
    """
    try:
        found = _certificates(Reader(data))
    except ValueError as error:
        raise DamagedError.of(error) from None
    if not found:
        raise NoCertificateError("É um arquivo PKCS#7 sem certificado dentro.")
    return found


def _certificates(reader: Reader) -> list[bytes]:
    outer, _ = reader.first(0, len(reader.der))
    (_, start, stop), content = reader.inside(outer, SEQUENCE)
    if reader.der[start:stop] != SIGNED_DATA:
        raise NoCertificateError("É um arquivo PKCS#7 que não guarda certificados à vista.")
    (signed,) = reader.inside(content, CONTENT)
    return [
        element
        # [0] is the only field of SignedData with this tag; a SEQUENCE inside it is a certificate,
        # any other choice an attribute certificate (RFC 5652, 10.2.2).
        for tag, start, stop in reader.inside(signed, SEQUENCE)
        if tag == CONTENT
        for element in elements(reader, start, stop)
        if element[0] == SEQUENCE
    ]
