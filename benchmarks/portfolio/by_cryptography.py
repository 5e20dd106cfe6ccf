"""The same row with Python's `cryptography`, as one would write it from its documentation."""

from collections.abc import Iterable
from hashlib import sha256
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.x509.oid import NameOID

from guiche.icpbrasil.enrolment import judge_value
from guiche.icpbrasil.nis import judge_place
from guiche.icpbrasil.numbers import cnpj, cpf
from guiche.icpbrasil.oids import certificate_type

_FIELDS = "2.16.76.1.3."
_OCTETS, _PRINTABLE, _UTF8 = 4, 19, 12


class Row(NamedTuple):
    """What every peer makes of a certificate; moments in seconds since 1970."""

    sha256: str
    serial: str
    issuer_name: str | None
    holder_name: str | None
    not_before: int
    not_after: int
    profile: str
    certificate_type: str | None
    icp_brasil: bool
    holder_cnpj: str | None
    holder_cpf: str | None
    responsible_name: str | None
    responsible_cpf: str | None
    enrolment_status: str
    enrolment_reason: str
    enrolment_number: str | None
    holder_email: str | None
    nis_status: str
    nis_number: str | None
    key_algorithm: str
    key_bits: int | None


def rows(certificates: Iterable[bytes]) -> list[Row]:
    """A row each."""
    return [row(der) for der in certificates]


def row(der: bytes) -> Row:  # noqa: C901  # one walk over the extensions
    """Raises `ValueError` where `cryptography` does, or where a field is of another string type."""
    certificate = x509.load_der_x509_certificate(der)
    fields: dict[str, str] = {}
    has_dns = is_ca = False
    emails: list[str] = []
    policies: list[str] = []
    for extension in certificate.extensions:
        value = extension.value
        if isinstance(value, x509.SubjectAlternativeName):
            for name in value:
                if isinstance(name, x509.OtherName):
                    fields.setdefault(name.type_id.dotted_string, _text(name.value))
                elif isinstance(name, x509.RFC822Name):
                    emails.append(name.value)
                has_dns |= isinstance(name, x509.DNSName)
        elif isinstance(value, x509.CertificatePolicies):
            policies = [each.policy_identifier.dotted_string for each in value]
        elif isinstance(value, x509.BasicConstraints):
            is_ca = value.ca
    field = {oid.removeprefix(_FIELDS): text for oid, text in fields.items()}
    kinds = [kind for policy in policies if (kind := certificate_type(policy))]
    kind = kinds[0] if kinds and not is_ca else None
    icp_brasil = any(policy.startswith("2.16.76.1.2.") for policy in policies)
    subject = certificate.subject
    common_name, number = (
        _first(subject, NameOID.COMMON_NAME),
        _first(subject, NameOID.SERIAL_NUMBER),
    )
    holder, digits = _split(common_name)
    if is_ca:
        profile = "ca"
    elif kind is None:
        profile = "other"
    else:
        profile = kind.profile or _profile(kind.name, field, common_name, number, digits, has_dns)
    if profile == "application":
        holder, _ = _split(_first(subject, NameOID.ORGANIZATION_NAME))
    holder_cnpj, holder_cpf = _informed(field.get("3")), _cpf(field.get("1"))
    responsible_cpf = _cpf(field.get("4"))
    cei = field.get("6", field.get("7"))
    if cei is None:
        status, reason = _absence(profile, icp_brasil=icp_brasil)
    else:
        cpfs = {n for n in (holder_cpf, responsible_cpf, digits, number) if n}
        status, reason = map(str, judge_value(cei, lambda: cpfs))
    informed = status in ("present", "doubtful") and (cei or "").strip(" ")
    if number and profile in ("application", "selo-eletronico") and cnpj.is_valid(number):
        holder_cnpj = holder_cnpj or number
    if number and profile in ("application", "pf") and cpf.is_valid(number):
        holder_cpf = holder_cpf or number
    return Row(
        sha256(der).hexdigest(),
        _hex(certificate.serial_number),
        _label(certificate.issuer),
        _informed(field.get("8")) or holder,
        int(certificate.not_valid_before_utc.timestamp()),
        int(certificate.not_valid_after_utc.timestamp()),
        profile,
        kind and kind.name,
        icp_brasil,
        holder_cnpj,
        holder_cpf,
        _informed(field.get("2")),
        responsible_cpf,
        status,
        reason,
        informed if informed and informed.isdigit() else None,
        emails[0] if emails else _first(subject, NameOID.EMAIL_ADDRESS),
        *_nis(profile, field.get("1"), icp_brasil=icp_brasil),
        *_key(certificate.public_key()),
    )


def _text(value: bytes) -> str:
    """The text of one string in DER, shorter than 128 octets as all of the norm are."""
    if value[0] not in (_OCTETS, _PRINTABLE, _UTF8) or value[1] != len(value) - 2:
        raise ValueError(value)
    return value[2:].decode("utf-8" if value[0] == _UTF8 else "ascii")


def _first(name: x509.Name, oid: x509.ObjectIdentifier) -> str | None:
    found = name.get_attributes_for_oid(oid)
    return str(found[0].value) if found else None


def _label(name: x509.Name) -> str | None:
    units = name.get_attributes_for_oid(NameOID.ORGANIZATIONAL_UNIT_NAME)
    return _first(name, NameOID.COMMON_NAME) or (
        str(units[-1].value) if units else _first(name, NameOID.ORGANIZATION_NAME)
    )


def _split(name: str | None) -> tuple[str | None, str | None]:
    if name is None:
        return None, None
    bare, colon, number = name.rpartition(":")
    number = number.strip()
    is_cnpj = len(number) == 14 and number.isalnum() and number[-2:].isdigit()
    if colon and (number.isdigit() or is_cnpj):
        return bare.strip(), number
    return name.strip(), None


def _informed(text: str | None) -> str | None:
    text = (text or "").strip()
    return text if text.strip("0 ") else None


def _cpf(block: str | None) -> str | None:
    return _informed(block[8:19]) if block and len(block) >= 19 else None


def _profile(
    kind: str,
    field: dict[str, str],
    name: str | None,
    number: str | None,
    digits: str | None,
    has_dns: bool,  # noqa: FBT001
) -> str:
    if _informed(field.get("8")) and "3" in field:
        return "equipment"
    if not field.keys().isdisjoint(("2", "3", "4")):
        return "e-cnpj"
    by_cpf = number and len(number) == 11 and number.isdigit() and ":" not in (name or "")
    if by_cpf and kind in ("A3", "A4"):
        return "pf"
    if not field.keys().isdisjoint(("1", "6")):
        return "e-cpf"
    if "7" in field:
        return "e-cnpj"
    if has_dns:
        return "equipment"
    if digits and cpf.is_valid(digits):
        return "e-cpf"
    return "e-cnpj" if digits and cnpj.is_valid(digits) else "other"


def _absence(profile: str, *, icp_brasil: bool) -> tuple[str, str]:
    match profile:
        case "ca":
            return "not_applicable", "ca"
        case "other":
            unknown = "absent", "profile_unknown"
            return unknown if icp_brasil else ("not_applicable", "not_icp_brasil")
        case "pf":
            return "absent", "optional_in_profile"
        case "e-cpf" | "e-cnpj":
            return "absent", "missing_in_legacy_profile"
    return "not_applicable", "profile_without_field"


def _nis(profile: str, block: str | None, *, icp_brasil: bool) -> tuple[str, str | None]:
    is_person = profile in ("e-cpf", "pf")
    if block is None or not (is_person or (profile == "other" and icp_brasil)):
        return "absent" if is_person else "not_applicable", None
    verdict = judge_place(block[19:30])
    return str(verdict.status), verdict.number


def _key(key: CertificatePublicKeyTypes) -> tuple[str, int | None]:
    if isinstance(key, rsa.RSAPublicKey):
        return "RSA", key.key_size
    return "EC" if isinstance(key, ec.EllipticCurvePublicKey) else "Ed25519", None


def _hex(number: int) -> str:
    digits = f"{number:x}"
    return digits.zfill(len(digits) + len(digits) % 2)
