"""Files made to hold the machine: refused by what they say of themselves, before any work."""

import zipfile
from contextlib import suppress
from io import BytesIO

import pytest

from certificates import der as asn1
from certificates import e_cnpj
from guiche.sources import (
    ArchiveTooLargeError,
    DamagedError,
    SourceError,
    TooManyIterationsError,
    read,
    read_text,
)
from guiche.sources.pkcs12 import derivation
from soon import within
from sources import pfx

LEAF = e_cnpj().der()
PASSWORD = "segredo"
SECRET = pfx.bmp(PASSWORD)
BAGS = pfx.safe(pfx.certificate_bag(LEAF))
MOST = 2**31 - 1
PART = pfx.sealed_part(pfx.pbes1(BAGS, "3des", SECRET))


def part1(claimed: int) -> bytes:
    return pfx.sealed_part(pfx.pbes1(BAGS, "rc2-40", SECRET, claimed=claimed))


def part2(claimed: int) -> bytes:
    return pfx.sealed_part(pfx.pbes2(BAGS, "aes-256", b"segredo", claimed=claimed))


BOMBS = {
    "MAC": pfx.pfx(PART, seal=lambda content: pfx.mac(content, SECRET, claimed=MOST)),
    "MAC over plain parts": pfx.pfx(
        pfx.plain_part(BAGS), seal=lambda content: pfx.mac(content, SECRET, claimed=MOST)
    ),
    "PBMAC1": pfx.pfx(PART, seal=lambda content: pfx.pbmac1(content, b"segredo", claimed=MOST)),
    "PBES1": pfx.pfx(part1(MOST), seal=lambda content: pfx.mac(content, SECRET)),
    "PBES1 without MAC": pfx.pfx(part1(MOST)),
    "PBES2": pfx.pfx(part2(MOST), seal=lambda content: pfx.mac(content, SECRET)),
    "PBES2 without MAC": pfx.pfx(part2(MOST)),
    "second part": pfx.pfx(PART, part2(MOST), seal=lambda content: pfx.mac(content, SECRET)),
    "beyond 64 bits": pfx.pfx(part1(2**300)),
    "a number of 100 kB": pfx.pfx(part1(1 << 800_000)),
    "only in sum": pfx.pfx(
        part1(400_000), part2(400_000), seal=lambda c: pfx.mac(c, SECRET, claimed=200_001)
    ),
}


@pytest.mark.parametrize("place", BOMBS)
def test_an_iteration_bomb_is_refused_at_once(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    read(pfx.pfx(PART), "warm.pfx", passwords=[PASSWORD])

    def derived(*_: object) -> bytes:
        raise AssertionError("something was derived")

    monkeypatch.setattr(derivation, "_secret", derived)
    monkeypatch.setattr("hashlib.pbkdf2_hmac", derived)
    with within(0.5), pytest.raises(TooManyIterationsError, match="rodadas") as caught:
        read(BOMBS[place], "ana.pfx", passwords=[PASSWORD])
    assert len(caught.value.message) < 200


def test_the_limit_itself_is_allowed() -> None:
    with pytest.raises(TooManyIterationsError, match=r"1\.000\.001.*1\.000\.000"):
        read(pfx.pfx(part2(1_000_001)), "ana.pfx")
    # Not the right key, since the count is not the one used: refused for that, not for the count.
    budget = derivation.Budget()
    budget.require(1_000_000)
    budget.spend(999_999)
    with pytest.raises(TooManyIterationsError):
        budget.spend(2)


def test_a_file_may_cost_its_limit_once_and_not_once_for_each_password() -> None:
    data = pfx.pfx(part2(150_000))
    with within(8), pytest.raises(SourceError):
        read(data, "ana.pfx", passwords=[f"senha {n}" for n in range(200)])


def zipped(*members: tuple[str, bytes]) -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return buffer.getvalue()


def test_many_files_in_a_zip_share_one_allowance(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("guiche.sources.place.MAX_ITERATIONS_IN_ALL", 40)
    one = pfx.usual(LEAF, PASSWORD)  # 8 for the MAC, 8 for the certificates
    data = zipped(*((f"{n}.pfx", one) for n in range(4)))
    reading = read(data, "carteira.zip", passwords=[PASSWORD])
    assert [found.source.name for found in reading.found] == [
        "carteira.zip/0.pfx",
        "carteira.zip/1.pfx",
    ]
    assert [error.code for error in reading.errors] == ["too_many_iterations"] * 2


@pytest.mark.parametrize(
    "data",
    [
        zipped(("bomba.cer", bytes(9_000_000))),
        zipped(*((f"{n}.cer", b"\0" * 1_000_000) for n in range(40))),
        zipped(*((f"{n}.cer", b"") for n in range(10_001))),
    ],
    ids=["ratio", "sum", "count"],
)
def test_zip_bombs_are_not_unpacked(data: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    def unpacked(*_: object) -> bytes:
        raise AssertionError("something was unpacked")

    monkeypatch.setattr(zipfile.ZipFile, "read", unpacked)
    with within(1), pytest.raises(ArchiveTooLargeError) as caught:
        read(data, "bomba.zip")
    assert caught.value.source == ("bomba.zip", "zip", 0)


def test_several_zips_in_a_message_share_one_allowance() -> None:
    from email.message import EmailMessage

    message = EmailMessage()
    message["From"], message["To"] = "ana@exemplo.com.br", "suporte@exemplo.com.br"
    for n in range(4):
        packed = zipped(*((f"{n}.bin", b"\xff" * 1_000_000) for n in range(10)))
        message.add_attachment(packed, "application", "zip", filename=f"{n}.zip")
    with pytest.raises(SourceError) as caught:
        read(message.as_bytes(), "caso.eml")
    assert caught.value.code == "archive_too_large"


def nested(depth: int, tag: int = 0x30, *, indefinite: bool = False) -> bytes:
    """Sequences within sequences."""
    if indefinite:
        return bytes([tag, 0x80]) * depth + b"\0\0" * depth
    der = b""
    for _ in range(depth):
        der = asn1.tlv(tag, der)
    return der


MEGABYTE = 1 << 20
MAIL = b"From: a\nTo: b\nMIME-Version: 1.0\n"
PADDED = zipped(*((f"{n}.cer", LEAF + b"\x30\0" * 500_000) for n in range(31)))
RESEMBLING = asn1.sequence(asn1.sequence(asn1.integer(1)), bytes(130))


def multiparts(boundary: bytes) -> bytes:
    """Each within the one before, `boundary` in some spelling."""
    start = b"Content-Type: multipart/mixed; " + boundary
    return b"".join((start + b"%d\n\n--b%d\n") % (n, n) for n in range(150))


HEAVY = {
    "sequences": nested(3_000),
    "open ends": nested(100_000, indefinite=True),
    "open ends, not closed": b"\x30\x80" * 400_000,
    "a tag number of 250 kB": asn1.sequence(b"\x1f\x81" + b"\xff" * 250_000 + b"\x7f\0"),
    "a length of four octets": b"\x30\x84\xff\xff\xff\xff" + bytes(200),
    "a P7B of small elements": asn1.sequence(
        asn1.oid("1.2.840.113549.1.7.2"),
        asn1.explicit(0, asn1.sequence(asn1.tlv(0xA0, b"\x30\0" * 400_000))),
    ),
    "many certificates": asn1.sequence(asn1.sequence(asn1.integer(1)), bytes(130)) * 6_000,
    "dashes": b"-" * MEGABYTE,
    "armour": b"-----BEGIN CERTIFICATE-----\n" * 30_000,
    "starts of base64": b"MII/////\n" * 100_000,
    "base64 of small structures": (b"MIIB" + b"A" * 350 + b"\n") * 2_000,
    "line ends": b"x=" + b"\n" * 300_000,
    "blanks": b"outro nome" + b" \t" * 500_000,
    "labels": b"2.16.76.1.3.7=31\n" * 50_000,
    "hex": b"31 32\n" * 150_000,
    "dump": b"".join(b"%06x  31 32\n" % (2 * n) for n in range(50_000)),
    "zeros": b"\xff" + bytes(10 * MEGABYTE - 1),
    "UTF-16": "a=1\n".encode("utf-16-le") * 100_000,
    "boundaries": b"From: a\nTo: b\n"
    + b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(40)
    )
    + b"x\n" * 50_000,
    "too many boundaries": b"From: a\nTo: b\n" + b"boundary=x\n" * 100_000,
    "too many lines": b"From: a\nTo: b\n\n" + b"\n" * 9_000_000,
    "headers": b"From: a\nTo: b\n" * 50_000,
    "encoded words": MAIL + b'Content-Type: a/b; name="' + b"=?a?q?x" * 30_000 + b'"\n\noi',
    "quotes": MAIL + b'Content-Disposition: a; filename="' + b';\\"' * 100_000 + b'"\n\noi',
    "pieces of a parameter": MAIL
    + b"Content-Type: a/b"
    + b"".join(b"; name*%d=x" % n for n in range(50_000))
    + b"\n\noi",
    "boundaries in pieces": MAIL + multiparts(b"boundary*0=b") + b"x\n" * MEGABYTE,
    "encoded boundaries": MAIL + multiparts(b"boundary*=us-ascii''b") + b"x\n" * MEGABYTE,
    "boundaries far away": MAIL + multiparts(b"boundary" + b" " * 99 + b"=b") + b"x\n" * MEGABYTE,
    "lines of an old Macintosh": (MAIL + multiparts(b"boundary=b")).replace(b"\n", b"\r")
    + b"x\r" * MEGABYTE,
    "parts": MAIL + b"Content-Type: multipart/digest; boundary=b\n\n" + b"--b\n\n\n" * 800_000,
    "receipts": MAIL + b"Content-Type: message/delivery-status\n\n" + b"a: b\n\n" * 800_000,
    "messages": MAIL + b"Content-Type: message/rfc822\n\n" * 300_000,
    "one part of many headers": MAIL + b"a: b\n" * 500_000,
    "certificates with filling": LEAF + b"\x30\0" * 500_000,
    "a ZIP of certificates with filling": PADDED,
    "a ZIP of what resembles certificates": zipped(
        *((f"{n}.cer", RESEMBLING * 400) for n in range(500))
    ),
    "an empty compound file": bytes.fromhex("d0cf11e0a1b11ae1") + bytes(MEGABYTE),
}


@pytest.mark.parametrize("shape", HEAVY)
def test_any_shape_is_answered_soon(shape: str) -> None:
    with within(3), suppress(SourceError):
        assert read(HEAVY[shape], "pesado").found


@pytest.mark.parametrize(
    "shape",
    [
        *("encoded words", "quotes", "pieces of a parameter", "boundaries in pieces"),
        *("encoded boundaries", "boundaries far away", "lines of an old Macintosh", "parts"),
        *("receipts", "messages", "one part of many headers"),
    ],
)
def test_a_message_made_to_hold_the_parser_is_told(shape: str) -> None:
    with within(1), pytest.raises(DamagedError, match="mensagem") as caught:
        read(HEAVY[shape], "caso.eml")
    assert caught.value.source == ("caso.eml", "email", 0)


def test_filling_after_a_certificate_is_not_walked() -> None:
    with within(0.2):
        assert read(HEAVY["certificates with filling"], "x.cer").found[0].der == LEAF
    with within(1), pytest.raises(ArchiveTooLargeError, match="além do normal"):
        read(PADDED, "x.zip")


def test_certificates_are_counted_over_all_members(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("guiche.sources.place.MAX_CERTIFICATES_IN_ALL", 3)
    reading = read(zipped(("a.cer", LEAF * 2), ("b.cer", LEAF * 2), ("c.cer", LEAF)), "x.zip")
    assert [found.source.name for found in reading.found] == ["x.zip/a.cer"] * 2
    assert {error.source.name for error in reading.errors} == {"x.zip/b.cer", "x.zip/c.cer"}


def test_a_long_key_does_not_multiply_the_rounds() -> None:
    # Each block of the key repeats them all; with SHA-1 a block has 20 octets.
    seal = pfx.pfx(PART, seal=lambda c: pfx.pbmac1(c, b"segredo", claimed=1_000_000, length=128))
    with within(0.2), pytest.raises(DamagedError):
        read(seal, "ana.pfx", passwords=[PASSWORD])


def test_long_text_is_answered_soon() -> None:
    for text in ("\u200b" * MEGABYTE, "\u00a0=" * 300_000, "CNPJ=04" * 100_000):
        with within(3), pytest.raises(SourceError):
            read_text(text, "colado")
