"""Several certificates in what was sent: a list to choose the customer's from."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from guiche.desk.intake.batch import MOST
from guiche.desk.pages.verdict import Verdict, type_of
from guiche.icpbrasil.numbers import cnpj, cpf
from guiche.sources import Found, Reading, SourceError


@dataclass(frozen=True)
class Candidate:
    """One of them. Its certificate travels in the page: only the one chosen becomes a row."""

    name: str
    detail: str
    answer: str
    verdict: Verdict
    file: str
    der: str

    @classmethod
    def of(cls, found: Found, now: datetime) -> "Candidate":
        """What tells this certificate from the others beside it."""
        inspection = found.inspect(at=now)
        holder, certificate = inspection.holder, inspection.certificate
        details = (
            holder.cnpj and cnpj.format(holder.cnpj),
            holder.cpf and cpf.format(holder.cpf),
            type_of(inspection.to_dict(found.source)),
            certificate and certificate.issuer.label,
        )
        return cls(
            name=holder.name or found.source.name or "Sem nome",
            detail=" · ".join(detail for detail in details if detail),
            answer=inspection.answer,
            verdict=Verdict.of_reading(found, inspection, now),
            file=found.source.name,
            der=base64.b64encode(found.der or b"").decode("ascii"),
        )


@dataclass(frozen=True)
class Choice:
    """The list, as far as it is shown."""

    candidates: tuple[Candidate, ...]
    count: int
    errors: tuple[SourceError, ...] = ()
    """What could not be read beside them."""

    @property
    def left(self) -> int:
        """How many are not shown."""
        return self.count - len(self.candidates)

    @classmethod
    def of(
        cls, found: Sequence[Found], now: datetime, errors: Sequence[SourceError] = ()
    ) -> "Choice":
        """The first of what was found, in its order."""
        candidates = tuple(Candidate.of(each, now) for each in found[:MOST])
        return cls(candidates, len(found), tuple(errors[:MOST]))


def distinct(reading: Reading) -> list[Found]:
    """Each certificate once, without the authorities beside it; a lone text as it is."""
    leaves = {found.der: found for found in reversed(reading.leaves)}
    if len(leaves) > 1:
        leaves.pop(None, None)  # a text beside certificates only says again what they say
    return list(reversed(leaves.values()))
