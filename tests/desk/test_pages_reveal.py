"""Mostrar: a masked datum, whole, and who saw it; never the datum in the record or an address."""

from collections.abc import Callable

import pytest
from django.test import Client

from calls import signed_in
from certificates import profiles
from guiche.desk.models import Record, Ticket, User
from guiche.desk.tickets import erasure

pytestmark = pytest.mark.django_db


@pytest.fixture
def of_a_person(stopped_clock: object, open_ticket: Callable[..., Ticket]) -> Ticket:
    return open_ticket(profiles.e_cpf(), system="Conectividade Social, com e-CPF")


def test_shows_it_in_place_and_leaves_a_record(
    client: Client, bruno: User, of_a_person: Ticket
) -> None:
    ticket = of_a_person
    assert ticket.customer_masked != ticket.customer
    page = client.get("/fila/").content.decode()
    assert ticket.customer not in page
    assert ticket.document not in page
    for datum, value in (("nome", ticket.customer), ("documento", ticket.document)):
        address = f"/chamados/{ticket.number}/mostrar/{datum}/"
        assert address in page
        answer = client.post(address, headers={"HX-Request": "true"}).content.decode()
        assert value in answer
        assert "<html" not in answer
    name, document = Record.objects.order_by("pk")
    assert (name.by, name.ticket, name.what) == (bruno, ticket, "Nome")
    assert (document.kind, document.what) == (Record.Kind.SHOWN, "CPF ou CNPJ")
    kept = str(list(Record.objects.values()))
    assert ticket.customer not in kept
    assert ticket.facts[ticket.procedure.customer.document] not in kept


def test_without_htmx_it_is_a_page(client: Client, of_a_person: Ticket) -> None:
    page = client.post(f"/chamados/{of_a_person.number}/mostrar/nome/").content.decode()
    assert of_a_person.customer in page
    assert "<html" in page


def test_is_no_address_that_is_merely_opened(client: Client, of_a_person: Ticket) -> None:
    assert client.get(f"/chamados/{of_a_person.number}/mostrar/nome/").status_code == 405
    assert client.post(f"/chamados/{of_a_person.number}/mostrar/senha/").status_code == 404
    assert client.post("/chamados/4821703657/mostrar/nome/").status_code == 404
    assert not Record.objects.exists()


def test_a_company_has_nothing_masked(client: Client, ticket: Ticket) -> None:
    assert "mostrar/" not in client.get("/fila/").content.decode()


def test_of_an_erased_ticket_nothing_is_shown(
    client: Client, suporte: User, of_a_person: Ticket
) -> None:
    of_a_person.move("cancel", suporte, "Aberto por engano")
    erasure.erase(of_a_person, erasure.ON_REQUEST)
    assert "mostrar/" not in client.get("/fila/?estado=encerrados").content.decode()
    client.post(f"/chamados/{of_a_person.number}/mostrar/nome/")
    assert not Record.objects.exists()


def test_supervisors_see_who_saw(client: Client, supervisao: User, of_a_person: Ticket) -> None:
    client.post(f"/chamados/{of_a_person.number}/mostrar/nome/")
    page = signed_in(supervisao).get("/registro/?tipo=shown").content.decode()
    assert "Bruno Exemplo" in page
    assert of_a_person.spoken in page
    assert of_a_person.customer not in page
    assert "Nada registrado" in signed_in(supervisao).get("/registro/?tipo=erased").content.decode()
    assert client.get("/registro/").status_code == 403
