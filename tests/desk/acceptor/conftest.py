"""The real port, in a thread, before a desk that only writes down what it was asked."""

import asyncio
import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from queue import Queue
from threading import Thread
from typing import Any

import pytest

from desk.acceptor.clients import SECONDS, Client
from guiche.desk.acceptor import visit
from guiche.desk.acceptor.application import PRESENTED, App
from guiche.desk.acceptor.identity import Identity
from guiche.desk.acceptor.port import Port
from guiche.desk.acceptor.room import Room
from pki import Authority


def echo(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
    """What came of the request, in JSON; `/falha` fails."""
    if environ["PATH_INFO"] == "/falha":
        raise ZeroDivisionError
    told: dict[str, object] = {k: v for k, v in environ.items() if isinstance(v, str)}
    told["presented"] = [der.hex() for der in environ[PRESENTED]]
    start("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(told).encode()]


@dataclass
class Opened:
    """A port that listens."""

    number: int
    room: Room
    stop: Callable[[], object]


@contextmanager
def opened(identity: Identity, app: App = echo, room: Room | None = None) -> Iterator[Opened]:
    """Served from a thread until the end of the block, or until it is stopped."""
    room = Room() if room is None else room
    began: Queue[Opened] = Queue()

    async def serve() -> None:
        port, loop = Port(identity, app, room), asyncio.get_running_loop()
        stop = partial(loop.call_soon_threadsafe, port.stop)
        await port.serve("127.0.0.1", 0, lambda number: began.put(Opened(number, room, stop)))

    thread = Thread(target=asyncio.run, args=(serve(),))
    thread.start()
    here = began.get(timeout=SECONDS)
    try:
        yield here
    finally:
        with suppress(RuntimeError):  # it has ended already
            here.stop()
        thread.join(SECONDS)
    assert not thread.is_alive()


@contextmanager
def patient() -> Iterator[None]:
    """The port waits longer than in service: a busy machine takes its time for what ends well."""
    with pytest.MonkeyPatch.context() as patch:
        for each in ("HANDSHAKE", "REQUEST", "ANSWER"):
            patch.setattr(visit, f"{each}_SECONDS", SECONDS)
        yield


@pytest.fixture(autouse=True)
def _patient(request: pytest.FixtureRequest) -> Iterator[None]:
    """But where its deadlines themselves are held against a clock."""
    with nullcontext() if request.node.get_closest_marker("timed") else patient():
        yield


@pytest.fixture(scope="session")
def authority() -> Authority:
    return Authority()


@pytest.fixture
def identity(authority: Authority, tmp_path: Path) -> Identity:
    return Identity(*authority.server.write(tmp_path, "server"))


@pytest.fixture
def client(identity: Identity, authority: Authority, tmp_path: Path) -> Iterator[Client]:
    """Of a port that was opened for the test."""
    with opened(identity) as port:
        yield Client(port.number, authority, tmp_path)
