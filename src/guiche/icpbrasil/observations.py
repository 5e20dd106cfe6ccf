"""Findings that need the whole reading: profile, holder and verdict."""

from collections.abc import Iterator

from guiche.icpbrasil import oids
from guiche.icpbrasil.certificate import Certificate
from guiche.icpbrasil.enrolment import CEI_FIELDS, Enrolment, Reason
from guiche.icpbrasil.field import Fields
from guiche.icpbrasil.findings import Finding, finding
from guiche.icpbrasil.holder import Person, split_common_name
from guiche.icpbrasil.name import COMMON_NAME, MAX_COMMON_NAME
from guiche.icpbrasil.numbers import caepf, cnpj, cpf
from guiche.icpbrasil.oids import certificate_type
from guiche.icpbrasil.profile import Profile
from guiche.icpbrasil.validity import Validity, day

_MANDATORY = {
    Profile.E_CPF: (oids.PESSOA_FISICA, oids.TITULO_ELEITOR),
    Profile.E_CNPJ: (oids.NOME_RESPONSAVEL, oids.CNPJ, oids.RESPONSAVEL),
}


def on_certificate(
    profile: Profile, fields: Fields, certificate: Certificate, holder: Person
) -> Iterator[Finding]:
    """What is odd about the subject and the set of fields."""
    if len(certificate.policies) > 1:
        kinds = filter(None, map(certificate_type, certificate.policies))
        if len({kind.profile for kind in kinds}) > 1:
            yield finding("conflicting_policies")
    if certificate.alternative_names is None:
        yield finding("no_san")
    elif not certificate.names_damaged:
        for oid in _MANDATORY.get(profile, ()):
            if oid not in fields:
                yield finding("missing_mandatory_field", name=oids.field_name(oid))
    common_name = certificate.subject.first(COMMON_NAME)
    if common_name is None:
        return
    if len(common_name) > MAX_COMMON_NAME:
        yield finding("cn_too_long", found=len(common_name))
    number = split_common_name(common_name)[1] or ""
    # Shorter digits are a staff number, which some authorities put there.
    is_register = len(number) in (cpf.LENGTH, cnpj.LENGTH)
    if is_register and (holder.cpf or holder.cnpj) and number not in (holder.cpf, holder.cnpj):
        yield finding("cn_number_mismatch", found=number)


def on_cei(
    profile: Profile | None, fields: Fields, enrolment: Enrolment, *, icp_brasil: bool | None
) -> Iterator[Finding]:
    """What is odd about where the CEI stands and what stands in it."""
    there = [oid for oid in CEI_FIELDS if oid in fields]
    if len(there) == 2:
        yield finding("both_cei_fields")
    if there and icp_brasil is False:
        yield finding("cei_outside_icp_brasil")
    if profile in (Profile.E_CPF, Profile.PF, Profile.E_CNPJ):
        own = oids.CEI_PESSOA_FISICA if profile.is_person else oids.CEI_PESSOA_JURIDICA
        for oid in there:
            if oid != own:
                yield finding("cei_misplaced", oid=oid)
    if enrolment.reason is Reason.CAEPF_WITHOUT_CHECK_DIGITS and enrolment.number:
        whole = enrolment.number + caepf.calc_check_digits(enrolment.number)
        yield finding("caepf_in_cei_field", caepf=caepf.format(whole))


def on_validity(validity: Validity) -> Iterator[Finding]:
    """That the certificate is not in force at the moment it was judged for."""
    if validity.status == "expired" and validity.not_after:
        yield finding("expired", date=day(validity.not_after))
    elif validity.status == "not_yet" and validity.not_before:
        yield finding("not_yet_valid", date=day(validity.not_before))
