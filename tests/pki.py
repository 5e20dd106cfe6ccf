"""A small authority, and those who hold certificates: valid, over, and of nobody known."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey

_OCTET_STRING = 0x04
_BLOCK = "1503198011144477735" + "0" * 11 + "000000000123456SSPSP"
_POLICY = "2.16.76.1.2.1.99"


@dataclass(frozen=True)
class Holder:
    """A certificate, its key, and the authorities that go along with it."""

    certificate: x509.Certificate
    key: Key
    chain: tuple[x509.Certificate, ...] = ()

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(Encoding.DER)

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.der).hexdigest()

    @property
    def chain_der(self) -> tuple[bytes, ...]:
        return tuple(each.public_bytes(Encoding.DER) for each in self.chain)

    @property
    def pem(self) -> bytes:
        """The certificate and its chain."""
        return b"".join(each.public_bytes(Encoding.PEM) for each in (self.certificate, *self.chain))

    @property
    def key_pem(self) -> bytes:
        return self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())

    def write(self, folder: Path, name: str) -> tuple[Path, Path]:
        """The files of the certificate with its chain, and of the key."""
        certificate, key = folder / f"{name}.crt", folder / f"{name}.key"
        certificate.write_bytes(self.pem)
        key.write_bytes(self.key_pem)
        return certificate, key

    def pkcs12(self, password: str) -> bytes:
        """As `pk12util` takes it."""
        protection = BestAvailableEncryption(password.encode())
        name = self.certificate.subject.rfc4514_string().encode()
        return pkcs12.serialize_key_and_certificates(
            name, self.key, self.certificate, self.chain, protection
        )


class Authority:
    """Root, intermediate, and whom it certifies; `now` is when."""

    def __init__(self) -> None:
        self._now = datetime.now(UTC)
        self.root = _signed("RAIZ EXEMPLO", ca=True, now=self._now)
        self.intermediate = _signed("AC EXEMPLO RFB", self.root, ca=True, now=self._now)

    @cached_property
    def valid(self) -> Holder:
        return self._holder("PADARIA EXEMPLO LTDA:11222333000181", (-200, 165))

    @cached_property
    def expired(self) -> Holder:
        return self._holder("SITIO EXEMPLO LTDA:11444777000161", (-400, -35))

    @cached_property
    def stranger(self) -> Holder:
        """Signed by itself."""
        return _signed("ANA EXEMPLO DA SILVA:11144477735", now=self._now, fields=True)

    @cached_property
    def server(self) -> Holder:
        return _signed("localhost", self.intermediate, now=self._now, hosts=HOSTS)

    def another_server(self) -> Holder:
        """As after a renewal."""
        return _signed("localhost", self.intermediate, now=self._now, hosts=HOSTS)

    def _holder(self, name: str, days: tuple[int, int]) -> Holder:
        return _signed(name, self.intermediate, now=self._now, days=days, fields=True)


HOSTS = ("localhost", "certificado.localhost")


def _signed(
    name: str,
    by: Holder | None = None,
    *,
    now: datetime,
    ca: bool = False,
    days: tuple[int, int] = (-1, 365),
    fields: bool = False,
    hosts: tuple[str, ...] = (),
) -> Holder:
    key: Key = (
        rsa.generate_private_key(public_exponent=65537, key_size=2048)
        if fields
        else ec.generate_private_key(ec.SECP256R1())
    )
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "BR"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "ICP-Brasil"),
            x509.NameAttribute(NameOID.COMMON_NAME, name),
        ]
    )
    builder = (
        x509.CertificateBuilder(
            by.certificate.subject if by else subject,
            subject,
            key.public_key(),
            x509.random_serial_number(),
        )
        .not_valid_before(now + timedelta(days=days[0]))
        .not_valid_after(now + timedelta(days=days[1]))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
    )
    names: list[x509.GeneralName] = [x509.DNSName(host) for host in hosts]
    if fields:
        policy = x509.PolicyInformation(x509.ObjectIdentifier(_POLICY), None)
        builder = builder.add_extension(x509.CertificatePolicies([policy]), critical=False)
        builder = builder.add_extension(
            x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False
        )
        number = name.partition(":")[2]
        names += (
            [_field(".3.3", number), _field(".3.7", "0" * 12), _field(".3.4", _BLOCK)]
            if len(number) == 14
            else [_field(".3.1", _BLOCK), _field(".3.6", "0" * 12)]
        )
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    signer = by.key if by else key
    above = (by.certificate, *by.chain) if by else ()
    return Holder(builder.sign(signer, SHA256()), key, above)


def _field(arc: str, text: str) -> x509.OtherName:
    value = bytes([_OCTET_STRING, len(text)]) + text.encode()
    return x509.OtherName(x509.ObjectIdentifier(f"2.16.76.1{arc}"), value)
