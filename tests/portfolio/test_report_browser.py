"""The page of a portfolio in a real Chromium, from the disk, with no network at all."""

from dataclasses import replace
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect

from certificates import ZEROS, e_cnpj, e_cpf, selo_eletronico
from guiche.portfolio.difference import Difference
from guiche.portfolio.report.page import Page as Report
from guiche.portfolio.report.people import People
from portfolio.audited import NOW, audited, days

HOSTILE = "</script><img src=http://exemplo.com.br/x onerror=alert(1)>\u202e & SON"


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("r") / "carteira.html"
    later = audited({
        "ana.cer": replace(e_cpf(ZEROS), not_after=days(12)),
        "padaria.cer": replace(e_cnpj(None), not_after=days(300)),
        "selo.cer": replace(selo_eletronico(), not_after=days(50)),
        "mau.cer": e_cnpj("1234567", cnpj="11444777000161", cn=f"{HOSTILE}:11444777000161"),
        "rasgado.cer": b"nada",
    })  # fmt: skip
    with Difference(audited({"padaria.cer": e_cnpj()}), later) as difference:
        page = Report("carteira.parquet", NOW, People(), difference, "outubro.parquet")
        page.write(later, out)
    return out


@pytest.fixture
def complaints() -> list[str]:
    return []


def opened(context: BrowserContext, report: Path, complaints: list[str]) -> Page:
    """The page, in a browser that has no network; what it asks for or complains of is kept."""
    context.set_offline(offline=True)
    page = context.new_page()
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("dialog", lambda dialog: complaints.append(dialog.message))
    page.on(
        "request",
        lambda request: None if request.url == report.as_uri() else complaints.append(request.url),
    )
    page.goto(report.as_uri())
    return page


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 360])
def test_it_is_accessible_and_asks_for_nothing(
    browser: Browser, report: Path, complaints: list[str], width: int, scheme: str
) -> None:
    size = {"width": width, "height": 800}
    context = browser.new_context(viewport=size, color_scheme=scheme)  # type: ignore[arg-type]
    with context:
        page = opened(context, report, complaints)
        assert complaints == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        expect(page.locator("svg:visible")).to_have_count(6)
    # The policy of the page lets no other script in, and axe is one.
    assert _violations(browser, report, size, scheme) == []


def _violations(browser: Browser, report: Path, size: dict[str, int], scheme: str) -> list[str]:
    with browser.new_context(
        viewport=size,  # type: ignore[arg-type]
        color_scheme=scheme,  # type: ignore[arg-type]
        bypass_csp=True,
    ) as context:
        page = context.new_page()
        page.goto(report.as_uri())
        return [each["id"] for each in Axe().run(page).response["violations"]]


def test_the_list_is_filtered_from_the_keyboard(
    browser: Browser, report: Path, complaints: list[str]
) -> None:
    with browser.new_context(viewport={"width": 1280, "height": 800}) as context:
        page = opened(context, report, complaints)
        rows = page.locator("#lista tbody tr:visible")
        said = page.get_by_role("status")
        expect(said).to_have_text("Mostrando 5 de 5.")
        page.get_by_label("Procurar").focus()
        page.keyboard.type("padaria não existe")
        expect(rows).to_have_count(1)
        expect(said).to_have_text("Mostrando 1 de 5.")
        page.keyboard.press("Control+A")
        page.keyboard.press("Delete")
        page.keyboard.press("Tab")
        page.keyboard.type("Agora")
        expect(rows).to_have_count(1)
        expect(rows).to_contain_text("ANA E. S.")
        for _ in range(3):
            page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(rows).to_have_count(5)
        expect(said).to_have_text("Mostrando 5 de 5.")
        assert complaints == []


def test_without_script_and_in_print_the_list_is_there(browser: Browser, report: Path) -> None:
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(report.as_uri())
        expect(page.locator("#lista tbody tr")).to_have_count(5)
        expect(page.locator("#filtros")).to_be_hidden()
        page.emulate_media(media="print", color_scheme="dark")
        expect(page.locator("svg.wide").first).to_be_visible()
        expect(page.locator("nav")).to_be_hidden()
        paper = page.locator("body").evaluate("e => getComputedStyle(e).backgroundColor")
        assert paper == "rgb(255, 255, 255)"
