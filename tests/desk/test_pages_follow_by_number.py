"""By protocol and the end of a telephone: what is wrong is not told from what is unknown."""

import itertools
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from guiche.desk import retention
from guiche.desk.models import Guess, Ticket, User
from guiche.desk.pages import following
from guiche.desk.portal.guess import ALL_IN_DAY, ALL_IN_HOUR, MOST_IN_DAY, MOST_IN_HOUR
from guiche.desk.tickets.erasure import erase
from guiche.desk.tickets.followed import KEPT
from stored import assert_nowhere

pytestmark = pytest.mark.django_db

UNKNOWN = "482 170 365-7"


@pytest.fixture(autouse=True)
def _unhurried() -> None:
    following.CHECKS.forget()


def asked(visitor: Client, number: str, digits: str, address: str = "127.0.0.1") -> Any:
    data = {"protocolo": number, "final": digits}
    return visitor.post("/acompanhar/", data, REMOTE_ADDR=address)


def test_the_right_digits_give_the_page_for_a_while(
    visitor: Client, ticket: Ticket, stopped_clock: Any
) -> None:
    for number, digits in (
        (ticket.spoken, "4444"),
        (ticket.number, " 43-21 "),
        (ticket.mark, "4321"),
    ):
        answer = asked(visitor, number, digits)
        assert answer.status_code == 302
        page = visitor.get(answer["Location"])
        assert "O Relacionamento vai ligar" in page.content.decode()
    assert ticket.number not in answer["Location"]
    stopped_clock.forward(minutes=30)
    assert visitor.get(answer["Location"]).status_code == 404


def test_the_number_of_the_other_desk_does_as_well(
    visitor: Client, ticket: Ticket, suporte: User
) -> None:
    ticket.take_number("2026/AB-17", suporte)
    assert asked(visitor, "2026ab17", "4444").status_code == 302


def test_who_came_by_digits_gets_no_proof(visitor: Client, ticket: Ticket) -> None:
    address = asked(visitor, ticket.number, "4444")["Location"]
    assert "comprovante" not in visitor.get(address).content.decode()
    assert visitor.get(f"{address}leitura.pdf").status_code == 404
    link = ticket.link.partition("8000")[2]
    assert "comprovante" in visitor.get(link).content.decode()
    assert visitor.get(f"{link}leitura.pdf")["Content-Type"] == "application/pdf"


@pytest.fixture
def wrong(
    ticket: Ticket, open_ticket: Any, relacionamento: User, stopped_clock: Any
) -> dict[str, tuple[str, str]]:
    """What a stranger may type, by what is wrong with it."""
    erased, over = open_ticket(), open_ticket()
    for each in (erased, over):
        each.move("resolve", relacionamento, "Cliente desistiu")
    erase(erased, "Pedido do titular dos dados")
    silent = open_ticket(phone_1="Cliente não tem telefone", phone_2="Cliente não quis informar")
    return {
        "wrong digits": (ticket.spoken, "0000"),
        "no digits": (ticket.spoken, ""),
        "more digits": (ticket.spoken, "34444"),
        "digits of another alphabet": (ticket.spoken, "٤٤٤٤"),
        "unknown": (UNKNOWN, "4444"),
        "wrong check digit": ("482 170 365-8", "4444"),
        "no number": ("", "4444"),
        "text": ("não sei\0", "4444"),
        "long": ("9" * 500, "4" * 500),
        "erased": (erased.spoken, "4444"),
        "without a telephone": (silent.spoken, "4444"),
        "dashes": (UNKNOWN, "----"),
    }


def named(answer: Any) -> set[tuple[str, str]]:
    """The header that is another one in every answer."""
    return {("X-Request-ID", answer.headers["X-Request-ID"])}


def test_what_is_wrong_and_what_is_unknown_are_one_page(
    visitor: Client, wrong: dict[str, tuple[str, str]]
) -> None:
    answers = {
        what: asked(visitor, *typed, f"10.0.0.{n}") for n, (what, typed) in enumerate(wrong.items())
    }
    assert {answer.status_code for answer in answers.values()} == {422}
    assert len({answer.content for answer in answers.values()}) == 1
    headers = {frozenset(answer.headers.items() - named(answer)) for answer in answers.values()}
    assert len(headers) == 1


def shapes(visitor: Client, number: str, digits: str, address: str) -> Iterator[str]:
    """The queries of one try, without their values."""
    with CaptureQueriesContext(
        connection,
    ) as queries:
        asked(visitor, number, digits, address)
    for query in queries.captured_queries:
        yield re.sub(r"'[^']*'|X'[^']*'|\b\d+\b|\\x\w+", "?", query["sql"]).replace("?, ?", "?")


def test_the_same_is_asked_of_the_database(
    visitor: Client, wrong: dict[str, tuple[str, str]]
) -> None:
    tries = {
        what: tuple(shapes(visitor, *typed, f"10.0.1.{n}"))
        for n, (what, typed) in enumerate(wrong.items())
    }
    assert len({len(queries) for queries in tries.values()}) == 1
    assert len({tuple(q.split(" WHERE ")[0] for q in queries) for queries in tries.values()}) == 1


def test_one_that_is_long_over_is_not_shown(
    visitor: Client, ticket: Ticket, relacionamento: User, stopped_clock: Any
) -> None:
    ticket.move("resolve", relacionamento, "Cliente desistiu")
    assert asked(visitor, ticket.number, "4444").status_code == 302
    stopped_clock.forward(days=KEPT.days)
    assert asked(visitor, ticket.number, "4444").status_code == 422


@pytest.mark.parametrize("known", [True, False])
def test_one_address_tries_a_protocol_a_few_times(
    visitor: Client, ticket: Ticket, stopped_clock: Any, *, known: bool
) -> None:
    number = ticket.spoken if known else UNKNOWN

    def tries(count: int) -> list[int]:
        following.CHECKS.forget()
        return [asked(visitor, number, "0000").status_code for _ in range(count)]

    assert tries(MOST_IN_HOUR + 1) == [422] * MOST_IN_HOUR + [429]
    stopped_clock.forward(hours=1)
    assert tries(MOST_IN_HOUR + 1) == [422] * MOST_IN_HOUR + [429]
    stopped_clock.forward(hours=1)
    left = MOST_IN_DAY - 2 * (MOST_IN_HOUR + 1)  # what was refused counts as well
    assert tries(left + 1) == [422] * left + [429]
    assert asked(visitor, number, "4444").status_code == 429
    stopped_clock.forward(days=1)
    assert asked(visitor, number, "4444").status_code == (302 if known else 422)


@pytest.mark.parametrize("known", [True, False])
def test_all_addresses_together_try_it_more_often(
    visitor: Client, ticket: Ticket, stopped_clock: Any, *, known: bool
) -> None:
    number, addresses = (ticket.spoken if known else UNKNOWN), itertools.count(1)

    def tries(count: int) -> list[int]:
        where = (f"10.0.2.{next(addresses)}" for _ in range(count))
        return [asked(visitor, number, "0000", each).status_code for each in where]

    assert tries(ALL_IN_HOUR + 1) == [422] * ALL_IN_HOUR + [429]
    stopped_clock.forward(hours=1)
    left = ALL_IN_DAY - ALL_IN_HOUR - 1
    assert tries(left + 1) == [422] * left + [429]
    assert asked(visitor, number, "4444", "10.0.3.1").status_code == 429
    stopped_clock.forward(days=1)
    assert asked(visitor, number, "4444", "10.0.3.2").status_code == (302 if known else 422)


def test_whoever_tries_too_often_locks_nobody_else_out(visitor: Client, ticket: Ticket) -> None:
    for _ in range(2 * ALL_IN_DAY):
        following.CHECKS.forget()
        asked(visitor, ticket.spoken, "0000", "10.0.4.1")
    assert asked(visitor, ticket.spoken, "4444", "10.0.4.1").status_code == 429
    assert asked(visitor, ticket.spoken, "4444", "10.0.4.2").status_code == 302


def test_the_link_opens_whatever_was_tried(visitor: Client, ticket: Ticket) -> None:
    for n in range(ALL_IN_DAY):
        asked(visitor, ticket.spoken, "0000", f"10.0.4.{n}")
    assert asked(visitor, ticket.spoken, "4444", "10.0.5.1").status_code == 429
    assert visitor.get(ticket.link.partition("8000")[2]).status_code == 200


def test_one_address_tries_a_few_protocols(visitor: Client, ticket: Ticket) -> None:
    codes = [asked(visitor, f"{n}00 000 000-0", "0000").status_code for n in range(11)]
    assert codes == [422] * 10 + [429]
    assert asked(visitor, ticket.number, "4444").status_code == 429
    assert asked(visitor, ticket.number, "4444", "10.0.5.1").status_code == 302


def test_tries_are_kept_for_a_day_and_tell_nothing(
    visitor: Client, ticket: Ticket, stopped_clock: Any
) -> None:
    asked(visitor, UNKNOWN, "9876")
    assert_nowhere(["4821703657", "127.0.0.1"])
    assert Guess.objects.count() == 2  # of the address, and of all
    stopped_clock.forward(days=1)
    assert retention.sweep(stopped_clock.now)["tries of a protocol"] == 2


def test_no_script_and_no_cookie_is_needed(ticket: Ticket) -> None:
    bare = Client(enforce_csrf_checks=True)
    assert not bare.get("/acompanhar/").cookies
    assert asked(bare, ticket.number, "4444").status_code == 302
