"""Atender tells what the desk already has of the customer, before a second ticket is made."""

import re
from uuid import uuid4

import pytest
from django.test import Client

from calls import answers, ticket_of, upload, zeros
from guiche.desk.models import Draft, Ticket, User

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]
HTMX = {"HX-Request": "true"}
SAME = "Já há chamado aberto deste cliente"
PHONE = "Há chamado aberto com este telefone"
CALL = "Há outro atendimento deste cliente ou telefone"


@pytest.fixture
def davi() -> User:
    return User.objects.create_user("davi", name="Davi Exemplo")


def saved(client: Client, draft: Draft, **typed: str) -> str:
    return client.post(f"/atender/{draft.pk}/salvar/", typed, headers=HTMX).content.decode()


def shown(client: Client, draft: Draft) -> str:
    return client.get(f"/atender/{draft.pk}/").content.decode()


def test_an_open_ticket_is_told_while_the_number_is_typed(
    client: Client, bruno: User, draft: Draft
) -> None:
    ticket = ticket_of(bruno)
    assert SAME not in shown(client, draft)
    page = saved(client, draft, document="11.222.333/0001-81")
    assert 'hx-swap-oob="innerHTML:#conhecidos"' in page
    assert page.count(SAME) == 2
    assert f'href="/chamados/{ticket.number}/"' in page
    assert "(encaminhado; retorno até terça, 24/11, às 14h30)" in page
    assert "Registrar abre mais um." in page
    assert shown(client, draft).count(SAME) == 2


def test_the_certificate_tells_it_too(client: Client, bruno: User, draft: Draft) -> None:
    ticket = ticket_of(bruno)
    address = f"/atender/{draft.pk}/ler/"
    page = client.post(address, upload(zeros()), headers=HTMX).content.decode()
    assert SAME in page
    assert ticket.spoken in page


def test_the_telephone_alone_may_be_of_an_accountant(
    client: Client, bruno: User, draft: Draft
) -> None:
    ticket_of(bruno)
    page = saved(client, draft, document="12.ABC.345/01DE-35", phone_1="11 98888-7777")
    assert PHONE in page
    assert "Padaria Exemplo Ltda" in page
    assert SAME not in page
    assert "Registrar abre mais um." not in page


def test_a_telephone_without_ddd_is_half_of_brazils(
    client: Client, bruno: User, draft: Draft
) -> None:
    ticket_of(bruno)
    assert PHONE not in saved(client, draft, phone_1="98888-7777")
    assert PHONE not in saved(client, draft, phone_1="21 98888-7777")


def test_a_ticket_that_is_closed_is_not_told(client: Client, bruno: User, draft: Draft) -> None:
    ticket_of(bruno).move("cancel", bruno, "Aberto por engano")
    assert SAME not in saved(client, draft, document="11.222.333/0001-81", phone_1="1133334444")


def test_a_paused_call_with_the_phone_can_be_taken_up(
    client: Client, davi: User, draft: Draft
) -> None:
    other = Draft.start(davi)
    other.type_in({"phone_2": "(11) 98765-4321"})
    other.pause()
    page = saved(client, draft, phone_1="11 98765 4321")
    assert CALL in page
    assert "Com Davi Exemplo, em pausa desde 23/11 14:44" in page
    assert f'<a href="/atender/{other.pk}/">retomar</a>' in page
    other.discard()
    assert CALL not in saved(client, draft, phone_1="11 98765 4321", conhecidos="x")


def test_the_call_itself_is_nothing_new(client: Client, draft: Draft) -> None:
    saved(client, draft, **answers())
    page = shown(client, draft)
    assert CALL not in page
    assert SAME not in page


def test_the_calls_of_one_caller_do_not_warn_of_each_other(
    client: Client, bruno: User, draft: Draft
) -> None:
    sibling = Draft.start(bruno)
    sibling.type_in({"phone_1": "11 98888-7777"})
    ticket_of(bruno)
    assert PHONE in saved(client, draft, phone_1="11 98888-7777")
    Draft.objects.update(batch=uuid4())
    page = saved(client, draft, phone_1="11 98888-7777")
    assert CALL not in page
    assert PHONE not in page


def test_what_the_page_shows_already_is_not_said_again(
    client: Client, bruno: User, draft: Draft
) -> None:
    ticket_of(bruno)
    page = saved(client, draft, document="11222333000181")
    (mark,) = re.findall(r'name="conhecidos" value="([^"]+)"', page)
    again = saved(client, draft, document="11222333000181", conhecidos=mark)
    assert "conhecidos" not in again
    gone = saved(client, draft, document="", conhecidos=mark)
    assert 'hx-swap-oob="innerHTML:#conhecidos"' in gone
    assert SAME not in gone


def test_it_stops_nobody(client: Client, bruno: User, draft: Draft) -> None:
    ticket_of(bruno)
    client.post(f"/atender/{draft.pk}/ler/", upload(zeros()))
    client.post(f"/atender/{draft.pk}/registrar/", answers())
    assert Ticket.objects.count() == 2
