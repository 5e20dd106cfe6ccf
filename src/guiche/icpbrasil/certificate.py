"""What an X.509 certificate says (RFC 5280, 4.1), decoded and without opinion."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from guiche.icpbrasil.findings import Finding, finding
from guiche.icpbrasil.name import Name, read_issuer, read_name
from guiche.icpbrasil.oids import dotted
from guiche.icpbrasil.other_name import AlternativeNames, read_alternative_names
from guiche.icpbrasil.tlv import (
    BOOLEAN,
    GENERALIZED_TIME,
    IA5,
    INTEGER,
    OBJECT_IDENTIFIER,
    OCTET_STRING,
    SEQUENCE,
    TLV,
    UTC_TIME,
    Malformed,
    Reader,
)

_VERSION, _EXTENSIONS = 0xA0, 0xA3

_SAN = bytes.fromhex("551d11")
_POLICIES = bytes.fromhex("551d20")
_BASIC_CONSTRAINTS = bytes.fromhex("551d13")
_KEY_USAGE = bytes.fromhex("551d0f")
_EXTENDED_KEY_USAGE = bytes.fromhex("551d25")
# Extensions whose value is known to be one DER element: subject and authority key identifiers,
# CRL distribution points, authority information access. Private ones may hold anything.
_WELL_FORMED = frozenset(
    map(bytes.fromhex, ("551d0e", "551d23", "551d1f", "2b06010505070101"))
) | {_SAN, _POLICIES, _BASIC_CONSTRAINTS, _KEY_USAGE, _EXTENDED_KEY_USAGE}  # fmt: skip
_CPS_QUALIFIER = bytes.fromhex("2b06010505070201")


class Extension(NamedTuple):
    """An extension as it stands; `value` is the content of its OCTET STRING."""

    oid: str
    critical: bool
    value: bytes


class Key(NamedTuple):
    """The public key's algorithm OID, its size in bits (RSA), and its curve OID (EC)."""

    algorithm: str
    bits: int | None
    curve: str | None


class Certificate(NamedTuple):
    """The fields of the signed part. Dates are aware, in UTC; None where they are unreadable."""

    der: bytes
    version: int
    serial: int
    signature_algorithm: str
    issuer: Name
    not_before: datetime | None
    not_after: datetime | None
    subject: Name
    key_info: bytes
    extensions: tuple[Extension, ...]
    alternative_names: AlternativeNames | None
    policies: tuple[str, ...]
    is_ca: bool
    findings: tuple[Finding, ...]

    @property
    def key(self) -> Key | None:
        """Facts of the public key; None where it cannot be walked."""
        reader = Reader(self.key_info)
        try:
            algorithm, bits = reader.children(0, len(self.key_info))
            oid, *parameters = reader.inside(algorithm, SEQUENCE)
            name = dotted(reader.der[oid[1] : oid[2]])
            curve = next(
                (dotted(reader.der[p[1] : p[2]]) for p in parameters if p[0] == OBJECT_IDENTIFIER),
                None,
            )
            size = None
            if name == "1.2.840.113549.1.1.1":
                ((_, start, stop),) = reader.children(bits[1] + 1, bits[2])
                modulus = reader.children(start, stop)[0]
                size = int.from_bytes(reader.der[modulus[1] : modulus[2]], "big").bit_length()
        except ValueError:
            return None
        return Key(name, size, curve)

    @classmethod
    def read(cls, der: bytes) -> "Certificate":
        """Reads one certificate. Raises `Malformed` where the signed part cannot be walked.

        1. the outer SEQUENCE and the signed part (TBSCertificate);
        2. its positions, found by tag: version, serial, algorithm, names, dates, key;
        3. the extensions, each on its own: damage in one hides no other.
        """
        return _Reading(der).certificate()


class _Reading:
    """One pass over one certificate, gathering findings on the way."""

    def __init__(self, der: bytes) -> None:
        self.reader = Reader(der)
        self.der = der
        self.findings: list[Finding] = []
        self.alternative_names: AlternativeNames | None = None
        self.policies: tuple[str, ...] = ()
        self.is_ca = False

    def certificate(self) -> Certificate:
        der, reader = self.der, self.reader
        outer, after = reader.first(0, len(der))
        if after < len(der):
            self.findings.append(finding("trailing_data", where="certificado"))
        signed, *_ = reader.inside(outer, SEQUENCE)
        version, (serial, algorithm, issuer, validity, subject, key), rest = self._positions(
            reader.inside(signed, SEQUENCE)
        )
        issuer_name, issuer_findings = read_issuer(der[issuer[1] : issuer[2]])
        self.findings += issuer_findings
        subject_name, subject_findings = read_name(reader, subject[1], subject[2], "do titular")
        self.findings += subject_findings
        not_before, not_after = self._dates(validity)
        number = int.from_bytes(der[serial[1] : serial[2]], "big", signed=True)
        if number <= 0:
            self.findings.append(finding("serial_not_positive"))
        oid = reader.inside(algorithm, SEQUENCE)[0]
        extensions = self._extensions(rest)
        self.findings += [finding(code) for code in sorted(reader.quirks)]
        return Certificate(
            der=der,
            version=version,
            serial=number,
            signature_algorithm=dotted(der[oid[1] : oid[2]]),
            issuer=issuer_name,
            not_before=not_before,
            not_after=not_after,
            subject=subject_name,
            key_info=der[key[1] : key[2]],
            extensions=extensions,
            alternative_names=self.alternative_names,
            policies=self.policies,
            is_ca=self.is_ca,
            findings=tuple(dict.fromkeys(self.findings)),
        )

    def _positions(self, elements: list[TLV]) -> tuple[int, list[TLV], list[TLV]]:
        version = 1
        if elements and elements[0][0] == _VERSION:
            (_, start, stop) = self.reader.children(elements[0][1], elements[0][2])[0]
            version = int.from_bytes(self.der[start:stop], "big") + 1
            elements = elements[1:]
        if [tag for tag, _, _ in elements[:6]] != [INTEGER, *[SEQUENCE] * 5]:
            raise Malformed("a parte assinada não tem a forma de um certificado", 0)
        return version, elements[:6], elements[6:]

    def _dates(self, validity: TLV) -> tuple[datetime | None, datetime | None]:
        try:
            first, last = self.reader.inside(validity, SEQUENCE)
        except ValueError:
            self.findings.append(finding("malformed_date", name="inicial ou final"))
            return None, None
        return self._date(first, "inicial"), self._date(last, "final")

    def _date(self, element: TLV, name: str) -> datetime | None:
        tag, start, stop = element
        try:
            return read_date(tag, self.der[start:stop])
        except ValueError:
            self.findings.append(finding("malformed_date", name=name))
            return None

    def _extensions(self, rest: list[TLV]) -> tuple[Extension, ...]:
        found: list[Extension] = []
        seen: set[bytes] = set()
        for wrapper in rest:
            if wrapper[0] != _EXTENSIONS:
                continue
            (listed,) = self.reader.children(wrapper[1], wrapper[2])
            elements = self.reader.inside(listed, SEQUENCE)
            found += [self._extension(element, seen) for element in elements]
        return tuple(found)

    def _extension(self, element: TLV, seen: set[bytes]) -> Extension:
        """One extension. Without OID or value the list itself is damaged: raises `Malformed`."""
        parts = self.reader.inside(element, SEQUENCE)
        value = parts[-1]
        if len(parts) < 2 or parts[0][0] != OBJECT_IDENTIFIER or value[0] != OCTET_STRING:
            raise Malformed("extensão sem OID ou valor", element[1])
        raw = self.der[parts[0][1] : parts[0][2]]
        critical = False
        if parts[1][0] == BOOLEAN:
            critical = self.der[parts[1][1] : parts[1][2]] != b"\x00"
            if not critical:
                self._note("explicit_default")
        if raw in seen:
            self.findings.append(finding("duplicate_extension", oid=dotted(raw)))
        seen.add(raw)
        if raw in _WELL_FORMED:
            self._known(raw, value, critical=critical)
        return Extension(dotted(raw), critical, self.der[value[1] : value[2]])

    def _known(self, raw: bytes, value: TLV, *, critical: bool) -> None:
        start, stop = value[1], value[2]
        if raw == _SAN:
            if critical:
                self._note("san_critical")
            self._merge(read_alternative_names(self.reader, start, stop))
        try:
            inner, after = self.reader.first(start, stop)
            if after < stop:
                self.findings.append(finding("trailing_data", where=f"extensão {dotted(raw)}"))
            if raw == _POLICIES:
                self.policies += tuple(self._policies(inner))
            elif raw == _BASIC_CONSTRAINTS:
                self._basic_constraints(inner)
            damaged = raw == _SAN and self.alternative_names and self.alternative_names.damaged
        except ValueError:
            damaged = True
        if damaged:
            self.findings.append(finding("malformed_extension", oid=dotted(raw)))

    def _merge(self, names: AlternativeNames) -> None:
        known = self.alternative_names
        if known:
            names = AlternativeNames(
                known.other_names + names.other_names,
                known.emails + names.emails,
                known.dns_names + names.dns_names,
                known.damaged or names.damaged,
            )
        self.alternative_names = names

    def _policies(self, element: TLV) -> Sequence[str]:
        policies = []
        for information in self.reader.inside(element, SEQUENCE):
            oid, *qualifiers = self.reader.inside(information, SEQUENCE)
            policies.append(dotted(self.der[oid[1] : oid[2]]))
            for group in qualifiers:
                for qualifier in self.reader.inside(group, SEQUENCE):
                    self._qualifier(qualifier)
        return policies

    def _qualifier(self, qualifier: TLV) -> None:
        oid, value = self.reader.inside(qualifier, SEQUENCE)
        is_cps = self.der[oid[1] : oid[2]] == _CPS_QUALIFIER
        if is_cps != (value[0] == IA5):
            self._note("cps_uri_mismatch")

    def _basic_constraints(self, element: TLV) -> None:
        parts = self.reader.inside(element, SEQUENCE)
        if parts and parts[0][0] == BOOLEAN:
            self.is_ca = self.der[parts[0][1] : parts[0][2]] != b"\x00"
            if not self.is_ca:
                self._note("explicit_default")

    def _note(self, code: str) -> None:
        """A finding that is said once, however often it occurs."""
        if all(known.code != code for known in self.findings):
            self.findings.append(finding(code))


def read_date(tag: int, content: bytes) -> datetime:
    """A UTCTime `YYMMDDHHMMSSZ` or GeneralizedTime `YYYYMMDDHHMMSSZ` (RFC 5280, 4.1.2.5).

    Raises `ValueError` on any other form.
    """
    text = content.decode("ascii")
    if tag == UTC_TIME and len(text) == 13:
        text = ("19" if text[:2] >= "50" else "20") + text
    if tag not in (UTC_TIME, GENERALIZED_TIME) or len(text) != 15 or text[14] != "Z":
        raise ValueError(text)
    digits = text[:14]
    if not digits.isdigit():
        raise ValueError(text)
    return datetime(
        int(digits[:4]), int(digits[4:6]), int(digits[6:8]),
        int(digits[8:10]), int(digits[10:12]), int(digits[12:]), tzinfo=UTC,
    )  # fmt: skip
