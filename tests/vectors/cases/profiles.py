"""Which kind of certificate it is, and what it means there that the field is missing."""

from dataclasses import replace

from certificates import (
    CEI,
    ZEROS,
    application,
    ca,
    cf_e_sat,
    e_cnpj,
    e_cpf,
    equipment,
    field,
    oids,
    om_br,
    other_pki,
    pf_2024,
    selo_eletronico,
    timestamp,
)
from certificates.certificate import dns, rdn
from certificates.der import printable
from certificates.profiles import CNPJ, COMPANY, policies
from vectors.case import (
    AUTHORITY,
    CA,
    E_CNPJ,
    E_CPF,
    EQUIPMENT,
    MISSING,
    NO_FIELD,
    OPTIONAL,
    OTHER,
    OUTSIDE,
    PF,
    Kind,
    Theme,
    Vector,
    Verdict,
    blank,
    present,
)

theme = Theme("profiles")
case = theme


@case
def company_without_the_field() -> Vector:
    """An e-CNPJ without `.7`.

    The legacy profile made the field mandatory, so its absence is said to be one.
    """
    return Vector(e_cnpj(None), E_CNPJ, MISSING)


@case
def person_without_the_field() -> Vector:
    """An e-CPF without `.6`.

    The legacy profile made the field mandatory, so its absence is said to be one.
    """
    return Vector(e_cpf(None), E_CPF, MISSING)


@case
def person_with_the_first_field_only() -> Vector:
    """A legacy e-CPF with nothing but `.1`.

    Título (`.5`) was mandatory too, "mesmo que os campos estejam vazios"; the CEI's own absence is
    the verdict and is not said twice.
    """
    made = e_cpf(None).without_names("2.16.76.1.3.5")
    return Vector(made, E_CPF, MISSING, ("missing_mandatory_field",))


@case
def person_of_2024() -> Vector:
    """A natural person of Res. CG 211/2024 with only `.1`.

    CPF in the Subject's serialNumber, bare name in CN. There the field is permitted, not mandatory:
    its absence is normal.
    """
    return Vector(pf_2024(), PF, OPTIONAL, holder={"cpf": "11144477735", "rg_issuer": "SSP"})


@case
def person_of_2024_with_a_number() -> Vector:
    """A natural person of Res. CG 211/2024 with a CEI in `.6`.

    Permitted, and there.
    """
    return Vector(pf_2024(CEI), PF, present())


@case
def person_of_2024_with_zeros() -> Vector:
    """A natural person of Res. CG 211/2024 with zeros in `.6`.

    The field is there and not informed, which is not the same as left out.
    """
    return Vector(pf_2024(ZEROS), PF, blank("zeros"))


@case
def person_of_2024_in_a4() -> Vector:
    """A natural person of Res. CG 211/2024, type A4.

    A3 and A4 are the two types of that profile.
    """
    made = pf_2024().with_extensions(policies(oids.A4))
    return Vector(made, Kind("pf", "A4"), OPTIONAL)


@case
def person_of_2024_with_printable_serial_number() -> Vector:
    """The CPF in the Subject as PrintableString.

    X.520 defines serialNumber so; the name beside it is UTF8String.
    """
    made = pf_2024().with_subject(rdn("serialNumber", printable("11144477735")))
    return Vector(made, PF, OPTIONAL, holder={"cpf": "11144477735"})


@case
def person_of_2024_without_san() -> Vector:
    """A natural person of Res. CG 211/2024 without any alternative name.

    After 2028 even `.1` is optional: no SAN means surely no field.
    """
    made = replace(pf_2024(), names=None)
    holder = {"name": "ANA EXEMPLO DA SILVA", "cpf": "11144477735"}
    return Vector(made, PF, OPTIONAL, ("no_san",), holder)


@case
def legacy_person_with_a_serial_number() -> Vector:
    """An e-CPF `NAME:CPF` with the CPF in the Subject's serialNumber as well.

    The colon in CN tells the legacy layout, in which the field was mandatory.
    """
    made = e_cpf(None).with_subject(rdn("serialNumber", "11144477735"))
    return Vector(made, E_CPF, MISSING)


@case
def legacy_person_without_san() -> Vector:
    """An e-CPF of which only `NAME:CPF` tells what it is.

    No SAN means surely no field; that the others are missing goes without saying.
    """
    made = replace(e_cpf(), names=None)
    return Vector(made, E_CPF, MISSING, ("no_san",))


@case
def selo_eletronico_s() -> Vector:
    """A Selo Eletrônico in software (SE-S).

    Its profile has no field for the CEI: another Selo will have none either.
    """
    return Vector(
        selo_eletronico(),
        Kind("selo-eletronico", "SE-S"),
        NO_FIELD,
        holder={"name": COMPANY, "cnpj": CNPJ, "cpf": ""},
    )


@case
def selo_eletronico_h() -> Vector:
    """A Selo Eletrônico in hardware (SE-H).

    Its profile has no field for the CEI: another Selo will have none either.
    """
    return Vector(selo_eletronico(oids.SE_H), Kind("selo-eletronico", "SE-H"), NO_FIELD)


@case
def selo_eletronico_without_san() -> Vector:
    """A Selo Eletrônico without any alternative name.

    The CNPJ in the Subject's serialNumber is the lasting one; `.3` is provisional until 2028.
    """
    made = replace(selo_eletronico(), names=None)
    kind = Kind("selo-eletronico", "SE-S")
    return Vector(made, kind, NO_FIELD, ("no_san",), {"name": COMPANY, "cnpj": CNPJ})


@case
def selo_eletronico_with_a_number() -> Vector:
    """A Selo Eletrônico that carries `.7` all the same.

    A field that is there is always judged, whatever its profile.
    """
    made = selo_eletronico().adding_names(field(7, CEI))
    return Vector(made, Kind("selo-eletronico", "SE-S"), present())


@case
def application_s() -> Vector:
    """An Aplicação Específica (AE-S) without CN.

    No field for the CEI. The holder is O (DOC-ICP-04 v8.3, annex I, table 4).
    """
    holder = {"name": COMPANY, "cnpj": CNPJ}
    return Vector(application(), Kind("application", "AE-S"), NO_FIELD, holder=holder)


@case
def application_h() -> Vector:
    """An Aplicação Específica (AE-H).

    No field for the CEI. Arcs 203 and 204, which one library gives it, are in no document.
    """
    return Vector(application(oids.AE_H), Kind("application", "AE-H"), NO_FIELD)


@case
def time_stamp_3() -> Vector:
    """A time-stamping server (T3).

    No field for the CEI.
    """
    return Vector(timestamp(), Kind("timestamp", "T3"), NO_FIELD)


@case
def time_stamp_4() -> Vector:
    """A time-stamping server (T4).

    No field for the CEI.
    """
    return Vector(timestamp(oids.T4), Kind("timestamp", "T4"), NO_FIELD)


@case
def fiscal_printer() -> Vector:
    """A CF-e-SAT.

    No field for the CEI. The Subject's serialNumber is the equipment's, not a CPF or CNPJ.
    """
    holder = {"name": COMPANY, "cnpj": CNPJ, "cpf": ""}
    return Vector(cf_e_sat(), Kind("cf-e-sat", "CF-e-SAT"), NO_FIELD, holder=holder)


@case
def metrological_object() -> Vector:
    """An OM-BR, such as a fuel pump.

    No field for the CEI.
    """
    holder = {"name": COMPANY, "cnpj": CNPJ}
    return Vector(om_br(), Kind("om-br", "OM-BR"), NO_FIELD, holder=holder)


@case
def server() -> Vector:
    """A server with the four fields of 2017 to 2021.

    No field for the CEI; `.8` beside `.3` is what tells a server from an e-CNPJ.
    """
    holder = {"name": COMPANY, "cnpj": CNPJ}
    return Vector(equipment(), EQUIPMENT, NO_FIELD, holder=holder)


@case
def server_with_a_host_name_only() -> Vector:
    """A server after Res. 196/2021: nothing but `dNSName`.

    No field of a person or company is there; the host name tells what it is.
    """
    made = replace(equipment(), names=(dns("www.exemplo.com.br"),))
    return Vector(made, EQUIPMENT, NO_FIELD)


@case
def old_server_with_zeros() -> Vector:
    """A server of the time when it carried `.7` beside `.8`, with zeros.

    A field that is there is always judged: blank, not "not applicable".
    """
    return Vector(equipment(ZEROS), EQUIPMENT, blank("zeros"))


@case
def old_server_with_a_number() -> Vector:
    """A server of the time when it carried `.7` beside `.8`, with a CEI.

    A field that is there is always judged.
    """
    return Vector(equipment(CEI), EQUIPMENT, present())


@case
def authority() -> Vector:
    """The certificate of an issuing authority.

    Not the customer's. Authorities have no SAN.
    """
    return Vector(ca(), CA, AUTHORITY, ("no_san",))


@case
def authority_under_the_arc_of_selos() -> Vector:
    """An authority with a policy under 2.16.76.1.2.201.

    That arc named policies of authorities until IN 10/2016: cA comes before the arc, and it is no
    SE-S.
    """
    return Vector(ca(oids.SE_S), CA, AUTHORITY, ("no_san",))


@case
def authority_of_another_pki() -> Vector:
    """An authority with no policy of ICP-Brasil.

    It is an authority first.
    """
    made = ca("1.3.6.1.4.1.99999.1.1")
    return Vector(made, CA._replace(icp_brasil=False), AUTHORITY, ("no_san",))


@case
def another_pki() -> Vector:
    """A certificate of another PKI.

    No policy under 2.16.76.1.2, no field: another certificate must be chosen.
    """
    return Vector(other_pki(), OTHER, OUTSIDE)


@case
def another_pki_with_a_number() -> Vector:
    """A certificate of another PKI that borrowed the OID of the CEI.

    A field that is there is always judged; that the certificate is nobody's here is said beside it.
    """
    return Vector(other_pki(CEI), OTHER, present(), ("cei_outside_icp_brasil",))


@case
def another_pki_with_zeros() -> Vector:
    """A certificate of another PKI with zeros under the OID of the CEI.

    A field that is there is always judged; that the certificate is nobody's here is said beside it.
    """
    return Vector(other_pki(ZEROS), OTHER, blank("zeros"), ("cei_outside_icp_brasil",))


@case
def another_pki_in_the_name_of_icp_brasil() -> Vector:
    """A sandbox whose Subject says O=ICP-Brasil, without a policy of it.

    Anyone can write a name: the policy is what claims.
    """
    made = other_pki().with_subject(rdn("O", "ICP-Brasil"))
    return Vector(made, OTHER, OUTSIDE)


@case
def version_1() -> Vector:
    """An X.509 v1 certificate, without version and extensions.

    No policy and no SAN: outside ICP-Brasil, with certainty.
    """
    made = replace(other_pki(), version=b"", names=None, extensions=())
    return Vector(made, OTHER, OUTSIDE, ("no_san",))


@case
def secrecy_type() -> Vector:
    """An e-CNPJ of type S1.

    2.16.76.1.2.101 starts with the digits of A1's arc: arcs are compared whole.
    """
    made = e_cnpj().with_extensions(policies(oids.S1))
    return Vector(made, Kind("e-cnpj", "S1"), present())


@case
def type_a2() -> Vector:
    """An e-CPF of type A2.

    As any other legacy type.
    """
    made = e_cpf().with_extensions(policies(oids.A2))
    return Vector(made, Kind("e-cpf", "A2"), present())


@case
def policy_of_an_unknown_type() -> Vector:
    """A policy under 2.16.76.1.2 whose type is in no table.

    It claims to be of ICP-Brasil; what its profile may carry nobody can say, so the missing field
    is just missing.
    """
    made = e_cnpj(None).with_extensions(policies("2.16.76.1.2.13.5"))
    return Vector(made, Kind("other"), Verdict("absent", "profile_unknown"))


@case
def foreign_policy_first() -> Vector:
    """Two policies, the first of which is somebody else's.

    The one of ICP-Brasil counts, wherever it stands.
    """
    made = e_cnpj().with_extensions(policies("1.3.6.1.4.1.99999.1.1", oids.A1))
    return Vector(made, E_CNPJ, present())


@case
def organization_of_its_own() -> Vector:
    """An e-CNPJ whose Subject has the company in O.

    One in four real certificates does; the policy is what claims.
    """
    made = e_cnpj().with_subject(rdn("O", COMPANY))
    return Vector(made, E_CNPJ, present())
