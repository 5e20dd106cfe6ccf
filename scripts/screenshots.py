"""Makes the pictures of the manual: the procedure, from the certificate to the return, in Chromium.

Needs Debian's `chromium`. Starts a product of its own, with a data folder that is thrown away.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from chromium import ARGS
from ports import free_port

IMAGES = Path(__file__).parent.parent / "docs" / "manual" / "img"
PASSWORD = "guiche"
WIDE, SMALL, NARROW = (1280, 820), (960, 600), (360, 740)


@contextmanager
def product(data: Path) -> Iterator[str]:
    """The address of a Guichê that runs while the block does."""
    settings = {k: v for k, v in os.environ.items() if not k.startswith("GUICHE_")}
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "guiche", "up", "--port", str(free_port())],
        env={**settings, "GUICHE_DATA": str(data)},
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        yield address_in(process)
    finally:
        process.terminate()
        process.communicate()


def address_in(process: subprocess.Popen[str]) -> str:
    """What `guiche up` prints once the pages answer."""
    for line in process.stdout or ():
        if line.startswith("Guichê no ar: "):
            return line.split()[-1]
    raise SystemExit("O Guichê não subiu; a causa está nas linhas acima.")


def open_page(
    browser: Browser,
    address: str,
    size: tuple[int, int] = WIDE,
    scheme: Literal["light", "dark"] = "light",
) -> Page:
    """A page of a session of its own, nobody signed in."""
    context = browser.new_context(
        base_url=address,
        viewport={"width": size[0], "height": size[1]},
        device_scale_factor=2,
        color_scheme=scheme,
        reduced_motion="reduce",
        locale="pt-BR",
        timezone_id="America/Sao_Paulo",
    )
    context.set_default_timeout(10_000)
    return context.new_page()


def sign_in(page: Page, username: str) -> None:
    page.goto("/")
    page.get_by_label("Usuário").fill(username)
    page.get_by_label("Senha").fill(PASSWORD)
    page.get_by_role("button", name="Entrar").click()
    expect(page.get_by_role("button", name="Sair")).to_be_visible()


def read_certificate(page: Page, file: Path, verdict: str) -> None:
    """Takes the file into a new call, and waits for the first words of its verdict."""
    page.get_by_role("button", name="Novo atendimento").click()
    page.set_input_files("#arquivo", file)
    expect(page.locator("#veredito")).to_contain_text(verdict)


def begin(page: Page) -> None:
    """Who speaks, and what for."""
    page.get_by_label("Nome de quem fala").fill("Ana Exemplo")
    page.get_by_label("Representante").check()
    page.get_by_label("Telefone para retorno").fill("(11) 3333-4444")
    page.get_by_label("Segundo telefone", exact=True).fill("(11) 98765-4321")
    page.get_by_label("Conectividade Social, com e-CPF").check()
    expect(page.get_by_text("um dos dois basta")).to_be_visible()


def answer(page: Page) -> None:
    """What only the customer can say of the certificate."""
    page.get_by_label("CEI", exact=True).check()
    page.get_by_label("Número que deve constar").fill("11.583.00249/85")
    page.get_by_label("E-mail confirmado").check()
    if page.locator("[name=prazo]").count():
        page.locator("[name=prazo]").first.check()
    expect(page.locator("#salvo")).to_contain_text("Salvo às")


def shoot(name: str, of: Page | Locator) -> None:
    """Writes one picture: what the window shows, or one part of the page."""
    page = of if isinstance(of, Page) else of.page
    if of is page:
        page.evaluate("scrollTo(0, 0)")
    page.evaluate("document.activeElement.blur()")
    page.mouse.move(0, 0)
    of.screenshot(path=IMAGES / name, animations="disabled")


def shoot_call(browser: Browser, address: str, samples: Path) -> str:
    """The technician's part; the path of the page of the ticket."""
    page = open_page(browser, address, size=SMALL)
    page.goto("/")
    shoot("entrar.png", page)
    page = open_page(browser, address)
    sign_in(page, "suporte")
    begin(page)
    shoot("atender-comeco.png", page.locator("#abertura"))
    page.set_input_files("#arquivo", samples / "e-cnpj-sem-cei.cer")
    expect(page.locator("#veredito")).to_contain_text("Sem CEI")
    shoot("atender-veredito.png", page.locator("#resultado"))
    answer(page)
    shoot("atender-formulario.png", page.locator("#tela-5"))
    page.get_by_role("button", name="Registrar chamado").click()
    expect(page.locator("#protocolo")).to_be_visible()
    shoot("registrado.png", page)
    page.get_by_role("link", name="Ver o chamado").click()
    return page.url


def shoot_return(browser: Browser, address: str, ticket: str) -> None:
    """The part of Relacionamento."""
    page = open_page(browser, address)
    sign_in(page, "relacionamento")
    shoot("fila.png", page)
    page.goto(ticket)
    shoot("chamado.png", page)
    giving_back = page.locator("#form-return")
    giving_back.locator("summary").click()
    giving_back.get_by_label("Motivo").select_option("Telefones não atendem")
    giving_back.get_by_label("Anotação").fill("Os dois dão caixa postal; conferir os números.")
    shoot("devolver.png", giving_back)


def shoot_looks(browser: Browser, address: str, samples: Path) -> None:
    """The page of the verdict on a narrow screen, and in the dark."""
    page = open_page(browser, address, size=NARROW)
    sign_in(page, "suporte")
    read_certificate(page, samples / "e-cpf-com-cei.cer", "Tem CEI")
    shoot("estreito.png", page.locator("#resultado"))
    page = open_page(browser, address, scheme="dark")
    sign_in(page, "suporte")
    read_certificate(page, samples / "e-cpf-caepf-no-lugar-do-cei.cer", "Conferir CEI")
    shoot("escuro.png", page.locator("#resultado"))


def shoot_several(browser: Browser, address: str, samples: Path) -> None:
    """Several certificates at once, as a table."""
    page = open_page(browser, address)
    sign_in(page, "suporte")
    page.get_by_role("button", name="Novo atendimento").click()
    page.set_input_files("#arquivo", sorted(samples.glob("*.cer")))
    page.get_by_role("button", name="Ver como tabela").click()
    expect(page.get_by_role("heading", name="Certificados lidos")).to_be_visible()
    shoot("tabela.png", page)


def shoot_portfolio(browser: Browser, address: str, samples: Path) -> None:
    """A portfolio that the worker has read."""
    page = open_page(browser, address)
    sign_in(page, "suporte")
    page.goto("/carteira/")
    page.get_by_label("Arquivos").set_input_files(sorted(samples.glob("*.cer")))
    page.get_by_label("Nome").fill("Clientes do escritório")
    page.get_by_role("button", name="Ler a carteira").click()
    expect(page.get_by_role("heading", name="O que fazer")).to_be_visible(timeout=30_000)
    shoot("carteira.png", page)


def shoot_asking(browser: Browser, address: str) -> None:
    """The link, and the page of the customer who opens it."""
    page = open_page(browser, address)
    sign_in(page, "suporte")
    page.get_by_role("button", name="Novo atendimento").click()
    page.get_by_text("Pedir ao cliente por um link").click()
    page.get_by_role("button", name="Criar o link").click()
    link = page.locator("#pedido-endereco").text_content() or ""
    shoot("pedir.png", page.locator("#pedido"))
    customer = open_page(browser, address, size=NARROW)
    customer.goto(link)
    shoot("enviar.png", customer)


def shoot_settings(browser: Browser, address: str) -> None:
    """What a supervisor changes, and sees."""
    page = open_page(browser, address)
    sign_in(page, "supervisao")
    page.goto("/ajustes/")
    shoot("ajustes.png", page)
    page.goto("/painel/")
    page.wait_for_load_state("networkidle")
    shoot("painel.png", page)


def main() -> None:
    chromium = shutil.which("chromium")
    if chromium is None:
        raise SystemExit("Falta o Chromium: sudo apt-get install chromium")
    # By default SIGTERM ends Python on the spot, and the product would stay behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    IMAGES.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(prefix="guiche-imagens-") as data,
        product(Path(data)) as address,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGS)
        samples = Path(data) / "exemplos"
        ticket = shoot_call(browser, address, samples)
        shoot_return(browser, address, ticket)
        shoot_looks(browser, address, samples)
        shoot_several(browser, address, samples)
        shoot_portfolio(browser, address, samples)
        shoot_asking(browser, address)
        shoot_settings(browser, address)
        browser.close()


if __name__ == "__main__":
    main()
