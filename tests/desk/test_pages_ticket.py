"""Chamado: the clock, the reading, the data, the history, attempts and moves."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client

from calls import NOW, ticket_of
from guiche.desk import clock
from guiche.desk.models import Ticket, User

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]


@pytest.fixture
def ticket() -> Ticket:
    return ticket_of(User.objects.create_user("bruno", name="Bruno Exemplo"))


@pytest.fixture
def suporte(ticket: Ticket) -> Client:
    client = Client()
    client.force_login(ticket.opened_by)
    return client


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
    assert 'class="card clock tone-stop"' in page
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
    assert answer["Location"] == f"{at(ticket)}#historico"
    page = shown(relacionamento, ticket)
    assert "Tentativa de contato" in page
    assert "(11) 98888-7777: Não atendeu. Toca até cair." in page
    assert "Faltam" in page


def test_speaking_with_the_customer_keeps_the_promise(
    relacionamento: Client, ticket: Ticket
) -> None:
    sent = {"phone": "+5511988887777", "result": "spoke", "note": ""}
    relacionamento.post(at(ticket, "tentativa"), sent)
    page = shown(relacionamento, ticket)
    assert "Cumprido" in page
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
    assert {answer["Location"] for answer in answers} == {f"{at(ticket)}#historico"}
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


# Moves


def test_each_role_has_its_own_moves(
    suporte: Client, relacionamento: Client, ticket: Ticket
) -> None:
    assert "Devolver ao suporte" in shown(relacionamento, ticket)
    assert "Cancelar o chamado" not in shown(relacionamento, ticket)
    assert "Cancelar o chamado" in shown(suporte, ticket)
    assert "Devolver ao suporte" not in shown(suporte, ticket)


def test_resolves_with_a_reason(relacionamento: Client, ticket: Ticket) -> None:
    sent = {"reason": "Novo certificado emitido e testado", "note": "Testado na Caixa."}
    relacionamento.post(at(ticket, "mudar/resolve"), sent)
    page = shown(relacionamento, ticket)
    assert '<span class="tag">Resolvido</span>' in page
    assert "Motivo: Novo certificado emitido e testado. Testado na Caixa." in page
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
