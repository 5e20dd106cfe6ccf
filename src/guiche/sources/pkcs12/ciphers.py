"""Deciphering of the parts that hold certificates."""

from collections.abc import Callable
from typing import NamedTuple


class Cipher(NamedTuple):
    """A block cipher in CBC mode; lengths in octets."""

    name: str
    key_length: int
    block: int


RC2_40, RC2_128 = Cipher("RC2", 5, 8), Cipher("RC2", 16, 8)
TRIPLE_DES_2, TRIPLE_DES = Cipher("3DES", 16, 8), Cipher("3DES", 24, 8)
AES_128, AES_192, AES_256 = (Cipher("AES", length, 16) for length in (16, 24, 32))


def decipher(cipher: Cipher, key: bytes, iv: bytes, ciphertext: bytes) -> bytes | None:
    """The plain text without its padding (RFC 5652, 6.3); None where the padding is not right.

    `ciphertext` is not empty and a multiple of the block.
    """
    plain = _DECIPHER[cipher.name](key, iv, ciphertext)
    padding = plain[-1]
    if not 0 < padding <= cipher.block or plain[-padding:] != bytes([padding]) * padding:
        return None
    return plain[:-padding]


def _rc2(key: bytes, iv: bytes, ciphertext: bytes) -> bytes:
    # `cryptography` has RC2 with 128-bit keys only, and not in every build of OpenSSL.
    from Cryptodome.Cipher import ARC2

    bits = 8 * len(key)
    # The file chose the cipher (S304); the stub lacks the one option that matters.
    cipher = ARC2.new(key, ARC2.MODE_CBC, iv, effective_keylen=bits)  # type: ignore[call-arg]  # noqa: S304
    plain: bytes = cipher.decrypt(ciphertext)
    return plain


def _triple_des(key: bytes, iv: bytes, ciphertext: bytes) -> bytes:
    from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
    from cryptography.hazmat.primitives.ciphers import Cipher as Decipher
    from cryptography.hazmat.primitives.ciphers.modes import CBC

    whole_key = key if len(key) == 24 else key + key[:8]
    decryptor = Decipher(TripleDES(whole_key), CBC(iv)).decryptor()
    return decryptor.update(ciphertext) + decryptor.finalize()


def _aes(key: bytes, iv: bytes, ciphertext: bytes) -> bytes:
    from cryptography.hazmat.primitives.ciphers import Cipher as Decipher
    from cryptography.hazmat.primitives.ciphers.algorithms import AES
    from cryptography.hazmat.primitives.ciphers.modes import CBC

    decryptor = Decipher(AES(key), CBC(iv)).decryptor()
    return decryptor.update(ciphertext) + decryptor.finalize()


_DECIPHER: dict[str, Callable[[bytes, bytes, bytes], bytes]] = {
    "RC2": _rc2,
    "3DES": _triple_des,
    "AES": _aes,
}
