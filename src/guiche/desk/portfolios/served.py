"""A folder of the server that a supervisor may have read: below one that the installation opens."""

from pathlib import Path

from django.conf import settings

from guiche.desk.portfolios.portfolio import PortfolioRefused

_OUTSIDE = "Esta pasta não está dentro da que a instalação abriu para carteiras. Confira o nome."


def is_offered() -> bool:
    """Whether the installation opens a folder at all."""
    return bool(settings.PORTFOLIO_FOLDER)


def place_of(typed: str) -> str:
    """The folder that was typed, relative to the one that is opened ("." for that one itself).

    `PortfolioRefused` where it is not there, no folder, or not below it, by a link too.
    """
    root = _root()
    try:
        place = (root / typed.strip().strip("/")).resolve(strict=True)
    except (OSError, ValueError, RuntimeError) as error:
        raise PortfolioRefused(f"Não encontrei a pasta. {_OUTSIDE}") from error
    if not place.is_relative_to(root) or not place.is_dir():
        raise PortfolioRefused(_OUTSIDE)
    return str(place.relative_to(root))


def path_of(place: str) -> Path:
    """Where it is; `PortfolioRefused` where it no longer is there."""
    return _root() / place_of(place)


def _root() -> Path:
    if not settings.PORTFOLIO_FOLDER:
        raise PortfolioRefused("A instalação não abriu nenhuma pasta do servidor para carteiras.")
    try:
        return Path(settings.PORTFOLIO_FOLDER).resolve(strict=True)
    except OSError as error:
        raise PortfolioRefused(
            "A pasta do servidor para carteiras não está lá. Avise a TI (GUICHE_PORTFOLIO_FOLDER)."
        ) from error
