"""The options of `guiche inspect` about the path and the revocation, and what they ask for."""

import os
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import click

from guiche.icpbrasil.validity import BRASILIA
from guiche.sources.found import printable

if TYPE_CHECKING:
    from guiche.sources import Found
    from guiche.trust import Anchors, Revocation, Trust, Use
    from guiche.trust.client import Client
    from guiche.trust.verdict import Fetch

USES = ("login", "assinatura", "email", "servidor", "codigo", "carimbo")
_MAX_ANSWER = 32 * 1024 * 1024
F = TypeVar("F", bound=Callable[..., Any])

_OPTIONS = (
    click.option("--trust", "wanted", is_flag=True, help="Confere a cadeia, sem usar a internet."),
    click.option("--revocation", is_flag=True, help="Pergunta às AC se foi revogado (internet)."),
    click.option("--fetch", is_flag=True, help="Busca a AC que falta na cadeia (internet)."),
    click.option("--crl", "crls", metavar="ARQUIVO", multiple=True, help="LCR já baixada."),
    click.option("--ocsp", "responses", metavar="ARQUIVO", multiple=True, help="OCSP já baixado."),
    click.option("--at", metavar="DATA", help="Confere para essa data (2026-11-25T14:30)."),
    click.option("--use", type=click.Choice(USES), help="Diz se o certificado serve para isso."),
)


def trust_options(command: F) -> F:
    """Adds the options; each but `--at` implies `--trust`. The command gets an `Asked`."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


class Asked(NamedTuple):
    """What was asked for on the command line."""

    wanted: bool
    revocation: bool
    fetch: bool
    crls: tuple[str, ...]
    responses: tuple[str, ...]
    at: str | None
    use: str | None

    @property
    def moment(self) -> datetime:
        """The moment that is judged: a day is meant to its end, and as Brasília's."""
        if self.at is None:
            return datetime.now(UTC)
        try:
            moment = datetime.fromisoformat(self.at)
        except ValueError:
            raise click.BadParameter(
                f"“{printable(self.at)}” não é uma data como 2026-11-25 ou 2026-11-25T14:30."
            ) from None
        if len(self.at) <= len("2026-11-25"):
            moment = moment.replace(hour=23, minute=59, second=59)
        return moment if moment.tzinfo else moment.replace(tzinfo=BRASILIA)

    def checker(self) -> "Checker | None":
        """What checks; None where nobody asked for it."""
        asked = (self.wanted, self.revocation, self.fetch, self.crls, self.responses, self.use)
        if not any(asked):
            return None
        try:
            return Checker(self)
        except ImportError as error:
            missing = (error.name or "").partition(".")[0]
            raise click.UsageError(
                f'Falta instalar o que confere a cadeia ({missing}): pip install "guiche[trust]".'
            ) from error


class Checker:
    """Checks certificates one after the other, with anchors read once."""

    def __init__(self, asked: Asked) -> None:
        from guiche.trust import USES as KNOWN
        from guiche.trust import rules  # noqa: F401  what is not installed is told before the first
        from guiche.trust.shelf import Shelf, folder_of

        self.folder = folder_of(os.environ)
        self.anchors: Anchors = Shelf(self.folder).anchors()
        self.at = asked.moment
        self.use: Use | None = KNOWN[asked.use] if asked.use else None
        self.revocation = self._revocation(asked)
        self.fetch: Fetch | None = None
        if asked.fetch:
            from guiche.trust.fetch import Fetcher

            self.fetch = Fetcher(self._client()).issuers

    def check(self, found: "Found", others: Iterable["Found"]) -> "Trust":
        """The path of one certificate; the others came along in the same container."""
        from guiche.trust import UNCHECKED, check

        if found.der is None:
            return UNCHECKED
        return check(
            found.der,
            self.anchors,
            at=self.at,
            extra=[other.der for other in others if other.der and other.is_ca],
            revocation=self.revocation,
            use=self.use,
            fetch=self.fetch,
        )

    def _revocation(self, asked: Asked) -> "Revocation | None":
        from guiche.trust import Cache, Online, Revocation

        if not (asked.revocation or asked.crls or asked.responses):
            return None
        online = None
        if asked.revocation:
            # For a whole folder, and who waits may interrupt it.
            cache = Cache(self.folder / "answers")
            online = Online(self._client(), cache, seconds=float("inf"))
        return Revocation(
            [_content(path) for path in asked.crls],
            [_content(path) for path in asked.responses],
            online,
        )

    def _client(self) -> "Client":
        from guiche.trust.client import client_of

        return client_of(os.environ)


def _content(path: str) -> bytes:
    from pathlib import Path  # it would cost every command a twentieth of its start

    file = Path(path)
    try:
        if file.stat().st_size > _MAX_ANSWER:
            raise click.UsageError(f"{printable(path)}: é grande demais para uma resposta.")
        return file.read_bytes()
    except OSError as error:
        raise click.UsageError(
            f"{printable(path)}: não consegui ler ({error.strerror})."
        ) from error
