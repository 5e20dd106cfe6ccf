"""Busca and its notices in a browser: one key from anywhere, told while the number is typed."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from calls import ticket_of
from guiche.desk.models import Draft, User

Open = Callable[..., Page]


def test_one_key_from_anywhere_to_the_ticket(new_page: Open, bruno: User, carla: User) -> None:
    ticket = ticket_of(bruno)
    page = new_page(carla)
    page.goto("/fila/")
    page.keyboard.press("Control+k")
    expect(page.get_by_label("Buscar chamado")).to_be_focused()
    page.keyboard.type("11 98888-7777")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(f"/chamados/{ticket.number}/$"))


def test_what_was_searched_stays_in_the_box_to_be_mended(new_page: Open, bruno: User) -> None:
    page = new_page(bruno)
    page.goto("/fila/")
    page.get_by_label("Buscar chamado").fill("Zuleika")
    page.get_by_label("Buscar chamado").press("Enter")
    expect(page.get_by_role("heading", name="Nada encontrado: Zuleika")).to_be_focused()
    expect(page.get_by_label("Buscar chamado")).to_have_value("Zuleika")
    assert page.url.endswith("/busca/")


def test_an_open_ticket_is_told_while_the_number_is_typed(new_page: Open, bruno: User) -> None:
    ticket = ticket_of(bruno)
    page = new_page(bruno)
    page.goto(f"/atender/{Draft.start(bruno).pk}/")
    page.locator("#f-document").fill("11.222.333/0001-81")
    known = page.locator("#conhecidos")
    expect(known.get_by_role("heading", name="Já há chamado aberto deste cliente")).to_be_visible()
    expect(known.get_by_role("link", name=ticket.spoken)).to_be_visible()
    expect(page.locator("#ja-aberto")).to_contain_text("Registrar abre mais um.")
    page.locator("#f-document").fill("")
    expect(known.locator(".notice")).to_have_count(0)
    expect(page.locator("#ja-aberto .notice")).to_have_count(0)
