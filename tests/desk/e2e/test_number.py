"""From the number to the desk in use and to the customer, in a real browser."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from calls import ticket_of
from guiche.desk.models import User
from guiche.desk.tickets.block import copy_blocks

Open = Callable[..., Page]


def pasted(page: Page) -> str:
    text: str = page.evaluate("navigator.clipboard.readText()")
    return text


def test_copies_into_the_other_desk_and_takes_its_number(new_page: Open, bruno: User) -> None:
    ticket = ticket_of(bruno)
    blocks, page = copy_blocks(ticket), new_page(bruno)
    page.goto(f"/chamados/{ticket.number}/")
    page.get_by_role("link", name="Copiar para o Qualitor").click()
    expect(page.get_by_role("heading", name="Copiar para o Qualitor")).to_be_focused()
    for block in blocks:
        page.get_by_role("button", name=f"Copiar {block.title}").press("Enter")
        expect(page.locator("#anuncio")).to_have_text(f"{block.title}: copiada.")
        assert pasted(page) == block.copied
    page.get_by_role("button", name="Copiar só Descrição", exact=True).press("Enter")
    expect(page.locator("#anuncio")).to_have_text("Descrição: copiado.")
    assert pasted(page) == ticket.facts["description"]
    page.get_by_label("Nº no Qualitor").fill("2026/118")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    expect(page.locator("#protocolo")).to_have_text("2026/118")
    page.keyboard.press("Control+Shift+.")
    expect(page.locator("#anuncio")).to_have_text("Protocolo copiado.")
    assert pasted(page) == "2026/118"


def test_the_longest_number_fits(new_page: Open, bruno: User) -> None:
    ticket = ticket_of(bruno)
    ticket.take_number("2026" * 10, bruno)
    page = new_page(bruno, viewport={"width": 320, "height": 900})
    for address in ("registrado/", "", "../../fila/"):
        page.goto(f"/chamados/{ticket.number}/{address}")
        assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_whatsapp_opens_beside_and_is_noted(new_page: Open, bruno: User) -> None:
    ticket = ticket_of(bruno)
    page = new_page(bruno)
    page.context.route("https://wa.me/**", lambda route: route.fulfill(body="ok"))
    page.goto(f"/chamados/{ticket.number}/registrado/")
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="WhatsApp (11) 98888-7777").click()
    assert opened.value.url.startswith("https://wa.me/5511988887777?text=")
    expect(page.get_by_text("Por WhatsApp:")).to_be_visible()
    expect(page.get_by_role("heading", name="O cliente já sabe o protocolo?")).to_be_focused()


def test_all_of_it_works_without_scripts(new_page: Open, bruno: User) -> None:
    ticket = ticket_of(bruno)
    page = new_page(bruno, java_script_enabled=False)
    page.goto(f"/chamados/{ticket.number}/registrado/")
    page.get_by_role("button", name="Mandei pelo WhatsApp").click()
    expect(page.get_by_text("Por WhatsApp:")).to_be_visible()
    page.get_by_role("button", name="Mandar por e-mail").click()
    expect(page.get_by_text("na fila, sai em instantes")).to_be_visible()
    page.get_by_label("Nº no Qualitor").fill("118")
    page.get_by_role("button", name="Salvar").click()
    expect(page.locator("#protocolo")).to_have_text("118")
