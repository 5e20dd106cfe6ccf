"""A customer follows a ticket: without script, from the keyboard, on a small dark screen."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from calls import ticket_of, zeros
from desk.e2e.test_every_page import give, path_of
from guiche.desk.models import User
from sources import pfx

Open = Callable[..., Page]


@pytest.mark.parametrize("script", [True, False])
def test_all_of_it_works(new_page: Open, bruno: User, carla: User, *, script: bool) -> None:
    case = ticket_of(bruno)
    page = new_page(
        java_script_enabled=script, color_scheme="dark", viewport={"width": 320, "height": 800}
    )
    page.goto(path_of(case))
    expect(page.get_by_role("heading", level=1)).to_contain_text("vai ligar até")
    page.get_by_label("Prefiro outro horário").check()
    page.get_by_label("Se prefere outro horário, qual?").fill("depois das 14h")
    page.get_by_role("button", name="Responder").click()
    expect(page.get_by_text("Recebemos sua resposta")).to_be_visible()
    page.get_by_label("Telefone com DDD").fill("11 97777 6666")
    page.get_by_role("button", name="Mandar o telefone").click()
    expect(page.get_by_text("Telefone com final 6666")).to_be_visible()
    page.get_by_role("link", name="Escolher o arquivo").click()
    give(page, "ana.cer", zeros()).get_by_role("button", name="Enviar", exact=True).click()
    expect(page.get_by_text("Recebemos o arquivo")).to_be_visible()
    assert case.received.count() == 1
    assert [event.kind for event in case.history][2:] == [
        "customer_answer", "customer_phone", "customer_file",
    ]  # fmt: skip


def test_a_container_stays_with_the_customer(new_page: Open, bruno: User, carla: User) -> None:
    case, page = ticket_of(bruno), new_page()
    sent: list[bytes] = []
    page.on("request", lambda request: sent.append(request.post_data_buffer or b""))
    page.goto(f"{path_of(case)}arquivo/")
    container = pfx.usual(zeros(), "certa")
    give(page, "ana.pfx", container)
    page.get_by_label("Senha do arquivo").fill("certa")
    page.get_by_role("button", name="Abrir aqui").click()
    expect(page.get_by_text("Recebemos o arquivo")).to_be_visible()
    assert not any(container[:64] in each or b"certa" in each for each in sent)
    assert case.received.get().reading.der == zeros()


def test_from_the_keyboard_alone(new_page: Open, bruno: User, carla: User) -> None:
    case, page = ticket_of(bruno), new_page()
    page.goto("/acompanhar/")
    page.keyboard.press("Tab")
    page.keyboard.type(case.spoken)
    page.keyboard.press("Tab")
    page.keyboard.type("7777")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("vai ligar até")
    page.wait_for_load_state()
    for _ in range(10):
        if page.evaluate("document.activeElement.type") == "radio":
            break
        page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Recebemos sua resposta")).to_be_visible()
    assert case.history.last().text == "Pode me ligar neste horário."  # type: ignore[union-attr]
