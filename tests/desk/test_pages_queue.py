"""Fila: by time left, masked, at a constant cost."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from calls import NOW, signed_in, ticket_of
from guiche.desk import clock
from guiche.desk.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]


@pytest.fixture
def client(carla: User) -> Client:
    return signed_in(carla)


def test_an_empty_queue_says_so(client: Client) -> None:
    assert "Nenhum retorno pendente." in client.get("/fila/").content.decode()


def test_the_least_time_left_comes_first(client: Client, bruno: User) -> None:
    for hours, name in ((0, "Terceira Ltda"), (-23, "Segunda Ltda"), (-30, "Primeira Ltda")):
        with clock.stopped_at(NOW + timedelta(hours=hours)):
            ticket_of(bruno, name=name)
    page = client.get("/fila/").content.decode()
    assert page.index("Primeira Ltda") < page.index("Segunda Ltda") < page.index("Terceira Ltda")
    assert "Venceu há 6 h e 14 min" in page
    assert "Faltam 46 min" in page
    assert page.index("tone-stop") < page.index("tone-ask") < page.index("tone-no")


def test_a_person_is_masked_and_a_company_is_not(client: Client, bruno: User) -> None:
    ticket_of(bruno, document="111.444.777-35", name="Ana Exemplo da Silva")
    ticket_of(bruno)
    page = client.get("/fila/").content.decode()
    assert "Ana E. S." in page
    assert "***.444.777-**" in page
    assert "Ana Exemplo" not in page
    assert "Padaria Exemplo Ltda" in page
    assert "98888" not in page


def test_says_the_verdict_in_short(client: Client, bruno: User) -> None:
    ticket_of(bruno)
    assert "11.222.333/0001-81 · Sem CEI</p>" in client.get("/fila/").content.decode()


def test_costs_the_same_for_one_and_for_many(client: Client, bruno: User) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get("/fila/")
        return len(captured)

    ticket_of(bruno)
    one = queries()
    for _ in range(4):
        ticket_of(bruno)
    assert queries() == one


def test_the_tabs_part_what_came_back_and_what_is_closed(
    client: Client, bruno: User, carla: User
) -> None:
    back, closed = ticket_of(bruno, name="Volta Ltda"), ticket_of(bruno, name="Fim Ltda")
    back.move("return", carla, "Dados insuficientes", "Falta o CNPJ.")
    closed.move("resolve", carla, "Cliente desistiu")
    pages = {tab: client.get(f"/fila/?estado={tab}").content.decode() for tab in _TABS}
    assert ["Volta Ltda" in page for page in pages.values()] == [False, True, False]
    assert ["Fim Ltda" in page for page in pages.values()] == [False, False, True]
    assert all('aria-current="page"' in page for page in pages.values())


_TABS = ("retornar", "devolvidos", "encerrados")


def test_a_tab_or_page_that_is_none_is_the_first(client: Client, bruno: User) -> None:
    ticket_of(bruno)
    page = client.get("/fila/?estado=x&pagina=99").content.decode()
    assert "Padaria Exemplo Ltda" in page
