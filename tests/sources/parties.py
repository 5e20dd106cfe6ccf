"""An authority and two people that it certified, with keys that really sign."""

from datetime import UTC, datetime
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from certificates import CEI, ZEROS
from sources.pair import Pair

START, END = datetime(2026, 1, 1, tzinfo=UTC), datetime(2029, 1, 1, tzinfo=UTC)


class Parties(NamedTuple):
    """Ana's certificate has a CEI and a key identifier, Bento's a CEI of zeros and none."""

    authority: Pair
    ana: Pair
    bento: Pair


def named(common_name: str) -> x509.Name:
    country = x509.NameAttribute(x509.NameOID.COUNTRY_NAME, "BR")
    return x509.Name([country, x509.NameAttribute(x509.NameOID.COMMON_NAME, common_name)])


def certified(
    name: str, serial: int, *, by: Pair | None = None, cei: str = "", identified: bool = False
) -> Pair:
    key = ec.generate_private_key(ec.SECP256R1())
    issuer = by.certificate.subject if by else named(name)
    builder = x509.CertificateBuilder(issuer, named(name), key.public_key(), serial, START, END)
    if by is None:
        builder = builder.add_extension(
            x509.BasicConstraints(ca=True, path_length=None), critical=True
        )
    if cei:
        number = x509.OtherName(x509.ObjectIdentifier("2.16.76.1.3.6"), b"\x04\x0c" + cei.encode())
        builder = builder.add_extension(x509.SubjectAlternativeName([number]), critical=False)
    if identified:
        identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
        builder = builder.add_extension(identifier, critical=False)
    return Pair(key, builder.sign(by.key if by else key, hashes.SHA256()))


def introduced() -> Parties:
    authority = certified("AC Exemplo Assinaturas", 7)
    ana = certified("ANA EXEMPLO DA SILVA", 41, by=authority, cei=CEI, identified=True)
    bento = certified("BENTO EXEMPLO LIMA", 42, by=authority, cei=ZEROS)
    return Parties(authority, ana, bento)
