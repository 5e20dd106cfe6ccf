"""Four workers that are killed at any moment tell each warning and each breach once, none early."""

import multiprocessing
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from multiprocessing.process import BaseProcess
from uuid import uuid4

import pytest
from django.db import OperationalError, connections, transaction

from guiche.desk import clock
from guiche.desk.models import Event, Promise, SiteVersion, Ticket, User
from guiche.desk.promises import watch as sweeping
from guiche.desk.tickets import number as numbers

pytestmark = pytest.mark.django_db(transaction=True)

WORKERS = 4
DEATHS, EACH = 20, 9
"""So many workers are killed, each while so many promises are due."""
PATIENCE = 90.0
FORK = multiprocessing.get_context("fork")


def sweep_forever() -> None:
    connections.close_all()
    sweeping._AT_ONCE = 7  # more transactions to be killed in
    while True:
        try:
            sweeping.watch(clock.now())
        except OperationalError:  # a backend of a killed worker was in the way
            connections.close_all()


@contextmanager
def workers() -> Iterator[list[BaseProcess]]:
    connections.close_all()
    running: list[BaseProcess] = [FORK.Process(target=sweep_forever) for _ in range(WORKERS)]
    for each in running:
        each.start()
    try:
        yield running
    finally:
        for each in running:
            kill(each)


def kill(process: BaseProcess) -> None:
    process.kill()
    process.join()


def likenesses(model: Ticket, count: int) -> list[Ticket]:
    """Open tickets like this one, with an empty history and promises of their own."""
    later = model.opened_at + timedelta(days=1)
    promises = Promise.objects.bulk_create(
        Promise(made_at=model.opened_at, warn_at=later, due_at=later) for _ in range(count)
    )
    return Ticket.objects.bulk_create(
        Ticket(
            number=numbers.new(), submission_key=uuid4(), promise=promise, facts=model.facts,
            typed=model.typed, team=model.team, opened_by=model.opened_by,
            opened_at=model.opened_at, moved_at=model.opened_at,
            procedure_version=model.procedure_version, inspection=model.inspection,
        )
        for promise in promises
    )  # fmt: skip


def all_told(tickets: list[Ticket], kind: str) -> bool:
    return Event.objects.filter(ticket__in=tickets, kind=kind).count() >= len(tickets)


def fall_due(chance: random.Random, near: list[Ticket], over: list[Ticket]) -> None:
    """One after the other, in a moment: of these to be warned, of those to run out."""
    now, hour = clock.now(), timedelta(hours=1)
    with transaction.atomic():
        for each in (*near, *over):
            soon = now + timedelta(seconds=chance.uniform(0, 0.4))
            due = soon + hour if each in near else soon
            Promise.objects.filter(pk=each.promise_id).update(warn_at=soon, due_at=due)


def test_each_is_told_once_whoever_dies(
    open_ticket: Callable[..., Ticket], relacionamento: User
) -> None:
    chance = random.Random(482)
    tickets = likenesses(open_ticket(), DEATHS * EACH)
    SiteVersion.objects.create(content={})  # somebody is there at any time
    near, over = tickets[::3], [each for each in tickets if each not in tickets[::3]]
    with workers() as running:
        for start in range(0, len(tickets), EACH):
            some = tickets[start : start + EACH]
            fall_due(chance, some[::3], [each for each in some if each in over])
            call(over[start % len(over)], relacionamento)
            replace(running, chance)
        wait_until_told(near, over, running)
    expected = {"ending": near, "overdue": over}
    for kind, those in expected.items():
        told = Counter(Event.objects.filter(kind=kind).values_list("ticket", flat=True))
        assert told == {each.pk: 1 for each in those}, kind
    for event in Event.objects.filter(kind__in=expected).select_related("ticket__promise"):
        promise = event.ticket.promise
        due_at = promise.warn_at if event.kind == "ending" else promise.due_at
        assert event.at >= due_at
        assert event.at == (promise.warned_at if event.kind == "ending" else promise.overdue_at)
    for each in tickets:
        each.verify_chain()


def call(ticket: Ticket, by: User) -> None:
    """What people do to the same tickets at the same time."""
    customer = Ticket.objects.get(pk=ticket.pk)
    customer.promise.log_attempt(by, customer.phones[0], "no_answer")


def replace(running: list[BaseProcess], chance: random.Random) -> None:
    """Kills a worker, at any moment of its work, and starts another."""
    victim = chance.randrange(WORKERS)
    running[victim].join(chance.uniform(0, 0.4))
    kill(running[victim])
    connections.close_all()
    running[victim] = FORK.Process(target=sweep_forever)
    running[victim].start()


def wait_until_told(near: list[Ticket], over: list[Ticket], running: list[BaseProcess]) -> None:
    patience = time.monotonic() + PATIENCE
    while not (all_told(near, "ending") and all_told(over, "overdue")):
        if time.monotonic() > patience:
            told = Counter(Event.objects.values_list("kind", flat=True))
            ended = [each.exitcode for each in running]
            pytest.fail(f"not all was told in {PATIENCE:.0f} s: {told}; {clock.now()}, {ended}")
        time.sleep(0.05)
