"""A reading in pt-BR lines for a terminal: the verdict first, in words before colour."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import click

from guiche.icpbrasil import Inspection, Person, Status
from guiche.icpbrasil.numbers import cei, cnpj, cpf
from guiche.icpbrasil.validity import day
from guiche.sources import Found
from guiche.sources.catalogue import is_of_this_machine
from guiche.sources.found import printable

if TYPE_CHECKING:
    from guiche.trust import Trust

_COLOURS = {
    Status.PRESENT: "green",
    Status.DOUBTFUL: "yellow",
    Status.BLANK: "red",
    Status.ABSENT: "red",
    Status.NOT_APPLICABLE: "magenta",
    Status.UNREADABLE: "yellow",
}
_VALIDITY = {"valid": "válido até", "expired": "vencido em", "not_yet": "válido só a partir de"}


class Line(NamedTuple):
    """One line; whatever a certificate or a file name put in `text`, it stays one line."""

    text: str
    colour: str | None = None
    bold: bool = False
    dim: bool = False

    def __str__(self) -> str:
        """What a terminal may show: our style, and no control character of anybody else's."""
        text = printable(self.text)
        if self.colour or self.dim:
            return click.style(text, fg=self.colour, bold=self.bold or None, dim=self.dim or None)
        return text


def lines(
    inspection: Inspection,
    found: Found,
    *,
    verbose: bool,
    expected: str | None,
    trust: "Trust | None" = None,
) -> Iterator[Line]:
    """The lines of one reading; styled, for `click.echo` to strip or keep."""
    status = inspection.enrolment.status
    # An expired or revoked certificate takes the green away: the number is there, the certificate
    # is not good.
    bad = trust is not None and trust.is_bad
    dimmed = (inspection.warning or bad) and status is Status.PRESENT
    colour = "yellow" if dimmed else _COLOURS[status]
    yield Line(inspection.headline, colour, bold=True)
    if inspection.warning:
        yield Line(f"  {inspection.warning}", "yellow", bold=True)
    if trust is not None and bad:
        yield Line(f"  {trust.headline}.", "yellow", bold=True)
    if expected is not None:
        yield comparison(inspection, expected)
    yield Line(f"  {inspection.explanation}")
    source = found.source
    kept = ", nesta máquina" if is_of_this_machine(source.kind) else ""
    yield Line(f"  Lido de: {source.name} ({source.kind}{kept})")
    if found.signature:
        yield Line(f"  {found.signature.sentence}")
    elif found.beside:
        yield Line("  Não assinou: veio junto com o certificado de quem assinou.")
    if found.device:
        yield Line(f"  Token ou cartão: {found.device.words}")
    yield from (Line(f"  {line}") for line in _identity(inspection))
    if trust is not None:
        yield from _trust(trust, verbose=verbose)
    yield from _findings(inspection, verbose=verbose)
    if verbose:
        yield from _fields(inspection)


def comparison(inspection: Inspection, expected: str) -> Line:
    """Whether the number in the certificate is the one that the customer says."""
    said = cei.format(expected)
    number = inspection.enrolment.number
    if number == expected:
        return Line(f"  Confere com o CEI informado, {said}.", "green")
    if number:
        found = inspection.enrolment.formatted
        return Line(f"  Não é o CEI informado ({said}): o certificado traz {found}.", "red")
    return Line(f"  Não há número para comparar com o CEI informado, {said}.", "red")


def _identity(inspection: Inspection) -> Iterator[str]:
    holder, certificate = inspection.holder, inspection.certificate
    if holder.name or holder.cnpj or holder.cpf:
        yield f"Titular: {person(holder)}"
    if inspection.responsible:
        yield f"Responsável: {person(inspection.responsible)}"
    if certificate is None or inspection.profile is None:
        return
    kind = inspection.certificate_type
    yield f"Tipo: {inspection.profile.label}{f' {kind.name}' if kind else ''}"
    yield f"Emitido por: {certificate.issuer.label or 'emissor não informado'}"
    validity = inspection.validity
    date = validity.not_before if validity.status == "not_yet" else validity.not_after
    if validity.status and date:
        yield f"Validade: {_VALIDITY[validity.status]} {day(date)}"


def person(data: Person) -> str:
    """Name and number of a person or company, as they are."""
    parts = [data.name]
    for name, kind, number in (("CNPJ", cnpj, data.cnpj), ("CPF", cpf, data.cpf)):
        if number:
            parts.append(f"{name} {kind.format(number) if len(number) == kind.LENGTH else number}")
    return ", ".join(filter(None, parts))


def _trust(trust: "Trust", *, verbose: bool) -> Iterator[Line]:
    """The path: the answer, what explains it, and where asked for its certificates."""
    yield Line(f"  Cadeia: {trust.headline}.", "green" if trust.is_trusted else "yellow")
    for finding in trust.findings:
        code = f" [{finding.code}; {finding.citation}]" if verbose else ""
        yield Line(f"    {finding.message}{code}")
    if verbose:
        for link in trust.path:
            yield Line(f"    {link.label}", dim=True)
            yield Line(f"      SHA-256 {link.sha256}", dim=True)


def _findings(inspection: Inspection, *, verbose: bool) -> Iterator[Line]:
    for finding in inspection.findings:
        if finding.message == inspection.warning:
            continue
        if verbose:
            yield Line(f"  Observação: {finding.message} [{finding.code}; {finding.citation}]")
        elif finding.severity != "notice":
            yield Line(f"  Observação: {finding.message}")


def _fields(inspection: Inspection) -> Iterator[Line]:
    if inspection.certificate:
        yield Line(f"  Série: {inspection.serial}")
        yield Line(f"  SHA-256: {inspection.sha256}")
    for field in inspection.fields:
        yield Line(f"  {field.name}: {field.value or 'não informado'}")
        yield Line(f"      {field.oid or 'sem OID'}  {field.type or 'sem tipo'}", dim=True)
        yield Line(f"      {field.hex or 'vazio'}", dim=True)
