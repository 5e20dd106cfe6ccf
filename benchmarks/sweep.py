"""One sweep over the promises of 100,000 open tickets: nothing due, and hundreds due at once."""

import json
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from statistics import median
from typing import Any, NamedTuple
from uuid import uuid4

import postgresql
from benchmarks.each_database import on_each_database
from benchmarks.measure import Figure, duration

TICKETS, DUE = 100_000, 500
CALLED, WARNED, TOLD = 30_000, 20_000, 20_000
"""So many were called near the end, are warned of, or ran out long ago and are still open."""
ROUNDS, LIMIT = 5, 1.0
_BATCH = 5_000


class Measured(NamedTuple):
    """Median seconds on one database, and the slowest of all; `told` are events, each once."""

    nothing: float
    overdue: float
    ending: float
    slowest: float
    told: int


def figures() -> Iterator[Figure]:
    """A figure for each database."""
    try:
        for name, answer in on_each_database("benchmarks.sweep", seconds=900):
            yield _figure(name, Measured(*answer))
    except postgresql.NotInstalled as missing:
        yield Figure("sweep, PostgreSQL", "under 1 s", str(missing), None)


def _figure(name: str, seen: Measured) -> Figure:
    return Figure(
        f"promise sweep over {TICKETS:,} open tickets, {name}",
        "under 1 s",
        f"{DUE} run out at once: {duration(seen.overdue)}; {DUE} near the end at once: "
        f"{duration(seen.ending)}; nothing due: {duration(seen.nothing)} "
        f"(medians of {ROUNDS} rounds, the slowest sweep {duration(seen.slowest)}; "
        f"{seen.told:,} told, each once, chains whole)",
        max(seen.nothing, seen.overdue, seen.ending) < LIMIT and seen.told == 2 * ROUNDS * DUE,
    )


def _measure() -> Measured:
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    from guiche.desk import clock
    from guiche.desk.models import Event, Promise, Ticket

    call_command("migrate", verbosity=0)
    now = clock.now()
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":  # of this connection alone: what is measured has its own
            cursor.execute("PRAGMA synchronous = OFF")
        _seed(now)
        if connection.vendor == "postgresql":
            cursor.execute("VACUUM ANALYZE")  # what autovacuum does within the minute
    connection.close()
    seconds: dict[str, list[float]] = {"nothing": [], "overdue": [], "ending": []}
    for _ in range(ROUNDS):
        fresh = Promise.objects.filter(warn_at__gt=now, attempts=None).order_by("-pk")
        some = list(fresh.values_list("pk", flat=True)[: 2 * DUE])
        seconds["nothing"].append(_sweep(now, 0))
        Promise.objects.filter(pk__in=some[:DUE]).update(due_at=now, warn_at=now)
        seconds["overdue"].append(_sweep(now, DUE))
        Promise.objects.filter(pk__in=some[DUE:]).update(warn_at=now)
        seconds["ending"].append(_sweep(now, DUE))
    told = Event.objects.filter(kind__in=("overdue", "ending"))
    for ticket in Ticket.objects.filter(events__in=told).distinct():
        ticket.verify_chain()
    return Measured(
        median(seconds["nothing"]), median(seconds["overdue"]), median(seconds["ending"]),
        max(map(max, seconds.values())),
        told.values("ticket", "kind").distinct().count(),
    )  # fmt: skip


def _sweep(now: datetime, expected: int) -> float:
    from guiche.desk.promises.watch import watch

    start = time.perf_counter()
    told = watch(now)
    seconds = time.perf_counter() - start
    assert told == expected, f"{told} were told, {expected} were due"
    return seconds


def _seed(now: datetime) -> None:
    """Open tickets as a busy desk has them, and worse: many called, warned of, long overdue."""
    from calls import answers
    from certificates import ZEROS, e_cnpj
    from guiche.desk.models import Draft, Inspection, SiteVersion, Ticket, User
    from guiche.icpbrasil import inspect

    user = User.objects.create_user("bruno", name="Bruno Exemplo")
    hours = {"week": ["00:00-24:00"] * 7, "holidays": False}
    SiteVersion.objects.create(content={"hours": hours})
    draft, der = Draft.start(user), e_cnpj(cei=ZEROS).der()
    draft.attach(Inspection.store(inspect(der, at=now), der=der, by=user))
    draft.type_in(answers())
    model = draft.submit(user)
    for start in range(1, TICKETS, _BATCH):
        _write(model, range(start, min(start + _BATCH, TICKETS)), now)
    assert Ticket.objects.filter(state="forwarded").count() == TICKETS


def _write(model: Any, numbers: range, now: datetime) -> None:
    from guiche.desk.models import ContactAttempt, Promise, Ticket
    from guiche.desk.tickets.number import new

    promises = [_promise(number, now) for number in numbers]
    Promise.objects.bulk_create(promises)
    Ticket.objects.bulk_create(
        Ticket(
            number=new(partial(_nth, number)),
            submission_key=uuid4(), procedure_version=model.procedure_version,
            inspection=model.inspection, promise=promise, facts=model.facts, typed=model.typed,
            team=model.team, opened_by=model.opened_by, opened_at=promise.made_at,
            moved_at=promise.made_at,
        )
        for number, promise in zip(numbers, promises, strict=True)
    )  # fmt: skip
    ContactAttempt.objects.bulk_create(
        ContactAttempt(promise=promise, by=model.opened_by, phone=model.facts["phone_1"],
                       result="no_answer", at=promise.made_at)
        for number, promise in zip(numbers, promises, strict=True) if number < CALLED
    )  # fmt: skip


def _nth(number: int, below: int) -> int:
    return number * 7_919_993 % below  # has no factor of the count of numbers: none comes twice


def _promise(number: int, now: datetime) -> Any:
    """Called and near the end; warned of; told as run out; the rest has time left."""
    from guiche.desk.models import Promise

    near, minute = now - timedelta(hours=1), timedelta(minutes=1)
    if number < CALLED:
        return Promise(made_at=near, warn_at=near, due_at=now + 600 * minute)
    if number < CALLED + WARNED:
        return Promise(made_at=near, warn_at=near, due_at=now + 600 * minute, warned_at=near)
    if number < CALLED + WARNED + TOLD:
        return Promise(made_at=near, warn_at=near, due_at=near, overdue_at=near)
    later = now + timedelta(hours=2) + minute * (number % 1440)
    return Promise(made_at=now, warn_at=later, due_at=later + 300 * minute)


if __name__ == "__main__":
    print(json.dumps(_measure()))
