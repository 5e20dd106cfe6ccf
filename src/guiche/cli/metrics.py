"""The metrics of a command that serves, on an address of their own."""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from tempfile import TemporaryDirectory

import click


@contextmanager
def counting_folder() -> Iterator[str]:
    """Where the processes that answer leave their counts, for the one that tells them.

    To be entered before anything imports the part that counts.
    """
    with TemporaryDirectory(prefix="guiche-metrics-") as folder:
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder
        yield folder


@contextmanager
def metrics(host: str, port: int, folder: str) -> Iterator[None]:
    """Within the block `/metrics` is served; a `ClickException` says that the port is taken."""
    from guiche.desk.health.metrics import served

    with ExitStack() as stack:
        try:
            stack.enter_context(served(host, port, folder))
        except OSError as error:
            raise click.ClickException(
                f"Não consegui abrir {host}:{port} para as métricas ({error.strerror}). "
                "Use outra porta: --metrics-port."
            ) from error
        yield
