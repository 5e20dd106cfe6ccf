"""The pages of accounts are accessible, fit, and work from the keyboard."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from calls import ticket_of
from desk.e2e.test_every_page import assert_accessible
from desk.e2e.test_passkey import log_in, plug_in, set_up
from desk.factors import PASSWORD, code_of
from guiche.desk.api.token import ApiToken
from guiche.desk.models import Record, User

Open = Callable[..., Page]


@pytest.fixture
def silvia(db: None) -> User:
    return User.objects.create_superuser("silvia", PASSWORD, name="Silvia Exemplo")


def proving(page: Page, address: str) -> None:
    """Opens what asks who it is, by keyboard alone."""
    page.goto(address)
    expect(page.get_by_label("Sua senha")).to_be_focused()
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(address))


def turn_on(page: Page) -> str:
    proving(page, "/conta/aplicativo/")
    page.get_by_text("Não consigo ler o desenho").click()
    secret = page.locator("#segredo").inner_text()
    page.get_by_label("Código de 6 algarismos").fill(code_of(secret))
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/conta/codigos/"))
    return secret


def own_account(page: Page, bruno: User) -> None:
    turn_on(page)
    page.goto("/conta/")


def asked_again(page: Page, bruno: User) -> None:
    page.goto("/conta/dados/")
    page.get_by_label("Sua senha").fill("errada")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_visible()


def setting_up_the_app(page: Page, bruno: User) -> None:
    proving(page, "/conta/aplicativo/")
    page.get_by_text("Não consigo ler o desenho").click()


def codes(page: Page, bruno: User) -> None:
    turn_on(page)


def new_passkey(page: Page, bruno: User) -> None:
    proving(page, "/conta/chaves/nova/")


def second_step(page: Page, bruno: User) -> None:
    turn_on(page)
    page.get_by_role("button", name="Sair").click()
    page.wait_for_url(re.compile("/entrar/"))
    log_in(page)
    expect(page.get_by_label("Código")).to_be_focused()
    page.keyboard.type("abc")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert").first).to_be_visible()


def password(page: Page, bruno: User) -> None:
    page.goto("/conta/senha/")
    page.get_by_role("button", name="Trocar").click()
    expect(page.get_by_text("Este campo é obrigatório").first).to_be_visible()


def people(page: Page, bruno: User) -> None:
    page.goto("/pessoas/")


def made(page: Page, bruno: User) -> None:
    page.goto("/pessoas/nova/")
    page.get_by_label("Usuário", exact=True).fill("davi")
    page.get_by_label("Nome", exact=True).fill("Davi Exemplo")
    page.get_by_role("button", name="Criar conta").click()
    expect(page.get_by_role("heading", name="Senha provisória de davi")).to_be_visible()


def records(page: Page, bruno: User) -> None:
    ticket = ticket_of(bruno)
    Record.write(Record.Kind.SHOWN, "Nome", bruno, ticket=ticket)
    Record.write(Record.Kind.EXPORTED, "1 chamados", bruno, digest="a" * 64)
    page.goto("/registro/")


def holder(page: Page, bruno: User) -> None:
    ticket_of(bruno)
    page.goto("/titular/")
    page.get_by_label("CPF ou CNPJ").fill("11.222.333/0001-81")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="O que há de")).to_be_focused()


def erased(page: Page, bruno: User) -> None:
    ticket_of(bruno).move("cancel", bruno, "Aberto por engano")
    ticket_of(bruno)
    holder(page, bruno)
    page.get_by_label("Conferi quem pede").check()
    page.get_by_role("button", name="Apagar os dados").click()
    expect(page.get_by_role("heading", name="Relatório de apagamento")).to_be_visible()


def masked(page: Page, bruno: User) -> None:
    ticket_of(bruno, document="529.982.247-25", name="Ana Exemplo da Silva")
    page.goto("/fila/")
    page.get_by_role("button", name="Mostrar nome").click()
    expect(page.get_by_text("Ana Exemplo da Silva")).to_be_visible()


def person(page: Page, bruno: User) -> None:
    page.goto(f"/pessoas/{bruno.pk}/")
    page.get_by_label("Nome", exact=True).fill("")
    page.get_by_label("Usuário", exact=True).fill("")
    page.get_by_role("button", name="Salvar").click()
    expect(page.get_by_role("alert").first).to_be_visible()


def own_data(page: Page, bruno: User) -> None:
    proving(page, "/conta/dados/")


def removing_the_app(page: Page, bruno: User) -> None:
    turn_on(page)
    page.goto("/conta/aplicativo/remover/")
    expect(page.get_by_role("heading", name="Remover o aplicativo")).to_be_visible()


def other_codes(page: Page, bruno: User) -> None:
    turn_on(page)
    page.goto("/conta/codigos/novos/")
    expect(page.get_by_role("heading", name="Gerar outros códigos")).to_be_visible()


def codes_seen(page: Page, bruno: User) -> None:
    turn_on(page)
    page.goto("/conta/codigos/")


def removing_a_passkey(page: Page, bruno: User) -> None:
    plug_in(page)
    set_up(page)
    page.goto("/conta/")
    page.get_by_role("link", name="Remover a chave").click()
    expect(page.get_by_role("heading", name="Remover a chave")).to_be_visible()


def asked_by_passkey(page: Page, bruno: User) -> None:
    plug_in(page)
    set_up(page)
    page.goto("/conta/confirmar/chave/")
    expect(page.get_by_role("button", name="Usar a chave de acesso")).to_be_visible()


def asked_by_code(page: Page, bruno: User) -> None:
    turn_on(page)
    page.goto("/conta/confirmar/codigo/")
    page.get_by_label("Código").fill("abc")
    page.get_by_role("button", name="Confirmar").click()
    expect(page.get_by_role("alert").first).to_be_visible()


def shown(page: Page, bruno: User) -> None:
    """As without a script: a page of its own."""
    ticket = ticket_of(bruno, document="529.982.247-25", name="Ana Exemplo da Silva")
    page.goto("/fila/")
    page.evaluate(
        "address => Object.assign(document.forms.mostrar, {action: address}).submit()",
        f"/chamados/{ticket.number}/mostrar/nome/",
    )
    expect(page.get_by_text("Ana Exemplo da Silva")).to_be_visible()


def programs(page: Page, bruno: User) -> None:
    ApiToken.create(bruno, "Planilha do RH de nome bem comprido", ["search"], "30", bruno)
    page.goto("/programas/")
    page.get_by_label("Para que serve").fill("Painel")
    page.get_by_role("button", name="Fazer o token").click()
    expect(page.get_by_role("alert")).to_be_focused()


PAGES = (
    own_account, own_data, asked_again, setting_up_the_app, removing_the_app, codes, codes_seen,
    other_codes, new_passkey, removing_a_passkey, asked_by_passkey, asked_by_code,
    second_step, password,
    people, made, person, programs, records, holder, erased, masked, shown,
)  # fmt: skip


@pytest.mark.parametrize("visit", PAGES, ids=lambda visit: visit.__name__)
def test_is_accessible_and_fits(
    new_page: Open, silvia: User, bruno: User, visit: Callable[[Page, User], None]
) -> None:
    page = new_page()
    log_in(page)
    page.wait_for_url(re.compile("/fila/"))
    visit(page, bruno)
    assert_accessible(page)
