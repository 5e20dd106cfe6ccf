"""Four workers that are killed at any moment tell each warning and each breach once, none early."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection, transaction

from desk.sweeping import SETTINGS
from guiche.desk import clock
from guiche.desk.models import Event, Promise, SiteVersion, Ticket, User
from guiche.desk.tickets import number as numbers

pytestmark = pytest.mark.django_db(transaction=True)

WORKERS = 4
DEATHS, EACH = 20, 9
"""So many workers are killed, each while so many promises are due."""
PATIENCE = 300.0


class Sweepers:
    """Workers that sweep all the time; they are forked by a process of their own."""

    def __init__(self) -> None:
        database = {name: connection.settings_dict[name] for name in ("ENGINE", "NAME", "OPTIONS",
                    "HOST", "PORT", "USER", "PASSWORD")}  # fmt: skip
        path = os.pathsep.join(filter(None, sys.path))
        self._nursery = subprocess.Popen(
            [sys.executable, "-m", "desk.sweeping"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            text=True, env={**os.environ, "PYTHONPATH": path, SETTINGS: json.dumps(database)},
        )  # fmt: skip
        self.running = [self._born() for _ in range(WORKERS)]

    def _born(self) -> int:
        nursery = self._nursery
        assert nursery.stdin
        assert nursery.stdout
        nursery.stdin.write("one\n")
        nursery.stdin.flush()
        return int(nursery.stdout.readline())

    def replace(self, chance: random.Random) -> None:
        """Kills one, at any moment of its work, and has another."""
        victim = chance.randrange(WORKERS)
        time.sleep(chance.uniform(0, 0.4))
        os.kill(self.running[victim], signal.SIGKILL)
        self.running[victim] = self._born()

    def end(self) -> None:
        """All of them."""
        for pid in self.running:
            os.kill(pid, signal.SIGKILL)
        self._nursery.communicate()


@pytest.fixture
def sweepers() -> Iterator[Sweepers]:
    some = Sweepers()
    yield some
    some.end()


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
    open_ticket: Callable[..., Ticket], relacionamento: User, sweepers: Sweepers
) -> None:
    chance = random.Random(482)
    tickets = likenesses(open_ticket(), DEATHS * EACH)
    SiteVersion.objects.create(content={})  # somebody is there at any time
    near, over = tickets[::3], [each for each in tickets if each not in tickets[::3]]
    for start in range(0, len(tickets), EACH):
        some = tickets[start : start + EACH]
        fall_due(chance, some[::3], [each for each in some if each in over])
        call(over[start % len(over)], relacionamento)
        sweepers.replace(chance)
    wait_until_told(near, over)
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


def wait_until_told(near: list[Ticket], over: list[Ticket]) -> None:
    patience = time.monotonic() + PATIENCE
    while not (all_told(near, "ending") and all_told(over, "overdue")):
        if time.monotonic() > patience:
            told = Counter(Event.objects.values_list("kind", flat=True))
            pytest.fail(f"not all was told in {PATIENCE:.0f} s: {told}")
        time.sleep(0.05)
