"""`guiche trust`: the authorities that certificates are checked against."""

import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from guiche.cli.portuguese import Command, Group
from guiche.sources.found import printable

if TYPE_CHECKING:
    from guiche.trust.shelf import Version

DONE, FAILED = 0, 2


@click.group("trust", cls=Group, subcommand_metavar="COMANDO [ARGUMENTOS]...")
def command() -> None:
    """Raízes e autoridades da ICP-Brasil, para conferir a cadeia de um certificado."""


@command.command("status", cls=Command)
@click.option("--json", "as_json", is_flag=True, help="Um objeto JSON.")
def status(*, as_json: bool) -> None:
    """Mostra o que se conhece, e desde quando. Não usa a internet; termina com 0 mesmo sem nada."""
    from guiche.trust.shelf import Known, Shelf, folder_of

    known = Known.of(Shelf(folder_of(os.environ)), datetime.now(UTC))
    if as_json:
        import json

        click.echo(json.dumps(known.to_dict(), ensure_ascii=False))
        return
    for line in known.lines():
        click.echo(printable(line))


@command.command("update", cls=Command)
@click.argument("place", metavar="[ARQUIVO|URL]", required=False)
@click.option(
    "--hash",
    "hash_place",
    metavar="ARQUIVO",
    help="Arquivo com o SHA-512 do pacote; sem ele, o hashsha512.txt ao lado.",
)
def update(place: str | None, hash_place: str | None) -> None:
    """Importa um pacote de autoridades do ITI (ACcompactado.zip ou ACcompactadox.zip).

    Sem argumento, baixa o pacote atual do site do ITI. O SHA-512 é conferido, e o que não leva a
    uma raiz reconhecida fica de fora. Termina com 0 se importou, 2 se não.
    """
    from guiche.trust.bundle import ADDRESS, BundleError
    from guiche.trust.request import ClientError

    place = place or ADDRESS
    try:
        version = _imported(place, hash_place)
    except (BundleError, ClientError) as error:
        click.echo(printable(str(error)), err=True)
        if isinstance(error, ClientError):
            click.echo(
                "Ou baixe pelo navegador o pacote e o hashsha512.txt, na mesma pasta, "
                "e informe o arquivo.",
                err=True,
            )
        sys.exit(FAILED)
    except ImportError as error:
        missing = (error.name or "").partition(".")[0]
        raise click.UsageError(
            f'Falta instalar o que baixa o pacote ({missing}): pip install "guiche[trust]".'
        ) from error
    except OSError as error:
        where = printable(str(error.filename or place))
        click.echo(f"{where}: não consegui ler ou gravar ({error.strerror}).", err=True)
        sys.exit(FAILED)
    click.echo(printable(f"{version.name}: {version.authorities} autoridades importadas."))
    if version.left_out or version.unreadable:
        click.echo(
            f"De fora: {version.left_out} que não levam a uma raiz reconhecida, "
            f"{version.unreadable} que não se leem."
        )


def _imported(place: str, hash_place: str | None) -> "Version":
    from guiche.trust.bundle import Bundle
    from guiche.trust.shelf import Shelf, folder_of

    is_url = place.lower().startswith(("http://", "https://"))
    data, name, hashes = (_downloaded if is_url else _opened)(place, hash_place)
    bundle = Bundle.read(data, printable(name), hashes)
    return Shelf(folder_of(os.environ)).take(bundle, printable(place), datetime.now(UTC))


def _opened(place: str, hash_place: str | None) -> tuple[bytes, str, str]:
    from guiche.trust.bundle import MAX_BUNDLE, BundleError, hash_file

    path = Path(place)
    size = path.stat().st_size
    if size > MAX_BUNDLE or not path.is_file():
        raise BundleError(f"{path.name}: não é um pacote do ITI. Confira o arquivo.")
    beside = Path(hash_place) if hash_place else path.with_name(hash_file(path.name))
    if not beside.is_file():
        raise BundleError(
            f"{path.name}: falta o SHA-512. Ponha o {beside.name} do ITI ao lado, "
            "ou informe-o com --hash."
        )
    return path.read_bytes(), path.name, _text(beside)


def _downloaded(url: str, hash_place: str | None) -> tuple[bytes, str, str]:
    from guiche.trust.bundle import MAX_BUNDLE, SECONDS, hash_address, name_in
    from guiche.trust.client import client_of
    from guiche.trust.request import Request

    client = client_of(os.environ, seconds=SECONDS, max_bytes=MAX_BUNDLE)
    if hash_place:
        hashes = _text(Path(hash_place))
    else:
        hashes = client.fetch(Request(hash_address(url))).decode("utf-8", "replace")
    return client.fetch(Request(url)), name_in(url), hashes


def _text(path: Path) -> str:
    return path.read_bytes()[:65536].decode("utf-8", "replace").replace("\0", "")
