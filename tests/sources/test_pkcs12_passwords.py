"""Passwords that programs write in different ways (RFC 7292, appendix B.1; RFC 8018, 5.2)."""

import unicodedata
from pathlib import Path

import pytest

from certificates import e_cnpj
from guiche.sources import PasswordRequiredError, WrongPasswordError, read
from sources import openssl, pfx
from sources.openssl import needs_openssl
from sources.pair import Pair

LEAF = e_cnpj().der()
BAGS = pfx.safe(pfx.certificate_bag(LEAF))


def sealed_with(secret: bytes) -> bytes:
    """3DES and a MAC, from the octets of the BMPString as they are."""
    part = pfx.sealed_part(pfx.pbes1(BAGS, "3des", secret))
    return pfx.pfx(part, seal=lambda content: pfx.mac(content, secret))


def sealed_pbes2(octets: bytes, secret: bytes | None) -> bytes:
    part = pfx.sealed_part(pfx.pbes2(BAGS, "aes-256", octets))
    if secret is None:
        return pfx.pfx(part)
    return pfx.pfx(part, seal=lambda content: pfx.mac(content, secret))


def opens(data: bytes, *passwords: str) -> bool:
    return read(data, "ana.pfx", passwords=passwords).found[0].der == LEAF


def test_empty_and_absent_need_no_asking() -> None:
    for secret in (b"", b"\0\0"):
        assert opens(sealed_with(secret))
        assert opens(sealed_with(secret), "")
        assert opens(sealed_with(secret), "uma senha para outra coisa")
    assert opens(sealed_pbes2(b"", b"\0\0"))


def test_the_empty_password_that_does_not_open_is_a_wrong_one() -> None:
    with pytest.raises(WrongPasswordError):
        opens(sealed_with(pfx.bmp("segredo")), "")
    with pytest.raises(PasswordRequiredError):
        opens(sealed_with(pfx.bmp("segredo")))


@pytest.mark.parametrize(
    "password", ["maçã", "Ação 123", "senha🔑", "𝒶", "€uro", "ß", " com brancos "]
)
def test_as_the_norm_says(password: str) -> None:
    assert opens(sealed_with(pfx.bmp(password)), password)
    assert opens(sealed_pbes2(password.encode(), pfx.bmp(password)), password)
    assert opens(sealed_pbes2(password.encode(), None), password)


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "cp850"])
def test_octets_of_a_terminal_widened_one_by_one(encoding: str) -> None:
    """OpenSSL before 1.1.0, and -legacy habits after it: `passphrase-encoding(7)`."""
    octets = "maçã".encode(encoding)
    assert opens(sealed_with(pfx.bmp(octets.decode("latin-1"))), "maçã")
    assert opens(sealed_pbes2(octets, pfx.bmp(octets.decode("latin-1"))), "maçã")
    assert opens(sealed_pbes2(octets, pfx.bmp("maçã")), "maçã")
    assert opens(sealed_pbes2(octets, None), "maçã")


def test_accents_composed_or_not() -> None:
    composed, decomposed = (
        unicodedata.normalize("NFC", "maçã"),
        unicodedata.normalize("NFD", "maçã"),
    )
    assert opens(sealed_with(pfx.bmp(composed)), decomposed)
    assert opens(sealed_with(pfx.bmp(decomposed)), composed)


@pytest.mark.parametrize("secret", [pfx.bmp("segredo")[:-2], pfx.bmp("segredo\0")])
def test_zeros_at_the_end_left_out_or_doubled(secret: bytes) -> None:
    assert opens(sealed_with(secret), "segredo")


def test_the_bmp_string_also_for_pbes2() -> None:
    """Old NSS."""
    assert opens(sealed_pbes2(pfx.bmp("segredo"), pfx.bmp("segredo")), "segredo")


def test_a_blank_copied_with_the_password() -> None:
    assert opens(sealed_with(pfx.bmp("segredo")), " segredo\n")


def test_lone_surrogates_are_just_wrong() -> None:
    with pytest.raises(WrongPasswordError):
        opens(sealed_with(pfx.bmp("segredo")), "senha\udc87")


def test_a_wrong_password_of_a_costly_file_is_wrong_and_not_too_costly() -> None:
    """The odd forms share the budget of one file: what no longer fits is not tried."""
    secret = pfx.bmp("segredo")
    part = pfx.sealed_part(pfx.pbes1(BAGS, "3des", secret, rounds=1, claimed=600_000))
    data = pfx.pfx(part)
    with pytest.raises(WrongPasswordError):
        opens(data, "maçã")


@needs_openssl
@pytest.mark.parametrize("options", ["-legacy", ""])
@pytest.mark.parametrize("password", ["maçã", "senha🔑", ""])
def test_what_openssl_writes(pair: Pair, tmp_path: Path, options: str, password: str) -> None:
    data = openssl.pfx(tmp_path, pair.pem, password, *options.split())
    assert read(data, "x", passwords=[password]).found[0].der == pair.der
