"""`guiche inspect`: reads certificates and says whether they carry a matrícula CEI."""

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import click

from guiche.cli.inspect.passwords import Passwords
from guiche.cli.inspect.report import JsonReport, LinesReport, Report
from guiche.cli.inspect.walk import Entry, expand, walk
from guiche.cli.portuguese import Command
from guiche.icpbrasil.numbers import cei
from guiche.sources.found import printable

if TYPE_CHECKING:
    from guiche.cli.inspect.progress import Bar
    from guiche.sources import Reading


class Options(NamedTuple):
    """How sources are read."""

    as_text: bool
    show_all: bool
    passwords: Passwords


@click.command(cls=Command)
@click.argument("paths", metavar="[CAMINHO...]", nargs=-1)
@click.option("--token", is_flag=True, help="Lê o token ou cartão (A3) deste computador, sem PIN.")
@click.option(
    "--module",
    metavar="ARQUIVO",
    help="Módulo PKCS#11 do token; sem esta opção, os programas de token instalados.",
)
@click.option("--json", "as_json", is_flag=True, help="Um objeto JSON por certificado (NDJSON).")
@click.option("--all", "show_all", is_flag=True, help="Mostra também os certificados de AC.")
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
def command(
    paths: tuple[str, ...],
    token: bool,
    module: str | None,
    as_json: bool,
    show_all: bool,
    as_text: bool,
    verbose: bool,
    password_file: str | None,
    expected: str | None,
    no_input: bool,
) -> None:
    """Lê certificados de arquivos, de pastas, da entrada padrão (-) ou do token deste computador.

    Termina com 0 se todos têm CEI, 1 se algum não tem (ou não é o de --cei), 2 se algo não pôde
    ser lido.
    """
    # A reader that closes the pipe early, such as `head`, ends the command without complaint.
    if hasattr(signal, "SIGPIPE"):
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    places = list(_places(token=token, module=module))
    if not paths and not places:
        raise click.UsageError("Falta informar CAMINHO... ou --token.")
    number = _expected(expected)
    report: Report = JsonReport(number) if as_json else LinesReport(number, verbose=verbose)
    options = Options(as_text, show_all, Passwords(password_file, ask=not no_input))
    for read in places:
        _inspect(read, options, report)
    everything = expand(paths)
    with _progress(everything) as bar:
        if bar:
            options.passwords.asking = bar.hidden
        for entry in walk(everything, report.unlisted):
            _inspect(partial(_read, entry, options), options, report, claimed=entry.claimed)
            if bar:
                bar.advance()
    report.finish()
    sys.exit(report.exit_status)


def _expected(number: str | None) -> str | None:
    if number is None:
        return None
    compact = cei.compact(number)
    if len(compact) != cei.LENGTH or not (compact.isascii() and compact.isdigit()):
        raise click.BadParameter(f"“{printable(number)}” não tem os 12 dígitos de um CEI.")
    if not cei.is_valid(compact):
        click.echo(f"Atenção: o dígito final de {cei.format(compact)} não confere.", err=True)
    return compact


def _places(*, token: bool, module: str | None) -> Iterator["Callable[[], Reading]"]:
    """What reads the places of this computer that are no files."""
    if token or module is not None:
        yield partial(_read_token, module)


def _read_token(module: str | None) -> "Reading":
    from pathlib import Path

    from guiche.sources import pkcs11

    if sys.stderr.isatty():
        click.echo("Lendo o token deste computador. Nenhum PIN é pedido.", err=True)
    return pkcs11.read(None if module is None else Path(module))


def _inspect(
    read: "Callable[[], Reading]", options: Options, report: Report, *, claimed: bool = True
) -> None:
    """Reports one reading; `claimed`: that it has no certificate is worth telling."""
    from guiche.sources import SourceError

    try:
        reading = read()
    except SourceError as error:
        if claimed or error.code != "no_certificate":
            for member in (error, *error.others):
                report.error(member)
        else:
            report.skipped += 1
        return
    for found in reading.found if options.show_all else reading.leaves:
        report.reading(found, found.inspect(at=datetime.now(UTC)))
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
