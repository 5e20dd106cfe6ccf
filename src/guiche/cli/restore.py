"""`guiche restore`: puts a copy of the SQLite database in its place."""

from pathlib import Path

import click

from guiche.cli.portuguese import Command
from guiche.cli.start import start_desk


@click.command("restore", cls=Command)
@click.argument("file", metavar="ARQUIVO", type=click.Path(path_type=Path))
def command(file: Path) -> None:
    """Põe no lugar do banco SQLite a cópia ARQUIVO, com o Guichê parado.

    O banco de antes fica ao lado, com outro nome. No PostgreSQL, use pg_restore.
    """
    start_desk(checked=False)
    from guiche.desk import backup

    try:
        before = backup.restore(file)
    except backup.BackupRefused as error:
        raise click.ClickException(str(error)) from error
    if before:
        click.echo(f"O banco de antes ficou em {before}.")
    click.echo(
        "Cópia no lugar. Agora: guiche manage migrate, guiche manage verify, e guiche deliveries "
        "doubt, para que o que ela tem na fila seja conferido antes de sair. Para experimentar "
        "nesta máquina basta guiche up, que migra sozinho."
    )
