"""`guiche audit`: reads a whole portfolio into one table."""

import sys
from collections import Counter
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from guiche.cli.extras import need
from guiche.cli.portuguese import Command
from guiche.sources.catalogue import EVERY_STORE, STORES

if TYPE_CHECKING:
    from guiche.portfolio.engines import Engine

_STATUSES = {
    "present": "tem CEI", "doubtful": "conferir CEI", "blank": "sem CEI (campo em branco)",
    "absent": "sem CEI (sem o campo)", "not_applicable": "não comporta CEI",
    "unreadable": "não lido", "error": "com erro",
}  # fmt: skip


@click.command(cls=Command)
@click.argument("paths", metavar="[CAMINHO...]", nargs=-1)
@click.option(
    "--out",
    "out",
    metavar="ARQUIVO",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="O resultado, na forma da terminação: .ndjson, .parquet, .arrow, .csv ou .xlsx.",
)
@click.option(
    "--column",
    metavar="COLUNA",
    help="A coluna de uma tabela em que estão os certificados (DER, PEM ou base64).",
)
@click.option(
    "--store",
    type=click.Choice([EVERY_STORE, *STORES]),
    is_flag=False,
    flag_value=EVERY_STORE,
    help="Lê também os certificados guardados nesta máquina.",
)
@click.option(
    "--passwords",
    "password_list",
    metavar="ARQUIVO",
    type=click.Path(path_type=Path),
    help="Lista nome;senha dos .pfx, uma por linha; cada senha só é tentada no seu arquivo.",
)
@click.option(
    "--report",
    metavar="ARQUIVO",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Faz também um relatório para ler, imprimir e enviar: um .html que se basta.",
)
@click.option(
    "--calendar",
    metavar="ARQUIVO",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Faz também uma agenda dos vencimentos (.ics), com um aviso 30 dias antes de cada um.",
)
@click.option(
    "--since",
    metavar="ANTERIOR",
    type=click.Path(path_type=Path),
    help="Compara com o resultado de uma auditoria anterior (.parquet, .arrow, .ndjson, .csv).",
)
@click.option(
    "--show-personal",
    is_flag=True,
    help="Mostra nomes de pessoas, CPF e nomes de arquivos no relatório, na agenda e na "
    "comparação; sem isto, vão mascarados. A tabela os tem sempre.",
)
@click.option(
    "--jobs", metavar="N", type=click.IntRange(1), help="Processos; por omissão, todos os núcleos."
)
@click.option(
    "--engine",
    metavar="MOTOR",
    help="Quem lê: dask (um cluster Dask só para isto, nesta máquina) ou dask:ENDEREÇO (o de um "
    "agendador que já está no ar); por omissão, processos desta máquina.",
)
@click.option("--quiet", is_flag=True, help="Não mostra o andamento.")
def command(
    paths: tuple[str, ...],
    out: Path,
    column: str | None,
    store: str | None,
    password_list: Path | None,
    report: Path | None,
    calendar: Path | None,
    since: Path | None,
    show_personal: bool,
    jobs: int | None,
    engine: str | None,
    quiet: bool,
) -> None:
    """Lê uma carteira inteira: pastas, ZIP, tar, P7B, PFX, notas fiscais, tabelas (Parquet, Arrow,
    CSV, NDJSON com uma coluna de certificados), para um arquivo só.

    Interrompido, continua de onde parou quando o mesmo comando se repete. Termina com 0 se todos
    têm CEI, 1 se algum não tem, 2 se algo não pôde ser lido.
    """
    if not (paths or store):
        raise click.UsageError("Falta informar CAMINHO... ou --store.")
    need("pyarrow", "portfolio")
    from guiche.cli.audit_progress import progress
    from guiche.portfolio.audit import audit
    from guiche.portfolio.engines.errors import EngineError
    from guiche.portfolio.forms import TooManyRows, UnknownForm
    from guiche.portfolio.gather import items
    from guiche.portfolio.journal import OtherAudit
    from guiche.portfolio.passwords import BadList, passwords_of
    from guiche.portfolio.report.outputs import BadOutput, Outputs
    from guiche.portfolio.report.people import People
    from guiche.portfolio.result import NoResult

    outputs = Outputs(out, report, calendar, since, People(show_personal))
    said: list[str] = []
    try:
        outputs.check()
        with progress(paths, shown=not quiet) as told:
            counts = audit(
                items(paths, column=column, store=store),
                out,
                {"paths": [*paths], "column": column, "store": store, "out": out.name},
                datetime.now(UTC),
                passwords=passwords_of(password_list) if password_list else {},
                engine=_engine(engine, jobs),
                told=told,
                then=partial(outputs.write, said=said.append) if outputs.any else None,
            )
    except (UnknownForm, OtherAudit, TooManyRows, BadList, BadOutput, NoResult) as error:
        raise click.UsageError(str(error)) from error
    except EngineError as error:
        raise click.ClickException(str(error)) from error
    _summed_up(counts, out)
    for line in said:
        click.echo(line, err=True)
    sys.exit(_status(counts))


def _engine(asked: str | None, jobs: int | None) -> "Engine":
    """Processes of this machine, or a cluster; `UsageError`."""
    kind, colon, address = (asked or "").partition(":")
    if kind == "dask" and address and jobs:
        raise click.UsageError("--jobs conta processos desta máquina; o cluster tem os seus.")
    if kind == "dask" and bool(address) == bool(colon):
        from guiche.portfolio.engines.cluster import cluster

        return partial(cluster, address or None, jobs)
    if asked:
        raise click.UsageError(f"Não conheço o motor {asked}. Use dask ou dask:ENDEREÇO.")
    from guiche.portfolio.engines.processes import processes

    return partial(processes, jobs) if jobs else processes


def _status(counts: Counter[str]) -> int:
    """As of `inspect`: two beats one beats zero."""
    if counts["unreadable"] or counts["error"]:
        return 2
    return int(counts.keys() != {"present"})


def _summed_up(counts: Counter[str], out: Path) -> None:
    from guiche.portfolio.batch import is_fast, worth

    parts = [f"{words}: {counts[key]}" for key, words in _STATUSES.items() if counts[key]]
    click.echo(f"{out}: {' · '.join(parts) or 'nenhum certificado'}", err=True)
    if sum(counts.values()) > worth() and not is_fast():
        click.echo("Carteiras grandes são lidas mais depressa com o pacote numba.", err=True)
