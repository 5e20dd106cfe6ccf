"""Messages with certificates attached."""

import base64
from email.message import EmailMessage
from typing import cast

import pytest

from certificates import e_cnpj, e_cpf, pem
from guiche.sources import DamagedError, NoCertificateError, Reading, SourceError, read
from sources import ole, pfx
from sources.ole import Node
from sources.test_archive import codes, names, zipped

ANA, PADARIA = e_cpf().der(), e_cnpj().der()


def message(*attachments: tuple[str, bytes], text: str = "Segue o certificado.") -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"] = "ana@exemplo.com.br", "suporte@exemplo.com.br"
    mail["Subject"] = "Certificado sem CEI"
    mail.set_content(text)
    for name, content in attachments:
        mail.add_attachment(content, "application", "octet-stream", filename=name)
    return mail


def test_attachments_whatever_their_name() -> None:
    mail = message(
        ("ana.cer", ANA),
        ("certificado (1).tx_", PADARIA),
        ("seguro.pfx", pfx.usual(ANA, "segredo")),
        ("logo.png", b"\x89PNG\r\n"),
        ("boleto.pdf", b"%PDF"),
    )
    reading = read(mail.as_bytes(), "caso.eml", passwords=["segredo"])
    assert [found.source for found in reading.found] == [
        ("caso.eml/ana.cer", "der", 0),
        ("caso.eml/certificado (1).tx_", "der", 0),
        ("caso.eml/seguro.pfx", "pkcs12", 0),
    ]
    assert reading.errors == ()


def test_a_bad_attachment_is_told_beside_the_good() -> None:
    mail = message(("ana.cer", ANA[:-9]), ("padaria.cer", PADARIA))
    reading = read(mail.as_bytes(), "caso.eml")
    assert names(reading) == ["caso.eml/padaria.cer"]
    assert codes(reading) == {"caso.eml/ana.cer": "damaged"}


def test_accents_in_names_and_line_ends_of_the_network() -> None:
    mail = message(("certificação São João.cer", ANA))
    data = mail.as_bytes().replace(b"\n", b"\r\n")
    assert names(read(data, "caso.eml")) == ["caso.eml/certificação São João.cer"]
    old = b"From: a@exemplo.com.br\nTo: b@exemplo.com.br\nMIME-Version: 1.0\n" + (
        b'Content-Type: application/octet-stream; name="=?utf-8?Q?certid=C3=A3o=2Ecer?="\n'
        b"Content-Transfer-Encoding: base64\n\n" + base64.encodebytes(ANA)
    )
    assert names(read(old, "caso.eml")) == ["caso.eml/certidão.cer"]


def test_a_text_pasted_into_the_message() -> None:
    for text in (f"Segue:\n{pem(ANA)}", "Outro Nome:\n2.16.76.1.3.7=04 0c" + " 30" * 12):
        (found,) = read(message(text=text).as_bytes(), "caso.eml").found
        assert found.source.name == "caso.eml/mensagem"


def test_a_forwarded_message_and_a_zip_in_it() -> None:
    inner = message(("cert.zip", zipped(("ana.cer", ANA))))
    outer = message()
    outer.add_attachment(inner)
    as_file = message(("caso.eml", inner.as_bytes()))
    assert names(read(outer.as_bytes(), "fw.eml")) == ["fw.eml/cert.zip/ana.cer"]
    assert names(read(as_file.as_bytes(), "fw.eml")) == ["fw.eml/caso.eml/cert.zip/ana.cer"]


def test_messages_within_messages_end_somewhere() -> None:
    mail = message(("ana.cer", ANA))
    for _ in range(6):
        mail = message(("caso.eml", mail.as_bytes()))
    with pytest.raises(DamagedError, match="uma dentro da outra"):
        read(mail.as_bytes(), "fw.eml")


def test_no_certificate() -> None:
    with pytest.raises(NoCertificateError, match="mensagem sem certificado") as caught:
        read(message(("logo.png", b"\x89PNG")).as_bytes(), "caso.eml")
    assert caught.value.source == ("caso.eml", "email", 0)


def test_from_a_mail_box_and_with_other_headers_first() -> None:
    data = message(("ana.cer", ANA)).as_bytes()
    for start in (
        b"From ana@exemplo.com.br Mon Nov 23 10:00:00 2026\n",
        b"X-Mozilla-Status: 0001\n",
    ):
        assert names(read(start + data, "x")) == ["x/ana.cer"]


def test_broken_parts_are_survived() -> None:
    data = message(("ana.cer", ANA)).as_bytes()
    cut = data[: len(data) // 2]
    with pytest.raises(SourceError):
        read(cut, "caso.eml")
    with pytest.raises(SourceError):
        read(data.replace(b"base64", b"quem-sabe").replace(b"MII", b"!!!"), "caso.eml")


def test_an_attachment_whose_encoding_is_misstated() -> None:
    data = message(("ana.cer", ANA)).as_bytes().replace(b"Encoding: base64", b"Encoding: 7bit")
    assert names(read(data, "caso.eml")) == ["caso.eml/ana.cer"]


# --- Outlook ------------------------------------------------------------------------------------


def of_outlook(
    *attachments: tuple[str, bytes], body: str = "", inside: Node | None = None
) -> Reading:
    return read(
        ole.message(*attachments, body=body, inside=inside), "caso.msg", passwords=["segredo"]
    )


def test_outlook_attachments() -> None:
    reading = of_outlook(("certificação.cer", ANA), ("p.pfx", pfx.usual(PADARIA, "segredo")))
    assert [found.source for found in reading.found] == [
        ("caso.msg/certificação.cer", "der", 0),
        ("caso.msg/p.pfx", "pkcs12", 0),
    ]
    assert [found.der for found in reading.found] == [ANA, PADARIA]


def test_outlook_text_and_a_message_inside() -> None:
    inner: Node = {
        "__attach_version1.0_#00000000": cast("Node", {"__substg1.0_37010102": PADARIA}),
    }
    reading = of_outlook(body=f"Segue\r\n{pem(ANA)}", inside=inner)
    assert {found.der for found in reading.found} == {ANA, PADARIA}
    assert set(names(reading)) == {"caso.msg/mensagem", "caso.msg/anexo"}


def test_outlook_signed_messages_keep_the_whole_in_one_attachment() -> None:
    signed = message(("ana.cer", ANA)).as_bytes()
    assert names(of_outlook(("smime.p7m", signed))) == ["caso.msg/smime.p7m/ana.cer"]


def test_outlook_streams_that_share_their_sectors() -> None:
    data = bytearray(ole.message(*((f"{n}.cer", ANA) for n in range(6))))
    assert len(read(bytes(data), "caso.msg").found) == 6
    name = "__substg1.0_37010102".encode("utf-16-le")
    at = data.find(name)
    while at >= 0:
        data[at + 116 : at + 128] = (8).to_bytes(4, "little") + (20_000).to_bytes(8, "little")
        at = data.find(name, at + 1)
    with pytest.raises(SourceError) as caught:
        read(bytes(data), "caso.msg")
    assert "não cabem nela" in caught.value.others[-1].message


def test_outlook_without_certificate_and_damaged() -> None:
    with pytest.raises(NoCertificateError):
        of_outlook(body="bom dia")
    whole = ole.message(("ana.cer", ANA))
    for size in (8, 100, 512, 700, 1024):
        with pytest.raises(DamagedError):
            read(whole[:size], "caso.msg")
