"""What a worker holds, and what it has lost without having noticed."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import DatabaseError, OperationalError

from desk.conftest import StoppedClock
from desk.deliveries.conftest import Run
from desk.deliveries.memory import Desk, away, before, lost
from guiche.desk import clock
from guiche.desk.connectors.connection import Connection
from guiche.desk.deliveries import dispatch
from guiche.desk.deliveries.dispatch import Dispatcher
from guiche.desk.models import Delivery, Ticket

pytestmark = pytest.mark.django_db
Open = Callable[..., Ticket]
LEASE = timedelta(seconds=30)


def worker() -> Dispatcher:
    return Dispatcher(threads=2, lease=LEASE, owner="um", monotonic=lambda: clock.now().timestamp())


class Held:
    """A call that goes on until it is let go."""

    def __init__(self) -> None:
        self.began, self.ends = threading.Event(), threading.Event()

    def __call__(self, do: Callable[[], Any]) -> Any:
        self.began.set()
        assert self.ends.wait(120)
        return do()


def test_what_was_claimed_and_never_sent_is_let_go_by_a_worker_that_lives_on(
    connection: Connection, stopped_clock: StoppedClock, open_ticket: Open, desk: Desk
) -> None:
    """As after a round that broke off between claiming and sending."""
    for _ in range(2):
        open_ticket()
    one = worker()
    lost = Delivery.claim(connection, one.owner, clock.now(), LEASE, 1)[0]
    held = Held()
    desk.fail("customer", held)
    one.round()
    assert held.began.wait(120)
    for _ in range(4):
        stopped_clock.forward(seconds=11)
        one.round()
    taken = {row.pk for row in Delivery.due(connection, clock.now())}
    held.ends.set()
    one.finish()
    assert lost.pk in taken or Delivery.objects.get(pk=lost.pk).attempts > 1


def test_what_another_took_meanwhile_may_not_be_written(
    connection: Connection, stopped_clock: StoppedClock, open_ticket: Open, desk: Desk
) -> None:
    ticket = open_ticket()
    Delivery.objects.filter(step="customer").update(state="done")
    Delivery.objects.filter(step="create").update(unsure=True, empty_at=clock.now())
    one, held = worker(), Held()
    desk.fail("find", held)
    one.round()
    assert held.began.wait(120)
    now = stopped_clock.forward(seconds=31)
    assert Delivery.claim(connection, "outro", now, LEASE, 1)
    one.round()
    held.ends.set()
    one.finish()
    assert "create" not in desk.steps(f"G{ticket.number}")


def test_what_a_database_that_was_away_did_not_take_is_written_later(
    connection: Connection, stopped_clock: StoppedClock, open_ticket: Open, desk: Desk, run: Run,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    open_ticket()

    def away(*_: object) -> None:
        raise DatabaseError("the server closed the connection")

    one = worker()
    one.round()
    with monkeypatch.context() as patch:
        patch.setattr(dispatch, "confirm", away)
        patch.setattr(Delivery, "poisoned", away)
        with pytest.raises(DatabaseError):
            one.finish()
    run(one)
    assert len(desk.tickets) == 1
    assert set(Delivery.objects.values_list("state", "attempts")) == {("done", 1)}


def test_what_was_done_is_not_in_doubt_because_the_database_was_locked(
    connection: Connection, stopped_clock: StoppedClock, open_ticket: Open, desk: Desk, run: Run,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """A deadlock, say: the desk has the ticket, and its number need not wait for an hour."""
    ticket = open_ticket()

    def locked(*_: object) -> None:
        raise OperationalError("deadlock detected")

    one = worker()
    one.round()
    one.finish()
    with monkeypatch.context() as patch:
        patch.setattr(dispatch, "confirm", locked)
        with pytest.raises(OperationalError):
            run(one)
    run(one)
    ticket.refresh_from_db()
    assert ticket.desk_number == "M-1"
    assert desk.steps(f"G{ticket.number}").count("create") == 1


def lost_in_the_middle(step: str) -> None:
    """As a worker leaves a row that it sent and never ended: its lease is over."""
    Delivery.objects.filter(step=step).update(
        state=Delivery.State.SENDING, lease_owner="morto", lease_until=clock.now()
    )


def test_what_was_empty_before_a_sending_says_nothing_of_it(
    connection: Connection, stopped_clock: StoppedClock, open_ticket: Open, desk: Desk, run: Run
) -> None:
    """Looked for twice and sent again, by a worker that is gone: it is looked for twice anew."""
    ticket = open_ticket()
    desk.fail("create", before(lost()))
    run()
    stopped_clock.forward(seconds=11)
    run()
    assert Delivery.objects.get(step="create").empty_at
    now = stopped_clock.forward(seconds=11)
    assert Delivery.claim(connection, "morto", now, LEASE, 1)
    stopped_clock.forward(seconds=31)
    run()
    assert desk.steps(f"G{ticket.number}").count("create") == 1
    for _ in range(20):
        stopped_clock.forward(seconds=15)
        run()
    assert desk.steps(f"G{ticket.number}").count("create") == 2


def test_what_may_be_under_way_is_waited_for_though_the_first_look_failed(
    connection: Connection, stopped_clock: StoppedClock, open_ticket: Open, desk: Desk, run: Run
) -> None:
    """A worker without its database may still be sending, for as long as the longest call."""
    ticket = open_ticket()
    Delivery.objects.filter(step="customer").update(state="done", open=False)
    lost_in_the_middle("create")
    desk.fail("find", before(away()))
    ends = clock.now() + settings.DELIVERY_LONGEST_CALL
    while clock.now() < ends:
        run()
        assert "create" not in desk.steps(f"G{ticket.number}")
        stopped_clock.forward(seconds=11)
    for _ in range(20):
        stopped_clock.forward(seconds=15)
        run()
    assert desk.steps(f"G{ticket.number}").count("create") == 1


def test_a_clock_that_was_set_back_while_no_worker_lived_makes_nothing_wait(
    connection: Connection, stopped_clock: StoppedClock, open_ticket: Open, desk: Desk, run: Run
) -> None:
    open_ticket()
    stopped_clock.forward(hours=-9)
    one = worker()
    run(one)
    assert len(desk.tickets) == 1
