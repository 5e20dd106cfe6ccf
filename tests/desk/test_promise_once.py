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

WORKERS, EACH = 4, 60
DEATHS = 24
SECONDS = 4.0
"""In which all become due, one after the other, while workers are killed."""
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
    """One after the other from now on: of these to be warned, of those to run out."""
    now, hour = clock.now(), timedelta(hours=1)
    with transaction.atomic():
        for each in (*near, *over):
            soon = now + timedelta(seconds=SECONDS * chance.random())
            due = soon + hour if each in near else soon
            Promise.objects.filter(pk=each.promise_id).update(warn_at=soon, due_at=due)


def test_each_is_told_once_whoever_dies(
    open_ticket: Callable[..., Ticket], relacionamento: User
) -> None:
    chance = random.Random(482)
    tickets = likenesses(open_ticket(), 3 * EACH)
    SiteVersion.objects.create(content={})  # somebody is there at any time
    near, over = tickets[:EACH], tickets[EACH:]
    with workers() as running:
        fall_due(chance, near, over)
        deaths = storm(chance, running, relacionamento, near, over)
    assert deaths >= WORKERS
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


def storm(
    chance: random.Random, running: list[BaseProcess], by: User, near: list[Ticket],
    over: list[Ticket],
) -> int:  # fmt: skip
    """Kills a worker every now and then, and calls customers meanwhile; how many were killed."""
    deaths, patience = 0, time.monotonic() + PATIENCE
    while time.monotonic() < patience:
        if all_told(near, "ending") and all_told(over, "overdue"):
            return deaths
        if deaths < DEATHS:
            victim = chance.randrange(WORKERS)
            kill(running[victim])
            deaths += 1
            connections.close_all()
            running[victim] = FORK.Process(target=sweep_forever)
            running[victim].start()
        customer = Ticket.objects.get(pk=chance.choice(over[:EACH]).pk)
        customer.promise.log_attempt(by, customer.phones[0], "no_answer")
        # Only as often as leaves them time to tell something.
        running[chance.randrange(WORKERS)].join(chance.uniform(0.05, 0.3))
    told = Counter(Event.objects.values_list("kind", flat=True))
    pytest.fail(f"not all was told in {PATIENCE:.0f} s: {told}")
