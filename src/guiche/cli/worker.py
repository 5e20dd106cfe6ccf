"""`guiche worker`: delivers to other desks, watches the promises, sends e-mails, erases in time."""

import click

from guiche.cli.portuguese import Command
from guiche.cli.start import start_desk, stop_on_signal, stop_with_parent


@click.command("worker", cls=Command)
@click.option("--once", is_flag=True, help="Faz uma rodada e termina.")
@click.option("--with-parent", is_flag=True, hidden=True)
def command(*, once: bool, with_parent: bool) -> None:
    """Entrega chamados aos sistemas ligados, vigia os prazos de retorno, envia os e-mails e apaga o
    que passou do tempo de guarda.
    """
    start_desk()
    from guiche.desk.worker import work_once, work_until

    if once:
        work_once()
        return
    stop = stop_on_signal()
    if with_parent:
        stop_with_parent()
    work_until(stop)
