"""`guiche backup`: copies the SQLite database while it is in use."""

from pathlib import Path

import click

from guiche.cli.portuguese import Command
from guiche.cli.start import start_desk
from guiche.icpbrasil.wording import number


@click.command("backup", cls=Command)
@click.argument("file", metavar="ARQUIVO", type=click.Path(path_type=Path))
def command(file: Path) -> None:
    """Copia o banco SQLite para ARQUIVO, inteiro e conferido, com o Guichê no ar.

    A chave dos dados não vai junto: guarde-a à parte. No PostgreSQL, use pg_dump.
    """
    start_desk(checked=False)
    from guiche.desk import backup

    try:
        size = backup.save(file)
    except backup.BackupRefused as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"Cópia conferida: {file} ({number(size)} bytes).")
