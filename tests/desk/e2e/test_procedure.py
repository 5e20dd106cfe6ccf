"""The whole procedure, certificate to return: by mouse, by keyboard alone, without a script."""

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from calls import zeros
from certificates import pem
from guiche.desk.models import Ticket, User

Open = Callable[..., Page]

VERDICT = "Sem CEI: o campo está preenchido com zeros."


PASSWORD = "uma senha longa"


def with_password(user: User) -> User:
    user.set_password(PASSWORD)
    user.save(update_fields=["password"])
    return user


def sign_in(page: Page, user: User) -> None:
    with_password(user)
    page.goto("/")
    page.get_by_label("Usuário").fill(user.username)
    page.get_by_label("Senha").fill(PASSWORD)
    page.get_by_role("button", name="Entrar").click()
    page.wait_for_url(re.compile("/(atender|fila)/"))


def test_by_mouse(new_page: Open, bruno: User, carla: User, certificate: Path) -> None:
    page = new_page()
    sign_in(page, bruno)

    with page.expect_file_chooser() as chooser:
        page.locator("#arquivo").click()
    chooser.value.set_files(certificate)
    expect(page.get_by_role("heading", name=VERDICT)).to_be_visible()
    expect(page.get_by_label("CNPJ ou CPF")).to_have_value("11.222.333/0001-81")
    page.get_by_text("Ver prova").click()
    expect(page.get_by_text("2.16.76.1.3.7", exact=True).first).to_be_visible()

    page.get_by_label("Nome de quem fala").fill("Bento Exemplo")
    page.get_by_label("Representante").click()
    page.get_by_label("Conectividade Social, com e-CNPJ").click()
    page.get_by_label("CEI", exact=True).click()
    page.get_by_label("Número que deve constar").fill("11.583.00249/85")
    page.get_by_label("Token").click()
    page.get_by_label("Telefone para retorno").fill("11 98888-7777")
    page.get_by_label("Segundo telefone", exact=True).fill("1133334444")
    page.get_by_label("E-mail", exact=True).fill("contato@padaria.com.br")
    page.get_by_label("E-mail confirmado").click()
    page.get_by_role("button", name="Registrar chamado").click()

    page.wait_for_url(re.compile("/registrado/"))
    ticket = Ticket.objects.get()
    expect(page.locator("#protocolo")).to_have_text(ticket.spoken)
    expect(page.get_by_text("amanhã, terça, 24/11, às 14h30").first).to_be_visible()
    page.get_by_role("button", name="Copiar protocolo").click()
    expect(page.get_by_role("status")).to_have_text("Protocolo copiado.")
    assert page.evaluate("navigator.clipboard.readText()") == ticket.number
    page.get_by_role("button", name="Copiar a mensagem").click()
    expect(page.get_by_role("status")).to_have_text("Mensagem copiada.")
    assert page.evaluate("navigator.clipboard.readText()") == ticket.send
    page.get_by_role("button", name="Sair").click()

    sign_in(page, carla)
    page.get_by_role("link", name="PADARIA EXEMPLO LTDA").click()
    expect(page.locator("a[href^='tel:']").first).to_have_attribute("href", "tel:+5511988887777")
    page.get_by_role("button", name="Falou com o cliente").click()
    expect(page.get_by_text("Contato feito")).to_be_visible()
    page.locator("summary", has_text="Resolver").click()
    page.get_by_label("Motivo").locator("visible=true").select_option(
        "Cliente usa outro caminho de acesso"
    )
    page.get_by_role("button", name="Resolver").click()
    expect(page.locator(".tag", has_text="Resolvido")).to_be_visible()
    ticket.refresh_from_db()
    ticket.verify_chain()


def reach(page: Page, selector: str) -> None:
    """Tab by Tab until the element has the focus; fails where the keyboard does not get."""
    for _ in range(60):
        if page.evaluate("s => document.activeElement.matches(s)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{selector} is out of the keyboard's reach")


def reach_back(page: Page, selector: str) -> None:
    for _ in range(80):
        if page.evaluate("s => document.activeElement.matches(s)", selector):
            return
        page.keyboard.press("Shift+Tab")
    raise AssertionError(f"{selector} is out of the keyboard's reach")


def choose(page: Page, name: str, value: str) -> None:
    """Into the group by Tab, to the answer by the arrows, as a browser has it."""
    reach(page, f"[name={name}]")
    page.keyboard.press("Space")
    for _ in range(9):
        if page.evaluate("v => document.activeElement.value === v", value):
            return
        page.keyboard.press("ArrowDown")
    raise AssertionError(f"{value} is out of the keyboard's reach")


def write(page: Page, selector: str, text: str) -> None:
    reach(page, selector)
    page.keyboard.press("Control+A")
    page.keyboard.type(text)


def test_by_keyboard_alone(new_page: Open, bruno: User, carla: User) -> None:
    page = new_page()
    page.goto("/")
    write(page, "#id_username", with_password(bruno).username)
    write(page, "#id_password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/atender/"))

    page.evaluate("text => navigator.clipboard.writeText(text)", pem(zeros()))
    page.keyboard.press("Control+V")
    expect(page.get_by_role("heading", name=VERDICT)).to_be_visible()

    choose(page, "wanted_kind", "CEI")
    expect(page.locator("#f-wanted_number")).to_be_visible()
    write(page, "#f-wanted_number", "115830024985")
    write(page, "#f-email", "contato@padaria.com.br")
    reach_back(page, "#f-requester_name")
    write(page, "#f-requester_name", "Bento Exemplo")
    choose(page, "relation", "Representante")
    write(page, "#f-phone_1", "11988887777")
    reach(page, "[name=saida-phone_2]")
    page.keyboard.press("ArrowDown")
    expect(page.locator("#f-phone_2_whose")).to_be_hidden()
    choose(page, "system", "eSocial")
    reach(page, "#f-email_confirmed")
    page.keyboard.press("Control+Enter")  # without the tick
    # The summary has the focus; its links lead to the fields.
    page.wait_for_url(re.compile("/registrar/"))
    assert page.title().startswith("Erro:")
    reach(page, "[href='#f-email_confirmed']")
    page.keyboard.press("Enter")
    expect(page.locator("#f-email_confirmed")).to_be_focused()
    page.keyboard.press("Space")
    reach(page, "#chamado .go")
    page.keyboard.press("Enter")

    page.wait_for_url(re.compile("/registrado/"))
    page.keyboard.press("Control+Shift+Period")
    ticket = Ticket.objects.get()
    expect(page.get_by_role("status")).to_have_text("Protocolo copiado.")
    assert page.evaluate("navigator.clipboard.readText()") == ticket.number
    assert ticket.exits == [("Segundo telefone", "Cliente só tem um telefone")]

    page = new_page(carla)
    page.goto("/fila/")
    reach(page, ".queue a")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/chamados/"))
    reach(page, "[name=result]")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Tentativa registrada: falou com o cliente.")).to_be_visible()
    reach(page, "#form-return summary")
    page.keyboard.press("Enter")
    reach(page, "#motivo-return")
    page.keyboard.type("Dados")
    write(page, "#nota-return", "Falta o CNPJ da obra.")
    reach(page, "#form-return button")
    page.keyboard.press("Enter")
    expect(page.locator(".tag", has_text="Devolvido ao suporte")).to_be_visible()


def test_without_a_script(new_page: Open, bruno: User, certificate: Path) -> None:
    page = new_page(bruno, java_script_enabled=False)
    page.goto("/atender/")
    page.set_input_files("#arquivo", certificate)
    page.get_by_role("button", name="Ler certificado").click()
    expect(page.get_by_role("heading", name=VERDICT)).to_be_visible()
    page.get_by_label("Nome de quem fala").fill("Bento Exemplo")
    page.get_by_label("Representante").check()
    page.get_by_label("eSocial").check()
    page.get_by_label("CEI", exact=True).check()
    page.get_by_label("Nuvem").check()
    page.get_by_label("Telefone para retorno").fill("11 98888-7777")
    page.get_by_role("button", name="Salvar").click()
    expect(page.get_by_label("Telefone para retorno")).to_have_value("11 98888-7777")
    page.get_by_role("button", name="Registrar chamado").click()
    expect(page.get_by_role("heading", name="Falta acertar")).to_be_visible()
    page.get_by_label("Número que deve constar").fill("115830024985")
    page.locator("[name=saida-phone_2]").select_option("Cliente só tem um telefone")
    page.get_by_label("E-mail", exact=True).fill("")  # the way out shows where nothing is written
    page.locator("[name=saida-email]").select_option("Cliente não tem e-mail")
    page.get_by_role("button", name="Registrar chamado").click()
    page.wait_for_url(re.compile("/registrado/"))
    expect(page.locator("#protocolo")).to_have_text(Ticket.objects.get().spoken)
