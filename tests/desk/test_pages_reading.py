"""The reader of Atender: files, pasted text, several at once, and what it refuses."""

import io
import logging
import tempfile
import zipfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from pytest_django.fixtures import Settings

from calls import NOW, upload, zeros
from certificates import CEI, ZEROS, ca, e_cnpj, e_cpf, equipment, pem, selo_eletronico
from certificates.certificate import rdn
from guiche.desk.intake.draft import Draft
from guiche.desk.models import Inspection

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]
HTMX = {"HX-Request": "true"}
KEY_REFUSED = "Este arquivo tem a chave privada. Peça o .cer."


@pytest.fixture
def address(draft: Draft) -> str:
    return f"/atender/{draft.pk}/ler/"


def card(client: Client, address: str, data: dict[str, object]) -> str:
    """The card that a reading inside the page gives."""
    answer = client.post(address, data, headers=HTMX)
    assert answer.status_code == 200
    return answer.content.decode()


def refusal(client: Client, address: str, data: dict[str, object]) -> str:
    answer = client.post(address, data, headers=HTMX)
    assert answer.status_code == 422
    return answer.content.decode()


# What is read


def test_the_verdict_comes_first_with_its_number_to_copy(client: Client, address: str) -> None:
    page = card(client, address, upload(e_cnpj(cei=CEI).der()))
    assert "tone-yes" in page
    assert "Tem CEI: 11.583.00249/85." in page
    assert 'data-copy="115830024985"' in page
    assert "Válido até 02/03/2027" in page
    assert page.index("Tem CEI") < page.index("Válido até") < page.index("Emitido por")


def test_an_expired_certificate_takes_the_green_away(client: Client, address: str) -> None:
    ended = replace(e_cnpj(cei=CEI), not_after=NOW - timedelta(days=3))
    page = card(client, address, upload(ended.der()))
    assert "Tem CEI" in page
    assert 'tone-stop"><span class="verdict-size">Vencido em 20/11/2026</span>' in page
    assert "tone-yes" not in page


def test_says_when_it_ends_soon_or_begins_later(client: Client, address: str) -> None:
    soon = replace(e_cnpj(), not_after=NOW + timedelta(days=2, hours=1))
    assert "vence em 2 dias" in card(client, address, upload(soon.der()))
    later = replace(e_cnpj(), not_before=datetime(2026, 12, 1, 12, tzinfo=UTC))
    assert "Só vale a partir de 01/12/2026" in card(client, address, upload(later.der()))


@pytest.mark.parametrize(
    ("certificate", "words"),
    [
        (selo_eletronico(), "Não comporta CEI"),
        (equipment(), "Certificado errado"),
        (e_cnpj(cei=None), "Sem CEI: o campo não existe"),
    ],
    ids=["selo", "equipment", "absent"],
)
def test_each_verdict_says_itself_in_words(
    client: Client, address: str, certificate: object, words: str
) -> None:
    assert words in card(client, address, upload(certificate.der()))  # type: ignore[attr-defined]


def test_pasted_bytes_are_read_with_the_proof(client: Client, address: str) -> None:
    page = card(client, address, {"texto": "2.16.76.1.3.7=04 07 31 32 33 34 35 36 37"})
    assert "Conferir CEI" in page
    assert "1234567" in page
    assert "31 32 33 34 35 36 37" in page
    assert "2.16.76.1.3.7" in page


def test_a_pasted_pem_is_a_certificate(client: Client, address: str) -> None:
    assert "Sem CEI" in card(client, address, {"texto": pem(zeros())})


def test_a_file_goes_before_a_text(client: Client, address: str) -> None:
    page = card(client, address, {**upload(e_cnpj(cei=CEI).der()), "texto": "31 32 33"})
    assert "Tem CEI" in page


def test_the_reading_fills_the_form_beside_it(client: Client, address: str) -> None:
    page = card(client, address, upload(zeros()))
    assert 'id="campo-document" hx-swap-oob="true"' in page
    assert 'value="11.222.333/0001-81"' in page


def test_what_was_typed_meanwhile_comes_along_and_stays(client: Client, address: str) -> None:
    card(client, address, {**upload(zeros()), "name": "Padaria do João", "revision": "5"})
    assert Draft.objects.get().values()["name"] == "Padaria do João"


def test_without_a_script_the_same_form_works(client: Client, address: str, draft: Draft) -> None:
    answer = client.post(address, upload(zeros()))
    assert answer["Location"] == f"/atender/{draft.pk}/"
    assert (
        "Sem CEI: o campo está preenchido com zeros."
        in client.get(f"/atender/{draft.pk}/").content.decode()
    )


def test_personal_fields_are_shown_once_and_not_kept(
    client: Client, address: str, draft: Draft
) -> None:
    rg = "RG 123456"
    assert rg in card(client, address, upload(e_cpf().der()))
    page = client.get(f"/atender/{draft.pk}/").content.decode()
    assert rg not in page
    assert "não é guardado" in page


def test_markup_in_a_certificate_stays_text(client: Client, address: str) -> None:
    evil = e_cnpj().with_subject(rdn("CN", "<script>alert(1)</script> LTDA:11222333000181"))
    page = card(client, address, upload(evil.der(), "<b>.cer"))
    assert "<script>alert" not in page
    assert "<b>.cer" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; LTDA" in page


# Several


def test_several_certificates_are_there_to_choose_from(
    client: Client, address: str, draft: Draft
) -> None:
    both = pem(e_cnpj(cei=CEI).der()) + pem(selo_eletronico().der())
    page = card(client, address, upload(both.encode(), "clientes.pem"))
    assert "Há 2 certificados. Qual é o do cliente?" in page
    assert Inspection.objects.count() == 0
    der = page.split('name="der" value="')[1].split('"')[0]
    assert "Tem CEI" in card(client, address, {"der": der, "nome": "clientes.pem"})
    assert Inspection.objects.count() == 1


def test_several_files_at_once_are_several_certificates(client: Client, address: str) -> None:
    files = [*upload(zeros(), "a.cer").values(), *upload(e_cpf().der(), "b.cer").values()]
    page = card(client, address, {"arquivo": files})
    assert "Há 2 certificados" in page


def test_the_same_certificate_twice_is_one(client: Client, address: str) -> None:
    files = [
        *upload(zeros(), "a.cer").values(),
        *upload(pem(zeros()).encode(), "a.pem").values(),
    ]
    assert "Sem CEI" in card(client, address, {"arquivo": files})
    assert Inspection.objects.count() == 1


def test_an_authority_beside_the_customers_is_passed_over(client: Client, address: str) -> None:
    chain = pem(ca().der()) + pem(zeros())
    assert "Sem CEI" in card(client, address, upload(chain.encode(), "cadeia.pem"))


def test_of_very_many_the_first_are_shown(client: Client, address: str) -> None:
    many = "".join(pem(replace(e_cnpj(), serial=n + 1).der()) for n in range(60))
    page = card(client, address, upload(many.encode(), "carteira.pem"))
    assert "Há 60 certificados" in page
    assert "há mais 10" in page
    assert page.count("Usar este") == 50


def test_one_bad_file_among_others_is_told_beside_them(client: Client, address: str) -> None:
    files = [*upload(zeros(), "a.cer").values(), *upload(b"%PDF-1.7", "b.pdf").values()]
    page = card(client, address, {"arquivo": files})
    assert "Sem CEI" in page
    assert "b.pdf: É um PDF sem assinatura digital." in page


@pytest.mark.parametrize("der", ["!!!", "AAAA", "%00"])
def test_a_choice_that_nobody_offered_is_refused_in_words(
    client: Client, address: str, der: str
) -> None:
    assert "Não consegui ler." in refusal(client, address, {"der": der})


def test_only_a_cei_is_offered_in_the_form_of_one(client: Client, address: str) -> None:
    assert "Copiar 11.583.00249/85" in card(client, address, upload(e_cnpj(cei=CEI).der()))
    doubtful = card(client, address, upload(e_cpf(cei="111444777001").der()))
    assert "Copiar 111444777001" in doubtful
    assert "Copiar 11.144" not in doubtful
    assert doubtful.count('class="notice') == 1
    assert "O que se sabe combina com outro procedimento." in doubtful


# What is not read


def test_nothing_sent_says_what_to_send(client: Client, address: str) -> None:
    assert "Escolha o arquivo do certificado, ou cole o texto." in refusal(client, address, {})


@pytest.mark.parametrize(
    "data", [b"", b"\x30\x82", b"%PDF-1.7", zeros()[:100], b"\xff" * 5000, b"PK\x03\x04"]
)
def test_a_broken_file_is_told_in_words_and_the_reading_before_stays(
    client: Client, address: str, data: bytes
) -> None:
    card(client, address, upload(zeros()))
    page = refusal(client, address, upload(data or b" "))
    assert "Não consegui ler." in page
    assert "A leitura anterior continua valendo." in page
    assert "Sem CEI" in page


def test_the_refusal_without_a_script_is_the_page_with_all_that_was_typed(
    client: Client, address: str, draft: Draft
) -> None:
    draft.type_in({"name": "Padaria Exemplo Ltda"})
    answer = client.post(address, upload(b"nada", "foto.txt"))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Não consegui ler." in page
    assert 'value="Padaria Exemplo Ltda"' in page


# Private keys

CANARY = "senha-canario-7731"


def test_a_refused_key_is_the_answer_and_says_that_nothing_was_kept(
    client: Client, address: str
) -> None:
    key = pem(zeros()).encode() + b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"
    page = refusal(client, address, upload(key, "ana.pem"))
    assert f'tabindex="-1">{KEY_REFUSED}</h2>' in page
    assert "O arquivo não foi guardado." in page
    files = [SimpleUploadedFile("a.txt", b"nada"), SimpleUploadedFile("ana.pem", key)]
    page = refusal(client, address, {"arquivo": files})
    assert "O arquivo ana.pem não foi guardado." in page


@pytest.fixture(scope="module")
def key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


@pytest.fixture(scope="module")
def key_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


@pytest.fixture(scope="module")
def pfx(key: ec.EllipticCurvePrivateKey) -> bytes:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "ANA EXEMPLO:11144477735")])
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(NOW)
        .not_valid_after(NOW + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    encryption = serialization.BestAvailableEncryption(CANARY.encode())
    return pkcs12.serialize_key_and_certificates(b"ana", key, certificate, None, encryption)


def zipped(**files: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in files.items():
            archive.writestr(name.replace("_", "."), data)
    return buffer.getvalue()


def database_text() -> bytes:
    """Every value of every row."""
    rows = []
    with connection.cursor() as cursor:
        for model in apps.get_models():
            cursor.execute(f'SELECT * FROM "{model._meta.db_table}"')
            rows += cursor.fetchall()
    return b"\n".join(
        bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
        for row in rows
        for value in row
    )


@pytest.mark.parametrize("name", ["cliente.pfx", "cliente.p12", "cliente.cer"])
def test_a_pfx_is_refused_by_its_content(
    client: Client, address: str, pfx: bytes, name: str
) -> None:
    assert KEY_REFUSED in refusal(client, address, upload(pfx, name))
    assert Inspection.objects.count() == 0


def test_a_pfx_in_a_zip_and_a_key_in_a_pem_are_refused(
    client: Client, address: str, pfx: bytes, key_pem: bytes
) -> None:
    assert KEY_REFUSED in refusal(client, address, upload(zipped(ana_pfx=pfx), "ana.zip"))
    both = key_pem + pem(zeros()).encode()
    assert KEY_REFUSED in refusal(client, address, upload(both, "ana.pem"))
    assert KEY_REFUSED in refusal(client, address, {"texto": both.decode()})


def test_a_certificate_beside_a_pfx_is_read(client: Client, address: str, pfx: bytes) -> None:
    archive = zipped(ana_pfx=pfx, ana_cer=zeros())
    assert "Sem CEI" in card(client, address, upload(archive, "ana.zip"))


# Where the site accepts a .pfx


@pytest.fixture
def accepts_pfx(settings: Settings) -> None:
    settings.ACCEPT_PFX = True


def test_the_password_is_asked_for_only_where_a_pfx_is_accepted(
    client: Client, draft: Draft, settings: Settings
) -> None:
    page = client.get(f"/atender/{draft.pk}/").content.decode()
    assert 'name="senha"' not in page
    assert ".pfx,.p12" not in page
    settings.ACCEPT_PFX = True
    page = client.get(f"/atender/{draft.pk}/").content.decode()
    assert '<input id="senha" name="senha" type="password" autocomplete="off"' in page
    assert ".pfx,.p12" in page


def test_a_password_changes_nothing_where_a_pfx_is_refused(
    client: Client, address: str, pfx: bytes
) -> None:
    page = refusal(client, address, {**upload(pfx, "ana.pfx"), "senha": CANARY})
    assert KEY_REFUSED in page
    assert "data-asks-password" not in page


@pytest.mark.usefixtures("accepts_pfx")
@pytest.mark.parametrize("packed", [False, True])
def test_with_its_password_the_pfx_is_read(
    client: Client, address: str, pfx: bytes, *, packed: bool
) -> None:
    data = zipped(ana_pfx=pfx) if packed else pfx
    page = card(client, address, {**upload(data, "ana.pfx"), "senha": CANARY})
    assert "ANA EXEMPLO" in page
    assert CANARY not in page
    assert Inspection.objects.get().contract["source"]["kind"] == "pkcs12"


@pytest.mark.usefixtures("accepts_pfx")
@pytest.mark.parametrize(
    ("password", "words"),
    [("", "Falta a senha do arquivo."), ("outra-senha-5512", "A senha não confere.")],
)
def test_a_missing_and_a_wrong_password_are_told_and_asked_for(
    client: Client, address: str, pfx: bytes, password: str, words: str
) -> None:
    page = refusal(client, address, {**upload(pfx, "ana.pfx"), "senha": password})
    assert words in page
    assert "data-asks-password" in page
    assert "não são guardados" in page
    whole = client.post(address, {**upload(pfx, "ana.pfx"), "senha": password}).content.decode()
    assert words in whole
    assert not password or password not in page + whole


@pytest.mark.usefixtures("accepts_pfx")
def test_a_pasted_key_is_refused_all_the_same(client: Client, address: str, key_pem: bytes) -> None:
    both = (key_pem + pem(zeros()).encode()).decode()
    assert KEY_REFUSED in refusal(client, address, {"texto": both})


@pytest.mark.parametrize("accepted", [False, True])
def test_neither_key_nor_password_nor_file_name_is_anywhere_afterwards(
    client: Client,
    address: str,
    pfx: bytes,
    key_pem: bytes,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    settings: Settings,
    *,
    accepted: bool,
) -> None:
    settings.ACCEPT_PFX = accepted
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    caplog.set_level(logging.DEBUG)
    large = pfx + b"\0" * 3_000_000  # over the size from which Django would write to a disk
    for data in (pfx, large, key_pem, zipped(ana_pfx=pfx)):
        client.post(address, upload(data, f"{CANARY}.pfx"), headers=HTMX)
        client.post(address, {**upload(data, f"{CANARY}.cer"), "senha": CANARY})
        client.post(address, {**upload(data, "ana.pfx"), "senha": f"{CANARY}-errada"})
    client.post(address, {"texto": key_pem.decode(), "senha": CANARY})
    card(client, address, upload(zeros(), f"{CANARY}.cer"))
    traces = database_text() + caplog.text.encode()
    secret = key_pem.split(b"\n")[2][:40]
    for canary in (CANARY.encode(), secret, pfx[100:140]):
        assert canary not in traces
    assert list(tmp_path.iterdir()) == []


def test_a_certificate_of_the_year_one_is_shown(client: Client, draft: Draft) -> None:
    first = datetime(1, 1, 1, 1, tzinfo=UTC)
    der = replace(e_cnpj(cei=ZEROS), not_before=first, not_after=first).der()
    page = client.post(f"/atender/{draft.pk}/ler/", upload(der), headers=HTMX).content.decode()
    assert "Vencido em 01/01/" in page
    assert client.get(f"/atender/{draft.pk}/").status_code == 200
