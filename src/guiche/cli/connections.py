"""`guiche connections`: how the connections to other desks stand."""

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from guiche.cli.listing import json_option, show
from guiche.cli.portuguese import Command, Group
from guiche.cli.start import start_desk

if TYPE_CHECKING:
    from guiche.desk.connectors.connector import Check
    from guiche.desk.models import Connection

ALL_RIGHT, NOT_ALL_RIGHT = 0, 1


@click.group("connections", cls=Group, subcommand_metavar="COMANDO [ARGUMENTOS]...")
def command() -> None:
    """Integrações com outros sistemas."""


@command.command("list", cls=Command)
@json_option
def list_(*, as_json: bool) -> None:
    """Lista as integrações e como cada uma está.

    Antes põe em uso o que diz o arquivo de GUICHE_CONNECTIONS, se há um. Termina com 0 se há
    alguma, 1 se não há nenhuma.
    """
    start_desk()
    from guiche.desk.models import Connection

    count = show(map(_told, Connection.objects.order_by("name")), as_json=as_json)
    sys.exit(ALL_RIGHT if count else NOT_ALL_RIGHT)


@command.command("check", cls=Command)
@click.argument("name", metavar="NOME")
@json_option
def check(name: str, *, as_json: bool) -> None:
    """Confere endereço, acesso e nomes de uma integração, sem escrever nada lá.

    Antes põe em uso o que diz o arquivo de GUICHE_CONNECTIONS, se há um. Termina com 0 se tudo está
    certo, 1 se algo não está.
    """
    start_desk()
    from guiche.desk.deliveries.trial import try_out
    from guiche.desk.models import Connection

    connection = Connection.objects.filter(name=name).first()
    if connection is None:
        raise click.ClickException(f"Não há integração “{name}”. Veja guiche connections list.")
    checks = try_out(connection)
    show(map(_checked, checks), as_json=as_json)
    sys.exit(ALL_RIGHT if all(each.ok for each in checks) else NOT_ALL_RIGHT)


def _told(connection: "Connection") -> tuple[Mapping[str, Any], str]:
    from guiche.desk import clock
    from guiche.desk.pages.standing import Standing

    standing = Standing.of(connection, clock.now())
    row = {
        "name": connection.name,
        "kind": connection.kind,
        "active": connection.active,
        "numbers": connection.numbers,
        "from_file": connection.from_file,
        "stopped": connection.stopped,
        "failures": connection.failures,
        "open_until": connection.open_until,
        "last_ok_at": connection.last_ok_at,
        "last_error": connection.last_error,
    }
    line = f"{connection.name}  {connection.label}  {standing.words} {standing.detail}"
    return row, line.strip()


def _checked(check: "Check") -> tuple[Mapping[str, Any], str]:
    row = {"label": check.label, "ok": check.ok, "words": check.words}
    return row, f"{'certo' if check.ok else 'NÃO'}  {check.label}  {check.words}".strip()
