"""`guiche worker`: watches the promises, sends e-mails and carries retention out."""

import threading

import click

from guiche.cli.portuguese import Command
from guiche.cli.start import start_desk, stop_with_parent, until_stopped


@click.command("worker", cls=Command)
@click.option("--once", is_flag=True, help="Faz uma rodada e termina.")
@click.option("--with-parent", is_flag=True, hidden=True)
def command(*, once: bool, with_parent: bool) -> None:
    """Vigia os prazos de retorno, envia os e-mails e apaga o que passou do tempo de guarda."""
    start_desk()
    from guiche.desk.worker import work_once, work_until

    if once:
        work_once()
        return
    if with_parent:
        stop_with_parent()
    with until_stopped():
        work_until(threading.Event())
