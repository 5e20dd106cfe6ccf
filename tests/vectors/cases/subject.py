"""Whose certificate it is: the Subject, and what may and may not be taken from it."""

from dataclasses import replace

from certificates import Part, ca, e_cnpj, e_cpf, selo_eletronico
from certificates.certificate import attribute, rdn
from certificates.der import SET, bmp, ia5, set_of, teletex, tlv
from certificates.profiles import ANA, CNPJ, COMPANY
from vectors.case import AUTHORITY, CA, E_CNPJ, E_CPF, NO_FIELD, Kind, Theme, Vector, present

theme = Theme("subject")
case = theme


@case
def name_and_cpf() -> Vector:
    """`NAME:CPF` in CN, as the RFB layout has it.

    The name is what stands before the last colon.
    """
    return Vector(e_cpf(), E_CPF, present(), holder={"name": ANA.name, "cpf": ANA.cpf, "cnpj": ""})


@case
def name_alone() -> Vector:
    """An e-CPF without `:CPF` in CN.

    Only the RFB layout asks for it; the CPF stands in `.1`.
    """
    made = e_cpf(cn=ANA.name)
    return Vector(made, E_CPF, present(), holder={"name": ANA.name, "cpf": ANA.cpf})


@case
def staff_number_of_five_digits() -> Vector:
    """Five digits after the colon: a number of the court's staff.

    Not a CPF and not meant as one; no rule is broken.
    """
    made = e_cpf(cn=f"{ANA.name}:12345")
    return Vector(made, E_CPF, present(), holder={"name": ANA.name, "cpf": ANA.cpf})


@case
def staff_number_of_nine_digits() -> Vector:
    """Nine digits after the colon: a number of the court's staff.

    Not a CPF and not meant as one; no rule is broken.
    """
    made = e_cpf(cn=f"{ANA.name}:123456789")
    return Vector(made, E_CPF, present(), holder={"name": ANA.name, "cpf": ANA.cpf})


@case
def another_cpf_after_the_colon() -> Vector:
    """A CPF after the colon that is not the one in `.1`.

    The field counts; the contradiction is said.
    """
    made = e_cpf(cn=f"{ANA.name}:12345678909")
    return Vector(made, E_CPF, present(), ("cn_number_mismatch",), {"cpf": ANA.cpf})


@case
def cpf_after_a_companys_name() -> Vector:
    """An e-CNPJ with eleven digits after the colon.

    The number of a person where a company's is expected; `.3` has the company's.
    """
    made = e_cnpj(cn=f"{COMPANY}:12345678909")
    holder = {"name": COMPANY, "cnpj": CNPJ, "cpf": ""}
    return Vector(made, E_CNPJ, present(), ("cn_number_mismatch",), holder)


@case
def colon_in_the_name() -> Vector:
    """A name with a colon of its own.

    A colon is a legal character: the last one divides.
    """
    name = "EXEMPLO: COMERCIO DE PAES LTDA"
    return Vector(e_cnpj(cn=f"{name}:{CNPJ}"), E_CNPJ, present(), holder={"name": name})


@case
def colon_and_no_number() -> Vector:
    """A name that ends in a colon and a mark that is no number.

    KM12 is part of the name: what is cut off must be digits, or a whole CNPJ with letters.
    """
    made = selo_eletronico().with_subject(rdn("CN", "POSTO EXEMPLO:KM12"))
    holder = {"name": "POSTO EXEMPLO:KM12", "cnpj": CNPJ}
    return Vector(made, Kind("selo-eletronico", "SE-S"), NO_FIELD, holder=holder)


@case
def cnpj_of_the_registration_authority() -> Vector:
    """A CNPJ in an OU.

    It is that of the registration authority that saw the customer, never the holder's.
    """
    return Vector(e_cnpj(), E_CNPJ, present(), holder={"cnpj": CNPJ})


@case
def alphanumeric_cnpj() -> Vector:
    """A company with letters in its CNPJ (IN RFB 2.229/2024).

    In force since July 2026; `\\d{14}` does not find it.
    """
    made = e_cnpj(cnpj="12ABC34501DE35")
    return Vector(made, E_CNPJ, present(), holder={"name": COMPANY, "cnpj": "12ABC34501DE35"})


@case
def three_units_in_one_rdn() -> Vector:
    """Three OUs in one RDN instead of three RDNs, two of them equal.

    A set holds an attribute once, and a type too (X.501, 9.3); `cryptography` gives no name then.
    """
    units = set_of(*(attribute("OU", unit) for unit in ("presencial", "presencial", "RFB")))
    made = e_cnpj().with_subject(Part("OU", units))
    return Vector(made, E_CNPJ, present(), holder={"name": COMPANY})


@case
def unsorted_set() -> Vector:
    """An RDN of two attributes in the wrong order.

    DER sorts the members of a SET; `cryptography` does not load the certificate.
    """
    pair = tlv(SET, attribute("CN", f"{COMPANY}:{CNPJ}"), attribute("C", "BR"))
    made = e_cnpj().with_subject(Part("CN", pair))
    return Vector(made, E_CNPJ, present(), ("unsorted_set",), {"name": COMPANY})


@case
def long_common_name() -> Vector:
    """A CN of more than sixty-four characters.

    Over the limit of X.520, and met in the field; the name is not cut.
    """
    name = "ASSOCIACAO DE PADARIAS E CONFEITARIAS EXEMPLO DO INTERIOR DE SAO PAULO"
    made = e_cnpj(cn=f"{name}:{CNPJ}")
    return Vector(made, E_CNPJ, present(), ("cn_too_long",), {"name": name})


@case
def accents_in_utf8_string() -> Vector:
    """A CN with accents in a UTF8String.

    As RFC 5280 wants it.
    """
    made = e_cnpj(cn=f"CONFEITARIA SÃO JOÃO EXEMPLO:{CNPJ}")
    return Vector(made, E_CNPJ, present(), holder={"name": "CONFEITARIA SÃO JOÃO EXEMPLO"})


@case
def accents_in_teletex_string() -> Vector:
    """A CN with accents in a TeletexString.

    T.61 on paper, Latin-1 in practice; one in twenty subjects has the type.
    """
    made = e_cnpj().with_subject(rdn("CN", teletex(f"CONFEITARIA SÃO JOÃO EXEMPLO:{CNPJ}")))
    return Vector(made, E_CNPJ, present(), holder={"name": "CONFEITARIA SÃO JOÃO EXEMPLO"})


@case
def accents_in_bmp_string() -> Vector:
    """A CN with accents in a BMPString.

    Two octets a character.
    """
    made = e_cnpj().with_subject(rdn("CN", bmp(f"CONFEITARIA SÃO JOÃO EXEMPLO:{CNPJ}")))
    return Vector(made, E_CNPJ, present(), holder={"name": "CONFEITARIA SÃO JOÃO EXEMPLO"})


@case
def e_mail_in_the_subject() -> Vector:
    """An e-mail address in the Subject and none among the alternative names.

    Obsolete since RFC 3280, still the holder's address.
    """
    made = e_cpf().without_names("rfc822Name")
    made = made.with_subject(rdn("emailAddress", ia5("ana@exemplo.com.br")))
    return Vector(made, E_CPF, present(), holder={"email": "ana@exemplo.com.br"})


@case
def no_name_at_all() -> Vector:
    """An empty Subject.

    Whose it is stands in the fields.
    """
    made = replace(e_cpf(), subject=())
    return Vector(made, E_CPF, present(), holder={"name": "", "cpf": ANA.cpf})


@case
def authority_without_common_name() -> Vector:
    """An authority that is known by its units only.

    Nothing of the verdict depends on a CN.
    """
    made = ca()
    subject = tuple(part for part in made.subject if part.oid != "CN")
    return Vector(replace(made, subject=subject), CA, AUTHORITY, ("no_san",))
