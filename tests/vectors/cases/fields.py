"""How the fields stand in the Subject Alternative Name, and which others stand beside them."""

from dataclasses import replace

from certificates import CEI, ZEROS, e_cnpj, e_cpf, field, oids
from certificates.certificate import Part, mail, other_name
from certificates.der import implicit, octets, printable, utf8
from vectors.case import E_CNPJ, E_CPF, Theme, Vector, blank, doubtful, present

theme = Theme("fields")
case = theme

OTHER_CEI = "115830010780"
CONFLICT = doubtful("conflict")


@case
def descending_order() -> Vector:
    """The fields from the last OID to the first.

    The norm lists them "nesta ordem"; most certificates do not keep to it.
    """
    made = e_cnpj()
    return Vector(replace(made, names=tuple(reversed(made.names or ()))), E_CNPJ, present())


@case
def e_mail_first() -> Vector:
    """An e-mail address before the fields.

    One in three has something else in front.
    """
    made = e_cpf().without_names("rfc822Name")
    made = replace(made, names=(mail("ana@exemplo.com.br"), *(made.names or ())))
    return Vector(made, E_CPF, present(), holder={"email": "ana@exemplo.com.br"})


@case
def logon_name_first() -> Vector:
    """A Windows logon name (UPN) before the fields.

    An otherName of somebody else, in UTF8String as it must be.
    """
    made = e_cpf()
    logon = other_name(oids.UPN, utf8("ana@exemplo.local"))
    made = replace(made, names=(logon, *(made.names or ())))
    return Vector(made, E_CPF, present(), fields={oids.UPN: "ana@exemplo.local"})


@case
def names_of_other_kinds() -> Vector:
    """An address, a URI and a registered identifier among the fields.

    GeneralName has nine kinds; only otherName holds fields.
    """
    made = e_cnpj()
    others = (
        Part("uri", implicit(6, b"https://padaria.exemplo.com.br")),
        Part("ip", implicit(7, bytes([192, 0, 2, 1]))),
        Part("rid", implicit(8, bytes.fromhex("604c01"))),
    )
    return Vector(replace(made, names=(*others, *(made.names or ()))), E_CNPJ, present())


@case
def critical_san() -> Vector:
    """The alternative names marked critical.

    The norm says they are not; it changes nothing in what they say.
    """
    made = e_cnpj()
    made = made.with_san(made.general_names(), critical=True)
    return Vector(made, E_CNPJ, present(), ("san_critical",))


@case
def same_number_twice() -> Vector:
    """`.7` twice, with one number.

    Superfluous, not contradictory.
    """
    made = e_cnpj().adding_names(field(7, CEI))
    return Vector(made, E_CNPJ, present(), ("duplicate_other_name",))


@case
def same_number_twice_in_two_types() -> Vector:
    """`.7` twice, once in an OCTET STRING and once in a PrintableString.

    Two spellings of one number.
    """
    made = e_cnpj().adding_names(field(7, printable(CEI)))
    return Vector(made, E_CNPJ, present(), ("duplicate_other_name",))


@case
def zeros_twice() -> Vector:
    """`.7` twice, both zeros.

    Not informed, twice.
    """
    made = e_cnpj(ZEROS).adding_names(field(7, ZEROS))
    return Vector(made, E_CNPJ, blank("zeros"), ("duplicate_other_name",))


@case
def two_numbers() -> Vector:
    """`.7` twice, with two valid numbers.

    The certificate contradicts itself: no number is given.
    """
    made = e_cnpj().adding_names(field(7, OTHER_CEI))
    return Vector(made, E_CNPJ, CONFLICT, ("conflicting_other_name",))


@case
def zeros_before_a_number() -> Vector:
    """`.7` twice, zeros first and a number after.

    Whoever reads only the first says "no CEI", and is wrong.
    """
    made = e_cnpj(ZEROS).adding_names(field(7, CEI))
    return Vector(made, E_CNPJ, CONFLICT, ("conflicting_other_name",))


@case
def both_fields_with_one_number() -> Vector:
    """`.6` and `.7` in an e-CNPJ, with one number.

    They agree; `.6` is a person's and has no place here.
    """
    made = e_cnpj().adding_names(field(6, CEI))
    return Vector(made, E_CNPJ, present(), ("both_cei_fields", "cei_misplaced"))


@case
def both_fields_one_with_zeros() -> Vector:
    """`.6` with zeros and `.7` with a number.

    Two fields disagree: no number is given, and certainly not "no CEI".
    """
    made = e_cnpj().adding_names(field(6, ZEROS))
    return Vector(made, E_CNPJ, CONFLICT, ("both_cei_fields", "cei_misplaced"))


@case
def both_fields_with_two_numbers() -> Vector:
    """`.6` and `.7` with two valid numbers.

    Two fields disagree: no number is given.
    """
    made = e_cnpj().adding_names(field(6, OTHER_CEI))
    return Vector(made, E_CNPJ, CONFLICT, ("both_cei_fields", "cei_misplaced"))


@case
def persons_field_in_a_company() -> Vector:
    """A number in `.6` of an e-CNPJ.

    It is there and valid; a system that looks into `.7` will not find it.
    """
    made = e_cnpj(None).adding_names(field(6, CEI))
    return Vector(made, E_CNPJ, present(), ("cei_misplaced",))


@case
def companys_field_in_a_person() -> Vector:
    """A number in `.7` of an e-CPF.

    It is there and valid; a system that looks into `.6` will not find it.
    """
    made = e_cpf(None).adding_names(field(7, CEI))
    return Vector(made, E_CPF, present(), ("cei_misplaced",))


@case
def unassigned_field() -> Vector:
    """An OID that DOC-ICP-04.01 does not assign, 2.16.76.1.3.13.

    Further fields approved by AC Raiz are allowed (7.1.2.5): shown, never an error.
    """
    made = e_cnpj().adding_names(field(13, "QUALQUER COISA"))
    return Vector(made, E_CNPJ, present(), fields={"2.16.76.1.3.13": "QUALQUER COISA"})


@case
def lawyer() -> Vector:
    """An e-CPF of a lawyer, with the number in the OAB.

    Five fields of two arcs, as in the real ones.
    """
    made = e_cpf(ZEROS).adding_names(field("4.2.1.1", "123456   "))
    return Vector(made, E_CPF, blank("zeros"), fields={"2.16.76.1.4.2.1.1": "123456   "})


@case
def physician() -> Vector:
    """An e-CPF of a physician: number, state and speciality in the CFM.

    Three fields of one council.
    """
    fields = {
        "2.16.76.1.4.2.2.1": "000123456",
        "2.16.76.1.4.2.2.2": "SP",
        "2.16.76.1.4.2.2.3": "PEDIATRIA",
    }
    names = (other_name(oid, octets(text)) for oid, text in fields.items())
    return Vector(e_cpf().adding_names(*names), E_CPF, present(), fields=fields)


@case
def identity_register() -> Vector:
    """An e-CPF with the RIC of 2010, eleven digits in `.9`.

    A number beside the CEI that is not one.
    """
    made = e_cpf(ZEROS).adding_names(field(9, "12345678901"))
    return Vector(made, E_CPF, blank("zeros"), fields={"2.16.76.1.3.9": "12345678901"})


@case
def civil_servant() -> Vector:
    """An e-CPF of a civil servant, with the SIGEPE number in `.11`.

    Optional since 2017.
    """
    made = e_cpf().adding_names(field(11, "0001234567"))
    return Vector(made, E_CPF, present(), fields={"2.16.76.1.3.11": "0001234567"})


@case
def field_of_the_issuing_desk() -> Vector:
    """The registration authority's CNPJ in an optional field.

    Not the holder's, whatever its digits.
    """
    made = e_cnpj().adding_names(field("4.5.1", "11444777000161"))
    holder = {"cnpj": "11222333000181"}
    fields = {"2.16.76.1.4.5.1": "11444777000161"}
    return Vector(made, E_CNPJ, present(), holder=holder, fields=fields)
