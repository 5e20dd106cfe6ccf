"""How a part is enciphered and how the whole is authenticated, read from AlgorithmIdentifiers.

PBES1 of PKCS#12 (RFC 7292, appendix C), PBES2 (RFC 8018, 6.2), the MAC of PKCS#12 (RFC 7292, 4)
and PBMAC1 (RFC 9579). Each knows its iteration count before anything is derived.
"""

import hmac
from typing import NamedTuple

from guiche.icpbrasil.oids import dotted
from guiche.icpbrasil.tlv import (
    INTEGER,
    OBJECT_IDENTIFIER,
    OCTET_STRING,
    SEQUENCE,
    TLV,
    Malformed,
    Reader,
)
from guiche.sources.errors import UnsupportedEncryptionError
from guiche.sources.pkcs12 import ciphers, derivation
from guiche.sources.pkcs12.ciphers import Cipher, decipher
from guiche.sources.pkcs12.derivation import Budget
from guiche.sources.pkcs12.passwords import Password

MAX_SALT = 1024
"""Octets; real salts have 8 to 20, and every round of a derivation would carry a longer one."""
MAX_KEY = 64
"""Octets of a PBMAC1 key, the longest digest; each block of it repeats the whole derivation."""

_PBES1 = {
    "1.2.840.113549.1.12.1.3": ciphers.TRIPLE_DES,
    "1.2.840.113549.1.12.1.4": ciphers.TRIPLE_DES_2,
    "1.2.840.113549.1.12.1.5": ciphers.RC2_128,
    "1.2.840.113549.1.12.1.6": ciphers.RC2_40,
}
_PBES2, _PBKDF2, _PBMAC1 = (f"1.2.840.113549.1.5.{n}" for n in (13, 12, 14))
_CIPHERS = {
    "1.2.840.113549.3.7": ciphers.TRIPLE_DES,
    "2.16.840.1.101.3.4.1.2": ciphers.AES_128,
    "2.16.840.1.101.3.4.1.22": ciphers.AES_192,
    "2.16.840.1.101.3.4.1.42": ciphers.AES_256,
}
_HMACS = {
    f"1.2.840.113549.2.{n}": digest
    for n, digest in ((7, "sha1"), (8, "sha224"), (9, "sha256"), (10, "sha384"), (11, "sha512"))
}
_DIGESTS = {
    "1.3.14.3.2.26": "sha1",
    "2.16.840.1.101.3.4.2.4": "sha224",
    "2.16.840.1.101.3.4.2.1": "sha256",
    "2.16.840.1.101.3.4.2.2": "sha384",
    "2.16.840.1.101.3.4.2.3": "sha512",
}
_NAMES = {
    "1.2.840.113549.1.12.1.1": "RC4",
    "1.2.840.113549.1.12.1.2": "RC4",
    "1.3.6.1.4.1.11591.4.11": "scrypt",
}


class Pbes1(NamedTuple):
    """Key and initial vector from a BMPString password."""

    cipher: Cipher
    salt: bytes
    iterations: int

    def open(self, ciphertext: bytes, password: Password, budget: Budget) -> bytes | None:
        """The plain text; None where the padding shows that the password is another."""
        lengths = {derivation.KEY: self.cipher.key_length, derivation.IV: self.cipher.block}
        key, iv = derivation.pkcs12(
            "sha1", password.bmp, self.salt, self.iterations, lengths, budget
        )
        return decipher(self.cipher, key, iv, ciphertext)


class Pbes2(NamedTuple):
    """Key by PBKDF2, initial vector from the file."""

    cipher: Cipher
    iv: bytes
    prf: str
    salt: bytes
    iterations: int

    def open(self, ciphertext: bytes, password: Password, budget: Budget) -> bytes | None:
        """The plain text; None where the padding shows that the password is another."""
        key = derivation.pbkdf2(
            self.prf, password.octets, self.salt, self.iterations, self.cipher.key_length, budget
        )
        return decipher(self.cipher, key, self.iv, ciphertext)


class Mac(NamedTuple):
    """Key from a BMPString password."""

    digest: str
    expected: bytes
    salt: bytes
    iterations: int

    def verifies(self, content: bytes, password: Password, budget: Budget) -> bool:
        """Whether the content was sealed with this password."""
        lengths = {derivation.MAC: len(self.expected)}
        (key,) = derivation.pkcs12(
            self.digest, password.bmp, self.salt, self.iterations, lengths, budget
        )
        return hmac.compare_digest(hmac.digest(key, content, self.digest), self.expected)


class Pbmac1(NamedTuple):
    """Key by PBKDF2."""

    digest: str
    expected: bytes
    prf: str
    salt: bytes
    iterations: int
    key_length: int

    def verifies(self, content: bytes, password: Password, budget: Budget) -> bool:
        """Whether the content was sealed with this password."""
        key = derivation.pbkdf2(
            self.prf, password.octets, self.salt, self.iterations, self.key_length, budget
        )
        return hmac.compare_digest(hmac.digest(key, content, self.digest), self.expected)


Scheme = Pbes1 | Pbes2
Seal = Mac | Pbmac1


def read_scheme(reader: Reader, identifier: TLV) -> Scheme:
    """The scheme of an AlgorithmIdentifier. Raises `UnsupportedEncryptionError`, `ValueError`."""
    oid, parameters = read_algorithm(reader, identifier)
    if oid in _PBES1:
        salt, iterations = reader.inside(_present(parameters), SEQUENCE)
        return Pbes1(_PBES1[oid], _salt(reader, salt), read_count(reader, iterations))
    if oid != _PBES2:
        raise UnsupportedEncryptionError(_NAMES.get(oid, f"o algoritmo {oid}"))
    function, encryption = reader.inside(_present(parameters), SEQUENCE)
    cipher_oid, vector = read_algorithm(reader, encryption)
    if cipher_oid not in _CIPHERS:
        raise UnsupportedEncryptionError(f"o algoritmo {cipher_oid}")
    cipher = _CIPHERS[cipher_oid]
    iv = read_octets(reader, _present(vector))
    prf, salt_octets, count, length = _read_pbkdf2(reader, function)
    if len(iv) != cipher.block or length not in (None, cipher.key_length):
        raise Malformed("chave ou vetor de tamanho errado", encryption[1])
    return Pbes2(cipher, iv, prf, salt_octets, count)


def read_mac(reader: Reader, mac_data: TLV) -> Seal | None:
    """The seal of a MacData; None where its digest is unknown, and so nothing can be verified."""
    info, salt, *count = reader.inside(mac_data, SEQUENCE)
    identifier, digest_value = reader.inside(info, SEQUENCE)
    expected = read_octets(reader, digest_value)
    oid, parameters = read_algorithm(reader, identifier)
    if oid == _PBMAC1:
        return _read_pbmac1(reader, _present(parameters), expected)
    if oid not in _DIGESTS:
        return None
    iterations = read_count(reader, count[0]) if count else 1
    return Mac(_DIGESTS[oid], expected, _salt(reader, salt), iterations)


def _read_pbmac1(reader: Reader, parameters: TLV, expected: bytes) -> Seal | None:
    function, authentication = reader.inside(parameters, SEQUENCE)
    prf, salt, iterations, length = _read_pbkdf2(reader, function)
    oid, _ = read_algorithm(reader, authentication)
    if oid not in _HMACS:
        return None
    # RFC 9579, 5: the length is there, and the key is no shorter than 20 octets.
    if length is None or not 0 < length <= MAX_KEY:
        raise Malformed("chave de tamanho errado", function[1])
    return Pbmac1(_HMACS[oid], expected, prf, salt, iterations, length)


def _read_pbkdf2(reader: Reader, function: TLV) -> tuple[str, bytes, int, int | None]:
    """Pseudo-random function, salt, iterations, key length (RFC 8018, appendix A.2)."""
    oid, parameters = read_algorithm(reader, function)
    if oid != _PBKDF2:
        raise UnsupportedEncryptionError(_NAMES.get(oid, f"a derivação {oid}"))
    salt, count, *rest = reader.inside(_present(parameters), SEQUENCE)
    length, prf = None, "sha1"
    for element in rest:
        if element[0] == INTEGER:
            length = read_count(reader, element)
        else:
            prf_oid, _ = read_algorithm(reader, element)
            if prf_oid not in _HMACS:
                raise UnsupportedEncryptionError(f"a derivação {prf_oid}")
            prf = _HMACS[prf_oid]
    return prf, _salt(reader, salt), read_count(reader, count), length


def read_algorithm(reader: Reader, identifier: TLV) -> tuple[str, TLV | None]:
    """The OID and the parameters of an AlgorithmIdentifier."""
    oid, *parameters = reader.inside(identifier, SEQUENCE)
    return read_oid(reader, oid), parameters[0] if parameters else None


def read_oid(reader: Reader, element: TLV) -> str:
    """The dotted form of an OBJECT IDENTIFIER."""
    tag, start, stop = element
    if tag != OBJECT_IDENTIFIER:
        raise Malformed("esperava um identificador", start)
    return dotted(reader.der[start:stop])


def read_octets(reader: Reader, element: TLV) -> bytes:
    """The content of an OCTET STRING, in one piece or several."""
    if element[0] & 0x1F != OCTET_STRING or element[0] & 0xC0:
        raise Malformed("esperava octetos", element[1])
    return reader.content(element)


def read_count(reader: Reader, element: TLV) -> int:
    """A positive INTEGER of any size."""
    tag, start, stop = element
    value = int.from_bytes(reader.der[start:stop], "big", signed=True)
    if tag != INTEGER or value < 1:
        raise Malformed("esperava um número positivo", start)
    return value


def _salt(reader: Reader, element: TLV) -> bytes:
    salt = read_octets(reader, element)
    if len(salt) > MAX_SALT:
        raise Malformed(f"sal de {len(salt)} octetos", element[1])
    return salt


def _present(parameters: TLV | None) -> TLV:
    if parameters is None:
        raise Malformed("algoritmo sem parâmetros", 0)
    return parameters
