"""The verdict: does the certificate carry a matrícula CEI, and why.

`Not known` is never `no`: a field that may hide in damage makes `unreadable`, not `blank`.
"""

from collections.abc import Callable, Collection, Sequence
from enum import StrEnum
from typing import NamedTuple

from guiche.icpbrasil.field import Field
from guiche.icpbrasil.numbers import caepf, cei, cnpj, cpf, nis
from guiche.icpbrasil.oids import CEI_PESSOA_FISICA, CEI_PESSOA_JURIDICA
from guiche.icpbrasil.profile import Profile

Cpfs = Callable[[], Collection[str]]
"""Every CPF that stands beside the field; asked for only where digits are to be compared."""

CEI_FIELDS = (CEI_PESSOA_FISICA, CEI_PESSOA_JURIDICA)


class Status(StrEnum):
    """The six answers; nothing folds one into another."""

    PRESENT = "present"
    DOUBTFUL = "doubtful"
    BLANK = "blank"
    ABSENT = "absent"
    NOT_APPLICABLE = "not_applicable"
    UNREADABLE = "unreadable"


class Reason(StrEnum):
    """Why the status is what it is; the codes are public."""

    OK = "ok"
    CHECK_DIGIT = "check_digit"
    LENGTH = "length"
    CHARACTERS = "characters"
    CAEPF_WITHOUT_CHECK_DIGITS = "caepf_without_check_digits"
    LOOKS_LIKE_CAEPF = "looks_like_caepf"
    LOOKS_LIKE_CNPJ = "looks_like_cnpj"
    LOOKS_LIKE_CPF = "looks_like_cpf"
    LOOKS_LIKE_NIS = "looks_like_nis"
    CONFLICT = "conflict"
    FIELD_UNKNOWN = "field_unknown"
    ZEROS = "zeros"
    BLANKS = "blanks"
    EMPTY = "empty"
    OPTIONAL_IN_PROFILE = "optional_in_profile"
    MISSING_IN_LEGACY_PROFILE = "missing_in_legacy_profile"
    PROFILE_UNKNOWN = "profile_unknown"
    PROFILE_WITHOUT_FIELD = "profile_without_field"
    CA = "ca"
    NOT_ICP_BRASIL = "not_icp_brasil"
    MALFORMED = "malformed"
    INCOMPLETE_TEXT = "incomplete_text"


class Evidence(NamedTuple):
    """The bytes that a verdict rests on."""

    oid: str | None
    type: str | None
    content: bytes
    text: str

    @classmethod
    def of(cls, field: Field) -> "Evidence":
        """The evidence that one field gives."""
        return cls(field.oid, field.type, field.entry.content, field.text)

    @property
    def hex(self) -> str:
        """The content octets in lower case, spaced, as a certificate viewer shows them."""
        return self.content.hex(" ")


class Enrolment(NamedTuple):
    """Status, reason, the digits as read (None on conflict and where none can be given), proof."""

    status: Status
    reason: Reason
    number: str | None = None
    evidence: tuple[Evidence, ...] = ()

    @property
    def formatted(self) -> str | None:
        """`NN.NNN.NNNNN/NN` of a CEI, its check digit right or not; else the digits as they are."""
        is_cei = self.reason in (Reason.OK, Reason.CHECK_DIGIT)
        return cei.format(self.number) if self.number and is_cei else self.number


def judge_value(text: str, cpfs: Cpfs) -> tuple[Status, Reason]:
    """What one value of a CEI field is worth; `cpfs` gives those of the people in it.

    1. Nothing, blanks and zeros say "not informed" (DOC-ICP-04, 7.1.2.2-b).
    2. Anything but digits is not a CEI.
    3. Another length is not a CEI; eleven and fourteen may be another register's number.
    4. A CAEPF cut to twelve digits passes the check digit one time in ten, so it comes first.
    5. The check digit decides the rest.
    """
    digits = text.strip(" ")
    if not text:
        return Status.BLANK, Reason.EMPTY
    if not digits:
        return Status.BLANK, Reason.BLANKS
    if not digits.strip("0 "):
        return Status.BLANK, Reason.ZEROS
    if len(digits) == 14 and cnpj.is_valid(digits):
        return Status.DOUBTFUL, Reason.LOOKS_LIKE_CNPJ
    if not (digits.isascii() and digits.isdigit()):
        return Status.DOUBTFUL, Reason.CHARACTERS
    if len(digits) != cei.LENGTH:
        return Status.DOUBTFUL, _other_register(digits)
    if any(len(number) == cpf.LENGTH and digits.startswith(number[:9]) for number in cpfs()):
        return Status.DOUBTFUL, Reason.CAEPF_WITHOUT_CHECK_DIGITS
    if not cei.has_check_digit(digits):
        return Status.DOUBTFUL, Reason.CHECK_DIGIT
    return Status.PRESENT, Reason.OK


def _other_register(digits: str) -> Reason:
    if len(digits) == 14 and caepf.is_valid(digits):
        return Reason.LOOKS_LIKE_CAEPF
    if len(digits) == 11 and cpf.is_valid(digits):
        return Reason.LOOKS_LIKE_CPF
    if len(digits) == 11 and nis.is_valid(digits):
        return Reason.LOOKS_LIKE_NIS
    return Reason.LENGTH


def judge_fields(fields: Sequence[Field], cpfs: Cpfs) -> Enrolment:
    """The verdict on the fields that are there, one or more; two that disagree are a conflict."""
    evidence = tuple(map(Evidence.of, fields))
    if len({proof.text.strip(" ") for proof in evidence}) > 1:
        return Enrolment(Status.DOUBTFUL, Reason.CONFLICT, None, evidence)
    status, reason = judge_value(evidence[0].text, cpfs)
    if not all(field.holds_text for field in fields):
        status, reason = Status.DOUBTFUL, Reason.CHARACTERS
    digits = evidence[0].text.strip(" ")
    informed = status in (Status.PRESENT, Status.DOUBTFUL) and digits.isascii() and digits.isdigit()
    return Enrolment(status, reason, digits if informed else None, evidence)


def judge_absence(profile: Profile, *, icp_brasil: bool | None) -> Enrolment:
    """The verdict where no CEI field is there."""
    if profile is Profile.CA:
        return Enrolment(Status.NOT_APPLICABLE, Reason.CA)
    if profile is Profile.OTHER and icp_brasil is False:
        return Enrolment(Status.NOT_APPLICABLE, Reason.NOT_ICP_BRASIL)
    if profile is Profile.OTHER:
        return Enrolment(Status.ABSENT, Reason.PROFILE_UNKNOWN)
    if profile is Profile.PF:
        return Enrolment(Status.ABSENT, Reason.OPTIONAL_IN_PROFILE)
    if profile.is_legacy:
        return Enrolment(Status.ABSENT, Reason.MISSING_IN_LEGACY_PROFILE)
    return Enrolment(Status.NOT_APPLICABLE, Reason.PROFILE_WITHOUT_FIELD)


def judge_text(fields: Sequence[Field], cpfs: Cpfs) -> Enrolment:
    """The verdict on values pasted without a certificate.

    A pasted text may be a part of the whole, so a field that is not in it is not absent: it is
    not known. Without an OID only twelve digits, or one value alone, can be taken for the field.
    Without its ASN.1 length only twelve zeros are known to be all of a "not informed".
    """
    named = [field for field in fields if field.oid in CEI_FIELDS]
    if named:
        verdict = judge_fields(named, cpfs)
        cut = any(f.entry.tag is None and len(f.text.strip(" ")) != cei.LENGTH for f in named)
        if cut and verdict.status is Status.BLANK:
            return verdict._replace(status=Status.UNREADABLE, reason=Reason.INCOMPLETE_TEXT)
        return verdict
    unnamed = [field for field in fields if field.oid is None]
    twelve = [field for field in unnamed if len(field.text.strip(" ")) == cei.LENGTH]
    candidates = twelve or (unnamed if len(fields) == 1 else [])
    if not candidates:
        evidence = tuple(map(Evidence.of, fields))
        return Enrolment(Status.UNREADABLE, Reason.INCOMPLETE_TEXT, None, evidence)
    verdict = judge_fields(candidates, cpfs)
    if verdict.status is Status.BLANK and not twelve:
        return verdict._replace(status=Status.DOUBTFUL, reason=Reason.LENGTH)
    if verdict.reason is Reason.CHARACTERS:
        return verdict._replace(reason=Reason.FIELD_UNKNOWN)
    return verdict
