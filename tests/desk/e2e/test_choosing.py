"""The procedure of a call, chosen in a browser: by mouse, by keyboard alone, without a script."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from certificates import pem, selo_eletronico
from guiche.desk.models import Draft, User

Open = Callable[..., Page]

TITLE = "Selo Eletrônico, que não leva o CEI"


def test_the_proposal_is_taken_and_nothing_typed_is_lost(new_page: Open, bruno: User) -> None:
    page = new_page(bruno)
    page.goto("/atender/")
    page.get_by_text("Colar texto").click()
    page.locator("#texto").fill(pem(selo_eletronico().der()))
    page.get_by_role("button", name="Ler certificado").click()
    proposal = page.get_by_role("button", name=TITLE)
    expect(proposal).to_be_visible()
    page.get_by_label("Nome de quem fala").fill("Bento Exemplo")  # not saved yet
    proposal.click()
    expect(page.get_by_text(f"Agora: {TITLE}.")).to_be_visible()
    expect(page.get_by_label("Nome de quem fala")).to_have_value("Bento Exemplo")
    expect(page.get_by_role("group", name="O responsável tem um e-CPF?")).to_be_visible()
    expect(proposal).to_have_count(0)
    assert Draft.objects.get().procedure.slug == "selo-eletronico"


def test_an_answer_brings_a_proposal_and_takes_it_back(new_page: Open, bruno: User) -> None:
    page = new_page(bruno)
    page.goto("/atender/")
    proposal = page.get_by_role("button", name="Token ou cartão não lê")
    expect(proposal).to_have_count(0)
    page.get_by_label("Token não conectado").check()
    expect(proposal).to_be_visible()
    page.get_by_label("Arquivo não abre").check()
    expect(proposal).to_have_count(0)


def test_enter_in_a_field_still_registers(new_page: Open, bruno: User) -> None:
    page = new_page(bruno)
    page.goto("/atender/")
    page.get_by_label("Token não conectado").check()
    expect(page.get_by_role("button", name="Token ou cartão não lê")).to_be_visible()
    page.get_by_label("Nome de quem fala").press("Enter")
    page.wait_for_url(re.compile("/registrar/"))
    assert Draft.objects.get().procedure.slug == "cei-ausente"


def test_any_other_by_the_keyboard(new_page: Open, bruno: User) -> None:
    page = new_page(bruno)
    page.goto("/atender/")
    page.locator("#procedimento").focus()
    page.keyboard.type("Falta")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Agora: Falta a cadeia de autoridades no computador.")).to_be_visible()
    assert Draft.objects.get().procedure.slug == "cadeia-ausente"


def test_without_a_script(new_page: Open, bruno: User) -> None:
    page = new_page(bruno, java_script_enabled=False)
    page.goto("/atender/")
    page.get_by_label("Outro procedimento").select_option("Certificado vencido ou perto de vencer")
    page.get_by_role("button", name="Mudar").click()
    expect(page.get_by_text("Agora: Certificado vencido ou perto de vencer.")).to_be_visible()
