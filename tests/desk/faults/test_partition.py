"""A worker that sees the desk and no longer its database; another one sees both."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

import pytest

import postgresql
from desk.faults.hostile import Hostile
from desk.faults.network import Network, NotPermitted
from desk.faults.nursery import Process
from desk.faults.server import Server
from desk.faults.storm import Storm

TICKETS = 12


class Apart(NamedTuple):
    storm: Storm
    network: Network


@pytest.fixture
def apart(tmp_path: Path) -> Iterator[Apart]:
    with ExitStack() as stack:
        try:
            network = stack.enter_context(Network())
            server = stack.enter_context(Server(network.here("db")))
        except (NotPermitted, postgresql.NotInstalled) as error:
            pytest.skip(str(error))
        server.url = f"postgresql://postgres@{network.here('db')}/postgres"
        hostile = Hostile(rate=0, lag=0.6)
        hostile.host = network.here("desk")
        stack.enter_context(hostile)
        storm = stack.enter_context(Storm(tmp_path / "desk", hostile, server))
        yield Apart(storm, network)


def test_what_it_was_sending_is_not_sent_twice(apart: Apart) -> None:
    storm, network = apart
    told = storm.begin()
    assert storm.bear("open", str(TICKETS), str(told)).wait(timeout=120) == 0
    # Each answer takes longer than the lease, and what is asked for is done at its end.
    storm.hostile.delay = 4.0
    cut_off = storm.command(before=network.within)
    workers: list[Process] = [cut_off]
    try:
        _until(lambda: storm.hostile.most_at_once > 0)
        network.cut("db")
        storm.hostile.delay = 0.0
        workers.append(storm.worker())
        _until(lambda: _is_over(storm))
        network.mend("db")
        _until(lambda: cut_off.poll() is None and _is_over(storm))
    finally:
        for worker in workers:
            worker.kill()
            worker.wait()
    keys = [row["title"].rpartition("[G")[2].rstrip("]") for row in storm.hostile.tickets.values()]
    assert sorted(keys) == sorted(told.read_text().split())


def _until(true: Callable[[], bool], seconds: float = 400) -> None:
    ends = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < ends, "it did not come in time"
        time.sleep(0.05)


def _is_over(storm: Storm) -> bool:
    states = storm.ask("mend")
    return bool(states) and states.keys() == {"done"}
