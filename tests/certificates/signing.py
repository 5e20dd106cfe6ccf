"""Hierarchies that are really signed: roots, authorities and leaves, with keys made for the run.

The parts are those of the other synthetic certificates; here somebody signs them.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from hashlib import sha1
from typing import Self

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed448, padding, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from certificates import der as asn1
from certificates import oids
from certificates.certificate import Certificate, Part, extension, name
from certificates.profiles import basic_constraints, e_cpf, key_usage

Private = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed448.Ed448PrivateKey

START, END = datetime(2020, 1, 1, tzinfo=UTC), datetime(2036, 1, 1, tzinfo=UTC)
NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)

ECDSA_SHA256, ED448 = "1.2.840.10045.4.3.2", "1.3.101.113"
RSA_DIGESTS: dict[str, hashes.HashAlgorithm] = {
    "1.2.840.113549.1.1.4": hashes.MD5(),
    "1.2.840.113549.1.1.5": hashes.SHA1(),
    oids.SHA256_WITH_RSA: hashes.SHA256(),
    "1.2.840.113549.1.1.13": hashes.SHA512(),
}


@cache
def ec_key(_: str) -> ec.EllipticCurvePrivateKey:
    """The key of that name, the same for the whole run."""
    return ec.generate_private_key(ec.SECP256R1())


@cache
def rsa_key(_: str, bits: int = 2048) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, bits)


@cache
def ed448_key(_: str) -> ed448.Ed448PrivateKey:
    return ed448.Ed448PrivateKey.generate()


def public(key: Private) -> bytes:
    return key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def private_pem(key: Private) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def identifier(spki: bytes) -> bytes:
    """A key identifier; any bytes that differ from key to key do."""
    return sha1(spki).digest()


def algorithm(oid: str) -> bytes:
    parameters = asn1.NULL if oid.startswith("1.2.840.113549") else b""
    return asn1.sequence(asn1.oid(oid), parameters)


def usual(key: Private) -> str:
    if isinstance(key, rsa.RSAPrivateKey):
        return oids.SHA256_WITH_RSA
    return ED448 if isinstance(key, ed448.Ed448PrivateKey) else ECDSA_SHA256


def sign(key: Private, oid: str, data: bytes) -> bytes:
    match key:
        case rsa.RSAPrivateKey():
            return key.sign(data, padding.PKCS1v15(), RSA_DIGESTS[oid])
        case ec.EllipticCurvePrivateKey():
            return key.sign(data, ec.ECDSA(hashes.SHA256()))
        case ed448.Ed448PrivateKey():
            return key.sign(data)


@dataclass(frozen=True)
class Signer:
    """An authority: its name, key and certificate; `spki` may be an odd one."""

    subject: tuple[Part, ...]
    key: Private
    der: bytes
    spki: bytes

    @classmethod
    def root(
        cls,
        common_name: str = "Autoridade Certificadora Raiz Exemplo",
        key: Private | None = None,
        *,
        spki: bytes | None = None,
        not_before: datetime = START,
        not_after: datetime = END,
    ) -> Self:
        key = key or ec_key(common_name)
        subject = name(O="ICP-Brasil", CN=common_name)
        return cls(subject, key, b"", spki or public(key))._certified_by(
            None, not_before=not_before, not_after=not_after
        )

    def authority(
        self,
        common_name: str,
        key: Private | None = None,
        *,
        spki: bytes | None = None,
        path_length: int | None = None,
        oid: str | None = None,
        extensions: tuple[Part, ...] = (),
        not_before: datetime = START,
        not_after: datetime = END,
    ) -> "Signer":
        """An authority below this one; `extensions` take the place of its own of the same OID."""
        key = key or ec_key(common_name)
        subject = name(O="ICP-Brasil", CN=common_name)
        below = Signer(subject, key, b"", spki or public(key))
        return below._certified_by(
            self,
            path_length=path_length,
            oid=oid,
            extensions=extensions,
            not_before=not_before,
            not_after=not_after,
        )

    def leaf(
        self,
        certificate: Certificate | None = None,
        *,
        key: Private | None = None,
        oid: str | None = None,
        extensions: tuple[Part, ...] = (),
        **changes: object,
    ) -> bytes:
        """A certificate of a holder, signed by this one; an e-CPF where no other is given."""
        certificate = certificate or e_cpf()
        spki = public(key or ec_key("holder"))
        whole = replace(certificate, issuer=self.subject, key=spki, **changes)  # type: ignore[arg-type]
        links = identifiers(spki, self.spki)
        return self.signed(whole.with_extensions(*links, *extensions), oid)

    def signed(self, certificate: Certificate, oid: str | None = None) -> bytes:
        """The DER of a certificate with this one's signature."""
        oid = oid or usual(self.key)
        fields = certificate.fields()
        fields[2] = algorithm(oid)
        tbs = asn1.sequence(*fields)
        return asn1.sequence(tbs, algorithm(oid), asn1.bit_string(sign(self.key, oid, tbs)))

    def _certified_by(
        self,
        issuer: "Signer | None",
        *,
        path_length: int | None = None,
        oid: str | None = None,
        extensions: tuple[Part, ...] = (),
        not_before: datetime,
        not_after: datetime,
    ) -> Self:
        above = issuer or self
        length = () if path_length is None else (asn1.integer(path_length),)
        certificate = Certificate(
            subject=self.subject,
            names=None,
            extensions=(
                *identifiers(self.spki, above.spki),
                basic_constraints(asn1.TRUE, *length),
                key_usage(0x06, 1),
            ),
            issuer=above.subject,
            serial=int.from_bytes(identifier(self.spki)[:8], "big") >> 1 | 1,
            not_before=not_before,
            not_after=not_after,
            key=self.spki,
        ).with_extensions(*extensions)
        return replace(self, der=above.signed(certificate, oid))


def identifiers(own: bytes, parent: bytes) -> tuple[Part, Part]:
    return (
        extension(oids.SUBJECT_KEY_ID, asn1.octets(identifier(own))),
        extension(oids.AUTHORITY_KEY_ID, asn1.sequence(asn1.implicit(0, identifier(parent)))),
    )


def crl_point(*urls: str) -> Part:
    """One point for each address."""
    points = (asn1.explicit(0, asn1.explicit(0, asn1.implicit(6, url.encode()))) for url in urls)
    return extension(oids.CRL_POINTS, asn1.sequence(*map(asn1.sequence, points)))


def access(method: str, url: str) -> Part:
    """AIA: `1.3.6.1.5.5.7.48.1` is OCSP, `.2` the issuer's certificate."""
    place = asn1.implicit(6, url.encode())
    return extension(oids.AUTHORITY_INFO, asn1.sequence(asn1.sequence(asn1.oid(method), place)))
