"""Signed documents as programs write them, around certificates that need no key.

The signatures in them are fillings: the reader looks at who signed, and verifies nothing. Those
that foreign programs made are in the tests of each format.
"""

import base64
from collections.abc import Sequence
from typing import NamedTuple

from asn1crypto import x509

from certificates import der as asn1

SIGNED, DATA, TIME_STAMP = (
    "1.2.840.113549.1.7.2",
    "1.2.840.113549.1.7.1",
    "1.2.840.113549.1.9.16.1.4",
)
SHA256 = asn1.sequence(asn1.oid("2.16.840.1.101.3.4.2.1"))
FILLING = bytes(range(64))
DS = "http://www.w3.org/2000/09/xmldsig#"
KEY = "35261111222333000181550010000000011000000012"
"""Of an NF-e that nobody issued."""


class By(NamedTuple):
    """One SignerInfo, and those that countersign it."""

    der: bytes
    countersigners: tuple["By", ...] = ()

    def info(self) -> bytes:
        certificate = x509.Certificate.load(self.der)
        serial = asn1.integer(certificate.serial_number)
        return signer_info(
            asn1.sequence(certificate.issuer.dump(), serial),
            *(each.info() for each in self.countersigners),
        )


def signer_info(identifier: bytes, *countersigners: bytes) -> bytes:
    unsigned = b""
    if countersigners:
        values = asn1.tlv(0x31, *countersigners)
        attribute = asn1.sequence(asn1.oid("1.2.840.113549.1.9.6"), values)
        unsigned = asn1.tlv(0xA1, attribute)
    return asn1.sequence(
        asn1.integer(1), identifier, SHA256, SHA256, asn1.octets(FILLING), unsigned
    )


def cms(
    certificates: Sequence[bytes],
    *signers: By | bytes,
    content: bytes | None = None,
    kind: str = DATA,
    ber: int = 0,
) -> bytes:
    """A SignedData. With `ber` all is of open end, and the content in pieces of so many octets."""
    wrap = asn1.indefinite if ber else asn1.tlv
    inner = b""
    if content is not None:
        pieces = [content[at : at + ber] for at in range(0, len(content), ber)] if ber else []
        whole = wrap(0x24, *map(asn1.octets, pieces)) if ber else asn1.octets(content)
        inner = wrap(0xA0, whole)
    infos = [each if isinstance(each, bytes) else each.info() for each in signers]
    signed = wrap(
        0x30,
        asn1.integer(1),
        asn1.set_of(SHA256),
        wrap(0x30, asn1.oid(kind), inner),
        wrap(0xA0, *certificates) if certificates else b"",
        asn1.tlv(0x31, *infos),
    )
    return wrap(0x30, asn1.oid(SIGNED), wrap(0xA0, signed))


# --- XML ----------------------------------------------------------------------------------------


def lines(der: bytes) -> str:
    return base64.encodebytes(der).decode("ascii")


def signature(
    *certificates: bytes, uri: str = "", key_info: str = "", prefix: str = "", inside: str = ""
) -> str:
    """A Signature; `key_info` stands before the certificates, `inside` in its Object."""
    p = f"{prefix}:" if prefix else ""
    declared = f'xmlns:{prefix}="{DS}"' if prefix else f'xmlns="{DS}"'
    x509s = "".join(f"<{p}X509Certificate>{lines(d)}</{p}X509Certificate>" for d in certificates)
    return (
        f'<{p}Signature {declared}><{p}SignedInfo><{p}Reference URI="{uri}">'
        f"<{p}DigestValue>{lines(FILLING[:32])}</{p}DigestValue></{p}Reference></{p}SignedInfo>"
        f"<{p}SignatureValue>{lines(FILLING)}</{p}SignatureValue>"
        f"<{p}KeyInfo><{p}X509Data>{key_info}{x509s}</{p}X509Data></{p}KeyInfo>"
        f"<{p}Object>{inside}</{p}Object></{p}Signature>"
    )


def nfe(der: bytes, key: str = KEY, **how: str) -> str:
    """A note of nobody, signed as SEFAZ wants it."""
    signed = signature(der, uri=f"#NFe{key}", **how)
    return (
        f'<NFe xmlns="http://www.portalfiscal.inf.br/nfe"><infNFe Id="NFe{key}" versao="4.00">'
        f"<emit><xNome>PADARIA EXEMPLO LTDA & CIA AÇÃO</xNome></emit></infNFe>{signed}</NFe>"
    ).replace("& CIA", "&amp; CIA")


# --- PDF ----------------------------------------------------------------------------------------

HEADER = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<</Type/Catalog>>\nendobj\n"
ROOM = 1000
"""Octets left over in each `/Contents`, as programs reserve more than they need."""


def pdf(*values: bytes, contents_first: bool = False, room: int = ROOM) -> bytes:
    """One revision for each value of a signature, one after the other."""
    data = HEADER + b"xref\n0 1\ntrailer<</Root 1 0 R>>\nstartxref\n0\n%%EOF\n"
    for number, value in enumerate(values, 2):
        data += revision(len(data), number, value, contents_first=contents_first, room=room)
    return data


def revision(
    at: int, number: int, value: bytes, *, contents_first: bool = False, room: int = ROOM
) -> bytes:
    """The object of a signature and the end of its revision, which begins at `at`."""
    contents = b"<" + value.hex().encode() + b"00" * room + b">"
    begin = b"%d 0 obj\n<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/adbe.pkcs7.detached" % number
    tail = b"/M(D:20261124120000-03'00')>>\nendobj\nstartxref\n0\n%%EOF\n"
    blank = b"/ByteRange [0 %010d %010d %010d]"
    size = len(blank % (0, 0, 0))
    before, after = (b"", b"") if contents_first else (b"\n", b"")
    gap = at + len(begin) + len(b"/Contents ") + (0 if contents_first else size + len(before))
    rest = len(tail) + (size if contents_first else 0)
    ranges = blank % (gap, gap + len(contents), rest)
    if contents_first:
        return begin + b"/Contents " + contents + ranges + tail
    return begin + ranges + before + b"/Contents " + contents + after + tail
