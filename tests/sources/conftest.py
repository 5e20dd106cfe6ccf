"""A key and a certificate that foreign programs accept as a pair."""

from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from certificates import CEI
from sources.pair import Pair
from sources.parties import Parties, introduced


@pytest.fixture(scope="session")
def pair() -> Pair:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "PADARIA EXEMPLO LTDA")])
    number = b"\x04\x0c" + CEI.encode()
    start = datetime(2026, 1, 1, tzinfo=UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), 1, start, start + timedelta(365))
        .add_extension(
            x509.SubjectAlternativeName(
                [x509.OtherName(x509.ObjectIdentifier("2.16.76.1.3.7"), number)]
            ),
            critical=False,
        )
        .sign(key, hashes.SHA256())
    )
    return Pair(key, certificate)


@pytest.fixture(scope="session")
def parties() -> Parties:
    return introduced()
