"""Passkeys in a real Chromium, with an authenticator that the browser itself pretends to have."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from playwright.sync_api import CDPSession, Page, expect

from desk.factors import PASSWORD
from guiche.desk.models import Login, User

Open = Callable[..., Page]


@pytest.fixture
def silvia(db: None) -> User:
    return User.objects.create_superuser("silvia", PASSWORD, name="Silvia Exemplo")


def plug_in(page: Page, **options: Any) -> tuple[CDPSession, str]:
    """A device that keeps passkeys and knows its owner."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    device = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True,
        "hasUserVerification": True, "isUserVerified": True,
        "automaticPresenceSimulation": True, **options,
    }  # fmt: skip
    answer = session.send("WebAuthn.addVirtualAuthenticator", {"options": device})
    return session, str(answer["authenticatorId"])


def log_in(page: Page) -> None:
    page.goto("/entrar/")
    page.get_by_label("Usuário").fill("silvia")
    page.get_by_label("Senha").fill(PASSWORD)
    page.get_by_role("button", name="Entrar", exact=True).click()


def set_up(page: Page) -> None:
    page.goto("/conta/")
    page.get_by_role("link", name="Cadastrar chave de acesso").click()
    page.get_by_label("Sua senha").fill(PASSWORD)
    page.get_by_role("button", name="Confirmar").click()
    page.get_by_label("Como você chama este aparelho").fill("Computador da mesa 4")
    page.get_by_role("button", name="Cadastrar").click()
    expect(page.get_by_role("heading", name="Códigos de reserva")).to_be_visible()


def leave(page: Page) -> None:
    page.get_by_role("button", name="Sair").click()
    page.wait_for_url(re.compile("/entrar/"))


def test_set_up_then_in_without_a_password(new_page: Open, silvia: User) -> None:
    page = new_page()
    plug_in(page)
    log_in(page)
    page.wait_for_url(re.compile("/fila/"))
    set_up(page)
    key = Authenticator.objects.get(type="webauthn")
    assert (key.user_id, str(key)) == (silvia.pk, "Computador da mesa 4")
    leave(page)
    page.get_by_role("button", name="Usar chave de acesso").click()
    page.wait_for_url(re.compile("/fila/"))
    page.goto("/conta/")
    expect(page.get_by_text("Chave de acesso “Computador da mesa 4”")).to_be_visible()
    assert Login.objects.filter(user=silvia).count() == 1


def test_the_second_step_after_the_password(new_page: Open, silvia: User) -> None:
    page = new_page()
    plug_in(page)
    log_in(page)
    set_up(page)
    leave(page)
    log_in(page)
    expect(page.get_by_role("heading", name="Segunda etapa")).to_be_visible()
    page.get_by_role("button", name="Usar a chave de acesso").click()
    page.wait_for_url(re.compile("/fila/"))


def test_a_device_that_knows_nobody_is_said_and_opens_nothing(new_page: Open, silvia: User) -> None:
    page = new_page()
    plug_in(page)
    page.goto("/entrar/")
    page.get_by_role("button", name="Usar chave de acesso").click()
    expect(page.get_by_text("A chave de acesso não foi usada")).to_be_visible()


def test_a_key_that_was_removed_opens_nothing(new_page: Open, silvia: User) -> None:
    page = new_page()
    plug_in(page)
    log_in(page)
    set_up(page)
    page.goto("/conta/")
    page.get_by_role("link", name="Remover a chave Computador da mesa 4").click()
    page.get_by_role("button", name="Remover").click()
    expect(page.get_by_text("Chave de acesso removida.")).to_be_visible()
    leave(page)
    page.get_by_role("button", name="Usar chave de acesso").click()
    expect(page.get_by_role("alert").filter(has_text="Não confere")).to_be_visible()


def test_a_key_that_asks_for_nothing_is_not_taken(new_page: Open, silvia: User) -> None:
    page = new_page()
    session, device = plug_in(page)
    log_in(page)
    page.goto("/conta/")
    page.get_by_role("link", name="Cadastrar chave de acesso").click()
    page.get_by_label("Sua senha").fill(PASSWORD)
    page.get_by_role("button", name="Confirmar").click()
    session.send("WebAuthn.setUserVerified", {"authenticatorId": device, "isUserVerified": False})
    page.get_by_role("button", name="Cadastrar").click()
    expect(page.get_by_text("A chave de acesso não foi usada")).to_be_visible()
    assert not Authenticator.objects.exists()


def test_shown_in_place_by_one_click(new_page: Open, silvia: User, bruno: User) -> None:
    from calls import ticket_of

    ticket = ticket_of(bruno, document="529.982.247-25", name="Ana Exemplo da Silva")
    page = new_page(silvia)
    page.goto("/fila/")
    expect(page.get_by_text("Ana Exemplo da Silva")).to_have_count(0)
    page.get_by_role("button", name="Mostrar nome").click()
    expect(page.get_by_text("Ana Exemplo da Silva")).to_be_visible()
    assert page.url.endswith("/fila/")
    assert ticket.records.count() == 1
