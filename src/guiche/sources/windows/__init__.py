r"""The personal certificates that Windows keeps: `CurrentUser\My` and `LocalMachine\My`.

Only public certificates are taken: no key is touched, so no token asks for its PIN. The certificate
of a token stands there too, for as long as its driver put it there.
"""

import sys
from collections.abc import Iterator

from guiche.sources.errors import MissingError, SourceError
from guiche.sources.found import Reading, Source
from guiche.sources.missing import Missing
from guiche.sources.store import Stored, reading

KIND = "windows"

_NOT_WINDOWS = Missing("o Windows: só ele tem este repositório")
_NONE = "O repositório Pessoal deste Windows está vazio."


def missing() -> Missing | None:
    """What this machine lacks to read from here."""
    return None if sys.platform == "win32" else _NOT_WINDOWS


def read() -> Reading:
    """All certificates of both; one that fails is one of the errors.

    Raises `MissingError` elsewhere than on Windows, `NoCertificateError` where both are
    empty, and the first error where nothing else was found.
    """
    if missing():
        raise MissingError(_NOT_WINDOWS).at(Source("Windows", KIND, 0))
    return reading(_stored(), KIND, _NONE)


def _stored() -> Iterator[Stored | SourceError]:
    from guiche.sources.windows import crypt32

    for location in crypt32.LOCATIONS:
        name = rf"Windows: {location}\My"
        try:
            for der in crypt32.certificates(location):
                yield Stored(name, der)
        except SourceError as error:
            yield error.at(Source(name, KIND, 0))
