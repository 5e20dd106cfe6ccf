"""A certificate as a link of a path: what was signed, by which name, with which key."""

from functools import cached_property
from hashlib import sha256

from cryptography.hazmat.primitives import hashes
from cryptography.x509 import InvalidVersion, load_der_x509_certificate

from guiche.icpbrasil import Certificate, Malformed
from guiche.icpbrasil.findings import finding
from guiche.icpbrasil.name import ORGANIZATION, NameKey
from guiche.icpbrasil.oids import dotted
from guiche.icpbrasil.tlv import BIT_STRING, OCTET_STRING, SEQUENCE, Reader
from guiche.trust.signature import Key, Signature, load_key

_VERSION = 0xA0
_SUBJECT_KEY_ID, _AUTHORITY_KEY_ID = "2.5.29.14", "2.5.29.35"
_BASIC_CONSTRAINTS = "2.5.29.19"
_KEY_ID = 0x80


class Link:
    """One certificate, read once; what is costly is worked out when it is asked for."""

    def __init__(self, der: bytes) -> None:
        """Raises `ValueError` where it is no certificate, or not one whole and signed."""
        self.certificate = Certificate.read(der)
        reader = Reader(der)
        outer, after = reader.first(0, len(der))
        self.der = der[:after]
        self.signature, names = _read(reader, outer[1], outer[2], self.der)
        self.issuer_der, self.subject_der, self.spki = names
        self.sha256 = sha256(self.der).hexdigest()

    def __repr__(self) -> str:
        return f"<Link {self.label} {self.sha256[:8]}>"

    @property
    def label(self) -> str:
        """The words that a person knows it by."""
        return self.certificate.subject.label or "sem nome"

    @property
    def issuer_label(self) -> str:
        """The words that a person knows its issuer by."""
        return self.certificate.issuer.label or "sem nome"

    @cached_property
    def subject(self) -> NameKey:
        """What issuers are looked up by."""
        return self.certificate.subject.key

    @cached_property
    def issuer(self) -> NameKey:
        """The `subject` of whoever issued it."""
        return self.certificate.issuer.key

    @property
    def is_self_issued(self) -> bool:
        """Whether it names itself as its issuer: where a path ends."""
        return self.subject == self.issuer

    @property
    def may_be_authority(self) -> bool:
        """Whether it says cA TRUE, or what it says cannot be read."""
        damaged = finding("malformed_extension", oid=_BASIC_CONSTRAINTS)
        return self.certificate.is_ca or damaged in self.certificate.findings

    @property
    def claims_icp_brasil(self) -> bool:
        """Whether its issuer bears the O that every authority of ICP-Brasil has (DOC-ICP-04)."""
        organizations = self.certificate.issuer.every(ORGANIZATION)
        return any("icp-brasil" in organization.casefold() for organization in organizations)

    @cached_property
    def key(self) -> Key | None:
        """Its public key, None where it cannot be used here."""
        return load_key(self.spki)

    @cached_property
    def key_identifier(self) -> bytes | None:
        """Of its own key (RFC 5280, 4.2.1.2)."""
        return self._identifier(_SUBJECT_KEY_ID)

    @cached_property
    def authority_key_identifier(self) -> bytes | None:
        """Of the key that signed it (RFC 5280, 4.2.1.1)."""
        return self._identifier(_AUTHORITY_KEY_ID)

    def names_key_of(self, issuer: "Link") -> bool | None:
        """Whether the identifiers say that this issuer's key signed it; None where they do not."""
        said, own = self.authority_key_identifier, issuer.key_identifier
        return None if said is None or own is None else said == own

    def extension(self, oid: str) -> bytes | None:
        """The value of an extension, None where it is not there."""
        return next((e.value for e in self.certificate.extensions if e.oid == oid), None)

    def _identifier(self, oid: str) -> bytes | None:
        value = self.extension(oid)
        if value is None:
            return None
        reader = Reader(value)
        try:
            element, _ = reader.first(0, len(value))
            if oid == _SUBJECT_KEY_ID:
                return reader.content(element) if element[0] == OCTET_STRING else None
            parts = reader.inside(element, SEQUENCE)
            return next((value[start:stop] for tag, start, stop in parts if tag == _KEY_ID), None)
        except ValueError:
            return None


def _read(
    reader: Reader, start: int, stop: int, der: bytes
) -> tuple[Signature, tuple[bytes, bytes, bytes]]:
    """The signature, and the encodings of issuer, subject and key."""
    signed, after = reader.first(start, stop)
    # What is signed are the octets as they stand, with their header and however they are encoded.
    octets = der[start:after]
    algorithm, end = reader.first(after, stop)
    declared = der[after:end]
    bits, _ = reader.first(end, stop)
    elements = _encodings(reader, signed[1], signed[2])
    if elements and elements[0][0] == _VERSION:
        elements = elements[1:]
    if len(elements) < 6 or bits[0] != BIT_STRING or der[bits[1] : bits[1] + 1] != b"\0":
        raise Malformed("a assinatura não tem a forma de uma", bits[1])
    # The copy outside is not signed; only the one inside counts (RFC 5280, 4.1.1.2).
    if declared != elements[1]:
        raise Malformed("o certificado declara dois algoritmos de assinatura", after)
    oid, *_ = reader.inside(algorithm, SEQUENCE)
    name = dotted(der[oid[1] : oid[2]])
    signature = Signature(
        name,
        der[bits[1] + 1 : bits[2]],
        octets,
        lambda: _pss(der),
    )
    return signature, (elements[2], elements[4], elements[5])


def _encodings(reader: Reader, start: int, stop: int) -> list[bytes]:
    """The elements one after the other, whole."""
    found = []
    while start < stop:
        _, after = reader.first(start, stop)
        found.append(reader.der[start:after])
        start = after
    return found


def _pss(der: bytes) -> tuple[object, hashes.HashAlgorithm | None]:
    """The parameters of RSASSA-PSS, as `cryptography` reads them. Raises `ValueError`."""
    try:
        certificate = load_der_x509_certificate(der)
    except InvalidVersion as error:
        raise ValueError(str(error)) from error
    return certificate.signature_algorithm_parameters, certificate.signature_hash_algorithm
