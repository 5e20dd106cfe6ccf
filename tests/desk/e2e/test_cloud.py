"""A customer fetches a certificate in the cloud; the technician's page shows the verdict."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from certificates import CEI, e_cnpj, e_cpf
from desk.cloud import registered
from guiche.desk.doubles.psc import Psc
from guiche.desk.models import CaseLink, Draft, User
from guiche.desk.pages import giving

Open = Callable[..., Page]
NARROW = {"viewport": {"width": 320, "height": 700}}


@pytest.fixture(autouse=True)
def paced() -> Iterator[None]:
    giving.PACE.forget()
    yield
    giving.PACE.forget()


@pytest.fixture
def double(live_server: Any, supervisao: User) -> Iterator[Psc]:
    with Psc([("e-CNPJ", e_cnpj(cei=CEI).der())]) as started:
        started.redirect_uris = {f"{live_server.url}/nuvem/retorno/"}
        registered(started, supervisao)
        yield started


@pytest.fixture
def link(draft: Draft, bruno: User, double: Psc) -> CaseLink:
    return CaseLink.create(draft, bruno)


def at_the_provider(customer: Page, link: CaseLink) -> None:
    customer.goto(f"/enviar/{link.token}/")
    customer.get_by_role("button", name="BirdID").click()
    expect(customer.get_by_role("heading", name="Você vai à página do BirdID")).to_be_visible()
    assert no_barriers(customer)
    customer.get_by_role("link", name="Ir ao BirdID").click()
    expect(customer.get_by_role("heading", name="Provedor de mentira")).to_be_visible()


def no_barriers(page: Page) -> bool:
    found = Axe().run(page).response["violations"]
    assert found == [], found
    return True


def test_the_verdict_appears_on_the_open_page(new_page: Open, bruno: User, link: CaseLink) -> None:
    technician = new_page(bruno)
    technician.goto(f"/atender/{link.draft.pk}/")
    expect(technician.get_by_text("Aguardando o cliente")).to_be_visible()
    customer = new_page(**NARROW)
    at_the_provider(customer, link)
    customer.get_by_role("link", name="Autorizar").click()
    expect(customer.get_by_role("heading", name="Recebemos")).to_be_visible()
    assert no_barriers(customer)
    expect(technician.get_by_role("heading", name="Tem CEI")).to_be_visible()
    expect(technician.get_by_text("certificado em nuvem, BirdID")).to_be_visible()
    customer.reload()
    expect(customer.get_by_role("heading", name="Esta resposta já foi recebida")).to_be_visible()


def test_refused_on_the_phone_and_then_chosen_of_several(
    new_page: Open, link: CaseLink, double: Psc
) -> None:
    double.certificates.append(("e-CPF", e_cpf(cei=CEI).der()))
    customer = new_page(**NARROW)
    at_the_provider(customer, link)
    customer.get_by_role("link", name="Recusar").click()
    expect(customer.get_by_role("heading", name="O pedido foi recusado.")).to_be_visible()
    assert no_barriers(customer)
    customer.get_by_role("link", name="Voltar e escolher como enviar").click()
    at_the_provider(customer, link)
    customer.get_by_role("link", name="Autorizar").click()
    expect(customer.get_by_role("heading", name="Qual destes")).to_be_visible()
    assert no_barriers(customer)
    customer.get_by_role("button", name=re.compile("Padaria", re.IGNORECASE)).click()
    expect(customer.get_by_role("heading", name="Recebemos")).to_be_visible()


def test_the_supervisor_sets_it_up(new_page: Open, supervisao: User, double: Psc) -> None:
    page = new_page(supervisao)
    page.goto("/integracoes/")
    page.get_by_role("link", name="Certificado em nuvem").click()
    assert no_barriers(page)
    page.get_by_role("link", name="VIDaaS").click()
    assert no_barriers(page)
    page.get_by_role("button", name="Salvar").click()
    expect(page.get_by_role("alert", name="Falta acertar 2 itens")).to_be_focused()
    assert no_barriers(page)
    page.get_by_label("client_id").fill("guiche-de-teste")
    page.get_by_label("client_secret").fill("segredo-de-teste")
    page.get_by_label("Endereço do provedor").fill(double.base)
    page.get_by_text("Ligado: o cliente pode escolher este provedor").click()
    page.get_by_role("button", name="Salvar").click()
    expect(page.get_by_text("VIDaaS: salvo.")).to_be_visible()
    page.get_by_role("button", name="Testar").click()
    expect(page.get_by_text("O VIDaaS respondeu e não recusou a aplicação.")).to_be_visible()
