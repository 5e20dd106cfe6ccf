"""The supervisor's page over 100,000 tickets, and what it costs to keep its figures counted."""

import json
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random
from typing import Any, NamedTuple
from uuid import uuid4

import postgresql
from benchmarks.each_database import on_each_database
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
    try:
        for name, answer in on_each_database("benchmarks.supervisor", seconds=1800):
            yield _figure(name, Measured(*answer))
    except postgresql.NotInstalled as missing:
        yield Figure("supervisor's page, PostgreSQL", "p95 under 100 ms", str(missing), None)


def _figure(name: str, seen: Measured) -> Figure:
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
    from django.db import connection, transaction
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

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
        with transaction.atomic():
            _seed()
    _settle()
    connection.close()  # SQLite then takes the log of the seeding into its file

    now = clock.now()
    start = time.perf_counter()
    days = keep.mark_since(None, now)
    keep.count_due(now, most=days + 1)
    from_nothing = time.perf_counter() - start
    _settle()
    a_minute = _one_minute()

    client = Client()
    client.force_login(User.objects.create_user("dora", name="Dora", role=Role.SUPERVISAO))
    addresses = list(_addresses())
    for address in addresses[:10]:
        client.get(address)
    with CaptureQueriesContext(connection) as queries:
        client.get("/painel/?periodo=365")
    asked = len(queries)
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
        asked, from_nothing, from_nothing / days, a_minute, Tally.objects.count(),
    )  # fmt: skip


def _settle() -> None:
    """What autovacuum does within the minute."""
    from django.db import connection

    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")


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


def _seed() -> None:
    """One ticket as a call makes it, and the others like it: a year of them, that ended in all the
    ways that there are. One in ten is still open, and of those few are at risk."""
    from calls import answers
    from certificates import ZEROS, e_cnpj
    from guiche.desk import clock
    from guiche.desk.models import Draft, Inspection, SiteVersion, User
    from guiche.icpbrasil import inspect

    user = User.objects.create_user("bruno", name="Bruno Exemplo")
    SiteVersion.objects.create(content={"hours": {"week": ["00:00-24:00"] * 7, "holidays": False}})
    draft, der = Draft.start(user), e_cnpj(cei=ZEROS).der()
    draft.attach(Inspection.store(inspect(der, at=clock.now()), der=der, by=user))
    draft.type_in(answers())
    model, chance = draft.submit(user), Random(482)
    for start in range(1, TICKETS, _AT_ONCE):
        numbers = range(start, min(start + _AT_ONCE, TICKETS))
        _write([_case(model, number, chance) for number in numbers])
    reasons = draft.procedure.reasons["end"]
    Draft.objects.bulk_create(
        Draft(
            procedure_version=draft.procedure_version, by=user,
            ended_reason=chance.choice(reasons), ended_at=_opened(model, number),
        )
        for number in range(0, TICKETS, 5)
    )  # fmt: skip


def _opened(model: Any, number: int) -> datetime:
    """One every five minutes."""
    opened: datetime = model.opened_at - timedelta(minutes=5 * number)
    return opened


def _case(model: Any, number: int, chance: Random) -> tuple[Any, Any, Any]:
    from guiche.desk.models import Inspection, Ticket
    from guiche.desk.tickets import number as numbers

    at, read = _opened(model, number), model.inspection
    contract = {
        **read.contract, "icp_brasil": True, "issuer": {"name": chance.choice(_ISSUERS)},
        "profile": chance.choice(_PROFILES), "source": {"kind": chance.choice(_SOURCES)},
    }  # fmt: skip
    inspection = Inspection(
        sha256=f"{chance.getrandbits(256):064x}", status=chance.choice(_VERDICTS),
        headline=read.headline, explanation="", contract=contract, by=read.by,
    )  # fmt: skip
    document = f"{chance.randrange(TICKETS * 3):014}"
    facts = {**model.facts, "document": document}
    if chance.random() < 0.1:
        facts["phone_2"] = "Cliente só tem um telefone"
    is_open = number % 10 == 0
    ticket = Ticket(
        number=numbers.new(lambda below: number * 7_919_993 % below), submission_key=uuid4(),
        procedure_version=model.procedure_version, inspection=inspection, facts=facts, typed={},
        team=chance.choice(_TEAMS), opened_by=model.opened_by, opened_at=at, moved_at=at,
        state="forwarded" if is_open else "resolved",
    )  # fmt: skip
    ticket.promise = _promise(at, chance.random(), is_open=is_open)
    return inspection, ticket.promise, ticket


def _promise(at: datetime, draw: float, *, is_open: bool) -> Any:
    from guiche.desk.models import Promise

    end = at + timedelta(hours=24)
    promise = Promise(made_at=at, warn_at=end - timedelta(hours=5), due_at=end)
    if is_open:  # most were called and are not closed yet
        promise.kept_at = end - timedelta(hours=2) if draw < 0.8 else None
        promise.tried_at = end - timedelta(hours=1) if 0.8 <= draw < 0.9 else None
        return promise
    promise.closed_at = end
    if draw < 0.8:
        promise.kept_at = at + timedelta(hours=24 * draw * draw)
    elif draw < 0.9:
        promise.tried_at = end - timedelta(hours=1)
    elif draw < 0.98:
        promise.kept_at = promise.closed_at = end + timedelta(hours=3)
    return promise


def _write(cases: list[tuple[Any, Any, Any]]) -> None:
    from guiche.desk.models import Inspection, Promise, Term, Ticket

    inspections, promises, tickets = zip(*cases, strict=True)
    Inspection.objects.bulk_create(inspections)
    Promise.objects.bulk_create(promises)
    for ticket in tickets:
        ticket.inspection, ticket.promise = ticket.inspection, ticket.promise  # their keys
    Ticket.objects.bulk_create(tickets)
    Term.objects.bulk_create(
        Term(kind=Term.Kind.DOCUMENT, term=ticket.facts["document"].encode(), ticket=ticket)
        for ticket in tickets
    )


if __name__ == "__main__":
    print(json.dumps(_measure()))
