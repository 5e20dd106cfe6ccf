"""Where a certificate says that its revocation, and its issuer, are to be asked for."""

from collections.abc import Iterator
from contextlib import suppress

from guiche.icpbrasil.oids import dotted
from guiche.icpbrasil.tlv import OBJECT_IDENTIFIER, SEQUENCE, TLV, Reader
from guiche.trust.link import Link

_CRL_POINTS, _INFORMATION_ACCESS = "2.5.29.31", "1.3.6.1.5.5.7.1.1"
_OCSP, _CA_ISSUERS = "1.3.6.1.5.5.7.48.1", "1.3.6.1.5.5.7.48.2"
_POINT_NAME, _FULL_NAME, _URI = 0xA0, 0xA0, 0x86
MOST = 4
"""Addresses of one kind that are asked; ICP-Brasil asks for two (DOC-ICP-04, 7.1.2.2)."""


def crl_points(link: Link) -> list[str]:
    """The addresses of its CRLs (RFC 5280, 4.2.1.13), http and https only, in its order."""
    return _web(_in_points(link.extension(_CRL_POINTS) or b""))


def point_names(link: Link) -> set[str]:
    """All that its CRL points are called by address, whatever the scheme and however many."""
    names: set[str] = set()
    with suppress(ValueError):
        for name in _in_points(link.extension(_CRL_POINTS) or b""):
            names.add(name)
    return names


def responders(link: Link) -> list[str]:
    """The addresses of OCSP responders (4.2.2.1)."""
    return _web(_accesses(link, _OCSP))


def issuers(link: Link) -> list[str]:
    """The addresses of its issuer's certificate (4.2.2.1)."""
    return _web(_accesses(link, _CA_ISSUERS))


def _web(found: Iterator[str]) -> list[str]:
    addresses: list[str] = []
    with suppress(ValueError):  # what stands before the damage is as good as ever
        for url in found:
            if url.startswith(("http://", "https://")):
                addresses.append(url)  # noqa: PERF401  a comprehension would lose what came before
    return addresses[:MOST]


def _in_points(value: bytes) -> Iterator[str]:
    reader = Reader(value)
    for point in _elements(reader, value):
        for name in _inside(reader, reader.inside(point, SEQUENCE), _POINT_NAME):
            for uri in _inside(reader, [name], _FULL_NAME):
                if uri[0] == _URI:
                    yield value[uri[1] : uri[2]].decode("latin-1")


def _accesses(link: Link, method: str) -> Iterator[str]:
    value = link.extension(_INFORMATION_ACCESS) or b""
    reader = Reader(value)
    for description in _elements(reader, value):
        oid, place = reader.inside(description, SEQUENCE)
        is_it = oid[0] == OBJECT_IDENTIFIER and dotted(value[oid[1] : oid[2]]) == method
        if is_it and place[0] == _URI:
            yield value[place[1] : place[2]].decode("latin-1")


def _elements(reader: Reader, value: bytes) -> list[TLV]:
    return reader.inside(reader.first(0, len(value))[0], SEQUENCE) if value else []


def _inside(reader: Reader, elements: list[TLV], tag: int) -> Iterator[TLV]:
    for element in elements:
        if element[0] == tag:
            yield from reader.children(element[1], element[2])
