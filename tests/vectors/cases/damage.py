"""Certificates with something broken. What cannot be reached is not known, and never "no CEI"."""

from dataclasses import replace

from certificates import CEI, ZEROS, Certificate, Part, e_cnpj, field, oids
from certificates import der as asn1
from certificates.certificate import extension, signed
from certificates.profiles import policies
from vectors.case import (
    E_CNPJ,
    UNKNOWN,
    UNREADABLE,
    Kind,
    Theme,
    Vector,
    Verdict,
    blank,
    present,
)

theme = Theme("damage")
case = theme

POLICY_UNKNOWN = Kind("other", "", icp_brasil=None)
CUT_ENTRY = b"\xa0\x30\x06\x05\x60\x4c\x01"  # an otherName that says 48 octets and has five


def with_end_of_san(cei: str | None, end: bytes) -> Certificate:
    """An e-CNPJ whose alternative names are followed, inside their SEQUENCE, by `end`."""
    made = e_cnpj(cei)
    names = b"".join(part.der for part in made.names or ())
    return made.with_san(asn1.sequence(names, end))


@case
def cut_in_the_signature() -> Vector:
    """A certificate without its last ten octets.

    The number could be found; but a file that is not whole is to be fetched again.
    """
    return Vector(e_cnpj().der()[:-10], UNKNOWN, UNREADABLE, ("malformed",))


@case
def cut_in_the_fields() -> Vector:
    """A certificate that ends before its fields.

    What was cut off may have been a CEI.
    """
    return Vector(e_cnpj(None).der()[:900], UNKNOWN, UNREADABLE, ("malformed",))


@case
def certificate_request() -> Vector:
    """A request for a certificate (PKCS#10).

    Shaped like one, and not one.
    """
    made = e_cnpj()
    subject = asn1.sequence(*(part.der for part in made.subject))
    request = asn1.sequence(*signed(asn1.integer(0), subject, made.key, asn1.explicit(0)))
    return Vector(request, UNKNOWN, UNREADABLE, ("malformed",))


@case
def san_of_noise() -> Vector:
    """Alternative names that are no ASN.1.

    The field may be in there.
    """
    made = e_cnpj().with_san(bytes.fromhex("30 82 ff ff 00 11 22"))
    return Vector(made, E_CNPJ, UNREADABLE, ("malformed_extension",))


@case
def san_in_two_octet_strings() -> Vector:
    """Alternative names in an OCTET STRING inside that of the extension.

    Not the SEQUENCE it must be: not walked, so not known.
    """
    made = e_cnpj()
    made = made.with_san(asn1.octets(made.general_names()))
    return Vector(made, E_CNPJ, UNREADABLE, ("malformed_extension",))


@case
def damage_after_a_number() -> Vector:
    """Alternative names that break off after a CEI.

    The number was read; the damage behind it is said.
    """
    made = with_end_of_san(CEI, CUT_ENTRY)
    return Vector(made, E_CNPJ, present(), ("malformed_extension",))


@case
def damage_after_zeros() -> Vector:
    """Alternative names that break off after twelve zeros.

    A second field may hide in the damage: not known.
    """
    made = with_end_of_san(ZEROS, CUT_ENTRY)
    return Vector(made, E_CNPJ, UNREADABLE, ("malformed_extension",))


@case
def damage_instead_of_the_field() -> Vector:
    """Alternative names that break off, without the field of the CEI before.

    It may hide in the damage: not known.
    """
    made = with_end_of_san(None, CUT_ENTRY)
    return Vector(made, E_CNPJ, UNREADABLE, ("malformed_extension",))


@case
def entry_of_no_kind() -> Vector:
    """An otherName with one bit turned over in its tag.

    0x20 is none of the nine kinds of GeneralName: an entry that cannot be read, not one to skip.
    """
    entry = field(7, CEI).der
    made = with_end_of_san(None, bytes([entry[0] ^ 0x80]) + entry[1:])
    return Vector(made, E_CNPJ, UNREADABLE, ("malformed_extension",))


@case
def fields_cut_with_the_san() -> Vector:
    """Alternative names that break off before the fields that the profile demands.

    Not known is not missing: of no field is it said that it is not there.
    """
    made = e_cnpj().with_san(asn1.sequence(CUT_ENTRY))
    return Vector(made, E_CNPJ, UNREADABLE, ("malformed_extension",))


@case
def data_after_the_names() -> Vector:
    """Two octets after the end of the alternative names, inside the extension, and a CEI.

    The number was read; what follows is said.
    """
    made = e_cnpj()
    made = made.with_san(made.general_names() + b"\x00\x00")
    return Vector(made, E_CNPJ, present(), ("trailing_data",))


@case
def names_that_end_before_the_field() -> Vector:
    """Alternative names whose own length ends before the entry of the CEI.

    One wrong counter, and the field is data after the end: not walked, so not known.
    """
    made = e_cnpj()
    before, after = (made.names or ())[:3], (made.names or ())[3:]
    names = asn1.sequence(*(part.der for part in before))
    made = made.with_san(names + b"".join(part.der for part in after))
    return Vector(made, E_CNPJ, UNREADABLE, ("malformed_extension",))


@case
def noise_after_the_names() -> Vector:
    """Zeros in the field of the CEI, and two octets after the end of the alternative names.

    They are no name that a wrong length left out, so nothing can hide in them.
    """
    made = e_cnpj(ZEROS)
    made = made.with_san(made.general_names() + b"\x00\x00")
    return Vector(made, E_CNPJ, blank("zeros"), ("trailing_data",))


@case
def extension_of_no_known_kind() -> Vector:
    """The extension of the alternative names with a wrong length of its OID.

    Which extension it was cannot be told. That no other is the SAN proves nothing.
    """
    made = e_cnpj()
    san = extension(oids.SUBJECT_ALT_NAME, made.general_names()).der
    label = asn1.oid(oids.SUBJECT_ALT_NAME)
    broken = san.replace(label, label[:1] + b"\x01" + label[2:])
    made = replace(made, names=None).adding_extensions(Part("", broken))
    return Vector(made, E_CNPJ, UNREADABLE, ("malformed_extension",))


@case
def something_else_after_the_key() -> Vector:
    """Extensions under the tag [4] instead of [3].

    An X.509 certificate has nothing there; it was the extensions until a bit turned over.
    """
    *fields, extensions = e_cnpj().fields()
    made = asn1.sequence(*signed(*fields, b"\xa4" + extensions[1:]))
    return Vector(made, UNKNOWN, UNREADABLE, ("malformed",))


@case
def noise_in_another_extension() -> Vector:
    """keyUsage that is no ASN.1.

    One extension that is damaged hides no other.
    """
    made = e_cnpj().with_extensions(extension(oids.KEY_USAGE, b"\x03\x7f", critical=True))
    return Vector(made, E_CNPJ, present(), ("malformed_extension",))


@case
def extension_without_value() -> Vector:
    """keyUsage without a value.

    Its frame is whole, so the others stand where they stand.
    """
    made = e_cnpj().with_extensions(Part(oids.KEY_USAGE, asn1.sequence(asn1.oid(oids.KEY_USAGE))))
    return Vector(made, E_CNPJ, present(), ("malformed_extension",))


@case
def noise_in_the_policies() -> Vector:
    """Policies that are no ASN.1, and a CEI.

    Whether they are of ICP-Brasil is not known, so nobody says they are not.
    """
    made = e_cnpj().with_extensions(extension(oids.POLICIES, b"\x30\x7f"))
    return Vector(made, POLICY_UNKNOWN, present(), ("malformed_extension",))


@case
def noise_in_the_policies_without_the_field() -> Vector:
    """Policies that are no ASN.1, and no CEI.

    The alternative names were walked to their end: surely no field. That the certificate is of
    another PKI nobody can say.
    """
    made = e_cnpj(None).with_extensions(extension(oids.POLICIES, b"\x30\x7f"))
    return Vector(
        made, POLICY_UNKNOWN, Verdict("absent", "profile_unknown"), ("malformed_extension",)
    )


@case
def policy_qualifier_without_value() -> Vector:
    """A policy whose qualifier has a label and no content.

    The policy itself is whole: the certificate is what it is.
    """
    made = e_cnpj().with_extensions(policies(oids.A1, qualifier=asn1.sequence(asn1.oid(oids.CPS))))
    return Vector(made, E_CNPJ, present(), ("malformed_extension",))


@case
def noise_in_the_subject() -> Vector:
    """A Subject whose last part is no RDN.

    The name is lost, the fields are not.
    """
    made = e_cnpj()
    broken = Part("CN", asn1.tlv(asn1.SET, b"\x30\x7f"))
    return Vector(made.with_subject(broken), E_CNPJ, present(), ("malformed_name",))


@case
def noise_in_the_key() -> Vector:
    """A public key that is no ASN.1.

    Nothing of the verdict needs it.
    """
    return Vector(replace(e_cnpj(), key=asn1.sequence(b"\x30\x7f")), E_CNPJ, present())
