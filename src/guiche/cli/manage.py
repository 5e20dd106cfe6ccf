"""`guiche manage`: Django's administration commands."""

import click

from guiche.cli.start import start_desk


@click.command(
    "manage",
    short_help="Comandos de administração do banco e das contas.",
    context_settings={"ignore_unknown_options": True, "help_option_names": []},
    add_help_option=False,
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def command(arguments: tuple[str, ...]) -> None:
    """Comandos de administração: migrate, createsuperuser, changepassword, account, check…"""
    start_desk(checked=False)
    from django.core.management import ManagementUtility

    ManagementUtility(["guiche manage", *arguments]).execute()
