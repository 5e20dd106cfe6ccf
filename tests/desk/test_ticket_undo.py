"""Undo: everything as it was, both in the history, for some minutes and by who did it."""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from at_once import at_once
from desk.conftest import StoppedClock
from guiche.desk.models import ContactAttempt, Membership, Promise, Ticket, User
from guiche.desk.people.role import Role
from guiche.desk.tickets.event import AlreadyRecorded
from guiche.desk.tickets.undo import UNDO_FOR, UndoRefused, undo, undoable

Open = Callable[..., Ticket]
Does = Callable[[Ticket, User], object]


def fresh(ticket: Ticket) -> Ticket:
    return Ticket.objects.get(pk=ticket.pk)


def columns(ticket: Ticket) -> dict[str, Any]:
    """All that a ticket says, but of its history."""
    row = Ticket.objects.filter(pk=ticket.pk).values().get()
    promise = Promise.objects.filter(pk=row["promise_id"]).values().get()
    left_out = {"seq", "head", "moved_at"}
    return {key: value for key, value in {**row, **promise}.items() if key not in left_out}


def move(name: str, reason: str = "", note: str = "") -> Does:
    return lambda ticket, by: ticket.move(name, by, reason, note)


def nothing(ticket: Ticket, by: User) -> None:
    """As it was opened."""


CASES: dict[str, tuple[Does, Does]] = {
    "wait": (nothing, move("wait", "Cliente pediu outro horário")),
    "resume": (move("wait", "Cliente pediu outro horário"), move("resume")),
    "resolve": (nothing, move("resolve", "Cliente desistiu")),
    "return": (nothing, move("return", "Dados insuficientes", "Falta o CNPJ.")),
    "forward": (
        move("return", "Dados insuficientes", "Falta o CNPJ."), move("forward", note="Está aí."),
    ),
    "cancel": (nothing, move("cancel", "Aberto por engano")),
    "reopen": (move("resolve", "Cliente desistiu"), move("reopen", "Problema continua")),
    "claim": (nothing, lambda ticket, by: ticket.claim(by)),
    "release": (lambda ticket, by: ticket.claim(by), lambda ticket, by: ticket.release(by)),
    "pass": (
        lambda ticket, by: ticket.claim(by), lambda ticket, by: ticket.pass_to("Documentos", by),
    ),
    "attempt": (
        nothing, lambda ticket, by: ticket.promise.log_attempt(by, ticket.phones[0], "spoke"),
    ),
    "second attempt": (
        lambda ticket, by: ticket.promise.log_attempt(by, ticket.phones[0], "no_answer"),
        lambda ticket, by: ticket.promise.log_attempt(by, ticket.phones[1], "left_message"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_all_is_as_it_was(
    ticket: Ticket, supervisao: User, relacionamento: User, stopped_clock: StoppedClock, name: str
) -> None:
    Membership.objects.create(user=relacionamento, team="Documentos")
    first, does = CASES[name]
    first(ticket, supervisao)
    stopped_clock.forward(minutes=1)
    before, events = columns(ticket), ticket.events.count()
    attempts = ContactAttempt.objects.count()
    does(fresh(ticket), supervisao)
    assert columns(ticket) != before
    stopped_clock.forward(minutes=2)
    event = undoable(fresh(ticket), supervisao, stopped_clock.now)
    assert event
    undone = undo(fresh(ticket), event.seq, supervisao)
    assert columns(ticket) == before
    assert ContactAttempt.objects.count() == attempts
    assert ticket.events.count() == events + 2
    assert (undone.label, undone.text) == ("Desfeito", f"Desfaz “{event.label}”.")
    fresh(ticket).verify_chain()
    assert undoable(fresh(ticket), supervisao, stopped_clock.now) is None


@pytest.mark.parametrize("later", [False, True])
def test_an_answer_of_the_customer_still_waits_for_somebody(
    client: Client, ticket: Ticket, supervisao: User, stopped_clock: StoppedClock, *, later: bool
) -> None:
    """To do something and undo it is not to act on the answer, which came before it or between."""
    if not later:
        ticket.answer("other", "Depois das 17h")
    event = fresh(ticket).claim(supervisao)
    stopped_clock.forward(minutes=1)
    if later:
        fresh(ticket).answer("other", "Depois das 17h")
    answered_at = ticket.events.get(kind="customer_answer").at
    undo(fresh(ticket), event.seq, supervisao)
    assert fresh(ticket).answered_at == answered_at
    page = client.get(f"/chamados/{ticket.number}/").context
    assert [each.kind for each in page["answered"]] == ["customer_answer"]
    fresh(ticket).move("wait", supervisao, "Cliente pediu outro horário")
    assert fresh(ticket).answered_at is None


def test_for_some_minutes_only(ticket: Ticket, carla: User, stopped_clock: StoppedClock) -> None:
    event = ticket.claim(carla)
    stopped_clock.set(stopped_clock.now + UNDO_FOR)
    with pytest.raises(UndoRefused, match="10 minutos"):
        undo(ticket, event.seq, carla)
    assert fresh(ticket).owner == carla


def test_by_the_one_who_did_it(ticket: Ticket, carla: User, supervisao: User) -> None:
    event = ticket.claim(carla)
    with pytest.raises(UndoRefused):
        undo(ticket, event.seq, supervisao)


def test_not_once_somebody_did_more(ticket: Ticket, carla: User, supervisao: User) -> None:
    event = ticket.claim(carla)
    ticket.move("wait", supervisao, "Cliente pediu outro horário")
    with pytest.raises(UndoRefused):
        undo(ticket, event.seq, carla)


def test_what_the_worker_notes_is_in_nobodys_way(
    ticket: Ticket, carla: User, stopped_clock: StoppedClock
) -> None:
    event = ticket.move("wait", carla, "Cliente pediu outro horário")
    ticket.record("overdue", by=None, payload={}, at=stopped_clock.now)
    undo(ticket, event.seq, carla)
    assert fresh(ticket).state == "forwarded"


def test_what_the_version_before_did_is_not_undone(
    ticket: Ticket, carla: User, stopped_clock: StoppedClock
) -> None:
    """It may be at work beside this one, and kept nothing of how it was."""
    ticket.record("waiting", by=carla, payload={}, at=stopped_clock.now, target="waiting_customer")
    assert undoable(fresh(ticket), carla, stopped_clock.now) is None


def test_opening_is_not_undone(ticket: Ticket, suporte: User, stopped_clock: StoppedClock) -> None:
    assert undoable(ticket, suporte, stopped_clock.now) is None


def test_a_form_that_was_sent_before_changes_nothing(ticket: Ticket, carla: User) -> None:
    form, event = uuid4(), ticket.claim(carla)
    undo(ticket, event.seq, carla, form)
    ticket.claim(carla)
    with pytest.raises(AlreadyRecorded):
        undo(ticket, event.seq, carla, form)
    assert fresh(ticket).owner == carla


@pytest.mark.django_db(transaction=True)
def test_of_undoing_and_going_on_one_is_done(open_ticket: Open) -> None:
    """Whoever is quicker: never is a move undone after which another one was made."""
    ticket = open_ticket()
    by, other = (
        User.objects.create_user(name, role=Role.SUPERVISAO) for name in ("um.exemplo", "dois")
    )
    event = ticket.move("wait", by, "Cliente pediu outro horário")

    def tried(act: Callable[[], object]) -> bool:
        try:
            act()
        except UndoRefused:
            return False
        return True

    undone, resolved = at_once(
        [
            partial(tried, lambda: undo(fresh(ticket), event.seq, by)),
            partial(tried, lambda: fresh(ticket).move("resolve", other, "Cliente desistiu")),
        ]
    )
    kinds = [each.kind for each in ticket.history][2:]
    assert resolved
    assert kinds == (["waiting", "undone", "resolved"] if undone else ["waiting", "resolved"])
    fresh(ticket).verify_chain()
