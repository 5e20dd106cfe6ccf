"""`guiche deliveries`: what is sent to other desks, for whoever keeps the service."""

import getpass
import sys
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import click

from guiche.cli.listing import json_option, show
from guiche.cli.portuguese import Command, Group
from guiche.cli.start import start_desk

if TYPE_CHECKING:
    from guiche.desk.deliveries.decided import DeliveryRefused
    from guiche.desk.models import Delivery

SOME, NONE = 0, 1
_STATES = ("waiting", "sending", "rejected", "unknown", "done", "dropped")
_OPEN = _STATES[:4]
_MOST = 1000


@click.group("deliveries", cls=Group, subcommand_metavar="COMANDO [ARGUMENTOS]...")
def command() -> None:
    """Envios a outros sistemas. Nomes de pessoas saem abreviados."""


@command.command("list", cls=Command)
@click.option("--state", type=click.Choice(_STATES), multiple=True, help="Só os que estão assim.")
@click.option("--connection", "name", metavar="NOME", help="Só os desta integração.")
@json_option
def list_(state: tuple[str, ...], name: str | None, *, as_json: bool) -> None:
    """Lista o que ainda não terminou, do mais antigo ao mais novo (até 1000).

    Termina com 0 se há algum, 1 se não há nenhum.
    """
    start_desk(checked=False)
    from guiche.desk.models import Delivery

    rows = Delivery.objects.filter(state__in=state or _OPEN).order_by("pk")
    if name is not None:
        rows = rows.filter(connection__name=name)
    rows = rows.select_related("connection", "ticket__procedure_version", "event")[:_MOST]
    sys.exit(SOME if show(map(_told, rows), as_json=as_json) else NONE)


@command.command("show", cls=Command)
@click.argument("number", metavar="ENVIO", type=click.IntRange(1))
@json_option
def show_(number: int, *, as_json: bool) -> None:
    """Mostra um envio inteiro."""
    start_desk(checked=False)
    delivery = _delivery(number)
    row, line = _told(delivery)
    show([(row, line)], as_json=as_json)
    if not as_json:
        show(_details(delivery), as_json=False)


@command.command("retry", cls=Command)
@click.argument("number", metavar="ENVIO", type=click.IntRange(1))
@click.option("--not-there", is_flag=True, help="Você conferiu lá: não foi feito.")
def retry(number: int, *, not_there: bool) -> None:
    """Tenta um envio de novo agora. O que pode ter sido feito é antes conferido lá."""
    start_desk(checked=False)
    from guiche.desk.deliveries.decided import DeliveryRefused

    try:
        _delivery(number).repeat(not_there=not_there)
    except DeliveryRefused as refused:
        raise _not_done(number, refused) from refused
    click.echo(f"Envio {number}: vai ser tentado de novo agora.")


@command.command("doubt", cls=Command)
def doubt() -> None:
    """Depois de voltar uma cópia do banco: o que ela tem na fila é antes conferido lá.

    A fila é a da hora da cópia; desde então pode ter saído, e sairia de novo.
    """
    start_desk(checked=False)
    from guiche.desk.models import Delivery

    click.echo(f"Vão ser conferidos antes de sair: {Delivery.doubt_waiting()}.")


@command.command("drop", cls=Command)
@click.argument("number", metavar="ENVIO", type=click.IntRange(1))
@click.option("--why", metavar="MOTIVO", required=True, help="Por quê, e por quem.")
def drop(number: int, why: str) -> None:
    """Dispensa um envio, e os que dependem dele."""
    start_desk(checked=False)
    from guiche.desk.deliveries.decided import DeliveryRefused

    try:
        # Without words the refusal says so; with them, who stood at the machine is told too.
        told = why.strip() and f"{why.strip()} ({getpass.getuser()}, linha de comando)"
        count = _delivery(number).drop(None, told)
    except DeliveryRefused as refused:
        raise _not_done(number, refused) from refused
    click.echo(f"Dispensados: {count}.")


def _not_done(number: int, refused: "DeliveryRefused") -> click.ClickException:
    """In words for whoever has no page before them."""
    where = f"Veja guiche deliveries show {number}."
    return click.ClickException(str(refused).replace("Atualize a página.", where))


def _delivery(number: int) -> "Delivery":
    from guiche.desk.models import Delivery

    rows = Delivery.objects.select_related("connection", "ticket__procedure_version", "event")
    found = rows.filter(pk=number).first()
    if found is None:
        raise click.ClickException(f"Não há envio {number}. Veja guiche deliveries list.")
    return found


def _told(delivery: "Delivery") -> tuple[Mapping[str, Any], str]:
    from guiche.desk.logs.redaction import redact

    ticket, error = delivery.ticket, redact(delivery.last_error)
    row = {
        "id": delivery.pk,
        "state": delivery.state,
        "step": delivery.step,
        "connection": delivery.connection.name,
        "ticket": ticket.number,
        "customer": ticket.customer_masked,
        "attempts": delivery.attempts,
        "created_at": delivery.created_at,
        "next_at": delivery.next_at if delivery.state in ("waiting", "unknown") else None,
        "error": error,
        # Their labels are names of customers, of whom all but one are strangers to this ticket.
        "choices": sorted(delivery.choices),
        "why": delivery.why,
    }
    line = "  ".join(
        (
            str(delivery.pk),
            delivery.get_state_display(),
            delivery.get_step_display(),
            delivery.connection.name,
            ticket.spoken,
            ticket.customer_masked,
            error,
        )
    )
    return row, line.strip()


def _details(delivery: "Delivery") -> Iterator[tuple[Mapping[str, Any], str]]:
    from guiche.desk.intake.facts import day_and_time

    known = {
        "Criado em": day_and_time(delivery.created_at),
        "Tentativas": str(delivery.attempts),
        "Próxima": day_and_time(delivery.next_at) if delivery.state in _OPEN[:1] else "",
        "Terminado em": day_and_time(delivery.done_at) if delivery.done_at else "",
        "Dispensado por": str(delivery.ended_by or ""),
        "Motivo": delivery.why,
        "Escolha em Envios": ", ".join(sorted(delivery.choices)),
    }
    yield from (({}, f"{label}: {text}") for label, text in known.items() if text)
