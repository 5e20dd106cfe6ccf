"""`guiche double qualitor`: a Qualitor that only pretends."""

import json
import threading
import time
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import click

from guiche.cli.double.port import port_option, taking
from guiche.cli.portuguese import Command
from guiche.cli.start import needing_desk, until_stopped

if TYPE_CHECKING:
    from guiche.desk.doubles.qualitor import Qualitor

_BEGINNING = 1_700_000_000
"""Numbers begin with the tenths of a second since then, so that a new start repeats none."""


@click.command("qualitor", cls=Command, short_help="Um Qualitor, por HTTP e por SOAP.")
@port_option(8020)
@click.option(
    "--fault",
    "faults",
    metavar="OPERAÇÃO:FALHA[:N]",
    multiple=True,
    help="Falha da próxima chamada dessa operação, da N-ésima, ou de todas (N = 0). A operação * é "
    "qualquer uma. Pode repetir. `--fault ajuda` mostra as falhas.",
)
@click.option(
    "--lag",
    metavar="SEGUNDOS",
    type=click.IntRange(0, 3600),
    default=0,
    help="Tempo que um chamado novo leva para aparecer nas listas.",
)
@click.option("--toml", is_flag=True, help="Só escreve o arquivo de integrações para ele, e sai.")
@click.option("--utf-8", "utf8", is_flag=True, help="Responde em UTF-8, e não em ISO-8859-1.")
@click.option("--responsestatus", is_flag=True, help="Escreve responsestatus, como no manual.")
@click.option("--latin-only", is_flag=True, help="Guarda só o que existe em ISO-8859-1.")
@click.option("--solution-closes", is_flag=True, help="Encerra o chamado que recebe a solução.")
def command(
    *, port: int, faults: tuple[str, ...], lag: int, utf8: bool, responsestatus: bool,
    latin_only: bool, solution_closes: bool, toml: bool,
) -> None:  # fmt: skip
    """Sobe um Qualitor de mentira: clientes, equipes e códigos inventados, e falhas a pedido.

    Só atende esta máquina, e esquece tudo quando para.
    """
    with needing_desk():
        from guiche.desk.doubles.qualitor import Qualitor, settings_at
        from guiche.desk.doubles.qualitor.state import Site
    if "ajuda" in faults:
        click.echo("\n".join(_faults()))
        return
    if toml:
        if not port:
            raise click.UsageError("--toml precisa de uma porta certa: diga --port.")
        click.echo("\n".join(_file(settings_at(f"http://127.0.0.1:{port}"))))
        return
    site = Site(
        charset="UTF-8" if utf8 else "ISO-8859-1",
        status_tag="responsestatus" if responsestatus else "response_status",
        lag=lag, latin_only=latin_only, solution_closes=solution_closes,
        first=int(10 * (time.time() - _BEGINNING)),
    )  # fmt: skip
    planned = [_planned(fault) for fault in faults]
    with taking(port):
        double = Qualitor(port, site)
    for operation, fault, nth in planned:
        double.faults.inject(operation, fault, nth)
    with until_stopped(), double:
        _welcome(double)
        threading.Event().wait()
    click.echo("Qualitor de mentira parado.")


def _planned(typed: str) -> tuple[str, str, int]:
    from guiche.desk.doubles.qualitor.faults import ANY, FAULTS
    from guiche.desk.doubles.qualitor.operations import OPERATIONS

    operation, _, rest = typed.partition(":")
    fault, _, nth = rest.partition(":")
    nth = nth or "1"
    if (
        operation not in (ANY, "login", "wsdl", *OPERATIONS)
        or fault not in FAULTS
        or not nth.isdecimal()
    ):
        raise click.UsageError(
            f"--fault {typed}: escreva operação:falha ou operação:falha:N, como "
            "addTicketByData:hang_after. Para ver todas: --fault ajuda."
        )
    return operation, fault, int(nth)


def _faults() -> Iterator[str]:
    from guiche.desk.doubles.qualitor.faults import ANY, FAULTS
    from guiche.desk.doubles.qualitor.operations import OPERATIONS

    yield "Escreva --fault operação:falha ou operação:falha:N, como addTicketByData:hang_after."
    yield "\nOperações:"
    yield from (f"  {name}" for name in (ANY, "login", "wsdl", *sorted(OPERATIONS)))
    yield "\nFalhas:"
    yield from (f"  {name:<16}{words}" for name, words in FAULTS.items())


def _welcome(double: "Qualitor") -> None:
    from guiche.desk.doubles.qualitor import state

    click.echo(f"\nQualitor de mentira no ar: {double.url}\n\nConfigure a integração com:")
    click.echo("\n".join(_labelled(double.settings())))
    click.echo("\nEm um arquivo: guiche double qualitor --toml")
    click.echo("\nOutros códigos que ele conhece:")
    for element, known in (
        ("cdequipe", state.TEAMS), ("cdcategoria", state.CATEGORIES),
        ("cdtipochamado", state.TYPES), ("cdlocalidade", state.LOCALITIES),
        ("cdseveridade", state.SEVERITIES), ("cdorigem", state.ORIGINS),
        ("cdtipoacompanhamento", state.NOTE_TYPES), ("vlinformacaoadicional", state.INFOS),
    ):  # fmt: skip
        click.echo(f"  {element:<24}{', '.join(f'{ref} {name}' for ref, name in known.items())}")
    click.echo("\nClientes:")
    for customer in double.desk.customers:
        click.echo(f"  {customer.ref:<6}{customer.document or 'sem documento':<16}{customer.name}")
    click.echo("\nPara parar: Ctrl-C. Ele esquece todos os chamados.\n")


def _labelled(settings: Mapping[str, str]) -> Iterator[str]:
    """As the page names them, and with the keys of a file; a table line by line."""
    from guiche.desk.connectors.qualitor.settings import QualitorSettings

    for each in QualitorSettings.described():
        if value := settings.get(each.key):
            table = each.kind == "table"
            yield f"  {each.label} ({each.key}):{'' if table else f' {value}'}"
            yield from (f"    {line}" for line in value.splitlines() if table)


def _file(settings: Mapping[str, str]) -> Iterator[str]:
    """The file of connections, whole; a password does not stand in it."""
    from guiche.desk.connectors.qualitor.settings import QualitorSettings

    password, kinds = settings["password"], {e.key: e.kind for e in QualitorSettings.described()}
    yield f"# A senha vem de fora: GUICHE_CONNECTION_QUALITOR_PASSWORD={password}"
    yield '[[connection]]\nkind = "qualitor"\nname = "Qualitor"\nactive = true\nnumbers = true'
    yield "\n[connection.settings]"
    plain = {key: value for key, value in settings.items() if kinds[key] not in ("table", "secret")}
    yield from (f"{key} = {_quoted(value)}" for key, value in plain.items())
    for key in (key for key in settings if kinds[key] == "table"):
        yield f"\n[connection.settings.{key}]"
        for line in settings[key].splitlines():
            name, _, value = line.rpartition(" = ")
            yield f"{_quoted(name)} = {_quoted(value)}"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
