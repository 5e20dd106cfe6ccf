"""Tokens made and ended in a browser, and the page that shows what the API does."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from desk.e2e.keys import Keys
from guiche.desk import clock
from guiche.desk.api.token import ApiToken
from guiche.desk.models import User

Open = Callable[..., Page]

pytestmark = pytest.mark.django_db(transaction=True)


def violations(page: Page) -> list[str]:
    return [found["id"] for found in Axe().run(page).response["violations"]]


def fits(page: Page) -> bool:
    page.set_viewport_size({"width": 320, "height": 800})
    return bool(page.evaluate("document.documentElement.scrollWidth <= 320"))


def test_a_token_is_made_shown_once_and_ended(new_page: Open, bruno: User) -> None:
    page = new_page(bruno, color_scheme="dark")
    page.goto("/fila/")
    page.get_by_role("link", name="Programas (API)").click()
    page.get_by_label("Para que serve").fill("Planilha do RH")
    page.get_by_label("Ver chamados").check()
    page.get_by_role("button", name="Fazer o token").press("Enter")
    text = page.get_by_label("Token", exact=True).input_value()
    page.wait_for_load_state()
    token = ApiToken.of(text, clock.now())
    assert token
    assert (token.name, token.scopes) == ("Planilha do RH", ["tickets:read"])
    assert violations(page) == []
    assert fits(page)
    page.goto("/programas/")
    assert text not in page.content()
    page.get_by_role("button", name="Revogar Planilha do RH").click()
    expect(page.get_by_text("Já não abre nada")).to_be_visible()
    assert ApiToken.of(text, clock.now()) is None


def test_the_api_is_read_by_keyboard_alone(new_page: Open, bruno: User) -> None:
    page = new_page(bruno)
    page.goto("/programas/")
    keys = Keys(page).on(page.get_by_role("link", name="Ver o que a API faz"))
    opens = page.locator("details", has_text="Abre um chamado")
    keys.on(opens.locator("summary"))
    expect(opens.get_by_text("Idempotency-Key").first).to_be_visible()
    keys.on(page.locator("summary", has_text="Lista chamados"))
    expect(page.get_by_text("opened_since")).to_be_visible()
