"""`guiche double`: a system that only pretends, to try a configuration before the real one."""

import click

from guiche.cli.double import psc, qualitor
from guiche.cli.portuguese import Group


@click.group("double", cls=Group, subcommand_metavar="SISTEMA [OPÇÕES]")
def command() -> None:
    """Sobe um sistema de mentira nesta máquina, para experimentar uma integração."""


command.add_command(qualitor.command)
command.add_command(psc.command)
