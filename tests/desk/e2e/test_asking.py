"""A technician asks by a link, the customer sends in a browser of his own, the verdict appears."""

import base64
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from playwright.sync_api import Page, Request, expect

from calls import zeros
from certificates import CEI, ca, e_cnpj
from guiche.desk.models import CaseLink, Draft, Inspection, User
from guiche.desk.pages import giving
from sources import openssl, pfx
from sources.openssl import needs_openssl
from sources.pair import Pair
from stored import assert_nowhere, everything_stored

Open = Callable[..., Page]

PASSWORD = "Canário-da-senha"
LEAF = e_cnpj(cei=CEI).der()
NARROW = {"viewport": {"width": 320, "height": 700}}


@pytest.fixture
def link(draft: Draft, bruno: User) -> CaseLink:
    return CaseLink.create(draft, bruno)


def asked(technician: Page) -> str:
    """The technician makes a link; its address, as it is copied."""
    technician.goto("/atender/")
    technician.get_by_text("Pedir ao cliente por um link").click()
    technician.get_by_role("button", name="Criar o link").click()
    expect(technician.get_by_text("Aguardando o cliente")).to_be_visible()
    technician.get_by_role("button", name="Copiar só o link").click()
    expect(technician.locator("#anuncio")).to_have_text("Link copiado.")
    return str(technician.evaluate("navigator.clipboard.readText()"))


def bodies_of(page: Page) -> list[bytes]:
    """Every body that the page sends from now on, as it goes over the wire."""
    sent: list[bytes] = []

    def keep(request: Request) -> None:
        sent.append(request.url.encode() + b"\n" + (request.post_data_buffer or b""))

    page.context.on("request", keep)
    return sent


def file(tmp_path: Path, name: str, data: bytes) -> Path:
    path = tmp_path / name
    path.write_bytes(data)
    return path


def choose(customer: Page, path: Path) -> None:
    customer.get_by_label("Arquivo do certificado").set_input_files(path)


def test_the_verdict_appears_while_the_technician_goes_on(
    new_page: Open, bruno: User, certificate: Path
) -> None:
    technician = new_page(bruno)
    address = asked(technician)
    technician.get_by_label("Nome de quem fala").fill("Bento Exemplo")
    technician.evaluate("window.stayed = true")
    customer = new_page(**NARROW)
    customer.goto(address)
    choose(customer, certificate)
    customer.get_by_role("button", name="Enviar", exact=True).click()
    expect(customer.get_by_role("heading", name="Recebemos")).to_be_visible()
    expect(technician.get_by_role("heading", name="Sem CEI")).to_be_visible()
    expect(technician.get_by_text("Chegou às 14:44")).to_be_visible()
    expect(technician.locator("#anuncio")).to_contain_text("Sem CEI")
    expect(
        technician.get_by_text("arquivo de certificado, mandado pelo cliente", exact=True)
    ).to_be_visible()
    expect(technician.locator("#f-document")).to_have_value("11.222.333/0001-81")
    expect(technician.get_by_label("Nome de quem fala")).to_have_value("Bento Exemplo")
    assert technician.evaluate("window.stayed")


def test_of_a_container_only_the_public_part_leaves(
    new_page: Open, bruno: User, tmp_path: Path
) -> None:
    technician = new_page(bruno)
    address = asked(technician)
    container = pfx.usual(LEAF, PASSWORD, ca().der())
    customer = new_page()
    sent = bodies_of(customer)
    customer.goto(address)
    choose(customer, file(tmp_path, "empresa senha 1234.pfx", container))
    customer.get_by_label("Senha do arquivo").fill(PASSWORD)
    customer.get_by_role("button", name="Abrir aqui e enviar a parte pública").click()
    expect(customer.get_by_role("heading", name="Recebemos")).to_be_visible()
    expect(technician.get_by_role("heading", name="Tem CEI")).to_be_visible()
    assert_public(sent, container)
    row = Inspection.objects.get()
    assert row.der == LEAF
    assert row.contract["source"] == {
        "name": "*.pfx",
        "kind": "der",
        "index": 0,
        "sent": "customer",
    }
    assert_nowhere([PASSWORD, "1234.pfx"])
    assert container.hex() not in "".join(everything_stored())


def assert_public(sent: list[bytes], container: bytes) -> None:
    """Of what was sent the certificates can be read; container, key, password and name cannot."""
    posted = [body for body in sent if b"der=" in body or b"form-data" in body]
    assert len(posted) == 1
    assert base64.b64encode(LEAF)[:40].replace(b"+", b"%2B").replace(b"/", b"%2F") in posted[0]
    wire = b"\n".join(sent)
    sealed_key = pfx.pbes1(pfx.CANARY, "3des", pfx.bmp(PASSWORD)).ciphertext
    secrets = {
        PASSWORD.encode(), PASSWORD.encode("utf-16-be"), pfx.CANARY, sealed_key,
        container[:64], container[-64:], b"1234.pfx",
    }  # fmt: skip
    for secret in secrets:
        forms = [secret, secret.hex().encode()]
        # Base64 of what begins at any of three places, its ends left out.
        forms += [base64.b64encode(bytes(shift) + secret)[4:-4] for shift in range(3)]
        for form in forms:
            assert form not in wire
            assert form.replace(b"+", b"%2B").replace(b"/", b"%2F") not in wire


def test_a_wrong_password_is_told_and_the_right_one_then_taken(
    new_page: Open, link: CaseLink, tmp_path: Path
) -> None:
    customer = new_page(**NARROW)
    sent = bodies_of(customer)
    customer.goto(f"/enviar/{link.token}/")
    choose(customer, file(tmp_path, "ana.pfx", pfx.usual(LEAF, PASSWORD, cipher="aes-256")))
    password = customer.get_by_label("Senha do arquivo")
    expect(password).to_be_focused()
    password.fill("outra")
    password.press("Enter")
    expect(customer.get_by_text("A senha não confere.")).to_be_visible()
    expect(password).to_be_focused()
    assert not any(b"der=" in body for body in sent)
    password.fill(PASSWORD)
    password.press("Enter")
    expect(customer.get_by_role("heading", name="Recebemos")).to_be_visible()


def bomb() -> bytes:
    """As small as any, and a day's work."""
    secret = pfx.bmp(PASSWORD)
    bags = pfx.safe(pfx.certificate_bag(LEAF))
    part = pfx.sealed_part(pfx.pbes1(bags, "rc2-40", secret))
    return pfx.pfx(part, seal=lambda content: pfx.mac(content, secret, claimed=2**31 - 1))


def test_a_bomb_is_stopped_by_the_time(
    new_page: Open, link: CaseLink, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(giving, "WORKER_SECONDS", 1)
    customer = new_page()
    customer.goto(f"/enviar/{link.token}/")
    choose(customer, file(tmp_path, "bomba.pfx", bomb()))
    customer.get_by_label("Senha do arquivo").fill(PASSWORD)
    customer.get_by_role("button", name="Abrir aqui").click()
    expect(customer.get_by_text("pede cálculo demais, e paramos")).to_be_visible()
    assert customer.evaluate("worker") is None
    customer.get_by_role("button", name="Escolher outro arquivo").click()
    expect(customer.get_by_label("Arquivo do certificado")).to_be_focused()


def test_the_customer_stops_it(new_page: Open, link: CaseLink, tmp_path: Path) -> None:
    customer = new_page()
    customer.goto(f"/enviar/{link.token}/")
    choose(customer, file(tmp_path, "bomba.pfx", bomb()))
    customer.get_by_label("Senha do arquivo").fill(PASSWORD)
    customer.get_by_role("button", name="Abrir aqui").click()
    customer.get_by_role("button", name="Parar").click()
    expect(customer.get_by_text("Nada foi enviado.")).to_be_visible()
    assert customer.evaluate("worker") is None


OPENED = """async ([url, text, password]) => {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const worker = new Worker(url);
  const answer = await new Promise((resolve) => {
    worker.onmessage = ({data}) => resolve(data);
    worker.onerror = ({message}) => resolve({refused: message});
    worker.postMessage({file: new Blob([bytes]), password});
  });
  worker.terminate();
  return answer;
}"""


def in_worker(page: Page, data: bytes, password: str) -> Any:
    text = base64.b64encode(data).decode()
    return page.evaluate(OPENED, ["/static/desk/pfx.js", text, password])


def test_the_worker_opens_what_the_servers_reader_opens(new_page: Open, link: CaseLink) -> None:
    page = new_page()
    page.goto(f"/enviar/{link.token}/")
    der = base64.b64encode(LEAF).decode()
    for cipher in (*pfx.PBES1, *pfx.AES_OF):
        for ber in (False, True):
            data = pfx.usual(LEAF, PASSWORD, cipher=cipher, ber=ber)
            assert in_worker(page, data, PASSWORD) == {"found": [der]}, (cipher, ber)
            assert in_worker(page, data, "outra") == {"refused": "wrong"}, (cipher, ber)
    for digest in pfx.DIGESTS:
        if digest != "sha224":
            data = pfx.usual(LEAF, PASSWORD, digest=digest)
            assert in_worker(page, data, PASSWORD) == {"found": [der]}, digest
    for absent in (pfx.bmp(""), b""):
        content = pfx.plain_part(pfx.safe(pfx.certificate_bag(LEAF)))
        empty = pfx.pfx(content, seal=partial(pfx.mac, password=absent))
        assert in_worker(page, empty, "") == {"found": [der]}


@pytest.fixture(scope="session")
def pair() -> Pair:
    """A key and its certificate, which foreign programs accept together."""
    key, start = ec.generate_private_key(ec.SECP256R1()), datetime(2026, 1, 1, tzinfo=UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "PADARIA EXEMPLO LTDA")])
    builder = x509.CertificateBuilder(
        name, name, key.public_key(), 1, start, start + timedelta(365)
    )
    return Pair(key, builder.sign(key, hashes.SHA256()))


@needs_openssl
@pytest.mark.parametrize(
    "options",
    [
        "-legacy -certpbe PBE-SHA1-RC2-40 -keypbe PBE-SHA1-3DES",
        "-legacy -certpbe PBE-SHA1-3DES -keypbe PBE-SHA1-3DES",
        "-certpbe AES-256-CBC -keypbe AES-256-CBC -macalg sha256",
        "-certpbe AES-256-CBC -macalg sha512 -iter 20000",
        "-certpbe AES-256-CBC -nomac",
    ],
)
def test_the_worker_opens_what_openssl_writes(
    new_page: Open, link: CaseLink, pair: Pair, tmp_path: Path, options: str
) -> None:
    page = new_page()
    page.goto(f"/enviar/{link.token}/")
    data = openssl.pfx(tmp_path, pair.pem, PASSWORD, *options.split())
    assert in_worker(page, data, PASSWORD) == {"found": [base64.b64encode(pair.der).decode()]}
    # Without a MAC OpenSSL enciphers no certificate, and there is nothing to be wrong.
    if "-nomac" not in options:
        assert in_worker(page, data, "outra") == {"refused": "wrong"}


def test_the_worker_refuses_what_it_cannot_open(new_page: Open, link: CaseLink) -> None:
    page = new_page()
    page.goto(f"/enviar/{link.token}/")
    good = pfx.usual(LEAF, PASSWORD)
    for data in (b"", b"\x30\x80", good[:200], b"\x30\x03\x02\x01\x03", bytes(300), b"\x30" * 5000):
        assert in_worker(page, data, PASSWORD) == {"refused": "damaged"}
    without = pfx.pfx(pfx.plain_part(pfx.safe()))
    assert in_worker(page, without, "") == {"refused": "empty"}
    modern = pfx.pfx(
        pfx.plain_part(pfx.safe(pfx.certificate_bag(LEAF))),
        seal=lambda content: pfx.pbmac1(content, PASSWORD.encode()),
    )
    assert in_worker(page, modern, PASSWORD) == {"refused": "unsupported"}


@pytest.mark.parametrize("name", ["chave.pem", "cliente.jks"])
def test_other_keys_are_not_sent_either(
    new_page: Open, link: CaseLink, tmp_path: Path, name: str
) -> None:
    key = b"-----BEGIN PRIVATE KEY-----\nMIG\n-----END PRIVATE KEY-----\n"
    data = key if name.endswith("pem") else b"\xfe\xed\xfe\xed" + bytes(100)
    customer = new_page()
    sent = bodies_of(customer)
    customer.goto(f"/enviar/{link.token}/")
    choose(customer, file(tmp_path, name, data))
    expect(customer.get_by_text("tem a chave privada, e não foi enviado")).to_be_visible()
    customer.get_by_text("Ou colar um texto").click()
    customer.get_by_label("Texto do certificado").fill(key.decode())
    customer.get_by_role("button", name="Enviar", exact=True).click()
    expect(customer.get_by_label("Texto do certificado")).to_have_value("")
    assert not any(b"form-data" in body or b"KEY" in body for body in sent)


def test_without_the_library_a_container_stays_where_it_is(
    new_page: Open, link: CaseLink, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(giving, "finders", SimpleNamespace(find=lambda _: None))
    customer = new_page()
    sent = bodies_of(customer)
    customer.goto(f"/enviar/{link.token}/")
    choose(customer, file(tmp_path, "ana.pfx", pfx.usual(LEAF, PASSWORD)))
    expect(customer.get_by_text("tem a chave privada, e não foi enviado")).to_be_visible()
    assert not any(b"form-data" in body for body in sent)


def test_without_a_script_files_are_sent_and_containers_refused(
    new_page: Open, link: CaseLink, tmp_path: Path, certificate: Path
) -> None:
    customer = new_page(java_script_enabled=False, **NARROW)
    customer.goto(f"/enviar/{link.token}/")
    choose(customer, file(tmp_path, "ana.pfx", pfx.usual(LEAF, PASSWORD)))
    customer.get_by_role("button", name="Enviar", exact=True).click()
    expect(customer.get_by_text("Este arquivo tem a chave privada.")).to_be_visible()
    choose(customer, certificate)
    customer.get_by_role("button", name="Enviar", exact=True).click()
    expect(customer.get_by_role("heading", name="Recebemos")).to_be_visible()
    customer.get_by_role("link", name="Enviar outro").click()
    expect(customer.get_by_role("heading", name="Enviar o certificado")).to_be_visible()


def test_by_keyboard_alone(new_page: Open, bruno: User, tmp_path: Path) -> None:
    technician = new_page(bruno)
    technician.goto("/atender/")
    tab_to(technician, "Pedir ao cliente por um link")
    technician.keyboard.press("Enter")
    tab_to(technician, "Criar o link")
    technician.keyboard.press("Enter")
    expect(technician.get_by_text("Aguardando o cliente")).to_be_visible()
    expect(technician.locator("#pedido-estado")).to_be_focused()
    tab_to(technician, "Copiar só o link")
    technician.keyboard.press("Enter")
    expect(technician.locator("#anuncio")).to_have_text("Link copiado.")
    customer = new_page()
    customer.goto(str(technician.evaluate("navigator.clipboard.readText()")))
    choose(customer, file(tmp_path, "ana.pfx", pfx.usual(LEAF, PASSWORD)))
    expect(customer.get_by_label("Senha do arquivo")).to_be_focused()
    customer.keyboard.type(PASSWORD)
    tab_to(customer, "Abrir aqui")
    customer.keyboard.press("Enter")
    expect(customer.get_by_role("heading", name="Recebemos")).to_be_visible()
    tab_to(customer, "Enviar outro")
    customer.keyboard.press("Enter")
    expect(customer.get_by_role("heading", name="Enviar o certificado")).to_be_visible()
    # What has arrived takes the place of what stands there, and of the button.
    expect(technician.locator("#pedido-estado")).to_contain_text("Chegou")
    tab_to(technician, "Cancelar o link")
    technician.keyboard.press("Enter")
    expect(technician.locator("#pedido-estado")).to_contain_text("O link foi cancelado.")


def tab_to(page: Page, name: str) -> None:
    for _ in range(80):
        page.keyboard.press("Tab")
        focused = page.evaluate("document.activeElement.textContent.trim()")
        if str(focused).startswith(name):
            return
    pytest.fail(f"{name} is not reached")


def test_a_link_that_ends_is_told_on_the_open_page(new_page: Open, bruno: User) -> None:
    technician = new_page(bruno)
    address = asked(technician)
    CaseLink.objects.get().revoke()
    expect(technician.locator("#pedido-estado")).to_contain_text("O link foi cancelado.")
    customer = new_page()
    customer.goto(address)
    expect(customer.get_by_role("heading", name="Este link não vale mais")).to_be_visible()


def test_the_zeros_of_another_certificate_take_its_place(
    new_page: Open, bruno: User, certificate: Path, tmp_path: Path
) -> None:
    technician = new_page(bruno)
    customer = new_page()
    customer.goto(asked(technician))
    for path, answer in ((certificate, "Sem CEI"), (file(tmp_path, "b.cer", LEAF), "Tem CEI")):
        choose(customer, path)
        customer.get_by_role("button", name="Enviar", exact=True).click()
        expect(technician.get_by_role("heading", name=re.compile(f"^{answer}"))).to_be_visible()
        customer.get_by_role("link", name="Enviar outro").click()
    assert zeros() == certificate.read_bytes()
