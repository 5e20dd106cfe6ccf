"""The verdict card: the JSON contract of a reading, turned into the words and tones of a page."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from guiche.desk.intake.described import source_of, type_of
from guiche.desk.intake.reading import ENDING, Inspection
from guiche.desk.pages.issued import Issued, ago
from guiche.icpbrasil import Inspection as Reading
from guiche.icpbrasil import Nis, Status
from guiche.icpbrasil.numbers import cnpj, cpf
from guiche.icpbrasil.validity import day
from guiche.icpbrasil.wording import nis_words
from guiche.sources import Found, Signature

# status -> (tone, icon). Tone is never the only sign: the icon and the first words say it too.
_LOOKS = {
    "present": ("yes", "yes"),
    "doubtful": ("ask", "ask"),
    "blank": ("no", "no"),
    "absent": ("no", "no"),
    "not_applicable": ("ask", "wrong"),
    "unreadable": ("no", "unread"),
}
# The line of the validity says the first two, as of today and in the day of Brasília; the headline
# says the third.
_SAID_ABOVE = ("expired", "not_yet_valid", "caepf_in_cei_field")


@dataclass(frozen=True)
class Validity:
    """What is said of the dates, at the size of the verdict."""

    words: str
    detail: str
    tone: str

    @property
    def expired(self) -> bool:
        """Whether the certificate no longer holds."""
        return self.tone == "stop"

    @classmethod
    def of(cls, contract: Mapping[str, Any] | None, now: datetime) -> "Validity | None":
        """Judged at `now`: a reading of last week is shown as it stands today."""
        begin, end = (_moment((contract or {}).get(key)) for key in ("not_before", "not_after"))
        if end is None:
            return None
        until = day(end)
        if end < now:
            days = (now - end).days
            return cls(f"Vencido em {until}", ago(days) if days else "venceu hoje", "stop")
        if begin is not None and now < begin:
            return cls(f"Só vale a partir de {day(begin)}", f"até {until}", "ask")
        if end - now < ENDING:
            return cls(f"Válido até {until}", _ahead((end - now).days), "ask")
        return cls(f"Válido até {until}", "", "")


@dataclass(frozen=True)
class Verdict:
    """One card: everything a template prints, in the order it is said."""

    status: str
    tone: str
    icon: str
    headline: str
    explanation: str
    number: str
    formatted: str
    validity: Validity | None
    nis: str
    """The verdict on the NIS, where the certificate is of a kind that has one; else ""."""
    issued: Issued | None
    facts: tuple[tuple[str, str], ...]
    evidence: tuple[Mapping[str, Any], ...]
    fields: tuple[Mapping[str, Any], ...]
    findings: tuple[Mapping[str, Any], ...]
    reading: int | None = None
    """The row of the reading, where it is stored and a whole certificate was read."""

    @classmethod
    def of(
        cls,
        contract: Mapping[str, Any],
        headline: str,
        explanation: str,
        now: datetime,
        own: Sequence[str] = (),
        reading: int | None = None,
    ) -> "Verdict":
        """The card of one contract object, judged at `now`; `own` are the company's AC and AR."""
        enrolment = contract["enrolment"]
        tone, icon = _LOOKS[enrolment["status"]]
        validity = Validity.of(contract.get("validity"), now)
        if validity and validity.expired and tone == "yes":
            tone = "no"  # an expired certificate takes the green away
        return cls(
            status=enrolment["status"],
            tone=tone,
            icon=icon,
            headline=headline,
            explanation=explanation,
            number=enrolment.get("number") or "",
            formatted=enrolment.get("formatted") or "",
            validity=validity,
            nis=_nis(contract),
            issued=Issued.of(contract, now, own),
            facts=tuple(_facts(contract)),
            evidence=tuple(enrolment.get("evidence") or ()),
            fields=tuple(contract.get("fields") or ()),
            findings=tuple(
                f for f in contract.get("findings") or () if f["code"] not in _SAID_ABOVE
            ),
            reading=reading if contract.get("sha256") else None,
        )

    @classmethod
    def of_row(cls, row: Inspection, now: datetime, own: Sequence[str] = ()) -> "Verdict":
        """The card of a stored reading, judged at `now`."""
        card = cls.of(row.contract, row.headline, row.explanation, now, own, row.pk)
        return replace(card, tone="no") if row.distrust and card.tone == "yes" else card

    @classmethod
    def of_reading(
        cls, found: Found, reading: Reading, now: datetime, own: Sequence[str] = (),
        row: Inspection | None = None,
    ) -> "Verdict":  # fmt: skip
        """The card of a fresh reading, with the fields that are shown once and not kept."""
        contract, pk = found.contract(reading), row.pk if row else None
        return cls.of(contract, reading.headline, reading.explanation, now, own, pk)

    @property
    def copyable(self) -> str:
        """The number as a button offers it: in the form of a CEI only where it is one."""
        return self.formatted if self.status == "present" else self.number

    @property
    def warnings(self) -> tuple[Mapping[str, Any], ...]:
        """The findings that must not hide in a closed list."""
        return tuple(finding for finding in self.findings if finding["severity"] != "notice")


def _nis(contract: Mapping[str, Any]) -> str:
    """In the words of the reading; of a stored one it is not known with what the place is blank."""
    stored = contract.get("nis")
    if not stored:
        return ""
    if contract.get("sha256") is None and stored["status"] == Status.UNREADABLE:
        return ""  # a pasted text that does not hold it says nothing of it
    verdict = Nis(Status(stored["status"]), stored["number"], stored["number"] or "")
    if verdict.status is Status.BLANK:
        return "Sem NIS: não informado"
    return nis_words(verdict)


def _facts(contract: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Label and text of what is known; what is not known is left out."""
    holder = contract.get("holder") or {}
    responsible = contract.get("responsible") or {}
    rows = (
        ("Titular", holder.get("name")),
        ("CNPJ", holder.get("cnpj") and cnpj.format(holder["cnpj"])),
        ("CPF", holder.get("cpf") and cpf.format(holder["cpf"])),
        ("Responsável", responsible.get("name")),
        ("CPF do responsável", responsible.get("cpf") and cpf.format(responsible["cpf"])),
        ("Tipo", type_of(contract)),
        ("Número de série", contract.get("serial")),
        ("Lido de", source_of(contract)),
        ("Assinatura", _signature(contract)),
    )
    return ((label, text) for label, text in rows if text)


def _signature(contract: Mapping[str, Any]) -> str:
    told = (contract.get("source") or {}).get("signature")
    if not told:
        return ""
    return Signature(tuple(told["numbers"]), told["count"], tuple(told["signs"])).sentence


def answer_of(row: Inspection) -> str:
    """The first words of a stored reading: `Sem CEI`."""
    return re.split("[:.]", row.headline)[0]


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _ahead(days: int) -> str:
    return "vence nas próximas 24 horas" if days == 0 else f"vence em {days} dia{'s' * (days > 1)}"
