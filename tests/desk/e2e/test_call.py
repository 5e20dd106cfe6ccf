"""A call in a browser: pasted, dropped, typed, sent twice, left and come back to."""

import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qsl

from playwright.sync_api import Page, Request, Route, expect

from calls import answers, ticket_of, zeros
from certificates import CEI, e_cnpj, pem, selo_eletronico
from guiche.desk.models import Draft, Inspection, Ticket, User

Open = Callable[..., Page]

HEX = "2.16.76.1.3.7=04 0c " + CEI.encode().hex(" ")


def paste(page: Page, text: str) -> None:
    page.evaluate("text => navigator.clipboard.writeText(text)", text)
    page.keyboard.press("Control+V")


def complete(user: User, **changes: str) -> Draft:
    draft = Draft.start(user)
    draft.type_in(answers(**changes))
    return draft


def test_pasted_outside_a_field_it_is_read(new_page: Open, bruno: User) -> None:
    page = new_page(bruno)
    page.goto("/atender/")
    page.locator("#arquivo").focus()  # where the focus is after a file was chosen
    paste(page, HEX)
    expect(page.get_by_role("heading", name="Tem CEI: 11.583.00249/85.")).to_be_visible()
    expect(page.locator("#anuncio")).to_have_text("Tem CEI: 11.583.00249/85.")
    page.get_by_role("button", name="Copiar 11.583.00249/85").click()
    expect(page.locator("#anuncio")).to_have_text("Número 11.583.00249/85 copiado.")
    assert page.evaluate("navigator.clipboard.readText()") == CEI


def test_pasted_inside_a_field_it_is_text(new_page: Open, bruno: User) -> None:
    page = new_page(bruno)
    page.goto("/atender/")
    page.get_by_label("Nome", exact=True).click()
    paste(page, "Padaria Exemplo Ltda")
    expect(page.get_by_label("Nome", exact=True)).to_have_value("Padaria Exemplo Ltda")
    expect(page.locator("#salvo")).to_have_text("Salvo às 14:44")
    assert Inspection.objects.count() == 0


DROP = """([name, bytes]) => {
  const files = new DataTransfer();
  files.items.add(new File([new Uint8Array(bytes)], name));
  for (const type of ["dragover", "drop"])
    document.querySelector("footer").dispatchEvent(
      new DragEvent(type, {dataTransfer: files, bubbles: true, cancelable: true}));
}"""


def test_dropped_anywhere_it_is_read(new_page: Open, bruno: User) -> None:
    page = new_page(bruno)
    page.goto("/atender/")
    page.evaluate(DROP, ["cliente.cer", list(zeros())])
    expect(page.get_by_role("heading", name="Sem CEI")).to_be_visible()
    expect(page.locator("#soltar")).to_be_hidden()


def test_of_several_one_is_chosen(new_page: Open, bruno: User) -> None:
    page = new_page(bruno)
    page.goto("/atender/")
    paste(page, pem(e_cnpj(cei=CEI).der()) + pem(selo_eletronico().der()))
    expect(page.get_by_role("heading", name="Há 2 certificados")).to_be_visible()
    page.get_by_role("button", name="Usar este").first.press("Enter")
    expect(page.get_by_role("heading", name="Tem CEI")).to_be_focused()
    expect(page.locator("#anuncio")).to_contain_text("Válido até 02/03/2027")


def test_a_file_that_is_far_too_large_is_not_even_sent(
    new_page: Open, bruno: User, tmp_path: Path
) -> None:
    large = tmp_path / "backup.pfx"
    with large.open("wb") as file:
        file.truncate(60 * 1024 * 1024)
    page = new_page(bruno)
    page.goto("/atender/")
    sent: list[str] = []
    page.on(
        "request", lambda request: sent.append(request.url) if request.method == "POST" else None
    )
    page.set_input_files("#arquivo", large)
    expect(page.get_by_role("alert").locator("visible=true")).to_contain_text("grande demais")
    assert sent == []


def test_a_reading_that_fails_keeps_verdict_and_form(
    new_page: Open, bruno: User, certificate: Path, tmp_path: Path
) -> None:
    page = new_page(bruno)
    page.goto("/atender/")
    page.set_input_files("#arquivo", certificate)
    expect(page.get_by_role("heading", name="Sem CEI")).to_be_visible()
    page.get_by_label("Telefone para retorno").fill("11 98888-7777")
    broken = tmp_path / "foto.cer"
    broken.write_bytes(b"\x89PNG\r\n\x1a\n")
    page.set_input_files("#arquivo", broken)
    expect(page.get_by_role("heading", name="Não consegui ler.")).to_be_visible()
    expect(page.get_by_role("heading", name="Sem CEI")).to_be_visible()
    expect(page.get_by_label("Telefone para retorno")).to_have_value("11 98888-7777")


def name_in(saved: Request) -> str:
    return dict(parse_qsl(saved.post_data or "")).get("name", "")


def test_what_is_typed_is_there_after_a_reload(new_page: Open, bruno: User) -> None:
    page = new_page(bruno)
    page.goto("/atender/")
    # Whoever types slowly is saved in between.
    with page.expect_response(lambda saved: name_in(saved.request) == "Padaria Exemplo"):
        page.get_by_label("Nome", exact=True).press_sequentially("Padaria Exemplo")
    expect(page.locator("#salvo")).to_have_text("Salvo às 14:44")
    page.reload()
    expect(page.get_by_label("Nome", exact=True)).to_have_value("Padaria Exemplo")


def test_a_proposal_follows_the_form_until_it_is_edited(new_page: Open, bruno: User) -> None:
    page = new_page(bruno)
    page.goto("/atender/")
    description = page.get_by_label("Descrição", exact=True)
    page.get_by_label("Nome", exact=True).fill("Padaria Exemplo")
    expect(description).to_have_value(re.compile("^Cliente Padaria Exemplo,"))
    expect(page.locator("#origem-description")).to_have_text("proposto: confira")
    description.fill("Cliente pede retorno à tarde; o certificado está com o contador.")
    page.get_by_label("Nome", exact=True).fill("Padaria Nova")
    expect(page.locator("#origem-description")).to_be_hidden()
    expect(description).to_have_value(re.compile("^Cliente pede retorno à tarde"))


def test_leaving_a_field_tells_its_mistake_and_mending_it_takes_it_away(
    new_page: Open, bruno: User
) -> None:
    page = new_page(bruno)
    page.goto("/atender/")
    phone = page.get_by_label("Telefone para retorno")
    phone.fill("11 1234")
    phone.blur()
    expect(page.locator("#p-phone_1")).to_contain_text("Escreva o telefone com DDD")
    expect(phone).to_have_attribute("aria-invalid", "true")
    phone.fill("11 98888-7777")
    phone.blur()
    expect(page.locator("#p-phone_1")).to_be_hidden()
    expect(phone).to_have_attribute("aria-invalid", "false")


def test_a_way_out_and_a_value_exclude_each_other(new_page: Open, bruno: User) -> None:
    page = new_page(bruno)
    page.goto("/atender/")
    exit_, phone = page.locator("[name=saida-phone_2]"), page.locator("#f-phone_2")
    whose = page.locator("#f-phone_2_whose")
    exit_.select_option("Cliente só tem um telefone")
    expect(whose).to_be_hidden()
    phone.fill("1133334444")
    expect(exit_).to_have_value("")
    expect(exit_).to_be_hidden()
    expect(whose).to_be_visible()
    phone.fill("")
    exit_.select_option("Cliente só tem um telefone")
    expect(whose).to_be_hidden()
    page.reload()
    expect(exit_).to_have_value("Cliente só tem um telefone")


def refused(new_page: Open, user: User, **lacks: str) -> Page:
    """A call that was to be registered and lacks this."""
    page = new_page(user)
    page.goto(f"/atender/{complete(user, **lacks).pk}/")
    page.get_by_role("button", name="Registrar chamado").click()
    return page


def test_the_summary_has_the_focus_and_leads_to_the_fields(new_page: Open, bruno: User) -> None:
    page = refused(new_page, bruno, phone_1="", email_confirmed="")
    expect(page.get_by_role("alert").filter(has_text="Falta acertar 2 itens")).to_be_focused()
    page.get_by_role("link", name="Peça ao cliente um telefone").click()
    expect(page.get_by_label("Telefone para retorno")).to_be_focused()


def test_the_summary_follows_what_is_typed_and_read(
    new_page: Open, bruno: User, certificate: Path
) -> None:
    page = new_page(bruno)
    page.goto("/atender/")
    page.get_by_role("button", name="Registrar chamado").click()
    summary, name = page.locator("#acertar"), page.get_by_label("Nome de quem fala")
    expect(summary).to_be_focused()
    expect(summary).to_have_attribute("role", "alert")
    expect(summary).to_contain_text("Pergunte o nome de quem está falando.")
    expect(page.locator("#p-requester_name")).to_be_visible()
    name.fill("Ana Exemplo")
    expect(summary).not_to_contain_text("Pergunte o nome de quem está falando.")
    expect(page.locator("#p-requester_name")).to_be_hidden()
    expect(name).to_have_attribute("aria-invalid", "false")
    expect(name).to_be_focused()
    expect(summary).to_have_attribute("role", "group")
    expect(summary).to_contain_text("Leia o certificado")
    page.set_input_files("#arquivo", certificate)
    expect(summary).not_to_contain_text("Leia o certificado")
    # Both at one moment: another answer may be on its way.
    page.wait_for_function(
        "() => document.querySelectorAll('.problem[data-for]:not(:empty)').length"
        " === document.querySelectorAll('#acertar li').length"
    )


def test_an_answer_that_comes_late_brings_no_older_summary(
    new_page: Open, bruno: User, certificate: Path
) -> None:
    page = refused(new_page, bruno, phone_1="", no_reading="")
    summary = page.locator("#acertar")
    expect(summary.get_by_role("listitem")).to_have_count(2)
    held: list[Route] = []
    page.route("**/salvar/", lambda route: held.append(route))
    with page.expect_request("**/salvar/"):
        page.get_by_label("Telefone para retorno").fill("11 98888-7777")
    while not held:
        page.wait_for_timeout(50)
    answer = held[0].fetch()
    page.set_input_files("#arquivo", certificate)
    expect(summary).to_contain_text("Nada mais falta")
    expect(page.locator("#anuncio")).to_contain_text("Sem CEI")
    held[0].fulfill(response=answer)
    expect(page.locator("#salvo")).to_have_text("Salvo às 14:44")
    expect(summary).to_contain_text("Nada mais falta")


def test_the_focus_in_the_summary_stays_there(new_page: Open, bruno: User) -> None:
    page = refused(new_page, bruno, phone_1="", email_confirmed="")
    summary = page.locator("#acertar")
    link = summary.get_by_role("link", name="Peça ao cliente um telefone")
    link.focus()
    save = "htmx.trigger('#chamado', 'change')"
    page.evaluate(save)
    expect(summary).to_have_attribute("role", "group")
    expect(link).to_be_focused()
    page.evaluate(f"byId('f-phone_1').value = '11 98888-7777'; {save}")
    expect(link).to_be_hidden()
    expect(summary).to_be_focused()


def test_a_double_click_a_reload_and_a_step_back_give_one_ticket(
    new_page: Open, bruno: User
) -> None:
    draft = complete(bruno)
    page = new_page(bruno)
    page.goto("/fila/")
    page.goto(f"/atender/{draft.pk}/")
    page.get_by_role("button", name="Registrar chamado").dblclick()
    page.wait_for_url(re.compile("/registrado/"))
    number = page.url
    page.reload()
    expect(page.locator("#protocolo")).to_have_text(Ticket.objects.get().spoken)
    page.go_back()
    page.wait_for_load_state()
    if "/registrado/" not in page.url:  # the form, as the browser kept it: sent once more
        page.get_by_role("button", name="Registrar chamado").click()
        page.wait_for_url(re.compile("/registrado/"))
    assert page.url == number
    assert Ticket.objects.count() == 1


def test_a_later_save_that_is_quicker_than_that_of_registering_holds_nothing_up(
    new_page: Open, bruno: User
) -> None:
    draft = complete(bruno)
    page = new_page(bruno)
    page.goto(f"/atender/{draft.pk}/")
    held: list[Route] = []

    def hold_the_first(route: Route) -> None:
        if held:
            route.continue_()
        else:
            held.append(route)

    page.route("**/salvar/", hold_the_first)
    with page.expect_request("**/salvar/"):
        page.get_by_role("button", name="Registrar chamado").click()
    with page.expect_response("**/salvar/"):
        page.evaluate("htmx.trigger('#chamado', 'change')")
    held[0].continue_()
    page.wait_for_url(re.compile("/registrado/"))


def test_two_pages_of_one_call_give_one_ticket(new_page: Open, bruno: User) -> None:
    draft = complete(bruno)
    pages = [new_page(bruno), new_page(bruno)]
    for page in pages:
        page.goto(f"/atender/{draft.pk}/")
    for page in pages:
        page.get_by_role("button", name="Registrar chamado").click()
        page.wait_for_url(re.compile("/registrado/"))
    assert pages[0].url == pages[1].url


def test_a_lost_network_is_told_and_what_was_typed_stays(
    new_page: Open, bruno: User, complaints: list[str]
) -> None:
    page = new_page(bruno)
    page.goto("/atender/")

    def cut(route: Route) -> None:
        route.abort()

    page.route("**/salvar/", cut)
    page.get_by_label("Nome", exact=True).fill("Padaria Exemplo")
    expect(page.locator("#salvo")).to_contain_text("Não foi salvo.")
    page.unroute("**/salvar/", cut)
    page.get_by_label("Nome", exact=True).press_sequentially(" Ltda")
    expect(page.locator("#salvo")).to_have_text("Salvo às 14:44")
    complaints.clear()


def test_a_login_that_ended_is_told_inside_the_page(
    new_page: Open, bruno: User, complaints: list[str]
) -> None:
    page = new_page(bruno)
    page.goto("/atender/")
    page.context.clear_cookies(name="sessionid")
    page.get_by_label("Nome", exact=True).fill("Padaria Exemplo")
    expect(page.locator("#salvo")).to_contain_text("Seu acesso expirou.")
    expect(page.get_by_label("Nome", exact=True)).to_have_value("Padaria Exemplo")
    complaints.clear()


def test_registering_after_the_login_ended_loses_nothing(
    new_page: Open, bruno: User, complaints: list[str]
) -> None:
    draft = complete(bruno)
    page = new_page(bruno)
    page.goto(f"/atender/{draft.pk}/")
    session = page.context.cookies()
    page.context.clear_cookies(name="sessionid")
    page.locator("#chamado").evaluate("form => form.elements.name.value = 'Padaria Nova Ltda'")
    page.get_by_role("button", name="Registrar chamado").click()
    expect(page.locator("#salvo")).to_contain_text("Seu acesso expirou.")
    # As after a login in another tab, which changes the token of every page.
    token = {"name": "csrftoken", "value": "n" * 32, "url": page.url.split("/atender")[0]}
    page.context.add_cookies([c for c in session if c["name"] == "sessionid"] + [token])  # type: ignore[arg-type, list-item]
    page.get_by_role("button", name="Registrar chamado").click()
    page.wait_for_url(re.compile("/registrado/"))
    assert Ticket.objects.get().customer == "Padaria Nova Ltda"
    complaints.clear()


def test_a_call_is_recorded_once_whatever_is_clicked(
    new_page: Open, bruno: User, carla: User
) -> None:
    ticket = ticket_of(bruno)
    page = new_page(carla)
    page.goto(f"/chamados/{ticket.number}/")
    page.get_by_role("button", name="Ocupado").dblclick()
    expect(page.get_by_text("Tentativa registrada: ocupado.")).to_be_visible()
    assert ticket.promise.attempts.count() == 1
