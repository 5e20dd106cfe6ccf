"""Private keys stay closed: nothing of a key bag is ever derived for, deciphered or decoded."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from certificates import der as asn1
from certificates import e_cnpj
from certificates.certificate import filling
from guiche.sources import read
from guiche.sources.pkcs12 import derivation, schemes
from sources import pfx

LEAF = e_cnpj().der()
PASSWORD = "segredo"
SECRET = pfx.bmp(PASSWORD)
BAGS = pfx.safe(pfx.certificate_bag(LEAF, b"\x01"))
KEY_SALT = filling("salt of the key", 16)


def key_sealed_as(cipher: str) -> pfx.Sealed:
    """A key under the same password, with a salt of its own to know its derivations by."""
    if cipher in pfx.PBES1:
        sealed = pfx.pbes1(pfx.CANARY, cipher, SECRET)
    else:
        sealed = pfx.pbes2(pfx.CANARY, cipher, PASSWORD.encode())
    return sealed._replace(identifier=sealed.identifier.replace(pfx.SALT, KEY_SALT[:8]))


def with_key(*bags: bytes) -> bytes:
    return pfx.pfx(
        pfx.sealed_part(pfx.pbes1(BAGS, "rc2-40", SECRET)),
        pfx.plain_part(pfx.safe(*bags)),
        seal=lambda content: pfx.mac(content, SECRET),
    )


@pytest.fixture
def watched(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Any]]:
    """Everything that goes into and comes out of the only two doors: derivation and deciphering."""
    seen: list[Any] = []

    def watch(module: Any, name: str) -> None:
        door: Callable[..., Any] = getattr(module, name)

        def watching(*arguments: Any, **options: Any) -> Any:
            result = door(*arguments, **options)
            seen.append((name, arguments, options, result))
            return result

        monkeypatch.setattr(module, name, watching)

    watch(derivation, "pkcs12")
    watch(derivation, "pbkdf2")
    watch(schemes, "decipher")
    yield seen
    seen.clear()


@pytest.mark.parametrize("cipher", [*pfx.PBES1, *pfx.AES_OF])
def test_no_door_ever_sees_a_key(watched: list[Any], cipher: str) -> None:
    key = key_sealed_as(cipher)
    plain = pfx.bag(pfx.KEY_BAG, asn1.octets(pfx.CANARY), b"\x01")
    nested = pfx.bag(pfx.NESTED, pfx.safe(pfx.shrouded_key_bag(key)))
    data = with_key(pfx.shrouded_key_bag(key, b"\x01"), plain, nested)
    assert read(data, "ana.pfx", passwords=[PASSWORD]).found[0].der == LEAF
    assert [name for name, *_ in watched] == ["pkcs12", "pkcs12", "decipher"]
    shown = repr(watched)
    for secret in (KEY_SALT[:8], key.ciphertext, key.ciphertext[:32], pfx.CANARY, pfx.CANARY[:20]):
        assert repr(secret)[2:-1] not in shown


@pytest.mark.parametrize(
    "bag",
    [
        pfx.bag(pfx.SHROUDED_KEY_BAG, asn1.NULL, b"\x01"),
        pfx.bag(pfx.SHROUDED_KEY_BAG, asn1.octets(b"\xff" * 40), b"\x01"),
        pfx.bag(pfx.KEY_BAG, asn1.tlv(0x30, b"\xff" * 40), b"\x01"),
        pfx.shrouded_key_bag(pfx.Sealed(pfx.algorithm("1.2.3.4"), b"?"), b"\x01"),
        pfx.shrouded_key_bag(pfx.pbes1(b"?", "3des", pfx.bmp("outra senha")), b"\x01"),
        pfx.shrouded_key_bag(pfx.pbes1(b"?", "3des", SECRET, claimed=2**31 - 1), b"\x01"),
        pfx.shrouded_key_bag(pfx.pbes2(b"?", "aes-256", b"", claimed=2**31 - 1), b"\x01"),
        pfx.shrouded_key_bag(pfx.Sealed(pfx.algorithm(pfx.PBES2, asn1.NULL), b""), b"\x01"),
    ],
    ids=range(8),
)
def test_a_poisoned_key_does_not_matter(bag: bytes) -> None:
    found = read(with_key(bag), "ana.pfx", passwords=[PASSWORD]).found
    assert [each.der for each in found] == [LEAF]


def test_the_id_of_a_closed_key_still_tells_the_leaf() -> None:
    other = e_cnpj(cei="0" * 12).der()
    bags = pfx.safe(pfx.certificate_bag(other), pfx.certificate_bag(LEAF, b"\x01"))
    data = pfx.pfx(
        pfx.sealed_part(pfx.pbes1(bags, "3des", SECRET)),
        pfx.plain_part(pfx.safe(pfx.shrouded_key_bag(key_sealed_as("3des"), b"\x01"))),
    )
    found = read(data, "ana.pfx", passwords=[PASSWORD]).found
    assert [each.der for each in found] == [LEAF, other]


def test_a_key_in_a_pem_is_never_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    import binascii

    decoded: list[bytes] = []
    decode = binascii.a2b_base64

    def watching(text: str) -> bytes:
        decoded.append(decode(text))
        return decoded[-1]

    monkeypatch.setattr(binascii, "a2b_base64", watching)
    from base64 import b64encode

    from certificates import pem

    key = b64encode(pfx.CANARY).decode()
    armoured = f"-----BEGIN PRIVATE KEY-----\n{key}\n-----END PRIVATE KEY-----\n"
    reading = read((armoured + pem(LEAF) + armoured).encode(), "ana.pem")
    assert [found.der for found in reading.found] == [LEAF]
    assert decoded == [LEAF]
