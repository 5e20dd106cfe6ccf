"""Keeping a promise: attempts are recorded, the first contact keeps it, and time is told once."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol

import pytest

from guiche.desk import clock
from guiche.desk.intake.problem import Problem
from guiche.desk.models import ContactAttempt, Promise, Ticket, User
from guiche.desk.promises.attempt import AttemptRefused, Result
from guiche.desk.promises.watch import watch
from guiche.desk.worker import work_once, work_until


class Clock(Protocol):
    now: datetime

    def forward(self, **span: float) -> datetime: ...


def call(ticket: Ticket, by: User, result: str = "no_answer", note: str = "") -> ContactAttempt:
    return ticket.promise.log_attempt(by, ticket.phones[0], result, note)


def kinds(ticket: Ticket) -> list[str]:
    return [event.kind for event in ticket.history][2:]


def test_due_after_a_day_less_the_rest_of_a_quarter(ticket: Ticket, stopped_clock: Clock) -> None:
    assert ticket.promise.due_at == stopped_clock.now + timedelta(hours=24, minutes=-14)
    assert ticket.promise.warn_at == stopped_clock.now + timedelta(hours=24) * 0.8


def test_an_attempt_is_in_the_history(ticket: Ticket, relacionamento: User) -> None:
    attempt = call(ticket, relacionamento, note="Tocou até cair.")
    event = ticket.history.last()
    assert event
    assert event.text == "(11) 3333-4444: Não atendeu. Tocou até cair."
    assert (attempt.phone, str(attempt)) == ("+551133334444", "Não atendeu")
    assert ticket.promise.kept_at is None


def test_only_speaking_with_the_customer_keeps_the_promise(
    ticket: Ticket, relacionamento: User, stopped_clock: Clock
) -> None:
    for result in set(Result.values) - {"spoke"}:
        call(ticket, relacionamento, result)
    assert ticket.promise.kept_at is None
    first = stopped_clock.forward(hours=2)
    call(ticket, relacionamento, "spoke")
    stopped_clock.forward(hours=2)
    call(ticket, relacionamento, "spoke")
    assert Promise.objects.get(pk=ticket.promise_id).kept_at == first


def test_who_calls_is_relacionamento(ticket: Ticket, suporte: User, supervisao: User) -> None:
    assert not ticket.promise.may_log(suporte)
    with pytest.raises(AttemptRefused, match="Relacionamento"):
        call(ticket, suporte)
    assert ticket.promise.may_log(supervisao)
    call(ticket, supervisao)


@pytest.mark.parametrize(
    ("phone", "result", "note", "why"),
    [
        ("3333", "spoke", "", "DDD"),
        ("(11) 3333-4444", "talvez", "", "resultado"),
        ("(11) 3333-4444", "", "", "resultado"),
        ("(11) 3333-4444", "spoke", "A senha: 1234", "senha"),
        ("(11) 3333-4444", "spoke", "longo " * 400, "Resuma"),
    ],
)
def test_an_attempt_that_cannot_be_recorded(
    ticket: Ticket, relacionamento: User, phone: str, result: str, note: str, why: str
) -> None:
    with pytest.raises((AttemptRefused, Problem), match=why):
        ticket.promise.log_attempt(relacionamento, phone, result, note)
    assert kinds(ticket) == []
    assert not ContactAttempt.objects.exists()


def test_a_closed_ticket_takes_no_attempt(ticket: Ticket, relacionamento: User) -> None:
    ticket.move("resolve", relacionamento, "Cliente desistiu")
    assert not ticket.promise.may_log(relacionamento)
    with pytest.raises(AttemptRefused, match="encerrado"):
        call(ticket, relacionamento)
    assert not ContactAttempt.objects.exists()


def test_the_end_is_told_once_before_and_once_after(ticket: Ticket, stopped_clock: Clock) -> None:
    assert watch(stopped_clock.forward(hours=19)) == 0
    assert watch(stopped_clock.forward(hours=1)) == 1
    assert watch(stopped_clock.forward(hours=1)) == 0
    assert watch(stopped_clock.forward(hours=4)) == 1
    assert watch(stopped_clock.forward(hours=4)) == 0
    assert kinds(ticket) == ["ending", "overdue"]
    assert [event.by for event in ticket.history][2:] == [None, None]
    ticket.verify_chain()


def test_after_an_outage_only_the_news_is_told(ticket: Ticket, stopped_clock: Clock) -> None:
    watch(stopped_clock.forward(hours=30))
    assert kinds(ticket) == ["overdue"]


def test_nothing_is_told_of_what_was_kept_or_closed(
    open_ticket: Callable[..., Ticket], relacionamento: User, stopped_clock: Clock
) -> None:
    kept, closed = open_ticket(), open_ticket()
    call(kept, relacionamento, "spoke")
    closed.move("resolve", relacionamento, "Cliente desistiu")
    assert watch(stopped_clock.forward(hours=30)) == 0


def test_a_reopened_ticket_is_watched_again(
    ticket: Ticket, supervisao: User, stopped_clock: Clock
) -> None:
    watch(stopped_clock.forward(hours=30))
    ticket.move("resolve", supervisao, "Cliente desistiu")
    ticket.move("reopen", supervisao, "Problema continua")
    assert watch(stopped_clock.forward(hours=30)) == 1
    assert kinds(ticket) == ["overdue", "resolved", "reopened", "overdue"]


def test_one_promise_that_fails_does_not_hide_the_others(
    open_ticket: Callable[..., Ticket],
    stopped_clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    poison, other = open_ticket(), open_ticket()
    record = Ticket.record

    def fail(ticket: Ticket, *arguments: object, **named: object) -> object:
        if ticket == poison:
            raise ValueError("poison")
        return record(ticket, *arguments, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(Ticket, "record", fail)
    assert watch(stopped_clock.forward(hours=30)) == 1
    assert kinds(other) == ["overdue"]
    assert "not marked" in caplog.text


def test_a_round_of_the_worker_watches(ticket: Ticket, stopped_clock: Clock) -> None:
    stopped_clock.forward(hours=30)
    work_once()
    assert kinds(ticket) == ["overdue"]


@pytest.mark.django_db(transaction=True)
def test_the_worker_goes_on_after_a_failure(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    stop, rounds = threading.Event(), []

    def watch_badly(now: datetime) -> None:
        rounds.append(now)
        if len(rounds) == 3:
            stop.set()
        raise ConnectionError("the database is restarting")

    monkeypatch.setattr("guiche.desk.worker.watch", watch_badly)
    work_until(stop, pause=0)
    assert len(rounds) == 3
    assert "trying again" in caplog.text
    assert clock.now()
