"""Keys from passwords: the derivation of PKCS#12 (RFC 7292, appendix B) and PBKDF2 (RFC 8018, 5.2).

The iteration counts come from the file, so every derivation takes a `Budget` and spends from it
before its first round: there is no way to derive without.
"""

import hashlib
from itertools import repeat

from guiche.sources.errors import TooManyIterationsError

MAX_ITERATIONS = 1_000_000
"""For one file, all its parts and all passwords tried in sum: half a second to two of one core."""

KEY, IV, MAC = 1, 2, 3
"""What a derivation of RFC 7292, appendix B.3, is for."""


class Budget:
    """The iterations that may still be spent."""

    def __init__(self, left: int = MAX_ITERATIONS) -> None:
        self.limit = self.left = left

    def require(self, iterations: int) -> None:
        """Raises `TooManyIterationsError` where they are not there to be spent."""
        if iterations > self.left:
            raise TooManyIterationsError(iterations, self.limit)

    def spend(self, iterations: int) -> None:
        """Takes them off. Raises `TooManyIterationsError`."""
        self.require(iterations)
        self.left -= iterations


def pkcs12(
    digest: str,
    password: bytes,
    salt: bytes,
    iterations: int,
    lengths: dict[int, int],
    budget: Budget,
) -> list[bytes]:
    """One secret for each purpose in `lengths`, of that length, from a BMPString password."""
    budget.spend(iterations)
    return [
        _secret(digest, purpose, password, salt, iterations, length)
        for purpose, length in lengths.items()
    ]


def pbkdf2(
    digest: str, password: bytes, salt: bytes, iterations: int, length: int, budget: Budget
) -> bytes:
    """One key from a password in octets."""
    budget.spend(iterations)
    return hashlib.pbkdf2_hmac(digest, password, salt, iterations, length)


def _secret(
    digest: str, purpose: int, password: bytes, salt: bytes, iterations: int, length: int
) -> bytes:
    """RFC 7292, appendix B.2, with its letters: D diversifier, I = S || P, A, B."""
    new = getattr(hashlib, digest)  # hashlib.new looks the name up again in every round
    block: int = new().block_size
    diversifier = bytes([purpose]) * block
    material = _filled(salt, block) + _filled(password, block)
    secret = b""
    while True:
        a: bytes = new(diversifier + material).digest()
        for _ in repeat(None, iterations - 1):
            a = new(a).digest()
        secret += a
        if len(secret) >= length:
            return secret[:length]
        material = _advanced(material, a, block)


def _filled(text: bytes, block: int) -> bytes:
    """Copies of the text up to the next multiple of the block; nothing of nothing."""
    size = -(-len(text) // block) * block
    return (text * (size // len(text) + 1))[:size] if text else b""


def _advanced(material: bytes, a: bytes, block: int) -> bytes:
    """Every block I_j = (I_j + B + 1) mod 2^v, where B is copies of A filling a block of v bits."""
    added = int.from_bytes((a * (block // len(a) + 1))[:block], "big") + 1
    mask = (1 << 8 * block) - 1
    blocks = (material[start : start + block] for start in range(0, len(material), block))
    return b"".join(
        (int.from_bytes(each, "big") + added & mask).to_bytes(block, "big") for each in blocks
    )
