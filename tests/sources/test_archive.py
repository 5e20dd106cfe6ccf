"""ZIP: the good, beside the bad."""

import os
import zipfile
from io import BytesIO

import pytest

from certificates import ca, e_cnpj, e_cpf, pem
from guiche.sources import (
    CERTIFICATE_SUFFIXES,
    DamagedError,
    EncryptedArchiveError,
    NestedArchiveError,
    NoCertificateError,
    PasswordRequiredError,
    Reading,
    SourceError,
    read,
)
from sources import pfx

ANA, PADARIA, AUTHORITY = e_cpf().der(), e_cnpj().der(), ca().der()


def zipped(*members: tuple[str, bytes], how: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", how) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return buffer.getvalue()


def names(reading: Reading) -> list[str]:
    return [found.source.name for found in reading.found]


def codes(reading: Reading) -> dict[str, str]:
    return {error.source.name: error.code for error in reading.errors}


@pytest.mark.parametrize(
    "how", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA]
)
def test_each_member_under_its_name(how: int) -> None:
    data = zipped(
        ("ana.cer", ANA),
        ("pasta/cadeia.pem", (pem(PADARIA) + pem(AUTHORITY)).encode()),
        ("padaria.pfx", pfx.usual(PADARIA, "segredo")),
        how=how,
    )
    reading = read(data, "clientes.zip", passwords=["segredo"])
    assert [found.source for found in reading.found] == [
        ("clientes.zip/ana.cer", "der", 0),
        ("clientes.zip/pasta/cadeia.pem", "pem", 0),
        ("clientes.zip/pasta/cadeia.pem", "pem", 1),
        ("clientes.zip/padaria.pfx", "pkcs12", 0),
    ]
    assert reading.errors == ()
    assert len(reading.leaves) == 3


def test_a_bad_member_does_not_take_the_others_with_it() -> None:
    data = zipped(
        ("joao.pfx", pfx.usual(ANA, "outra")),
        ("cortado.cer", PADARIA[:-9]),
        ("vazio.cer", b""),
        ("recado.cer", b"segue o certificado"),
        ("ana.cer", ANA),
    )
    reading = read(data, "clientes.zip", passwords=["segredo"])
    assert names(reading) == ["clientes.zip/ana.cer"]
    assert codes(reading) == {
        "clientes.zip/joao.pfx": "wrong_password",
        "clientes.zip/cortado.cer": "damaged",
        "clientes.zip/vazio.cer": "empty_file",
        "clientes.zip/recado.cer": "no_certificate",
    }


def test_other_files_beside_a_certificate_are_no_news() -> None:
    data = zipped(
        ("leia-me.txt", b"ola"),
        ("boleto.pdf", b"%PDF-1.7"),
        ("nada.txt", b""),
        ("pasta/", b""),
        ("__MACOSX/._ana.cer", b"lixo do sistema"),
        ("sem-sufixo", ANA),
    )
    reading = read(data, "clientes.zip")
    assert names(reading) == ["clientes.zip/sem-sufixo"]
    assert reading.errors == ()
    assert ".cer" in CERTIFICATE_SUFFIXES


def test_nothing_but_other_files() -> None:
    with pytest.raises(NoCertificateError, match="entre os 2 arquivos") as caught:
        read(zipped(("leia-me.txt", b"ola"), ("boleto.pdf", b"%PDF-1.7")), "clientes.zip")
    assert caught.value.source == ("clientes.zip", "zip", 0)
    with pytest.raises(NoCertificateError):
        read(zipped(), "vazio.zip")


def test_when_all_fail_every_error_is_told() -> None:
    data = zipped(("a.pfx", pfx.usual(ANA, "x")), ("b.cer", ANA[:-1]), ("c.txt", b"oi"))
    with pytest.raises(PasswordRequiredError) as caught:
        read(data, "clientes.zip")
    assert [error.source.name for error in (caught.value, *caught.value.others)] == [
        "clientes.zip/a.pfx",
        "clientes.zip/b.cer",
    ]


def test_a_zip_in_a_zip_stays_closed() -> None:
    data = zipped(("dentro.zip", zipped(("ana.cer", ANA))), ("padaria.cer", PADARIA))
    reading = read(data, "clientes.zip")
    assert names(reading) == ["clientes.zip/padaria.cer"]
    assert codes(reading) == {"clientes.zip/dentro.zip": "archive_nested"}
    with pytest.raises(NestedArchiveError):
        read(zipped(("so.cer", zipped(("ana.cer", ANA)))), "clientes.zip")


def encrypted(data: bytes) -> bytes:
    """The flag of encryption set in every header, local and central."""
    broken = bytearray(data)
    for magic, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.find(magic)
        while at >= 0:
            broken[at + offset] |= 1
            at = data.find(magic, at + 1)
    return bytes(broken)


def test_a_zip_with_a_password_says_so() -> None:
    with pytest.raises(EncryptedArchiveError, match="tem senha") as caught:
        read(encrypted(zipped(("ana.cer", ANA), ("b.cer", ANA))), "clientes.zip")
    assert caught.value.source == ("clientes.zip", "zip", 0)
    assert caught.value.others == ()


def test_damage() -> None:
    data = zipped(("ana.cer", ANA), ("padaria.cer", PADARIA), how=zipfile.ZIP_STORED)
    with pytest.raises(DamagedError, match="índice"):
        read(data[:-30], "clientes.zip")
    reading = read(data.replace(ANA, ANA[:-1] + bytes([ANA[-1] ^ 1])), "clientes.zip")
    assert names(reading) == ["clientes.zip/padaria.cer"]
    assert codes(reading) == {"clientes.zip/ana.cer": "damaged"}


def test_an_unknown_compression_is_damage_of_that_member() -> None:
    data = bytearray(zipped(("ana.cer", ANA)))
    for magic, offset in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        data[data.find(magic) + offset] = 97
    with pytest.raises(DamagedError, match="extrair"):
        read(bytes(data), "clientes.zip")


def test_names_of_members_are_only_shown() -> None:
    data = zipped(("../../etc/passwd", ANA), ("/abs.cer", ANA), ("a\x1b[2J\u202e.cer", ANA))
    assert names(read(data, "c.zip")) == [
        "c.zip/../../etc/passwd",
        "c.zip//abs.cer",
        "c.zip/a?[2J?.cer",
    ]


def test_a_member_over_the_limit_is_told_and_not_read() -> None:
    data = zipped(("grande.cer", os.urandom(10) + bytes(11 << 20)), ("ana.cer", ANA), how=0)
    with pytest.raises(SourceError) as caught:
        read(data, "c.zip")
    assert caught.value.code == "too_large"  # the ZIP itself


def test_a_zip_told_by_content() -> None:
    assert names(read(zipped(("ana.cer", ANA)), "foto.txt")) == ["foto.txt/ana.cer"]
