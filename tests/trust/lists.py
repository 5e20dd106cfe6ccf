"""CRLs as an authority writes them, and as none should."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ed448
from cryptography.hazmat.primitives.serialization import Encoding

from certificates.signing import NOW, Signer
from guiche.icpbrasil import Certificate

Entry = tuple[int, datetime, str]
"""Serial number, date, and the reason as RFC 5280 names it, "" without one."""


def crl(
    issuer: Signer,
    entries: Iterable[Entry] = (),
    *,
    key: object = None,
    this_update: datetime = NOW - timedelta(hours=1),
    next_update: datetime | None = NOW + timedelta(hours=5),
    extensions: Iterable[tuple[x509.ExtensionType, bool]] = (),
    invalid_since: datetime | None = None,
) -> bytes:
    """A list signed by the issuer, or by another `key` in its name."""
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(x509.load_der_x509_certificate(issuer.der).subject)
        .last_update(this_update)
        .next_update(next_update or this_update)
    )
    for serial, date, reason in entries:
        entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(date)
        if reason:
            entry = entry.add_extension(x509.CRLReason(x509.ReasonFlags(reason)), critical=False)
        if invalid_since:
            entry = entry.add_extension(x509.InvalidityDate(invalid_since), critical=False)
        builder = builder.add_revoked_certificate(entry.build())
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical)
    signer = key or issuer.key
    digest = None if isinstance(signer, ed448.Ed448PrivateKey) else hashes.SHA256()
    return builder.sign(signer, digest).public_bytes(Encoding.DER)  # type: ignore[arg-type]


def revoking(
    issuer: Signer, der: bytes, date: datetime, reason: str = "", **options: object
) -> bytes:
    """A list with that one certificate."""
    entry = (Certificate.read(der).serial, date, reason)
    return crl(issuer, [entry], **options)  # type: ignore[arg-type]
