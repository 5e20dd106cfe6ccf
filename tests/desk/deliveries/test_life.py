"""Whatever happens between two machines, in whatever order, a ticket stands once in the desk.

Workers are stepped by hand: what one has claimed is sent when a rule says so, or never. What a
process that stood still does then is a rule as well.
"""

import logging
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from threading import Thread
from typing import Any

import pytest
from django.db import transaction
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

from desk.conftest import StoppedClock
from desk.deliveries.memory import LAG, Desk, Fault, Held, World, after, away, before, lost, refused
from guiche.desk.connectors.case import Case
from guiche.desk.connectors.connector import Created, DeliveryError, Outcome
from guiche.desk.deliveries.crew import Crew
from guiche.desk.deliveries.decided import DeliveryRefused
from guiche.desk.deliveries.dispatch import Dispatcher
from guiche.desk.deliveries.reconcile import reconcile
from guiche.desk.models import Connection, Delivery, Link, Stray, Ticket, User

pytestmark = pytest.mark.django_db
State, Step = Delivery.State, Delivery.Step
LEASE = timedelta(seconds=30)
OVER = (State.DONE, State.DROPPED)


class RemoteDesk(Desk):
    """A desk with a clock of its own, which nobody sets, and which may act after we stopped
    listening; it keeps what it did for whom."""

    def __init__(self) -> None:
        super().__init__()
        self.elapsed = 0.0
        self.born: dict[str, float] = {}
        self.its_own: set[str] = set()
        self.working_for: Delivery | None = None
        self.did: list[Delivery] = []
        self.late: list[tuple[float, Delivery | None, Callable[[], Any]]] = []

    def add(self, case: Case) -> Created:
        created = super().add(case)
        self.born[created.ref] = self.elapsed
        return created

    def shows(self, held: Held) -> bool:
        return self.born[held.ref] + self.lag.total_seconds() <= self.elapsed

    def do(self, call: str, about: str, work: Callable[[], Any]) -> Any:
        def noted() -> Any:
            if self.working_for and call not in ("find", "has"):
                self.did.append(self.working_for)
            return work()

        return super().do(call, about, noted)

    def forward(self, seconds: float) -> None:
        until = self.elapsed + seconds
        due = sorted((each for each in self.late if each[0] <= until), key=lambda each: each[0])
        self.late = [each for each in self.late if each[0] > until]
        for self.elapsed, self.working_for, work in due:
            work()
        self.elapsed, self.working_for = until, None

    # Its faults

    def late_after(self, seconds: float) -> Fault:
        """We stop listening, and then it is done."""

        def fault(do: Callable[[], Any]) -> Any:
            self.late.append((self.elapsed + seconds, self.working_for, do))
            raise lost()

        return fault

    def twice(self, answer: DeliveryError | None) -> Fault:
        """A ticket is created, and one more that nobody asked for."""

        def fault(do: Callable[[], Any]) -> Any:
            done, before = do(), len(self.tickets)
            do()
            self.its_own |= {held.ref for held in self.tickets[before:]}
            if answer:
                raise answer
            return done

        return fault


class Stepped(Crew):
    """Takes work and leaves it until it is told to do a piece, in a thread, as a crew does."""

    def __init__(self) -> None:
        super().__init__(0)
        self.waiting: list[Callable[[], None]] = []

    def do(self, work: Callable[[], None], of: object, width: int) -> None:
        self.waiting.append(work)

    def ready(self, of: object) -> int:
        return 0

    def do_first(self) -> None:
        thread = Thread(target=self.waiting.pop(0))
        thread.start()
        thread.join()


class Worker(Dispatcher):
    """A dispatcher that sends one step when it is told to."""

    def __init__(self, name: str, desk: RemoteDesk) -> None:
        super().__init__(threads=3, lease=LEASE, owner=name, monotonic=lambda: desk.elapsed)
        self.desk, self.stepped = desk, Stepped()
        self._crew.dismiss()
        self._crew = self.stepped

    def _send(self, attempt: Any, connection: Connection) -> None:
        self.desk.working_for = attempt.delivery
        super()._send(attempt, connection)
        self.desk.working_for = None

    def send(self, count: int) -> None:
        for _ in range(min(count, len(self.stepped.waiting))):
            self.stepped.do_first()


def broken() -> Fault:
    def fault(_do: Callable[[], Any]) -> Any:
        raise ZeroDivisionError

    return fault


def broken_after() -> Fault:
    def fault(do: Callable[[], Any]) -> Any:
        do()
        raise ZeroDivisionError

    return fault


def locked() -> DeliveryError:
    return DeliveryError("Trancado", Outcome.RETRY)


def busy() -> DeliveryError:
    return DeliveryError("Devagar", Outcome.RETRY, everywhere=True, pause=timedelta(seconds=40))


def wrong_password() -> DeliveryError:
    return DeliveryError("Senha inválida", Outcome.RETRY, everywhere=True, login=True)


def half() -> DeliveryError:
    return DeliveryError("mime-type fehlt", Outcome.UNKNOWN, otherwise=Outcome.REJECTED)


WRITES = ("customer", "create", "attach", "solve", "note", "forward", "close")
LOOKS = ("find", "has")
FAULTS: dict[str, Callable[[RemoteDesk], Fault]] = {
    "away": lambda _: before(away()),
    "locked": lambda _: before(locked()),
    "busy": lambda _: before(busy()),
    "login": lambda _: before(wrong_password()),
    "refused": lambda _: before(refused()),
    "broken": lambda _: broken(),
    "lost before": lambda _: before(lost()),
    "lost after": lambda _: after(lost()),
    "half before": lambda _: before(half()),
    "half after": lambda _: after(half()),
    "broken after": lambda _: broken_after(),
    "late": lambda desk: desk.late_after(LAG.total_seconds() / 2),
}
LOST = ("lost after", "half after", "broken after", "late")
OF_A_LOOK = ("away", "locked", "busy", "login", "broken")
DOUBLES: dict[str, Callable[[RemoteDesk], Fault]] = {
    "twice": lambda desk: desk.twice(None),
    "twice, lost": lambda desk: desk.twice(lost()),
}


class Life(RuleBasedStateMachine):
    """Two workers, people, and a desk that fails."""

    open_ticket: Callable[..., Ticket]
    people: dict[str, User]

    @initialize(lag=st.integers(0, 10))
    def begin(self, lag: int) -> None:
        self.stack = ExitStack()
        self.rows = self.stack.enter_context(transaction.atomic())
        self.clock = StoppedClock(self.stack)
        self.desk = World.desk = RemoteDesk()
        self.desk.lag = timedelta(seconds=lag)
        self.connection = Connection(kind="memory", name="Central")
        self.connection.set({"password": "segredo-de-teste"})
        self.connection.keep()
        self.born = 0
        self.workers = [self.worker(), self.worker()]
        self.refs: dict[int, str] = {}
        self.repeated: set[int] = set()
        self.tickets: list[Ticket] = []
        self.open()

    def worker(self) -> Worker:
        self.born += 1
        return Worker(f"w{self.born}", self.desk)

    # What people do

    @precondition(lambda self: len(self.tickets) < 3)
    @rule()
    def open(self) -> None:
        self.tickets.append(self.open_ticket())

    @rule(which=st.integers(0, 9), name=st.sampled_from(["wait", "resume", "cancel", "reopen"]))
    def move(self, which: int, name: str) -> None:
        ticket = self.tickets[which % len(self.tickets)]
        ticket.refresh_from_db()
        by = self.people["supervisao"]
        for each in ticket.moves_for(by):
            if each.rule.name == name:
                ticket.move(name, by, each.reasons[0] if each.reasons else "", "Uma anotação")

    @rule(which=st.integers(0, 99))
    def repeat(self, which: int) -> None:
        rows = list(Delivery.objects.exclude(state__in=OVER).order_by("pk"))
        if rows:
            self._repeat(rows[which % len(rows)])

    def _repeat(self, row: Delivery) -> None:
        try:
            row.repeat()
            self.repeated.add(row.pk)
        except DeliveryRefused:
            assert Delivery.objects.get(pk=row.pk).state in (*OVER, State.SENDING)

    @rule(call=st.sampled_from(["create", "attach", "solve"]), fault=st.sampled_from(LOST))
    def repeat_at_once(self, call: str, fault: str) -> None:
        """By a person who does not wait until what was done shows."""
        self.desk.fail(call, FAULTS[fault](self.desk))
        self.work(0, 3)
        for row in Delivery.objects.filter(state=State.UNKNOWN):
            self._repeat(row)
        self.work(0, 1)

    @rule(which=st.integers(0, 99))
    def drop(self, which: int) -> None:
        rows = list(Delivery.objects.filter(state=State.REJECTED).order_by("pk"))
        if rows:
            rows[which % len(rows)].drop(self.people["supervisao"], "Feito à mão")

    @rule()
    def mend_connection(self) -> None:
        Connection.objects.get().try_again()

    # What the desk does

    @rule(
        call=st.sampled_from(WRITES),
        fault=st.sampled_from(sorted(FAULTS)),
        rounds=st.integers(0, 6),
    )
    def fail(self, call: str, fault: str, rounds: int) -> None:
        """And work goes on: what only waits for a later rule is seldom reached."""
        self.desk.fail(call, FAULTS[fault](self.desk))
        self.work(0, rounds)

    @rule(call=st.sampled_from(LOOKS), fault=st.sampled_from(OF_A_LOOK), rounds=st.integers(0, 3))
    def fail_to_look(self, call: str, fault: str, rounds: int) -> None:
        self.desk.fail(call, FAULTS[fault](self.desk))
        self.work(1, rounds)

    @rule(fault=st.sampled_from(sorted(DOUBLES)))
    def double(self, fault: str) -> None:
        self.desk.fail("create", DOUBLES[fault](self.desk))

    @rule(lag=st.integers(0, 10))
    def lag(self, lag: int) -> None:
        self.desk.lag = timedelta(seconds=lag)

    # What workers do, and what is done to them

    @rule(which=st.integers(0, 1))
    def round(self, which: int) -> None:
        self.workers[which].round()

    @rule(which=st.integers(0, 1), count=st.integers(1, 3))
    def send(self, which: int, count: int) -> None:
        self.workers[which].send(count)

    @rule(which=st.integers(0, 1), rounds=st.integers(1, 6))
    def work(self, which: int, rounds: int) -> None:
        for _ in range(rounds):
            self.workers[which].round()
            self.workers[which].send(3)

    @rule(which=st.integers(0, 1))
    def kill(self, which: int) -> None:
        self.workers[which] = self.worker()

    @rule(which=st.integers(0, 1))
    def reconcile(self, which: int) -> None:
        self._reconcile(self.workers[which])

    def _reconcile(self, worker: Worker) -> None:
        reconcile(Connection.objects.get(), worker.opened, self.clock.now)

    # Time

    @rule(seconds=st.sampled_from([1, 5, 11, 31, 61, 400]))
    def wait(self, seconds: int) -> None:
        self.clock.forward(seconds=seconds)
        self.desk.forward(seconds)

    @rule(hours=st.sampled_from([-1, 1]))
    def set_clock(self, hours: int) -> None:
        self.clock.forward(hours=hours)

    # What always holds

    @invariant()
    def created_once(self) -> None:
        ours = Counter(held.key for held in self.desk.tickets if held.ref not in self.desk.its_own)
        assert all(count == 1 for count in ours.values()), ours

    @invariant()
    def written_once(self) -> None:
        for held in self.desk.tickets:
            tokens = Counter(note.rpartition("\n")[2] for note in held.notes)
            assert all(count == 1 for count in tokens.values()), held.notes
            assert len(held.files) <= 1, held.files

    @invariant()
    def in_order(self) -> None:
        first = dict.fromkeys(row.pk for row in self.desk.did)
        for ticket in self.tickets:
            rows = {row.pk for row in self.desk.did if row.ticket_id == ticket.pk}
            untouched = [pk for pk in first if pk in rows - self.repeated]
            assert untouched == sorted(untouched)

    @invariant()
    def linked_for_ever(self) -> None:
        refs = dict(Link.objects.exclude(ref="").values_list("ticket_id", "ref"))
        assert self.refs.items() <= refs.items()
        self.refs = refs

    # The end: the faults are over, people repeat what was refused, and time goes by

    def teardown(self) -> None:
        if not hasattr(self, "stack"):
            return
        try:
            self._settle()
            self._check_end()
        finally:
            transaction.set_rollback(True)
            self.stack.close()

    def _settle(self) -> None:
        self.desk.faults.clear()
        self.workers = [self.worker()]
        for _ in range(60):
            Connection.objects.get().try_again()
            for row in Delivery.objects.filter(state=State.REJECTED):
                self._repeat(row)
            while self.workers[0].round() or self.workers[0].stepped.waiting:
                self.workers[0].send(3)
            if not Delivery.objects.exclude(state__in=OVER).exists():
                return
            self.wait(400)
        stuck = Delivery.objects.exclude(state__in=OVER)
        raise AssertionError([(row.pk, row.step, row.state, row.last_error) for row in stuck])

    def _check_end(self) -> None:
        self.created_once()
        self.written_once()
        self.linked_for_ever()
        for row in Delivery.objects.filter(state=State.DONE).select_related("ticket", "event"):
            key = f"G{row.ticket.number}"
            held = [each for each in self.desk.tickets if each.key == key]
            assert held, row
            if row.step in (Step.SOLVE, Step.NOTE):
                assert any(row.token in note for each in held for note in each.notes), row
        self._check_doubles()

    def _check_doubles(self) -> None:
        self.wait(400)
        self._reconcile(self.workers[0])
        linked = set(Link.objects.values_list("ref", flat=True))
        strays = set(Stray.objects.values_list("ref", flat=True))
        assert {held.ref for held in self.desk.tickets} <= linked | strays


@pytest.fixture
def life(
    db: None,
    open_ticket: Callable[..., Ticket],
    people: dict[str, User],
    caplog: pytest.LogCaptureFixture,
) -> Iterator[type[Life]]:
    class Here(Life):
        pass

    caplog.set_level(logging.CRITICAL, "guiche.desk.deliveries")  # faults by the hundred

    Here.open_ticket = staticmethod(open_ticket)
    Here.people = people
    yield Here
    World.desk = Desk()


CHECKS = (HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large)


def live(machine: type[Life], examples: int, steps: int, *, repeatable: bool) -> None:
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            derandomize=repeatable,
            suppress_health_check=CHECKS,
        ),
    )


def test_a_ticket_stands_once_in_the_desk_whatever_happens(life: type[Life]) -> None:
    live(life, examples=20, steps=35, repeatable=True)


@pytest.mark.heavy
def test_a_ticket_stands_once_in_the_desk_whatever_happens_for_long(life: type[Life]) -> None:
    live(life, examples=600, steps=80, repeatable=False)
