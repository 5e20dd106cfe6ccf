"""The metrics of a command that serves, on an address of their own."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])


def metrics_options(variable: str) -> Callable[[F], F]:
    """Adds the address of the metrics; the names of their settings begin with `variable`."""
    host = click.option(
        "--metrics-host",
        metavar="ENDEREÇO",
        envvar=f"{variable}_BIND",
        default="127.0.0.1",
        help="Endereço das métricas; nunca um que a internet alcance.",
    )
    port = click.option(
        "--metrics-port",
        metavar="PORTA",
        envvar=f"{variable}_PORT",
        type=click.IntRange(1, 65535),
        help="Porta das métricas (Prometheus); sem ela não há métricas.",
    )
    return lambda command: host(port(command))


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
