"""Who the customer is: abbreviated without the scope for it, and recorded with it."""

from typing import Any

import pytest

from calls import answers
from desk.api.caller import Caller, problem_of
from guiche.desk.api.token import Scope
from guiche.desk.models import Record, Ticket, User
from guiche.desk.tickets.erasure import ON_REQUEST, erase

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]

PERSON = {"document": "111.444.777-35", "name": "Ana Exemplo da Silva"}
HELD = ("11144477735", "111.444.777-35", "Exemplo da Silva", "988887777", "98888-7777")


@pytest.fixture
def number(supervisao: User) -> str:
    boss = Caller(supervisao)
    told = boss.post("/tickets", {"facts": answers(**PERSON)}).json()
    call = {"phone": "(11) 98888-7777", "result": "no_answer", "note": "Pediu (11) 98888-7777"}
    assert boss.post(f"/tickets/{told['number']}/attempts", call).status_code == 201
    return str(told["number"])


PATHS = ("", "/events", "/attempts", "/attachments", "/moves")


def test_without_the_scope_nobody_is_told_and_nothing_recorded(number: str, bruno: User) -> None:
    caller = Caller(bruno, *set(Scope) - {Scope.PEOPLE})
    for path in PATHS:
        told = caller.get(f"/tickets/{number}{path}").content.decode()
        assert not [each for each in HELD if each in told], path
    shown = caller.get(f"/tickets/{number}").json()
    assert shown["masked"]
    assert shown["facts"]["name"] == shown["shown"]["name"] == "Ana E. S."
    assert shown["facts"]["document"] == "***.444.777-**"
    assert shown["facts"].keys() == Ticket.objects.get().facts.keys()
    assert (shown["say"], shown["send"], shown["inspection"]) == ("", "", None)
    assert not Record.objects.exists()


def test_no_attachment_without_it(number: str, bruno: User) -> None:
    caller = Caller(bruno, Scope.READ)
    told = problem_of(caller.get(f"/tickets/{number}/attachments/image/1"), 403)
    assert told["type"].endswith("scope-missing")
    assert "tickets:people" in told["detail"]


def test_with_it_all_is_told_and_recorded_once_a_day(
    number: str, bruno: User, stopped_clock: Any
) -> None:
    caller = Caller(bruno)
    shown = caller.get(f"/tickets/{number}").json()
    assert not shown["masked"]
    assert shown["facts"]["document"] == "11144477735"
    for path in PATHS:
        caller.get(f"/tickets/{number}{path}")
    record = Record.objects.get()
    assert (record.by, record.ticket, record.kind) == (bruno, Ticket.objects.get(), "shown")
    assert caller.token.shown in record.what
    assert "Ana" not in str(list(Record.objects.values()))
    Caller(bruno).get(f"/tickets/{number}")
    assert Record.objects.count() == 2
    stopped_clock.forward(days=1, minutes=1)
    caller.get(f"/tickets/{number}/events")
    assert Record.objects.count() == 3


def test_of_a_company_the_name_is_public(bruno: User) -> None:
    caller = Caller(bruno, Scope.READ, Scope.WRITE)
    number = caller.post("/tickets", {"facts": answers()}).json()["number"]
    shown, ticket = caller.get(f"/tickets/{number}").json(), Ticket.objects.get()
    assert (shown["facts"]["name"], shown["shown"]["document"]) == (
        ticket.customer,
        ticket.document,
    )


def test_of_an_erased_ticket_nothing_is_recorded(number: str, supervisao: User) -> None:
    ticket = Ticket.objects.get()
    ticket.move("cancel", supervisao, "Aberto por engano")
    assert erase(ticket, ON_REQUEST)
    assert Caller(supervisao).get(f"/tickets/{number}").json()["erased_at"]
    assert not Record.objects.exists()
