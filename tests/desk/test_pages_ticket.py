"""Chamado: the clock, the reading, the data, the history, attempts and moves."""

import re
from datetime import timedelta
from typing import cast
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client

from calls import NOW, signed_in, ticket_of
from certificates import CEI, e_cnpj, e_cpf, pem
from guiche.desk import clock
from guiche.desk.models import Inspection, ProcedureVersion, Ticket, User

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]


@pytest.fixture
def ticket() -> Ticket:
    return ticket_of(User.objects.create_user("bruno", name="Bruno Exemplo"))


@pytest.fixture
def suporte(ticket: Ticket) -> Client:
    return signed_in(ticket.opened_by)


@pytest.fixture
def relacionamento() -> Client:
    client = Client()
    client.force_login(
        User.objects.create_user("carla", name="Carla Exemplo", role="relacionamento")
    )
    return client


def at(ticket: Ticket, verb: str = "") -> str:
    return f"/chamados/{ticket.number}/{verb}/" if verb else f"/chamados/{ticket.number}/"


def shown(client: Client, ticket: Ticket) -> str:
    return client.get(at(ticket)).content.decode()


def test_shows_clock_phones_reading_data_and_history(
    relacionamento: Client, ticket: Ticket
) -> None:
    page = shown(relacionamento, ticket)
    for words in (
        "Faltam 23 h e 46 min",
        "Ligar até amanhã, terça, 24/11, às 14h30.",
        'href="tel:+5511988887777"',
        'href="tel:+551133334444"',
        "Sem CEI: o campo está preenchido com zeros.",
        "Cliente precisa do CEI no certificado para enviar a GRRF hoje.",
        "contato@padaria.com.br",
        "Chamado aberto",
        "Equipe: Relacionamento.",
        "aberto em 23/11/2026 14:44 por Bruno Exemplo",
    ):
        assert words in page


def test_the_latest_event_stands_on_top(relacionamento: Client, ticket: Ticket) -> None:
    page = shown(relacionamento, ticket)
    assert page.index("<h3>Encaminhado</h3>") < page.index("<h3>Chamado aberto</h3>")


def test_a_time_that_is_past_is_not_said_to_anybody(relacionamento: Client, ticket: Ticket) -> None:
    address = at(ticket, "registrado")
    assert "Diga ao cliente" in relacionamento.get(address).content.decode()
    with clock.stopped_at(NOW + timedelta(hours=25)):
        page = relacionamento.get(address).content.decode()
    assert "Diga ao cliente" not in page
    assert "Venceu há 1 h e 14 min" in page


def test_an_overdue_promise_says_it(relacionamento: Client, ticket: Ticket) -> None:
    with clock.stopped_at(NOW + timedelta(hours=25)):
        page = shown(relacionamento, ticket)
    assert 'class="card clock callback tone-stop"' in page
    assert "Venceu há 1 h e 14 min" in page


def test_what_the_customer_could_not_give_is_red(relacionamento: Client, ticket: Ticket) -> None:
    other = ticket_of(ticket.opened_by, phone_2="Cliente só tem um telefone")
    page = shown(relacionamento, other)
    assert '<dd class="problem">(cliente só tem um telefone)</dd>' in page


@pytest.mark.parametrize("verb", ["", "registrado", "tentativa", "mudar/resolve"])
def test_an_unknown_number_is_not_found_in_words(
    relacionamento: Client, ticket: Ticket, verb: str
) -> None:
    answer = relacionamento.get(f"/chamados/4821703657/{verb}/".replace("//", "/"))
    assert answer.status_code == 404
    assert "Não há chamado com o protocolo 482 170 365-7." in answer.content.decode()


def test_a_mistyped_number_in_the_address_says_so(relacionamento: Client) -> None:
    assert "não confere" in relacionamento.get("/chamados/4821703651/").content.decode()


# Attempts


def test_logs_an_attempt(relacionamento: Client, ticket: Ticket) -> None:
    sent = {"phone": "+5511988887777", "result": "no_answer", "note": "Toca até cair."}
    answer = relacionamento.post(at(ticket, "tentativa"), sent)
    assert answer["Location"] == at(ticket)
    page = shown(relacionamento, ticket)
    assert "Tentativa registrada: não atendeu." in page
    assert "Tentativa de contato" in page
    assert "(11) 98888-7777: Não atendeu. Toca até cair." in page
    assert "Faltam" in page


def test_speaking_with_the_customer_keeps_the_promise(
    relacionamento: Client, ticket: Ticket
) -> None:
    sent = {"phone": "+5511988887777", "result": "spoke", "note": ""}
    relacionamento.post(at(ticket, "tentativa"), sent)
    page = shown(relacionamento, ticket)
    assert "Contato feito" in page
    assert "Contato em 23/11/2026 14:44" in page


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"result": ""}, "Escolha o resultado da ligação."),
        ({"phone": "1"}, "Escreva o telefone com DDD"),
        ({"note": "senha: 1234"}, "Parece haver uma senha ou PIN no texto."),
    ],
)
def test_a_refused_attempt_says_why_in_its_place_and_loses_nothing(
    relacionamento: Client, ticket: Ticket, change: dict[str, str], words: str
) -> None:
    sent = {"phone": "+551133334444", "result": "busy", "note": "Ligo às 16h"} | change
    answer = relacionamento.post(at(ticket, "tentativa"), sent)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "<title>Erro: Chamado" in page
    assert page.count(words) == 2
    assert sent["note"] in page


def mark_of(page: str) -> str:
    return str(re.findall('name="form" value="([^"]+)"', page)[0])


def test_a_form_sent_twice_is_one_attempt(relacionamento: Client, ticket: Ticket) -> None:
    mark = mark_of(shown(relacionamento, ticket))
    assert mark != mark_of(shown(relacionamento, ticket))
    sent = {"phone": "+5511988887777", "result": "busy", "note": "", "form": mark}
    answers = [relacionamento.post(at(ticket, "tentativa"), sent) for _ in range(2)]
    assert {answer["Location"] for answer in answers} == {at(ticket)}
    assert ticket.promise.attempts.count() == 1
    relacionamento.post(at(ticket, "tentativa"), {**sent, "form": str(uuid4())})
    assert ticket.promise.attempts.count() == 2


def test_a_move_sent_twice_is_done_and_not_refused(relacionamento: Client, ticket: Ticket) -> None:
    sent = {"reason": "Cliente desistiu", "form": mark_of(shown(relacionamento, ticket))}
    for _ in range(2):
        answer = relacionamento.post(at(ticket, "mudar/resolve"), sent)
        assert answer["Location"] == f"{at(ticket)}#historico"


@pytest.mark.parametrize("mark", ["", "x", "²"])
def test_a_strange_mark_is_no_mark(relacionamento: Client, ticket: Ticket, mark: str) -> None:
    sent = {"phone": "+5511988887777", "result": "busy", "form": mark}
    assert relacionamento.post(at(ticket, "tentativa"), sent).status_code == 302


def test_support_has_no_form_for_attempts_and_is_refused(suporte: Client, ticket: Ticket) -> None:
    assert 'id="form-attempt"' not in shown(suporte, ticket)
    sent = {"phone": "+5511988887777", "result": "spoke"}
    answer = suporte.post(at(ticket, "tentativa"), sent)
    assert "Quem registra tentativas é o Relacionamento" in answer.content.decode()


# The card


def card_of(client: Client, ticket: Ticket) -> str:
    return shown(client, ticket).partition('id="cartao"')[2].partition("</section>")[0]


def test_the_card_has_all_that_one_call_needs(relacionamento: Client, ticket: Ticket) -> None:
    card = card_of(relacionamento, ticket)
    for words in (
        'Bento Exemplo <span class="soft">(representante)</span>',
        "Melhor horário: qualquer horário",
        '<span class="soft">Bento Exemplo</span>',
        "Ligar até amanhã, terça, 24/11, às 14h30.",
        "<dd>CEI</dd>",
        '<dd><span class="digits">11.583.00249/85</span></dd>',
        "<dd>A única do cliente</dd>",
        "O Relacionamento informa se há custo; não consigo confirmar agora.",
        "<li>Comprovante do CEI: CND, inscrição no INSS ou consulta à Receita Federal</li>",
        "<li>Documento de identidade do titular</li>",
        "Encaminhado ao Relacionamento para orientar sobre as opções.",
    ):
        assert words in card
    assert "em falta" not in card


def test_a_whatsapp_link_has_the_number_of_a_mobile_and_nothing_else(
    relacionamento: Client, ticket: Ticket
) -> None:
    links = re.findall(r'<a [^>]*href="(https://[^"]+)"([^>]*)>', card_of(relacionamento, ticket))
    assert [address for address, _ in links] == ["https://wa.me/5511988887777"]
    assert all('rel="noopener noreferrer"' in rest for _, rest in links)


def test_what_is_missing_is_counted_in_red(relacionamento: Client, ticket: Ticket) -> None:
    other = ticket_of(
        ticket.opened_by, phone_2="Cliente só tem um telefone", wanted_number="Cliente vai enviar"
    )
    card = card_of(relacionamento, other)
    assert "<h3>2 dados em falta</h3>" in card
    assert "<li>Segundo telefone: cliente só tem um telefone</li>" in card
    assert '<dd class="problem">(cliente vai enviar)</dd>' in card
    assert card.count("tel:") == 1
    queue = relacionamento.get("/fila/").content.decode()
    assert '<span class="tag tone-stop">2 dados em falta</span>' in queue
    assert queue.count("em falta") == 1


def test_what_was_not_asked_is_not_shown(relacionamento: Client, ticket: Ticket) -> None:
    other = ticket_of(ticket.opened_by, wanted_kind="Cliente vai confirmar")
    page = shown(relacionamento, other)
    assert "Número que deve constar<" not in page
    assert "De qual obra" not in page
    assert "Nome do sistema" not in page


def test_a_customer_without_a_telephone_is_answered_by_mail(
    relacionamento: Client, ticket: Ticket
) -> None:
    other = ticket_of(
        ticket.opened_by, phone_1="Cliente não tem telefone", phone_2="Cliente só tem um telefone"
    )
    card = card_of(relacionamento, other)
    assert "Não há telefone: responda por e-mail." in card
    assert 'href="mailto:contato@padaria.com.br"' in card
    assert 'name="phone"' not in card
    relacionamento.post(at(other, "tentativa"), {"result": "spoke"})
    assert "Sem telefone: Falou com o cliente." in shown(relacionamento, other)


def test_a_procedure_that_asks_less_has_a_smaller_card(
    relacionamento: Client, ticket: Ticket
) -> None:
    content = ticket.procedure_version.content
    for key in ("whose", "requester", "relation", "hour", "wanted", "solution"):
        content = re.sub(rf"^{key} = .*$", "", content, count=1, flags=re.MULTILINE)
    content = content.replace("[[texts.cost]]", "[[texts.cost]]\nwhen = { status = ['present'] }")
    version = ProcedureVersion.objects.create(slug="menor", digest="1" * 64, content=content)
    Ticket.objects.filter(pk=ticket.pk).update(procedure_version=version)
    card = card_of(relacionamento, ticket)
    assert "<h3>Padaria Exemplo Ltda</h3>" in card
    assert "representante" not in card
    assert "Melhor horário" not in card
    assert "Custo" not in card
    assert "deve constar" not in card
    assert "Solução" not in card
    assert 'href="tel:+5511988887777"' in card


def test_each_result_is_a_button_with_its_key(relacionamento: Client, ticket: Ticket) -> None:
    card = card_of(relacionamento, ticket)
    buttons = re.findall(r'name="result" value="(\w+)" data-key="(\d)"', card)
    assert [key for _, key in buttons] == ["1", "2", "3", "4", "5", "6"]
    assert buttons[0][0] == "spoke"


def test_the_next_try_is_shown_here_and_in_the_queue(
    relacionamento: Client, ticket: Ticket
) -> None:
    sent = {"phone": "+5511988887777", "result": "busy", "again": "1h"}
    relacionamento.post(at(ticket, "tentativa"), sent)
    words = "hoje, segunda, 23/11, às 15h44"
    assert f"<b>Próxima tentativa:</b> {words}" in card_of(relacionamento, ticket)
    assert f"Próxima tentativa: {words}" in relacionamento.get("/fila/").content.decode()
    assert "falta: mais 1 tentativa; ligar para (11) 3333-4444; deixar recado." in card_of(
        relacionamento, ticket
    )


def test_tried_in_time_is_told_calmly(relacionamento: Client, ticket: Ticket) -> None:
    for phone, result in (("+5511988887777", "no_answer"), ("+551133334444", "left_message")):
        relacionamento.post(at(ticket, "tentativa"), {"phone": phone, "result": result})
    for hours, words in ((1, "Tentado"), (30, "Tentado no prazo")):
        with clock.stopped_at(NOW + timedelta(hours=hours)):
            pages = shown(relacionamento, ticket), relacionamento.get("/fila/").content.decode()
        for page in pages:
            assert f"<span>{words}</span>" in page
            assert "Venceu" not in page
            assert "clock callback tone-stop" not in page


def test_support_reads_the_card_and_changes_nothing(suporte: Client, ticket: Ticket) -> None:
    page = shown(suporte, ticket)
    assert 'href="tel:+5511988887777"' in page
    for form in ("form-attempt", "form-proof", "form-order", "form-resolve"):
        assert f'id="{form}"' not in page


# The new certificate


def test_keeps_the_order_and_the_appointment(relacionamento: Client, ticket: Ticket) -> None:
    sent = {"order": "PED-1", "validation": "2026-11-25T10:30"}
    answer = relacionamento.post(at(ticket, "pedido"), sent)
    assert answer["Location"] == f"{at(ticket)}#historico"
    page = shown(relacionamento, ticket)
    assert "Pedido PED-1. Validação em 25/11/2026 10:30." in page
    assert "<dd>25/11/2026 10:30</dd>" in page
    assert 'value="2026-11-25T10:30"' in page
    queue = relacionamento.get("/fila/").content.decode()
    assert "Pedido PED-1 · Validação 25/11 10:30" in queue
    relacionamento.post(at(ticket, "pedido"), {"order": "PED-2", "validation": "25/11/2026 11h"})
    assert "<dd>25/11/2026 11:00</dd>" in shown(relacionamento, ticket)


@pytest.mark.parametrize(
    ("order", "validation", "words"),
    [
        ("", "", "Escreva o número do pedido"),
        ("PED-1", "amanhã", "Escreva o dia e a hora da validação"),
        ("PED-1", "2026-11-22T10:30", "já passou"),
        ("PED-1", "0001-01-01T00:00", "já passou"),
        ("PED-1", "9999-12-31T23:59", "longe demais"),
    ],
)
def test_a_refused_order_says_why_and_loses_nothing(
    relacionamento: Client, ticket: Ticket, order: str, validation: str, words: str
) -> None:
    answer = relacionamento.post(at(ticket, "pedido"), {"order": order, "validation": validation})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert page.count(words) == 2
    assert f'value="{order}"' in page
    assert f'value="{validation}"' in page


NEW = e_cnpj(cei=CEI)
OTHER = e_cnpj(cei="512345678907")


def prove(client: Client, ticket: Ticket, *files: bytes, **fields: str) -> HttpResponse:
    uploads = [SimpleUploadedFile(f"{n}.cer", data) for n, data in enumerate(files)]
    sent = {**fields, "arquivo": uploads} if files else fields
    return cast("HttpResponse", client.post(at(ticket, "conferir"), sent))


@pytest.mark.parametrize("fields", [{}, {"texto": pem(NEW.der())}])
def test_reads_the_new_certificate_and_closes(
    relacionamento: Client, ticket: Ticket, fields: dict[str, str]
) -> None:
    files = () if fields else (NEW.der(),)
    answer = prove(relacionamento, ticket, *files, **fields)
    assert answer["Location"] == f"{at(ticket)}#historico"
    page = shown(relacionamento, ticket)
    assert "O novo certificado confere. Chamado resolvido." in page
    assert "Motivo: Novo certificado emitido e conferido." in page
    assert "<dt>Novo certificado, conferido</dt><dd>Tem CEI: 11.583.00249/85.</dd>" in page
    assert '<span class="tag">Resolvido</span>' in page


def test_says_what_differs_and_closes_nothing(relacionamento: Client, ticket: Ticket) -> None:
    answer = prove(relacionamento, ticket, OTHER.der())
    page = answer.content.decode()
    assert answer.status_code == 422
    assert '<details class="card" id="form-proof" open>' in page
    assert "O número no certificado é 51.234.56789/07" in page
    assert "<h3>Novo certificado lido</h3><p>Não encerra: o número é outro.</p>" in page
    ticket.refresh_from_db()
    assert ticket.is_open


def test_another_holder_is_accepted_with_its_reason(relacionamento: Client, ticket: Ticket) -> None:
    person, reason = e_cpf(cei=CEI).der(), "Emitido para o responsável, em um e-CPF"
    page = prove(relacionamento, ticket, person).content.decode()
    assert "escolha por que o titular é outro" in page
    assert prove(relacionamento, ticket, person, other_holder=reason).status_code == 302
    assert f"Titular: {reason}." in shown(relacionamento, ticket)


def test_of_several_the_one_of_the_customer_is_taken(
    relacionamento: Client, ticket: Ticket
) -> None:
    assert prove(relacionamento, ticket, e_cpf(cei=CEI).der(), NEW.der()).status_code == 302
    ticket.refresh_from_db()
    assert ticket.state == "resolved"


def test_of_several_that_may_be_meant_one_is_chosen(relacionamento: Client, ticket: Ticket) -> None:
    answer = prove(relacionamento, ticket, OTHER.der(), NEW.der())
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "Há 2 certificados. Qual é o novo?" in page
    chosen = re.findall(r'name="der" value="([^"]+)"', page)[1]
    assert relacionamento.post(at(ticket, "conferir"), {"der": chosen}).status_code == 302
    ticket.refresh_from_db()
    assert ticket.state == "resolved"


def test_what_is_no_certificate_is_refused_in_words(relacionamento: Client, ticket: Ticket) -> None:
    assert "Escolha o arquivo do certificado" in prove(relacionamento, ticket).content.decode()
    answer = prove(relacionamento, ticket, b"nada")
    assert answer.status_code == 422
    key = b"-----BEGIN PRIVATE KEY-----\nMAA=\n-----END PRIVATE KEY-----\n"
    assert prove(relacionamento, ticket, key).status_code == 422
    assert Inspection.objects.count() == 1
    assert ticket.events.count() == 2


def test_the_proof_is_not_to_be_had_from_the_list(relacionamento: Client, ticket: Ticket) -> None:
    sent = {"reason": "Novo certificado emitido e conferido"}
    answer = relacionamento.post(at(ticket, "mudar/resolve"), sent)
    assert answer.status_code == 422
    assert "Leia o novo certificado" in answer.content.decode()


def test_support_and_a_closed_ticket_read_nothing(
    suporte: Client, relacionamento: Client, ticket: Ticket
) -> None:
    answer = prove(suporte, ticket, NEW.der())
    assert "acompanhado por Relacionamento ou Supervisão" in answer.content.decode()
    relacionamento.post(at(ticket, "mudar/resolve"), {"reason": "Cliente desistiu"})
    assert "Resolvido" in prove(relacionamento, ticket, NEW.der()).content.decode()
    assert 'id="form-proof"' not in shown(relacionamento, ticket)
    assert Inspection.objects.count() == 1


# Moves


def test_each_role_has_its_own_moves(
    suporte: Client, relacionamento: Client, ticket: Ticket
) -> None:
    assert "Devolver ao suporte" in shown(relacionamento, ticket)
    assert "Cancelar o chamado" not in shown(relacionamento, ticket)
    assert "Cancelar o chamado" in shown(suporte, ticket)
    assert "Devolver ao suporte" not in shown(suporte, ticket)


def test_resolves_with_a_reason(relacionamento: Client, ticket: Ticket) -> None:
    sent = {"reason": "Cliente usa outro caminho de acesso", "note": "Testado na Caixa."}
    relacionamento.post(at(ticket, "mudar/resolve"), sent)
    page = shown(relacionamento, ticket)
    assert '<span class="tag">Resolvido</span>' in page
    assert "Motivo: Cliente usa outro caminho de acesso. Testado na Caixa." in page
    assert "Encerrado sem contato" in page
    assert 'id="form-attempt"' not in page


def test_a_move_without_its_reason_is_refused_in_its_place(
    relacionamento: Client, ticket: Ticket
) -> None:
    sent = {"reason": "", "note": "Faltou o CNPJ"}
    answer = relacionamento.post(at(ticket, "mudar/return"), sent)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert page.count("Escolha o motivo na lista.") == 2
    assert '<details class="card" id="form-return" open>' in page
    assert "Faltou o CNPJ" in page


def test_a_move_from_a_page_that_is_old_is_refused_in_words(
    relacionamento: Client, ticket: Ticket
) -> None:
    sent = {"reason": "Cliente desistiu"}
    relacionamento.post(at(ticket, "mudar/resolve"), sent)
    page = relacionamento.post(at(ticket, "mudar/resolve"), sent).content.decode()
    assert "não dá mais para “Resolver”" in page


@pytest.mark.parametrize("move", ["cancel", "nada"])
def test_a_move_that_is_not_ones_own_is_refused(
    relacionamento: Client, ticket: Ticket, move: str
) -> None:
    answer = relacionamento.post(at(ticket, f"mudar/{move}"), {"reason": "Aberto por engano"})
    assert answer.status_code == 422
    ticket.refresh_from_db()
    assert ticket.is_open


def test_markup_in_a_note_stays_text(relacionamento: Client, ticket: Ticket) -> None:
    sent = {"reason": "Dados insuficientes", "note": "<script>alert(1)</script>"}
    relacionamento.post(at(ticket, "mudar/return"), sent)
    page = shown(relacionamento, ticket)
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page
