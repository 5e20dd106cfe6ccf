"""The supervisor's page over 100,000 tickets, and what it costs to keep its figures counted."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import timedelta
from random import Random
from typing import Any, NamedTuple

import postgresql
from benchmarks.measure import Figure, duration, percentile

TICKETS, REQUESTS, MINUTE = 100_000, 200, 20
LIMITS = {"SQLite": 0.15, "PostgreSQL": 0.1}
_AT_ONCE = 5_000
_TEAMS = ("Relacionamento", "Relacionamento Cartórios", "Relacionamento Sul")
_ISSUERS = tuple(f"AC Exemplo RFB G{number}" for number in range(1, 13))
_PROFILES = ("e-cnpj", "e-cnpj", "e-cpf", "selo-eletronico")
_SOURCES = ("der", "der", "pkcs12", "browser", "psc", "text")
_VERDICTS = ("blank", "blank", "blank", "absent", "present", "doubtful")


class Measured(NamedTuple):
    """Seconds on one database; the queries of a page; rows kept."""

    p95: float
    median: float
    drawing_p95: float
    queries: int
    from_nothing: float
    a_day: float
    a_minute: float
    rows: int


def figures() -> Iterator[Figure]:
    """A figure for each database."""
    with tempfile.TemporaryDirectory() as data:
        yield _figure("SQLite", {"GUICHE_DATA": data})
    try:
        with postgresql.server() as url, tempfile.TemporaryDirectory() as data:
            yield _figure(
                "PostgreSQL",
                {"GUICHE_DATA": data, "GUICHE_DATABASE_URL": url.replace("/?", "/postgres?")},
            )
    except postgresql.NotInstalled as missing:
        yield Figure("supervisor's page, PostgreSQL", "p95 under 100 ms", str(missing), None)


def _figure(name: str, database: dict[str, str]) -> Figure:
    # A process of its own: the settings are read once, when it starts.
    environment = {**os.environ, **database, "DJANGO_SETTINGS_MODULE": "guiche.desk.settings"}
    answer = subprocess.run(
        [sys.executable, "-m", "benchmarks.supervisor"],
        env=environment, stdout=subprocess.PIPE, check=True, timeout=1800,
    )  # fmt: skip
    seen = Measured(*json.loads(answer.stdout))
    return Figure(
        f"supervisor's page over {TICKETS:,} tickets, {name}",
        f"p95 under {duration(LIMITS[name])}",
        f"p95 {duration(seen.p95)}, median {duration(seen.median)} over {REQUESTS} requests of "
        f"{seen.queries} queries each; a drawing p95 {duration(seen.drawing_p95)}; counted from "
        f"nothing in {duration(seen.from_nothing)} ({seen.rows:,} rows), one day in "
        f"{duration(seen.a_day)}, a minute in which {MINUTE} tickets changed in "
        f"{duration(seen.a_minute)}",
        seen.p95 < LIMITS[name],
    )


def _measure() -> Measured:
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from benchmarks.crowd import seed
    from calls import answers
    from certificates import ZEROS, e_cnpj
    from guiche.desk import clock
    from guiche.desk.figures import keep
    from guiche.desk.figures.tally import Counted, Stale, Tally
    from guiche.desk.models import User
    from guiche.desk.people.role import Role

    settings.ALLOWED_HOSTS = ["testserver"]
    call_command("migrate", verbosity=0)
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":  # of this connection alone: what is measured has its own
            cursor.execute("PRAGMA cache_size = -500000")
            cursor.execute("PRAGMA synchronous = OFF")
        seed(TICKETS, e_cnpj(cei=ZEROS).der(), answers())
        _vary()
        if connection.vendor == "postgresql":
            cursor.execute("VACUUM ANALYZE")  # what autovacuum does within the minute
    connection.close()  # SQLite then takes the log of the seeding into its file

    now = clock.now()
    start = time.perf_counter()
    days = keep.mark_since(None, now)
    keep.count_due(now, most=days + 1)
    from_nothing = time.perf_counter() - start
    a_minute = _one_minute()

    client = Client()
    client.force_login(User.objects.create_user("dora", name="Dora", role=Role.SUPERVISAO))
    addresses = list(_addresses())
    for address in addresses[:10]:
        client.get(address)
    with CaptureQueriesContext(connection) as queries:
        client.get("/painel/?periodo=365")
    pages = [_seconds(client, address) for address in addresses]
    drawings = [
        _seconds(client, address.replace("/painel/", f"/painel/{key}.svg"))
        for address in addresses[:20]
        for key in ("prazos", "emissoras")
    ]
    assert Counted.objects.count() >= days
    assert not Stale.objects.exists()
    return Measured(
        percentile(pages, 0.95), percentile(pages, 0.5), percentile(drawings, 0.95),
        len(queries), from_nothing, from_nothing / days, a_minute, Tally.objects.count(),
    )  # fmt: skip


def _seconds(client: Any, address: str) -> float:
    start = time.perf_counter()
    answer = client.get(address)
    seconds = time.perf_counter() - start
    assert answer.status_code == 200, address
    return seconds


def _addresses() -> Iterator[str]:
    chance = Random(365)
    for _ in range(REQUESTS):
        period = chance.choice(["hoje", "7", "30", "30", "90", "365"])
        team = chance.choice(["", "", f"&equipe={_TEAMS[0]}"])
        yield f"/painel/?periodo={period}{team}"


def _one_minute() -> float:
    """What the worker does for tickets of today and of some earlier days that changed."""
    from guiche.desk import clock
    from guiche.desk.figures import keep
    from guiche.desk.figures.tally import PAUSE
    from guiche.desk.models import Ticket, User

    user = User.objects.get()
    now = clock.now() + PAUSE + timedelta(seconds=1)
    open_ = Ticket.objects.filter(state="forwarded").order_by("-opened_at")[: MINUTE * 30]
    with clock.stopped_at(now):
        for ticket in list(open_)[::30]:
            ticket.inform("voice", user)
            ticket.move("cancel", user, ticket.procedure.reasons["cancel"][0])
        start = time.perf_counter()
        while keep.count_due(now):
            pass
        return time.perf_counter() - start


def _vary() -> None:
    """Not one desk in the world has all its promises broken and all its readings alike."""
    from guiche.desk.models import Draft, Inspection, ProcedureVersion, Promise, Ticket, User

    chance, user = Random(482), User.objects.get()
    tickets = Ticket.objects.select_related("promise", "inspection").order_by("pk")
    for start in range(0, TICKETS, _AT_ONCE):
        some = list(tickets[start : start + _AT_ONCE])
        for ticket in some:
            _vary_one(ticket, chance)
        Ticket.objects.bulk_update(some, ["team", "state", "facts"], 200)
        promises = [ticket.promise for ticket in some]
        Promise.objects.bulk_update(promises, ["kept_at", "tried_at", "closed_at"], 200)
        readings = [ticket.inspection for ticket in some if ticket.inspection]
        Inspection.objects.bulk_update(readings, ["contract", "status"], 200)
    version = ProcedureVersion.objects.first()
    assert version
    reasons = version.procedure.reasons["end"]
    Draft.objects.bulk_create(
        Draft(
            procedure_version=version, by=user, ended_reason=chance.choice(reasons),
            ended_at=promise.made_at,
        )
        for promise in Promise.objects.order_by("pk")[::5]
    )  # fmt: skip


def _vary_one(ticket: Any, chance: Random) -> None:
    promise, contract = ticket.promise, ticket.inspection.contract
    ticket.team = chance.choice(_TEAMS)
    ticket.inspection.status = chance.choice(_VERDICTS)
    ticket.inspection.contract = {
        **contract, "icp_brasil": True, "issuer": {"name": chance.choice(_ISSUERS)},
        "profile": chance.choice(_PROFILES), "source": {"kind": chance.choice(_SOURCES)},
    }  # fmt: skip
    if chance.random() < 0.1:
        ticket.facts["phone_2"] = "Cliente só tem um telefone"
    end, draw = promise.due_at, chance.random()
    if ticket.state == "forwarded":  # one in ten: most were called and are not closed yet
        promise.kept_at = end - timedelta(hours=2) if draw < 0.8 else None
        promise.tried_at = end - timedelta(hours=1) if 0.8 <= draw < 0.9 else None
        return
    promise.closed_at = end
    if draw < 0.8:
        promise.kept_at = promise.made_at + timedelta(hours=chance.expovariate(1 / 6))
    elif draw < 0.9:
        promise.tried_at = end - timedelta(hours=1)
    elif draw < 0.98:
        promise.kept_at = promise.closed_at = end + timedelta(hours=3)


if __name__ == "__main__":
    print(json.dumps(_measure()))
