"""The card of whoever calls back: one key, only where the focus says so, and never while typing."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from calls import ticket_of
from guiche.desk.models import ContactAttempt, Ticket, User

Open = Callable[..., Page]


@pytest.fixture
def ticket(bruno: User) -> Ticket:
    return ticket_of(bruno)


@pytest.fixture
def page(new_page: Open, carla: User, ticket: Ticket) -> Page:
    page = new_page(carla)
    # No program answers a call here.
    page.add_init_script(
        """addEventListener("click", (event) => {
          if (event.target.closest("[href^='tel:']")) event.preventDefault();
        })"""
    )
    page.goto(f"/chamados/{ticket.number}/")
    return page


def logged() -> list[tuple[str, str]]:
    return list(ContactAttempt.objects.order_by("pk").values_list("phone", "result"))


def test_a_key_logs_the_call_to_the_number_that_was_followed(page: Page) -> None:
    page.get_by_role("link", name="(11) 3333-4444", exact=True).click()
    page.keyboard.press("3")
    expect(page.get_by_text("Tentativa registrada: não atendeu.")).to_be_visible()
    assert logged() == [("+551133334444", "no_answer")]


def test_the_first_number_is_the_one_called_when_none_was_followed(page: Page) -> None:
    page.locator(".results button").nth(1).focus()
    page.keyboard.press("5")
    expect(page.get_by_text("Tentativa registrada: caixa postal.")).to_be_visible()
    assert logged() == [("+5511988887777", "voicemail")]


def test_outside_the_card_and_in_a_field_a_digit_is_a_digit(page: Page) -> None:
    address = page.url
    page.keyboard.press("1")
    page.get_by_role("link", name="Fila").first.focus()
    page.keyboard.press("1")
    page.locator("#f-note").press_sequentially("ligar 1 hora depois, ramal 23")
    page.locator("#f-again").focus()
    page.keyboard.press("2")
    page.get_by_role("link", name="(11) 3333-4444", exact=True).focus()
    for keys in ("7", "0", "Control+Shift+1", "Alt+2"):
        page.keyboard.press(keys)
    assert page.url == address
    expect(page.locator("#f-note")).to_have_value("ligar 1 hora depois, ramal 23")
    assert logged() == []


def test_without_a_script_one_click_logs_and_no_key_is_promised(
    new_page: Open, carla: User, ticket: Ticket
) -> None:
    page = new_page(carla, java_script_enabled=False)
    page.goto(f"/chamados/{ticket.number}/")
    expect(page.locator(".key").first).to_be_hidden()
    page.get_by_label("Próxima tentativa").select_option("em 1 h")
    page.get_by_role("button", name="Deixou recado").click()
    expect(page.get_by_text("Tentativa registrada: deixou recado.")).to_be_visible()
    expect(page.locator("#cartao")).to_contain_text("hoje, segunda, 23/11, às 15h44")
    assert logged() == [("+5511988887777", "left_message")]
