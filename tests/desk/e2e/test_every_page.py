"""Every page, in light and dark: axe finds nothing, nothing overflows, targets are large enough."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from calls import answers, ticket_of, zeros
from certificates import CEI, e_cnpj, e_cpf, pem, selo_eletronico
from guiche import sources
from guiche.desk import clock
from guiche.desk.figures import keep
from guiche.desk.models import (
    CaseLink,
    Draft,
    Inspection,
    ProcedureVersion,
    Promise,
    SiteVersion,
    Ticket,
    User,
)
from guiche.desk.procedures import shelf
from guiche.icpbrasil import inspect
from sources import pfx

Open = Callable[..., Page]

Visit = Callable[[Open, User, User], Page]


def login(new_page: Open, bruno: User, carla: User) -> Page:
    page = new_page()
    page.goto("/entrar/")
    return page


def refused_login(new_page: Open, bruno: User, carla: User) -> Page:
    page = login(new_page, bruno, carla)
    page.get_by_role("button", name="Entrar").click()
    expect(page.get_by_role("alert")).to_be_focused()
    return page


def empty_call(new_page: Open, bruno: User, carla: User) -> Page:
    page = new_page(bruno)
    page.goto("/atender/")
    page.get_by_text("Colar texto").click()
    page.get_by_text("Atalhos do teclado").click()
    return page


def read_call(new_page: Open, bruno: User, carla: User) -> Page:
    draft, der = Draft.start(bruno), e_cnpj(cei=CEI).der()
    draft.attach(Inspection.store(inspect(der), der=der, by=bruno))
    page = new_page(bruno)
    page.goto(f"/atender/{draft.pk}/")
    page.get_by_text("Ver prova").click()
    page.get_by_text("Todos os campos e observações").click()
    return page


def proposed_procedure(new_page: Open, bruno: User, carla: User) -> Page:
    page = new_page(bruno)
    page.goto("/atender/")
    page.get_by_text("Colar texto").click()
    page.locator("#texto").fill(pem(selo_eletronico().der()))
    page.get_by_role("button", name="Ler certificado").click()
    expect(page.get_by_role("button", name="Selo Eletrônico, que não leva o CEI")).to_be_visible()
    return page


def call_of_another_procedure(new_page: Open, bruno: User, carla: User) -> Page:
    draft = Draft.start(bruno, "token-nao-le")
    draft.type_in({"symptom": "PIN bloqueado", "driver": "Não instalado"})
    page = new_page(bruno)
    page.goto(f"/atender/{draft.pk}/")
    expect(page.get_by_text("O titular desbloqueia com o PUK")).to_be_visible()
    return page


def choice(new_page: Open, bruno: User, carla: User) -> Page:
    page = new_page(bruno)
    page.goto("/atender/")
    page.get_by_text("Colar texto").click()
    page.locator("#texto").fill(pem(zeros()) + pem(selo_eletronico().der()))
    page.get_by_role("button", name="Ler certificado").click()
    expect(page.get_by_role("heading", name="Há 2 certificados")).to_be_visible()
    return page


def table(new_page: Open, bruno: User, carla: User) -> Page:
    page = choice(new_page, bruno, carla)
    page.get_by_role("button", name="Ver como tabela").click()
    expect(page.get_by_role("heading", name="Certificados lidos")).to_be_visible()
    return page


def batch(new_page: Open, bruno: User, carla: User) -> Page:
    page = table(new_page, bruno, carla)
    page.wait_for_load_state()
    for box in page.get_by_role("checkbox").all():
        box.check()
    page.get_by_role("button", name="Abrir um atendimento para cada").click()
    page.wait_for_url(re.compile("/lote/"))
    return page


def spoken(new_page: Open, bruno: User, carla: User) -> Page:
    page = read_call(new_page, bruno, carla)
    page.get_by_label("Conectividade Social, com e-CPF").check()
    expect(page.get_by_text("um dos dois basta")).to_be_visible()
    page.get_by_role("link", name="Modo falar").click()
    page.wait_for_url(re.compile("/falar/"))
    return page


def taking_up(new_page: Open, bruno: User, carla: User) -> Page:
    draft = Draft.start(bruno)
    draft.type_in(answers())
    draft.pause()
    page = new_page(User.objects.create_user("davi", name="Davi Exemplo"))
    page.goto(f"/atender/{draft.pk}/")
    expect(page.get_by_role("heading", name="Retomar este atendimento?")).to_be_visible()
    return page


def outside_hours(new_page: Open, bruno: User, carla: User) -> Page:
    SiteVersion.objects.create(content={"hours": {"week": ["08:00-09:00"] * 7}})
    draft = Draft.start(bruno)
    draft.type_in(answers())
    page = new_page(bruno)
    page.goto(f"/atender/{draft.pk}/")
    page.get_by_role("button", name="Registrar chamado").click()
    page.wait_for_url(re.compile("/registrar/"))
    expect(page.get_by_role("group", name="O prazo cai fora do horário")).to_be_visible()
    return page


def incomplete_call(new_page: Open, bruno: User, carla: User) -> Page:
    draft = Draft.start(bruno)
    draft.type_in(answers(phone_1="", card_medium="", email_confirmed="", description="curta"))
    page = new_page(bruno)
    page.goto(f"/atender/{draft.pk}/")
    page.get_by_role("button", name="Registrar chamado").click()
    page.wait_for_url(re.compile("/registrar/"))
    return page


def number(new_page: Open, bruno: User, carla: User) -> Page:
    page = new_page(bruno)
    page.goto(f"/chamados/{ticket_of(bruno).number}/registrado/")
    return page


def queue(new_page: Open, bruno: User, carla: User) -> Page:
    ticket_of(bruno, name="Cartório de Registro de Nome Comprido Exemplo Ltda")
    ticket_of(bruno)
    page = new_page(carla)
    page.goto("/fila/")
    return page


def search(page: Page, typed: str) -> Page:
    page.get_by_label("Buscar chamado").fill(typed)
    page.get_by_label("Buscar chamado").press("Enter")
    page.wait_for_url(re.compile("/busca/"))
    return page


def found(new_page: Open, bruno: User, carla: User) -> Page:
    ticket_of(bruno, name="Cartório de Registro de Nome Comprido Exemplo Ltda")
    ticket_of(bruno).move("cancel", bruno, "Aberto por engano")
    Draft.start(carla).type_in({"name": "Cartório Exemplo", "phone_1": "11 98765-4321"})
    page = new_page(bruno)
    page.goto("/fila/")
    return search(page, "exemplo")


def nothing_found(new_page: Open, bruno: User, carla: User) -> Page:
    page = new_page(carla)
    page.goto("/fila/")
    return search(page, "482 170 365-1")


def known_customer(new_page: Open, bruno: User, carla: User) -> Page:
    ticket_of(bruno)
    Draft.start(carla).type_in({"phone_1": "11 98888-7777"})
    draft = Draft.start(bruno)
    draft.type_in({"document": "11.222.333/0001-81", "phone_1": "11 98888-7777"})
    page = new_page(bruno)
    page.goto(f"/atender/{draft.pk}/")
    return page


def ticket(new_page: Open, bruno: User, carla: User) -> Page:
    page = new_page(carla)
    page.goto(f"/chamados/{ticket_of(bruno).number}/")
    closed = page.locator("details:not([open]) > summary")
    while closed.count():
        closed.first.click()
    return page


def refused_attempt(new_page: Open, bruno: User, carla: User) -> Page:
    page = ticket(new_page, bruno, carla)
    page.locator("#f-note").fill("senha: 1234")
    page.get_by_role("button", name="Ocupado").click()
    page.wait_for_url(re.compile("/tentativa/"))
    return page


def card(new_page: Open, bruno: User, carla: User) -> Page:
    case = ticket_of(
        bruno, wanted_number="Cliente vai enviar", phone_2="Cliente só tem um telefone"
    )
    case.promise.log_attempt(carla, case.phones[0], "busy", again="1h")
    case.order(carla, "PED-1", clock.now() + timedelta(days=1))
    page = new_page(carla)
    page.goto(f"/chamados/{case.number}/")
    return page


def proof(new_page: Open, bruno: User, carla: User, *files: bytes) -> Page:
    page = ticket(new_page, bruno, carla)
    page.locator("#f-proof-text").fill("".join(map(pem, files)))
    page.get_by_role("button", name="Conferir e encerrar").click()
    page.wait_for_url(re.compile("/conferir/"))
    return page


def refused_proof(new_page: Open, bruno: User, carla: User) -> Page:
    page = proof(new_page, bruno, carla, e_cpf(cei="512345678907").der())
    expect(page.get_by_role("alert")).to_be_focused()
    return page


def choice_of_proof(new_page: Open, bruno: User, carla: User) -> Page:
    return proof(new_page, bruno, carla, e_cpf(cei=CEI).der(), selo_eletronico().der())


def asked(new_page: Open, bruno: User, carla: User) -> Page:
    draft = Draft.start(bruno)
    draft.type_in({"phone_1": "(11) 98888-7777"})
    CaseLink.create(draft, bruno)
    page = new_page(bruno)
    page.goto(f"/atender/{draft.pk}/")
    expect(page.get_by_text("Aguardando o cliente")).to_be_visible()
    return page


def asking(new_page: Open, bruno: User, carla: User) -> Page:
    page = new_page(bruno)
    page.goto("/atender/")
    page.get_by_text("Pedir ao cliente por um link").click()
    expect(page.get_by_text("Três PINs errados")).to_be_visible()
    return page


def giving(new_page: Open, bruno: User, carla: User) -> Page:
    link = CaseLink.create(Draft.start(bruno), bruno, browser=True)
    page = new_page()
    page.goto(f"/enviar/{link.token}/")
    unfold(page)
    return page


def give(page: Page, name: str, content: bytes) -> Page:
    file: Any = {"name": name, "mimeType": "application/octet-stream", "buffer": content}
    page.locator("#arquivo").set_input_files(file)
    return page


def giving_container(new_page: Open, bruno: User, carla: User) -> Page:
    page = give(giving(new_page, bruno, carla), "ana.pfx", pfx.usual(zeros(), "certa"))
    page.get_by_label("Senha do arquivo").fill("errada")
    page.get_by_role("button", name="Abrir aqui").click()
    expect(page.get_by_text("A senha não confere.")).to_be_visible()
    return page


def given(new_page: Open, bruno: User, carla: User, content: bytes = zeros()) -> Page:
    page = give(giving(new_page, bruno, carla), "ana.cer", content)
    with page.expect_navigation():  # once its script has looked into the file
        page.get_by_role("button", name="Enviar", exact=True).click()
    return page


def refused_gift(new_page: Open, bruno: User, carla: User) -> Page:
    page = given(new_page, bruno, carla, b"%PDF-1.7")
    expect(page.get_by_role("alert").first).to_be_focused()
    return page


def choice_of_gift(new_page: Open, bruno: User, carla: User) -> Page:
    several = pem(zeros()) + pem(e_cpf().der())
    page = given(new_page, bruno, carla, several.encode())
    expect(page.get_by_role("heading", name="Qual destes")).to_be_visible()
    return page


def closed_link(new_page: Open, bruno: User, carla: User) -> Page:
    page = new_page()
    page.goto("/enviar/x/")
    return page


def followed(new_page: Open, bruno: User, carla: User) -> Page:
    case = ticket_of(bruno, wanted_number="Cliente vai enviar")
    case.promise.log_attempt(carla, case.phones[0], "no_answer", again="1h")
    case.take_number("2026/AB-17", bruno)
    case.answer("now")
    page = new_page()
    page.goto(path_of(case))
    return page


def path_of(case: Ticket) -> str:
    """Where its customer follows it."""
    return f"/acompanhar/{case.link.split('/')[-2]}/"


def refused_answer(new_page: Open, bruno: User, carla: User) -> Page:
    page = followed(new_page, bruno, carla)
    page.get_by_label("Telefone com DDD").fill("123")
    page.get_by_role("button", name="Mandar o telefone").click()
    page.wait_for_url(re.compile("/telefone/"))
    return page


def received_answer(new_page: Open, bruno: User, carla: User) -> Page:
    page = followed(new_page, bruno, carla)
    page.get_by_label("Telefone com DDD").fill("(11) 97777-6666")
    page.get_by_role("button", name="Mandar o telefone").click()
    expect(page.get_by_text("Recebemos o telefone")).to_be_visible()
    return page


def sending_a_file(new_page: Open, bruno: User, carla: User) -> Page:
    page = followed(new_page, bruno, carla)
    page.get_by_role("link", name="Escolher o arquivo").click()
    give(page, "ana.cer", b"nada").get_by_role("button", name="Enviar", exact=True).click()
    expect(page.get_by_role("alert").first).to_be_visible()
    unfold(page)
    return page


def finding_by_number(new_page: Open, bruno: User, carla: User) -> Page:
    page = new_page()
    page.goto("/acompanhar/")
    page.get_by_label("Protocolo").fill("482 170 365-7")
    page.get_by_label("Quatro últimos dígitos").fill("1234")
    page.get_by_role("button", name="Acompanhar").click()
    expect(page.get_by_role("heading", name="Não encontramos")).to_be_visible()
    return page


def closed_following(new_page: Open, bruno: User, carla: User) -> Page:
    page = new_page()
    page.goto("/acompanhar/x/")
    return page


def answered_ticket(new_page: Open, bruno: User, carla: User) -> Page:
    case = ticket_of(bruno)
    case.add_phone("(11) 97777-6666")
    case.take_certificate(sources.read(e_cnpj(cei=CEI).der(), "a.cer").leaves[0])
    page = new_page(carla)
    page.goto("/fila/")
    expect(page.get_by_text("cliente respondeu")).to_be_visible()
    page.goto(f"/chamados/{case.number}/")
    expect(page.get_by_role("heading", name="O cliente respondeu")).to_be_visible()
    return page


def not_found(new_page: Open, bruno: User, carla: User) -> Page:
    page = new_page(carla)
    page.goto("/chamados/4821703657/")
    return page


def forbidden(new_page: Open, bruno: User, carla: User) -> Page:
    page = new_page(carla)
    page.goto("/atender/")
    return page


def supervisor(new_page: Open) -> Page:
    return new_page(User.objects.create_user("eva", name="Eva Exemplo", role="supervisao"))


def settings(new_page: Open, bruno: User, carla: User) -> Page:
    page = supervisor(new_page)
    page.goto("/ajustes/")
    page.get_by_label("Terça").fill("de manhã")
    page.get_by_role("button", name="Salvar").click()
    expect(page.get_by_role("alert")).to_be_focused()
    page.get_by_text("mudanças").first.click()
    return page


def holidays(new_page: Open, bruno: User, carla: User) -> Page:
    page = supervisor(new_page)
    page.goto("/ajustes/")
    page.get_by_label("Fecha nos feriados").check()
    page.get_by_label("Estado", exact=True).select_option("SP")
    page.get_by_label("Feriados da cidade").fill("25/01 Aniversário da cidade")
    page.get_by_label("Dias com outro horário").fill("amanhã")
    page.get_by_role("button", name="Salvar").click()
    expect(page.get_by_role("alert")).to_be_focused()
    page.get_by_text("Feriados que serão fixados").click()
    page.get_by_text("outros dias facultativos").first.click()
    return page


def paused(new_page: Open, bruno: User, carla: User) -> Page:
    text = (shelf.SHIPPED / "cei-ausente.toml").read_text("utf-8")
    waits = '[promise]\npauses = ["Cliente vai enviar um documento"]\n'
    slug, text = "cei-ausente", text.replace("[promise]\n", waits, 1)
    seen = ProcedureVersion.current(slug).digest
    ProcedureVersion.publish(slug, text, bruno, seen=seen)
    ticket = ticket_of(bruno)
    ticket.move("wait", carla, "Cliente vai enviar um documento")
    page = new_page(carla)
    page.goto(f"/chamados/{ticket.number}/")
    page.locator("#form-resume summary").click()
    return page


def procedure(new_page: Open, bruno: User, carla: User) -> Page:
    page = supervisor(new_page)
    page.goto("/ajustes/cei-ausente/")
    page.get_by_text("Nome, equipe e prazo").click()
    page.get_by_label("Prazo de retorno").fill("muitas")
    page.get_by_role("button", name="Conferir").click()
    expect(page.get_by_role("alert")).to_be_focused()
    unfold(page)
    return page


def reviewed_procedure(new_page: Open, bruno: User, carla: User) -> Page:
    page = supervisor(new_page)
    page.goto("/ajustes/cei-ausente/")
    page.get_by_text("Nome, equipe e prazo").click()
    page.get_by_label("Equipe que liga").fill("Retorno")
    page.get_by_role("button", name="Conferir").click()
    expect(page.get_by_role("heading", name="O que muda")).to_be_visible()
    unfold(page)
    return page


def sampled_procedure(new_page: Open, bruno: User, carla: User) -> Page:
    page = reviewed_procedure(new_page, bruno, carla)
    page.get_by_label("Certificado", exact=True).select_option("Selo Eletrônico")
    page.get_by_role("button", name="Ver o que o texto dá").click()
    expect(page.get_by_role("heading", name="Com um certificado de exemplo")).to_be_focused()
    return page


def procedure_versions(new_page: Open, bruno: User, carla: User) -> Page:
    page = reviewed_procedure(new_page, bruno, carla)
    page.get_by_role("button", name="Publicar").click()
    expect(page.get_by_role("heading", name="Versões")).to_be_visible()
    unfold(page)
    return page


def new_procedure(new_page: Open, bruno: User, carla: User) -> Page:
    page = supervisor(new_page)
    page.goto("/ajustes/")
    page.get_by_role("link", name="Novo procedimento").click()
    page.get_by_label("Nome").fill("Troca de titular")
    page.get_by_label("Chave").fill("cei-ausente")
    page.get_by_role("button", name="Começar").click()
    expect(page.get_by_role("alert")).to_be_focused()
    return page


def begun_procedure(new_page: Open, bruno: User, carla: User) -> Page:
    page = new_procedure(new_page, bruno, carla)
    page.get_by_label("Chave").fill("troca-de-titular")
    page.get_by_role("button", name="Começar").click()
    expect(page.get_by_role("status").filter(has_text="procedimento novo")).to_be_focused()
    return page


def reviewed_new_procedure(new_page: Open, bruno: User, carla: User) -> Page:
    page = begun_procedure(new_page, bruno, carla)
    page.get_by_role("button", name="Conferir").click()
    expect(page.get_by_text("Tudo: é um procedimento novo.")).to_be_visible()
    return page


def withdrawn_procedure(new_page: Open, bruno: User, carla: User) -> Page:
    page = reviewed_new_procedure(new_page, bruno, carla)
    page.get_by_role("button", name="Publicar").click()
    page.get_by_role("button", name="Retirar o procedimento").click()
    expect(page.get_by_role("button", name="Voltar a usar")).to_be_visible()
    return page


def whole_procedure(new_page: Open, bruno: User, carla: User) -> Page:
    page = supervisor(new_page)
    page.goto("/ajustes/cei-ausente/?modo=texto")
    page.get_by_label("Texto (TOML)").fill("slug = ")
    page.get_by_role("button", name="Conferir").click()
    expect(page.get_by_role("alert")).to_be_focused()
    return page


def unfold(page: Page) -> None:
    page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true })")


def figures(new_page: Open, bruno: User, carla: User) -> Page:
    """With everything that it can show: at risk, ended, missing, come back."""
    for answers_ in ({}, {"phone_2": "Cliente só tem um telefone"}):
        case = ticket_of(bruno, **answers_)
    case.promise.log_attempt(carla, case.phones[0], "spoke")
    late = ticket_of(bruno, name="Cartório de Registro de Nome Comprido Exemplo Ltda")
    Promise.objects.filter(pk=late.promise_id).update(due_at=clock.now() - timedelta(hours=1))
    Ticket.objects.filter(pk=case.pk).update(opened_at=clock.now() - timedelta(days=2))
    draft = Draft.start(bruno)
    draft.end(bruno, draft.procedure.reasons["end"][0])
    keep.mark_since(None, clock.now())
    keep.count_due(clock.now())
    page = supervisor(new_page)
    User.objects.filter(username="eva").update(email="eva@exemplo.com.br")
    page.goto("/painel/")
    unfold(page)
    return page


def came_back(new_page: Open, bruno: User, carla: User) -> Page:
    page = figures(new_page, bruno, carla)
    page.get_by_role("link", name="chamados de clientes que voltaram").click()
    expect(page.get_by_text("2 chamados").first).to_be_visible()
    return page


PAGES = (
    login, refused_login, empty_call, read_call, proposed_procedure, call_of_another_procedure,
    choice, table, batch, spoken, taking_up,
    outside_hours, incomplete_call, number, queue, found,
    nothing_found, known_customer, ticket, refused_attempt, card, refused_proof, choice_of_proof,
    settings, holidays, paused, procedure, reviewed_procedure, sampled_procedure,
    procedure_versions, whole_procedure, new_procedure, begun_procedure, reviewed_new_procedure,
    withdrawn_procedure,
    asking, asked, giving, giving_container, given, refused_gift, choice_of_gift, closed_link,
    followed, refused_answer, received_answer, sending_a_file, finding_by_number, closed_following,
    answered_ticket, not_found, forbidden, figures, came_back,
)  # fmt: skip

SMALL_TARGETS = """() => [...document.querySelectorAll("button, input, select, summary, nav a")]
  .filter(element => element.checkVisibility({visibilityProperty: true}))
  .map(element => [element, element.matches("[type=checkbox], [type=radio]") ? 22 : 24])
  .map(([each, least]) => [each.outerHTML.slice(0, 80), least, each.getBoundingClientRect()])
  .filter(([, least, box]) => box.width && (box.width < least || box.height < least))"""


def named(violations: list[Any]) -> list[tuple[str, list[str]]]:
    return [(each["id"], [node["html"] for node in each["nodes"]][:3]) for each in violations]


def assert_accessible(page: Page) -> None:
    """Axe finds nothing in light or dark, nothing overflows, targets are large enough."""
    page.wait_for_load_state()
    page.emulate_media(reduced_motion="reduce")
    assert named(Axe().run(page).response["violations"]) == []
    page.emulate_media(color_scheme="dark")
    # Axe is in the page by now; of all it looks at, only the colours have changed.
    found = page.evaluate("async () => (await axe.run({runOnly: ['color-contrast']})).violations")
    assert named(found) == []
    for width in (640, 360, 320):  # 640: 1280 at a zoom of 200 %
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(SMALL_TARGETS) == []
    assert page.locator("h1").count() == 1
    assert page.evaluate("document.documentElement.lang") == "pt-BR"


@pytest.mark.parametrize("visit", PAGES, ids=lambda visit: visit.__name__)
def test_is_accessible_and_fits(
    new_page: Open, bruno: User, carla: User, visit: Visit, settings: Any
) -> None:
    settings.CERTIFICATE_URL = "https://certificado.example.com"
    assert_accessible(visit(new_page, bruno, carla))
