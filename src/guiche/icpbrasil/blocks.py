"""The composed fields: several data in one otherName (DOC-ICP-04 v8.1, 7.1.2.3).

The last sub-field of each is the remainder, never a fixed length: authorities write six, ten or
no positions there. Zeros and blanks mean "not informed" (7.1.2.4-b).
"""

from datetime import date
from typing import NamedTuple

STATES = frozenset(
    map(
        "".join,
        zip(*[iter("ACALAMAPBACEDFESGOMAMGMSMTPAPBPEPIPRRJRNRORRRSSCSESPTO")] * 2, strict=True),
    )
)
PERSON_MINIMUM, PERSON_MAXIMUM = 45, 55
_END_OF_CPF = 19


def informed(text: str) -> str | None:
    """The text without surrounding blanks; None where it holds only zeros or blanks."""
    text = text.strip()
    return text if text.strip("0 ") else None


class PersonBlock(NamedTuple):
    """Data of a person (`.1`, `.4`).

    Birth 0:8 `ddmmaaaa`, CPF 8:11, NIS 19:11, RG 30:15, then its issuer and state.
    """

    length: int
    birth_date: date | None
    birth_date_text: str | None
    cpf: str | None
    nis: str | None
    rg: str | None
    rg_issuer: str | None
    rg_state: str | None

    @classmethod
    def read(cls, text: str) -> "PersonBlock":
        """Splits a block; one that ends before the CPF does gives nothing."""
        if len(text) < _END_OF_CPF:
            return cls(len(text), None, None, None, None, None, None, None)
        rg = informed(text[30:45])
        issuer, state = split_issuer(text[45:])
        return cls(
            len(text),
            read_day(text[:8]),
            informed(text[:8]),
            informed(text[8:19]),
            informed(text[19:30]),
            # RG is padded with zeros on the left (7.1.2.4-e); it may hold letters, never int() it.
            rg and rg.lstrip("0"),
            issuer,
            state,
        )

    @property
    def is_short(self) -> bool:
        """Whether the block ends before the CPF does."""
        return self.length < _END_OF_CPF

    def describe(self) -> str:
        """The parts that are informed, for people."""
        parts = {
            "nascimento": self.birth_date and f"{self.birth_date:%d/%m/%Y}",
            "CPF": self.cpf,
            "NIS": self.nis,
            "RG": self.rg,
            "órgão": " ".join(filter(None, (self.rg_issuer, self.rg_state))),
        }
        return ", ".join(f"{name} {value}" for name, value in parts.items() if value)


def read_day(text: str) -> date | None:
    """The day written `ddmmaaaa`; None for any other text and for days that do not exist."""
    if len(text) != 8 or not (text.isascii() and text.isdigit()):
        return None
    try:
        return date(int(text[4:]), int(text[2:4]), int(text[:2]))
    except ValueError:
        return None


def split_issuer(remainder: str) -> tuple[str | None, str | None]:
    """The body that issued a document and its state, the last two letters of the remainder.

    >>> split_issuer("SSPSP"), split_issuer("SSP SP"), split_issuer("DETRAN")
    (('SSP', 'SP'), ('SSP', 'SP'), ('DETRAN', None))
    """
    remainder = remainder.strip()
    state = remainder[-2:].upper()
    if len(remainder) < 3 or state not in STATES:
        return remainder or None, None
    return remainder[:-2].strip(), state


class VoterBlock(NamedTuple):
    """Título de eleitor (`.5`): number 0:12, zone 12:3, section 15:4, municipality and state."""

    number: str | None
    zone: str | None
    section: str | None
    municipality: str | None
    state: str | None

    @classmethod
    def read(cls, text: str) -> "VoterBlock":
        """Splits a block of any length."""
        municipality, state = split_issuer(text[19:] if informed(text[19:]) else "")
        return cls(
            informed(text[:12]), informed(text[12:15]), informed(text[15:19]), municipality, state
        )

    def describe(self) -> str:
        """The parts that are informed, for people."""
        parts = {
            "inscrição": self.number,
            "zona": self.zone,
            "seção": self.section,
            "município": " ".join(filter(None, (self.municipality, self.state))),
        }
        return ", ".join(f"{name} {value}" for name, value in parts.items() if value)


def describe_sat(text: str) -> str:
    """CF-e-SAT (`.10`): serial number 0:10, state enrolment 10:14, municipal enrolment 24:14."""
    parts = {"série": text[:10], "IE": text[10:24], "IM": text[24:38]}
    return ", ".join(f"{name} {value}" for name, raw in parts.items() if (value := informed(raw)))


def describe_meter(text: str) -> str:
    """OM-BR (`.12`): date of manufacture 0:8 `ddmmaaaa`, then the equipment's identification."""
    day = read_day(text[:8])
    parts = {"fabricação": day and f"{day:%d/%m/%Y}", "identificação": informed(text[8:])}
    return ", ".join(f"{name} {value}" for name, value in parts.items() if value)
