"""`guiche double psc`: a provider of cloud certificates that only pretends."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from guiche.cli.double.port import port_option, taking
from guiche.cli.portuguese import Command
from guiche.cli.start import needing_desk, until_stopped

if TYPE_CHECKING:
    from guiche.desk.doubles.psc import Psc


@click.command("psc", cls=Command, short_help="Um provedor de certificado em nuvem.")
@click.argument("files", metavar="[ARQUIVO]...", nargs=-1, type=click.Path())
@port_option(8030)
@click.option(
    "--fault",
    "faults",
    metavar="CHAMADA:FALHA",
    multiple=True,
    help="Falha da próxima chamada: decision, token ou discovery. Pode repetir. `--fault ajuda` "
    "mostra as falhas.",
)
@click.option("--bare", is_flag=True, help="Responde em base64 sem a moldura do PEM.")
def command(*, files: tuple[str, ...], port: int, faults: tuple[str, ...], bare: bool) -> None:
    """Sobe um provedor de mentira (DOC-ICP-17.01), com os certificados dos arquivos.

    Sem arquivo, a conta tem um e-CPF e um e-CNPJ inventados. Só atende esta máquina.
    """
    with needing_desk():
        from guiche.desk.doubles import psc
    if "ajuda" in faults:
        click.echo(f"Chamadas: {', '.join(psc.CALLS)}. Falhas: {', '.join(psc.Psc.faults)}.")
        return
    double = psc.Psc(_read(files) or _invented(), form=psc.bare if bare else psc.pem)
    for fault in faults:
        _plan(double, fault)
    with taking(port):
        double.start(port)
    with until_stopped(), double:
        _welcome(double)
        threading.Event().wait()
    click.echo("Provedor de mentira parado.")


def _read(files: tuple[str, ...]) -> list[tuple[str, bytes]]:
    from guiche.sources import SourceError, read_path

    try:
        found = [each for file in files for each in read_path(file).leaves]
    except SourceError as error:
        raise click.ClickException(str(error)) from error
    return [(each.source.name, each.der) for each in found if each.der]


def _invented() -> list[tuple[str, bytes]]:
    from guiche.desk.demo.certificates import samples

    chosen = ("e-cpf-com-cei.cer", "e-cnpj-sem-cei.cer")
    return [(file, der) for file, der in samples(datetime.now(UTC)) if file in chosen]


def _plan(double: "Psc", typed: str) -> None:
    from guiche.desk.doubles.psc import CALLS

    call, _, fault = typed.partition(":")
    if call not in CALLS or fault not in double.faults:
        raise click.UsageError(
            f"--fault {typed}: escreva chamada:falha, como discovery:status_n. "
            "Para ver todas: --fault ajuda."
        )
    double.fail(fault, CALLS[call])


def _welcome(double: "Psc") -> None:
    click.echo("\n".join(_lines(double)))


def _lines(double: "Psc") -> Iterator[str]:
    from guiche.desk.doubles.psc import CLIENT_ID, CLIENT_SECRET

    yield f"\nProvedor de mentira no ar: {double.url}"
    yield "\nEm Ajustes, Integrações, Certificado em nuvem, escolha um provedor e escreva:"
    yield f"  client_id:            {CLIENT_ID}"
    yield f"  client_secret:        {CLIENT_SECRET}"
    yield f"  Endereço do provedor: {double.base}"
    yield "\nCertificados da conta:"
    yield from (f"  {alias}" for alias, _ in double.certificates)
    yield "\nPara parar: Ctrl-C.\n"
