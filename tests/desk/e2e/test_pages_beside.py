"""Pages that are seen seldom: accessible like the others, and none is forgotten."""

from base64 import b64encode
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from calls import ticket_of, zeros
from desk.e2e.test_every_page import assert_accessible, batch, supervisor, unfold
from guiche.desk.connectors.registry import KINDS
from guiche.desk.models import Connection, Draft, Inspection, SiteVersion, User
from guiche.desk.pages import giving
from guiche.desk.portal.pace import Pace
from guiche.icpbrasil import inspect

Open = Callable[..., Page]

SECRET = f"whsec_{b64encode(bytes(32)).decode()}"


def empty_queue(new_page: Open, bruno: User, carla: User) -> Page:
    SiteVersion.objects.all().delete()
    page = new_page(carla)
    page.goto("/fila/")
    return page


def queue_of_the_ended(new_page: Open, bruno: User, carla: User) -> Page:
    ticket_of(bruno).move("cancel", bruno, "Aberto por engano")
    draft = Draft.start(bruno)
    draft.end(bruno, draft.procedure.reasons["end"][0])
    return supervisor_at(new_page, "/fila/?estado=encerrados")


def discarding(new_page: Open, bruno: User, carla: User) -> Page:
    draft = Draft.start(bruno)
    draft.type_in({"name": "Padaria Exemplo Ltda"})
    page = new_page(bruno)
    page.goto(f"/atender/{draft.pk}/descartar/")
    return page


def ending(new_page: Open, bruno: User, carla: User) -> Page:
    """Refused, with what waits beside it."""
    waits, draft = Draft.start(bruno), Draft.start(bruno)
    waits.type_in({"name": "Sítio Exemplo Ltda"})
    waits.pause()
    draft.type_in({"name": "Padaria Exemplo Ltda"})
    page = new_page(bruno)
    page.goto(f"/atender/{draft.pk}/")
    page.get_by_text("encerrar sem chamado").click()
    page.get_by_role("button", name="Encerrar atendimento").click()
    expect(page.get_by_role("alert").first).to_be_visible()
    unfold(page)
    return page


def genuine(new_page: Open, bruno: User, carla: User) -> Page:
    draft = Draft.start(bruno)
    reading = Inspection.store(inspect(zeros()), der=zeros(), by=bruno)
    draft.attach(reading)
    page = new_page(bruno)
    page.goto(f"/leituras/{reading.pk}/confianca/")
    return page


def taking_up_a_batch(new_page: Open, bruno: User, carla: User) -> Page:
    address = batch(new_page, bruno, carla).url
    page = new_page(User.objects.create_user("davi", name="Davi Exemplo"))
    page.goto(address)
    expect(page.get_by_role("heading", level=1)).to_contain_text("este lote")
    return page


def supervisor_at(new_page: Open, address: str) -> Page:
    page = supervisor(new_page)
    page.goto(address)
    return page


def empty_figures(new_page: Open, bruno: User, carla: User) -> Page:
    return supervisor_at(new_page, "/painel/")


def nobody_came_back(new_page: Open, bruno: User, carla: User) -> Page:
    return supervisor_at(new_page, "/painel/repetidos/")


def no_sendings(new_page: Open, bruno: User, carla: User) -> Page:
    return supervisor_at(new_page, "/envios/")


def no_integrations(new_page: Open, bruno: User, carla: User) -> Page:
    return supervisor_at(new_page, "/integracoes/")


def webhook(new_page: Open, bruno: User, carla: User) -> Page:
    made = Connection(kind="webhook", name="Aviso ao sistema do RH")
    made.set({"url": "https://avisos.exemplo.com.br/guiche", "secret": SECRET})
    made.keep()
    page = supervisor_at(new_page, f"/integracoes/{made.pk}/")
    unfold(page)
    return page


def clouds(new_page: Open, bruno: User, carla: User) -> Page:
    return supervisor_at(new_page, "/integracoes/nuvem/")


def application_of_a_cloud(new_page: Open, bruno: User, carla: User) -> Page:
    page = supervisor_at(new_page, "/integracoes/nuvem/")
    page.get_by_role("link", name="VIDaaS").click()
    page.get_by_role("button", name="Salvar").click()
    expect(page.get_by_role("alert")).to_be_focused()
    return page


def what_the_api_does(new_page: Open, bruno: User, carla: User) -> Page:
    page = new_page(bruno)
    page.goto("/programas/documento/")
    unfold(page)
    return page


def first_finding(new_page: Open, bruno: User, carla: User) -> Page:
    page = new_page()
    page.goto("/acompanhar/")
    return page


PAGES = (
    empty_queue, queue_of_the_ended, discarding, ending, genuine, taking_up_a_batch,
    empty_figures, nobody_came_back, no_sendings, no_integrations, webhook, clouds,
    application_of_a_cloud, first_finding, what_the_api_does,
)  # fmt: skip


@pytest.mark.parametrize("visit", PAGES, ids=lambda visit: visit.__name__)
def test_is_accessible_and_fits(
    new_page: Open, bruno: User, carla: User, visit: Callable[[Open, User, User], Page]
) -> None:
    assert_accessible(visit(new_page, bruno, carla))


def test_the_form_of_every_kind_of_desk(new_page: Open) -> None:
    page = supervisor(new_page)
    for kind in KINDS:
        page.set_viewport_size({"width": 1280, "height": 720})
        page.emulate_media(color_scheme="light")
        page.goto(f"/integracoes/nova/{kind}/")
        unfold(page)
        assert_accessible(page)


@pytest.mark.parametrize("address", ["/enviar/x/", "/acompanhar/"])
def test_who_asks_too_often(
    new_page: Open, db: None, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setattr(giving, "PACE", Pace(0, timedelta(minutes=1)))
    page = new_page()
    page.goto(address)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert_accessible(page)
