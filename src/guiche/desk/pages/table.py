"""The table of verdicts: what the page sends back, read anew, for the screen and for a sheet."""

import base64
import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.http import QueryDict

from guiche.desk.intake.batch import MOST
from guiche.desk.intake.described import type_of
from guiche.desk.intake.facts import show_document
from guiche.desk.pages.verdict import Verdict
from guiche.icpbrasil.validity import day
from guiche.sources import Found, SourceError, read
from guiche.sources.found import harmless

_LONGEST = 300
_UNREAD = "Não consegui ler"
_VALIDITY = {"valid": "Válido", "expired": "Vencido", "not_yet": "Ainda não vale"}


@dataclass(frozen=True)
class Row:
    """One certificate; or a file that gave none, which has no `found` and says why."""

    name: str
    answer: str
    observation: str
    file: str
    document: str = ""
    kind: str = ""
    issuer: str = ""
    ends: str = ""
    validity: str = ""
    verdict: Verdict | None = None
    found: Found | None = None

    @classmethod
    def of(cls, found: Found, now: datetime) -> "Row":
        """The reading of one certificate at `now`; nothing of it is kept."""
        inspection = found.inspect(at=now)
        contract = inspection.to_dict(found.source)
        holder, validity = inspection.holder, inspection.validity
        verdict = Verdict.of(contract, inspection.headline, inspection.explanation, now)
        number = holder.cnpj or holder.cpf
        return cls(
            name=holder.name or found.source.name or "Sem nome",
            answer=inspection.answer,
            observation=" ".join(finding["message"] for finding in verdict.warnings),
            file=found.source.name,
            document=show_document(number) if number else "",
            kind=type_of(contract),
            issuer=(contract["issuer"] or {}).get("name") or "",
            ends=day(validity.not_after) if validity.not_after else "",
            validity=_VALIDITY.get(validity.status or "", ""),
            verdict=verdict,
            found=found,
        )

    @classmethod
    def unread(cls, file: str, why: str) -> "Row":
        """A file that could not be read."""
        return cls(file or "Arquivo sem nome", _UNREAD, why, file)

    @property
    def der(self) -> str:
        """The certificate as it travels in the page."""
        return base64.b64encode(self.found.der or b"").decode("ascii") if self.found else ""

    @property
    def status(self) -> str:
        """The verdict; "" of a file that gave none."""
        return self.verdict.status if self.verdict else ""


def rows_of(sent: QueryDict, now: datetime) -> list[Row]:
    """The certificates that a page sends back, and the files that it said were not read.

    Each certificate is read anew: nothing but its bytes is believed.
    """
    rows, names = [], sent.getlist("nome")
    for position, der in enumerate(sent.getlist("der")[:MOST]):
        rows.append(_row(der, names[position][:_LONGEST] if position < len(names) else "", now))
    pairs = zip(sent.getlist("erro-arquivo")[:MOST], sent.getlist("erro")[:MOST], strict=False)
    return rows + [Row.unread(file[:_LONGEST], why[:_LONGEST]) for file, why in pairs]


def _row(der: str, name: str, now: datetime) -> Row:
    try:
        reading = read(base64.b64decode(der, validate=True), name, keys=False)
    except ValueError:
        return Row.unread(name, "O arquivo não chegou inteiro. Mande-o de novo.")
    except SourceError as error:
        return Row.unread(name, error.message)
    return Row.of(reading.leaves[0], now)


def chosen(rows: Sequence[Row], sent: QueryDict) -> list[Found]:
    """The certificates that were ticked, each once."""
    ticked = set(sent.getlist("escolhido"))
    found = [row.found for at, row in enumerate(rows) if row.found and str(at) in ticked]
    return list({each.der: each for each in found}.values())


_HEADINGS = (
    "Titular", "CNPJ ou CPF", "Tipo", "Leitura", "Número lido", "Válido até", "Validade",
    "Emitido por", "Observação", "Arquivo",
)  # fmt: skip
_BOM = "\ufeff"


def sheet(rows: Iterable[Row]) -> bytes:
    """The table as Excel in Portuguese opens it: UTF-8 with its mark, parted by semicolons."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(_HEADINGS)
    for row in rows:
        number = row.verdict.copyable if row.verdict else ""
        cells = (
            row.name, row.document, row.kind, row.answer, number, row.ends, row.validity,
            row.issuer, row.observation, row.file,
        )  # fmt: skip
        writer.writerow(map(harmless, cells))
    return (_BOM + text.getvalue()).encode()
