"""Undoing what other desks are told: not sent yet, it is never sent; else the way back is."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from desk import kinds
from desk.conftest import StoppedClock
from desk.deliveries.conftest import Run
from desk.deliveries.memory import Desk, after, lost
from guiche.desk.connectors.happening import happening_of
from guiche.desk.connectors.registry import Kind
from guiche.desk.models import Connection, Delivery, Membership, Ticket, User
from guiche.desk.tickets.undo import undo

pytestmark = pytest.mark.django_db
Open = Callable[..., Ticket]
State = Delivery.State

CASES = {
    "wait": ("Cliente pediu outro horário", "", "resumed", "note"),
    "resolve": ("Cliente desistiu", "", "reopened", "note"),
    "cancel": ("Aberto por engano", "", "reopened", "note"),
    "return": ("Dados insuficientes", "Falta o CNPJ.", "forwarded_again", "forward"),
}


@pytest.fixture
def opened(
    connection: Connection, stopped_clock: StoppedClock, open_ticket: Open, run: Run
) -> Ticket:
    """A ticket that the desk has."""
    ticket = open_ticket()
    run()
    return Ticket.objects.get(pk=ticket.pk)


def steps(desk: Desk, ticket: Ticket) -> list[str]:
    return desk.steps(ticket.key)[5:]


def fresh(ticket: Ticket) -> Ticket:
    return Ticket.objects.get(pk=ticket.pk)


@pytest.mark.parametrize("name", CASES)
def test_what_was_not_sent_is_never_sent(
    opened: Ticket, desk: Desk, run: Run, supervisao: User, name: str
) -> None:
    reason, note, *_ = CASES[name]
    calls = len(desk.calls)
    event = opened.move(name, supervisao, reason, note)
    undone = undo(fresh(opened), event.seq, supervisao)
    run()
    assert len(desk.calls) == calls
    assert undone.kind == "undone"
    assert fresh(opened).state == "forwarded"
    row = Delivery.objects.get(event=event)
    assert (row.state, row.open, row.ended_by) == (State.DROPPED, False, supervisao)
    assert not undone.deliveries.exists()
    fresh(opened).verify_chain()


@pytest.mark.parametrize("name", CASES)
def test_what_was_sent_is_led_back(
    opened: Ticket, desk: Desk, run: Run, supervisao: User, name: str
) -> None:
    reason, note, back, step = CASES[name]
    due = opened.promise.due_at
    event = opened.move(name, supervisao, reason, note)
    run()
    undone = undo(fresh(opened), event.seq, supervisao)
    assert undone.kind == back
    assert "Feito por engano" in undone.text
    assert [each.step for each in undone.deliveries.all()] == [step]
    run()
    assert undone.deliveries.get().state == State.DONE
    ticket = fresh(opened)
    assert (ticket.state, ticket.promise.due_at) == ("forwarded", due)
    assert ticket.promise.closed_at is None
    ticket.verify_chain()


def test_what_is_under_way_is_led_back_after_it(
    opened: Ticket, desk: Desk, run: Run, supervisao: User, stopped_clock: StoppedClock
) -> None:
    event = opened.move("resolve", supervisao, "Cliente desistiu")
    now = stopped_clock.now
    taken = Delivery.claim(opened.links.get().connection, "outro", now, timedelta(seconds=30), 5)
    assert [each.event_id for each in taken] == [event.pk]
    undone = undo(fresh(opened), event.seq, supervisao)
    assert undone.kind == "reopened"
    assert Delivery.objects.get(event=event).state == State.SENDING
    stopped_clock.forward(minutes=5)
    run()
    rows = Delivery.objects.filter(event__in=[event, undone]).order_by("done_at", "pk")
    assert [(row.step, row.state) for row in rows] == [("close", "done"), ("note", "done")]


def test_what_the_desk_may_have_is_led_back(
    opened: Ticket, desk: Desk, run: Run, supervisao: User
) -> None:
    desk.fail("note", after(lost()))
    event = opened.move("wait", supervisao, "Cliente pediu outro horário")
    run()
    assert Delivery.objects.get(event=event).state == State.UNKNOWN
    assert undo(fresh(opened), event.seq, supervisao).kind == "resumed"


def test_a_call_that_was_told_is_taken_back_in_words(
    opened: Ticket, desk: Desk, run: Run, supervisao: User
) -> None:
    opened.promise.log_attempt(supervisao, opened.phones[0], "spoke")
    run()
    event = opened.events.get(kind="attempted")
    undone = undo(fresh(opened), event.seq, supervisao)
    run()
    (held,) = desk.tickets
    assert "Desfaz “Tentativa de contato”. Motivo: Feito por engano." in held.notes[-1]
    assert undone.kind == "undone"
    assert fresh(opened).promise.kept_at is None


@pytest.fixture
def program(opened: Ticket, monkeypatch: pytest.MonkeyPatch) -> Connection:
    """A program that is called beside the desk."""
    kind = Kind("Programa", "guiche.desk.connectors.webhook:Webhook")
    monkeypatch.setitem(kinds.KINDS, "webhook", kind)
    made = Connection(kind="webhook", name="Programa", numbers=False)
    made.set({"url": "https://programa.example/aviso", "secret": f"whsec_{'A' * 43}="})
    made.keep()
    return made


def told_to(program: Connection) -> list[Delivery]:
    return list(Delivery.objects.filter(connection=program).order_by("pk"))


def test_a_desk_hears_no_undoing_of_what_a_program_alone_was_told(
    opened: Ticket, desk: Desk, program: Connection, supervisao: User
) -> None:
    event = opened.claim(supervisao)
    Delivery.objects.filter(connection=program).update(state=State.DONE, open=False)
    undone = undo(fresh(opened), event.seq, supervisao)
    assert [each.connection for each in undone.deliveries.all()] == [program]


def test_a_program_hears_no_undoing_of_what_it_was_not_told(
    opened: Ticket, program: Connection, supervisao: User
) -> None:
    event = opened.move("resolve", supervisao, "Cliente desistiu")
    undo(fresh(opened), event.seq, supervisao)
    assert [each.event for each in told_to(program)] == [event]
    assert told_to(program)[0].state == State.DROPPED


def test_a_program_is_told_the_state_that_was_led_back_to(
    opened: Ticket, program: Connection, supervisao: User
) -> None:
    opened.move("wait", supervisao, "Cliente pediu outro horário")
    event = fresh(opened).move("resolve", supervisao, "Cliente desistiu")
    Delivery.objects.filter(connection=program).update(state=State.DONE, open=False)
    undone = undo(fresh(opened), event.seq, supervisao)
    assert undone.kind == "reopened"
    told = happening_of(told_to(program)[-1].event).content["event"]
    assert (told["kind"], told["state"]) == ("reopened", fresh(opened).state)


def test_a_team_is_told_and_a_person_is_not(
    opened: Ticket, desk: Desk, run: Run, supervisao: User, relacionamento: User
) -> None:
    Membership.objects.create(user=relacionamento, team="Documentos")
    opened.pass_to(relacionamento, supervisao)
    calls = len(desk.calls)
    run()
    assert len(desk.calls) == calls
    event = opened.pass_to("Documentos", supervisao)
    run()
    (held,) = desk.tickets
    assert held.team == "Documentos"
    undone = undo(fresh(opened), event.seq, supervisao)
    assert undone.kind == "handed_over"
    run()
    assert held.team == "Relacionamento"
    assert fresh(opened).owner == relacionamento
