"""What a command needs that `pip install guiche` alone does not bring."""

from importlib.util import find_spec

import click


def need(package: str, extra: str) -> None:
    """`ClickException`, with the command that installs it, where the package is not there."""
    if find_spec(package) is None:
        raise click.ClickException(f'Falta instalar ({package}): pip install "guiche[{extra}]".')
