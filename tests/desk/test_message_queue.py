"""An e-mail to the customer: asked for once, right when it leaves, forgotten in time."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from guiche.desk import clock, retention
from guiche.desk.messages.message import Message, MessageRefused
from guiche.desk.messages.outbox import send_due
from guiche.desk.models import Ticket, User
from guiche.desk.promises.attempt import Result

pytestmark = pytest.mark.django_db

Open = Callable[..., Ticket]
PERSONAL = ("Bento", "PADARIA", "11.222.333", "11222333", "3333-4444", "98765", "11.583", "@")


def test_it_says_number_and_time_and_nothing_of_a_person(ticket: Ticket, suporte: User) -> None:
    message = Message.queue(ticket, suporte)
    assert message.to == "contato@exemplo.com.br"
    assert message.subject == f"Protocolo {ticket.spoken}"
    assert message.body == (
        f"Olá. Seu protocolo é {ticket.spoken}. O Relacionamento liga até terça, 24/11, às 14h30. "
        "Não precisa abrir outro chamado.\n"
        f"Acompanhe seu atendimento: {ticket.link}"
    )
    assert not [word for word in PERSONAL if word in message.subject + message.body]


def test_the_same_words_are_sent_once(ticket: Ticket, suporte: User) -> None:
    Message.queue(ticket, suporte)
    with pytest.raises(MessageRefused, match="já está a caminho"):
        Message.queue(ticket, suporte)
    send_due(clock.now())
    with pytest.raises(MessageRefused, match="já foi enviada"):
        Message.queue(ticket, suporte)


def test_a_new_number_and_a_new_time_are_worth_another(
    ticket: Ticket, suporte: User, relacionamento: User
) -> None:
    Message.queue(ticket, suporte)
    ticket.take_number("2026/118", suporte)
    assert Message.queue(ticket, suporte).subject == "Protocolo 2026/118"
    ticket.move("cancel", suporte, "Aberto por engano")
    with clock.stopped_at(clock.now() + timedelta(hours=30)):
        ticket.move("reopen", suporte, "Cliente ligou de novo")
        assert "quarta, 25/11, às 20h30" in Message.queue(ticket, suporte).body


def test_one_that_failed_may_be_asked_for_again(ticket: Ticket, suporte: User) -> None:
    message = Message.queue(ticket, suporte)
    assert message.claim(clock.now())
    message.mark_failed("O servidor recusou o endereço (550).")
    assert Message.queue(ticket, suporte).pk != message.pk


@pytest.mark.parametrize("email", ["Cliente não tem e-mail", "joão@exemplo.com.br"])
def test_no_address_no_message(open_ticket: Open, suporte: User, email: str) -> None:
    with pytest.raises(MessageRefused):
        Message.queue(open_ticket(email=email), suporte)


def test_a_time_that_is_past_is_not_written(ticket: Ticket, suporte: User) -> None:
    late = clock.now() + timedelta(hours=25)
    with clock.stopped_at(late), pytest.raises(MessageRefused, match="passou"):
        Message.queue(ticket, suporte)


@pytest.mark.parametrize("change", ["number", "overdue", "spoke", "closed"])
def test_what_no_longer_holds_when_its_turn_comes_does_not_leave(
    ticket: Ticket, suporte: User, relacionamento: User, change: str
) -> None:
    message, now = Message.queue(ticket, suporte), clock.now()
    if change == "number":
        ticket.take_number("118", suporte)
    elif change == "overdue":
        now += timedelta(hours=25)
    elif change == "spoke":
        ticket.promise.log_attempt(relacionamento, ticket.phones[0], Result.SPOKE)
    else:
        ticket.move("cancel", suporte, "Aberto por engano")
    with clock.stopped_at(now):
        assert send_due(now) == 0
    message.refresh_from_db()
    assert (message.state, message.last_error[:24]) == ("failed", "O protocolo ou o prazo m")
    assert list(ticket.informed) == []


def test_address_and_words_are_forgotten_after_ninety_days(ticket: Ticket, suporte: User) -> None:
    message = Message.queue(ticket, suporte)
    send_due(clock.now())
    retention.sweep(clock.now() + timedelta(days=89))
    message.refresh_from_db()
    assert message.to
    assert retention.sweep(clock.now() + timedelta(days=90))["e-mails"] == 1
    message.refresh_from_db()
    assert (message.to, message.body, message.last_error) == ("", "", "")
    assert message.state == "sent"
    assert retention.sweep(clock.now() + timedelta(days=91))["e-mails"] == 0


def test_one_that_still_waits_is_not_forgotten(ticket: Ticket, suporte: User) -> None:
    message = Message.queue(ticket, suporte)
    retention.sweep(clock.now() + timedelta(days=100))
    message.refresh_from_db()
    assert message.to
