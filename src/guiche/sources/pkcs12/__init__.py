"""PKCS#12 (`.pfx`, `.p12`): its certificates, and never its keys.

1. Size, then structure: parts, seal, iteration counts. Nothing is derived yet.
2. The sum of all iteration counts against the budget.
3. Each password in each form it may have (passwords.py): the seal (MAC) tells the wrong one, and
   where there is none the padding and the structure of what comes out.
4. The certificate bags. Key bags stay closed: no code here could open one (structure.py).
5. The leaf first: the certificate whose localKeyId is that of a key.
"""

from collections.abc import Sequence
from typing import NamedTuple

from guiche.sources.errors import (
    DamagedError,
    NoCertificateError,
    PasswordRequiredError,
    TooLargeError,
    WrongPasswordError,
)
from guiche.sources.pkcs12.derivation import MAX_ITERATIONS, Budget
from guiche.sources.pkcs12.passwords import Password, candidates
from guiche.sources.pkcs12.structure import Bags, Pfx, read_bags, read_pfx

MAX_PFX = 256 * 1024
"""Bytes. One key and a chain have 10 kB; what is not there cannot be made to work for long."""


__all__ = ["MAX_ITERATIONS", "MAX_PFX", "Budget", "PfxCertificate", "certificates"]


class PfxCertificate(NamedTuple):
    """`has_key`: the file holds the private key of this certificate, so it is the one meant."""

    der: bytes
    has_key: bool


def certificates(
    data: bytes, passwords: Sequence[str] = (), budget: Budget | None = None
) -> list[PfxCertificate]:
    """The certificates, the one that has a key first.

    The empty and the absent password are tried too. Raises `TooLargeError`, `DamagedError`,
    `UnsupportedEncryptionError`, `TooManyIterationsError`, `PasswordRequiredError`,
    `WrongPasswordError`, `NoCertificateError`.
    """
    if len(data) > MAX_PFX:
        raise TooLargeError("O PFX", len(data), MAX_PFX)
    budget = budget or Budget()
    try:
        pfx = read_pfx(data)
        bags = [read_bags(part) for part in pfx.plain]
    except ValueError as error:
        raise DamagedError.of(error) from None
    budget.require(pfx.iterations)
    if pfx.sealed:
        bags += _open(pfx, passwords, budget)
    return _leaf_first(bags)


def _open(pfx: Pfx, passwords: Sequence[str], budget: Budget) -> list[Bags]:
    """The bags of the sealed parts. What stands in plain sight needs no password to be read."""
    verified: dict[Password, bool] = {}
    for password in candidates(passwords):
        # Odd forms are tried while all of the file can still be paid for: a file with high counts
        # gets fewer tries, never a refusal.
        if budget.left < pfx.iterations:
            break
        if pfx.seal:
            verified[password] = pfx.seal.verifies(pfx.authenticated, password, budget)
            if not verified[password]:
                continue
        bags = _try(pfx, password, budget)
        if bags is not None:
            return bags
    if any(verified.values()):
        raise DamagedError("a senha confere, mas o conteúdo não abre")
    raise WrongPasswordError if passwords else PasswordRequiredError


def _try(pfx: Pfx, password: Password, budget: Budget) -> list[Bags] | None:
    bags = []
    for part in pfx.sealed:
        plain = part.scheme.open(part.ciphertext, password, budget)
        if plain is None:
            return None
        try:
            bags.append(read_bags(plain))
        except ValueError:
            return None
    return bags


def _leaf_first(parts: list[Bags]) -> list[PfxCertificate]:
    key_ids = {key_id for bags in parts for key_id in bags.key_ids}
    found = [
        PfxCertificate(der, key_id in key_ids)
        for bags in parts
        for der, key_id in bags.certificates
    ]
    if not found:
        raise NoCertificateError("O PFX não tem certificado dentro.")
    return sorted(found, key=lambda certificate: not certificate.has_key)
