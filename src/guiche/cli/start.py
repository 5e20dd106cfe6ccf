"""What the commands of the desk have in common: its port and settings, and an orderly end."""

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType

import click

port_option = click.option(
    "--port",
    metavar="PORTA",
    envvar="GUICHE_PORT",
    type=click.IntRange(1, 65535),
    default=8000,
    help="Porta das páginas.",
)


@contextmanager
def needing_desk() -> Iterator[None]:
    """Within the block the desk is imported; a `ClickException` says that it is not installed."""
    try:
        yield
    except ModuleNotFoundError as error:
        raise click.ClickException(
            f'Falta instalar o balcão ({error.name}): pip install "guiche[desk]".'
        ) from error


def start_desk(*, checked: bool = True) -> None:
    """Makes the desk ready in this process; a `ClickException` says what is missing.

    A local desk gets its data folder and secrets; `checked` refuses unsafe settings, and makes the
    connections agree with their file.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "guiche.desk.settings")
    with needing_desk():
        import django
        from django.core.exceptions import ImproperlyConfigured
    try:
        _make_local_folder()
        django.setup()
        if checked:
            from guiche.desk import checks
            from guiche.desk.connectors import file

            checks.refuse_unsafe()
            file.carry_out()
    except ImproperlyConfigured as error:
        raise click.ClickException(str(error)) from error


def _make_local_folder() -> None:
    from guiche.desk import environment

    if environment.mode(os.environ) != environment.LOCAL:
        return
    # What this process and its children write is nobody else's to read.
    os.umask(0o077)
    folder = environment.data_folder(os.environ)
    try:
        environment.make_data_folder(folder)
    except OSError as error:
        raise click.ClickException(
            f"Não consegui criar a pasta de dados {folder} ({error.strerror}). "
            "Indique outra em GUICHE_DATA."
        ) from error


class Stopped(BaseException):
    """SIGINT or SIGTERM came: end in order. No failure, so nothing on the way takes it for one."""


@contextmanager
def until_stopped() -> Iterator[None]:
    """Within the block SIGINT and SIGTERM raise `Stopped`; it leaves the block quietly.

    Both are set by hand: what a shell starts in the background inherits SIGINT ignored. After the
    first one both are ignored, so that nothing interrupts the cleaning up.
    """

    def stop(_number: int, _frame: FrameType | None) -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)
        raise Stopped

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    with suppress(Stopped):
        yield


def stop_on_signal() -> threading.Event:
    """Set by the first SIGINT or SIGTERM, for work that ends in order by itself.

    A second one ends the process at once.
    """
    stop = threading.Event()

    def ask(number: int, _frame: FrameType | None) -> None:
        signal.signal(number, signal.SIG_DFL)
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, ask)
    return stop


def stop_with_parent() -> None:
    """Ends this process, as SIGTERM does, when its standard input closes.

    The parent keeps the other end open; the system closes it however the parent ends.
    """

    def wait() -> None:
        while os.read(0, 1024):
            pass
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=wait, daemon=True).start()
