"""From what a person types to what is meant: every form of every number, and names in part."""

from collections.abc import Callable

import pytest

from guiche.desk import clock
from guiche.desk.models import Draft, Ticket, User
from guiche.desk.search.index import index_ticket
from guiche.desk.search.query import MOST, Query

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]

Open = Callable[..., Ticket]


def found(typed: str) -> list[Ticket]:
    return Query.of(typed).tickets()


@pytest.fixture
def numbered(ticket: Ticket) -> Ticket:
    ticket.desk_number = "2026/00123-A"
    ticket.save(update_fields=["desk_number"])
    index_ticket(ticket)
    return ticket


@pytest.mark.parametrize(
    "typed",
    [
        "{spoken}", "{number}", "[G{number}]", "protocolo: {spoken}", "  {spoken} ",
        "2026/00123-A", "202600123a", "# 2026 00123 a",
        "11222333000181", "11.222.333/0001-81", "CNPJ 11.222.333/0001-81",
        "(11) 3333-4444", "1133334444", "+55 11 98765-4321", "98765-4321", "33334444",
        "contato@exemplo.com.br", "CONTATO@Exemplo.com.br",
        "padaria", "PADÁRIA exem", "exemplo padaria", "bento",
    ],
)  # fmt: skip
def test_is_found_in_every_form(numbered: Ticket, open_ticket: Open, typed: str) -> None:
    wanted = typed.format(spoken=numbered.spoken, number=numbered.number)
    assert found(wanted) == [numbered]


@pytest.mark.parametrize("shape", ["{0}", "{1}", "{2}", "{3}"])
def test_eight_digits_of_a_fingerprint_are_enough(ticket: Ticket, shape: str) -> None:
    assert ticket.inspection
    whole = ticket.inspection.sha256
    colons = ":".join(whole[i : i + 2] for i in range(0, 20, 2)).upper()
    spaced = " ".join(whole[i : i + 2] for i in range(0, 10, 2))
    assert found(shape.format(whole, whole[:8], colons, spaced)) == [ticket]
    assert found(whole[:7]) == []


@pytest.mark.parametrize(
    "typed",
    ["", " ", "padaria outra", "11222333000180", "exempl0", "a", "de", "\0", "%", "_" * 300],
)
def test_what_is_not_there_is_not_found(ticket: Ticket, typed: str) -> None:
    assert found(typed) == []


def test_every_word_has_to_begin_like_that(open_ticket: Open) -> None:
    one, other = open_ticket(name="Sítio Boa Vista"), open_ticket(name="Sítio Boa Esperança")
    assert found("sitio boa vis") == [one]
    assert found("boa sit") == [other, one]
    assert found("vista esperanca") == []


def test_eleven_digits_are_a_cpf_and_a_telephone(open_ticket: Open, suporte: User) -> None:
    by_phone = open_ticket(phone_2="(11) 98765-4321")
    call = Draft.start(suporte)
    call.type_in({"document": "11987654321"})
    query = Query.of("11987654321")
    assert query.tickets() == [by_phone]
    assert query.calls() == [call]


def test_the_latest_come_first_and_no_more_than_a_page(open_ticket: Open) -> None:
    tickets = [open_ticket() for _ in range(MOST + 2)]
    assert found("padaria") == tickets[: -MOST - 2 : -1]


def test_a_call_is_found_by_the_phone_it_was_cut_off_from(suporte: User) -> None:
    paused = Draft.start(suporte)
    paused.type_in({"phone_1": "(11) 98765-4321", "requester_name": "Ana Exemplo"})
    paused.pause()
    assert Query.of("11 98765 4321").calls() == [paused]
    assert Query.of("ana").calls() == [paused]
    assert Query.of("11 98765 4321").tickets() == []


def test_calls_that_are_over_are_not_found(fill: Callable[..., Draft], suporte: User) -> None:
    ticket = fill().submit(suporte)
    query = Query.of("padaria")
    assert (query.tickets(), query.calls()) == ([ticket], [])


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("482 170 365-1", "O protocolo 4821703651 não confere"),
        ("482 170 365-7", "Não há chamado com o protocolo 482 170 365-7."),
        ("11.222.333/0001-80", "O dígito final do CNPJ 11.222.333/0001-80 não confere."),
        ("111.444.777-36", "O dígito final do CPF 111.444.777-36 não confere."),
        ("9f " * 20, "SHA-256"),
    ],
)
def test_says_what_does_not_check(typed: str, words: str) -> None:
    assert any(words in doubt for doubt in Query.of(typed).doubts)


@pytest.mark.parametrize("typed", ["11987654321", "padaria", "11222333000181", "1133334444a"])
def test_has_no_doubt_about_the_rest(typed: str) -> None:
    assert Query.of(typed).doubts == []


def test_reads_all_that_a_page_shows_in_few_queries(
    open_ticket: Open, django_assert_max_num_queries: Callable[..., object]
) -> None:
    for _ in range(3):
        open_ticket()
    with django_assert_max_num_queries(4):  # type: ignore[attr-defined]
        for ticket in found("padaria"):
            ticket.promise.state(clock.now())
            list(ticket.promise.attempts.all())
            assert ticket.customer_masked
