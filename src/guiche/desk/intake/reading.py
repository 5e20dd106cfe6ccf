"""One reading of one certificate, as far as it may be kept.

Kept: verdict, holder, CPF or CNPJ, issuer, serial, validity, e-mail, NIS, the bytes that prove the
CEI, and how the token or card names itself. RG, birth date, título and every other field are shown
when read and never stored; a file name neither, for people write names and passwords into it. The
certificate itself holds them all: it rests enciphered, and only for a time.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import models
from django.dispatch import Signal

from guiche.desk import clock, vault
from guiche.desk.intake.facts import show_document
from guiche.desk.intake.plain import plain, plain_text
from guiche.desk.people.user import User
from guiche.desk.procedures.names import (
    CONDITIONS,
    LATER,
    OTHER,
    PAST,
    READING,
    SAME,
    SOON,
    UNREAD,
)
from guiche.desk.rows import insert
from guiche.icpbrasil import Inspection as Reading
from guiche.icpbrasil import Profile, oids
from guiche.icpbrasil.numbers import nis
from guiche.icpbrasil.validity import Validity, day
from guiche.sources import Found, Source
from guiche.sources.der import certificates, looks_like_der
from guiche.sources.found import Device, Signature
from guiche.trust import Status, Trust

DER_KEPT = timedelta(days=90)
ENDING = timedelta(days=30)
"""So long before its end a certificate is said to end soon."""

_KEPT_FIELDS = {
    oids.CEI_PESSOA_FISICA,
    oids.CEI_PESSOA_JURIDICA,
    oids.CNPJ,
    oids.NOME_RESPONSAVEL,
    oids.NOME_EMPRESARIAL,
}
# A longer value in the field of the CEI is something else, perhaps a whole block of a person.
_LONGEST_NUMBER = 14
_LONGEST_CHAIN, _LARGEST_CHAIN = 8, 32 * 1024
_DROPPED_OF_A_PERSON = ("birth_date", "rg", "rg_issuer", "rg_state")
# Its message quotes the birth date that it could not read.
_DROPPED_FINDINGS = ("birth_date_unreadable",)
# Whose certificate this is, is known; that it is not the customer's, too.
_NOT_THE_CUSTOMER = ("ca", "not_icp_brasil")


kept = Signal()
"""A `reading` was stored."""


class Inspection(models.Model):
    """A stored reading. `contract` has the shape of the public JSON, less what is not kept."""

    sha256 = models.CharField(max_length=64, blank=True)
    status = models.CharField(max_length=20)
    headline = models.TextField()
    explanation = models.TextField()
    warning = models.TextField(blank=True)
    """What takes the good out of good news at the time of the reading: expired, not yet valid."""
    contract: "models.JSONField[dict[str, Any], dict[str, Any]]" = models.JSONField()
    sealed_der = models.BinaryField(null=True)
    der_expires_at = models.DateTimeField(null=True, db_index=True)
    chain = models.BinaryField(default=b"", db_default=b"")
    """The authorities that came along, DER after DER; they are public, and lead to the root."""
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=clock.now, db_index=True)

    def __str__(self) -> str:
        return self.headline

    @classmethod
    def store(
        cls,
        reading: Reading,
        *,
        der: bytes | None,
        by: User,
        source: Source | None = None,
        device: Device | None = None,
    ) -> "Inspection":
        """The same as `of`, stored."""
        row = cls.of(reading, der=der, by=by, source=source, device=device)
        row.keep()
        return row

    @classmethod
    def of_found(cls, found: Found, reading: Reading, by: User) -> "Inspection":
        """The same as `of`, with all that its source told of it."""
        return cls.of(
            reading, der=found.der, by=by, source=found.source, device=found.device,
            chain=found.chain, signature=found.signature,
        )  # fmt: skip

    @classmethod
    def of(
        cls,
        reading: Reading,
        *,
        der: bytes | None,
        by: User,
        source: Source | None = None,
        device: Device | None = None,
        chain: Sequence[bytes] = (),
        signature: Signature | None = None,
    ) -> "Inspection":
        """A new row, not stored yet: only what may be kept is in it. `der` is the certificate read,
        None when only text was; it is enciphered.

        Of `source` the kind and position are kept, and of its name the extension; the `device` it
        came from as it names itself; which signatures of a document it made, without what they
        sign, for that names files and people. `chain` are authorities that came along.
        """
        hidden = _long_values(reading)
        contract = reading.to_dict()
        if source:
            unsaid = signature and signature._replace(signs=())
            found = Found(_anonymous(source), der, device=device, signature=unsaid)
            contract = found.contract(reading)
        contract = plain(contract)
        now = clock.now()
        return cls(
            sha256=reading.sha256 or "",
            status=reading.enrolment.status.value,
            headline=_without(hidden, plain_text(reading.headline)),
            explanation=_without(hidden, plain_text(reading.explanation)),
            warning=reading.warning or "",
            contract=_minimised(contract, hidden),
            sealed_der=vault.seal(der) if der else None,
            der_expires_at=now + DER_KEPT if der else None,
            chain=b"".join(_short(chain)) if der else b"",
            by=by,
            created_at=now,
        )

    def keep(self) -> None:
        """Stores this new reading."""
        insert([self])
        kept.send(Inspection, reading=self)

    def repeats(self, other: "Inspection") -> bool:
        """Whether both are of the same certificate, or of the same text."""
        if self.sha256 or other.sha256:
            return self.sha256 == other.sha256
        return self.contract == other.contract

    @property
    def der(self) -> bytes | None:
        """The certificate, while it is kept."""
        return vault.unseal(bytes(self.sealed_der)) if self.sealed_der else None

    @property
    def authorities(self) -> list[bytes]:
        """Those of `chain`, each for itself."""
        return certificates(bytes(self.chain)) if self.chain else []

    @property
    def data(self) -> dict[str, str]:
        """What the certificate can fill in: the names of `procedures.names.CERTIFICATE`."""
        contract = self.contract
        holder = contract["holder"]
        if contract["enrolment"]["reason"] in _NOT_THE_CUSTOMER:
            holder = dict.fromkeys(holder)
        number = holder["cnpj"] or holder["cpf"]
        device = (contract.get("source") or {}).get("device")
        return {
            "document": show_document(number) if number else "",
            "name": holder["name"] or "",
            "email": holder["email"] or "",
            "card_type": _card_type(contract["profile"], contract["certificate_type"]),
            "issuer": (contract["issuer"] or {}).get("name") or "",
            "serial": contract["serial"] or "",
            "valid_until": _day((contract["validity"] or {}).get("not_after")),
            "device": Device(**device).words if device else "",
        }

    @property
    def words(self) -> dict[str, str]:
        """The names of `procedures.names.READING` that may stand in texts."""
        number = (self.contract.get("nis") or {}).get("number") or ""
        return {
            "verdict": f"{self.headline} {self._warning_now}".strip(),
            "cei": self.contract["enrolment"]["formatted"] or "",
            "nis": nis.format(number) if nis.is_valid(number) else number,
            "holder": self.contract["holder"]["name"] or "",
        }

    @property
    def conditions(self) -> dict[str, str]:
        """The values of `procedures.names.CONDITIONS` that choose among texts, less `holder`."""
        enrolment = self.contract["enrolment"]
        kind = self.contract["certificate_type"]
        return {
            "status": enrolment["status"],
            "reason": enrolment["reason"],
            "profile": self.contract["profile"] or UNREAD,
            "validity": self.validity.status or UNREAD,
            "type": (kind if kind in CONDITIONS["type"] else OTHER) if kind else UNREAD,
            "nis": (self.contract.get("nis") or {}).get("status") or UNREAD,
            "ends": self._ends,
        }

    @property
    def validity(self) -> Validity:
        """As it stands now: a certificate ends while a call is paused or a ticket is open."""
        dates = self.contract["validity"] or {}
        begin, end = (
            datetime.fromisoformat(dates[key]) if dates.get(key) else None
            for key in ("not_before", "not_after")
        )
        return Validity.judged(begin, end, clock.now())

    @property
    def _ends(self) -> str:
        end = self.validity.not_after
        if end is None:
            return UNREAD
        left = end - clock.now()
        return PAST if left < timedelta() else SOON if left < ENDING else LATER

    @property
    def _warning_now(self) -> str:
        """`warning`, less what has passed since, and with what has come about."""
        return " ".join(filter(None, (self._validity_warning, self.distrust)))

    @property
    def distrust(self) -> str:
        """That it is known not to be genuine, or no longer; "" where it is not."""
        kept = self.contract.get("trust") or {}
        status = Status(kept.get("status", Status.UNCHECKED))
        bad = status in (Status.REVOKED, Status.UNKNOWN_ROOT)
        return f"{Trust(status).headline}." if bad else ""

    @property
    def _validity_warning(self) -> str:
        validity, stored = self.validity, self.contract["validity"] or {}
        if validity.status == stored.get("status"):
            return self.warning
        if validity.status == "expired" and validity.not_after:
            return f"O certificado venceu em {day(validity.not_after)}."
        return "" if validity.status == "valid" else self.warning

    def is_of(self, document: str) -> bool | None:
        """Whether its holder has this CPF or CNPJ; None where one of the two is not known."""
        holder = self.contract["holder"]
        number = holder["cnpj"] or holder["cpf"]
        return number == document if number and document else None


def _short(chain: Sequence[bytes]) -> Iterator[bytes]:
    """The first ones, as far as a chain goes; a container may hold thousands."""
    size = 0
    for der in chain[:_LONGEST_CHAIN]:
        size += len(der)
        if looks_like_der(der) and size <= _LARGEST_CHAIN:
            yield der


def words_of(inspection: Inspection | None) -> dict[str, str]:
    """`words`, also where nothing was read."""
    return inspection.words if inspection else dict.fromkeys(READING, "")


def conditions_of(inspection: Inspection | None, document: str = "") -> dict[str, str]:
    """`conditions`, also where nothing was read; `holder` compares with the customer's number."""
    if inspection is None:
        return dict.fromkeys(CONDITIONS, UNREAD)
    of_customer = {True: SAME, False: OTHER, None: UNREAD}[inspection.is_of(document)]
    return {**inspection.conditions, "holder": of_customer}


def _anonymous(source: Source) -> Source:
    """The source with no more of its name than the extension: people write passwords there.

    The name of a provider of cloud certificates is nobody's, and stays.
    """
    if source.kind == "psc":
        return source
    extension = re.search(r"\.([a-z0-9]{1,4})$", source.name.lower())
    return source._replace(name=f"*.{extension[1]}" if extension else "")


def _long_values(reading: Reading) -> list[str]:
    """What the verdict quotes and is too long for a number, the longest first."""
    texts = {evidence.text.strip() for evidence in reading.enrolment.evidence}
    if len(number := reading.enrolment.number or "") > _LONGEST_NUMBER:
        texts |= {number, reading.enrolment.formatted or number}
    long = [text for text in map(plain_text, texts) if len(text) > _LONGEST_NUMBER]
    return sorted(long, key=len, reverse=True)


def _without(hidden: list[str], text: str) -> str:
    for value in hidden:
        text = text.replace(value, f"um texto de {len(value)} caracteres")
    return text


def _minimised(contract: dict[str, Any], hidden: list[str]) -> dict[str, Any]:
    for person in (contract["holder"], contract["responsible"]):
        for key in _DROPPED_OF_A_PERSON if person else ():
            person[key] = None
    enrolment = contract["enrolment"]
    if enrolment["number"] and len(enrolment["number"]) > _LONGEST_NUMBER:
        enrolment["number"] = enrolment["formatted"] = None
    for value in (*enrolment["evidence"], *contract["fields"]):
        _forget_value(value)
    for finding in contract["findings"]:
        finding["message"] = _without(hidden, finding["message"])
    contract["findings"] = [f for f in contract["findings"] if f["code"] not in _DROPPED_FINDINGS]
    return contract


def _forget_value(field: dict[str, Any]) -> None:
    """Of a field that is not kept the kind stays, and how much there was."""
    number = field["oid"] in (None, oids.CEI_PESSOA_FISICA, oids.CEI_PESSOA_JURIDICA)
    too_long = number and len(field["text"].strip()) > _LONGEST_NUMBER
    if too_long or field["oid"] not in (None, *_KEPT_FIELDS):
        for key in {"hex", "text", "value"} & field.keys():
            field[key] = None


def _card_type(profile: str | None, kind: str | None) -> str:
    label = Profile(profile).label if profile and profile != Profile.OTHER else ""
    return " ".join(part for part in (label, kind) if part)


def _day(moment: str | None) -> str:
    """`24/11/2026`, the day as the desk counts it."""
    if not moment:
        return ""
    return day(datetime.fromisoformat(moment))
