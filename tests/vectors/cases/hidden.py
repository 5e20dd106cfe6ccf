"""A field, or a fact that decides, where a quick reader does not look."""

from dataclasses import replace

from certificates import CEI, ZEROS, Part, e_cnpj, e_cpf, field, oids
from certificates import der as asn1
from certificates.certificate import extension
from certificates.profiles import policies
from vectors.case import (
    E_CNPJ,
    E_CPF,
    MISSING,
    UNREADABLE,
    Kind,
    Theme,
    Vector,
    Verdict,
    doubtful,
    present,
)

theme = Theme("hidden")
case = theme

CUT_CAEPF = "111444777004"  # passes the check digit of a CEI
DAMAGED = ("malformed_extension",)


@case
def caepf_told_by_the_name_alone() -> Vector:
    """A cut CAEPF that passes the check digit, the CPF only after the holder's name.

    Without the block of `.1` the CPF still stands in the certificate.
    """
    made = e_cpf(CUT_CAEPF).without_names("2.16.76.1.3.1")
    verdict = doubtful("caepf_without_check_digits", CUT_CAEPF)
    return Vector(made, E_CPF, verdict, ("caepf_in_cei_field", "missing_mandatory_field"))


@case
def caepf_told_by_a_second_block() -> Vector:
    """A cut CAEPF whose CPF stands in the second of two blocks.

    Every CPF of the certificate is compared.
    """
    other = "15031980" + "12345678909" + "0" * 26
    made = e_cpf("123456789005").adding_names(field(1, other))
    verdict = doubtful("caepf_without_check_digits", "123456789005")
    return Vector(made, E_CPF, verdict, ("caepf_in_cei_field", "conflicting_other_name"))


@case
def field_after_the_names_and_a_nul() -> Vector:
    """The entry of the CEI after the end of the alternative names, and a NUL after it.

    What follows the names is not padding, so a missing field is not known to be missing.
    """
    made = e_cnpj(None)
    made = made.with_san(made.general_names() + field(7, CEI).der + b"\x00")
    return Vector(made, E_CNPJ, UNREADABLE, DAMAGED)


@case
def field_in_a_second_list_of_names() -> Vector:
    """The entry of the CEI in a second list after the first.

    Only one list is allowed, and the second may hold the field.
    """
    made = e_cnpj(None)
    made = made.with_san(made.general_names() + asn1.sequence(field(7, CEI).der))
    return Vector(made, E_CNPJ, UNREADABLE, DAMAGED)


@case
def entry_with_an_unreadable_oid() -> Vector:
    """The entry of the CEI with an OID whose last octet announces another.

    Which field it was cannot be told.
    """
    entry = field(7, CEI).der.replace(asn1.oid("2.16.76.1.3.7"), b"\x06\x05\x60\x4c\x01\x03\x87")
    made = e_cnpj(None)
    names = b"".join(part.der for part in made.names or ())
    return Vector(made.with_san(asn1.sequence(names + entry)), E_CNPJ, UNREADABLE, DAMAGED)


@case
def entry_under_the_tag_of_an_e_mail() -> Vector:
    """The entry of the CEI with the tag of an e-mail address, one bit away.

    An address has no control characters, so this one is not what it says.
    """
    made = e_cnpj(None)
    names = b"".join(part.der for part in made.names or ())
    entry = b"\x81" + field(7, CEI).der[1:]
    return Vector(made.with_san(asn1.sequence(names + entry)), E_CNPJ, UNREADABLE, DAMAGED)


@case
def names_under_a_padded_oid() -> Vector:
    """Alternative names whose extension OID has a superfluous octet, and a CEI inside.

    It says 2.5.29.17 all the same.
    """
    made = e_cnpj()
    san = extension(oids.SUBJECT_ALT_NAME, made.general_names())
    label = asn1.oid(oids.SUBJECT_ALT_NAME)
    value = san.der[san.der.index(label) + len(label) :]
    padded = asn1.sequence(b"\x06\x04\x55\x1d\x80\x11", value)
    made = replace(made, names=None).adding_extensions(Part("", padded))
    return Vector(made, E_CNPJ, present())


@case
def digits_in_an_integer() -> Vector:
    """Twelve octets that look like digits, in an INTEGER.

    A number's octets are not its digits.
    """
    made = e_cnpj(asn1.tlv(asn1.INTEGER, CEI.encode()))
    return Vector(made, E_CNPJ, doubtful("characters", CEI), ("unexpected_string_type",))


@case
def zeros_in_a_bit_string() -> Vector:
    """Octets that look like zeros, in a BIT STRING.

    It is not a text, so it does not say "not informed".
    """
    made = e_cnpj(asn1.tlv(asn1.BIT_STRING, ZEROS.encode()))
    return Vector(made, E_CNPJ, doubtful("characters", ZEROS), ("unexpected_string_type",))


@case
def blank_business_name_of_a_company() -> Vector:
    """An e-CNPJ with an empty `.8`, the field of equipment.

    An empty field makes no equipment of a company.
    """
    made = e_cnpj(None).adding_names(field(8, "   "))
    return Vector(made, E_CNPJ, MISSING)


@case
def policies_of_two_profiles() -> Vector:
    """The policy of a Selo Eletrônico before that of an A1.

    Two kinds at once: which one holds is not guessed, and that the field is missing stays true.
    """
    made = e_cnpj(None).with_extensions(policies("2.16.76.1.2.201.99", oids.A1))
    verdict = Verdict("absent", "profile_unknown")
    return Vector(made, Kind("other"), verdict, ("conflicting_policies",))
