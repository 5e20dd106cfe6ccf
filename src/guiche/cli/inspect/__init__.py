"""`guiche inspect`: reads certificates and says whether they carry a matrícula CEI."""

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from guiche.cli.inspect.passwords import Passwords
from guiche.cli.inspect.report import JsonReport, LinesReport, Report
from guiche.cli.inspect.trust import Asked, Checker, trust_options
from guiche.cli.portuguese import Command
from guiche.icpbrasil.numbers import cei
from guiche.sources.catalogue import EVERY_STORE, STORES
from guiche.sources.found import printable
from guiche.sources.walk import Entry, expand, walk

if TYPE_CHECKING:
    from guiche.cli.inspect.progress import Bar
    from guiche.sources import Reading


class Place(NamedTuple):
    """Something to read; `claimed` when a person or a file's name says it has certificates.

    `read` raises `SourceError`.
    """

    read: "Callable[[], Reading]"
    claimed: bool


class Options(NamedTuple):
    """How sources are read."""

    as_text: bool
    show_all: bool
    passwords: Passwords
    checker: Checker | None
    at: datetime | None


@click.command(cls=Command)
@click.argument("paths", metavar="[CAMINHO...]", nargs=-1)
@click.option(
    "--store",
    type=click.Choice([EVERY_STORE, *STORES]),
    is_flag=False,
    flag_value=EVERY_STORE,
    help="Lê os certificados guardados nesta máquina (os do cliente estão na dele): todos, ou um "
    "repositório.",
)
@click.option("--token", is_flag=True, help="Lê o token ou cartão (A3) desta máquina, sem PIN.")
@click.option(
    "--module",
    metavar="ARQUIVO",
    help="Módulo PKCS#11 do token; sem esta opção, os programas de token instalados.",
)
@click.option("--json", "as_json", is_flag=True, help="Um objeto JSON por certificado (NDJSON).")
@click.option(
    "--all",
    "show_all",
    is_flag=True,
    help="Mostra também os certificados que vêm ao lado: de AC, de quem não assinou o documento.",
)
@click.option("--text", "as_text", is_flag=True, help="Lê o texto colado da janela do Windows.")
@click.option("-v", "--verbose", is_flag=True, help="Mostra todos os campos, com OID e bytes.")
@click.option(
    "--password-file",
    metavar="ARQUIVO",
    help="Arquivo cuja primeira linha é a senha dos .pfx (ou a variável GUICHE_PASSWORD).",
)
@click.option(
    "--cei", "expected", metavar="NÚMERO", help="Compara com o CEI que o cliente informa."
)
@click.option("--no-input", is_flag=True, help="Nunca pergunta a senha.")
@trust_options
def command(
    paths: tuple[str, ...],
    store: str | None,
    token: bool,
    module: str | None,
    as_json: bool,
    show_all: bool,
    as_text: bool,
    verbose: bool,
    password_file: str | None,
    expected: str | None,
    no_input: bool,
    **trust: Any,
) -> None:
    """Lê certificados de arquivos, pastas, da entrada padrão (-) ou desta máquina (--store,
    --token).

    Termina com 0 se todos têm CEI, 1 se algum não tem (ou não é o de --cei), 2 se algo não pôde
    ser lido. A cadeia (--trust) não muda isso.
    """
    # A reader that closes the pipe early, such as `head`, ends the command without complaint.
    if hasattr(signal, "SIGPIPE"):
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    token = token or module is not None
    if not (paths or store or token):
        raise click.UsageError("Falta informar CAMINHO..., --store ou --token.")
    number = _expected(expected)
    report: Report = JsonReport(number) if as_json else LinesReport(number, verbose=verbose)
    asked = Asked(**trust)
    options = Options(
        as_text,
        show_all,
        Passwords(password_file, ask=not no_input),
        asked.checker(),
        asked.moment if asked.at else None,
    )
    everything = expand(paths)
    with _progress(everything) as bar:
        if bar:
            options.passwords.asking = bar.hidden
        files = _files(everything, options, report, bar)
        for place in chain(files, _stores(store), _tokens(module, token=token)):
            _inspect(place, options, report)
    report.finish()
    sys.exit(report.exit_status)


def _files(
    paths: list[str], options: Options, report: Report, bar: "Bar | None"
) -> Iterator[Place]:
    for entry in walk(paths, report.unlisted):
        yield Place(partial(_read, entry, options), entry.claimed)
        if bar:  # the next one is asked for when this one was read
            bar.advance()


def _stores(name: str | None) -> Iterator[Place]:
    if name is not None:
        from guiche.sources import stores

        yield Place(partial(stores.read, name), claimed=True)


def _expected(number: str | None) -> str | None:
    if number is None:
        return None
    compact = cei.compact(number)
    if len(compact) != cei.LENGTH or not (compact.isascii() and compact.isdigit()):
        raise click.BadParameter(f"“{printable(number)}” não tem os 12 dígitos de um CEI.")
    if not cei.is_valid(compact):
        click.echo(f"Atenção: o dígito final de {cei.format(compact)} não confere.", err=True)
    return compact


def _tokens(module: str | None, *, token: bool) -> Iterator[Place]:
    if token:
        yield Place(partial(_read_token, module), claimed=True)


def _read_token(module: str | None) -> "Reading":
    from pathlib import Path

    from guiche.sources import pkcs11

    if sys.stderr.isatty():
        click.echo("Lendo o token desta máquina. Nenhum PIN é pedido.", err=True)
    return pkcs11.read(None if module is None else Path(module))


def _inspect(place: Place, options: Options, report: Report) -> None:
    from guiche.sources import SourceError

    try:
        reading = place.read()
    except SourceError as error:
        if place.claimed or error.code != "no_certificate":
            for member in (error, *error.others):
                report.error(member)
        else:
            report.skipped += 1
        return
    for found in reading.found if options.show_all else reading.leaves:
        checker = options.checker
        trust = checker.check(found, reading.found) if checker else None
        report.reading(found, found.inspect(at=options.at or datetime.now(UTC)), trust)
    for member in reading.errors:
        report.error(member)


def _read(entry: Entry, options: Options) -> "Reading":
    from guiche import sources
    from guiche.sources import PasswordRequiredError, WrongPasswordError

    if options.as_text:
        return sources.read_text_path(entry.path)
    try:
        return sources.read_path(entry.path, passwords=options.passwords.known)
    except (PasswordRequiredError, WrongPasswordError) as error:
        try:
            password = options.passwords.ask_for(entry.path)
        except UnicodeDecodeError:
            raise WrongPasswordError().at(error.source) from None
        if password is None:
            raise
        return sources.read_path(entry.path, passwords=[password])


def _progress(paths: list[str]) -> "AbstractContextManager[Bar | None]":
    """A bar on standard error while folders are walked for a person at a terminal."""
    if not sys.stderr.isatty() or not any(map(os.path.isdir, paths)):
        return nullcontext()
    from guiche.cli.inspect.progress import Bar

    return Bar(paths)
