"""`guiche web`: serves the pages."""

import os
import signal
from contextlib import ExitStack

import click

from guiche.cli.metrics import counting_folder, metrics, metrics_options
from guiche.cli.portuguese import Command
from guiche.cli.start import port_option, start_desk, stop_with_parent

# Reading a certificate takes a millisecond; threads are for waiting on the database.
_THREADS = min(8, 2 * (os.cpu_count() or 1) + 1)
_SECONDS_TO_FINISH = 5
# One a core: a page is mostly Python, and one process answers one at a time.
_PROCESSES = min(4, os.cpu_count() or 1)


@click.command("web", cls=Command)
@click.option(
    "--host",
    metavar="ENDEREÇO",
    envvar="GUICHE_BIND",
    default="127.0.0.1",
    help="Endereço em que escuta.",
)
@port_option
@click.option(
    "--workers",
    metavar="N",
    envvar="GUICHE_WEB_WORKERS",
    type=click.IntRange(1, 64),
    default=_PROCESSES,
    show_default="um por núcleo, até 4",
    help="Processos que respondem.",
)
@metrics_options("GUICHE_METRICS")
@click.option("--with-parent", is_flag=True, hidden=True)
def command(
    host: str,
    port: int,
    workers: int,
    metrics_host: str,
    metrics_port: int | None,
    *,
    with_parent: bool,
) -> None:
    """Serve as páginas do Guichê. Os ajustes vêm de variáveis GUICHE_*."""
    if metrics_port == port:
        raise click.UsageError("--metrics-port não pode ser a porta das páginas.")
    with ExitStack() as stack:
        if metrics_port:
            # Before anything imports the part that counts.
            folder = stack.enter_context(counting_folder())
        start_desk()
        if metrics_port:
            stack.enter_context(metrics(metrics_host, metrics_port, folder))
        _serve(host, port, workers, with_parent=with_parent)


def _serve(host: str, port: int, workers: int, *, with_parent: bool) -> None:
    from django.conf import settings
    from django.db import connections
    from granian import Granian
    from granian.constants import HTTPModes, Interfaces
    from granian.log import LogLevels

    if with_parent:
        stop_with_parent()
    # The processes that answer are forked from this one, and may not share its connections.
    connections.close_all()
    _let_end_while_starting()
    Granian(
        "guiche.desk.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        http=HTTPModes.http1,
        websockets=False,
        workers=workers,
        blocking_threads=_THREADS,
        workers_kill_timeout=_SECONDS_TO_FINISH,
        respawn_failed_workers=True,
        log_level=LogLevels.warning,
        log_dictconfig=settings.LOGGING,
    ).serve()


def _let_end_while_starting() -> None:
    """Until a forked process has a handler of its own it has the one of its parent, which sets a
    mark that nobody there reads: a SIGTERM was lost on it, and it had to be killed. One that
    comes in between waits until it can end the process."""
    if not hasattr(os, "register_at_fork"):
        return

    def take_it() -> None:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})

    os.register_at_fork(
        before=lambda: signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM}),
        after_in_parent=lambda: signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM}),
        after_in_child=take_it,
    )
