"""`guiche acceptor`: the certificate port, where a customer's browser presents its certificate."""

import asyncio
import logging
import signal
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import click

from guiche.cli.metrics import counting_folder, metrics, metrics_options
from guiche.cli.portuguese import Command
from guiche.cli.start import start_desk, stop_with_parent

if TYPE_CHECKING:
    from guiche.desk.acceptor.identity import Identity
    from guiche.desk.acceptor.port import Port

log = logging.getLogger(__name__)

_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command("acceptor", cls=Command)
@click.option(
    "--host",
    metavar="ENDEREÇO",
    envvar="GUICHE_ACCEPTOR_BIND",
    default="127.0.0.1",
    help="Endereço em que escuta.",
)
@click.option(
    "--port",
    metavar="PORTA",
    envvar="GUICHE_ACCEPTOR_PORT",
    type=click.IntRange(1, 65535),
    default=8443,
    help="Porta em que escuta.",
)
@click.option(
    "--certificate",
    metavar="ARQUIVO",
    envvar="GUICHE_ACCEPTOR_CERTIFICATE_FILE",
    type=_FILE,
    help="Certificado do servidor e a cadeia dele (PEM).",
)
@click.option(
    "--key",
    metavar="ARQUIVO",
    envvar="GUICHE_ACCEPTOR_KEY_FILE",
    type=_FILE,
    help="Chave do certificado do servidor (PEM, sem senha).",
)
@metrics_options("GUICHE_ACCEPTOR_METRICS")
@click.option("--with-parent", is_flag=True, hidden=True)
def command(
    host: str,
    port: int,
    certificate: Path | None,
    key: Path | None,
    metrics_host: str,
    metrics_port: int | None,
    *,
    with_parent: bool,
) -> None:
    """Recebe, por TLS, o certificado que o navegador do cliente apresenta no link do atendimento.

    Lê certificados válidos, vencidos e desconhecidos, e não autentica ninguém. Lê de novo o próprio
    certificado quando o arquivo muda, ou com SIGHUP.
    """
    with ExitStack() as stack:
        if metrics_port:
            folder = stack.enter_context(counting_folder())
        start_desk()
        identity = _identity(certificate, key)
        if metrics_port:
            stack.enter_context(metrics(metrics_host, metrics_port, folder))
        if with_parent:
            stop_with_parent()
        _serve(identity, host, port)


def _identity(certificate: Path | None, key: Path | None) -> "Identity":
    from django.conf import settings

    from guiche.desk import clock
    from guiche.desk.acceptor.identity import Identity, Unusable, made_in

    if bool(certificate) != bool(key):
        raise click.UsageError("O certificado e a chave vêm juntos: --certificate e --key.")
    try:
        if certificate and key:
            return Identity(certificate, key)
        if settings.PRODUCTION:
            raise click.ClickException(
                "Faltam o certificado e a chave deste endereço: GUICHE_ACCEPTOR_CERTIFICATE_FILE e "
                "GUICHE_ACCEPTOR_KEY_FILE."
            )
        return Identity(*made_in(settings.DATA, clock.now()))
    except Unusable as error:
        raise click.ClickException(str(error)) from error


def _serve(identity: "Identity", host: str, port: int) -> None:
    from django.conf import settings
    from django.db import connections

    from guiche.desk.acceptor.port import Port
    from guiche.desk.wsgi import application

    if settings.PRODUCTION and not settings.CERTIFICATE_URL:
        raise click.ClickException(
            "Falta dizer por qual nome os clientes chegam aqui, o mesmo em todas as máquinas: "
            "GUICHE_CERTIFICATE_URL=https://certificado.exemplo.com.br."
        )
    # Those of the start belong to no thread that answers.
    connections.close_all()
    try:
        asyncio.run(_until_stopped(Port(identity, application), host, port))
    except OSError as error:
        raise click.ClickException(
            f"Não consegui abrir {host}:{port} ({error.strerror}). Use outra: --port."
        ) from error


async def _until_stopped(acceptor: "Port", host: str, port: int) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, acceptor.stop)
    loop.add_signal_handler(signal.SIGHUP, acceptor.renew)
    await acceptor.serve(host, port, lambda _: log.info("certificates at %s:%s", host, port))
