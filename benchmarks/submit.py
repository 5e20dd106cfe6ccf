"""From the form that is sent to the number of the company's desk on the technician's screen.

With the processes as people run them: `guiche web`, `guiche worker`, and a desk over HTTP that
answers in 20 ms.
"""

import os
import re
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from typing import Any
from urllib.parse import urlencode

import postgresql
from benchmarks.command import GUICHE
from benchmarks.deliveries import double, environment_of, inside
from benchmarks.desk import PASSWORD, Browser, answering
from benchmarks.measure import Figure, duration, percentile
from ports import free_port

CALLS = 40
LIMIT = 1.0


def figures() -> Iterator[Figure]:
    """A figure for each database."""
    yield _figure("SQLite", nullcontext(""))
    try:
        with postgresql.server() as url:
            yield _figure("PostgreSQL", nullcontext(url.replace("/?", "/postgres?")))
    except postgresql.NotInstalled as missing:
        yield Figure(
            "submit to the number of the desk, PostgreSQL", "p95 < 1 s", str(missing), None
        )


def _figure(name: str, database: "nullcontext[str]") -> Figure:
    with ExitStack() as stack:
        url, desk = stack.enter_context(database), stack.enter_context(double())
        data = stack.enter_context(tempfile.TemporaryDirectory())
        environment = environment_of({"GUICHE_DATA": data, "GUICHE_DATABASE_URL": url})
        inside(environment, "prepare", desk)
        inside(environment, "account", "bruno", PASSWORD)
        browser = stack.enter_context(_served(environment))
        browser.sign_in("bruno")
        seconds = [_submit(browser) for _ in range(CALLS)]
    p95 = percentile(seconds, 0.95)
    return Figure(
        f"submit to the number of the desk on the page, {name}",
        "p95 under 1 s",
        f"p95 {duration(p95)}, median {duration(percentile(seconds, 0.5))}, {CALLS} calls; "
        f"load of the machine {os.getloadavg()[0]:.1f}",
        p95 < LIMIT,
    )


@contextmanager
def _served(environment: dict[str, str]) -> Iterator[Browser]:
    port = free_port()
    commands = [[GUICHE, "web", "--port", str(port)], [GUICHE, "worker"]]
    processes = [subprocess.Popen(each, env=environment) for each in commands]
    try:
        assert answering(port)
        browser: Any = Browser(port)
        # The worker is up once a first ticket has its number.
        browser.sign_in("bruno")
        ends = time.monotonic() + 60
        while not _number(browser) and time.monotonic() < ends:
            time.sleep(0.5)
        yield browser
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait()


def _submit(browser: Browser) -> float:
    form, path = _form(), _begun(browser)
    start = time.perf_counter()
    number = _registered(browser, path, form)
    seconds = time.perf_counter() - start
    # A number that never comes is no quick one.
    return seconds if number else float("inf")


def _number(browser: Browser) -> str:
    return _registered(browser, _begun(browser), _form())


def _form() -> bytes:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "guiche.desk.settings")
    django.setup()  # of no database of ours: answers stand beside models
    from calls import ANSWERS

    return urlencode(ANSWERS).encode()


def _begun(browser: Browser) -> str:
    path, _ = browser.begin()
    return path.removesuffix("ler/") + "registrar/"


def _registered(browser: Browser, path: str, form: bytes) -> str:
    """The number of the desk, as the page that comes next shows it; "" where it does not."""
    kind = "application/x-www-form-urlencoded"
    page, location = browser.request("POST", path, form, kind)
    while location:
        page, location = browser.request("GET", location)
    found = re.search(r"\b42\d{3}\b", page)
    return found[0] if found else ""
