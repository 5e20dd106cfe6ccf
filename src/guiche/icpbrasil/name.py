"""Distinguished names (X.501; RFC 5280, 4.1.2.4)."""

from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from guiche.icpbrasil.findings import Finding, finding
from guiche.icpbrasil.oids import dotted
from guiche.icpbrasil.text import decode
from guiche.icpbrasil.tlv import (
    IA5,
    OBJECT_IDENTIFIER,
    PRINTABLE,
    SEQUENCE,
    SET,
    UTF8,
    Malformed,
    Reader,
)

COMMON_NAME, SERIAL_NUMBER, ORGANIZATION, UNIT = "2.5.4.3", "2.5.4.5", "2.5.4.10", "2.5.4.11"
EMAIL = "1.2.840.113549.1.9.1"
MAX_COMMON_NAME = 64

_X520 = bytes.fromhex("06035504")  # the start of an encoded 2.5.4.x
# Country, organisation and unit are the authority's words, the same in all its certificates.
_SHARED = frozenset({6, 10, 11})
_ASCII_TYPES = frozenset({UTF8, PRINTABLE, IA5})
_MAX_REMEMBERED = 2048  # octets of an issuer's name

_SHORT_NAMES = {
    COMMON_NAME: "CN",
    SERIAL_NUMBER: "serialNumber",
    "2.5.4.6": "C",
    "2.5.4.7": "L",
    "2.5.4.8": "ST",
    ORGANIZATION: "O",
    UNIT: "OU",
    EMAIL: "emailAddress",
}


NameKey = tuple[tuple[str, str], ...]


class Attribute(NamedTuple):
    """One type and value of a name; `tag` is the ASN.1 string type that it was written in."""

    oid: str
    text: str
    tag: int


class Name(NamedTuple):
    """A distinguished name, its attributes in the order of the certificate."""

    attributes: tuple[Attribute, ...] = ()

    def every(self, oid: str) -> list[str]:
        """All values of one attribute type."""
        return [attribute.text for attribute in self.attributes if attribute.oid == oid]

    def first(self, oid: str) -> str | None:
        """The first value of one attribute type."""
        for attribute in self.attributes:
            if attribute.oid == oid:
                return attribute.text
        return None

    @property
    def label(self) -> str | None:
        """The words that a person knows this name by: CN, else the last OU, else O."""
        units = self.every(UNIT)
        return self.first(COMMON_NAME) or (units[-1] if units else self.first(ORGANIZATION))

    @property
    def key(self) -> NameKey:
        """What names are compared by: string types, case and blanks apart (RFC 5280, 7.1)."""
        return tuple((a.oid, " ".join(a.text.split()).casefold()) for a in self.attributes)

    def __str__(self) -> str:
        return ", ".join(f"{_SHORT_NAMES.get(a.oid, a.oid)}={a.text}" for a in self.attributes)


def read_name(reader: Reader, start: int, stop: int, which: str) -> tuple[Name, list[Finding]]:
    """The name whose RDNs fill `der[start:stop]`; a damaged one is a finding."""
    attributes: list[Attribute] = []
    unsorted = misfit = False
    der = reader.der
    try:
        for rdn in reader.children(start, stop):
            # Names are half of a certificate's elements, and nearly all of theirs have this shape.
            tag, first, last = rdn
            if tag == SET and 9 < last - first < 0x80 and der[first + 2 : first + 6] == _X520:
                usual = _remembered if der[first + 6] in _SHARED else _attribute
                if plain := usual(der[first:last]):
                    attributes.append(plain)
                    continue
            pairs = reader.inside(rdn, SET)
            if len(pairs) > 1:
                ends = [rdn[1], *(stop for _, _, stop in pairs)]
                encodings = [der[begin:end] for begin, end in pairwise(ends)]
                unsorted |= encodings != sorted(encodings)
            for pair in pairs:
                oid, value = reader.inside(pair, SEQUENCE)
                if oid[0] != OBJECT_IDENTIFIER:
                    raise Malformed("atributo sem identificador", oid[1])
                text, fits = decode(value[0], reader.content(value))
                misfit |= not fits
                attributes.append(Attribute(dotted(der[oid[1] : oid[2]]), text, value[0]))
    except ValueError:
        return Name(tuple(attributes)), [finding("malformed_name", name=which)]
    findings = [finding("unsorted_set")] if unsorted else []
    if misfit:
        findings.append(finding("string_charset", name=f"Nome {which}"))
    return Name(tuple(attributes)), findings


def _attribute(pair: bytes) -> Attribute | None:
    """The one ASCII attribute of an RDN in its usual shape: 2.5.4.x and lengths of one octet."""
    if (
        pair[0] == SEQUENCE
        and pair[1] == len(pair) - 2
        and pair[8] == len(pair) - 9
        and pair[7] in _ASCII_TYPES
        and (value := pair[9:]).isascii()
    ):
        return Attribute(dotted(pair[4:7]), value.decode(), pair[7])
    return None


_remembered = lru_cache(maxsize=1024)(_attribute)


def read_issuer(rdns: bytes) -> tuple[Name, tuple[Finding, ...]]:
    """`read_name` of the issuer; authorities are few, so their names are remembered."""
    return (_remembered_issuer if len(rdns) <= _MAX_REMEMBERED else _read_issuer)(rdns)


def _read_issuer(rdns: bytes) -> tuple[Name, tuple[Finding, ...]]:
    reader = Reader(rdns)
    name, findings = read_name(reader, 0, len(rdns), "do emissor")
    return name, (*findings, *map(finding, sorted(reader.quirks)))


_remembered_issuer = lru_cache(maxsize=256)(_read_issuer)
