"""A promise that stands still while the customer is waited for: what it says, keeps, never does."""

from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from typing import Protocol

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from calls import signed_in
from guiche.desk import clock
from guiche.desk.models import Draft, ProcedureVersion, Promise, SiteVersion, Ticket, User
from guiche.desk.procedures import shelf
from guiche.desk.promises.attempt import Result
from guiche.desk.promises.promise import PromiseState
from guiche.desk.promises.watch import watch
from guiche.desk.site.counting import Counting, Elapsed, Working
from guiche.desk.site.site import Site
from guiche.desk.tickets.moves import MoveRefused
from guiche.desk.tickets.undo import undo

pytestmark = pytest.mark.django_db

SLUG = "cei-ausente"
DOCUMENT, CONFIRM = "Cliente vai enviar um documento", "Cliente vai confirmar o número do CEI"


class Clock(Protocol):
    now: datetime

    def set(self, moment: datetime) -> datetime: ...

    def forward(self, **span: float) -> datetime: ...


def publish(by: User, lines: str) -> None:
    """The shipped procedure, with these lines in its promise."""
    text = (shelf.SHIPPED / "cei-ausente.toml").read_text("utf-8")
    changed = text.replace("[promise]\n", f"[promise]\n{lines}\n", 1)
    seen = ProcedureVersion.current(SLUG).digest
    ProcedureVersion.publish(SLUG, changed, by, seen=seen)


@pytest.fixture
def pausing(supervisao: User) -> None:
    publish(supervisao, f'pauses = ["{DOCUMENT}"]')


@pytest.fixture
def ticket(pausing: None, stopped_clock: Clock, open_ticket: Callable[..., Ticket]) -> Ticket:
    return open_ticket()


def now_as_stored(ticket: Ticket) -> Promise:
    return Ticket.objects.get(pk=ticket.pk).promise


def test_the_shipped_promise_never_stands_still(
    stopped_clock: Clock, open_ticket: Callable[..., Ticket], relacionamento: User
) -> None:
    """It is one of a call, and who waits for the customer has not called him by that."""
    ticket = open_ticket()
    due = ticket.promise.due_at
    ticket.move("wait", relacionamento, DOCUMENT)
    stopped_clock.forward(hours=30)
    assert (now_as_stored(ticket).paused_at, now_as_stored(ticket).due_at) == (None, due)
    assert watch(stopped_clock.now) == 1


def test_a_pause_moves_the_due_time_by_its_length(
    ticket: Ticket, relacionamento: User, stopped_clock: Clock
) -> None:
    made, due, warn = stopped_clock.now, ticket.promise.due_at, ticket.promise.warn_at
    stopped_clock.forward(hours=2, seconds=20)
    ticket.move("wait", relacionamento, DOCUMENT)
    assert ticket.promise.state(made + timedelta(days=9)) == PromiseState.PAUSED
    assert watch(stopped_clock.forward(hours=50)) == 0
    ticket.move("resume", relacionamento)
    promise = now_as_stored(ticket)
    assert (promise.due_at, promise.paused_at) == (due + timedelta(hours=50), None)
    assert promise.warn_at == warn + timedelta(hours=50)
    paused, resumed = [event.text for event in ticket.history][-2:]
    assert paused == f"Motivo: {DOCUMENT}. Prazo em pausa, faltando 21 h e 45 min."
    assert resumed == "Retorno até quinta, 26/11, às 16h30."
    ticket.verify_chain()


def test_every_due_time_can_be_told_from_the_history(
    ticket: Ticket, relacionamento: User, stopped_clock: Clock
) -> None:
    promised = [ticket.promise.due_at]
    for _ in range(3):
        stopped_clock.forward(hours=1, minutes=7)
        ticket.move("wait", relacionamento, DOCUMENT)
        stopped_clock.forward(hours=3, minutes=11)
        ticket.move("resume", relacionamento)
        promised.append(now_as_stored(ticket).due_at)
    ticket.move("resolve", relacionamento, "Cliente desistiu")
    ticket.move("reopen", supervisor(), "Problema continua")
    promised.append(now_as_stored(ticket).due_at)
    told = [
        datetime.fromisoformat(event.payload["due_at"])
        for event in ticket.history
        if event.payload and "due_at" in event.payload and "paused" not in event.payload
    ]
    assert told == promised
    assert len(set(promised)) == len(promised)


def supervisor() -> User:
    return User.objects.get_or_create(
        username="chefe", defaults={"name": "Chefe Exemplo", "role": "supervisao"}
    )[0]


def test_in_working_hours_a_night_takes_nothing(
    supervisao: User, relacionamento: User, stopped_clock: Clock,
    open_ticket: Callable[..., Ticket],
) -> None:  # fmt: skip
    week = ["08:00-12:00 13:00-18:00"] * 5 + ["", ""]
    SiteVersion.objects.create(content={"hours": {"week": week, "holidays": False}})
    publish(supervisao, f'business_hours = true\npauses = ["{DOCUMENT}"]')
    ticket = open_ticket()  # Monday, 14:44, and 24 hours of work: Thursday, 10:44
    assert ticket.promise.written == "até quinta, 26/11, às 10h30"
    # 80 % of the 23 h 46 min until then
    assert ticket.promise.warn_at == datetime(2026, 11, 25, 18, 44, 48, tzinfo=UTC)
    stopped_clock.set(datetime(2026, 11, 24, 20, tzinfo=UTC))  # Tuesday, 17:00
    ticket.move("wait", relacionamento, DOCUMENT)
    stopped_clock.set(datetime(2026, 11, 25, 12, tzinfo=UTC))  # Wednesday, 9:00: two hours of work
    ticket.move("resume", relacionamento)
    assert now_as_stored(ticket).written == "até quinta, 26/11, às 13h30"


@pytest.mark.parametrize("done", ["wait", "resume", "call"])
def test_a_pause_or_its_end_that_was_a_mistake_is_undone(
    ticket: Ticket, supervisao: User, stopped_clock: Clock, done: str
) -> None:
    if done != "wait":
        ticket.move("wait", supervisao, DOCUMENT)
    stopped_clock.forward(hours=2)
    before = Promise.objects.values("warn_at", "due_at", "paused_at").get()
    if done == "call":
        now_as_stored(ticket).log_attempt(supervisao, ticket.phones[0], Result.SPOKE)
    else:
        ticket.move(done, supervisao, DOCUMENT if done == "wait" else "")
    assert Promise.objects.values("warn_at", "due_at", "paused_at").get() != before
    stopped_clock.forward(minutes=5)
    event = undo(ticket, Ticket.objects.get().seq, supervisao)
    assert Promise.objects.values("warn_at", "due_at", "paused_at").get() == before
    assert event.payload
    assert datetime.fromisoformat(event.payload["due_at"]) == before["due_at"]
    Ticket.objects.get().verify_chain()


@pytest.mark.parametrize(
    ("reason", "before"),
    [(CONFIRM, None), (DOCUMENT, "spoke"), (DOCUMENT, "late")],
)
def test_what_does_not_stand_still(
    ticket: Ticket, relacionamento: User, stopped_clock: Clock, reason: str, before: str | None
) -> None:
    if before == "spoke":
        ticket.promise.log_attempt(relacionamento, ticket.phones[0], "spoke")
    elif before == "late":
        stopped_clock.forward(hours=25)
    ticket.move("wait", relacionamento, reason)
    promise = now_as_stored(ticket)
    assert promise.paused_at is None
    stopped_clock.forward(hours=2)
    due = promise.due_at
    ticket.move("resume", relacionamento)
    assert now_as_stored(ticket).due_at == due


def test_who_is_reached_in_a_pause_was_reached_in_time(
    ticket: Ticket, relacionamento: User, stopped_clock: Clock
) -> None:
    ticket.move("wait", relacionamento, DOCUMENT)
    stopped_clock.forward(hours=70)
    ticket.promise.log_attempt(relacionamento, ticket.phones[0], "no_answer")
    ticket.promise.log_attempt(relacionamento, ticket.phones[0], "spoke")
    promise = now_as_stored(ticket)
    assert promise.state(stopped_clock.now) == PromiseState.KEPT
    assert promise.paused_at is None
    assert promise.due_at > stopped_clock.now
    assert watch(stopped_clock.forward(hours=90)) == 0


def test_what_was_tried_in_a_pause_was_tried_in_time(
    ticket: Ticket, relacionamento: User, stopped_clock: Clock
) -> None:
    ticket.move("wait", relacionamento, DOCUMENT)
    stopped_clock.forward(hours=70)
    ticket.promise.log_attempt(relacionamento, ticket.phones[0], "no_answer")
    ticket.promise.log_attempt(relacionamento, ticket.phones[1], "left_message")
    ticket.move("resume", relacionamento)
    assert now_as_stored(ticket).state(stopped_clock.now) == PromiseState.TRIED


@pytest.mark.parametrize(("name", "reason"), [
    ("resolve", "Cliente desistiu"), ("cancel", "Aberto por engano"),
])  # fmt: skip
def test_what_is_closed_in_a_pause_was_not_late(
    ticket: Ticket, supervisao: User, stopped_clock: Clock, name: str, reason: str
) -> None:
    ticket.move("wait", supervisao, DOCUMENT)
    stopped_clock.forward(hours=70)
    ticket.move(name, supervisao, reason)
    promise = now_as_stored(ticket)
    assert promise.state(stopped_clock.now) == PromiseState.CLOSED
    assert "Retorno" not in ticket.history.last().text  # type: ignore[union-attr]


def test_support_gets_a_returned_one_with_its_clock_running(
    ticket: Ticket, relacionamento: User, stopped_clock: Clock
) -> None:
    ticket.move("wait", relacionamento, DOCUMENT)
    stopped_clock.forward(hours=70)
    ticket.move("return", relacionamento, "Dados insuficientes", "Falta o CEI.")
    promise = now_as_stored(ticket)
    assert promise.state(stopped_clock.now) == PromiseState.ON_TIME
    assert promise.left(stopped_clock.now) == timedelta(hours=23, minutes=46)


def test_a_move_that_is_refused_stops_nothing(ticket: Ticket, relacionamento: User) -> None:
    stale = Ticket.objects.get(pk=ticket.pk)
    ticket.move("wait", relacionamento, DOCUMENT)
    with pytest.raises(MoveRefused):
        stale.move("wait", relacionamento, DOCUMENT)
    ticket.move("resume", relacionamento)
    assert now_as_stored(ticket).paused_at is None


def test_hours_that_were_cut_down_keep_nobody_from_going_on(
    supervisao: User, stopped_clock: Clock, open_ticket: Callable[..., Ticket]
) -> None:
    publish(supervisao, f'business_hours = true\npauses = ["{DOCUMENT}"]')
    ticket = open_ticket()
    ticket.move("wait", supervisao, DOCUMENT)
    rare = {"week": ["08:00-08:01", *[""] * 6], "holidays": False}
    SiteVersion.objects.create(content={"hours": rare})
    stopped_clock.forward(hours=1)
    ticket.move("resume", supervisao)
    assert now_as_stored(ticket).due_at > stopped_clock.now


def test_the_page_tells_of_the_pause_and_of_the_new_time(
    ticket: Ticket, relacionamento: User, stopped_clock: Clock
) -> None:
    client, address = signed_in(relacionamento), reverse("chamado", args=[ticket.number])
    assert f"O prazo para enquanto se espera por: {DOCUMENT}." in page_of(client, address)
    stopped_clock.forward(hours=1)
    ticket.move("wait", relacionamento, DOCUMENT)
    stopped_clock.forward(hours=2)
    page = page_of(client, address)
    assert "Em pausa" in page
    assert "Espera o cliente desde 23/11/2026 15:44; o prazo volta a contar ao retomar." in page
    assert "Diga ao cliente: retorno até amanhã, terça, 24/11, às 16h30." in page
    assert "Prazo em pausa, faltando 22 h e 46 min." in page
    assert "Em pausa" in page_of(client, reverse("fila"))
    ticket.move("resume", relacionamento)
    assert "Retorno até terça, 24/11, às 16h30." in page_of(client, address)


def page_of(client: Client, address: str) -> str:
    return client.get(address).content.decode()


class Kept(RuleBasedStateMachine):
    """A ticket in any order of events, against a model that only knows spans of counted time."""

    opening: Callable[[], Ticket]
    people: tuple[User, User]

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        self.at(datetime(2026, 11, 23, 17, 44, tzinfo=UTC))

    def at(self, moment: datetime) -> None:
        self.now = moment
        self.stack.enter_context(clock.stopped_at(moment))

    @initialize()
    def open(self) -> None:
        self.ticket = type(self).opening()
        self.due = self.ticket.promise.due_at
        self.left: timedelta | None = None
        """At a pause, what is left."""
        self.reached = self.tried = False

    @property
    def by(self) -> User:
        return type(self).people[0]

    @property
    def way(self) -> Counting:
        promised, hours = self.ticket.procedure.promise, Site.current().hours
        return Working(hours) if promised.business and hours else Elapsed()

    def fresh(self) -> Ticket:
        """As a process that was just started reads it."""
        self.ticket = Ticket.objects.get(pk=self.ticket.pk)
        return self.ticket

    @rule(minutes=st.integers(1, 60 * 30), seconds=st.integers(0, 59))
    def time_passes(self, minutes: int, seconds: int) -> None:
        self.at(self.now + timedelta(minutes=minutes, seconds=seconds))

    @rule(minutes=st.integers(1, 120))
    def clock_is_set_back(self, minutes: int) -> None:
        self.at(self.now - timedelta(minutes=minutes))

    @rule(workers=st.integers(1, 3))
    def sweep(self, workers: int) -> None:
        for _ in range(workers):
            watch(self.now)
        runs = self.left is None and not self.reached and not self.tried
        if runs and self.now >= self.due:
            assert self.fresh().promise.overdue_at is not None, "missed"

    @precondition(lambda self: self.ticket.state == "forwarded")
    @rule(reason=st.sampled_from([DOCUMENT, CONFIRM]))
    def wait(self, reason: str) -> None:
        ticket = self.fresh()
        ticket.move("wait", self.by, reason)
        if reason == DOCUMENT and not self.reached and self.now < self.due:
            self.left = self.way.between(self.now, self.due)

    @precondition(lambda self: self.ticket.state == "waiting_customer")
    @rule()
    def resume(self) -> None:
        self.fresh().move("resume", self.by)
        self.go_on()

    def go_on(self) -> None:
        if self.left is not None:
            exact = self.way.add(self.now, self.left)
            minute = exact.replace(second=0, microsecond=0)
            self.due = minute if minute > self.now else minute + timedelta(minutes=1)
            self.left = None

    @precondition(lambda self: self.ticket.is_open)
    @rule(result=st.sampled_from(["spoke", "no_answer", "left_message"]), phone=st.integers(0, 1))
    def call(self, result: str, phone: int) -> None:
        ticket = self.fresh()
        ticket.promise.log_attempt(self.by, ticket.phones[phone], result)
        if result == Result.SPOKE:
            self.reached = True
            self.go_on()
        self.tried = self.fresh().promise.tried_at is not None

    @precondition(lambda self: self.ticket.is_open and self.ticket.state != "returned")
    @rule()
    def close_and_reopen(self) -> None:
        self.fresh().move("resolve", self.by, "Cliente desistiu")
        before = Promise.objects.get(pk=self.ticket.promise_id)
        assert before.closed_at == self.now
        self.fresh().move("reopen", self.by, "Problema continua")
        self.due, self.left = self.fresh().promise.due_at, None
        self.reached = self.tried = False
        assert self.due > self.now

    @invariant()
    def the_row_is_what_the_model_says(self) -> None:
        promise = self.fresh().promise
        assert promise.due_at == self.due
        assert (promise.paused_at is not None) == (self.left is not None)
        self.ticket.verify_chain()

    @invariant()
    def each_promise_was_told_of_once_and_never_early(self) -> None:
        promise, since = self.ticket.promise, {"forwarded", "reopened"}
        told: list[str] = []
        for event in self.ticket.history:
            if event.kind in since:
                told = []
            elif event.kind in ("ending", "overdue"):
                told.append(event.kind)
        assert len(told) == len(set(told))
        assert ("ending" in told) == (promise.warned_at is not None)
        assert ("overdue" in told) == (promise.overdue_at is not None)
        if promise.overdue_at:
            assert promise.overdue_at >= promise.due_at

    def teardown(self) -> None:
        ticket = self.fresh()
        if ticket.is_open:
            ticket.move("cancel", type(self).people[1], "Aberto por engano")
        self.stack.close()


@pytest.mark.parametrize("business", ["false", "true"])
def test_in_whatever_order_things_happen(
    business: str, supervisao: User, fill: Callable[[], Draft]
) -> None:
    publish(supervisao, f'business_hours = {business}\npauses = ["{DOCUMENT}"]')
    if business == "true":
        week = ["08:00-12:00 13:00-18:00"] * 5 + ["09:00-13:00", ""]
        SiteVersion.objects.create(content={"hours": {"week": week, "holidays": False}})

    class Machine(Kept):
        opening = staticmethod(lambda: fill().submit(supervisao))
        people = (supervisao, supervisao)

    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=10, stateful_step_count=20,
            suppress_health_check=list(HealthCheck), print_blob=False,
        ),
    )  # fmt: skip
