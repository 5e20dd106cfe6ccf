"""A certificate as parts that a test can put, replace, drop and damage.

There is no private key anywhere: the RSA modulus is a hash chain and the signature a fixed
filling, both of the right size, so that other parsers load the result.
"""

import base64
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import NamedTuple, Self

from certificates import der as asn1
from certificates import oids


def filling(seed: str, size: int) -> bytes:
    """`size` bytes that look random and are the same in every run."""
    blocks = (hashlib.sha256(f"{seed} {n}".encode()).digest() for n in range(size // 32 + 1))
    return b"".join(blocks)[:size]


MODULUS = int.from_bytes(filling("modulus", 256), "big") | 1 << 2047 | 1
RSA_KEY = asn1.sequence(
    asn1.sequence(asn1.oid(oids.RSA), asn1.NULL),
    asn1.bit_string(asn1.sequence(asn1.integer(MODULUS), asn1.integer(65537))),
)
SHA256_WITH_RSA = asn1.sequence(asn1.oid(oids.SHA256_WITH_RSA), asn1.NULL)


class Part(NamedTuple):
    """An RDN, a GeneralName or an extension, filed under its OID or short name."""

    oid: str
    der: bytes


def put(parts: Iterable[Part], *news: Part) -> tuple[Part, ...]:
    """Each new part takes the place of the ones with its OID, or the end of the list."""
    result = tuple(parts)
    for new in news:
        at = next((n for n, old in enumerate(result) if old.oid == new.oid), len(result))
        others = drop(result, new.oid)
        result = (*others[:at], new, *others[at:])
    return result


def drop(parts: Iterable[Part], *oids: str) -> tuple[Part, ...]:
    return tuple(part for part in parts if part.oid not in oids)


def attribute(short: str, value: str | bytes) -> bytes:
    """Text becomes a UTF8String; bytes are an element as it stands."""
    element = asn1.utf8(value) if isinstance(value, str) else value
    return asn1.sequence(asn1.oid(oids.ATTRIBUTES[short]), element)


def rdn(short: str, value: str | bytes) -> Part:
    return Part(short, asn1.set_of(attribute(short, value)))


def name(**attributes: str | tuple[str, ...]) -> tuple[Part, ...]:
    """The RDNs of a name, C=BR first; several texts make several RDNs of one type."""
    country = rdn("C", asn1.printable("BR"))
    texts = ((k, (v,) if isinstance(v, str) else v) for k, v in attributes.items())
    return (country, *(rdn(short, text) for short, several in texts for text in several))


def extension(oid: str, value: bytes, *, critical: bool = False) -> Part:
    flag = asn1.TRUE if critical else b""
    return Part(oid, asn1.sequence(asn1.oid(oid), flag, asn1.octets(value)))


def other_name(oid: str, value: bytes) -> Part:
    return Part(oid, asn1.explicit(0, asn1.oid(oid), asn1.explicit(0, value)))


def mail(address: str) -> Part:
    return Part("rfc822Name", asn1.implicit(1, address.encode()))


def dns(host: str) -> Part:
    return Part("dNSName", asn1.implicit(2, host.encode()))


@dataclass(frozen=True)
class Certificate:
    subject: tuple[Part, ...]
    names: tuple[Part, ...] | None  # what the SAN holds; None: there is no SAN
    extensions: tuple[Part, ...]  # all but the SAN, which is written after them
    issuer: tuple[Part, ...] = name(
        O="ICP-Brasil", OU="Secretaria da Receita Federal do Brasil - RFB", CN="AC Exemplo RFB G1"
    )
    serial: int = 0x3A1F5C0E9B7D2468
    not_before: datetime = datetime(2026, 3, 2, 12, tzinfo=UTC)
    not_after: datetime = datetime(2027, 3, 2, 12, tzinfo=UTC)
    key: bytes = RSA_KEY
    version: bytes = asn1.explicit(0, asn1.integer(2))

    def with_names(self, *names: Part) -> Self:
        return replace(self, names=put(self.names or (), *names))

    def adding_names(self, *names: Part) -> Self:
        """At the end, even where the OID is there already."""
        return replace(self, names=(*(self.names or ()), *names))

    def without_names(self, *oids: str) -> Self:
        return replace(self, names=drop(self.names or (), *oids))

    def with_subject(self, *rdns: Part) -> Self:
        return replace(self, subject=put(self.subject, *rdns))

    def with_extensions(self, *extensions: Part) -> Self:
        return replace(self, extensions=put(self.extensions, *extensions))

    def adding_extensions(self, *extensions: Part) -> Self:
        return replace(self, extensions=(*self.extensions, *extensions))

    def general_names(self) -> bytes:
        """The value of the SAN."""
        return asn1.sequence(*(part.der for part in self.names or ()))

    def with_san(self, value: bytes, *, critical: bool = False) -> Self:
        """Any bytes in place of the SAN's value."""
        san = extension(oids.SUBJECT_ALT_NAME, value, critical=critical)
        return replace(self, names=None).with_extensions(san)

    def fields(self) -> list[bytes]:
        """The elements of the TBSCertificate, in order."""
        extensions = [part.der for part in self.extensions]
        if self.names is not None:
            extensions.append(extension(oids.SUBJECT_ALT_NAME, self.general_names()).der)
        return [
            self.version,
            asn1.integer(self.serial),
            SHA256_WITH_RSA,
            asn1.sequence(*(part.der for part in self.issuer)),
            asn1.sequence(asn1.time(self.not_before), asn1.time(self.not_after)),
            asn1.sequence(*(part.der for part in self.subject)),
            self.key,
            asn1.explicit(3, asn1.sequence(*extensions)) if extensions else b"",
        ]

    def der(self) -> bytes:
        return asn1.sequence(*signed(*self.fields()))


def signed(*fields: bytes) -> list[bytes]:
    """The three elements of a certificate whose signed part holds these fields."""
    signature = asn1.bit_string(filling("signature", 256))
    return [asn1.sequence(*fields), SHA256_WITH_RSA, signature]


def pem(der: bytes) -> str:
    text = base64.b64encode(der).decode()
    lines = [text[at : at + 64] for at in range(0, len(text), 64)]
    return "\n".join(["-----BEGIN CERTIFICATE-----", *lines, "-----END CERTIFICATE-----", ""])
