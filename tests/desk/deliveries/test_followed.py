"""What the customer answers by the page of the ticket reaches the desk as a note."""

import pytest

from calls import ticket_of
from desk.conftest import StoppedClock
from desk.deliveries.conftest import Run
from desk.deliveries.memory import Desk
from guiche.desk.models import Connection, User

pytestmark = pytest.mark.django_db


def test_an_answer_is_noted_there(
    connection: Connection, stopped_clock: StoppedClock, suporte: User, desk: Desk, run: Run
) -> None:
    ticket = ticket_of(suporte)
    run()
    ticket.refresh_from_db()
    ticket.add_phone("(11) 97777-6666")
    ticket.answer("other", "depois das 14h")
    run()
    (held,) = desk.tickets
    phone, answer = held.notes[-2:]
    assert phone.startswith("Cliente mandou um telefone\n(11) 97777-6666.\n")
    assert answer.startswith("Cliente respondeu\nPrefiro outro horário: depois das 14h\n")
