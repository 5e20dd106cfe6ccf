"""Several certificates in what was sent: a list to choose the customer's from, the likely first."""

import base64
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from guiche.desk.intake.batch import MOST
from guiche.desk.intake.described import type_of
from guiche.desk.intake.draft import Draft
from guiche.desk.pages.verdict import Verdict
from guiche.icpbrasil import Inspection, Profile, Status
from guiche.icpbrasil.numbers import cnpj, cpf
from guiche.sources import Found, Reading, SourceError


@dataclass(frozen=True)
class Sought:
    """Whose certificate is looked for: what a person typed in the call, never what a certificate
    that was read before said."""

    document: str = ""
    words: frozenset[str] = frozenset()

    @classmethod
    def by(cls, draft: Draft) -> "Sought":
        """As the call stands."""
        customer = draft.procedure.customer
        document = cnpj.compact(draft.typed.get(customer.document, ""))
        return cls(document, _words(draft.typed.get(customer.name, "")))

    def match(self, inspection: Inspection) -> str:
        """What of the holder was typed, `o CNPJ`; "" where nothing was."""
        holder = inspection.holder
        if self.document and self.document == holder.cnpj:
            return "o CNPJ"
        if self.document and self.document == holder.cpf and not holder.cnpj:
            return "o CPF"
        # One word is a common first name, or half the companies of a town.
        return "o nome" if len(self.words) > 1 and self.words <= _words(holder.name) else ""


def _words(name: str | None) -> frozenset[str]:
    """The words of a name, without accents, capitals and punctuation."""
    letters = unicodedata.normalize("NFKD", (name or "").casefold())
    plain = (c for c in letters if not unicodedata.combining(c))
    return frozenset("".join(c if c.isalnum() else " " for c in plain).split())


ANYBODY = Sought()


@dataclass(frozen=True)
class Candidate:
    """One of them. Its certificate travels in the page: only the one chosen becomes a row."""

    name: str
    detail: str
    answer: str
    match: str
    """What of it was typed in the call."""
    is_other: bool
    """Whether it is certainly not what a person or a company signs in with."""
    icp_brasil: bool
    verdict: Verdict
    file: str
    der: str

    @classmethod
    def of(cls, found: Found, now: datetime, sought: Sought) -> "Candidate":
        """What tells this certificate from the others beside it."""
        inspection = found.inspect(at=now)
        holder, certificate = inspection.holder, inspection.certificate
        details = (
            holder.cnpj and cnpj.format(holder.cnpj),
            holder.cpf and cpf.format(holder.cpf),
            type_of(inspection.to_dict(found.source)),
            certificate and certificate.issuer.label,
            found.signature and found.signature.words,
        )
        return cls(
            name=holder.name or found.source.name or "Sem nome",
            detail=" · ".join(detail for detail in details if detail),
            answer=inspection.answer,
            match=sought.match(inspection),
            is_other=_is_other(inspection),
            icp_brasil=bool(inspection.icp_brasil),
            verdict=Verdict.of_reading(found, inspection, now),
            file=found.source.name,
            der=base64.b64encode(found.der or b"").decode("ascii"),
        )

    @property
    def _rank(self) -> tuple[bool, ...]:
        """The lower, the likelier."""
        expired = bool(self.verdict.validity and self.verdict.validity.expired)
        by_name = self.match == "o nome"
        return not self.match, by_name, not self.icp_brasil, expired


def _is_other(inspection: Inspection) -> bool:
    useless = inspection.enrolment.status is Status.NOT_APPLICABLE
    return useless and inspection.profile is not Profile.SELO_ELETRONICO


@dataclass(frozen=True)
class Choice:
    """The list, as far as it is shown."""

    candidates: tuple[Candidate, ...]
    others: tuple[Candidate, ...]
    count: int
    errors: tuple[SourceError, ...] = ()
    """What could not be read beside them."""

    @property
    def left(self) -> int:
        """How many are not shown."""
        return self.count - len(self.candidates) - len(self.others)

    @property
    def every(self) -> tuple[Candidate, ...]:
        """All that are shown, the likely first."""
        return (*self.candidates, *self.others)

    @classmethod
    def of(
        cls,
        found: Sequence[Found],
        now: datetime,
        sought: Sought = ANYBODY,
        errors: Sequence[SourceError] = (),
    ) -> "Choice":
        """The likely first, and the first of those; equally likely ones in the order they came."""
        every = sorted((Candidate.of(each, now, sought) for each in found), key=lambda c: c._rank)
        likely = [candidate for candidate in every if not candidate.is_other]
        others = [candidate for candidate in every if candidate.is_other]
        shown = tuple(likely[:MOST]), tuple(others[: max(0, MOST - len(likely))])
        return cls(*shown, len(found), tuple(errors[:MOST]))


def distinct(reading: Reading) -> list[Found]:
    """Each certificate once, without the authorities beside it; a lone text as it is."""
    leaves = {found.der: found for found in reversed(reading.leaves)}
    if len(leaves) > 1:
        leaves.pop(None, None)  # a text beside certificates only says again what they say
    return list(reversed(leaves.values()))
