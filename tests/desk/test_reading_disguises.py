"""The forms in which a .cer arrives by e-mail and WhatsApp, each dropped on the page."""

import io
import zipfile
from email.message import EmailMessage

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from calls import signed_in, zeros
from certificates import pem
from guiche.desk.intake.draft import Draft
from guiche.desk.models import User
from sources import ole

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]

NAMES = (
    "cliente.txt",
    "cliente.cer_",
    "cliente.c_r",
    "cliente.cer.txt",
    "cliente.cer.pdf",
    "certificado.cer.remover",
    "DOC-20261123-WA0007",
    "DOC-20261123-WA0007.",
    "cliente.crt",
    "cliente.renomeie-para-cer",
)


def zipped(*names: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("Certificados/", b"")
        for name in names:
            archive.writestr(name, zeros())
        archive.writestr("Certificados/leia-me.txt", "Segue o certificado.")
    return buffer.getvalue()


def message(name: str, content: bytes) -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"] = "bento@exemplo.com.br", "suporte@exemplo.com.br"
    mail["Subject"] = "Certificado"
    mail.set_content("Segue o certificado.")
    mail.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return mail.as_bytes()


FILES = {
    **{name: zeros() for name in NAMES},
    "base64.txt": pem(zeros()).replace("\n", "\r\n").encode(),
    "bloco de notas.txt": "\ufeff".encode() + pem(zeros()).encode(),
    "unicode.txt": pem(zeros()).encode("utf-16"),
    "cliente.zip": zipped("Certificados/2026/cliente.cer"),
    "cliente.zip_": zipped("Certificados/cliente.c_r"),
    "DOC-20261123-WA0008": zipped("cliente.cer"),
    "ENC certificado.eml": message("cliente.cer_", zeros()),
    "ZIP no e-mail.eml": message("cliente.zip", zipped("a/b/cliente.cer")),
    "RES certificado.msg": ole.message(("cliente.txt", zeros())),
    "mensagem sem nome": ole.message(("anexo.zip", zipped("cliente.cer"))),
}


@pytest.mark.parametrize("name", FILES)
def test_it_is_read_by_what_it_is_and_not_by_its_name(name: str) -> None:
    draft = Draft.start(User.objects.create_user("bruno", name="Bruno Exemplo"))
    client = signed_in(draft.by)
    answer = client.post(
        f"/atender/{draft.pk}/ler/",
        {"arquivo": SimpleUploadedFile(name, FILES[name])},
        headers={"HX-Request": "true"},
    )
    assert answer.status_code == 200
    page = answer.content.decode()
    assert "Sem CEI: o campo está preenchido com zeros." in page
    assert 'value="11.222.333/0001-81"' in page
