"""Certificates that are whole, written in ways that DER or RFC 5280 forbid, or that are rare."""

from dataclasses import replace
from datetime import UTC, datetime

from certificates import CEI, ZEROS, Certificate, Part, e_cnpj, e_cpf, field, oids
from certificates import der as asn1
from certificates.certificate import extension, rdn, signed
from certificates.profiles import basic_constraints, key_usage, policies
from vectors.case import E_CNPJ, E_CPF, Theme, Vector, blank, present

theme = Theme("encoding")
case = theme

FIELD = "2.16.76.1.3.7"
V7_CURVE = "1.3.6.1.4.1.44588.2.1"


def with_field(value: bytes) -> Certificate:
    """An e-CNPJ whose GeneralName of the CEI is this element."""
    return e_cnpj().with_names(Part(FIELD, value))


def with_key(algorithm: bytes) -> Certificate:
    point = asn1.bit_string(b"\x04" + bytes(132))
    return replace(e_cnpj(), key=asn1.sequence(algorithm, point))


@case
def indefinite_length_in_the_field() -> Vector:
    """An otherName of indefinite length.

    BER, not DER; its end is marked, so nothing is unclear.
    """
    value = asn1.explicit(0, asn1.octets(CEI))
    made = with_field(asn1.indefinite(0xA0, asn1.oid(FIELD), value))
    return Vector(made, E_CNPJ, present(), ("indefinite_length",))


@case
def indefinite_length_everywhere() -> Vector:
    """A certificate whose outer structures have indefinite lengths.

    BER, not DER; the lengths nest.
    """
    fields = e_cnpj().fields()
    _, *signature = signed(*fields)
    made = asn1.indefinite(asn1.SEQUENCE, asn1.indefinite(asn1.SEQUENCE, *fields), *signature)
    return Vector(made, E_CNPJ, present(), ("indefinite_length",))


@case
def constructed_octet_string() -> Vector:
    """A CEI in two pieces: an OCTET STRING of OCTET STRINGs.

    BER may cut a string; DER may not (X.690, 10.2). Joined, it is a whole number.
    """
    pieces = asn1.tlv(0x24, asn1.octets(CEI[:7]), asn1.octets(CEI[7:]))
    return Vector(e_cnpj(pieces), E_CNPJ, present(), ("constructed_string",))


@case
def constructed_octet_string_of_zeros() -> Vector:
    """Twelve zeros in two pieces and an indefinite length.

    Joined, they are the zeros of any other certificate.
    """
    pieces = asn1.indefinite(0x24, asn1.octets("0" * 6), asn1.octets("0" * 6))
    findings = ("constructed_string", "indefinite_length")
    return Vector(e_cnpj(pieces), E_CNPJ, blank("zeros"), findings)


@case
def non_minimal_length() -> Vector:
    """A length of one octet written over five.

    BER, not DER; it says the same.
    """
    made = e_cnpj(asn1.non_minimal(asn1.OCTET_STRING, CEI.encode()))
    return Vector(made, E_CNPJ, present(), ("non_minimal_length",))


@case
def serial_zero() -> Vector:
    """Serial number zero.

    RFC 5280 wants it positive (4.1.2.2) and tells readers to bear it.
    """
    return Vector(replace(e_cnpj(), serial=0), E_CNPJ, present(), ("serial_not_positive",))


@case
def serial_negative() -> Vector:
    """A negative serial number.

    Somebody wrote random octets without a zero before them.
    """
    made = replace(e_cnpj(), serial=-0x3A1F5C0E)
    return Vector(made, E_CNPJ, present(), ("serial_not_positive",))


@case
def serial_of_twenty_octets() -> Vector:
    """A serial number of the greatest size allowed.

    Does not fit a machine word.
    """
    return Vector(replace(e_cnpj(), serial=int("7f" * 20, 16)), E_CNPJ, present())


@case
def explicit_ca_false() -> Vector:
    """basicConstraints with cA FALSE written out.

    DER leaves defaults out (X.690, 11.5). A whole family of authorities writes it, and
    `cryptography` gives no extension at all then.
    """
    made = e_cnpj().with_extensions(basic_constraints(asn1.FALSE))
    return Vector(made, E_CNPJ, present(), ("explicit_default",))


@case
def explicit_critical_false() -> Vector:
    """An extension with critical FALSE written out.

    DER leaves defaults out (X.690, 11.5); `cryptography` does not load the certificate.
    """
    value = asn1.octets(asn1.bit_string(b"\xe0", 5))
    made = e_cnpj().with_extensions(
        Part(oids.KEY_USAGE, asn1.sequence(asn1.oid(oids.KEY_USAGE), asn1.FALSE, value))
    )
    return Vector(made, E_CNPJ, present(), ("explicit_default",))


@case
def trailing_data_in_an_extension() -> Vector:
    """Two octets after the end of keyUsage, inside its value.

    Five of 1,376 real certificates have such; `cryptography` gives no extension at all then.
    """
    value = asn1.bit_string(b"\xe0", 5) + b"\x00\x00"
    made = e_cnpj().with_extensions(extension(oids.KEY_USAGE, value, critical=True))
    return Vector(made, E_CNPJ, present(), ("trailing_data",))


@case
def trailing_data_after_the_certificate() -> Vector:
    """A line feed after the certificate.

    The file has it, the certificate does not.
    """
    return Vector(e_cnpj().der() + b"\n", E_CNPJ, present(), ("trailing_data",))


@case
def cps_uri_mismatch() -> Vector:
    """The address of the practice statement, labelled as a user notice.

    Two authorities wrote that into their own certificates, and `cryptography` gives no extension
    at all then.
    """
    address = asn1.ia5("http://repositorio.exemplo.com.br/dpc.pdf")
    qualifier = asn1.sequence(asn1.oid(oids.USER_NOTICE), address)
    made = e_cnpj().with_extensions(policies(oids.A1, qualifier=qualifier))
    return Vector(made, E_CNPJ, present(), ("cps_uri_mismatch",))


@case
def same_extension_twice() -> Vector:
    """keyUsage twice.

    RFC 5280 allows one of each (4.2).
    """
    made = e_cnpj().adding_extensions(key_usage(0xE0, 5))
    return Vector(made, E_CNPJ, present(), ("duplicate_extension",))


@case
def alternative_names_twice() -> Vector:
    """Two SANs, the number in the second.

    Whoever stops at the first, or keeps the last, may say "no CEI" and be wrong.
    """
    second = extension(oids.SUBJECT_ALT_NAME, asn1.sequence(field(7, CEI).der))
    made = e_cnpj(None).adding_extensions(second)
    return Vector(made, E_CNPJ, present(), ("duplicate_extension",))


@case
def unknown_private_extension() -> Vector:
    """A private extension whose value is no ASN.1.

    What it may hold is its owner's affair.
    """
    made = e_cnpj().adding_extensions(extension("1.3.6.1.4.1.99999.2.1", b"texto livre"))
    return Vector(made, E_CNPJ, present())


@case
def key_on_an_unknown_curve() -> Vector:
    """A key on the curve of the root v7.

    `cryptography` cannot give the key; nothing of the verdict needs it.
    """
    algorithm = asn1.sequence(asn1.oid(oids.EC_PUBLIC_KEY), asn1.oid(V7_CURVE))
    return Vector(with_key(algorithm), E_CNPJ, present())


@case
def key_with_explicit_parameters() -> Vector:
    """A key with its curve written out in numbers (X9.62, SpecifiedECDomain).

    `cryptography` cannot give the key; nothing of the verdict needs it.
    """
    prime = asn1.sequence(asn1.oid("1.2.840.10045.1.1"), asn1.integer(2**521 - 1))
    curve = asn1.sequence(asn1.octets(bytes(66)), asn1.octets(bytes(66)))
    base, order = asn1.octets(b"\x04" + bytes(132)), asn1.integer(2**520 + 1)
    parameters = asn1.sequence(asn1.integer(1), prime, curve, base, order, asn1.integer(1))
    algorithm = asn1.sequence(asn1.oid(oids.EC_PUBLIC_KEY), parameters)
    return Vector(with_key(algorithm), E_CNPJ, present())


@case
def key_of_ed448() -> Vector:
    """A key of Ed448, as the root v6 has.

    An algorithm without parameters.
    """
    key = asn1.sequence(asn1.sequence(asn1.oid("1.3.101.113")), asn1.bit_string(bytes(57)))
    return Vector(replace(e_cnpj(), key=key), E_CNPJ, present())


@case
def unique_identifiers() -> Vector:
    """The unique identifiers of X.509 v2 before the extensions.

    Two elements that nobody has written since 1996.
    """
    *fields, extensions = e_cnpj().fields()
    identifiers = (asn1.implicit(1, b"\x00\x01"), asn1.implicit(2, b"\x00\x02"))
    made = asn1.sequence(*signed(*fields, *identifiers, extensions))
    return Vector(made, E_CNPJ, present())


@case
def extensions_in_version_1() -> Vector:
    """Extensions in a certificate that says it is v1.

    They are there, so they are read.
    """
    return Vector(replace(e_cnpj(), version=b""), E_CNPJ, present())


@case
def expired() -> Vector:
    """A certificate that expired the day before it was looked at.

    It says so beside the verdict, which stands.
    """
    made = replace(e_cnpj(), not_after=datetime(2026, 11, 22, 12, tzinfo=UTC))
    return Vector(made, E_CNPJ, present(), ("expired",))


@case
def not_yet_valid() -> Vector:
    """A certificate that starts the day after it was looked at.

    It says so beside the verdict, which stands.
    """
    made = replace(e_cnpj(), not_before=datetime(2026, 11, 24, 12, tzinfo=UTC))
    return Vector(made, E_CNPJ, present(), ("not_yet_valid",))


@case
def last_second() -> Vector:
    """A certificate looked at in the last second of its validity.

    Both ends belong to it (RFC 5280, 4.1.2.5).
    """
    made = replace(e_cnpj(), not_after=datetime(2026, 11, 23, 12, tzinfo=UTC))
    return Vector(made, E_CNPJ, present())


@case
def beyond_2049() -> Vector:
    """A validity that ends in 2051.

    GeneralizedTime, four digits of year.
    """
    made = replace(e_cpf(ZEROS), not_after=datetime(2051, 3, 2, 12, tzinfo=UTC))
    return Vector(made, E_CPF, blank("zeros"))


@case
def dates_without_seconds() -> Vector:
    """UTCTime without seconds.

    BER allows it, RFC 5280 does not. The verdict needs no date.
    """
    fields = e_cnpj().fields()
    moments = (asn1.tlv(asn1.UTC_TIME, text) for text in (b"2603021200Z", b"2703021200Z"))
    fields[4] = asn1.sequence(*moments)
    return Vector(asn1.sequence(*signed(*fields)), E_CNPJ, present(), ("malformed_date",))


@case
def impossible_date() -> Vector:
    """A validity that ends in a thirteenth month.

    No date, and no guess; the verdict needs none.
    """
    fields = e_cnpj().fields()
    moments = (asn1.tlv(asn1.UTC_TIME, text) for text in (b"260302120000Z", b"271302120000Z"))
    fields[4] = asn1.sequence(*moments)
    return Vector(asn1.sequence(*signed(*fields)), E_CNPJ, present(), ("malformed_date",))


@case
def country_in_lower_case() -> Vector:
    """C=br in a UTF8String.

    Two departures that no verdict depends on.
    """
    return Vector(e_cnpj().with_subject(rdn("C", "br")), E_CNPJ, present())


@case
def algorithms_without_parameters() -> Vector:
    """The signature algorithm without its NULL.

    RFC 4055 wants it; the signature is not what is read here.
    """
    fields = e_cnpj().fields()
    fields[2] = asn1.sequence(asn1.oid(oids.SHA256_WITH_RSA))
    return Vector(asn1.sequence(*signed(*fields)), E_CNPJ, present())
