"""Signed PDF: every signature, by a scan that decodes nothing."""

import re
import zlib
from dataclasses import replace
from pathlib import Path

import pytest

from certificates import ca, e_cnpj, e_cpf, timestamp
from guiche.sources import DamagedError, NoCertificateError, SignerMissingError, read, read_path
from sources import openssl, signed
from sources.openssl import needs_openssl
from sources.parties import Parties
from sources.signed import By, cms, pdf

ANA = replace(e_cpf(), serial=11).der()
PADARIA = replace(e_cnpj(), serial=12).der()
STAMPER = replace(timestamp(), serial=15).der()
AUTHORITY = replace(ca(), serial=14).der()
BY_ANA = cms([AUTHORITY, ANA], By(ANA))
BY_PADARIA = cms([PADARIA], By(PADARIA), ber=100)
STAMP = cms([STAMPER], By(STAMPER), content=b"carimbo", kind=signed.TIME_STAMP)
WHOLE, BEFORE = "o arquivo inteiro", "uma versão anterior do arquivo"
ONE = pdf(BY_ANA)


@pytest.mark.parametrize("first", [True, False])
def test_every_signature_in_its_order(*, first: bool) -> None:
    reading = read(pdf(BY_ANA, BY_PADARIA, STAMP, contents_first=first), "contrato.pdf")
    assert [(each.der, each.source.name, each.signature) for each in reading.leaves] == [
        (ANA, "contrato.pdf/assinatura 1 de 3", ((1,), 3, (BEFORE,))),
        (PADARIA, "contrato.pdf/assinatura 2 de 3", ((2,), 3, (BEFORE,))),
    ]
    assert [found.der for found in reading.found] == [ANA, PADARIA, STAMPER, AUTHORITY]
    stamp = reading.found[2].signature
    assert stamp == ((3,), 3, (f"carimbo do tempo sobre {WHOLE}",))
    assert {found.source.kind for found in reading.found} == {"pdf"}


def test_one_signature_alone() -> None:
    (leaf,) = read(ONE, "contrato.pdf").leaves
    assert leaf.source == ("contrato.pdf", "pdf", 0)
    assert leaf.signature == ((1,), 1, (WHOLE,))


HUGE_GAP = re.sub(
    rb"ByteRange \[0 \d+ \d+", b"ByteRange [0 0000000007 0009000000", ONE + b" " * (9 << 20)
)
SHAPES = {
    "a gap of nearly all": HUGE_GAP,
    "junk before": b"HTTP/1.1 200 OK\r\n\r\n" + ONE,
    "ranges of another file": re.sub(rb"ByteRange \[0 \d+", b"ByteRange [0 0000000007", ONE),
    "ranges beyond the end": re.sub(rb"ByteRange \[0 \d+ \d+", b"ByteRange [0 9 99999999999", ONE),
    "ranges not filled in": re.sub(rb"ByteRange \[[^]]*", b"ByteRange [0 /*** /*** /***", ONE),
    "lines in the hexadecimal": ONE.replace(BY_ANA[:9].hex().encode(), b"\n".join(
        BY_ANA[at : at + 1].hex().encode() for at in range(9)
    )),
    "large letters": re.sub(rb"<3\w+>", lambda match: match[0].upper(), ONE),
    "an odd number of digits": ONE.replace(b"00>", b"0>"),
    "blanks and line ends": ONE.replace(b"/ByteRange [", b"/ByteRange\r\n[ "),
    "wrong, and the contents first": re.sub(
        rb"ByteRange \[0 \d+", b"ByteRange [0 0000000007", pdf(BY_ANA, contents_first=True)
    ),
    "the same object twice": ONE + ONE[ONE.index(b"2 0 obj") :],
    "a comment of somebody": ONE + b"9 0 obj<</Contents <FEFF0041>/T(/ByteRange)>>endobj",
    "encrypted": ONE + b"trailer<</Encrypt 9 0 R>>",
}  # fmt: skip


@pytest.mark.parametrize("shape", SHAPES)
def test_each_shape(shape: str) -> None:
    reading = read(SHAPES[shape], "contrato.pdf")
    assert [found.der for found in reading.leaves] == [ANA]
    assert not reading.errors


@pytest.mark.parametrize("lead", [*range(0, 400, 37), 255, 256, 257])
def test_a_signature_across_two_pieces_of_the_file(lead: int) -> None:
    filling = (1 << 20) - len(signed.HEADER) - lead
    data = signed.HEADER + b" " * filling
    data += signed.revision(len(data), 2, BY_ANA)
    (leaf,) = read(data, "contrato.pdf").leaves
    assert (leaf.der, leaf.signature) == (ANA, ((1,), 1, (WHOLE,)))


def test_a_file_of_any_size_from_a_path(tmp_path: Path) -> None:
    path = tmp_path / "livro.pdf"
    with path.open("wb") as file:
        file.write(signed.HEADER)
        file.seek(1 << 26)
        file.write(signed.revision(1 << 26, 2, BY_ANA))
    (leaf,) = read_path(path).leaves
    assert (leaf.der, leaf.signature) == (ANA, ((1,), 1, (WHOLE,)))


def test_a_place_that_nobody_signed_is_told(tmp_path: Path) -> None:
    with pytest.raises(SignerMissingError, match="ninguém assinou ali"):
        read(pdf(b""), "minuta.pdf")
    reading = read(pdf(BY_ANA, b""), "minuta.pdf")
    assert [found.der for found in reading.leaves] == [ANA]
    assert [error.source.name for error in reading.errors] == ["minuta.pdf/assinatura 2 de 2"]


def test_a_form_of_signature_that_is_not_read_is_told() -> None:
    with pytest.raises(SignerMissingError, match="formato que não é lido"):
        read(pdf(b"\x04\x82\x01\x00" + bytes(range(256))), "antigo.pdf")
    with pytest.raises(SignerMissingError, match="não diz quem assinou"):
        read(pdf(cms([ANA])), "contrato.pdf")


def test_none_that_can_be_seen_is_not_none() -> None:
    with pytest.raises(NoCertificateError, match="É um PDF sem assinatura digital") as caught:
        read(signed.HEADER + b"%%EOF", "boleto.pdf")
    assert caught.value.source == ("boleto.pdf", "pdf", 0)
    packed = zlib.compress(b"<</FT/Sig>>")
    stream = b"3 0 obj<</Type/ObjStm/Length %d>>stream\n%b\nendstream\nendobj" % (
        len(packed),
        packed,
    )
    with pytest.raises(NoCertificateError, match="comprimidas, e não foram abertas"):
        read(signed.HEADER + stream, "formulario.pdf")


def test_damage_is_told_of_each_signature() -> None:
    with pytest.raises(DamagedError, match="não termina"):
        read(ONE[: ONE.index(b"0000>")], "contrato.pdf")
    with pytest.raises(DamagedError, match="não está nela"):
        read(signed.HEADER + b"2 0 obj<</ByteRange [0 1 2 3]>>endobj", "contrato.pdf")
    reading = read(pdf(BY_ANA[:-20], BY_PADARIA, room=0), "contrato.pdf")
    assert [found.der for found in reading.leaves] == [PADARIA]
    assert [error.code for error in reading.errors] == ["damaged"]


@needs_openssl
def test_what_openssl_signs_over_the_two_ranges(tmp_path: Path, parties: Parties) -> None:
    room = 4000
    blank = pdf(b"", room=room)
    begin = blank.index(b"/Contents <") + len(b"/Contents ")
    end = begin + 2 * room + 2
    (tmp_path / "coberto").write_bytes(blank[:begin] + blank[end:])
    (tmp_path / "ana.pem").write_bytes(parties.ana.pem)
    value = openssl.run(
        *("cms", "-sign", "-binary", "-outform", "DER", "-signer", str(tmp_path / "ana.pem")),
        *("-in", str(tmp_path / "coberto")),
    )
    contents = b"<" + value.hex().encode().ljust(2 * room, b"0") + b">"
    (leaf,) = read(blank[:begin] + contents + blank[end:], "contrato.pdf").leaves
    assert leaf.der == parties.ana.der
    assert leaf.inspect().enrolment.formatted == "11.583.00249/85"


def test_many_signatures_of_a_file_that_was_moved_are_all_found() -> None:
    signers = [replace(e_cpf(), serial=100 + n).der() for n in range(40)]
    data = pdf(*(cms([der], By(der)) for der in signers), room=8000)
    filling = b"7 0 obj" + b" " * (5 << 20) + b"endobj\n"
    reading = read(b"\r\n\r\n" + data + filling, "ata.pdf")
    assert [found.der for found in reading.leaves] == signers
