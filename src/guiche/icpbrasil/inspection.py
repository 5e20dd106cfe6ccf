"""One reading of one certificate: facts, verdict and findings, and its public JSON form."""

from collections.abc import Sequence
from datetime import date, datetime
from functools import partial
from typing import Any, NamedTuple, Protocol

from guiche.icpbrasil import oids, wording
from guiche.icpbrasil.certificate import Certificate
from guiche.icpbrasil.enrolment import (
    CEI_FIELDS,
    Cpfs,
    Enrolment,
    Reason,
    Status,
    judge_absence,
    judge_fields,
    judge_text,
)
from guiche.icpbrasil.field import Field, Fields
from guiche.icpbrasil.findings import Finding, finding
from guiche.icpbrasil.holder import Person, holder_of, responsible_of, split_common_name
from guiche.icpbrasil.name import COMMON_NAME, SERIAL_NUMBER
from guiche.icpbrasil.nis import Nis, judge_nis, judge_nis_in_text
from guiche.icpbrasil.observations import on_cei, on_certificate, on_validity
from guiche.icpbrasil.oids import CertificateType
from guiche.icpbrasil.other_name import OtherName
from guiche.icpbrasil.profile import Profile, detect
from guiche.icpbrasil.registration_authority import (
    RegistrationAuthority,
    registration_authority_of,
)
from guiche.icpbrasil.tlv import Malformed
from guiche.icpbrasil.validity import Validity

_NOT_KNOWN_GOOD = ("expired", "not_yet_valid", "malformed_date")


class Source(Protocol):
    """Where a certificate was read from."""

    @property
    def name(self) -> str:
        """File name or place."""

    @property
    def kind(self) -> str:
        """`pem`, `der`, `pkcs12`, ...; the public list."""

    @property
    def index(self) -> int:
        """Position among the certificates of the same source, from zero."""


class Inspection(NamedTuple):
    """The reading. From pasted text `certificate` and what only it can give are None."""

    enrolment: Enrolment
    findings: tuple[Finding, ...]
    fields: tuple[Field, ...]
    holder: Person
    responsible: Person | None
    validity: Validity
    certificate: Certificate | None = None
    der: bytes | None = None
    profile: Profile | None = None
    certificate_type: CertificateType | None = None
    icp_brasil: bool | None = None

    @property
    def answer(self) -> str:
        """The first words: `Tem CEI`, `Sem CEI`, ..."""
        return wording.answer(self.enrolment, self.profile)

    @property
    def headline(self) -> str:
        """The verdict in one sentence, to be read aloud."""
        return wording.headline(self.enrolment, self.profile)

    @property
    def explanation(self) -> str:
        """Why, and what to do next."""
        expired = self.validity.status == "expired"
        return wording.explanation(self.enrolment, self.profile, expired=expired)

    @property
    def warning(self) -> str | None:
        """What takes the good out of good news: not in force, or not known to be."""
        return next((f.message for f in self.findings if f.code in _NOT_KNOWN_GOOD), None)

    @property
    def nis(self) -> Nis:
        """The verdict on the NIS of the person who holds the certificate."""
        blocks = [field for field in self.fields if field.oid == oids.PESSOA_FISICA]
        if self.certificate is None or self.profile is None:
            return judge_nis_in_text(blocks)
        return judge_nis(self.profile, self.certificate, blocks)

    @property
    def nis_words(self) -> str:
        """That verdict in a few words, to be read aloud; empty where it is not applicable."""
        return wording.nis_words(self.nis)

    @property
    def registration_authority(self) -> RegistrationAuthority | None:
        """The AR that attended the holder; None where the certificate does not tell."""
        if self.certificate is None or self.profile is None:
            return None
        return registration_authority_of(self.profile, self.certificate, self.holder)

    @property
    def sha256(self) -> str | None:
        """The fingerprint of the whole encoding in hexadecimal; None of pasted text."""
        from hashlib import sha256

        return None if self.der is None else sha256(self.der).hexdigest()

    @property
    def serial(self) -> str | None:
        """The certificate's serial number in hexadecimal, whole octets, without sign octet."""
        return _hex(self.certificate.serial) if self.certificate else None

    def to_dict(self, source: Source | None = None) -> dict[str, Any]:
        """The public JSON contract; keys and codes change only with a major version."""
        certificate, enrolment = self.certificate, self.enrolment
        nis, authority = self.nis, self.registration_authority
        return {
            "source": source and {"name": source.name, "kind": source.kind, "index": source.index},
            "sha256": self.sha256,
            "profile": self.profile and self.profile.value,
            "certificate_type": self.certificate_type and self.certificate_type.name,
            "icp_brasil": self.icp_brasil,
            "holder": _person(self.holder),
            "responsible": self.responsible and _person(self.responsible, company=False),
            "enrolment": {
                "status": enrolment.status.value,
                "reason": enrolment.reason.value,
                "number": enrolment.number,
                "formatted": enrolment.formatted,
                "evidence": [
                    {"oid": e.oid, "type": e.type, "hex": e.hex, "text": e.text}
                    for e in enrolment.evidence
                ],
            },
            "nis": {"status": nis.status.value, "number": nis.number},
            "fields": [
                {
                    "oid": f.oid,
                    "name": f.name,
                    "type": f.type,
                    "hex": f.hex,
                    "text": f.text,
                    "value": f.value,
                }
                for f in self.fields
            ],
            "validity": certificate
            and {
                "not_before": _utc(self.validity.not_before),
                "not_after": _utc(self.validity.not_after),
                "status": self.validity.status,
            },
            "issuer": certificate and {"name": certificate.issuer.label},
            "registration_authority": authority and authority._asdict(),
            "serial": self.serial,
            "trust": certificate and {"status": "unchecked"},
            "findings": [f._asdict() for f in self.findings],
        }


def _person(person: Person, *, company: bool = True) -> dict[str, Any]:
    data = person._asdict()
    data["birth_date"] = _iso(person.birth_date)
    if not company:
        del data["cnpj"], data["email"]
    return data


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _utc(moment: datetime | None) -> str | None:
    return moment.isoformat().replace("+00:00", "Z") if moment else None


def _hex(serial: int) -> str:
    digits = f"{abs(serial):x}"
    return ("-" if serial < 0 else "") + digits.zfill(len(digits) + len(digits) % 2)


def inspect(der: bytes, *, at: datetime | None = None) -> Inspection:
    """Reads and judges one certificate in DER (BER is read too). Pure; never raises.

    `at`, an aware moment, judges the validity; without it that stays unjudged. Bytes that are no
    certificate give the status `unreadable`, never a "sem CEI".

    1. the certificate as it stands (RFC 5280, 4.1);
    2. its fields (DOC-ICP-04, 7.1.2.3) and profile;
    3. holder and responsible person;
    4. the verdict on the CEI;
    5. the findings.
    """
    try:
        certificate = Certificate.read(der)
    except ValueError as error:
        return _unreadable(der, error)
    names = certificate.alternative_names
    fields = Fields(names.other_names if names else ())
    profile, certificate_type = detect(certificate, fields)
    icp_brasil = certificate.claims_icp_brasil
    holder = holder_of(profile, certificate, fields)
    responsible = responsible_of(fields)
    enrolment = _judge(profile, fields, partial(_cpfs, certificate, fields), icp_brasil=icp_brasil)
    if certificate.names_damaged and enrolment.status not in (Status.PRESENT, Status.DOUBTFUL):
        # Where the end of the fields was not reached, only a number found stands.
        enrolment = enrolment._replace(status=Status.UNREADABLE, reason=Reason.MALFORMED)
    validity = Validity.judged(certificate.not_before, certificate.not_after, at)
    findings = (
        *certificate.findings,
        *fields.findings(),
        *on_certificate(profile, fields, certificate, holder),
        *on_cei(profile, fields, enrolment, icp_brasil=icp_brasil),
        *on_validity(validity),
    )
    return Inspection(
        enrolment,
        findings,
        fields.every,
        holder,
        responsible,
        validity,
        certificate,
        der,
        profile,
        certificate_type,
        icp_brasil,
    )


def inspect_fields(other_names: Sequence[OtherName]) -> Inspection:
    """Judges values pasted without a certificate, as a dialog shows them. Pure; never raises."""
    fields = Fields(other_names)
    holder = holder_of(None, None, fields)
    responsible = responsible_of(fields)
    enrolment = judge_text(fields.every, fields.cpfs)
    findings = [*fields.findings(), *on_cei(None, fields, enrolment, icp_brasil=True)]
    judged = enrolment.status is not Status.UNREADABLE
    if judged and any(proof.oid is None for proof in enrolment.evidence):
        findings.append(finding("field_unknown", expected=" ou ".join(CEI_FIELDS)))
    return Inspection(
        enrolment=enrolment,
        findings=tuple(findings),
        fields=fields.every,
        holder=holder,
        responsible=responsible,
        validity=Validity(None, None, None),
    )


def _unreadable(der: bytes, error: ValueError) -> Inspection:
    problem = (
        str(error) if isinstance(error, Malformed) else "a estrutura não é a de um certificado"
    )
    return Inspection(
        enrolment=Enrolment(Status.UNREADABLE, Reason.MALFORMED),
        findings=(finding("malformed", problem=problem),),
        fields=(),
        holder=Person(),
        responsible=None,
        validity=Validity(None, None, None),
        der=der,
    )


def _cpfs(certificate: Certificate, fields: Fields) -> set[str]:
    """Every CPF that the certificate gives: in the fields, after the name, as serial number."""
    subject = certificate.subject
    numbers = [split_common_name(name)[1] for name in subject.every(COMMON_NAME)]
    numbers += subject.every(SERIAL_NUMBER)
    return fields.cpfs().union(number for number in numbers if number)


def _judge(profile: Profile, fields: Fields, cpfs: Cpfs, *, icp_brasil: bool | None) -> Enrolment:
    """A field that is there is always judged, whatever the profile or the PKI."""
    there = [field for field in fields.every if field.oid in CEI_FIELDS]
    return judge_fields(there, cpfs) if there else judge_absence(profile, icp_brasil=icp_brasil)
