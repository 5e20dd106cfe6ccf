"""Keeping a promise: attempts are recorded, the first contact keeps it, and time is told once."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Protocol
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from guiche.desk import clock
from guiche.desk.intake.problem import Problem
from guiche.desk.models import ContactAttempt, Event, Promise, SiteVersion, Ticket, User
from guiche.desk.promises.attempt import AttemptRefused, Result
from guiche.desk.promises.watch import watch
from guiche.desk.worker import work_once, work_until


class Clock(Protocol):
    now: datetime

    def set(self, moment: datetime) -> datetime: ...

    def forward(self, **span: float) -> datetime: ...


def call(
    ticket: Ticket, by: User, result: str = "no_answer", note: str = "", phone: int = 0
) -> ContactAttempt:
    return ticket.promise.log_attempt(by, ticket.phones[phone], result, note)


def try_in_time(ticket: Ticket, by: User) -> None:
    """As the shipped procedure asks for it: both telephones, and a message left."""
    call(ticket, by, "no_answer")
    call(ticket, by, "left_message", phone=1)


def kinds(ticket: Ticket) -> list[str]:
    return [event.kind for event in ticket.history][2:]


def test_due_after_a_day_less_the_rest_of_a_quarter(ticket: Ticket, stopped_clock: Clock) -> None:
    assert ticket.promise.due_at == stopped_clock.now + timedelta(hours=24, minutes=-14)
    assert ticket.promise.warn_at == stopped_clock.now + timedelta(hours=24, minutes=-14) * 0.8


def test_an_attempt_is_in_the_history(ticket: Ticket, relacionamento: User) -> None:
    attempt = call(ticket, relacionamento, note="Tocou até cair.")
    event = ticket.history.last()
    assert event
    assert event.text == "(11) 3333-4444: Não atendeu. Tocou até cair. Assumiu o chamado."
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


def test_many_that_run_out_cost_as_many_queries_as_one(
    open_ticket: Callable[..., Ticket], stopped_clock: Clock
) -> None:
    """Also with all who hear of it: figures, deliveries, search."""

    def queries(count: int) -> int:
        for _ in range(count):
            open_ticket()
        with CaptureQueriesContext(connection) as asked:
            assert watch(stopped_clock.forward(hours=30)) == count
        return len(asked)

    queries(1)
    assert queries(2) == queries(6)


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


def test_tried_in_time_is_marked_once(
    ticket: Ticket, relacionamento: User, stopped_clock: Clock
) -> None:
    call(ticket, relacionamento)
    stopped_clock.forward(hours=1)
    call(ticket, relacionamento, "no_answer", phone=1)
    assert ticket.promise.lacking() == ("deixar recado",)
    assert ticket.promise.tried_at is None
    first = stopped_clock.forward(hours=1)
    call(ticket, relacionamento, "left_message", phone=1)
    stopped_clock.forward(hours=1)
    call(ticket, relacionamento)
    promise = Promise.objects.get(pk=ticket.promise_id)
    assert (promise.tried_at, promise.kept_at) == (first, None)
    assert promise.state(stopped_clock.now) == "tentado"
    assert promise.state(promise.due_at) == "tentado no prazo"


def test_what_is_tried_too_late_is_not_tried_in_time(
    ticket: Ticket, relacionamento: User, stopped_clock: Clock
) -> None:
    call(ticket, relacionamento)
    stopped_clock.forward(hours=24)
    call(ticket, relacionamento, "left_message", phone=1)
    assert ticket.promise.tried_at is None
    assert ticket.promise.lacking() == (
        "mais 1 tentativa", "ligar para (11) 98765-4321", "deixar recado",
    )  # fmt: skip
    ticket.move("resolve", relacionamento, "Sem contato depois das tentativas")
    assert ticket.promise.state(stopped_clock.now) == "não tentado"


def test_a_customer_with_one_telephone_is_tried_at_it(
    open_ticket: Callable[..., Ticket], relacionamento: User, stopped_clock: Clock
) -> None:
    ticket = open_ticket(phone_2="Cliente só tem um telefone")
    call(ticket, relacionamento)
    assert ticket.promise.tried_at is None
    call(ticket, relacionamento, "left_message")
    assert ticket.promise.tried_at == stopped_clock.now


def test_a_customer_without_a_telephone_is_reached_otherwise(
    open_ticket: Callable[..., Ticket], relacionamento: User
) -> None:
    ticket = open_ticket(phone_1="Cliente não tem telefone", phone_2="Cliente só tem um telefone")
    ticket.promise.log_attempt(relacionamento, "", "spoke", "Respondeu ao e-mail.")
    event = ticket.history.last()
    assert event
    assert (
        event.text == "Sem telefone: Falou com o cliente. Respondeu ao e-mail. Assumiu o chamado."
    )
    assert ticket.promise.kept_at


def test_the_next_try_is_that_of_the_last_attempt(
    ticket: Ticket, relacionamento: User, stopped_clock: Clock
) -> None:
    log = ticket.promise.log_attempt
    log(relacionamento, ticket.phones[0], "busy", again="1h")
    assert ticket.promise.next_try == stopped_clock.now + timedelta(hours=1)
    event = ticket.history.last()
    assert event
    assert event.text == (
        "(11) 3333-4444: Ocupado. Próxima tentativa: segunda, 23/11, às 15h44. Assumiu o chamado."
    )
    log(relacionamento, ticket.phones[0], "no_answer")
    assert ticket.promise.next_try is None
    with pytest.raises(AttemptRefused, match="lista"):
        log(relacionamento, ticket.phones[0], "busy", again="sempre")


# When it is told. Hours of the team: Monday to Friday, 8 to 18; the promise ends on a Tuesday.


def hours(week: str = "08:00-18:00") -> None:
    SiteVersion.objects.create(
        content={"hours": {"week": [week] * 5 + ["", ""], "holidays": False}}
    )


def ends_at(ticket: Ticket, warn: datetime, due: datetime) -> None:
    Promise.objects.filter(pk=ticket.promise_id).update(warn_at=warn, due_at=due)


def here(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=ZoneInfo("America/Sao_Paulo"))


@pytest.mark.parametrize(
    ("warn", "due", "told"),
    [
        # in working hours: at once
        (here(24, 10), here(24, 12), {"ending": here(24, 10), "overdue": here(24, 12)}),
        # at night: when work begins, while there is still time
        (here(24, 3), here(24, 9), {"ending": here(24, 8), "overdue": here(24, 9)}),
        (here(23, 23), here(24, 8, 15), {"ending": here(24, 8), "overdue": here(24, 8, 15)}),
        # at night, and over before anybody comes: only that it is over, at the time
        (here(24, 1), here(24, 7), {"overdue": here(24, 7)}),
        (here(24, 1), here(24, 8), {"overdue": here(24, 8)}),
        (here(24, 18), here(24, 20), {"overdue": here(24, 20)}),
        # over a weekend
        (here(27, 19), here(30, 9), {"ending": here(30, 8), "overdue": here(30, 9)}),
    ],
)
def test_near_the_end_is_told_while_somebody_is_there(
    ticket: Ticket, stopped_clock: Clock, warn: datetime, due: datetime, told: dict[str, datetime]
) -> None:
    hours()
    ends_at(ticket, warn, due)
    stopped_clock.set(warn - timedelta(hours=1))
    while stopped_clock.now < due + timedelta(hours=2):
        watch(stopped_clock.forward(minutes=15))
    events = [event for event in ticket.history if event.kind in ("ending", "overdue")]
    assert {event.kind: event.at for event in events} == told
    assert len(events) == len(told)


def test_near_the_end_is_no_news_once_somebody_has_called(
    ticket: Ticket, relacionamento: User, stopped_clock: Clock
) -> None:
    call(ticket, relacionamento)
    assert watch(stopped_clock.forward(hours=20)) == 0
    assert watch(stopped_clock.forward(hours=4)) == 1
    assert kinds(ticket) == ["attempted", "overdue"]


def test_what_was_tried_in_time_does_not_run_out(
    ticket: Ticket, relacionamento: User, stopped_clock: Clock
) -> None:
    try_in_time(ticket, relacionamento)
    assert watch(stopped_clock.forward(hours=30)) == 0
    assert ticket.promise.overdue_at is None


def test_attempts_of_an_earlier_promise_do_not_count(
    ticket: Ticket, supervisao: User, stopped_clock: Clock
) -> None:
    try_in_time(ticket, supervisao)
    ticket.move("resolve", supervisao, "Cliente desistiu")
    ticket.move("reopen", supervisao, "Problema continua")
    assert ticket.promise.tried_at is None
    assert len(ticket.promise.lacking()) == 4
    assert watch(stopped_clock.forward(hours=20)) == 1


def test_a_desk_without_hours_is_told_at_any_time(ticket: Ticket, stopped_clock: Clock) -> None:
    SiteVersion.objects.create(content={})
    assert watch(stopped_clock.forward(hours=20)) == 1


def test_one_promise_that_fails_does_not_hide_the_others(
    open_ticket: Callable[..., Ticket],
    stopped_clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    poison, other = open_ticket(), open_ticket()
    event = Ticket._next_event

    def fail(ticket: Ticket, *arguments: Any) -> Event:
        if ticket == poison:
            raise ValueError("poison")
        return event(ticket, *arguments)

    monkeypatch.setattr(Ticket, "_next_event", fail)
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
