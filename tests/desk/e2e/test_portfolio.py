"""Carteira in a browser: sent, read by a worker, told, and a batch of calls opened of it once."""

import zipfile
from collections.abc import Callable
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from calls import company
from certificates import ZEROS, e_cpf
from desk.e2e.test_every_page import assert_accessible
from guiche.desk.models import Draft, Portfolio, User
from guiche.desk.portfolios.work import work_all

pytest.importorskip("pyarrow")
Open = Callable[..., Page]


@pytest.fixture(autouse=True)
def place(settings: Any, tmp_path: Path) -> Path:
    settings.PORTFOLIO_DATA = folder = tmp_path / "carteiras"
    settings.PORTFOLIO_FOLDER = str(tmp_path)
    return folder


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    path = tmp_path / "clientes.zip"
    with zipfile.ZipFile(path, "w") as file:
        for number in range(3):
            file.writestr(f"{number}.cer", company(number))
        file.writestr("pessoa.cer", e_cpf(ZEROS).der())
        file.writestr("quebrado.cer", b"nada")
    return path


def send(page: Page, archive: Path, name: str = "Outubro") -> None:
    page.goto("/carteira/")
    page.get_by_label("Arquivos").set_input_files(archive)
    page.get_by_label("Nome").fill(name)
    page.get_by_role("button", name="Ler a carteira").click()
    expect(page.get_by_role("heading", name="Na fila")).to_be_visible()


def read(page: Page) -> None:
    """As a worker does, beside the open page, which sees it."""
    work_all(Event())
    expect(page.get_by_role("heading", name="O que fazer")).to_be_visible()


def test_from_a_zip_to_calls_and_none_on_a_second_run(
    new_page: Open, bruno: User, archive: Path
) -> None:
    page = new_page(bruno)
    send(page, archive)
    assert_accessible(page)
    page.set_viewport_size({"width": 1280, "height": 900})
    read(page)
    expect(page.get_by_text("5 casos")).to_be_visible()
    with page.expect_popup() as opened:
        page.get_by_role("link", name="Abrir o relatório").click()
    report = opened.value
    report.wait_for_load_state()
    report.get_by_label("Procurar").fill("fazenda")
    expect(report.get_by_role("status")).to_have_text("Mostrando 3 de 5.")  # its script works
    report.close()
    for box in page.get_by_role("checkbox", name="FAZENDA").all():
        box.focus()
        page.keyboard.press("Space")
    page.get_by_role("button", name="Abrir chamados dos marcados").press("Enter")
    expect(page.get_by_role("heading", name="Abrir chamados")).to_be_focused()
    expect(page.get_by_text("3 atendimentos novos")).to_be_visible()
    assert not Draft.objects.exists()
    page.get_by_role("button", name="Abrir os 3 atendimentos").press("Enter")
    expect(page.get_by_role("heading", name="Lote de 3")).to_be_visible()
    assert Draft.objects.count() == 3
    page.goto(f"/carteira/{Portfolio.objects.get().pk}/")
    for box in page.get_by_role("checkbox", name="FAZENDA").all():
        box.check()
    page.get_by_role("button", name="Abrir chamados dos marcados").click()
    expect(page.get_by_text("Nenhum atendimento novo")).to_be_visible()
    expect(page.get_by_text("fica de fora")).to_have_count(3)
    assert_accessible(page)
    assert Draft.objects.count() == 3


def read_portfolio(page: Page, archive: Path) -> None:
    send(page, archive)
    read(page)
    page.get_by_text("Apagar esta carteira").click()


def previewed(page: Page, archive: Path) -> None:
    read_portfolio(page, archive)
    page.locator("[name=linha]").first.check()
    page.get_by_role("button", name="Abrir chamados dos marcados").click()
    page.get_by_text("itens").first.click()


def refused_folder(page: Page, archive: Path) -> None:
    page.goto("/carteira/")
    page.get_by_text("De uma tabela").click()
    page.get_by_label("Pasta", exact=True).fill("../fora")
    page.get_by_role("button", name="Ler a pasta").click()
    expect(page.get_by_label("Pasta", exact=True)).to_be_focused()


@pytest.mark.parametrize(
    "visit", [read_portfolio, previewed, refused_folder], ids=lambda visit: str(visit.__name__)
)
def test_the_page_is_accessible_and_fits(
    new_page: Open, supervisao: User, archive: Path, visit: Callable[[Page, Path], None]
) -> None:
    page = new_page(supervisao)
    visit(page, archive)
    assert_accessible(page)


def test_what_is_too_large_is_not_sent(
    new_page: Open, bruno: User, archive: Path, settings: Any
) -> None:
    settings.PORTFOLIO_UPLOAD = 1024 * 1024
    archive.write_bytes(bytes(1024 * 1024 + 1))
    page = new_page(bruno)
    page.goto("/carteira/")
    page.get_by_label("Arquivos").set_input_files(archive)
    page.get_by_role("button", name="Ler a carteira").click()
    expect(page.get_by_text("São mais de 1 MB")).to_be_visible()
    expect(page.get_by_role("button", name="Ler a carteira")).to_be_enabled()
    assert not Portfolio.objects.exists()
