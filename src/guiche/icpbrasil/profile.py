"""Which kind of certificate this is.

Legacy kinds are told by the policy arc and the fields (DOC-ICP-04 v8.1, 7.1.2.3); those of
Res. CG ICP-Brasil 211/2024 by their own arcs and by the Subject (DOC-ICP-04 v8.3, annex I).
The arc says what a certificate claims to be; who issued it is the chain's work.
"""

from enum import StrEnum

from guiche.icpbrasil import oids
from guiche.icpbrasil.certificate import Certificate
from guiche.icpbrasil.field import Fields
from guiche.icpbrasil.name import COMMON_NAME, SERIAL_NUMBER
from guiche.icpbrasil.numbers import cnpj, cpf
from guiche.icpbrasil.oids import CertificateType, certificate_type


class Profile(StrEnum):
    """The kinds that are told apart; the values are public."""

    E_CPF = "e-cpf"
    E_CNPJ = "e-cnpj"
    PF = "pf"
    SELO_ELETRONICO = "selo-eletronico"
    EQUIPMENT = "equipment"
    APPLICATION = "application"
    TIMESTAMP = "timestamp"
    CF_E_SAT = "cf-e-sat"
    OM_BR = "om-br"
    CA = "ca"
    OTHER = "other"

    @property
    def label(self) -> str:
        """The name that people know it by."""
        return _LABELS[self]

    @property
    def is_person(self) -> bool:
        """Whether the holder is a natural person."""
        return self in (Profile.E_CPF, Profile.PF)

    @property
    def is_legacy(self) -> bool:
        """Whether the profile made the CEI field mandatory."""
        return self in (Profile.E_CPF, Profile.E_CNPJ)


_LABELS = {
    Profile.E_CPF: "e-CPF",
    Profile.E_CNPJ: "e-CNPJ",
    Profile.PF: "Pessoa física (perfil de 2024)",
    Profile.SELO_ELETRONICO: "Selo Eletrônico",
    Profile.EQUIPMENT: "Equipamento",
    Profile.APPLICATION: "Aplicação",
    Profile.TIMESTAMP: "Carimbo do tempo",
    Profile.CF_E_SAT: "CF-e-SAT",
    Profile.OM_BR: "Objeto metrológico",
    Profile.CA: "Autoridade certificadora",
    Profile.OTHER: "Não reconhecido",
}


def detect(certificate: Certificate, fields: Fields) -> tuple[Profile, CertificateType | None]:
    """The profile, and the type (A1, A3, SE-S, ...) that its policy names.

    1. An authority is one whatever else it claims: 201.n was an arc of authorities once.
    2. An arc of one profile decides it; arcs of several decide nothing.
    3. Within the legacy arcs the fields decide.
    4. Without an arc of ICP-Brasil the profile is not recognised.
    """
    types = [found for policy in certificate.policies if (found := certificate_type(policy))]
    kind = types[0] if types else None
    if certificate.is_ca:
        return Profile.CA, None
    if len(types) > 1 and len({found.profile for found in types}) > 1:
        return Profile.OTHER, None
    if kind is None:
        return Profile.OTHER, None
    if kind.profile:
        return Profile(kind.profile), kind
    return _by_fields(certificate, kind, fields), kind


def _by_fields(certificate: Certificate, kind: CertificateType, fields: Fields) -> Profile:
    if fields.informed(oids.NOME_EMPRESARIAL) and oids.CNPJ in fields:
        return Profile.EQUIPMENT
    if any(oid in fields for oid in (oids.CNPJ, oids.RESPONSAVEL, oids.NOME_RESPONSAVEL)):
        return Profile.E_CNPJ
    if kind.name in ("A3", "A4") and _names_person_by_cpf(certificate):
        return Profile.PF
    if any(oid in fields for oid in (oids.PESSOA_FISICA, oids.CEI_PESSOA_FISICA)):
        return Profile.E_CPF
    if oids.CEI_PESSOA_JURIDICA in fields:
        return Profile.E_CNPJ
    names = certificate.alternative_names
    if names and names.dns_names:
        return Profile.EQUIPMENT
    return _by_common_name(certificate.subject.first(COMMON_NAME) or "")


def _by_common_name(name: str) -> Profile:
    """`NAME:CPF` or `NAME:CNPJ` of the RFB layout, the last resort where no field is there."""
    number = name.rpartition(":")[2] if ":" in name else ""
    if cpf.is_valid(number):
        return Profile.E_CPF
    return Profile.E_CNPJ if cnpj.is_valid(number) else Profile.OTHER


def _names_person_by_cpf(certificate: Certificate) -> bool:
    """Subject `serialNumber` is the CPF and CN the bare name (DOC-ICP-04 v8.3, annex I, 1)."""
    number = certificate.subject.first(SERIAL_NUMBER) or ""
    name = certificate.subject.first(COMMON_NAME) or ""
    return len(number) == 11 and number.isdigit() and ":" not in name
