"""The page on which a customer follows a ticket: what it tells, what it takes, who may see it."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from calls import company, upload, zeros
from certificates import CEI, e_cnpj, e_cpf, pem
from guiche.desk.models import (
    Connection,
    Delivery,
    Event,
    Image,
    Inspection,
    Received,
    Ticket,
    User,
)
from guiche.desk.portal.ticket_token import Opened, opened, token_of
from guiche.desk.tickets.erasure import erase
from guiche.desk.tickets.followed import KEPT, MOST
from guiche.desk.tickets.undo import undo
from pictures import png
from sources import pfx
from stored import assert_nowhere, everything_stored

pytestmark = pytest.mark.django_db


def address(ticket: Ticket, part: str = "") -> str:
    return f"/acompanhar/{ticket.link.rstrip('/').rpartition('/')[2]}/{part}"


def words(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def last(ticket: Ticket) -> Event:
    event = ticket.history.last()
    assert event
    return event


def test_the_message_carries_the_link_and_nothing_more(ticket: Ticket, settings: Any) -> None:
    link = ticket.send.splitlines()[-1]
    assert link == f"Acompanhe seu atendimento: {ticket.link}"
    path = reverse("acompanhamento", args=[ticket.link.split("/")[-2]])
    assert ticket.link == settings.PAGES_URL + path
    for datum in (ticket.number, ticket.customer, *ticket.phones, ticket.email):
        assert datum not in link
    assert "certificado" not in link


def test_a_token_is_made_by_the_secret_key_alone(ticket: Ticket, settings: Any) -> None:
    token = token_of(Opened(ticket.pk, 0))
    assert opened(token) == Opened(ticket.pk, 0)
    assert token not in "".join(everything_stored())
    for changed in (token[:-1], token + "A", token.swapcase(), "", "é", "a" * 500):
        assert opened(changed) is None
    settings.SECRET_KEY = "another" * 10
    assert opened(token) is None


def test_the_page_says_how_it_stands(visitor: Client, ticket: Ticket) -> None:
    answer = visitor.get(address(ticket))
    page = words(answer)
    assert "O Relacionamento vai ligar até amanhã, terça, 24/11, às 14h30" in page
    assert ticket.spoken in page
    assert "telefone com final 4444, telefone com final 4321" in page
    assert "Documento de identidade do titular" in page
    for told in ("Bento", "EXEMPLO", "Exemplo", "3333", "98765", "contato@", "11.583", "Bruno"):
        assert told not in page
    assert answer["Referrer-Policy"] == "no-referrer"
    assert answer["X-Robots-Tag"] == "noindex, nofollow"
    assert answer["Cache-Control"] == "no-store"
    assert not answer.cookies


def test_a_reason_of_the_desk_is_no_reason_of_the_customer(
    visitor: Client, ticket: Ticket, supervisao: User
) -> None:
    """“Retomado”, told to a program and undone, leaves a “waiting” that says “Feito por engano”."""
    program = Connection(kind="webhook", name="Programa", numbers=False)
    program.set({"url": "https://programa.example/aviso", "secret": f"whsec_{'A' * 43}="})
    program.keep()
    ticket.move("wait", supervisao, "Cliente pediu outro horário")
    event = ticket.move("resume", supervisao)
    Delivery.objects.update(state=Delivery.State.DONE, open=False)
    assert undo(ticket, event.seq, supervisao).kind == "waiting"
    page = words(visitor.get(address(ticket)))
    assert "“Cliente pediu outro horário”" in page
    assert "engano" not in page


def test_what_is_missing_is_named(visitor: Client, open_ticket: Any, stopped_clock: Any) -> None:
    page = words(visitor.get(address(open_ticket(wanted_number="Cliente vai enviar"))))
    assert "O que ainda falta" in page


def test_each_state_has_its_words(
    visitor: Client, ticket: Ticket, relacionamento: User, stopped_clock: Any
) -> None:
    def page() -> str:
        return words(visitor.get(address(ticket)))

    phone = ticket.phones[0]
    ticket.promise.log_attempt(relacionamento, phone, "no_answer", again="1h")
    assert "Ligamos às 14h44 e não conseguimos falar" in page()
    assert "telefone com final 4444" in page()
    assert "Vamos tentar de novo hoje, segunda, 23/11, às 15h44." in page()
    stopped_clock.forward(minutes=5)
    ticket.promise.log_attempt(relacionamento, phone, "wrong_number")
    assert "o número parece errado" in page()
    stopped_clock.forward(minutes=5)
    ticket.promise.log_attempt(relacionamento, phone, "left_message")
    assert "e deixamos recado" in page()
    ticket.move("wait", relacionamento, "Cliente vai enviar um documento")
    assert "Esperamos você" in page()
    assert "“Cliente vai enviar um documento”" in page()
    ticket.move("resume", relacionamento)
    ticket.promise.log_attempt(relacionamento, phone, "spoke")
    assert "Já falamos com você" in page()
    ticket.move("return", relacionamento, "Dados insuficientes", "Falta o número.")
    assert "Estamos conferindo um dado" in page()
    assert "Falta o número" not in page()


def test_a_late_return_is_owned_up_to(visitor: Client, ticket: Ticket, stopped_clock: Any) -> None:
    stopped_clock.forward(days=2)
    page = words(visitor.get(address(ticket)))
    assert "O prazo passou" in page
    assert "Desculpe" in page


def test_a_closed_ticket_shows_it_for_a_time_and_takes_nothing(
    visitor: Client, ticket: Ticket, relacionamento: User, stopped_clock: Any
) -> None:
    ticket.move("resolve", relacionamento, "Cliente desistiu")
    assert "Resolvido" in words(visitor.get(address(ticket)))
    answer = visitor.post(address(ticket, "telefone/"), {"telefone": "(11) 97777-6666"})
    assert answer.status_code == 422
    assert "já foi encerrado" in words(answer)
    stopped_clock.forward(days=KEPT.days)
    assert visitor.get(address(ticket)).status_code == 404


def test_links_that_do_not_hold_are_all_the_same(
    visitor: Client, ticket: Ticket, open_ticket: Any, relacionamento: User, bruno: User,
    stopped_clock: Any,
) -> None:  # fmt: skip
    erased, over = open_ticket(), open_ticket()
    for each in (over, erased):
        each.move("resolve", relacionamento, "Cliente desistiu")
    stopped_clock.forward(days=KEPT.days)
    ticket.refresh_from_db()
    replaced = address(ticket)
    ticket.change_link(bruno)
    erase(erased, "Pedido do titular dos dados")
    until = token_of(Opened(ticket.pk, ticket.link_epoch, stopped_clock.now - timedelta(seconds=1)))
    tokens = [replaced, address(over), address(erased), f"/acompanhar/{until}/", "/acompanhar/x/"]
    answers = [visitor.get(each) for each in tokens]
    answers += [visitor.post(f"{each}resposta/", {"resposta": "now"}) for each in tokens]
    answers += [visitor.get(f"{each}leitura.pdf") for each in tokens]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    assert visitor.get(address(ticket)).status_code == 200


def test_a_telephone_is_added_and_overwrites_nothing(
    visitor: Client, client: Client, ticket: Ticket, relacionamento: User
) -> None:
    before = dict(ticket.facts)
    form = "11111111-1111-4111-8111-111111111111"
    for _ in range(2):  # a double click
        data = {"telefone": "(11) 97777-6666", "form": form}
        answer = visitor.post(address(ticket, "telefone/"), data, follow=True)
    assert "Recebemos o telefone" in words(answer)
    assert "Telefone com final 6666" in words(answer)
    event = last(ticket)
    assert (event.kind, event.by, event.text) == ("customer_phone", None, "(11) 97777-6666.")
    assert ticket.events.filter(kind="customer_phone").count() == 1
    ticket.refresh_from_db()
    assert ticket.facts == before
    ticket.verify_chain()
    page = words(client.get(f"/chamados/{ticket.number}/"))
    assert "O cliente respondeu" in page
    assert "Cliente mandou um telefone: (11) 97777-6666." in page
    assert "mandado pelo cliente" in page
    assert "cliente respondeu" in words(client.get("/fila/"))
    ticket.promise.log_attempt(relacionamento, "+5511977776666", "no_answer")
    assert "cliente respondeu" not in words(client.get("/fila/"))


def test_a_telephone_sent_again_leaves_one_line(visitor: Client, ticket: Ticket) -> None:
    for typed in ("(11) 97777-6666", "11977776666"):
        answer = visitor.post(address(ticket, "telefone/"), {"telefone": typed}, follow=True)
        assert "Recebemos o telefone" in words(answer)
    assert words(answer).count("Telefone com final 6666") == 1
    assert ticket.events.filter(kind="customer_phone").count() == 1
    ticket.refresh_from_db()
    ticket.verify_chain()


@pytest.mark.parametrize("typed", ["", "123", "(11) 99999-9999", "x" * 500, "(11) 1111-1111"])
def test_a_telephone_that_is_none_is_refused_in_words(
    visitor: Client, ticket: Ticket, typed: str
) -> None:
    answer = visitor.post(address(ticket, "telefone/"), {"telefone": typed})
    assert answer.status_code == 422
    assert "Não foi recebido" in words(answer)
    assert not ticket.events.filter(kind="customer_phone").exists()


@pytest.mark.parametrize(
    ("sent", "text"),
    [
        ({"resposta": "now"}, "Pode me ligar neste horário."),
        ({"resposta": "called"}, "Já me ligaram."),
        (
            {"resposta": "other", "horario": " depois  das 14h "},
            "Prefiro outro horário: depois das 14h",
        ),
    ],
)
def test_the_call_is_answered(
    visitor: Client, ticket: Ticket, sent: dict[str, str], text: str
) -> None:
    answer = visitor.post(address(ticket, "resposta/"), sent, follow=True)
    assert "Recebemos sua resposta" in words(answer)
    assert text.removesuffix(".") in words(answer)
    assert (last(ticket).kind, last(ticket).text) == ("customer_answer", text)
    assert last(ticket).who == "Cliente"


@pytest.mark.parametrize(
    "sent",
    [{}, {"resposta": "x"}, {"resposta": "other"}, {"resposta": "other", "horario": "senha: 1234"}],
)
def test_an_answer_that_is_none_is_refused(
    visitor: Client, ticket: Ticket, sent: dict[str, str]
) -> None:
    assert visitor.post(address(ticket, "resposta/"), sent).status_code == 422
    assert last(ticket).kind == "forwarded"


def test_a_certificate_is_kept_beside_the_ticket_and_closes_it(
    visitor: Client, ticket: Ticket, relacionamento: User
) -> None:
    new = e_cnpj(cei=CEI).der()
    answer = visitor.post(address(ticket, "arquivo/"), upload(new, "senha 1234.cer"), follow=True)
    assert "Recebemos o arquivo" in words(answer)
    received = Received.objects.get()
    assert received.reading.status == "present"
    assert received.reading.contract["source"]["sent"] == "customer"
    assert last(ticket).kind == "customer_file"
    carla = Client()
    carla.force_login(relacionamento)
    page = words(carla.get(f"/chamados/{ticket.number}/"))
    assert "Certificados que chegaram depois" in page
    sent = {"recebido": str(received.pk), "other_holder": ""}
    carla.post(f"/chamados/{ticket.number}/conferir/", sent)
    ticket.refresh_from_db()
    assert (ticket.state, ticket.proof) == ("resolved", received.reading)
    assert_nowhere(["senha 1234"])


def test_a_picture_is_kept_enciphered(visitor: Client, ticket: Ticket) -> None:
    content = png()
    visitor.post(address(ticket, "arquivo/"), upload(content, "foto.png"))
    image = Image.objects.get()
    assert (image.ticket_id, image.sent, image.content) == (ticket.pk, True, content)
    assert content.hex() not in "".join(everything_stored())
    for _ in range(5):
        answer = visitor.post(address(ticket, "arquivo/"), upload(content, "foto.png"))
    assert answer.status_code == 422
    assert "são o bastante" in words(answer)
    assert Image.objects.count() == 5


@pytest.mark.parametrize("name", ["senha1234.pfx", "cliente.cer"])
def test_a_container_is_refused_and_never_stored(
    visitor: Client, ticket: Ticket, settings: Any, name: str
) -> None:
    settings.ACCEPT_PFX = True
    container = pfx.usual(zeros(), "canario")
    before = Inspection.objects.count()
    answer = visitor.post(
        address(ticket, "arquivo/"), {**upload(container, name), "senha": "canario"}
    )
    assert answer.status_code == 422
    assert "tem a chave privada" in words(answer)
    assert Inspection.objects.count() == before
    assert container.hex() not in "".join(everything_stored())


def test_of_several_the_customers_own_is_taken_or_none(visitor: Client, ticket: Ticket) -> None:
    own, others = e_cnpj(cei=CEI).der(), (company(1), company(2))
    sent = upload("".join(map(pem, (*others, own))).encode(), "todos.pem")
    visitor.post(address(ticket, "arquivo/"), sent)
    (received,) = ticket.received.all()
    assert received.reading.der == own
    answer = visitor.post(
        address(ticket, "arquivo/"), upload("".join(map(pem, others)).encode(), "x.pem")
    )
    assert answer.status_code == 422
    assert "Há mais de um certificado" in words(answer)


def test_nobody_answers_without_end(visitor: Client, ticket: Ticket) -> None:
    codes = [
        visitor.post(address(ticket, "resposta/"), {"resposta": "now"}).status_code
        for _ in range(MOST + 1)
    ]
    assert codes == [302] * MOST + [422]
    ticket.refresh_from_db()
    ticket.verify_chain()


def test_what_was_sent_is_erased(visitor: Client, ticket: Ticket, relacionamento: User) -> None:
    visitor.post(address(ticket, "telefone/"), {"telefone": "(11) 97777-6666"})
    visitor.post(address(ticket, "arquivo/"), upload(e_cpf(cei=CEI).der()))
    visitor.post(address(ticket, "arquivo/"), upload(png(), "foto.png"))
    ticket.refresh_from_db()
    ticket.move("resolve", relacionamento, "Cliente desistiu")
    erase(ticket, "Pedido do titular dos dados")
    assert not Received.objects.exists()
    assert not Image.objects.exists()
    assert not Inspection.objects.exists()
    stored = "".join(everything_stored())
    for datum in ("977776666", CEI):
        assert datum not in stored
    ticket.refresh_from_db()
    ticket.verify_chain()


def test_who_asks_too_often_waits(visitor: Client, ticket: Ticket) -> None:
    codes = {visitor.get("/acompanhar/x/").status_code for _ in range(60)}
    assert codes == {404}
    assert visitor.get(address(ticket)).status_code == 429


def test_no_script_and_no_cookie_is_needed(ticket: Ticket) -> None:
    bare = Client(enforce_csrf_checks=True)
    assert bare.post(address(ticket, "resposta/"), {"resposta": "now"}).status_code == 302
