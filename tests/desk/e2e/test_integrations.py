"""Other desks in a real browser: set up by keyboard, watched; the number comes by itself."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from calls import ticket_of
from desk import kinds
from desk.deliveries.memory import Desk, World, after, before, lost, refused
from desk.e2e.test_every_page import assert_accessible
from guiche.desk import clock
from guiche.desk.connectors.connector import DeliveryError, Found, Outcome
from guiche.desk.deliveries.dispatch import Dispatcher
from guiche.desk.models import Connection, Link, Stray, Ticket, User

Open = Callable[..., Page]
Visit = Callable[[Open, User, User, Connection], Page]


@pytest.fixture(autouse=True)
def _kinds() -> Iterator[None]:
    with kinds.known():
        yield


@pytest.fixture
def desk() -> Desk:
    World.desk = Desk()
    return World.desk


@pytest.fixture
def eva(live_server: Any) -> User:
    return User.objects.create_user("eva", name="Eva Exemplo", role="supervisao")


@pytest.fixture
def qualitor(live_server: Any, desk: Desk) -> Connection:
    made = Connection(kind="sample", name="Qualitor")
    made.set({"url": "https://desk.exemplo.com.br", "password": "segredo-de-teste"})
    made.keep()
    return made


def send() -> None:
    """What a worker does, until nothing is due."""
    worker = Dispatcher(threads=2, monotonic=lambda: clock.now().timestamp())
    while worker.round() or worker._under_way:
        worker.finish()


class TestSettingUp:
    def test_by_keyboard_from_nothing_to_a_check(
        self, new_page: Open, eva: User, desk: Desk
    ) -> None:
        page = new_page(eva)
        page.goto("/ajustes/")
        page.get_by_role("link", name="Integrações").press("Enter")
        page.get_by_role("link", name="Exemplo", exact=True).press("Enter")
        page.get_by_label("Nome").fill("Qualitor")
        page.get_by_label("Endereço").fill("desk.exemplo.com.br")
        page.get_by_label("Senha").fill("segredo-de-teste")
        page.get_by_label("Senha").press("Enter")
        expect(page.get_by_role("alert")).to_be_focused()
        page.get_by_role("link", name="Endereço: comece com https").press("Enter")
        expect(page.get_by_label("Endereço")).to_be_focused()
        expect(page.get_by_label("Nome")).to_have_value("Qualitor")
        expect(page.get_by_label("Senha")).to_have_value("")
        page.get_by_label("Endereço").fill("https://desk.exemplo.com.br")
        page.get_by_label("Senha").fill("segredo-de-teste")
        page.get_by_role("button", name="Salvar e testar").press("Enter")
        expect(page.get_by_role("heading", name="Certo até aqui")).to_be_focused()
        page.get_by_label("Ligada").press("Space")
        page.get_by_role("button", name="Salvar", exact=True).press("Enter")
        expect(page.get_by_text("Integração salva.")).to_be_visible()
        assert Connection.objects.get().active

    def test_a_test_ticket_is_asked_for_twice(
        self, new_page: Open, eva: User, qualitor: Connection, desk: Desk
    ) -> None:
        page = new_page(eva)
        page.goto(f"/integracoes/{qualitor.pk}/")
        page.get_by_role("link", name="Chamado de teste").click()
        page.get_by_role("button", name="Abrir o chamado de teste").click()
        expect(page.get_by_role("heading", name="Tudo certo")).to_be_focused()
        assert len(desk.tickets) == 1


class TestNumber:
    def test_it_comes_into_the_open_page(
        self, new_page: Open, bruno: User, qualitor: Connection
    ) -> None:
        page = registered(new_page, bruno)
        expect(page.get_by_text("Aguardando o número do Qualitor…")).to_be_visible()
        expect(page.get_by_role("heading", name="Primeira tela")).to_be_hidden()
        send()
        expect(page.locator("#protocolo")).to_have_text("M-1")
        expect(page.locator("#anuncio")).to_contain_text("Este é o protocolo: M-1")
        expect(page.get_by_text("Seu protocolo é M-1").first).to_be_visible()
        page.keyboard.press("Control+Shift+Period")
        expect(page.locator("#anuncio")).to_have_text("Protocolo copiado.")
        assert page.evaluate("navigator.clipboard.readText()") == "M-1"

    def test_a_refusal_opens_the_copying(
        self, new_page: Open, bruno: User, qualitor: Connection, desk: Desk
    ) -> None:
        page = registered(new_page, bruno)
        desk.fail("create", before(refused()))
        send()
        expect(page.get_by_role("alert")).to_contain_text("Não foi aberto no Qualitor.")
        expect(page.get_by_role("heading", name="Primeira tela")).to_be_visible()
        page.get_by_label("Nº no Qualitor").fill("118")
        page.get_by_label("Nº no Qualitor").press("Enter")
        expect(page.locator("#protocolo")).to_have_text("118")

    def test_a_lost_login_keeps_the_page(
        self, new_page: Open, bruno: User, qualitor: Connection
    ) -> None:
        page = registered(new_page, bruno)
        page.context.clear_cookies()
        expect(page.get_by_role("alert")).to_contain_text("Seu acesso expirou.")
        expect(page.locator("#protocolo")).to_be_visible()

    def test_without_a_script_a_link_asks(
        self, new_page: Open, bruno: User, qualitor: Connection
    ) -> None:
        page = registered(new_page, bruno, java_script_enabled=False)
        send()
        page.get_by_role("link", name="Ver se já chegou").click()
        expect(page.locator("#protocolo")).to_have_text("M-1")


class TestSendings:
    def test_one_is_dropped_by_keyboard(
        self, new_page: Open, eva: User, bruno: User, qualitor: Connection, desk: Desk
    ) -> None:
        desk.fail("create", before(refused()))
        ticket_of(bruno)
        send()
        page = new_page(eva)
        page.goto("/fila/")
        page.get_by_role("link", name="Envios 1 precisa de você").press("Enter")
        page.get_by_text("Dispensar").first.press("Enter")
        page.get_by_label("Por quê?").press("Tab")
        page.keyboard.press("Enter")
        expect(page.get_by_role("alert")).to_be_focused()
        page.get_by_label("Por quê?").fill("Aberto lá à mão.")
        page.get_by_role("button", name="Dispensar").press("Enter")
        expect(page.get_by_text("4 envios deste chamado dispensados.")).to_be_visible()
        expect(page.get_by_text("Nada foi recusado.")).to_be_visible()


def registered(new_page: Open, bruno: User, **options: Any) -> Page:
    page = new_page(bruno, **options)
    page.goto(f"/chamados/{ticket_of(bruno).number}/registrado/")
    return page


# Every page


def listed(new_page: Open, eva: User, bruno: User, connection: Connection) -> Page:
    Connection.objects.create(
        kind="memory", name="Segunda integração de nome bem comprido", from_file=True, stopped=True
    )
    page = new_page(eva)
    page.goto("/integracoes/")
    return page


def refused_form(new_page: Open, eva: User, bruno: User, connection: Connection) -> Page:
    page = new_page(eva)
    page.goto("/integracoes/nova/sample/")
    page.get_by_role("button", name="Salvar", exact=True).click()
    expect(page.get_by_role("alert")).to_be_focused()
    return page


def checked(new_page: Open, eva: User, bruno: User, connection: Connection) -> Page:
    Connection.objects.update(last_error="Não consegui me conectar.", failures=1)
    page = new_page(eva)
    page.goto(f"/integracoes/{connection.pk}/")
    page.get_by_label("Endereço").fill("https://outro.exemplo.com.br")
    page.get_by_role("button", name="Salvar e testar").click()
    expect(page.get_by_role("heading", name="Ainda não está certo")).to_be_visible()
    return page


def from_file(new_page: Open, eva: User, bruno: User, connection: Connection) -> Page:
    Connection.objects.update(from_file=True, stopped=True, last_error="Senha inválida (401).")
    page = new_page(eva)
    page.goto(f"/integracoes/{connection.pk}/")
    return page


def confirming(new_page: Open, eva: User, bruno: User, connection: Connection) -> Page:
    page = new_page(eva)
    page.goto(f"/integracoes/{connection.pk}/chamado-de-teste/")
    return page


def refused_ones(new_page: Open, eva: User, bruno: User, connection: Connection) -> Page:
    desk, long = World.desk, "Cartório de Registro de Nome Comprido Exemplo Ltda"
    choices = {"7": f"{long}, matriz", "9": f"{long}, filial"}
    several = DeliveryError("Dois clientes com este CNPJ.", Outcome.REJECTED, choices=choices)
    desk.fail("customer", before(several))
    desk.fail("create", before(refused("Categoria 7 inválida: ver <cadastro> de categorias.")))
    desk.fail("create", before(refused()))
    for _ in range(3):
        ticket_of(bruno, name=long)
    send()
    for ticket in Ticket.objects.order_by("-pk")[:1]:
        ticket.take_number("2026/118", bruno)
    Connection.objects.update(stopped=True, last_error="Senha inválida (401).")
    page = new_page(eva)
    page.goto("/envios/")
    for summary in page.locator("main details > summary").all():
        summary.click()
    return page


def in_doubt(new_page: Open, eva: User, bruno: User, connection: Connection) -> Page:
    World.desk.fail("create", after(lost()))
    ticket_of(bruno)
    send()
    page = new_page(eva)
    page.goto("/envios/?estado=verificando")
    return page


def strays(new_page: Open, eva: User, bruno: User, connection: Connection) -> Page:
    ticket = ticket_of(bruno)
    url = "https://desk.exemplo.com.br/chamado/1000118"
    for kind, ref, owner in (
        ("double", "2", ticket),
        ("unlinked", "3", ticket),
        ("foreign", "4", None),
    ):
        found = Found(ref, f"G{ticket.number}", f"100011{ref}", url)
        Stray.note(connection, owner, Stray.Kind(kind), found)
    page = new_page(eva)
    page.goto("/envios/?estado=achados")
    for summary in page.locator("main details > summary").all():
        summary.click()
    return page


def awaited(new_page: Open, eva: User, bruno: User, connection: Connection) -> Page:
    return registered(new_page, bruno)


def not_opened(new_page: Open, eva: User, bruno: User, connection: Connection) -> Page:
    World.desk.fail("create", before(refused()))
    page = registered(new_page, bruno)
    send()
    expect(page.get_by_role("alert")).to_be_visible()
    return page


def counterparts(new_page: Open, eva: User, bruno: User, connection: Connection) -> Page:
    World.desk.fail("forward", before(refused("Equipe sem acesso à categoria")))
    ticket = ticket_of(bruno)
    send()
    Link.objects.update(
        status="Encerrado", team="Suporte N1", read_at=clock.now(), closed_at=clock.now(),
        warning="Cliente achado só pelo nome.",
    )  # fmt: skip
    ticket.refresh_from_db()
    ticket.take_number("2026/118", bruno)
    page = new_page(bruno)
    page.goto(f"/chamados/{ticket.number}/")
    return page


PAGES = (
    listed, refused_form, checked, from_file, confirming, refused_ones, in_doubt, strays, awaited,
    not_opened, counterparts,
)  # fmt: skip


@pytest.mark.parametrize("visit", PAGES, ids=lambda visit: visit.__name__)
def test_is_accessible_and_fits(
    new_page: Open, eva: User, bruno: User, qualitor: Connection, visit: Visit
) -> None:
    page = visit(new_page, eva, bruno, qualitor)
    assert_accessible(page)
