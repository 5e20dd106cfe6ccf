"""The bundles that ITI publishes: a ZIP of authorities, and a text with its SHA-512.

`ACcompactado.zip` (hashsha512.txt) has the current authorities, `ACcompactadox.zip`
(hashsha512x.txt) the expired ones too, which old signatures need.
"""

import re
from collections.abc import Iterator
from hashlib import sha512
from typing import NamedTuple
from urllib.parse import urljoin, urlsplit

from guiche import sources
from guiche.sources import SourceError

ADDRESS = "https://acraiz.icpbrasil.gov.br/credenciadas/CertificadosAC-ICP-Brasil/ACcompactado.zip"
MAX_BUNDLE = sources.MAX_INPUT
SECONDS = 120.0


class BundleError(Exception):
    """A bundle that is not taken; the message says why and what to do next, in pt-BR."""


class Bundle(NamedTuple):
    """The certificates of a bundle whose hash was right, and how many files gave none."""

    name: str
    sha512: str
    ders: tuple[bytes, ...]
    unreadable: int

    @classmethod
    def read(cls, data: bytes, name: str, hashes: str) -> "Bundle":
        """Raises `BundleError`; `hashes` is the text of ITI's file, or a bare SHA-512.

        1. The hash, before anything is opened.
        2. The certificates in it. That they are ICP-Brasil's, only the pinned roots tell.
        """
        # 1
        digest = sha512(data).hexdigest()
        if digest not in _hashes_of(hashes, name):
            raise BundleError(
                f"{name}: o SHA-512 não é o publicado. Baixe de novo o pacote e o arquivo do hash."
            )
        # 2
        try:
            reading = sources.read(data, name)
        except SourceError as error:
            raise BundleError(str(error)) from error
        ders = tuple(dict.fromkeys(found.der for found in reading.found if found.der))
        return cls(name, digest, ders, len(reading.errors))


def hash_file(name: str) -> str:
    """The name of the text that has a bundle's hash.

    >>> hash_file("ACcompactado.zip"), hash_file("ACcompactadox.zip")
    ('hashsha512.txt', 'hashsha512x.txt')
    """
    return "hashsha512x.txt" if name.lower().endswith("x.zip") else "hashsha512.txt"


def name_in(url: str) -> str:
    """The last name of an address.

    >>> name_in("https://exemplo.gov.br/pacotes/ACcompactado.zip")
    'ACcompactado.zip'
    """
    return urlsplit(url).path.rpartition("/")[2] or "pacote.zip"


def hash_address(url: str) -> str:
    """Where ITI has the hash of the bundle at that address: beside it."""
    return urljoin(url, hash_file(name_in(url)))


def _hashes_of(text: str, name: str) -> set[str]:
    """The hashes in a text: those in a line with the bundle's name, or all where none has it."""
    rows = list(_rows(text))
    named = {digest for digest, line in rows if name.lower() in line}
    return named or {digest for digest, line in rows if ".zip" not in line}


def _rows(text: str) -> Iterator[tuple[str, str]]:
    for line in text.lower().splitlines():
        for digest in re.findall(r"(?<![0-9a-f])[0-9a-f]{128}(?![0-9a-f])", line):
            yield digest, line
