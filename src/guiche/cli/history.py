"""`guiche history`: whether the histories of tickets are whole, and as they were."""

import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click

from guiche.cli.listing import json_option, show
from guiche.cli.portuguese import Command, Group
from guiche.cli.start import start_desk

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from guiche.desk.models import Ticket
    from guiche.desk.tickets.audit import Checked
    from guiche.desk.tickets.heads import Comparison, Summary

WHOLE, BROKEN = 0, 1
Row = tuple[Mapping[str, Any], str]
"""As an object, and as its line."""

_PATH = click.Path(path_type=Path, dir_okay=False)


@click.group("history", cls=Group, subcommand_metavar="COMANDO [ARGUMENTOS]...")
def command() -> None:
    """O histórico dos chamados, conferido."""


@command.command("verify", cls=Command)
@click.argument("numbers", metavar="[PROTOCOLO]...", nargs=-1)
@click.option("--head", is_flag=True, help="Mostra um resumo (SHA-256) do fim de cada histórico.")
@click.option("--save", metavar="ARQUIVO", type=_PATH, help="Grava o fim de cada histórico.")
@click.option(
    "--against",
    metavar="ARQUIVO",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="Compara com o que --save gravou antes: o que veio depois é aceito.",
)
@json_option
def verify(
    numbers: tuple[str, ...], *, head: bool, save: Path | None, against: Path | None, as_json: bool
) -> None:
    """Confere se cada histórico está inteiro e como foi escrito, ou só os dos protocolos dados.

    Guarde o arquivo de --save em outro lugar: quem pode escrever no banco poderia refazer um
    histórico inteiro, e é a comparação que o mostra. Termina com 0 se está tudo inteiro, 1 se algo
    não confere, 2 se não deu para conferir.
    """
    if numbers and (head or save or against):
        raise click.ClickException("--head, --save e --against são de todos os chamados.")
    start_desk(checked=False)
    from guiche.desk.tickets.audit import audit, orphans
    from guiche.desk.tickets.heads import HeadsRefused, Summary

    summary = Summary()
    try:
        with ExitStack() as files:
            compared = _comparison(files, against)
            kept = files.enter_context(_kept(save)) if save else None
            tickets = _tickets(numbers)
            with _shown(audit(tickets), tickets.count()) as histories:
                rows = _found(histories, summary, compared, kept)
                found = show(rows, as_json=as_json)
            found += show(_orphans([] if numbers else orphans()), as_json=as_json)
    except HeadsRefused as refused:
        raise click.ClickException(str(refused)) from refused
    if not as_json:
        click.echo(f"Chamados conferidos: {summary.tickets}. Eventos: {summary.events}.")
        click.echo("Nem tudo confere." if found else "Tudo confere.")
    if head:
        click.echo(summary.line)
    sys.exit(BROKEN if found else WHOLE)


def _tickets(numbers: tuple[str, ...]) -> "QuerySet[Ticket]":
    from guiche.desk.models import Ticket
    from guiche.desk.tickets.number import not_found

    found = {number: Ticket.find(number) for number in numbers}
    for number, ticket in found.items():
        if ticket is None:
            raise click.ClickException(not_found(number))
    rows = Ticket.objects.all()
    return rows.filter(pk__in=[each.pk for each in found.values() if each]) if numbers else rows


def _found(
    histories: "Iterable[Checked]",
    summary: "Summary",
    compared: "Comparison | None",
    kept: TextIO | None,
) -> Iterator[Row]:
    """What does not fit, as it is met; on the way each head is counted and written down."""
    from guiche.desk.tickets.chain import BREAKS
    from guiche.desk.tickets.heads import CHANGES, Head

    for each in histories:
        head = Head(each.ticket, each.number, each.seq, each.head)
        summary.add(head)
        if kept:
            kept.write(f"{head.line}\n")
        for seq, code in each.breaks:
            yield _row(each.number, seq, code, BREAKS[code])
        for number, code in compared.of(each) if compared else ():
            yield _row(number, None, code, CHANGES[code])
    if kept:
        kept.write(f"{summary.line}\n")
    for number, code in compared.rest(summary) if compared else ():
        yield _row(number, None, code, CHANGES[code])


def _row(number: str, seq: int | None, code: str, words: str) -> Row:
    from guiche.desk.tickets.number import spoken

    where = f", evento {seq}" if seq else ""
    line = f"{spoken(number)}{where}: {words}." if number else f"{words.capitalize()}."
    return {"ticket": number or None, "seq": seq, "code": code, "message": words}, line


def _orphans(tickets: list[int]) -> Iterator[Row]:
    """They have no number: the row that had it is gone."""
    from guiche.desk.tickets.chain import BREAKS

    for ticket in tickets:
        words = BREAKS["orphan"]
        row = {"ticket": None, "row": ticket, "seq": None, "code": "orphan", "message": words}
        yield row, f"Linha {ticket}: {words}."


def _comparison(files: ExitStack, against: Path | None) -> "Comparison | None":
    from guiche.desk.tickets.heads import Comparison

    return (
        Comparison(files.enter_context(against.open(encoding="ascii", errors="replace")))
        if against
        else None
    )


@contextmanager
def _kept(save: Path) -> Iterator[TextIO]:
    """A new file in place of the one before, once it is whole."""
    from guiche.desk.tickets.heads import FIRST

    part = save.with_name(f"{save.name}.part")
    try:
        with part.open("w", encoding="ascii") as file:
            file.write(f"{FIRST}\n")
            yield file
        part.replace(save)
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def _shown(histories: "Iterator[Checked]", total: int) -> "Iterator[Iterable[Checked]]":
    """The same, with a bar at a terminal."""
    if not sys.stderr.isatty():
        yield histories
        return
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    with Progress(console=console, transient=True, redirect_stdout=sys.stdout.isatty()) as bar:
        yield bar.track(histories, total=total, description="Conferindo")
