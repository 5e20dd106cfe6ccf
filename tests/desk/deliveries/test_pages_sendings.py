"""Envios: what waits, was refused or is in doubt, in words, and what a person does about it."""

from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext

from calls import ticket_of
from desk.deliveries.conftest import Run
from desk.deliveries.memory import Desk, after, before, lost, refused
from guiche.desk import clock
from guiche.desk.connectors.connector import DeliveryError, Found, Outcome
from guiche.desk.deliveries.attempt import CHOICE
from guiche.desk.deliveries.heartbeat import Heartbeat
from guiche.desk.models import Connection, Delivery, Link, Stray, Ticket, User

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]

State = Delivery.State
Open = Callable[..., Ticket]


@pytest.fixture
def client(supervisao: User) -> Client:
    client = Client()
    client.force_login(supervisao)
    return client


@pytest.fixture
def create(desk: Desk, connection: Connection, open_ticket: Open, run: Run) -> Delivery:
    """A creation that the desk refused."""
    desk.fail("create", before(refused()))
    open_ticket()
    run()
    return Delivery.objects.get(step="create")


def show(client: Client, tab: str = "") -> str:
    return unescape(client.get(f"/envios/?estado={tab}").content.decode())


def post(client: Client, address: str, **sent: str) -> Any:
    return client.post(f"/envios/{address}/", sent, follow=True)


@pytest.mark.parametrize("role", ["suporte", "relacionamento"])
def test_only_a_supervisor_sees_them(people: dict[str, User], create: Delivery, role: str) -> None:
    client = Client()
    client.force_login(people[role])
    assert client.get("/envios/").status_code == 403
    for address in (f"{create.pk}/repetir", f"{create.pk}/dispensar", "repetir"):
        assert post(client, address, porque="x").status_code == 403
    assert "/envios/" not in client.get("/fila/").content.decode()


def test_without_a_connection_the_menu_says_nothing(client: Client) -> None:
    assert "/envios/" not in client.get("/fila/").content.decode()
    assert "Nada foi recusado." in show(client)


def test_what_was_refused_is_told_in_the_words_of_the_desk(
    client: Client, create: Delivery
) -> None:
    with clock.stopped_at(clock.now() + timedelta(hours=3)):
        shown = show(client)
    assert "Categoria inválida" in shown
    assert "<b>Abrir o chamado</b> no Central" in shown
    assert f'<a href="/integracoes/{create.connection_id}/">Integrações › Central</a>' in shown
    assert "1 tentativa<" in shown
    assert "há 3 h" in shown
    assert create.ticket.spoken in shown
    assert '<span class="count">1<span class="quiet"> precisa de você' in shown


def test_a_person_is_masked(
    client: Client, desk: Desk, connection: Connection, suporte: User, run: Run
) -> None:
    desk.fail("create", before(refused()))
    ticket_of(suporte, document="111.444.777-35", name="Ana Exemplo da Silva")
    run()
    shown = show(client)
    assert "Ana E. S." in shown
    assert "Ana Exemplo" not in shown


def test_what_is_in_doubt_and_what_waits(
    client: Client, desk: Desk, connection: Connection, open_ticket: Open, run: Run
) -> None:
    desk.fail("create", after(lost()))
    open_ticket()
    run()
    assert "Verificando: pode ter sido criado." in show(client, "verificando")
    open_ticket()
    waiting = show(client, "fila")
    assert "<b>Achar o cliente</b> no Central" in waiting
    assert 'Na fila <span class="count">1<' in waiting


def test_opens_where_there_is_something_also_after_the_last_refusal_is_seen_to(
    client: Client, desk: Desk, create: Delivery
) -> None:
    page = unescape(post(client, f"{create.pk}/repetir").content.decode())
    assert "Nada foi recusado." not in page
    assert '<a href="?estado=fila" aria-current="page">' in page
    assert '<a href="?estado=fila" aria-current="page">' in show(client)


def test_what_waits_for_another_step_stands_in_its_card(client: Client, create: Delivery) -> None:
    shown = show(client)
    assert "Esperam por este passo: " in shown
    assert "encaminhar.</p>" in shown
    assert "Nada espera." in show(client, "fila")
    Delivery.objects.filter(step="create").update(state=State.WAITING)
    waiting = show(client, "fila")
    assert waiting.count('id="envio-') == 1
    assert "encaminhar." in waiting


def test_whoever_looked_there_may_say_that_it_is_not_done(
    client: Client, desk: Desk, connection: Connection, open_ticket: Open, run: Run
) -> None:
    desk.fail("create", before(lost()))
    open_ticket()
    run()
    create = Delivery.objects.get(step="create")
    assert "Conferi lá: não foi feito" in show(client, "verificando")
    post(client, f"{create.pk}/repetir", conferido="on")
    run()
    assert [call for call, _ in desk.calls].count("find") == 0
    assert len(desk.tickets) == 1


def test_one_is_tried_again(client: Client, create: Delivery, run: Run, desk: Desk) -> None:
    assert "Vai ser tentado de novo agora." in post(client, f"{create.pk}/repetir").content.decode()
    run()
    create.refresh_from_db()
    assert create.state == State.DONE
    answer = post(client, f"{create.pk}/repetir")
    assert answer.status_code == 422
    assert "já terminou" in answer.content.decode()


def test_all_that_a_desk_refused_is_tried_again(
    client: Client, desk: Desk, connection: Connection, open_ticket: Open, run: Run
) -> None:
    desk.fail("create", *[before(refused())] * 3)
    for _ in range(3):
        open_ticket()
    run()
    assert "Tentar de novo os 3 recusados: Central" in show(client)
    shown = post(client, "repetir", integracao=str(connection.pk)).content.decode()
    assert "3 envios vão ser tentados de novo agora." in shown
    run()
    assert not Delivery.objects.exclude(state=State.DONE).exists()


def test_what_was_opened_by_hand_is_not_opened_with_all(
    client: Client,
    desk: Desk,
    connection: Connection,
    open_ticket: Open,
    run: Run,
    suporte: User,
) -> None:
    desk.fail("create", *[before(refused())] * 3)
    by_hand = open_ticket()
    open_ticket()
    open_ticket()
    run()
    by_hand.take_number("777", suporte)
    assert "Tentar de novo os 2 recusados: Central" in show(client)
    post(client, "repetir", integracao=str(connection.pk))
    run()
    assert len(desk.tickets) == 2
    assert Delivery.objects.get(state=State.REJECTED).ticket == by_hand


def test_one_is_dropped_with_a_reason(client: Client, create: Delivery, supervisao: User) -> None:
    answer = post(client, f"{create.pk}/dispensar", porque=" ")
    shown = answer.content.decode()
    assert answer.status_code == 422
    assert "Escreva por que este envio é dispensado." in shown
    assert f'id="p-{create.pk}"' in shown
    shown = post(client, f"{create.pk}/dispensar", porque="Aberto lá à mão.").content.decode()
    assert "4 envios deste chamado dispensados." in shown
    create.refresh_from_db()
    assert (create.state, create.ended_by, create.why) == (
        State.DROPPED, supervisao, "Aberto lá à mão.",
    )  # fmt: skip


def test_a_number_written_down_by_hand_is_a_warning(
    client: Client, create: Delivery, suporte: User
) -> None:
    create.ticket.take_number("777", suporte)
    assert "Já está anotado o número 777" in show(client)


def test_a_person_chooses_among_customers(
    client: Client, desk: Desk, connection: Connection, open_ticket: Open, run: Run
) -> None:
    choices = {"7": "Padaria Exemplo, matriz", "9": "Padaria Exemplo, filial"}
    error = DeliveryError("Dois clientes com este CNPJ.", Outcome.REJECTED, choices=choices)
    desk.fail("customer", before(error))
    open_ticket()
    run()
    row = Delivery.objects.get(step="customer")
    shown = show(client)
    assert "Qual destes é o cliente?" in shown
    assert "Padaria Exemplo, filial" in shown
    assert "Tentar de novo os" not in shown
    assert post(client, f"{row.pk}/repetir").status_code == 422
    assert post(client, f"{row.pk}/repetir", cliente="8").status_code == 422
    assert post(client, f"{row.pk}/repetir", cliente="9").status_code == 200
    assert Link.objects.get().customer == {CHOICE: "9"}
    row.refresh_from_db()
    assert row.state == State.WAITING


def test_whether_a_worker_lives(client: Client, connection: Connection) -> None:
    assert "O serviço que envia não está no ar" in show(client)
    Heartbeat.beat("um", clock.now())
    assert "O serviço que envia" not in show(client)
    with clock.stopped_at(clock.now() + timedelta(minutes=5)):
        assert "não dá sinal há 5 min" in show(client)


class TestStrays:
    def test_a_double_is_settled_with_words(
        self, client: Client, connection: Connection, ticket: Ticket, supervisao: User
    ) -> None:
        found = Found("2", f"G{ticket.number}", "M-2", "https://desk.example/2")
        Stray.note(connection, ticket, Stray.Kind.DOUBLE, found)
        stray = Stray.objects.get()
        shown = show(client)
        assert "É o segundo chamado lá do mesmo protocolo." in shown
        assert 'href="https://desk.example/2" rel="noopener noreferrer">M-2' in shown
        assert post(client, f"achados/{stray.pk}/resolver").status_code == 422
        assert (
            "Resolvido."
            in post(
                client, f"achados/{stray.pk}/resolver", porque="Encerrei o M-2."
            ).content.decode()
        )
        stray.refresh_from_db()
        assert (stray.settled_by, stray.why) == (supervisao, "Encerrei o M-2.")

    def test_one_without_a_link_is_linked(
        self, client: Client, connection: Connection, ticket: Ticket
    ) -> None:
        Stray.note(connection, ticket, Stray.Kind.UNLINKED, Found("2", f"G{ticket.number}", "M-2"))
        stray = Stray.objects.get()
        assert "Ligar ao protocolo" in show(client)
        post(client, f"achados/{stray.pk}/ligar")
        assert Link.objects.get().ref == "2"
        ticket.refresh_from_db()
        assert ticket.desk_number == "M-2"
        assert not Stray.unsettled().exists()

    def test_a_foreign_one_is_only_settled(self, client: Client, connection: Connection) -> None:
        Stray.note(connection, None, Stray.Kind.FOREIGN, Found("2", "G4821703657", "M-2"))
        shown = show(client)
        assert "G4821703657" in shown
        assert "Ligar ao protocolo" not in shown
        answer = post(client, f"achados/{Stray.objects.get().pk}/ligar")
        assert answer.status_code == 422


def test_a_long_list_costs_what_a_short_one_does(
    client: Client, desk: Desk, connection: Connection, open_ticket: Open, run: Run
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(database) as captured:
            show(client)
        return len(captured)

    desk.fail("create", *[before(refused())] * 6)
    open_ticket()
    run()
    show(client)
    few = queries()
    for _ in range(5):
        open_ticket()
    run()
    assert queries() == few


@pytest.mark.parametrize(
    "address", ["1/repetir", "1/dispensar", "achados/1/resolver", "achados/1/ligar"]
)
def test_what_there_is_not_is_not_found(client: Client, address: str) -> None:
    assert client.post(f"/envios/{address}/").status_code == 404


def test_an_address_of_a_form_opened_by_hand_leads_to_the_page(
    client: Client, create: Delivery
) -> None:
    for address in ("repetir", f"{create.pk}/repetir", f"{create.pk}/dispensar"):
        assert client.get(f"/envios/{address}/").status_code == 302
