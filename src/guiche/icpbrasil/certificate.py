"""What an X.509 certificate says (RFC 5280, 4.1), decoded and without opinion."""

from collections import Counter
from datetime import datetime
from typing import NamedTuple

from guiche.icpbrasil.extension import Extension, read_extension
from guiche.icpbrasil.findings import Finding, finding
from guiche.icpbrasil.name import Name, read_issuer, read_name
from guiche.icpbrasil.oids import ICP_BRASIL_POLICIES, dotted
from guiche.icpbrasil.other_name import AlternativeNames
from guiche.icpbrasil.tlv import (
    GENERALIZED_TIME,
    INTEGER,
    OBJECT_IDENTIFIER,
    SEQUENCE,
    TLV,
    UTC_TIME,
    Malformed,
    Reader,
)

_VERSION, _EXTENSIONS = 0xA0, 0xA3
_POLICIES = "2.5.29.32"
_FIRST_SIX = [INTEGER, SEQUENCE, SEQUENCE, SEQUENCE, SEQUENCE, SEQUENCE]
_OPTIONAL = frozenset({0x81, 0x82, _EXTENSIONS})  # the two unique identifiers, and extensions


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
    def names_damaged(self) -> bool:
        """Whether an otherName may hide in damage, so that a missing one is not known to be so."""
        return self.alternative_names is not None and self.alternative_names.damaged

    @property
    def claims_icp_brasil(self) -> bool | None:
        """Whether a policy lies under ICP-Brasil's arc; None where the policies are damaged."""
        if any(policy.startswith(ICP_BRASIL_POLICIES) for policy in self.policies):
            return True
        damaged = finding("malformed_extension", oid=_POLICIES) in self.findings
        return None if damaged else False

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
                modulus, *_ = reader.children(start, stop)
                size = int.from_bytes(reader.der[modulus[1] : modulus[2]], "big").bit_length()
        except ValueError:
            return None
        return Key(name, size, curve)

    @classmethod
    def read(cls, der: bytes) -> "Certificate":
        """Reads one certificate. Raises `ValueError` where the signed part cannot be walked.

        1. The outer SEQUENCE and the signed part (TBSCertificate).
        2. Its positions, found by tag: version, serial, algorithm, names, dates, key.
        3. The extensions.
        """
        reader = Reader(der)
        findings: list[Finding] = []
        # 1
        outer, after = reader.first(0, len(der))
        if after < len(der):
            findings.append(finding("trailing_data", where="certificado"))
        signed, *_ = reader.inside(outer, SEQUENCE)
        # 2
        version, positions, rest = _positions(reader, reader.inside(signed, SEQUENCE))
        serial, algorithm, issuer, validity, subject, key = positions
        issuer_name, issuer_findings = read_issuer(der[issuer[1] : issuer[2]])
        subject_name, subject_findings = read_name(reader, subject[1], subject[2], "do titular")
        number = int.from_bytes(der[serial[1] : serial[2]], "big", signed=True)
        if number <= 0:
            findings.append(finding("serial_not_positive"))
        not_before, not_after = _dates(reader, validity, findings)
        oid, *_ = reader.inside(algorithm, SEQUENCE)
        # 3
        extensions, names, policies, is_ca = _read_extensions(reader, rest, findings)
        findings += issuer_findings
        findings += subject_findings
        if reader.quirks:
            findings += map(finding, sorted(reader.quirks))
        # By position, in the order of the fields: keywords would cost a fiftieth of the reading.
        return cls(
            der,
            version,
            number,
            dotted(der[oid[1] : oid[2]]),
            issuer_name,
            not_before,
            not_after,
            subject_name,
            der[key[1] : key[2]],
            tuple(extensions),
            _merge(names),
            tuple(policies),
            is_ca,
            tuple(dict.fromkeys(findings)),
        )


def _positions(reader: Reader, elements: list[TLV]) -> tuple[int, list[TLV], list[TLV]]:
    version = 1
    if elements and elements[0][0] == _VERSION:
        ((_, start, stop),) = reader.children(elements[0][1], elements[0][2])
        version = int.from_bytes(reader.der[start:stop], "big") + 1
        elements = elements[1:]
    tags = [tag for tag, _, _ in elements]
    # What follows the key and is none of these may be the extensions, damaged.
    if tags[:6] != _FIRST_SIX or not _OPTIONAL.issuperset(tags[6:]):
        raise Malformed("a parte assinada não tem a forma de um certificado", 0)
    return version, elements[:6], elements[6:]


def _dates(
    reader: Reader, validity: TLV, findings: list[Finding]
) -> tuple[datetime | None, datetime | None]:
    try:
        first, last = reader.inside(validity, SEQUENCE)
    except ValueError:
        findings.append(finding("malformed_date", name="inicial ou final"))
        return None, None
    return _date(reader, first, "inicial", findings), _date(reader, last, "final", findings)


def _date(reader: Reader, element: TLV, name: str, findings: list[Finding]) -> datetime | None:
    tag, start, stop = element
    try:
        return read_date(tag, reader.der[start:stop])
    except ValueError:
        findings.append(finding("malformed_date", name=name))
        return None


def _read_extensions(
    reader: Reader, rest: list[TLV], findings: list[Finding]
) -> tuple[list[Extension], list[AlternativeNames], list[str], bool]:
    """The extensions, and what they give: names, policies, and whether it is an authority."""
    extensions: list[Extension] = []
    names: list[AlternativeNames] = []
    policies: list[str] = []
    is_ca = False
    for element in rest:
        if element[0] != _EXTENSIONS:
            continue
        (listed,) = reader.children(element[1], element[2])
        for _, start, stop in reader.inside(listed, SEQUENCE):
            reading = read_extension(reader.der[start:stop])
            extensions.append(reading.extension)
            policies += reading.policies
            findings += reading.findings
            is_ca |= reading.is_ca
            if reading.names:
                names.append(reading.names)
    known = {extension.oid for extension in extensions}
    if len(known) < len(extensions):
        findings += _repeated(extensions)
    return extensions, names, policies, is_ca


def _repeated(extensions: list[Extension]) -> list[Finding]:
    counts = Counter(extension.oid for extension in extensions if extension.oid)
    return [finding("duplicate_extension", oid=oid) for oid, n in counts.items() if n > 1]


def _merge(names: list[AlternativeNames]) -> AlternativeNames | None:
    """The names of all Subject Alternative Names together; a second one must hide nothing."""
    if len(names) < 2:
        return names[0] if names else None
    return AlternativeNames(
        tuple([entry for each in names for entry in each.other_names]),
        tuple([email for each in names for email in each.emails]),
        tuple([dns_name for each in names for dns_name in each.dns_names]),
        any(each.damaged for each in names),
    )


def read_date(tag: int, content: bytes) -> datetime:
    """A UTCTime `YYMMDDHHMMSSZ` or GeneralizedTime `YYYYMMDDHHMMSSZ` (RFC 5280, 4.1.2.5).

    Raises `ValueError` on any other form.
    """
    text = content.decode("ascii")
    if tag == UTC_TIME and len(text) == 13:
        text = ("19" if text[:2] >= "50" else "20") + text
    elif tag != GENERALIZED_TIME:
        raise ValueError(text)
    if len(text) != 15 or text[14] != "Z" or not text[:14].isdigit():
        raise ValueError(text)
    return datetime.fromisoformat(f"{text[:8]}T{text[8:]}")
