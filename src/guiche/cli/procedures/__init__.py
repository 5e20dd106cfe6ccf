"""`guiche procedures`: procedure files checked, listed, shown and begun; no desk, no database."""

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from guiche.cli.listing import json_option, show
from guiche.cli.portuguese import Command, Group
from guiche.cli.start import needing_desk, start_desk
from guiche.sources.found import printable

if TYPE_CHECKING:
    from guiche.desk.procedures.table import ProcedureError

RIGHT, WRONG, FAILED = 0, 1, 2
_FOLDER = "GUICHE_PROCEDURES"


@click.group("procedures", cls=Group, subcommand_metavar="COMANDO [ARGUMENTOS]...")
def command() -> None:
    """Procedimentos (POP) em arquivos: os do Guichê e os da pasta da empresa, GUICHE_PROCEDURES."""


@command.command("check", cls=Command)
@click.argument("files", metavar="[ARQUIVO]...", nargs=-1)
@json_option
def check(files: Sequence[str], *, as_json: bool) -> None:
    """Confere arquivos; sem nenhum, todos. Cada engano vem com o arquivo, a chave e o que fazer.

    Termina com 0 se todos servem, 1 se há um engano, 2 se um não pôde ser lido.
    """
    status = RIGHT

    def rows() -> Iterator[tuple[Mapping[str, Any], str]]:
        nonlocal status
        for path in map(Path, files) if files else _known().values():
            content = _read(path)
            if content is None:
                status = FAILED
                continue
            errors = _mistakes(path, content)
            status = max(status, WRONG if errors else RIGHT)
            yield from map(_mistaken, errors)
            if not errors:
                yield {"file": str(path), "ok": True, "key": "", "remedy": ""}, f"{path}: certo."

    show(rows(), as_json=as_json)
    sys.exit(status)


@command.command("list", cls=Command)
@click.option("--page", "of_page", is_flag=True, help="Também os feitos na página, do banco.")
@json_option
def list_(*, as_json: bool, of_page: bool) -> None:
    """Lista os procedimentos dos arquivos; --page, também os da página e os retirados."""
    with needing_desk():
        from guiche.desk.procedures.shelf import SHIPPED

    def rows() -> Iterator[tuple[Mapping[str, Any], str]]:
        for slug, path in sorted(_known().items()):
            shipped = path.parent == SHIPPED
            title, problem = _titled(path)
            row = {
                "slug": slug, "title": title, "shipped": shipped, "file": str(path),
                "problem": problem,
            }  # fmt: skip
            where = "do Guichê" if shipped else "da empresa"
            yield row, f"{slug:<24} {where:<11} {problem or title}"
        if of_page:
            yield from _of_page()

    show(rows(), as_json=as_json)


def _of_page() -> Iterator[tuple[Mapping[str, Any], str]]:
    """The procedures that have no file: made on the page, and withdrawn there."""
    start_desk(checked=False)
    from guiche.desk.models import ProcedureVersion

    for slug in sorted(ProcedureVersion.made_here() - _known().keys()):
        version = ProcedureVersion.current(slug)
        title, withdrawn = version.procedure.title, version.withdrawn
        row = {
            "slug": slug, "title": title, "shipped": False, "file": "", "problem": "",
            "withdrawn": withdrawn,
        }  # fmt: skip
        where = "retirado" if withdrawn else "da página"
        yield row, f"{slug:<24} {where:<11} {title}"


@command.command("show", cls=Command)
@click.argument("name", metavar="SLUG|ARQUIVO")
def show_(name: str) -> None:
    """Mostra um procedimento em palavras: um da lista, ou um arquivo."""
    from guiche.cli.procedures.shown import lines

    path = Path(name)
    if not path.is_file():
        known = _known()
        if name not in known:
            raise click.ClickException(
                f"Não há procedimento nem arquivo “{name}”. Há: {', '.join(sorted(known))}."
            )
        path = known[name]
    content = _read(path)
    if content is None:
        sys.exit(FAILED)
    errors = _mistakes(path, content)
    for error in errors:
        click.echo(printable(str(error)), err=True)
    if not errors or _is_readable(content):
        for line in lines(content):
            click.echo(printable(line))
    sys.exit(WRONG if errors else RIGHT)


@command.command("new", cls=Command)
@click.argument("slug", metavar="SLUG")
def new(slug: str) -> None:
    """Escreve SLUG.toml, um começo comentado, na pasta GUICHE_PROCEDURES; sem ela, na atual."""
    with needing_desk():
        from guiche.desk.procedures import start
        from guiche.desk.procedures.table import ProcedureError
    path = Path(_site() or ".") / f"{slug}.toml"
    try:
        content = start.text(slug)
    except ProcedureError as error:
        raise click.ClickException(f"O nome não serve: {error.remedy}") from error
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(content)
    except FileExistsError as error:
        raise click.ClickException(f"{path} já existe. Nada foi mudado.") from error
    except OSError as error:
        raise click.ClickException(f"Não consegui gravar {path} ({error.strerror}).") from error
    click.echo(printable(f"{path}: escrito. Edite, e confira com: guiche procedures check {path}"))


def _site() -> str:
    return os.environ.get(_FOLDER, "").strip()


def _known() -> dict[str, Path]:
    with needing_desk():
        from guiche.desk.procedures import shelf
        from guiche.desk.procedures.table import ProcedureError
    try:
        return shelf.files(_site())
    except ProcedureError as error:
        raise click.ClickException(str(error)) from error


def _read(path: Path) -> str | None:
    """The text of a file; None, and it is said, where it cannot be read."""
    try:
        return path.read_text("utf-8")
    except UnicodeDecodeError:
        why = "não é um texto em UTF-8; grave-o assim"
    except OSError as error:
        why = f"não consegui ler o arquivo ({error.strerror}); confira o caminho"
    click.echo(printable(f"{path}: {why}."), err=True)
    return None


def _mistakes(path: Path, content: str) -> "list[ProcedureError]":
    with needing_desk():
        from guiche.desk.procedures.rules import mistakes
    return mistakes(content, str(path), path.stem)


def _is_readable(content: str) -> bool:
    from guiche.desk.procedures.procedure import Procedure
    from guiche.desk.procedures.table import ProcedureError

    try:
        Procedure.read(content, "")
    except ProcedureError:
        return False
    return True


def _mistaken(error: "ProcedureError") -> tuple[Mapping[str, Any], str]:
    row = {"file": error.file, "ok": False, "key": error.key, "remedy": error.remedy}
    return row, str(error)


def _titled(path: Path) -> tuple[str, str]:
    """Title of a procedure, and why it cannot be used, or ""."""
    from guiche.desk.procedures import shelf
    from guiche.desk.procedures.table import ProcedureError

    try:
        return shelf.read(path)[0].title, ""
    except ProcedureError as error:
        return "", str(error)
