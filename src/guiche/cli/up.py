"""`guiche up`: the whole desk on this machine, for trying it and for working on it."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

import click

from guiche.cli.portuguese import Command
from guiche.cli.start import port_option, start_desk, until_stopped

_HOST = "127.0.0.1"
_SECONDS_TO_START = 30.0
_SECONDS_TO_STOP = 10.0


@click.command("up", cls=Command)
@port_option
@click.option(
    "--acceptor-port",
    metavar="PORTA",
    envvar="GUICHE_ACCEPTOR_PORT",
    type=click.IntRange(1, 65535),
    help="Recebe também o certificado do navegador, nesta porta; sem ela, não.",
)
def command(port: int, acceptor_port: int | None) -> None:
    """Sobe o Guichê inteiro nesta máquina: banco, páginas e tarefas.

    Na primeira vez cria contas, certificados e chamados de exemplo. Só atende esta máquina.
    """
    if os.environ.get("GUICHE_MODE", "local") != "local":
        raise click.ClickException(
            "`guiche up` é para experimentar nesta máquina. Em produção use `guiche manage "
            "migrate`, `guiche web` e `guiche worker`."
        )
    # Each part tells people where the other is.
    os.environ["GUICHE_PORT"] = str(port)
    if acceptor_port:
        os.environ.setdefault("GUICHE_CERTIFICATE_URL", f"https://localhost:{acceptor_port}")
    with until_stopped():
        _refuse_taken(port, "GUICHE_PORT={} make run, ou guiche up --port")
        if acceptor_port == port:
            raise click.ClickException(
                f"A porta {port} é a das páginas. Use outra em --acceptor-port."
            )
        if acceptor_port:
            _refuse_taken(acceptor_port, "guiche up --acceptor-port {}")
        samples = _prepare()
        with ExitStack() as children:
            web = children.enter_context(_child("web", "--host", _HOST, "--port", str(port)))
            parts = [web, children.enter_context(_child("worker"))]
            if acceptor_port:
                at = ("--host", _HOST, "--port", str(acceptor_port))
                parts.append(children.enter_context(_child("acceptor", *at)))
                _wait_for(parts[-1], "A porta do certificado", partial(_connect, acceptor_port))
            _wait_for(web, "O serviço das páginas", partial(_ask_for_a_page, port))
            _welcome(port, acceptor_port, samples)
            _watch(*parts)
    click.echo("Guichê parado.")


def _refuse_taken(port: int, other: str) -> None:
    with socket.socket() as probe:
        # As the server does: a port that was closed a moment ago is not taken.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((_HOST, port))
        except OSError as error:
            raise click.ClickException(
                f"A porta {port} não está livre ({error.strerror}). "
                f"Use outra: {other.format(port % 65535 + 1)}."
            ) from error


def _prepare() -> Path:
    """Migrates and, on the first start, makes what there is to see; the folder of samples."""
    start_desk(checked=False)
    from django.conf import settings
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import call_command
    from django.db import connections

    from guiche.desk import clock
    from guiche.desk.connectors import file
    from guiche.desk.demo.certificates import write_samples
    from guiche.desk.demo.tickets import make_demo
    from guiche.desk.people.user import User

    call_command("migrate", verbosity=0, interactive=False, skip_checks=True)
    try:
        # Both children would say it.
        file.carry_out()
    except ImproperlyConfigured as error:
        raise click.ClickException(str(error)) from error
    samples: Path = settings.DATA / "exemplos"
    if not User.objects.exists():
        click.echo("Primeira vez: preparando contas, certificados e chamados de exemplo…")
        write_samples(samples, clock.now())
        make_demo(samples)
    connections.close_all()
    return samples


@contextmanager
def _child(name: str, *options: str) -> Iterator[subprocess.Popen[bytes]]:
    """Another command of this program, which ends with the block and with this process.

    Its own process group: Ctrl-C in a terminal comes to this process, which stops it in order.
    """
    process = subprocess.Popen(  # noqa: S603
        [sys.executable, "-P", "-m", "guiche", name, "--with-parent", *options],
        stdin=subprocess.PIPE,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(_SECONDS_TO_STOP)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        if process.stdin:
            process.stdin.close()


def _wait_for(part: subprocess.Popen[bytes], name: str, ask: Callable[[], None]) -> None:
    """Until what is asked of it is answered."""
    deadline = time.monotonic() + _SECONDS_TO_START
    while time.monotonic() < deadline and part.poll() is None:
        try:
            ask()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise click.ClickException(f"{name} não subiu. A causa está nas linhas acima.")


def _ask_for_a_page(port: int) -> None:
    connection = http.client.HTTPConnection(_HOST, port, timeout=5)
    try:
        connection.request("HEAD", "/")
        connection.getresponse()
    finally:
        connection.close()


def _connect(port: int) -> None:
    socket.create_connection((_HOST, port), timeout=5).close()


def _welcome(port: int, acceptor_port: int | None, samples: Path) -> None:
    from guiche.desk.demo.accounts import PASSWORD, open_demo_accounts

    click.echo(f"\nGuichê no ar: http://localhost:{port}\n")
    if acceptor_port:
        click.echo(f"Certificado do navegador: https://localhost:{acceptor_port}")
    else:
        click.echo(
            "Certificado do navegador: desligado. Para ligar: guiche up --acceptor-port 8443"
        )
    if accounts := open_demo_accounts():
        click.echo(f"Contas de demonstração, todas com a senha {PASSWORD}:")
        for user in accounts:
            click.echo(f"  {user.username:<16}{user.role_label}")
    if samples.is_dir():
        click.echo(f"Certificados de exemplo: {samples}")
    click.echo("Para parar: Ctrl-C\n")


def _watch(*children: subprocess.Popen[bytes]) -> None:
    """Until a child ends by itself, which is a failure; a signal leaves from here."""
    while all(child.poll() is None for child in children):
        time.sleep(0.3)
    raise click.ClickException("Uma parte do Guichê parou sozinha. A causa está nas linhas acima.")
