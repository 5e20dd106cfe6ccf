"""Any life of a ticket: whatever people try, in any order, the table and the history hold."""

from collections.abc import Callable
from datetime import timedelta
from typing import ClassVar

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)

from guiche.desk import clock
from guiche.desk.models import Ticket, User
from guiche.desk.people.role import Role
from guiche.desk.promises.attempt import Result
from guiche.desk.promises.promise import PromiseState
from guiche.desk.promises.watch import watch
from guiche.desk.refusal import Refused
from guiche.desk.tickets.moves import MOVES, OPEN

CLOSED_STATES = (
    PromiseState.KEPT, PromiseState.KEPT_LATE, PromiseState.TRIED_IN_TIME, PromiseState.CLOSED,
    PromiseState.UNTRIED,
)  # fmt: skip
Open = Callable[..., Ticket]


class Life(RuleBasedStateMachine):
    """A model beside the ticket: the state and the events that there should be."""

    open_ticket: ClassVar[Open]
    people: ClassVar[dict[str, User]]

    def __init__(self) -> None:
        super().__init__()
        self.block = transaction.atomic()
        self.block.__enter__()
        self.time = clock.stopped_at(clock.now())
        self.time.__enter__()
        self.ticket = type(self).open_ticket()
        self.state = "forwarded"
        self.kinds = ["submitted", "forwarded"]

    def teardown(self) -> None:
        self.time.__exit__(None, None, None)
        transaction.set_rollback(True)
        self.block.__exit__(None, None, None)

    @rule(name=st.sampled_from(list(MOVES)), role=st.sampled_from(Role.values))
    def move(self, name: str, role: str) -> None:
        move = MOVES[name]
        reason = (self.ticket.procedure.reasons.get(name) or ("",))[-1]
        try:
            self.ticket.move(name, self.people[role], reason, "Falta um dado.")
        except Refused:
            assert self.state not in move.origins or role not in move.roles
        else:
            assert self.state in move.origins
            assert role in move.roles
            self.state = move.target
            self.kinds.append(move.event)

    @rule(
        result=st.sampled_from(Result.values),
        role=st.sampled_from(Role.values),
        phone=st.integers(0, 1),
    )
    def call(self, result: str, role: str, phone: int) -> None:
        called = self.ticket.phones[phone]
        try:
            self.ticket.promise.log_attempt(self.people[role], called, result)
        except Refused:
            assert role == "suporte" or self.state not in OPEN
        else:
            self.kinds.append("attempted")

    @rule(hours=st.integers(1, 30))
    def time_passes(self, hours: int) -> None:
        before = clock.now()
        self.time.__exit__(None, None, None)
        self.time = clock.stopped_at(before + timedelta(hours=hours))
        self.time.__enter__()

    @rule()
    def the_worker_comes_by(self) -> None:
        now, promise = clock.now(), Ticket.objects.get(pk=self.ticket.pk).promise
        state, told = promise.state(now), watch(now)
        news = {PromiseState.ENDING: "ending", PromiseState.OVERDUE: "overdue"}.get(state)
        if told:
            assert news is not None
            assert news == "overdue" or not promise.attempts.exists()
            self.kinds.append(news)
        assert watch(now) == 0

    @invariant()
    def the_ticket_is_where_the_table_put_it(self) -> None:
        ticket = Ticket.objects.get(pk=self.ticket.pk)
        assert ticket.state == self.state
        assert [event.kind for event in ticket.history] == self.kinds
        assert [event.seq for event in ticket.history] == [*range(1, len(self.kinds) + 1)]
        ticket.verify_chain()
        promise = ticket.promise
        assert promise.tried_at is None or promise.tried_at <= promise.due_at
        assert (promise.state(clock.now()) in CLOSED_STATES) >= (not ticket.is_open)


@pytest.mark.django_db
def test_any_life(stopped_clock: object, open_ticket: Open, people: dict[str, User]) -> None:
    attributes = {"open_ticket": staticmethod(open_ticket), "people": people}
    run_state_machine_as_test(
        type("AnyLife", (Life,), attributes),
        settings=settings(
            max_examples=15,
            stateful_step_count=15,
            suppress_health_check=list(HealthCheck),
        ),
    )
