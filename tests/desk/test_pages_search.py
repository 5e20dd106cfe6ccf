"""Busca: "e o meu chamado?" answered on one page, masked, from a box that every page has."""

import logging
from datetime import timedelta

import pytest
from django.test import Client

from calls import NOW, signed_in, ticket_of
from guiche.desk import clock
from guiche.desk.models import Draft, Ticket, User
from guiche.desk.search.query import MOST

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]


def page_of(client: Client, typed: str) -> str:
    return client.post("/busca/", {"q": typed}).content.decode()


def paused(by: User, **typed: str) -> Draft:
    draft = Draft.start(by)
    draft.type_in(typed)
    draft.pause()
    return draft


# The box


@pytest.mark.parametrize("path", ["/fila/", "/busca/", "/atender/{draft}/", "/chamados/{number}/"])
def test_every_page_has_the_box(client: Client, bruno: User, path: str) -> None:
    draft = Draft.start(bruno)
    page = client.get(path.format(draft=draft.pk, number=ticket_of(bruno).number)).content.decode()
    assert page.count('role="search"') == 1
    assert '<label class="quiet" for="busca">Buscar chamado</label>' in page
    assert "<kbd>K</kbd>: busca um chamado" in page


def test_who_is_not_logged_in_has_none_and_finds_nothing() -> None:
    assert 'role="search"' not in Client().get("/entrar/").content.decode()
    assert Client().post("/busca/", {"q": "padaria"})["Location"].startswith("/entrar/")


def test_nothing_typed_shows_what_can_be_searched(client: Client) -> None:
    for answer in (client.get("/busca/"), client.post("/busca/"), client.get("/busca/?q=padaria")):
        assert answer.status_code == 200
        assert "Protocolo</b>, com ou sem espaços" in answer.content.decode()


def test_what_is_typed_is_in_no_address_and_no_log(
    client: Client, bruno: User, caplog: pytest.LogCaptureFixture
) -> None:
    ticket_of(bruno)
    with caplog.at_level(logging.DEBUG, logger="django.request"):
        for typed in ("11.222.333/0001-81", "Zuleika"):
            answer = client.post("/busca/", {"q": typed})
            assert typed not in answer.get("Location", "")
    assert "Zuleika" not in caplog.text
    page = client.get("/busca/").content.decode()
    assert '<form class="find" role="search" method="post" action="/busca/">' in page


def test_a_foreign_form_is_refused(bruno: User) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(bruno)
    assert strict.post("/busca/", {"q": "padaria"}).status_code == 403


# What was found


def test_a_single_ticket_opens_at_once(client: Client, bruno: User) -> None:
    ticket = ticket_of(bruno)
    for typed in (ticket.spoken, "11222333000181", "11 3333-4444", "padaria"):
        assert client.post("/busca/", {"q": typed})["Location"] == f"/chamados/{ticket.number}/"


def test_an_answer_says_all_that_the_customer_asks(
    client: Client, bruno: User, carla: User
) -> None:
    ticket, other = ticket_of(bruno), ticket_of(bruno)
    Ticket.objects.filter(pk=ticket.pk).update(desk_number="QT-77")
    attempt = ticket.promise.log_attempt(carla, ticket.phones[0], "no_answer")
    attempt.next_at = NOW + timedelta(hours=3)
    attempt.save()
    other.move("return", carla, "Dados insuficientes", "Falta o CNPJ.")
    page = page_of(client, "11.222.333/0001-81")
    for words in (
        ticket.spoken, "Qualitor QT-77", "Padaria Exemplo Ltda", "11.222.333/0001-81",
        "Encaminhado", "Faltam 23 h e 46 min", "Ligar até amanhã, terça, 24/11, às 14h30.",
        "Relacionamento (Carla Exemplo): vai ligar.",
        "Última tentativa em 23/11/2026 14:44: não atendeu. A próxima: 23/11/2026 17:44.",
        "Suporte: completar o que falta e encaminhar de novo.", "Nenhuma tentativa ainda.",
    ):  # fmt: skip
        assert words in page, words


def test_an_overdue_and_a_closed_one_say_it(client: Client, bruno: User, carla: User) -> None:
    ticket_of(bruno)
    ticket_of(bruno).move("resolve", carla, "Cliente desistiu")
    with clock.stopped_at(NOW + timedelta(hours=25)):
        page = page_of(client, "padaria")
    assert "Venceu há 1 h e 14 min" in page
    assert "Encerrado. Se o problema continua, o Suporte reabre." in page


def test_people_are_masked(client: Client, bruno: User) -> None:
    for _ in range(2):
        ticket = ticket_of(bruno)
        facts = {**ticket.facts, "document": "11144477735", "name": "Ana Exemplo da Silva"}
        Ticket.objects.filter(pk=ticket.pk).update(facts=facts)
    page = page_of(client, "padaria")
    assert "Ana E. S." in page
    assert "***.444.777-**" in page
    assert "Ana Exemplo" not in page
    assert "88887777" not in page


def test_more_than_a_page_says_so(client: Client, bruno: User) -> None:
    for _ in range(MOST):
        ticket_of(bruno)
    assert "mais recentes" not in page_of(client, "padaria")
    ticket_of(bruno)
    page = page_of(client, "padaria")
    assert f"São os {MOST} mais recentes" in page
    assert page.count('class="card row') == MOST


def test_a_paused_call_is_taken_up_from_its_phone(client: Client) -> None:
    davi = User.objects.create_user("davi", name="Davi Exemplo")
    draft = paused(davi, phone_1="(11) 98765-4321", requester_name="Ana Exemplo da Silva")
    page = page_of(client, "11 98765-4321")
    assert f'<a href="/atender/{draft.pk}/">Ana E. S.</a>' in page
    assert "Em pausa" in page
    assert "Com Davi Exemplo; última mudança em 23/11/2026 14:44" in page
    assert "Silva" not in page
    assert client.get(f"/atender/{draft.pk}/")["Location"].endswith("/assumir/")


def test_a_call_with_one_ticket_are_both_shown(client: Client, bruno: User) -> None:
    ticket = ticket_of(bruno)
    paused(bruno, phone_1="11 98888-7777", name="Mercado Exemplo", document="11.222.333/0001-81")
    page = page_of(client, "11 98888-7777")
    assert ticket.spoken in page
    assert "Mercado Exemplo" in page
    assert "Com você" in page


def test_relacionamento_sees_no_calls(bruno: User, carla: User) -> None:
    paused(bruno, phone_1="(11) 98765-4321")
    page = page_of(signed_in(carla), "11 98765-4321")
    assert "Nada encontrado" in page
    assert "atendimento em aberto" not in page
    ticket = ticket_of(bruno, phone_1="(11) 98765-4321")
    answer = signed_in(carla).post("/busca/", {"q": "11 98765-4321"})
    assert answer["Location"] == f"/chamados/{ticket.number}/"


def test_searching_changes_nothing(client: Client, bruno: User) -> None:
    ticket, draft = ticket_of(bruno), paused(bruno, name="Padaria")
    page_of(client, "padaria")
    assert Ticket.objects.get().seq == ticket.seq
    assert Draft.objects.get(pk=draft.pk).version == draft.version


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("482 170 365-1", "O protocolo 4821703651 não confere: há um dígito errado ou trocado."),
        ("482 170 365-7", "Não há chamado com o protocolo 482 170 365-7."),
        ("Zuleika", "Não há chamado nem atendimento em aberto assim."),
        ("x", "Escreva pelo menos duas letras"),
        ("<b>x</b>", "&lt;b&gt;x&lt;/b&gt;"),
        ("\x00", "Escreva pelo menos duas letras"),
        ("9" * 5000, "Tente também"),
    ],
)
def test_says_why_nothing_was_found_and_what_else_to_try(
    client: Client, typed: str, words: str
) -> None:
    page = page_of(client, typed)
    assert words in page
    assert "Telefone</b>, com DDD ou sem" in page
    assert "<b>x</b>" not in page
