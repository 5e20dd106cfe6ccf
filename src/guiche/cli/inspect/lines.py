"""A reading in pt-BR lines for a terminal: the verdict first, in words before colour."""

from collections.abc import Iterator

import click

from guiche.icpbrasil import Inspection, Person, Status
from guiche.icpbrasil.numbers import cei, cnpj, cpf
from guiche.icpbrasil.validity import day
from guiche.sources import Source

_COLOURS = {
    Status.PRESENT: "green",
    Status.DOUBTFUL: "yellow",
    Status.BLANK: "red",
    Status.ABSENT: "red",
    Status.NOT_APPLICABLE: "magenta",
    Status.UNREADABLE: "yellow",
}
_VALIDITY = {"valid": "válido até", "expired": "vencido em", "not_yet": "válido só a partir de"}


def lines(
    inspection: Inspection, source: Source, *, verbose: bool, expected: str | None
) -> Iterator[str]:
    """The lines of one reading, without line ends; styled, for `click.echo` to strip or keep."""
    status = inspection.enrolment.status
    # An expired certificate takes the green away: the number is there, the certificate is not good.
    colour = "yellow" if inspection.warning and status is Status.PRESENT else _COLOURS[status]
    yield click.style(inspection.headline, fg=colour, bold=True)
    if inspection.warning:
        yield "  " + click.style(inspection.warning, fg="yellow", bold=True)
    if expected is not None:
        yield "  " + comparison(inspection, expected)
    yield f"  {inspection.explanation}"
    yield f"  Lido de: {source.name} ({source.kind})"
    yield from (f"  {line}" for line in _identity(inspection))
    yield from _findings(inspection, verbose=verbose)
    if verbose:
        yield from _fields(inspection)


def comparison(inspection: Inspection, expected: str) -> str:
    """Whether the number in the certificate is the one that the customer says."""
    said = cei.format(expected)
    number = inspection.enrolment.number
    if number == expected:
        return click.style(f"Confere com o CEI informado, {said}.", fg="green")
    if number:
        text = (
            f"Não é o CEI informado ({said}): o certificado traz {inspection.enrolment.formatted}."
        )
    else:
        text = f"Não há número para comparar com o CEI informado, {said}."
    return click.style(text, fg="red")


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


def _findings(inspection: Inspection, *, verbose: bool) -> Iterator[str]:
    for finding in inspection.findings:
        if finding.message == inspection.warning:
            continue
        if verbose:
            yield f"  Observação: {finding.message} [{finding.code}; {finding.citation}]"
        elif finding.severity != "notice":
            yield f"  Observação: {finding.message}"


def _fields(inspection: Inspection) -> Iterator[str]:
    if inspection.certificate:
        yield f"  Série: {inspection.serial}"
        yield f"  SHA-256: {inspection.sha256}"
    for field in inspection.fields:
        yield f"  {field.name}: {field.value or 'não informado'}"
        yield click.style(f"      {field.oid or 'sem OID'}  {field.type or 'sem tipo'}", dim=True)
        yield click.style(f"      {field.hex or 'vazio'}", dim=True)
