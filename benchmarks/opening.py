"""Tickets opened a second, by two processes at once: here, in RT 5 and in django-helpdesk.

Here it is what the page does when the form is sent: the answers are kept and judged, the ticket is
opened with promise, history, search terms and the steps toward an active desk. The other two get
the same title and text, each by the way that it has for programs; django-helpdesk the answers too,
in fields of its own. What it makes of a title and a text alone is told beside it.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import postgresql
import request_tracker
from benchmarks.deliveries import environment_of, inside
from benchmarks.measure import Figure

PROCESSES, EACH, ROUNDS = 2, 40, 3
LEAST = 100
TITLE = "Certificado sem CEI - Padaria Exemplo Ltda"
TEXT = "Cliente precisa do CEI no certificado para enviar a GRRF hoje.\n" * 12
BARE = "django-helpdesk without the answers"
NAME = "tickets opened a second, two processes, PostgreSQL"


class Opener:
    """Processes that open `EACH` tickets when they are told to, and say so."""

    def __init__(self, stack: ExitStack, command: list[str], environment: dict[str, str]) -> None:
        self._children = [
            subprocess.Popen(
                command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
            )
            for _ in range(PROCESSES)
        ]
        for child in self._children:
            stack.callback(child.communicate)
        self._hear()

    def open(self) -> None:
        for child in self._children:
            assert child.stdin
            child.stdin.write("go\n")
            child.stdin.flush()
        self._hear()

    def _hear(self) -> None:
        for child in self._children:
            assert child.stdout
            assert child.stdout.readline() == "ready\n", "the process that opens tickets failed"


def figures() -> Iterator[Figure]:
    """One figure: ours, and whether it is ahead of the others in the same rounds."""
    with ExitStack() as stack:
        try:
            url = stack.enter_context(postgresql.server())
        except postgresql.NotInstalled as missing:
            yield Figure(NAME, f"{LEAST} or more", str(missing), None)
            return
        ways = {"guiche": _ours(stack, url), **dict(_others(stack, url))}
        best = dict.fromkeys(ways, 0.0)
        for _ in range(ROUNDS):
            for name, way in ways.items():
                start = time.perf_counter()
                way()
                seconds = time.perf_counter() - start
                best[name] = max(best[name], PROCESSES * EACH / seconds)
    told = ", ".join(f"{name} {rate:.0f}" for name, rate in best.items())
    missing_ones = {"RT 5", "django-helpdesk"} - ways.keys()
    others = [rate for name, rate in best.items() if name not in ("guiche", BARE)]
    yield Figure(
        NAME,
        f"{LEAST} or more, ahead of RT 5 and django-helpdesk",
        f"{told} (best of {ROUNDS}; load of the machine {os.getloadavg()[0]:.1f})"
        + (f"; not measured: {', '.join(sorted(missing_ones))}" if missing_ones else ""),
        best["guiche"] >= max(LEAST, *others, 0),
    )


def _ours(stack: ExitStack, url: str) -> Any:
    data = stack.enter_context(tempfile.TemporaryDirectory())
    database = {"GUICHE_DATA": data, "GUICHE_DATABASE_URL": url.replace("/?", "/postgres?")}
    environment = environment_of(database)
    inside(environment, "prepare", "http://127.0.0.1:9")
    return Opener(stack, [sys.executable, "-m", "benchmarks.opening"], environment).open


def _others(stack: ExitStack, url: str) -> Iterator[tuple[str, Any]]:
    try:
        tracker = stack.enter_context(request_tracker.server())
        yield "RT 5", _tracker(stack, tracker)
    except request_tracker.NotInstalled as missing:
        print(missing, file=sys.stderr)
    try:
        yield from _helpdesk(stack, url)
    except subprocess.CalledProcessError as error:
        print(f"django-helpdesk: {error}", file=sys.stderr)


def _tracker(stack: ExitStack, server: request_tracker.RequestTrackerServer) -> Any:
    import httpx

    headers = {"Authorization": f"token {server.token}"}
    client = stack.enter_context(httpx.Client(base_url=server.url, headers=headers, timeout=60))
    pool = stack.enter_context(ThreadPoolExecutor(PROCESSES))
    ticket = {"Queue": "Suporte", "Subject": TITLE, "Content": TEXT, "ContentType": "text/plain",
              "Requestor": "contato@padaria.com.br"}  # fmt: skip

    def create(_: int) -> None:
        assert client.post("/REST/2.0/ticket", json=ticket).status_code == 201

    return lambda: list(pool.map(create, range(PROCESSES * EACH)))


def _helpdesk(stack: ExitStack, url: str) -> Iterator[tuple[str, Any]]:
    """In an environment of its own: it wants other versions than we do."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "guiche.desk.settings")
    django.setup()  # of no database of ours: answers stand beside models
    from calls import ANSWERS

    folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
    given = os.environ.get("GUICHE_BENCH_HELPDESK")
    python = Path(given) if given else folder / "bin" / "python"
    if not given:
        quiet: dict[str, Any] = {"check": True, "stdout": subprocess.DEVNULL}
        subprocess.run([sys.executable, "-m", "venv", folder], **quiet)
        wanted = ["django-helpdesk==2.6.1", "psycopg[binary]"]
        subprocess.run([python, "-m", "pip", "install", "--quiet", *wanted], **quiet)
    script = str(Path(__file__).with_name("light_desk.py"))
    for name, database, answers in (("django-helpdesk", "helpdesk", ANSWERS), (BARE, "bare", {})):
        given_to_it = {
            "HOST": unquote(url.partition("host=")[2]), "NAME": database, "TITLE": TITLE,
            "TEXT": TEXT, "EACH": str(EACH), "ANSWERS": json.dumps(answers),
        }  # fmt: skip
        environment = os.environ | {f"HELPDESK_{key}": value for key, value in given_to_it.items()}
        del environment["DJANGO_SETTINGS_MODULE"]
        subprocess.run([python, script, "prepare"], env=environment, check=True)
        yield name, Opener(stack, [str(python), script], environment).open


@contextmanager
def _told() -> Iterator[Iterator[str]]:
    print("ready", flush=True)
    yield iter(sys.stdin.readline, "")


def _open() -> None:
    """The child of ours: calls are filled before each round; what is measured is the submit."""
    import django

    django.setup()
    from django.db import transaction

    from calls import answers, zeros
    from guiche.desk import clock
    from guiche.desk.models import Draft, Inspection, User
    from guiche.icpbrasil import inspect

    user, der, sent = User.objects.earliest("pk"), zeros(), answers()

    def filled() -> Draft:
        draft = Draft.start(user)
        draft.attach(Inspection.store(inspect(der, at=clock.now()), der=der, by=user))
        draft.type_in(sent)
        return draft

    drafts = [filled().pk for _ in range(ROUNDS * EACH)]
    with _told() as rounds:
        for _ in rounds:
            for _ in range(EACH):
                draft = Draft.objects.get(pk=drafts.pop())
                with transaction.atomic():
                    draft.type_in(sent)
                    draft.submit(user)
            print("ready", flush=True)


if __name__ == "__main__":
    _open()
