"""`inspect(der)`, warm, one core, against `cryptography` reading the same fields."""

from collections.abc import Iterator
from datetime import UTC, date, datetime

from cryptography import x509

from benchmarks.measure import Figure, duration, interleaved
from certificates import ZEROS, e_cnpj
from guiche.icpbrasil import inspect

AT = datetime(2026, 11, 23, tzinfo=UTC)


def with_cryptography(der: bytes) -> tuple[object, ...]:
    """Load, all extensions, and the fields that an `Inspection` of an e-CNPJ holds."""
    certificate = x509.load_der_x509_certificate(der)
    extensions = certificate.extensions
    names = extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    policies = extensions.get_extension_for_class(x509.CertificatePolicies).value
    fields = {
        name.type_id.dotted_string: (name.value[0], name.value[2:], name.value[2:].decode())
        for name in names
        if isinstance(name, x509.OtherName)
    }
    block = fields["2.16.76.1.3.4"][2]
    return (
        certificate.version,
        certificate.serial_number,
        certificate.signature_algorithm_oid.dotted_string,
        [(attribute.oid.dotted_string, attribute.value) for attribute in certificate.subject],
        [(attribute.oid.dotted_string, attribute.value) for attribute in certificate.issuer],
        certificate.not_valid_before_utc,
        certificate.not_valid_after_utc,
        [(extension.oid.dotted_string, extension.critical) for extension in extensions],
        extensions.get_extension_for_class(x509.BasicConstraints).value.ca,
        [policy.policy_identifier.dotted_string for policy in policies],
        names.get_values_for_type(x509.RFC822Name),
        fields,
        date(int(block[4:8]), int(block[2:4]), int(block[:2])),
        (block[8:19], block[19:30], block[30:45].lstrip("0"), block[45:]),
        fields["2.16.76.1.3.7"][2].strip("0"),
    )


def figures() -> Iterator[Figure]:
    """The one figure of this suite."""
    der = e_cnpj(cei=ZEROS).der()
    times = interleaved(
        {"guiche": lambda: inspect(der, at=AT), "cryptography": lambda: with_cryptography(der)},
        rounds=61,
        calls=200,
    )
    ratio = times["cryptography"] / times["guiche"]
    yield Figure(
        "inspect(der), warm, against cryptography reading the same fields",
        "as fast or faster (1.0x)",
        f"{ratio:.2f}x: {duration(times['guiche'])} against {duration(times['cryptography'])}",
        ratio >= 1,
    )
