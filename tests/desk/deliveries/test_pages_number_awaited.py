"""The page of the number while a desk is to give one, and the page of the ticket beside it."""

from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client

from desk.conftest import StoppedClock
from desk.deliveries.conftest import Run
from desk.deliveries.memory import Desk, after, before, lost, refused
from guiche.desk import clock
from guiche.desk.models import Connection, Delivery, Link, SiteVersion, Ticket, User

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock", "connection")]

Open = Callable[..., Ticket]
FOLDED = "Só se a supervisão pedir: abrir à mão no Qualitor"


@pytest.fixture
def client(suporte: User) -> Client:
    client = Client()
    client.force_login(suporte)
    return client


@pytest.fixture
def opened(desk: Desk, open_ticket: Open) -> Ticket:
    return open_ticket()


def number_page(client: Client, ticket: Ticket) -> str:
    return unescape(client.get(f"/chamados/{ticket.number}/registrado/").content.decode())


def ticket_page(client: Client, ticket: Ticket) -> str:
    return unescape(client.get(f"/chamados/{ticket.number}/").content.decode())


def ask(client: Client, ticket: Ticket, seen: str) -> Any:
    address = f"/chamados/{ticket.number}/chegou/?visto={seen}"
    return client.get(address, headers={"HX-Request": "true"})


class TestNumber:
    def test_the_page_waits_and_keeps_the_copying_folded(
        self, client: Client, opened: Ticket
    ) -> None:
        shown = number_page(client, opened)
        assert "Aguardando o número do Central…" in shown
        assert f'hx-get="/chamados/{opened.number}/chegou/?visto=waiting"' in shown
        assert 'hx-trigger="every 2s"' in shown
        assert "Ver se já chegou" in shown
        assert FOLDED in shown
        assert "copiar" in shown
        assert ask(client, opened, "waiting").status_code == 204

    def test_the_number_comes_into_the_open_page(
        self, client: Client, opened: Ticket, run: Run
    ) -> None:
        run()
        answer = ask(client, opened, "waiting")
        shown = answer.content.decode()
        assert answer["HX-Retarget"] == "#registrado"
        assert 'id="protocolo">M-1<' in shown
        assert "hx-trigger" not in shown
        assert "<html" not in shown
        assert "Aguardando" not in number_page(client, opened)

    def test_in_doubt_nobody_opens_another(
        self, client: Client, desk: Desk, opened: Ticket, run: Run
    ) -> None:
        desk.fail("create", after(lost()))
        run()
        shown = ask(client, opened, "waiting").content.decode()
        assert "não abra outro" in shown
        assert FOLDED in unescape(shown)
        assert ask(client, opened, "unknown").status_code == 204

    def test_a_refusal_opens_the_copying_with_the_reason(
        self, client: Client, desk: Desk, opened: Ticket, run: Run
    ) -> None:
        desk.fail("create", before(refused()))
        run()
        shown = unescape(ask(client, opened, "waiting").content.decode())
        assert "Não foi aberto no Central. Abra à mão" in shown
        assert "Categoria inválida" in shown
        assert FOLDED not in shown
        assert "Copiar para o Qualitor" in shown
        assert "hx-trigger" not in shown

    def test_a_desk_that_stopped_is_no_reason_to_open_another(
        self, client: Client, opened: Ticket
    ) -> None:
        Connection.objects.update(stopped=True, last_error="Senha inválida")
        shown = number_page(client, opened)
        assert "O envio ao Central está parado (acesso recusado)." in shown
        assert "não abra outro" in shown
        assert "Senha inválida" in shown
        assert FOLDED in shown
        assert "Abra à mão" not in shown

    def test_a_desk_that_is_away_is_said(
        self, client: Client, opened: Ticket, stopped_clock: StoppedClock
    ) -> None:
        Connection.objects.update(open_until=clock.now() + timedelta(minutes=30))
        assert "O Central não está respondendo." in number_page(client, opened)
        Connection.objects.update(open_until=None, failures=1)
        shown = ask(client, opened, "waiting").content.decode()
        assert "não está respondendo" in shown
        assert "não abra outro" in shown
        assert ask(client, opened, "away").status_code == 204
        stopped_clock.forward(minutes=11)
        shown = number_page(client, opened)
        assert "não está respondendo" in shown
        assert "hx-trigger" not in shown

    def test_a_page_left_open_asks_no_longer(
        self, client: Client, opened: Ticket, stopped_clock: StoppedClock
    ) -> None:
        stopped_clock.forward(minutes=11)
        shown = ask(client, opened, "waiting").content.decode()
        assert "ainda não chegou" in shown
        assert "hx-trigger" not in shown
        assert "Ver se já chegou" in shown

    def test_a_number_that_cannot_be_told_is_said(
        self, client: Client, opened: Ticket, run: Run, suporte: User, open_ticket: Open
    ) -> None:
        open_ticket().take_number("M-1", suporte)
        run()
        shown = number_page(client, opened)
        assert "No Central o número é M-1." in shown
        assert "hx-trigger" not in shown

    @pytest.mark.parametrize("change", [{"active": False}, {"numbers": False}])
    def test_where_no_number_is_to_come_the_page_is_as_ever(
        self, client: Client, opened: Ticket, change: dict[str, bool]
    ) -> None:
        Connection.objects.update(**change)
        shown = number_page(client, opened)
        assert "Aguardando" not in shown
        assert "Copiar para o Qualitor" in shown
        assert FOLDED not in shown

    def test_what_was_dropped_is_done_by_hand(
        self, client: Client, opened: Ticket, supervisao: User
    ) -> None:
        Delivery.objects.get(step="create").drop(supervisao, "À mão.")
        shown = number_page(client, opened)
        assert "Aguardando" not in shown
        assert "Copiar para o Qualitor" in shown

    def test_a_company_that_names_no_desk_has_the_name_of_the_connection(
        self, client: Client, opened: Ticket
    ) -> None:
        SiteVersion.objects.create(content={**SiteVersion.objects.get().content, "desk": ""})
        assert "Nº no Central" in number_page(client, opened)


class TestTicket:
    def test_number_situation_and_team_there(
        self, client: Client, opened: Ticket, run: Run
    ) -> None:
        assert "Na fila: achar o cliente, abrir o chamado" in ticket_page(client, opened)
        run()
        Link.objects.update(status="Em atendimento", team="Relacionamento N2", read_at=clock.now())
        shown = ticket_page(client, opened)
        assert "No Central" in shown
        assert 'href="https://desk.example/1" rel="noopener noreferrer">M-1</a>' in shown
        assert "Em atendimento" in shown
        assert "Relacionamento N2" in shown
        assert "Na fila:" not in shown

    def test_created_and_not_forwarded(
        self, client: Client, desk: Desk, opened: Ticket, run: Run
    ) -> None:
        desk.fail("forward", before(refused("Equipe sem acesso")))
        run()
        shown = ticket_page(client, opened)
        assert "Criado, não encaminhado." in shown
        assert "Equipe sem acesso" in shown
        assert "A supervisão pode repetir o envio." in shown
        assert "Na fila" not in shown

    def test_a_supervisor_is_led_to_the_sendings(
        self, client: Client, desk: Desk, opened: Ticket, run: Run, supervisao: User
    ) -> None:
        desk.fail("forward", before(refused("Equipe sem acesso")))
        run()
        client.force_login(supervisao)
        shown = ticket_page(client, opened)
        assert '<a href="/envios/?estado=recusados">Acertar em Envios</a>' in shown
        assert "A supervisão pode" not in shown

    def test_why_it_waits(self, client: Client, desk: Desk, opened: Ticket, run: Run) -> None:
        Connection.objects.update(failures=2)
        assert "O Central não está respondendo." in ticket_page(client, opened)
        Connection.objects.update(stopped=True)
        shown = ticket_page(client, opened)
        assert "O envio ao Central está parado (acesso recusado)." in shown
        assert "Na fila: achar o cliente" in shown
        Connection.objects.update(stopped=False, failures=0)
        desk.fail("create", before(refused()))
        run()
        shown = ticket_page(client, opened)
        assert "Esperam por “Abrir o chamado”:" in shown
        assert "Na fila" not in shown

    def test_refused_and_in_doubt(
        self, client: Client, desk: Desk, opened: Ticket, run: Run, open_ticket: Open
    ) -> None:
        desk.fail("create", after(lost()))
        run()
        assert "Verificando: pode ter sido criado" in ticket_page(client, opened)
        other = open_ticket()
        desk.fail("create", before(refused()))
        run()
        assert "Não foi aberto lá." in ticket_page(client, other)

    def test_what_differs_is_shown(
        self,
        client: Client,
        opened: Ticket,
        run: Run,
        stopped_clock: StoppedClock,
        supervisao: User,
    ) -> None:
        run()
        Link.objects.update(closed_at=clock.now(), warning="Dois clientes com este nome.")
        opened.refresh_from_db()
        opened.take_number("777", supervisao)
        shown = ticket_page(client, opened)
        assert "Encerrado lá em 23/11/2026 14:44, aberto aqui." in shown
        assert "O cliente foi informado de 777; lá o número é M-1." in shown
        assert "Dois clientes com este nome." in shown
        opened.move("cancel", supervisao, "Aberto por engano")
        run()
        assert "aberto aqui" not in ticket_page(client, opened)
        Link.objects.update(closed_at=None)
        assert "aberto lá" not in ticket_page(client, opened)
        Link.objects.update(read_at=stopped_clock.now + timedelta(minutes=1))
        assert "Encerrado aqui, aberto lá." in ticket_page(client, opened)
        Link.objects.update(gone_at=clock.now())
        assert "Não é mais encontrado lá desde" in ticket_page(client, opened)
