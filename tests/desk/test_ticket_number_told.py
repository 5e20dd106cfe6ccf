"""The number of the desk in use: taken once it is known, and then the one that is told."""

import threading
from collections.abc import Callable
from uuid import uuid4

import pytest
from django.db import connections
from hypothesis import given
from hypothesis import strategies as st

from guiche.desk.models import Ticket, User
from guiche.desk.refusal import Refused
from guiche.desk.tickets.event import AlreadyRecorded
from guiche.desk.tickets.told import NumberRefused, NumberTaken, clean_desk_number

pytestmark = pytest.mark.django_db

Open = Callable[..., Ticket]


def test_ours_is_told_until_the_other_is_known(ticket: Ticket, suporte: User) -> None:
    assert ticket.protocol == ticket.spoken
    ticket.take_number(" 2026/118 ", suporte)
    ticket = Ticket.objects.get(pk=ticket.pk)
    assert ticket.protocol == ticket.protocol_copied == "2026/118"
    for text in (ticket.say, ticket.send):
        assert "Seu protocolo é 2026/118." in text
        assert ticket.spoken not in text
    assert Ticket.find(ticket.spoken) == ticket


def test_a_correction_keeps_the_old_one_in_the_history(ticket: Ticket, suporte: User) -> None:
    ticket.take_number("118", suporte)
    ticket.take_number("119", suporte)
    ticket.take_number("", suporte)
    numbered = ticket.history.filter(kind="numbered")
    assert [event.text for event in numbered] == [
        "118.",
        "119. Antes: 118.",
        "Apagado. Antes: 119.",
    ]
    assert ticket.protocol == ticket.spoken
    ticket.verify_chain()


def test_the_same_number_again_is_no_news(ticket: Ticket, suporte: User) -> None:
    assert ticket.take_number("118", suporte)
    assert ticket.take_number("118", suporte) is None
    assert ticket.history.filter(kind="numbered").count() == 1


def test_an_old_form_sent_again_changes_nothing(ticket: Ticket, suporte: User) -> None:
    form = uuid4()
    ticket.take_number("118", suporte, form)
    ticket.take_number("119", suporte, uuid4())
    with pytest.raises(AlreadyRecorded):
        ticket.take_number("118", suporte, form)
    ticket.refresh_from_db()
    assert ticket.desk_number == "119"


def test_a_number_of_another_ticket_is_refused_with_that_one(
    ticket: Ticket, open_ticket: Open, suporte: User
) -> None:
    other = open_ticket()
    other.take_number("ab-118", suporte)
    with pytest.raises(NumberTaken, match=other.spoken) as taken:
        ticket.take_number("AB-118", suporte)
    assert taken.value.ticket == other
    ticket.refresh_from_db()
    assert (ticket.desk_number, ticket.history.count()) == ("", 2)
    other.take_number("", suporte)
    assert ticket.take_number("AB-118", suporte)


@pytest.mark.parametrize("typed", ["pendente", "118;", "1" * 41, "12\r\nBcc", "<b>1</b>", "１１８"])
def test_what_is_no_number_is_refused(ticket: Ticket, suporte: User, typed: str) -> None:
    with pytest.raises(NumberRefused):
        ticket.take_number(typed, suporte)


def test_our_own_number_is_not_the_other_desks(ticket: Ticket, suporte: User) -> None:
    with pytest.raises(NumberRefused, match="protocolo do Guichê"):
        ticket.take_number(ticket.spoken.replace("-", ""), suporte)


@given(st.text(max_size=60))
def test_any_text_is_a_safe_number_or_refused(text: str) -> None:
    try:
        number = clean_desk_number(text)
    except Refused:
        return
    assert len(number) <= 40
    assert set(number) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789./-")
    assert clean_desk_number(number) == number


@pytest.mark.django_db(transaction=True)
def test_two_tickets_never_take_one_number_at_once(
    stopped_clock: object, open_ticket: Open, suporte: User
) -> None:
    tickets, refused = [open_ticket() for _ in range(4)], []
    gate = threading.Barrier(4)

    def take(ticket: Ticket) -> None:
        try:
            gate.wait()
            ticket.take_number("118", suporte)
        except NumberTaken as taken:
            refused.append(taken.ticket.pk)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=take, args=[ticket]) for ticket in tickets]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (owner,) = Ticket.objects.filter(desk_number="118")
    assert refused == [owner.pk] * 3


# That it was told


@pytest.mark.parametrize(
    ("channel", "words"), [("voice", "voz"), ("whatsapp", "WhatsApp"), ("email", "e-mail")]
)
def test_how_and_when_the_customer_was_told_stands_in_the_history(
    ticket: Ticket, suporte: User, channel: str, words: str
) -> None:
    ticket.inform(channel, suporte)
    (told,) = ticket.informed
    assert (told.text, told.by) == (f"Por {words}: {ticket.spoken}.", suporte)
    ticket.verify_chain()


def test_no_other_way_is_known(ticket: Ticket, suporte: User) -> None:
    with pytest.raises(Refused, match="Diga como"):
        ticket.inform("pombo", suporte)


# What is said in every case


@pytest.mark.parametrize(
    ("missing", "words"),
    [
        ({}, "liga até amanhã, terça, 24/11, às 14h30, no telefone (11) 3333-4444."),
        (
            {"phone_1": "Cliente não tem telefone", "phone_1_whose": "Cliente não tem telefone"},
            "liga até amanhã, terça, 24/11, às 14h30, no telefone (11) 98765-4321.",
        ),
        (
            {"phone_1": "Cliente não tem telefone", "phone_2": "Cliente só tem um telefone"},
            "responde até amanhã, terça, 24/11, às 14h30, no e-mail contato@exemplo.com.br.",
        ),
        (
            {
                "phone_1": "Cliente não tem telefone",
                "phone_2": "Cliente não quis informar",
                "email": "Cliente não tem e-mail",
            },
            "Como não temos telefone nem e-mail, ligue para nós depois disso",
        ),
    ],
)
def test_what_is_said_names_the_way_there_is(
    stopped_clock: object, open_ticket: Open, missing: dict[str, str], words: str
) -> None:
    ticket = open_ticket(**missing)
    assert words in ticket.say
    assert "(cliente" not in ticket.say
    assert ("liga" if ticket.phones else "responde") in ticket.send
