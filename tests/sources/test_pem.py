"""PEM and base64, as people send them."""

import base64
import json
from collections.abc import Callable

import pytest

from certificates import ca, e_cnpj, e_cpf, pem
from guiche.sources import (
    DamagedError,
    EmptyFileError,
    NoCertificateError,
    Reading,
    SourceError,
    read,
    read_text,
)
from sources import openssl, pfx
from sources.openssl import needs_openssl
from sources.pair import Pair
from sources.test_archive import zipped

ANA, PADARIA, AUTHORITY = e_cpf().der(), e_cnpj().der(), ca().der()
PEM = pem(PADARIA)
BASE64 = base64.b64encode(PADARIA).decode()
BODY = "".join(line + "\n" for line in PEM.splitlines()[1:-1])


def ders(reading: Reading) -> list[bytes | None]:
    return [found.der for found in reading.found]


def test_several_in_order_each_with_its_index() -> None:
    text = "cadeia do cliente\n" + pem(ANA) + "\n\n# depois\n" + PEM + pem(AUTHORITY) + "fim"
    reading = read(text.encode(), "cadeia.pem")
    assert ders(reading) == [ANA, PADARIA, AUTHORITY]
    assert [found.source for found in reading.found] == [("cadeia.pem", "pem", n) for n in range(3)]
    assert [found.is_ca for found in reading.found] == [False, False, True]
    assert ders(Reading(reading.leaves, ())) == [ANA, PADARIA]


def test_an_authority_alone_is_what_was_asked_for() -> None:
    assert ders(Reading(read(pem(AUTHORITY).encode(), "ac.pem").leaves, ())) == [AUTHORITY]


ENCODINGS: dict[str, Callable[[str], bytes]] = {
    "UTF-8 with mark": lambda text: text.encode("utf-8-sig"),
    "UTF-16 with mark": lambda text: text.encode("utf-16"),
    "UTF-16, big end first": lambda text: b"\xfe\xff" + text.encode("utf-16-be"),
    "UTF-16 without mark": lambda text: text.encode("utf-16-le"),
    "UTF-16 without mark, big end": lambda text: text.encode("utf-16-be"),
    "UTF-32": lambda text: text.encode("utf-32"),
    "Windows": lambda text: f"Certificado da padaria São João\n{text}".encode("cp1252"),
    "binary around": lambda text: b"\xff\0\x81" + text.encode() + b"\0\xfe",
}


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_the_encoding_of_the_text_does_not_matter(encoding: str) -> None:
    assert ders(read(ENCODINGS[encoding](PEM), "cert.cer")) == [PADARIA]


SHAPES = {
    "CRLF": PEM.replace("\n", "\r\n"),
    "CR alone": PEM.replace("\n", "\r"),
    "one line": PEM.replace("\n", ""),
    "blank lines": PEM.replace("\n", "\n\n"),
    "indented": PEM.replace("\n", "\n    "),
    "quoted": "> " + PEM.replace("\n", "\n> "),
    "JSON": json.dumps({"alias": "ana", "certificate": PEM}),
    "C source": '"' + PEM.replace("\n", '\\n"\n"') + '"',
    "headers inside": PEM.replace("-----\n", "-----\nX-Nota: do cliente\nOutra: 1\n\n", 1),
    "a comment over it": f"subject=CN = PADARIA\nissuer=CN = AC\n{PEM}",
    "no last line": PEM[: PEM.index("-----END")],
    "no last line, and a signature": PEM[: PEM.index("-----END")] + "Atenciosamente: Ana\n",
    "no first line": PEM[PEM.index("\n") :],
    "the dashes of Word": PEM.replace("-----", "—–"),
    "in small letters": PEM.replace("BEGIN CERTIFICATE", "begin certificate"),
    "old label": PEM.replace("CERTIFICATE", "X509 CERTIFICATE"),
    "no padding": PEM.replace("=", ""),
    "a key before": "-----BEGIN EC PRIVATE KEY-----\n!!!\n-----END EC PRIVATE KEY-----\n" + PEM,
    "base64": BASE64,
    "base64 in lines": BODY,
    "base64 in CRLF lines": BODY.replace("\n", "\r\n"),
    "base64 of URLs": base64.urlsafe_b64encode(PADARIA).decode(),
    "base64 in quotes": f'"{BASE64}"',
    "data URL": f"data:application/x-x509-ca-cert;base64,{BASE64}",
    "signed XML": f"<KeyInfo><X509Certificate>\n{BODY}</X509Certificate></KeyInfo>",
    "in a sentence": f"Segue o certificado: {BASE64}\nObrigada",
}


@pytest.mark.parametrize("shape", SHAPES)
def test_each_shape_as_file_and_as_paste(shape: str) -> None:
    assert ders(read(SHAPES[shape].encode(), "cert.txt")) == [PADARIA]
    assert ders(read_text(SHAPES[shape], "colado")) == [PADARIA]


def test_several_structures_in_one_xml() -> None:
    parts = (f"<c>{base64.b64encode(der).decode()}</c>" for der in (ANA, PADARIA))
    reading = read("".join(parts).encode(), "nfe.xml")
    assert ders(reading) == [ANA, PADARIA]
    assert [found.source.index for found in reading.found] == [0, 1]


def test_a_bad_block_does_not_take_the_others_with_it() -> None:
    bad = pem(ANA).replace(BODY[:64], "")
    bad = "\n".join(bad.splitlines()[:-4] + bad.splitlines()[-1:]) + "\n"
    reading = read((PEM + bad + pem(AUTHORITY)).encode(), "cadeia.pem")
    assert ders(reading) == [PADARIA, AUTHORITY]
    (error,) = reading.errors
    assert isinstance(error, DamagedError)
    assert error.source == ("cadeia.pem", "pem", 1)
    assert reading.found[1].source.index == 2


def test_blocks_that_are_all_bad() -> None:
    bad = "-----BEGIN CERTIFICATE-----\nQUFB\n-----END CERTIFICATE-----\n"
    with pytest.raises(DamagedError) as caught:
        read((bad * 3).encode(), "cadeia.pem")
    assert [error.source.index for error in (caught.value, *caught.value.others)] == [0, 1, 2]


@pytest.mark.parametrize(
    ("label", "words"),
    [
        ("PRIVATE KEY", "chave"),
        ("ENCRYPTED PRIVATE KEY", "chave"),
        ("PUBLIC KEY", "chave"),
        ("CERTIFICATE REQUEST", "CSR"),
        ("X509 CRL", "LCR"),
        ("DH PARAMETERS", "nenhum é um certificado"),
    ],
)
def test_blocks_of_other_things_are_named(label: str, words: str) -> None:
    text = f"-----BEGIN {label}-----\nQUFBQQ==\n-----END {label}-----\n"
    with pytest.raises(NoCertificateError, match=words):
        read(text.encode(), "cert.pem")


@needs_openssl
def test_what_openssl_writes(pair: Pair) -> None:
    trusted = openssl.run("x509", "-trustout", given=pair.pem)
    assert b"TRUSTED CERTIFICATE" in trusted
    assert ders(read(trusted, "x")) == [pair.der]
    assert ders(read(openssl.run("x509", "-text", given=pair.pem), "x")) == [pair.der]


def test_cut_base64_is_damage_and_not_absence() -> None:
    for text in (BASE64[: len(BASE64) // 2], PEM[: len(PEM) // 2], f"Segue: {BASE64[:300]}"):
        with pytest.raises(DamagedError):
            read_text(text, "colado")


@pytest.mark.parametrize("data", [b"", b" \r\n\t", b"\0\0\0", b"\xef\xbb\xbf\n", b"\xff\xfe"])
def test_empty(data: bytes) -> None:
    with pytest.raises(EmptyFileError):
        read(data, "cert.cer")


def test_other_containers_in_base64() -> None:
    text = base64.encodebytes(pfx.usual(ANA, "segredo", ber=True)).decode()
    found = read_text(text, "colado", passwords=["segredo"]).found
    assert [each.source for each in found] == [("colado", "pkcs12", 0)]
    packed = base64.b64encode(zipped(("ana.cer", ANA)))
    assert ders(read(packed, "x")) == [ANA]


def test_the_word_of_a_label_is_not_believed() -> None:
    """A PKCS#7 in a block that says CERTIFICATE, and the other way round."""
    for label in ("CERTIFICATE", "PKCS7", "CMS", "PKCS #7 SIGNED DATA"):
        assert ders(read(PEM.replace("CERTIFICATE", label).encode(), "x")) == [PADARIA]


def test_errors_come_with_the_place() -> None:
    with pytest.raises(SourceError) as caught:
        read(b"bom dia", "pasta/recado.txt")
    assert caught.value.source == ("pasta/recado.txt", "text", 0)
    assert str(caught.value).startswith("pasta/recado.txt: ")
    assert not caught.value.message.startswith("pasta/")
