"""A real browser presents the certificate that is installed in it, and the verdict appears."""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core.handlers.wsgi import WSGIHandler
from playwright.sync_api import Browser, Page, expect

from chromium import ARGS, PATIENCE
from desk.acceptor.conftest import opened, patient
from guiche.desk.acceptor.identity import Identity
from guiche.desk.models import CaseLink, Draft, Inspection, User
from pki import Authority, Holder
from servers.certificate_store import HOST, NotPossible, browser_with, chosen_by_policy

Open = Callable[..., Page]
Customer = Callable[..., Page]


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


@pytest.fixture
def port(authority: Authority, tmp_path: Path, live_server: Any, settings: Any) -> Iterator[int]:
    """The certificate port of the desk that the live server shows."""
    identity = Identity(*authority.server.write(tmp_path, "server"))
    with patient(), opened(identity, WSGIHandler()) as here:
        settings.CERTIFICATE_URL = f"https://{HOST}:{here.number}"
        settings.PAGES_URL = live_server.url
        settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, HOST]
        yield here.number


@pytest.fixture
def customer(browser: Browser, authority: Authority, tmp_path: Path) -> Iterator[Customer]:
    """A page in a browser in which these certificates are installed."""
    with ExitStack() as stack:

        def page_of(*holders: Holder) -> Page:
            try:
                stack.enter_context(chosen_by_policy())
                own = stack.enter_context(
                    browser_with(browser, ARGS, tmp_path / "home", authority, *holders)
                )
            except NotPossible as error:
                pytest.skip(str(error))
            page = own.new_page(viewport={"width": 360, "height": 740}, locale="pt-BR")
            page.set_default_timeout(PATIENCE)
            page.set_default_navigation_timeout(PATIENCE)
            return page

        yield page_of


@pytest.fixture
def link(port: int, bruno: User) -> str:
    """The address at the port of a link that was just made."""
    token = CaseLink.create(Draft.start(bruno), bruno, browser=True).token
    return f"https://{HOST}:{port}/c/{token}/"


def test_the_verdict_appears_on_the_page_of_the_technician(
    new_page: Open, bruno: User, customer: Customer, authority: Authority, port: int
) -> None:
    technician = new_page(bruno)
    technician.goto("/atender/")
    technician.get_by_text("Pedir ao cliente por um link").click()
    technician.get_by_label("A1: arquivo, no computador").check()
    technician.get_by_role("button", name="Criar o link").click()
    technician.get_by_role("button", name="Copiar só o link").click()
    expect(technician.locator("#anuncio")).to_have_text("Link copiado.")
    address = str(technician.evaluate("navigator.clipboard.readText()"))
    page = customer(authority.valid)
    page.goto(address)
    expect(page.get_by_text("Três PINs errados")).to_be_visible()
    page.get_by_role("link", name="Escolher no navegador").click()
    expect(page.get_by_role("heading", name="Recebemos, obrigado.")).to_be_visible()
    expect(page.get_by_text("PADARIA EXEMPLO LTDA")).to_be_visible()
    expect(technician.get_by_role("heading", name="Sem CEI")).to_be_visible()
    expect(technician.get_by_text("navegador do cliente", exact=True)).to_be_visible()
    assert Inspection.objects.get().der == authority.valid.der


def test_one_of_nobody_known_is_offered_too(
    customer: Customer, authority: Authority, link: str
) -> None:
    customer(authority.stranger).goto(link)
    assert Inspection.objects.get().der == authority.stranger.der


def test_an_expired_one_is_never_offered_and_the_page_says_so(
    customer: Customer, authority: Authority, link: str, live_server: Any
) -> None:
    page = customer(authority.expired)
    page.goto(link)
    expect(page.get_by_role("heading", name="não mandou nenhum certificado")).to_be_visible()
    expect(page.get_by_text("O navegador não oferece os vencidos.")).to_be_visible()
    assert not Inspection.objects.exists()
    assert Axe().run(page).violations_count == 0
    page.get_by_role("link", name="Enviar de outro jeito").click()
    expect(page).to_have_url(re.compile(f"^{re.escape(live_server.url)}/enviar/"))
    expect(page.get_by_label("Arquivo do certificado")).to_be_visible()
