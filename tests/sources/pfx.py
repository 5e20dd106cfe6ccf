"""A writer of PKCS#12 files that can also write what no sane program would.

Its key derivation is the text of RFC 7292, appendix B.2, word by word, slow and independent of the
product's.
"""

import hashlib
import hmac
from collections.abc import Callable
from typing import NamedTuple

from Cryptodome.Cipher import AES, ARC2, DES3

from certificates import der as asn1
from certificates.certificate import filling

Encode = Callable[..., bytes]

DATA, ENVELOPED, ENCRYPTED = (f"1.2.840.113549.1.7.{n}" for n in (1, 3, 6))
KEY_BAG, SHROUDED_KEY_BAG, CERTIFICATE_BAG, CRL_BAG, SECRET_BAG, NESTED = (
    f"1.2.840.113549.1.12.10.1.{n}" for n in range(1, 7)
)
LOCAL_KEY_ID, FRIENDLY_NAME = "1.2.840.113549.1.9.21", "1.2.840.113549.1.9.20"
PBES2, PBKDF2, PBMAC1 = (f"1.2.840.113549.1.5.{n}" for n in (13, 12, 14))
HMACS = {"sha1": 7, "sha224": 8, "sha256": 9, "sha384": 10, "sha512": 11}
DIGESTS = {
    "sha1": "1.3.14.3.2.26",
    "sha224": "2.16.840.1.101.3.4.2.4",
    "sha256": "2.16.840.1.101.3.4.2.1",
    "sha384": "2.16.840.1.101.3.4.2.2",
    "sha512": "2.16.840.1.101.3.4.2.3",
}
SALT = filling("salt", 8)
ONE = b"\x01"


class Sealed(NamedTuple):
    identifier: bytes
    ciphertext: bytes


class Cipher(NamedTuple):
    oid: str
    key: int
    block: int
    seal: Callable[[bytes, bytes, bytes], bytes]


def _rc2(key: bytes, iv: bytes, plain: bytes) -> bytes:
    bits = 8 * len(key)
    done: bytes = ARC2.new(key, ARC2.MODE_CBC, iv, effective_keylen=bits).encrypt(plain)  # type: ignore[call-arg]
    return done


def _des3(key: bytes, iv: bytes, plain: bytes) -> bytes:
    return bytes(DES3.new(key, DES3.MODE_CBC, iv).encrypt(plain))


def _aes(key: bytes, iv: bytes, plain: bytes) -> bytes:
    return bytes(AES.new(key, AES.MODE_CBC, iv).encrypt(plain))


PBES1 = {
    "3des": Cipher("1.2.840.113549.1.12.1.3", 24, 8, _des3),
    "2des": Cipher("1.2.840.113549.1.12.1.4", 16, 8, _des3),
    "rc2-128": Cipher("1.2.840.113549.1.12.1.5", 16, 8, _rc2),
    "rc2-40": Cipher("1.2.840.113549.1.12.1.6", 5, 8, _rc2),
}
AES_OF = {
    "aes-128": Cipher("2.16.840.1.101.3.4.1.2", 16, 16, _aes),
    "aes-192": Cipher("2.16.840.1.101.3.4.1.22", 24, 16, _aes),
    "aes-256": Cipher("2.16.840.1.101.3.4.1.42", 32, 16, _aes),
    "des-ede3": Cipher("1.2.840.113549.3.7", 24, 8, _des3),
}


def bmp(password: str) -> bytes:
    return password.encode("utf-16-be") + b"\0\0"


def derived(
    purpose: int, password: bytes, salt: bytes, rounds: int, size: int, digest: str = "sha1"
) -> bytes:
    v = hashlib.new(digest).block_size
    diversifier = bytes([purpose]) * v
    block = b"".join((part * v)[: v * -(-len(part) // v)] for part in (salt, password))
    out = b""
    while len(out) < size:
        a = diversifier + block
        for _ in range(rounds):
            a = hashlib.new(digest, a).digest()
        out += a
        b = int.from_bytes((a * v)[:v], "big")
        block = b"".join(
            ((int.from_bytes(block[at : at + v], "big") + b + 1) % 2 ** (8 * v)).to_bytes(v, "big")
            for at in range(0, len(block), v)
        )
    return out[:size]


def algorithm(oid: str, *parameters: bytes) -> bytes:
    return asn1.sequence(asn1.oid(oid), *parameters)


def padded(plain: bytes, block: int) -> bytes:
    missing = block - len(plain) % block
    return plain + bytes([missing]) * missing


def pbes1(plain: bytes, cipher: str, password: bytes, rounds: int = 8, claimed: int = 0) -> Sealed:
    """`claimed`: the iteration count written, where it is not the one used."""
    how = PBES1[cipher]
    key = derived(1, password, SALT, rounds, how.key)
    iv = derived(2, password, SALT, rounds, how.block)
    parameters = asn1.sequence(asn1.octets(SALT), asn1.integer(claimed or rounds))
    return Sealed(algorithm(how.oid, parameters), how.seal(key, iv, padded(plain, how.block)))


def pbkdf2(prf: str, rounds: int, size: int | None, salt: bytes = SALT) -> bytes:
    parameters = [asn1.octets(salt), asn1.integer(rounds)]
    if size is not None:
        parameters.append(asn1.integer(size))
    if prf != "sha1":
        parameters.append(algorithm(f"1.2.840.113549.2.{HMACS[prf]}", asn1.NULL))
    return algorithm(PBKDF2, asn1.sequence(*parameters))


def pbes2(
    plain: bytes,
    cipher: str,
    password: bytes,
    *,
    prf: str = "sha256",
    rounds: int = 8,
    claimed: int = 0,
    size: int | None = None,
) -> Sealed:
    how = AES_OF[cipher]
    key = hashlib.pbkdf2_hmac(prf, password, SALT, rounds, how.key)
    iv = filling("iv", how.block)
    parameters = asn1.sequence(
        pbkdf2(prf, claimed or rounds, size), algorithm(how.oid, asn1.octets(iv))
    )
    return Sealed(algorithm(PBES2, parameters), how.seal(key, iv, padded(plain, how.block)))


# --- bags and parts -----------------------------------------------------------------------------


def bag(kind: str, value: bytes, key_id: bytes | None = None) -> bytes:
    attributes = []
    if key_id is not None:
        value_set = asn1.set_of(asn1.octets(key_id))
        name_set = asn1.set_of(asn1.bmp("Ana Exemplo"))
        attributes = [
            asn1.set_of(
                asn1.sequence(asn1.oid(LOCAL_KEY_ID), value_set),
                asn1.sequence(asn1.oid(FRIENDLY_NAME), name_set),
            )
        ]
    return asn1.sequence(asn1.oid(kind), asn1.explicit(0, value), *attributes)


def certificate_bag(der: bytes, key_id: bytes | None = None) -> bytes:
    x509 = asn1.sequence(asn1.oid("1.2.840.113549.1.9.22.1"), asn1.explicit(0, asn1.octets(der)))
    return bag(CERTIFICATE_BAG, x509, key_id)


def shrouded_key_bag(sealed: Sealed, key_id: bytes | None = None) -> bytes:
    value = asn1.sequence(sealed.identifier, asn1.octets(sealed.ciphertext))
    return bag(SHROUDED_KEY_BAG, value, key_id)


def safe(*bags: bytes) -> bytes:
    return asn1.sequence(*bags)


def pieces(tag: int, content: bytes) -> bytes:
    """BER: a string in pieces of 100 octets, of open end."""
    parts = (asn1.octets(content[at : at + 100]) for at in range(0, len(content), 100))
    return asn1.indefinite(tag, *parts)


def plain_part(contents: bytes, *, ber: bool = False) -> bytes:
    octets = pieces(0x24, contents) if ber else asn1.octets(contents)
    wrap: Encode = asn1.indefinite if ber else asn1.tlv
    return wrap(0x30, asn1.oid(DATA), wrap(0xA0, octets))


def sealed_part(sealed: Sealed, *, ber: bool = False) -> bytes:
    content = pieces(0xA0, sealed.ciphertext) if ber else asn1.implicit(0, sealed.ciphertext)
    wrap: Encode = asn1.indefinite if ber else asn1.tlv
    info = wrap(0x30, asn1.oid(DATA), sealed.identifier, content)
    return wrap(0x30, asn1.oid(ENCRYPTED), wrap(0xA0, wrap(0x30, asn1.integer(0), info)))


# --- the file -----------------------------------------------------------------------------------


def mac(
    content: bytes, password: bytes, digest: str = "sha1", rounds: int = 8, claimed: int = 0
) -> bytes:
    size = hashlib.new(digest).digest_size
    key = derived(3, password, SALT, rounds, size, digest)
    value = hmac.digest(key, content, digest)
    info = asn1.sequence(algorithm(DIGESTS[digest], asn1.NULL), asn1.octets(value))
    return asn1.sequence(info, asn1.octets(SALT), asn1.integer(claimed or rounds))


def pbmac1(
    content: bytes,
    password: bytes,
    digest: str = "sha256",
    rounds: int = 8,
    claimed: int = 0,
    length: int = 32,
) -> bytes:
    key = hashlib.pbkdf2_hmac(digest, password, SALT, rounds, length)
    value = hmac.digest(key, content, digest)
    scheme = algorithm(f"1.2.840.113549.2.{HMACS[digest]}", asn1.NULL)
    parameters = asn1.sequence(pbkdf2(digest, claimed or rounds, length), scheme)
    info = asn1.sequence(algorithm(PBMAC1, parameters), asn1.octets(value))
    # RFC 9579: the salt and the count of the old MAC stand there and mean nothing.
    return asn1.sequence(info, asn1.octets(b"NOT USED"), asn1.integer(1))


def pfx(*parts: bytes, seal: Callable[[bytes], bytes] | None = None, ber: bool = False) -> bytes:
    wrap: Encode = asn1.indefinite if ber else asn1.tlv
    content = wrap(0x30, *parts)
    octets = pieces(0x24, content) if ber else asn1.octets(content)
    authenticated = wrap(0x30, asn1.oid(DATA), wrap(0xA0, octets))
    return wrap(0x30, asn1.integer(3), authenticated, *([seal(content)] if seal else []))


def usual(
    der: bytes,
    password: str,
    *others: bytes,
    cipher: str = "rc2-40",
    digest: str = "sha1",
    ber: bool = False,
) -> bytes:
    """As Windows writes it: certificates sealed with RC2-40, the key with 3DES, a SHA-1 MAC."""
    secret = bmp(password)
    bags = safe(certificate_bag(der, b"\x01"), *map(certificate_bag, others))
    if cipher in PBES1:
        certificates = pbes1(bags, cipher, secret)
        key = pbes1(CANARY, "3des", secret)
    else:
        certificates = pbes2(bags, cipher, password.encode())
        key = pbes2(CANARY, cipher, password.encode())
    return pfx(
        sealed_part(certificates, ber=ber),
        plain_part(safe(shrouded_key_bag(key, b"\x01")), ber=ber),
        seal=lambda content: mac(content, secret, digest),
        ber=ber,
    )


CANARY = b"chave privada de Ana: nunca decifrar" * 4
