"""How long every history of 100,000 tickets takes to check, and in how much memory."""

import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from uuid import uuid4

from benchmarks.measure import Figure, duration

TICKETS, EVENTS, LIMIT, MEMORY = 100_000, 5, 60, 256
_BATCH = 2000


def figures() -> Iterator[Figure]:
    """On SQLite, as the command is started."""
    with tempfile.TemporaryDirectory() as data:
        environment = {
            **os.environ, "GUICHE_DATA": data, "DJANGO_SETTINGS_MODULE": "guiche.desk.settings",
        }  # fmt: skip
        subprocess.run([sys.executable, "-m", "benchmarks.history"], env=environment, check=True)
        began, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
        verify = [sys.executable, "-m", "guiche", "history", "verify", "--head"]
        subprocess.run(verify, env=environment, check=True, stdout=subprocess.DEVNULL)
        taken = time.perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    busy = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    # Of all children, seeding too: an upper bound.
    peak = after.ru_maxrss // 1024
    yield Figure(
        f"history verify over {TICKETS:,} tickets with {EVENTS} events each, SQLite",
        f"under {LIMIT} s and {MEMORY} MB",
        f"{duration(taken)}, {duration(busy)} of it busy, at most {peak} MB; "
        f"load of the machine {os.getloadavg()[0]:.1f}",
        taken < LIMIT and peak < MEMORY,
    )


def _seed() -> None:
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection, transaction

    from calls import ticket_of
    from guiche.desk.environment import make_data_folder
    from guiche.desk.models import SiteVersion, User
    from guiche.desk.settings import DATA

    make_data_folder(DATA)
    call_command("migrate", verbosity=0)
    SiteVersion.objects.create(content={"hours": {"week": ["00:00-24:00"] * 7, "holidays": False}})
    model = ticket_of(User.objects.create_user("bruno", name="Bruno Exemplo"))
    with connection.cursor() as cursor:  # of the seeding alone
        cursor.execute("PRAGMA synchronous = OFF")
    for start in range(1, TICKETS, _BATCH):
        with transaction.atomic():
            _copies(model, range(start, min(start + _BATCH, TICKETS)))


def _copies(model: object, numbers: range) -> None:
    from guiche.desk.models import Event, Promise, Ticket

    assert isinstance(model, Ticket)
    now, by, promise = model.opened_at, model.opened_by, model.promise
    promises = Promise.objects.bulk_create(
        Promise(made_at=now, warn_at=promise.warn_at, due_at=promise.due_at) for _ in numbers
    )
    told, tickets, written = list(model.history), [], []
    for number, each in zip(numbers, promises, strict=True):
        ticket = Ticket(
            pk=model.pk + number, number=f"{number:010}", submission_key=uuid4(), promise=each,
            facts=model.facts, procedure_version=model.procedure_version, typed={},
            team=model.team, opened_by=by, opened_at=now, moved_at=now, seq=EVENTS,
        )  # fmt: skip
        for seq in range(1, EVENTS + 1):
            like = told[min(seq, len(told)) - 1]
            event = Event.sealed(
                ticket_id=ticket.pk, seq=seq, kind=like.kind, at=now, by=by,
                payload=like.payload or {}, previous=ticket.head,
            )  # fmt: skip
            ticket.head = event.link
            written.append(event)
        tickets.append(ticket)
    Ticket.objects.bulk_create(tickets)
    Event.objects.bulk_create(written)


if __name__ == "__main__":
    _seed()
