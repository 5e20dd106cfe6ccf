"""A team at work in a real browser: presence, several at once by keyboard, undo; accessible."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from calls import ticket_of
from desk.e2e.test_every_page import assert_accessible, supervisor, unfold
from guiche.desk.models import Membership, Presence, Ticket, User

Open = Callable[..., Page]


@pytest.fixture
def diana(db: None) -> User:
    return User.objects.create_user("diana", name="Diana Exemplo", role="relacionamento")


def crowded_queue(new_page: Open, bruno: User, carla: User, diana: User) -> Page:
    Membership.objects.create(user=carla, team="Relacionamento")
    ticket_of(bruno, name="Cartório de Registro de Nome Comprido Exemplo Ltda").claim(diana)
    ticket_of(bruno).claim(carla)
    lost = ticket_of(bruno, name="Sítio Exemplo Ltda")
    Ticket.objects.filter(pk=lost.pk).update(team="Plantão de sábado")
    Presence.mark(lost, diana, lost.opened_at, working=True)
    page = new_page(carla)
    page.goto("/fila/")
    return page


def several(new_page: Open, bruno: User, carla: User, diana: User) -> Page:
    page = crowded_queue(new_page, bruno, carla, diana)
    page.get_by_label("Todos desta página").check()
    page.get_by_label("O que fazer com os marcados").select_option("return")
    page.get_by_role("button", name="Fazer").click()
    page.get_by_role("button", name="Fazer").click()
    expect(page.get_by_role("alert")).to_be_focused()
    return page


def outcomes(new_page: Open, bruno: User, carla: User, diana: User) -> Page:
    page = crowded_queue(new_page, bruno, carla, diana)
    page.get_by_label("Todos desta página").check()
    page.get_by_label("O que fazer com os marcados").select_option("claim")
    page.get_by_role("button", name="Fazer").click()
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    return page


def own_ticket(new_page: Open, bruno: User, carla: User, diana: User) -> Page:
    ticket = ticket_of(bruno)
    ticket.claim(carla)
    Presence.mark(ticket, diana, ticket.opened_at, working=True)
    page = new_page(carla)
    page.goto(f"/chamados/{ticket.number}/")
    unfold(page)
    return page


def teams(new_page: Open, bruno: User, carla: User, diana: User) -> Page:
    Membership.objects.create(user=carla, team="Plantão de sábado")
    ticket_of(bruno)
    page = supervisor(new_page)
    page.goto("/equipe/")
    page.get_by_role("button", name="Criar equipe").click()
    expect(page.get_by_role("alert")).to_be_focused()
    return page


@pytest.mark.parametrize(
    "visit", [crowded_queue, several, outcomes, own_ticket, teams], ids=lambda visit: visit.__name__
)
def test_is_accessible_and_fits(
    new_page: Open, bruno: User, carla: User, diana: User, visit: Callable[..., Page]
) -> None:
    assert_accessible(visit(new_page, bruno, carla, diana))


def test_an_open_page_is_seen_by_a_colleague(
    new_page: Open, bruno: User, carla: User, diana: User
) -> None:
    ticket = ticket_of(bruno)
    hers, mine = new_page(diana), new_page(carla)
    with hers.expect_response("**/presenca/"):
        hers.goto(f"/chamados/{ticket.number}/")
    mine.goto(f"/chamados/{ticket.number}/")
    expect(mine.locator("#presenca-quem")).to_have_text("Diana Exemplo está com a página aberta.")
    hers.get_by_label("Anotação se precisar").first.fill("Cliente pediu")
    with hers.expect_response("**/presenca/"):
        hers.evaluate("htmx.trigger('#presenca', 'load')")
    with mine.expect_response("**/presenca/"):
        mine.evaluate("htmx.trigger('#presenca', 'load')")
    expect(mine.locator("#presenca-quem")).to_have_text("Diana Exemplo está mexendo aqui.")


def test_several_are_taken_by_the_keyboard_without_a_script(
    new_page: Open, bruno: User, carla: User
) -> None:
    tickets = [ticket_of(bruno) for _ in range(2)]
    page = new_page(carla, java_script_enabled=False)
    page.goto("/fila/")
    boxes = page.locator("[name=chamado]")
    for number in range(2):
        boxes.nth(number).focus()
        page.keyboard.press("Space")
    page.locator("#acao").focus()
    page.keyboard.type("Assumir")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("2 feitos")
    assert {Ticket.objects.get(pk=each.pk).owner for each in tickets} == {carla}


def test_a_click_is_undone(new_page: Open, bruno: User, carla: User) -> None:
    ticket = ticket_of(bruno)
    page: Any = new_page(carla)
    page.goto(f"/chamados/{ticket.number}/")
    page.get_by_role("button", name="Assumir").click()
    expect(page.get_by_role("heading", name="Está com você")).to_be_visible()
    page.get_by_role("button", name="Desfazer").click()
    expect(page.get_by_role("heading", name="Sem dono")).to_be_visible()
    assert Ticket.objects.get(pk=ticket.pk).owner is None
