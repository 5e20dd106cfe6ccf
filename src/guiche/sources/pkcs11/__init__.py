"""Tokens and smart cards (A3) of this machine, by the PKCS#11 modules of their makers.

Certificates are read as anybody may read them: no PIN is asked for and no login tried, because
three wrong ones block a token. Each module runs in a process of its own (child.py): it may hang or
crash, and takes nothing with it.
"""

import shutil
from collections.abc import Iterable, Iterator
from importlib.util import find_spec
from pathlib import Path

from guiche.sources.errors import MissingError, NoModuleError, NoTokenError, SourceError
from guiche.sources.found import Found, Reading, Source
from guiche.sources.missing import Missing
from guiche.sources.pkcs11.middleware import installed
from guiche.sources.pkcs11.module import KIND, items, library_missing

SECONDS = 30.0
"""For one module; a slow card with five certificates needs three."""
_HERE = Source("este computador", KIND, 0)


def missing() -> Missing | None:
    """What this machine lacks to read a token: our library, or the program of any token.

    A library that is there and cannot be loaded is told by `read`, whose child loads it.
    """
    if find_spec("pkcs11") is None:
        return library_missing()
    if installed():
        return None
    apt = "sudo apt-get install opensc pcscd" if shutil.which("apt-get") else ""
    return Missing("o programa do token (módulo PKCS#11)", apt)


def read(module: Path | None = None, *, seconds: float = SECONDS) -> Reading:
    """The certificates of all tokens that the module sees; without one, all modules installed here.

    A certificate that two modules or two objects show is found once. A module has `seconds`; what
    was read until it failed stays. Raises `SourceError` where nothing at all was found: of several
    reasons the one that says most, the rest in its `others`.
    """
    modules = [module] if module else installed()
    if not modules:
        lacking = missing()
        error = MissingError(lacking) if lacking == library_missing() else NoModuleError()
        raise error.at(_HERE)
    return Reading.of(_settled(item for each in modules for item in items(each, seconds)))


def _settled(every: Iterable[Found | SourceError]) -> Iterator[Found | SourceError]:
    """Each certificate and each error once. That one module sees no token is news only where no
    other sees any.
    """
    found: dict[bytes | None, Found] = {}
    errors: dict[tuple[str, str, str], SourceError] = {}
    for item in every:
        if isinstance(item, Found):
            found.setdefault(item.der, item)
        else:
            errors.setdefault((item.code, item.source.name, item.message), item)
    failures = [each for each in errors.values() if not isinstance(each, NoTokenError)]
    yield from found.values()
    yield from failures
    if not found and not failures:
        # What is known of one module (a card of another kind) says more than that nothing is there.
        yield max(errors.values(), key=lambda error: type(error) is not NoTokenError)
