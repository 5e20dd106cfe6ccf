"""Tickets a second through the API: `guiche web` with two processes, PostgreSQL, a client process.

The database keeps commits as in service (fsync). The client asks over kept connections; each
request has a key, and some keys come twice, at once and later. Nothing may be lost or be there
twice. The machine may be busy with other work, so the processor time of each ticket is told too.
"""

import http.client
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import postgresql
from benchmarks.command import GUICHE
from benchmarks.deliveries import environment_of
from benchmarks.desk import answering
from benchmarks.measure import Figure, duration
from ports import free_port

TICKETS, LEAST = 1_000, 150
AT_ONCE, REPEATED = 12, 10
"""Requests under way, each over its connection: with few of them one process may have nearly all.
And one in so many keys comes again, at once, and once more at the end."""

_PREPARE = """
from guiche.desk.api.token import ApiToken, Scope
from guiche.desk.models import SiteVersion, User
SiteVersion.objects.create(content={"hours": {"week": ["00:00-24:00"] * 7, "holidays": False}})
user = User.objects.create_user("programa", role="suporte")
print(ApiToken.create(user, "medida", list(Scope), "30", user)[1])
"""
_COUNT = """
import json
from guiche.desk.models import Ticket
for ticket in Ticket.objects.order_by("pk")[:20]:
    ticket.verify_chain()
print(json.dumps(list(Ticket.objects.values_list("number", flat=True))))
"""


class Sent(NamedTuple):
    """What the client saw: the number that each key was answered with, and how long it took."""

    numbers: dict[str, list[str]]
    seconds: float
    cpu: float


def figures() -> Iterator[Figure]:
    """The one figure of this suite."""
    name = "tickets a second through the API, PostgreSQL, two web processes"
    target = f"{LEAST} or more, none lost, none double"
    try:
        with postgresql.server(durable=True) as url, tempfile.TemporaryDirectory() as data:
            yield _figure(name, target, url.replace("/?", "/postgres?"), data)
    except postgresql.NotInstalled as missing:
        yield Figure(name, target, str(missing), None)


def _figure(name: str, target: str, url: str, data: str) -> Figure:
    environment = environment_of(
        {"GUICHE_DATA": data, "GUICHE_DATABASE_URL": url, "GUICHE_API_RATE": "1000000"}
    )
    _manage(environment, "migrate", "--verbosity", "0")
    token, port = _shell(environment, _PREPARE).strip(), free_port()
    web = subprocess.Popen(
        [GUICHE, "web", "--port", str(port), "--workers", "2"], env=environment,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        assert answering(port)
        _client(environment, port, token, 200)
        before = _cpu_of(web.pid), _cpu_of_postgres(url)
        sent = _client(environment, port, token, TICKETS)
        spent = _cpu_of(web.pid) - before[0], _cpu_of_postgres(url) - before[1]
    finally:
        web.terminate()
        web.wait()
    return _told(name, target, sent, spent, set(json.loads(_shell(environment, _COUNT))))


def _told(
    name: str, target: str, sent: Sent, spent: tuple[float, float], there: set[str]
) -> Figure:
    told = {number for numbers in sent.numbers.values() for number in numbers}
    lost = len(told - there) + TICKETS - len(sent.numbers)
    double = len(there) - 200 - len(sent.numbers)
    double += sum(len(set(numbers)) > 1 for numbers in sent.numbers.values())
    pace, each = TICKETS / sent.seconds, [1000 * spent / TICKETS for spent in (*spent, sent.cpu)]
    return Figure(
        name, target,
        f"{pace:.0f} a second: {TICKETS:,} in {duration(sent.seconds)}, {lost} lost, {double} "
        f"double, {TICKETS // REPEATED} keys repeated; processor time of a ticket: web "
        f"{each[0]:.1f} ms, database {each[1]:.1f} ms, client {each[2]:.1f} ms; load of the "
        f"machine {os.getloadavg()[0]:.1f}",
        pace >= LEAST and not lost and not double,
    )  # fmt: skip


def _manage(environment: dict[str, str], *arguments: str) -> str:
    command = [GUICHE, "manage", *arguments]
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True, text=True)
    return done.stdout


def _shell(environment: dict[str, str], code: str) -> str:
    return _manage(environment, "shell", "--verbosity", "0", "-c", code)


def _client(environment: dict[str, str], port: int, token: str, count: int) -> Sent:
    command = [sys.executable, "-m", "benchmarks.api", str(port), str(count)]
    done = subprocess.run(
        command, env={**environment, "TOKEN": token}, stdout=subprocess.PIPE, check=True, text=True
    )
    return Sent(**json.loads(done.stdout))


def _cpu_of(pid: int) -> float:
    """Of a process and those that it started, also of those that have ended."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    own = sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return own + sum(_cpu_of(int(child)) for child in children)


def _cpu_of_postgres(url: str) -> float:
    from urllib.parse import parse_qs, urlsplit

    folder = parse_qs(urlsplit(url).query)["host"][0]
    return _cpu_of(int(Path(folder, "data/postmaster.pid").read_text().split()[0]))


class _Program:
    """The client: threads that each keep one connection."""

    def __init__(self, port: int, count: int, token: str) -> None:
        import django

        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "guiche.desk.settings")
        django.setup()  # of no database of ours: answers stand beside models
        from calls import ANSWERS, zeros

        self.port = port
        self.body = json.dumps({"facts": ANSWERS, "certificate": b64encode(zeros()).decode()})
        self.headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self.keys = iter([f"{os.getpid()}-{number}" for number in range(count)])
        self.count, self.lock = count, threading.Lock()
        self.numbers: dict[str, list[str]] = {}

    def run(self) -> Sent:
        began, busy = time.perf_counter(), time.process_time()
        threads = [threading.Thread(target=self._work) for _ in range(AT_ONCE)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        seconds, cpu = time.perf_counter() - began, time.process_time() - busy
        connection = self._connection()
        for key in list(self.numbers)[:: self.count // 20]:
            self._send(connection, key)
        return Sent(self.numbers, seconds, cpu)

    def _work(self) -> None:
        connection, other = self._connection(), self._connection()
        while True:
            with self.lock:
                key = next(self.keys, "")
            if not key:
                return
            if int(key.rpartition("-")[2]) % REPEATED:
                self._send(connection, key)
                continue
            twice = [
                threading.Thread(target=self._send, args=(each, key))
                for each in (connection, other)
            ]
            for thread in twice:
                thread.start()
            for thread in twice:
                thread.join()

    def _connection(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)

    def _send(self, connection: http.client.HTTPConnection, key: str) -> None:
        status = 409
        while status == 409:
            headers = {**self.headers, "Idempotency-Key": key}
            try:
                connection.request("POST", "/api/v1/tickets", self.body, headers)
                answer = connection.getresponse()
                content: Any = json.loads(answer.read())
            except (OSError, http.client.HTTPException):
                # The server ends what was idle for long; the key makes it safe to ask again.
                connection.close()
                continue
            status = answer.status
        assert status == 201, content
        with self.lock:
            self.numbers.setdefault(key, []).append(content["number"])


if __name__ == "__main__":
    print(
        json.dumps(
            _Program(int(sys.argv[1]), int(sys.argv[2]), os.environ["TOKEN"]).run()._asdict()
        )
    )
