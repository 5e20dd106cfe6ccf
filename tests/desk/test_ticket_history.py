"""The history proves itself: nothing can be changed, taken out or put in unseen."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from guiche.desk.models import Event, Ticket, User
from guiche.desk.tickets.event import ChainBroken, recorded


@pytest.fixture
def moved(ticket: Ticket, relacionamento: User) -> Ticket:
    ticket.move("wait", relacionamento, "Cliente pediu outro horário")
    ticket.move("resume", relacionamento)
    return ticket


def test_a_ticket_begins_with_its_submission(ticket: Ticket, suporte: User) -> None:
    submitted, forwarded = ticket.history
    assert (submitted.label, submitted.by) == ("Chamado aberto", suporte)
    assert forwarded.label == "Encaminhado"
    assert forwarded.text == "Equipe: Relacionamento. Retorno até terça, 24/11, às 14h30."
    ticket.verify_chain()


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "resolved"},
        {"payload": {"reason": "outro"}},
        {"by_id": None},
        {"at": "2026-01-01T00:00:00Z"},
        {"salt": b"x" * 16},
        {"salt": None},
        {"digest": "0" * 64},
        {"link": "0" * 64},
        {"payload": None},
    ],
    ids=lambda change: "-".join(change),
)
def test_a_change_is_found_where_it_was_made(moved: Ticket, change: dict[str, Any]) -> None:
    moved.verify_chain()
    moved.events.filter(seq=3).update(**change)
    with pytest.raises(ChainBroken) as broken:
        moved.verify_chain()
    assert broken.value.seq == 3


@pytest.mark.parametrize("seq", [1, 2, 3, 4])
def test_a_missing_event_is_found(moved: Ticket, seq: int) -> None:
    moved.events.filter(seq=seq).delete()
    with pytest.raises(ChainBroken) as broken:
        moved.verify_chain()
    assert broken.value.seq == seq


def test_an_event_from_another_ticket_is_found(moved: Ticket) -> None:
    last = moved.events.get(seq=4)
    last.pk, last.seq = None, 5
    last.save(force_insert=True)
    with pytest.raises(ChainBroken) as broken:
        moved.verify_chain()
    assert broken.value.seq == 5


def test_no_place_is_taken_twice(moved: Ticket) -> None:
    copy = moved.events.get(seq=4)
    copy.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        copy.save(force_insert=True)


def test_erasing_what_was_said_keeps_the_chain(moved: Ticket) -> None:
    for event in moved.history:
        event.erase()
    moved.verify_chain()
    assert [event.text for event in moved.history] == ["Conteúdo apagado."] * 4
    assert moved.events.filter(payload__isnull=True, salt=None).count() == 4


def test_equal_payloads_have_unequal_digests(moved: Ticket, relacionamento: User) -> None:
    for _ in range(2):
        moved.move("wait", relacionamento, "Cliente pediu outro horário")
        moved.move("resume", relacionamento)
    digests = [event.digest for event in moved.history if event.kind == "waiting"]
    assert len(set(digests)) == 3


def test_what_listens_is_in_the_same_transaction(ticket: Ticket, relacionamento: User) -> None:
    def fail(events: list[Event], **_: Any) -> None:
        raise ConnectionError(events[0].kind)

    recorded.connect(fail)
    try:
        with pytest.raises(ConnectionError):
            ticket.move("wait", relacionamento, "Cliente pediu outro horário")
    finally:
        recorded.disconnect(fail)
    ticket = Ticket.objects.get(pk=ticket.pk)
    assert (ticket.state, ticket.seq) == ("forwarded", 2)
    ticket.verify_chain()
