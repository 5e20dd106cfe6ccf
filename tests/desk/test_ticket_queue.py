"""The lists: in the right order, masked, and with as many queries for ten tickets as for one."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from certificates import profiles
from guiche.desk import clock
from guiche.desk.models import Ticket, User

Open = Callable[..., Ticket]


@pytest.fixture
def tickets(stopped_clock: object, open_ticket: Open) -> list[Ticket]:
    """Five, the first one the nearest to its time."""
    made = []
    for hours in (30, 20, 10, 5, 1):
        with clock.stopped_at(clock.now() - timedelta(hours=hours)):
            made.append(open_ticket())
    return made


def test_by_time_left_and_those_already_reached_last(
    tickets: list[Ticket], relacionamento: User
) -> None:
    overdue, reached, *others = tickets
    reached.promise.log_attempt(relacionamento, reached.phones[0], "spoke")
    queue = Ticket.queue(clock.now())
    assert list(queue) == [overdue, *others, reached]
    assert [vars(ticket)["overdue"] for ticket in queue] == [True, False, False, False, False]
    assert [vars(ticket)["contacted"] for ticket in queue] == [False, False, False, False, True]


def test_what_was_tried_in_time_gives_way_to_what_was_not(
    tickets: list[Ticket], relacionamento: User
) -> None:
    tried = tickets[1]
    for phone, result in zip(tried.phones, ("no_answer", "left_message"), strict=True):
        tried.promise.log_attempt(relacionamento, phone, result)
    late = clock.now() + timedelta(days=2)
    assert list(Ticket.queue(late)) == [tickets[0], *tickets[2:], tried]
    assert [vars(each)["overdue"] for each in Ticket.queue(late)] == [True] * 4 + [False]


def test_each_ticket_is_in_one_list(tickets: list[Ticket], supervisao: User) -> None:
    back, done, gone, waiting, new = tickets
    back.move("return", supervisao, "Dados insuficientes", "Falta o CNPJ.")
    done.move("resolve", supervisao, "Cliente desistiu")
    gone.move("cancel", supervisao, "Aberto por engano")
    waiting.move("wait", supervisao, "Cliente pediu outro horário")
    assert list(Ticket.queue(clock.now())) == [waiting, new]
    assert list(Ticket.returned()) == [back]
    assert set(Ticket.closed()) == {done, gone}


def shown_in_a_list(ticket: Ticket) -> tuple[str, ...]:
    now = clock.now()
    return (
        ticket.spoken, ticket.state_label, ticket.customer_masked, ticket.document_masked,
        ticket.team, str(ticket.opened_by), ticket.promise.left_spoken(now),
        ticket.promise.state(now), ticket.inspection.headline if ticket.inspection else "",
        ticket.inspection.warning if ticket.inspection else "", *map(str, ticket.exits),
        str(ticket.promise.next_try),
    )  # fmt: skip


def test_two_queries_show_the_whole_list(tickets: list[Ticket]) -> None:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        rows = [shown_in_a_list(ticket) for ticket in Ticket.queue(clock.now())]
    assert len(rows) == 5
    assert len(queries) == 2


def test_lists_mask_people_and_not_companies(open_ticket: Open) -> None:
    person, company = open_ticket(profiles.e_cpf(profiles.ZEROS)), open_ticket()
    assert person.customer_masked == "ANA E. S."
    assert person.document_masked == "***.444.777-**"
    assert company.customer_masked == "PADARIA EXEMPLO LTDA"
    assert company.document_masked == "11.222.333/0001-81"
