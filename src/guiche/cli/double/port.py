"""Where a pretended system answers: a port of this machine."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])


def port_option(default: int) -> Callable[[F], F]:
    """`--port`; 0 takes a free one."""
    return click.option(
        "--port",
        metavar="PORTA",
        type=click.IntRange(0, 65535),
        default=default,
        help=f"Porta em que responde, {default} se nada for dito; 0 escolhe uma livre.",
    )


@contextmanager
def taking(port: int) -> Iterator[None]:
    """Within the block the port is taken; a `ClickException` says that it is not free."""
    try:
        yield
    except OSError as error:
        raise click.ClickException(
            f"A porta {port} não está livre ({error.strerror}). Use outra: --port."
        ) from error
