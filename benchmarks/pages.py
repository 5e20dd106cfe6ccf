"""Pages of a desk with 100,000 tickets, through the handler that a server calls, on both databases.

Another page joins by one line in `PAGES`.
"""

import json
import time
from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any, NamedTuple
from urllib.parse import urlencode
from wsgiref.util import setup_testing_defaults

import postgresql
from benchmarks.each_database import on_each_database
from benchmarks.measure import Figure, duration, percentile

TICKETS, EACH, PEOPLE = 100_000, 200, 30
TEAMS = ("Relacionamento", "Documentos", "Plantão")
LIMITS = {"SQLite": 0.15, "PostgreSQL": 0.1}
_TOKEN = "guichebenchmarkcsrfsecretof32chr"


class Asked(NamedTuple):
    """A request: `sent` in its body, where it is a form."""

    path: str
    sent: dict[str, str] | None = None


class Measured(NamedTuple):
    """Seconds of one page, and the most queries that it made."""

    page: str
    p95: float
    median: float
    queries: int


def _queue(tab: str, whose: str) -> Callable[[], Iterator[Asked]]:
    def asked() -> Iterator[Asked]:
        for number in range(EACH):
            page = (1, 1, 1, 2, 3)[number % 5]
            yield Asked(f"/fila/?estado={tab}&quem={whose}&pagina={page}")

    return asked


def _tickets() -> Iterator[Asked]:
    from guiche.desk.models import Ticket

    step = TICKETS // EACH
    for number in Ticket.objects.order_by("pk").values_list("number", flat=True)[::step]:
        yield Asked(f"/chamados/{number}/")


def _searches() -> Iterator[Asked]:
    from benchmarks.crowd import questions

    for _, typed in questions(2 * EACH):
        yield Asked("/busca/", {"q": typed})


PAGES: dict[str, Callable[[], Iterator[Asked]]] = {
    **{
        f"queue, {tab}, {whose}": _queue(tab, whose)
        for tab in ("retornar", "devolvidos", "encerrados")
        for whose in ("equipe", "minhas", "sem-dono", "todas")
    },
    "ticket": _tickets,
    "search": _searches,
}
"""Name of a page -> the requests of it, at least 200."""


def figures() -> Iterator[Figure]:
    """A figure for each page on each database."""
    try:
        for name, answer in on_each_database("benchmarks.pages", seconds=1800):
            yield from _figures(name, [Measured(*each) for each in answer])
    except postgresql.NotInstalled as missing:
        yield Figure("pages, PostgreSQL", "p95 under 100 ms", str(missing), None)


def _figures(name: str, measured: list[Measured]) -> Iterator[Figure]:
    for seen in measured:
        yield Figure(
            f"{seen.page}, {TICKETS:,} tickets, {name}",
            f"p95 under {duration(LIMITS[name])}",
            f"p95 {duration(seen.p95)}, median {duration(seen.median)}; {seen.queries} queries",
            seen.p95 < LIMITS[name],
        )


def _measure() -> list[Measured]:
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection

    settings.ALLOWED_HOSTS = ["127.0.0.1"]
    call_command("migrate", verbosity=0)
    _fill()
    connection.close()  # SQLite then takes the log of the seeding into its file
    browser = Browser()
    return [_measured(browser, name, list(asked())) for name, asked in PAGES.items()]


def _fill() -> None:
    from django.db import connection

    from benchmarks.crowd import seed
    from calls import answers
    from certificates import ZEROS, e_cnpj
    from guiche.desk.models import Membership, Presence, Ticket, User

    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":  # of this connection alone: what is measured has its own
            cursor.execute("PRAGMA cache_size = -500000")
            cursor.execute("PRAGMA synchronous = OFF")
        seed(TICKETS, e_cnpj(cei=ZEROS).der(), answers())
        people = [
            User(username=f"p{n}", name=f"Pessoa {n}", role="relacionamento") for n in range(PEOPLE)
        ]
        User.objects.bulk_create(people)
        Membership.objects.bulk_create(
            Membership(user=user, team=TEAMS[n % len(TEAMS)]) for n, user in enumerate(people)
        )
        # A third of all has nobody; a team has a third, too; a tenth of what is open came back.
        for n, user in enumerate(people):
            cursor.execute(
                "UPDATE desk_ticket SET owner_id = %s WHERE id %% %s = %s AND id %% 3 > 0",
                [user.pk, PEOPLE + 1, n],
            )
        for n, team in enumerate(TEAMS):
            cursor.execute("UPDATE desk_ticket SET team = %s WHERE (id / 7) %% 3 = %s", [team, n])
        cursor.execute(
            "UPDATE desk_ticket SET state = %s WHERE state = %s AND id %% 9 = 0",
            ["returned", "forwarded"],
        )
        watched = Ticket.objects.filter(state="forwarded")[:200]
        Presence.objects.bulk_create(
            Presence(ticket=ticket, user=people[2], seen_at=ticket.opened_at) for ticket in watched
        )
        if connection.vendor == "postgresql":
            cursor.execute("VACUUM ANALYZE")  # what autovacuum does within the minute


class Browser:
    """A session of one of the people, and the handler that a server calls."""

    def __init__(self) -> None:
        from django.contrib.sessions.backends.db import SessionStore
        from django.core.wsgi import get_wsgi_application

        from guiche.desk.models import User

        self.application: Any = get_wsgi_application()
        user, session = User.objects.get(username="p0"), SessionStore()
        session["_auth_user_id"], session["_auth_user_hash"] = (
            str(user.pk), user.get_session_auth_hash(),
        )  # fmt: skip
        session["_auth_user_backend"] = "django.contrib.auth.backends.ModelBackend"
        session.create()
        self.cookie = f"sessionid={session.session_key}; csrftoken={_TOKEN}"

    def ask(self, asked: Asked) -> None:
        """Sends the request and takes the whole answer; anything but a page is our mistake."""
        path, _, query = asked.path.partition("?")
        body = urlencode({**(asked.sent or {}), "csrfmiddlewaretoken": _TOKEN}).encode()
        environ: dict[str, Any] = {
            "PATH_INFO": path, "QUERY_STRING": query, "HTTP_COOKIE": self.cookie,
            "HTTP_HOST": "127.0.0.1", "REMOTE_ADDR": "127.0.0.1",
        }  # fmt: skip
        if asked.sent is not None:
            environ |= {
                "REQUEST_METHOD": "POST", "wsgi.input": BytesIO(body),
                "CONTENT_LENGTH": str(len(body)),
                "CONTENT_TYPE": "application/x-www-form-urlencoded",
            }  # fmt: skip
        setup_testing_defaults(environ)
        statuses: list[str] = []
        answer = self.application(environ, lambda status, *_: statuses.append(status))
        page = b"".join(answer)
        answer.close()
        # A search that finds one ticket leads to it.
        if not statuses[0].startswith(("200", "302")) or (statuses[0] < "3" and not page):
            raise SystemExit(f"{asked.path}: {statuses[0]}")


def _measured(browser: Browser, name: str, requests: list[Asked]) -> Measured:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    counts = set()
    for asked in requests[:20]:
        with CaptureQueriesContext(connection) as queries:
            browser.ask(asked)
        counts.add(len(queries))
    seconds = []
    for asked in requests:
        start = time.perf_counter()
        browser.ask(asked)
        seconds.append(time.perf_counter() - start)
    return Measured(name, percentile(seconds, 0.95), percentile(seconds, 0.5), max(counts))


if __name__ == "__main__":
    print(json.dumps(_measure()))
