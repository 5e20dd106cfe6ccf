"""`guiche audit-diff`: what changed between two audits."""

import sys
from pathlib import Path

import click

from guiche.cli.extras import need
from guiche.cli.portuguese import Command

_RESULT = click.Path(path_type=Path)


@click.command(cls=Command)
@click.argument("earlier", metavar="ANTERIOR", type=_RESULT)
@click.argument("later", metavar="ATUAL", type=_RESULT)
@click.option("--json", "as_json", is_flag=True, help="Uma linha de JSON para cada mudança.")
@click.option(
    "--show-personal",
    is_flag=True,
    help="Mostra nomes de pessoas e CPF; sem isto, vão mascarados.",
)
def command(earlier: Path, later: Path, as_json: bool, show_personal: bool) -> None:
    """Compara dois resultados de `guiche audit` (.parquet, .arrow, .ndjson, .csv): quem renovou,
    passou a ter CEI, deixou de ter, venceu, entrou e saiu.

    Termina com 0 se nada mudou, 1 se algo mudou, 2 se não foi possível comparar.
    """
    need("pyarrow", "portfolio")
    from guiche.portfolio.difference import Difference
    from guiche.portfolio.report import changes
    from guiche.portfolio.report.people import People
    from guiche.portfolio.result import NoResult, batches_of
    from guiche.sources.line import line_of

    people = People(show_personal)
    try:
        with Difference(batches_of(earlier), batches_of(later)) as difference:
            if as_json:
                for change in changes.objects(difference, people):
                    click.echo(line_of(change), nl=False)
            else:
                for line in changes.lines(difference, people):
                    click.echo(line)
            changed = any(difference.counts.values())
    except NoResult as error:
        raise click.UsageError(str(error)) from error
    sys.exit(int(changed))
