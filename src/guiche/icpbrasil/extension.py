"""X.509 extensions (RFC 5280, 4.2), each read on its own: damage in one hides no other."""

from functools import lru_cache
from typing import NamedTuple

from guiche.icpbrasil.findings import Finding, finding
from guiche.icpbrasil.oids import dotted, is_dotted
from guiche.icpbrasil.other_name import AlternativeNames, read_alternative_names
from guiche.icpbrasil.tlv import (
    BOOLEAN,
    IA5,
    OBJECT_IDENTIFIER,
    OCTET_STRING,
    SEQUENCE,
    TLV,
    Malformed,
    Reader,
)

_SAN = "2.5.29.17"
_POLICIES = "2.5.29.32"
_BASIC_CONSTRAINTS = "2.5.29.19"
# Of these the value is known to be one DER element: key usages, key identifiers, CRL distribution
# points, authority information access. Private extensions may hold anything.
_ONE_ELEMENT = frozenset(
    {_SAN, "2.5.29.15", "2.5.29.37", "2.5.29.14", "2.5.29.35", "2.5.29.31", "1.3.6.1.5.5.7.1.1"}
)
# However damaged, these are known not to be the SAN.
_OTHERS = _ONE_ELEMENT - {_SAN} | {_POLICIES, _BASIC_CONSTRAINTS}
_CPS_QUALIFIER = bytes.fromhex("2b06010505070201")

# What an authority writes alike into all its certificates: constraints, usages, policies, CRL
# points, its key and addresses. A longer encoding is not worth the memory.
_OF_THE_AUTHORITY = tuple(
    map(
        bytes.fromhex,
        (
            "0603551d13",
            "0603551d0f",
            "0603551d25",
            "0603551d20",
            "0603551d1f",
            "0603551d23",
            "06082b06010505070101",
        ),
    )
)
_MAX_REMEMBERED = 512


class Extension(NamedTuple):
    """An extension as it stands; `value` is the content of its OCTET STRING."""

    oid: str
    critical: bool
    value: bytes


class ExtensionReading(NamedTuple):
    """What an extension gives: names, policies, whether it makes an authority, and findings."""

    extension: Extension
    names: AlternativeNames | None = None
    policies: tuple[str, ...] = ()
    is_ca: bool = False
    findings: tuple[Finding, ...] = ()


def read_extension(encoded: bytes) -> ExtensionReading:
    """Reads the content octets of one Extension. Never raises: damage is a finding.

    Where the damaged one is the Subject Alternative Name, or may be, its names are damaged names.
    """
    if encoded.startswith(_OF_THE_AUTHORITY) and len(encoded) <= _MAX_REMEMBERED:
        return _remembered(encoded)
    return _read(encoded)


def _read(encoded: bytes) -> ExtensionReading:
    reader = Reader(encoded)
    value = _Value(reader)
    oid, critical, start, stop = "", False, 0, 0
    try:
        parts = reader.children(0, len(encoded))
        if parts and parts[0][0] == OBJECT_IDENTIFIER:
            oid = dotted(encoded[parts[0][1] : parts[0][2]])
        # Without an OID that can be read it may be the SAN as well as any other.
        if not is_dotted(oid) or len(parts) not in (2, 3) or parts[-1][0] != OCTET_STRING:
            raise Malformed("extensão sem a forma de uma", 0)
        _, start, stop = parts[-1]
        if len(parts) == 3:
            if parts[1][0] != BOOLEAN:
                raise Malformed("extensão sem a forma de uma", 0)
            critical = encoded[parts[1][1] : parts[1][2]] != b"\x00"
            value.note_if(not critical, "explicit_default")
        value.read(oid, start, stop)
    except ValueError:
        value.findings.append(finding("malformed_extension", oid=oid or "sem OID"))
        if oid not in _OTHERS and value.names is None:
            value.names = AlternativeNames((), (), (), damaged=True)
    if critical and oid == _SAN:
        value.findings.append(finding("san_critical"))
    if reader.quirks:
        value.findings += map(finding, sorted(reader.quirks))
    return ExtensionReading(
        Extension(oid, critical, encoded[start:stop]),
        value.names,
        tuple(value.policies),
        value.is_ca,
        tuple(value.findings),
    )


_remembered = lru_cache(maxsize=1024)(_read)


class _Value:
    """The value of an extension whose shape is known."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self.names: AlternativeNames | None = None
        self.policies: list[str] = []
        self.is_ca = False
        self.findings: list[Finding] = []

    def read(self, oid: str, start: int, stop: int) -> None:
        """Reads the value into the attributes. Raises `ValueError` where it is damaged."""
        if oid == _SAN:
            self.names = read_alternative_names(self.reader, start, stop)
            if self.names.damaged:
                raise Malformed("nomes danificados", start)
        if oid == _POLICIES:
            self._policies(self._element(oid, start, stop))
        elif oid == _BASIC_CONSTRAINTS:
            self.is_ca = self._is_ca(self._element(oid, start, stop))
        elif oid in _ONE_ELEMENT:
            self._element(oid, start, stop)

    def _element(self, oid: str, start: int, stop: int) -> TLV:
        element, after = self.reader.first(start, stop)
        if after < stop:
            self.findings.append(finding("trailing_data", where=f"extensão {oid}"))
        return element

    def _policies(self, element: TLV) -> None:
        for information in self.reader.inside(element, SEQUENCE):
            oid, *qualifiers = self.reader.inside(information, SEQUENCE)
            self.policies.append(dotted(self.reader.der[oid[1] : oid[2]]))
            for group in qualifiers:
                for qualifier in self.reader.inside(group, SEQUENCE):
                    self._qualifier(qualifier)

    def _qualifier(self, qualifier: TLV) -> None:
        oid, value = self.reader.inside(qualifier, SEQUENCE)
        is_cps = self.reader.der[oid[1] : oid[2]] == _CPS_QUALIFIER
        self.note_if(is_cps != (value[0] == IA5), "cps_uri_mismatch")

    def _is_ca(self, element: TLV) -> bool:
        parts = self.reader.inside(element, SEQUENCE)
        if not parts or parts[0][0] != BOOLEAN:
            return False
        is_ca = self.reader.der[parts[0][1] : parts[0][2]] != b"\x00"
        self.note_if(not is_ca, "explicit_default")
        return is_ca

    def note_if(self, condition: bool, code: str) -> None:  # noqa: FBT001
        """Adds the finding where the condition holds."""
        if condition:
            self.findings.append(finding(code))
