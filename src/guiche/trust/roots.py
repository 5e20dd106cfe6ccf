"""The roots of ICP-Brasil, recognised by the SHA-256 of their DER and by nothing else.

A name proves nothing: another “Autoridade Certificadora Raiz Brasileira v4” (98896111…) exists in a
set of certificates for homologation. How far each row was confirmed is in its `collections`: in how
many independent public collections the fingerprint was found alike. **None was compared with a
publication of ITI itself**, whose host served an incomplete TLS chain in 2026; docs/trust.md tells
how to do it. No v14 was known on 2026-09-16.
"""

from collections.abc import Mapping
from typing import NamedTuple

_COMMON_NAME = "Autoridade Certificadora Raiz Brasileira"


class Root(NamedTuple):
    """One pinned root. `algorithm` is "" where it was not confirmed, `years` as far as known."""

    name: str
    common_name: str
    years: str
    algorithm: str
    collections: int


Pins = Mapping[str, Root]
"""SHA-256 in lower-case hexadecimal -> the root that has it."""


def _root(name: str, years: str, algorithm: str, collections: int) -> Root:
    common_name = _COMMON_NAME if name == "original" else f"{_COMMON_NAME} {name.split()[0]}"
    return Root(name, common_name, years, algorithm, collections)


ROOTS: Pins = {
    "687ea89089309d2cfe107db059fb10d676f45d3283aee056903eea0cf3c188f8": _root("original", "2001-2011", "RSA, SHA-1", 2),
    "cbd8ed38d4a2d677d453d70dd8890af4f6374cba6299943f1ab3a6936c6fd795": _root("v1", "2008-2021", "RSA, SHA-1", 2),
    "fb47d92a9909fd4fa9bec02737543e1f3514ced747407a8d9cfa397b0915067c": _root("v2", "2010-2023", "RSA, SHA-512", 2),
    "1226ebf38af7335ffb346de68840d5652d9be7413a65b989375edac6a7f16172": _root("v3", "2010-2023", "ECDSA, SHA-512", 2),
    "f0c15afd258fb674e7a96e1a50ff873149364b9ec70d4d93c7a9f1eb6060d020": _root("v4", "2015-2035", "", 2),
    "caa53fc6091c6951887c976e378f6ef89aa6377c55d97b6475422b71ed7e9b17": _root("v5", "2016-2029", "RSA, SHA-512", 3),
    "3bdb9b509352f1d3d71c2bf64d9a38a4e6cebda27809d77f7ac476cbde6e314a": _root("v6", "2018-2038", "Ed448", 3),
    "5657e70580eb678983f3ed7dfce091d84cae6549389a47fccda8d0e4dc2cf576": _root("v7", "2018-2038", "E-521", 3),
    "cd5406f61a8d5d08a3797da044be669c555c2d8b821d67577f0a2ce3a1a277e1": _root("v8", "-2031", "RSA", 3),
    "cdd1149dcfc137c4c34fa844cf592cfbfea05cb13b770ad5e1f0c7fc8c9c43bf": _root("v9", "-2031", "RSA", 3),
    "6e0bff069a26994c15de2c4888cc54af84882e5495b7fbf66be9ccffec7489f6": _root("v10 SSL", "2019-2032", "RSA, SHA-512", 2),
    "1406710058180fa4081aab3f246f1702429c552a11fa3143b84c88cb3ab8e5e7": _root("v11 code", "2019-2032", "RSA, SHA-512", 2),
    "d8478e37ce19c690cf657381e68fe600e4e1a042536830f06847e03e554c4b01": _root("v12", "2024-2037", "RSA, SHA-512", 3),
    "2b07d0bc02c4a6e0478ed22d0d99e8f97e1827b269097696a7feb6aad30c3ac8": _root("v13", "2025-2045", "", 2),
}  # fmt: skip


def is_lookalike(common_name: str | None, sha256: str, pins: Pins) -> bool:
    """Whether it bears the name of a pinned root and is none of them."""
    if not common_name or sha256 in pins:
        return False
    folded = _folded(common_name)
    return any(_folded(root.common_name) == folded for root in pins.values())


def _folded(name: str) -> str:
    return " ".join(name.split()).casefold()
