"""Whether a certificate is the new one that the ticket was opened for: a pure judgement.

Nothing is proved by what cannot be read whole, or by what is in doubt. Each difference is said in
words for the customer; its code is what the history keeps.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from guiche.desk.intake.facts import show_document
from guiche.desk.intake.reading import Inspection
from guiche.desk.intake.register import REGISTERS, has_field, mask_enrolment, show_enrolment
from guiche.desk.procedures.procedure import CEI, NIS
from guiche.icpbrasil.validity import day

DIFFERENCES = {
    "unreadable": "não foi lido",
    "not_whole": "não veio inteiro",
    "not_icp_brasil": "não é da ICP-Brasil",
    "same": "é o mesmo certificado de antes",
    "no_field": "o {register} não cabe no certificado",
    "status": "não traz um {register} conferido",
    "nis": "não traz o NIS",
    "number": "o número é outro",
    "expired": "está vencido",
    "not_yet": "ainda não vale",
    "not_newer": "não é mais novo que o de antes",
    "undated": "não diz até quando vale",
    "holder": "o titular é outro",
}
"""What differs, by code, as the history says it: without a number and without a name."""


def differences_written(codes: Iterable[str], register: str) -> str:
    """Those differences in one line, with the name of the register that was wanted, or ""."""
    return ", ".join(DIFFERENCES[code].format(register=register or "número") for code in codes)


class Difference(NamedTuple):
    """One reason why the certificate closes nothing; `words` can be said to the customer."""

    code: str
    words: str


@dataclass(frozen=True)
class Expected:
    """What the new certificate must be; "" where the ticket does not know."""

    document: str
    """CPF or CNPJ of the customer."""
    register: str = ""
    number: str = ""
    """The register and the digits of the number that must be in it."""
    previous: str = ""
    """Fingerprint of the certificate that the ticket was opened with."""
    since: datetime | None = None
    """When that one began: a new one begins later."""
    other_holder: str = ""
    """Why it may be of another holder, as a person chose it."""
    carries: str = CEI
    """Which number must be in it, if any, where the register is not known."""

    @property
    def asks_nis(self) -> bool:
        """Whether the NIS of its holder must be in it."""
        return self.register == "NIS" or (not self.register and self.carries == NIS)

    @property
    def asks_enrolment(self) -> bool:
        """Whether the field of the CEI must be filled in."""
        return not self.asks_nis and (bool(self.register) or self.carries == CEI)

    def number_in(self, reading: Inspection) -> str:
        """The number that is asked for as the reading has it; "" where none is."""
        if self.asks_nis:
            return (reading.contract.get("nis") or {}).get("number") or ""
        return (reading.contract["enrolment"]["number"] or "") if self.asks_enrolment else ""


@dataclass(frozen=True)
class Proof:
    """A certificate in which nothing differs."""

    reading: Inspection
    register: str
    """Whose number is in it; "" where the ticket does not know."""
    other_holder: str
    """Why it is of another holder; "" where it is the customer's."""
    number: str = ""
    """Its digits; "" where no number was asked for."""

    @property
    def payload(self) -> dict[str, str]:
        """What the history keeps of it."""
        return {
            "sha256": self.reading.sha256,
            "register": self.register,
            "number": mask_enrolment(self.number) if self.number else "",
            "other_holder": self.other_holder,
        }


def judge(reading: Inspection, expected: Expected, now: datetime) -> tuple[Difference, ...]:
    """All that differs from what is expected; nothing: it is the proof.

    1. what cannot be a proof at all, whatever it says;
    2. the number, 3. the dates, 4. the holder: these are told together.
    """
    if first := _no_proof(reading, expected):
        return (first,)
    return (
        *_number(reading, expected),
        *_dates(reading.contract["validity"] or {}, expected.since, now),
        *_holder(reading, expected),
    )


def _no_proof(reading: Inspection, expected: Expected) -> Difference | None:
    if reading.status == "unreadable":
        words = "Não consegui ler este certificado. Peça o arquivo .cer de novo."
        return Difference("unreadable", words)
    if not reading.sha256 or not reading.contract["validity"]:
        words = "Um texto colado não traz titular e validade. Peça o arquivo .cer."
        return Difference("not_whole", words)
    if reading.sha256 == expected.previous:
        words = "É o mesmo certificado que foi lido na abertura do chamado. Peça o novo."
        return Difference("same", words)
    if not reading.contract["icp_brasil"]:
        return Difference("not_icp_brasil", "Este certificado não é da ICP-Brasil. Peça o novo.")
    return None


def _number(reading: Inspection, expected: Expected) -> Iterator[Difference]:
    if expected.asks_nis:
        yield from _nis(reading, expected)
    elif expected.asks_enrolment:
        yield from _enrolment(reading, expected)


def _nis(reading: Inspection, expected: Expected) -> Iterator[Difference]:
    number = expected.number_in(reading)
    if (reading.contract.get("nis") or {}).get("status") != "present":
        words = "O certificado não traz o NIS do titular, ou ele precisa ser conferido."
        yield Difference("nis", words)
    elif expected.number and number != expected.number:
        yield _other_number(number, expected.number)


def _enrolment(reading: Inspection, expected: Expected) -> Iterator[Difference]:
    if not has_field(expected.register):
        length, field = REGISTERS[expected.register].LENGTH, REGISTERS["CEI"].LENGTH
        yield Difference(
            "no_field",
            f"O número pedido é um {expected.register}, de {length} dígitos, e o campo do "
            f"certificado só tem {field}: nenhum certificado o traz. Confirme com o cliente o que "
            "o sistema pede; este chamado se resolve por outro motivo.",
        )
    elif reading.status != "present":
        yield Difference("status", reading.headline)
    elif expected.number and (number := expected.number_in(reading)) != expected.number:
        yield _other_number(number, expected.number)


def _other_number(number: str, wanted: str) -> Difference:
    words = (
        f"O número no certificado é {show_enrolment(number)}, e o que deve constar é "
        f"{show_enrolment(wanted)}{_slip(number, wanted)}."
    )
    return Difference("number", words)


def _slip(number: str, wanted: str) -> str:
    """Where a single digit differs, it may be the one that was typed."""
    differing = sum(a != b for a, b in zip(number, wanted, strict=False))
    return ": só um dígito é diferente, confira qual está certo" if differing == 1 else ""


def _dates(validity: dict[str, Any], since: datetime | None, now: datetime) -> Iterator[Difference]:
    begin, end = (_moment(validity.get(key)) for key in ("not_before", "not_after"))
    if begin is None or end is None:
        yield Difference("undated", "O certificado não diz até quando vale. Peça outro arquivo.")
    elif now > end:
        yield Difference("expired", f"O certificado venceu em {day(end)}.")
    elif now < begin:
        words = f"O certificado só vale a partir de {day(begin)}. Leia-o de novo nesse dia."
        yield Difference("not_yet", words)
    elif since and begin <= since:
        yield Difference(
            "not_newer",
            f"O certificado foi emitido em {day(begin)}, e o que foi lido na abertura do chamado, "
            f"em {day(since)}: não é o novo.",
        )


def _holder(reading: Inspection, expected: Expected) -> Iterator[Difference]:
    if expected.other_holder or reading.is_of(expected.document):
        return
    holder = reading.contract["holder"]
    number = holder["cnpj"] or holder["cpf"]
    whose = f"{holder['name'] or 'outro titular'}{f', {show_document(number)}' if number else ''}"
    known = f"e o cliente do chamado é {show_document(expected.document)}"
    unknown = "e o chamado não tem o CNPJ ou CPF do cliente"
    yield Difference(
        "holder",
        f"O certificado é de {whose}, {known if expected.document else unknown}. "
        "Se está certo, escolha por que o titular é outro.",
    )


def began(reading: Inspection) -> datetime | None:
    """When a certificate began, where its reading tells."""
    return _moment((reading.contract["validity"] or {}).get("not_before"))


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
