"""The keychains of macOS, through its own command `security`.

`find-certificate -a -p` prints the certificates of the keychains in the search list (login and
System) and needs no password: certificates stand there in the clear.
"""

import os
import subprocess
import sys
from collections.abc import Iterator

from guiche.sources.errors import (
    DamagedError,
    MissingError,
    SourceError,
    StoreFailedError,
    TooLargeError,
)
from guiche.sources.found import Reading, Source, printable
from guiche.sources.missing import Missing
from guiche.sources.store import Stored, reading

KIND = "keychain"
NAME = "Acesso às Chaves do macOS"
COMMAND = ("security", "find-certificate", "-a", "-p")
TIMEOUT = 20.0
"""Seconds until a command that does not answer is ended."""
MAX_OUTPUT = 64 * 1024 * 1024

# errSecItemNotFound, as the command ends with it: an empty keychain is no failure.
_NOTHING_FOUND = 44
_NOT_MACOS = Missing("o macOS: só ele tem chaveiros")
_NONE = "Os chaveiros deste macOS não têm certificado de pessoa ou empresa."


def missing() -> Missing | None:
    """What this machine lacks to read from here."""
    return None if sys.platform == "darwin" else _NOT_MACOS


def read() -> Reading:
    """All certificates of the keychains that this user searches.

    Raises `MissingError` elsewhere than on macOS, `NoCertificateError`, `StoreFailedError`,
    `TooLargeError`.
    """
    if missing():
        raise MissingError(_NOT_MACOS).at(Source(NAME, KIND, 0))
    try:
        return reading(_stored(_printed()), KIND, _NONE)
    except SourceError as error:
        raise error.at(Source(NAME, KIND, 0)) from error.__cause__


def _printed() -> str:
    environ = {**os.environ, "LC_ALL": "C"}
    try:
        result = subprocess.run(  # noqa: S603  a literal command
            COMMAND, stdin=subprocess.DEVNULL, capture_output=True, timeout=TIMEOUT, env=environ
        )
    except subprocess.TimeoutExpired:
        raise StoreFailedError("o comando security não respondeu") from None
    except OSError as error:
        raise StoreFailedError(f"o comando security não roda: {error.strerror}") from error
    if len(result.stdout) > MAX_OUTPUT:
        raise TooLargeError("O chaveiro", len(result.stdout), MAX_OUTPUT)
    if result.returncode not in (0, _NOTHING_FOUND):
        raise StoreFailedError(_reason(result))
    return result.stdout.decode("ascii", "replace")


def _reason(result: "subprocess.CompletedProcess[bytes]") -> str:
    """The last line that it said, as long as a message may be."""
    lines = result.stderr.decode("utf-8", "replace").split("\n")
    said = next((line.strip() for line in reversed(lines) if line.strip()), "")
    return printable(said)[:110] or f"security terminou com {result.returncode}"


def _stored(printed: str) -> Iterator[Stored | SourceError]:
    from guiche.sources import pem

    for block in pem.blocks(printed):
        if der := block.decode():
            yield Stored(NAME, der)
        else:
            yield DamagedError("um certificado do chaveiro está incompleto")
