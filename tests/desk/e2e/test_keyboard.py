"""Every task without a mouse; docs/accessibility.md lists them, and those that other tests show."""

import re
from collections.abc import Callable

import pytest
from allauth.mfa.models import Authenticator
from playwright.sync_api import Locator, Page, expect

from calls import answers, company, ticket_of
from certificates import CEI, e_cnpj, e_cpf, pem
from desk.e2e.keys import Keys
from desk.e2e.test_every_page import supervisor
from desk.e2e.test_pages_beside import SECRET
from desk.e2e.test_passkey import plug_in
from desk.factors import PASSWORD, code_of
from desk.test_batch_pages import COMMON
from guiche.desk import clock
from guiche.desk.api.token import ApiToken
from guiche.desk.figures import keep
from guiche.desk.models import (
    Connection,
    ContactAttempt,
    Draft,
    Membership,
    ProcedureVersion,
    SiteVersion,
    Ticket,
    User,
)

Open = Callable[..., Page]


@pytest.fixture
def silvia(db: None) -> User:
    return User.objects.create_superuser("silvia", PASSWORD, name="Silvia Exemplo")


def button(page: Page, name: str, *, exact: bool = True) -> Locator:
    return page.get_by_role("button", name=name, exact=exact).first


def link(page: Page, name: str) -> Locator:
    return page.get_by_role("link", name=name).first


def unfolding(page: Page, words: str) -> Locator:
    return page.locator("summary", has_text=words).first


def copied(page: Page, text: str) -> None:
    page.evaluate("text => navigator.clipboard.writeText(text)", text)


def log_in(page: Page) -> Keys:
    """As the page of the login has it: the first field has the focus."""
    page.goto("/entrar/")
    keys = Keys(page)
    keys.write(page.get_by_label("Usuário"), "silvia")
    keys.write(page.get_by_label("Senha"), PASSWORD).press("Enter")
    page.wait_for_url(re.compile("/fila/"))
    return keys


def test_a_call_is_paused_and_taken_up_by_another(new_page: Open, bruno: User) -> None:
    draft = Draft.start(bruno)
    draft.type_in(answers())
    page = new_page(bruno)
    page.goto(f"/atender/{draft.pk}/")
    Keys(page).on(button(page, "Pausar"))
    expect(page.get_by_text("Atendimento em pausa.")).to_be_visible()
    page = new_page(User.objects.create_user("davi", name="Davi Exemplo"))
    page.goto("/atender/")
    Keys(page).on(link(page, "Padaria Exemplo Ltda"))
    expect(page.get_by_role("heading", name="Retomar este atendimento?")).to_be_visible()
    Keys(page).on(button(page, "Retomar"))
    expect(page.get_by_label("Telefone para retorno")).to_have_value("(11) 98888-7777")
    draft.refresh_from_db()
    assert draft.by.username == "davi"


def test_a_call_ends_without_a_ticket(new_page: Open, bruno: User) -> None:
    draft = Draft.start(bruno)
    draft.type_in({"name": "Padaria Exemplo Ltda"})
    page = new_page(bruno)
    page.goto(f"/atender/{draft.pk}/")
    keys = Keys(page).on(unfolding(page, "encerrar sem chamado"))
    keys.to(page.locator("#motivo-fim")).press("ArrowDown")
    keys.on(button(page, "Encerrar atendimento"))
    expect(page.get_by_text("Atendimento encerrado sem chamado.")).to_be_visible()
    draft.refresh_from_db()
    assert draft.ended_at


def test_a_ticket_is_claimed_handed_over_and_that_undone(
    new_page: Open, bruno: User, carla: User
) -> None:
    diana = User.objects.create_user("diana", name="Diana Exemplo", role="relacionamento")
    ticket = ticket_of(bruno)
    page = new_page(carla)
    page.goto(f"/chamados/{ticket.number}/")
    keys = Keys(page).on(button(page, "Assumir"))
    expect(page.get_by_role("heading", name="Está com você")).to_be_visible()
    keys.on(unfolding(page, "Passar"))
    keys.choose(page.locator("#para"), "Diana")
    keys.on(button(page, "Passar"))
    expect(page.get_by_role("heading", name="Está com Diana Exemplo")).to_be_visible()
    assert Ticket.objects.get().owner == diana
    keys.on(button(page, "Desfazer"))
    expect(page.get_by_role("heading", name="Está com você")).to_be_visible()
    assert Ticket.objects.get().owner == carla


def test_several_are_moved_and_one_is_refused(new_page: Open, bruno: User, carla: User) -> None:
    stays, gone = ticket_of(bruno), ticket_of(bruno)
    page = new_page(carla)
    page.goto("/fila/")
    keys = Keys(page)
    for each in (stays, gone):
        keys.tick(page.locator(f"[name=chamado][value='{each.number}']"))
    keys.choose(page.locator("#acao"), "Devolver").on(button(page, "Fazer"))
    keys.assert_kept()
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    keys.on(button(page, "Fazer"))
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.get_by_role("alert")).to_contain_text("Nada foi feito ainda")
    keys.to(page.locator("#motivo")).press("ArrowDown")
    keys.write(page.locator("#nota"), "Falta o CNPJ da obra.")
    gone.move("cancel", bruno, "Aberto por engano")  # meanwhile
    keys.on(button(page, "Fazer"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("1 feito, 1 não")
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    keys.on(link(page, stays.spoken))
    expect(page.locator(".tag", has_text="Devolvido ao suporte")).to_be_visible()


def test_an_attempt_is_logged_by_its_digit(new_page: Open, bruno: User, carla: User) -> None:
    page = new_page(carla)
    page.goto(f"/chamados/{ticket_of(bruno).number}/")
    keys = Keys(page)
    keys.to(page.locator("[data-call='+551133334444']"))
    keys.press("3")
    expect(page.get_by_text("Tentativa registrada: não atendeu.")).to_be_visible()
    attempt = ContactAttempt.objects.get()
    assert (attempt.phone, attempt.result) == ("+551133334444", "no_answer")


def test_a_ticket_is_closed_by_a_reading(new_page: Open, bruno: User, carla: User) -> None:
    ticket = ticket_of(bruno)
    page = new_page(carla)
    page.goto(f"/chamados/{ticket.number}/")
    keys = Keys(page).on(unfolding(page, "Conferir o novo certificado"))
    copied(page, pem(e_cpf(cei="512345678907").der()))
    keys.to(page.locator("#f-proof-text")).press("Control+V")
    keys.on(button(page, "Conferir e encerrar"))
    expect(page.get_by_role("alert")).to_be_focused()
    copied(page, pem(e_cnpj(cei=CEI).der()))
    keys.to(page.locator("#f-proof-text")).press("Control+A", "Control+V")
    keys.on(button(page, "Conferir e encerrar"))
    expect(page.get_by_text("O novo certificado confere. Chamado resolvido.")).to_be_visible()
    assert Ticket.objects.get().state == "resolved"


def test_hours_and_holidays_are_changed(new_page: Open) -> None:
    page = supervisor(new_page)
    page.goto("/fila/")
    keys = Keys(page).on(link(page, "Ajustes"))
    keys.write(page.get_by_label("Terça"), "de manhã")
    keys.tick(page.get_by_label("Fecha nos feriados"))
    keys.choose(page.locator("#f-state"), "Goi")
    keys.write(page.get_by_label("Feriados da cidade"), "25/01 Aniversário da cidade")
    keys.on(button(page, "Salvar"))
    expect(page.get_by_role("alert")).to_be_focused()
    keys.on(link(page, "Terça:"))
    expect(page.get_by_label("Terça")).to_be_focused()
    keys.write(page.get_by_label("Terça"), "09:00-18:00")
    keys.on(button(page, "Ver o efeito antes"))
    expect(page.locator("#efeito")).to_be_focused()
    keys.on(button(page, "Salvar"))
    expect(page.locator(".flash")).to_be_visible()
    hours = SiteVersion.objects.latest("pk").content["hours"]
    assert (hours["week"][1], hours["state"]) == ("09:00-18:00", "GO")


def test_a_procedure_is_changed_and_published(new_page: Open) -> None:
    page = supervisor(new_page)
    page.goto("/ajustes/cei-ausente/")
    keys = Keys(page).on(unfolding(page, "Nome, equipe e prazo"))
    keys.write(page.get_by_label("Prazo de retorno"), "muitas")
    keys.back_to(button(page, "Conferir")).press("Enter")
    expect(page.get_by_role("alert")).to_be_focused()
    keys.write(page.get_by_label("Prazo de retorno"), "36")
    keys.back_to(button(page, "Conferir")).press("Enter")
    expect(page.get_by_role("heading", name="O que muda")).to_be_visible()
    keys.on(button(page, "Publicar"))
    expect(page.get_by_text("Publicado. Vale a partir do próximo atendimento.")).to_be_visible()
    assert ProcedureVersion.current("cei-ausente").by


def test_a_procedure_is_begun_and_published(new_page: Open) -> None:
    page = supervisor(new_page)
    page.goto("/ajustes/")
    keys = Keys(page).on(link(page, "Novo procedimento"))
    keys.choose(page.get_by_label("Começar de"), "Cadeia")
    keys.write(page.get_by_label("Nome"), "Troca de titular")
    keys.write(page.get_by_label("Chave"), "Troca de titular").press("Enter")
    expect(page.get_by_role("alert")).to_be_focused()
    keys.on(page.get_by_role("alert").get_by_role("link"))
    expect(page.get_by_label("Chave")).to_be_focused()
    keys.write(page.get_by_label("Chave"), "troca-de-titular").press("Enter")
    expect(page.get_by_label("Texto (TOML)")).to_contain_text('slug = "troca-de-titular"')
    keys.on(button(page, "Conferir"))
    keys.on(button(page, "Publicar"))
    expect(page.get_by_text("Publicado. Vale a partir do próximo atendimento.")).to_be_visible()
    assert ProcedureVersion.holding()["troca-de-titular"].title == "Troca de titular"


def test_an_integration_is_set_up(new_page: Open) -> None:
    page = supervisor(new_page)
    page.goto("/ajustes/")
    keys = Keys(page).on(link(page, "Integrações"))
    keys.on(link(page, "Aviso a um programa (webhook)"))
    keys.write(page.get_by_label("Nome", exact=True), "Aviso ao RH")
    keys.write(page.get_by_label("Endereço"), "avisos.exemplo.com.br")
    keys.on(button(page, "Salvar"))
    expect(page.get_by_role("alert")).to_be_focused()
    keys.on(link(page, "Endereço: comece com https"))
    expect(page.get_by_label("Endereço")).to_be_focused()
    keys.write(page.get_by_label("Endereço"), "https://avisos.exemplo.com.br/guiche")
    keys.write(page.get_by_label("Segredo"), SECRET)
    keys.on(button(page, "Salvar"))
    expect(page.get_by_text("Integração salva.")).to_be_visible()
    assert Connection.objects.get().kind == "webhook"


def test_a_person_is_made(new_page: Open, silvia: User) -> None:
    page = new_page()
    keys = log_in(page)
    keys.on(link(page, "Ajustes"))
    keys.on(link(page, "Pessoas"))
    keys.on(link(page, "Nova conta"))
    keys.write(page.get_by_label("Usuário", exact=True), "davi")
    keys.write(page.get_by_label("Nome", exact=True), "Davi Exemplo")
    keys.choose(page.get_by_label("Papel"), "Rel")
    keys.on(button(page, "Criar conta"))
    expect(page.get_by_role("heading", name="Senha provisória de davi")).to_be_visible()
    keys.assert_kept()
    keys.on(button(page, "Copiar"))
    expect(page.locator("#anuncio")).to_have_text("Senha copiada.")
    password = page.evaluate("navigator.clipboard.readText()")
    davi = User.objects.get(username="davi")
    assert davi.role == "relacionamento"
    assert davi.check_password(password)


def test_the_app_of_codes_is_turned_on(new_page: Open, silvia: User) -> None:
    page = new_page()
    keys = log_in(page)
    keys.on(page.get_by_role("link", name="Minha conta").first)
    keys.on(link(page, "Ligar o aplicativo de códigos"))
    expect(page.get_by_label("Sua senha")).to_be_focused()
    page.keyboard.type(PASSWORD)
    keys.press("Enter").on(unfolding(page, "Não consigo ler o desenho"))
    secret = page.locator("#segredo").inner_text()
    keys.write(page.get_by_label("Código de 6 algarismos"), code_of(secret)).press("Enter")
    expect(page.get_by_role("heading", name="Códigos de reserva")).to_be_visible()
    keys.on(button(page, "Copiar"))
    expect(page.locator("#anuncio")).to_have_text("Códigos copiados.")
    keys.on(link(page, "Guardei"))
    expect(page.get_by_role("heading", name="Fila")).to_be_visible()


def test_a_token_is_made_and_revoked(new_page: Open, bruno: User) -> None:
    page = new_page(bruno)
    page.goto("/programas/")
    keys = Keys(page).write(page.get_by_label("Para que serve"), "Planilha do RH")
    keys.on(button(page, "Fazer o token"))  # nothing ticked
    expect(page.get_by_role("alert")).to_be_focused()
    keys.tick(page.get_by_label("Ver chamados"))
    keys.on(button(page, "Fazer o token"))
    expect(page.get_by_role("heading", name="Token feito")).to_be_visible()
    keys.assert_kept()
    keys.to(page.get_by_label("Token", exact=True)).press("Control+A", "Control+C")
    text = page.evaluate("navigator.clipboard.readText()")
    assert ApiToken.of(text, clock.now())
    keys.on(button(page, "Revogar Planilha do RH"))
    expect(page.get_by_text("Já não abre nada")).to_be_visible()
    assert ApiToken.of(text, clock.now()) is None


def test_figures_are_filtered_and_downloaded(new_page: Open, bruno: User) -> None:
    ticket_of(bruno)
    keep.mark_since(None, clock.now())
    keep.count_due(clock.now())
    page = supervisor(new_page)
    page.goto("/fila/")
    keys = Keys(page).on(link(page, "Painel"))
    keys.to(page.locator("#procedimento")).press("ArrowDown")
    keys.on(button(page, "Ver"))
    page.wait_for_url(re.compile("procedimento=[a-z]"))
    keys.on(page.locator("summary", has_text="Tabela").first)
    keys.to(page.locator(".scroll").first)
    with page.expect_download() as download:
        keys.on(link(page, "Baixar (CSV)"))
    assert download.value.suggested_filename.endswith(".csv")


def test_a_passkey_is_set_up_opens_the_desk_and_is_removed(new_page: Open, silvia: User) -> None:
    page = new_page()
    plug_in(page)
    keys = log_in(page)
    keys.on(page.get_by_role("link", name="Minha conta").first)
    keys.on(link(page, "Cadastrar chave de acesso"))
    expect(page.get_by_label("Sua senha")).to_be_focused()
    page.keyboard.type(PASSWORD)
    keys.press("Enter")
    keys.write(page.get_by_label("Como você chama este aparelho"), "Computador da mesa 4")
    keys.press("Enter")
    expect(page.get_by_role("heading", name="Códigos de reserva")).to_be_visible()
    keys.on(link(page, "Guardei")).on(button(page, "Sair", exact=False))
    page.wait_for_url(re.compile("/entrar/"))
    keys.on(button(page, "Usar chave de acesso"))
    page.wait_for_url(re.compile("/fila/"))
    keys.on(page.get_by_role("link", name="Minha conta").first)
    keys.on(link(page, "Remover a chave Computador da mesa 4"))
    expect(page.get_by_label("Sua senha")).to_be_focused()
    page.keyboard.type(PASSWORD)
    keys.press("Enter")
    keys.on(button(page, "Remover"))
    expect(page.get_by_text("Chave de acesso removida.")).to_be_visible()
    assert not Authenticator.objects.filter(user=silvia, type="webauthn").exists()


def test_a_team_is_made_and_another_changed(new_page: Open, carla: User) -> None:
    page = supervisor(new_page)
    page.goto("/fila/")
    keys = Keys(page).on(link(page, "Equipes"))
    keys.write(page.get_by_label("Nome da equipe"), "Plantão de sábado")
    keys.on(button(page, "Criar equipe"))  # nobody chosen
    expect(page.get_by_role("alert")).to_be_focused()
    keys.on(page.get_by_role("alert").get_by_role("link"))
    expect(page.get_by_label("Nome da equipe")).to_be_focused()
    keys.choose(page.get_by_label("Quem é o primeiro"), "Carla")
    keys.on(button(page, "Criar equipe"))
    expect(page.locator("li", has_text="Plantão de sábado: 1 pessoa")).to_be_visible()
    hers = page.get_by_role("group", name="Carla Exemplo")
    keys.tick(hers.get_by_label("Plantão de sábado")).tick(hers.get_by_label("Relacionamento"))
    keys.on(button(page, "Salvar"))
    expect(page.locator("li", has_text="Relacionamento: 1 pessoa")).to_be_visible()
    assert [each.team for each in Membership.objects.all()] == ["Relacionamento"]


def test_a_batch_is_opened_answered_and_registered(new_page: Open, bruno: User) -> None:
    draft = Draft.start(bruno)
    draft.type_in(COMMON)
    page = new_page(bruno)
    page.goto(f"/atender/{draft.pk}/")
    copied(page, "".join(pem(company(number)) for number in range(1, 4)))
    keys = Keys(page).press("Control+V")
    expect(page.get_by_role("heading", name="Há 3 certificados")).to_be_focused()
    keys.on(button(page, "Ver como tabela"))
    boxes = page.get_by_role("checkbox", name="Abrir um chamado para")
    expect(boxes.first).to_be_checked()
    keys.tick(boxes.nth(1))
    with page.expect_download() as download:
        keys.back_to(button(page, "Exportar planilha (CSV)")).press("Enter")
    assert download.value.suggested_filename.endswith(".csv")
    keys.on(button(page, "Abrir um atendimento para cada marcado"))
    expect(page.get_by_role("heading", name="Lote de 2")).to_be_visible()
    keys.choose(page.locator("#f-holder_is_customer"), "Sim")
    keys.choose(page.locator("#f-wanted_kind"), "Cliente vai confirmar")
    keys.on(button(page, "Responder para todos"))
    keys.on(button(page, "Registrar os 2 completos"))
    expect(page.get_by_text("Todos registrados.")).to_be_visible()
    keys.on(button(page, "Copiar tudo"))
    expect(page.locator("#anuncio")).to_have_text("Protocolos e prazo copiados.")
    said = page.evaluate("navigator.clipboard.readText()")
    assert all(ticket.spoken in said for ticket in Ticket.objects.all())
    assert Ticket.objects.count() == 2


def test_a_holders_data_are_handed_over_and_erased(new_page: Open, bruno: User) -> None:
    ticket_of(bruno).move("cancel", bruno, "Aberto por engano")
    page = supervisor(new_page)
    page.goto("/fila/")
    keys = Keys(page).on(link(page, "Ajustes")).on(link(page, "Pedido do titular"))
    keys.write(page.get_by_label("CPF ou CNPJ"), "11.222.333/0001-82").press("Enter")
    expect(page.get_by_role("alert")).to_be_visible()  # a wrong check digit
    expect(page.get_by_label("CPF ou CNPJ")).to_be_focused()
    keys.write(page.get_by_label("CPF ou CNPJ"), "11.222.333/0001-81").press("Enter")
    expect(page.get_by_role("heading", name="O que há de")).to_be_focused()
    for name in ("Baixar para ler (texto)", "Baixar para outro sistema (JSON)"):
        with page.expect_download() as download:
            keys.on(button(page, name))
        assert "Padaria Exemplo Ltda" in download.value.path().read_text("utf-8")
    keys.on(button(page, "Apagar os dados"))  # without having said that it is meant
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_label("Conferi quem pede")).to_be_focused()
    keys.tick(page.get_by_label("Conferi quem pede"))
    keys.on(button(page, "Apagar os dados"))
    expect(page.get_by_role("heading", name="Relatório de apagamento")).to_be_visible()
    assert Ticket.objects.get().erased_at
