"""A thousand tickets through a storm, on each database; the counts are printed."""

import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

import postgresql
from desk.faults.hostile import Hostile
from desk.faults.server import Server
from desk.faults.storm import Storm

TICKETS = int(os.environ.get("GUICHE_STORM_TICKETS", "1000"))
DATABASES = os.environ.get("GUICHE_TEST_DATABASES", "sqlite,postgresql").split(",")


@pytest.fixture(params=DATABASES)
def storm(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Storm]:
    with ExitStack() as stack:
        server = None
        if request.param == "postgresql":
            try:
                server = stack.enter_context(Server())
            except postgresql.NotInstalled as error:
                pytest.skip(str(error))
        hostile = stack.enter_context(Hostile(rate=0.08, lag=0.6))
        yield Storm(tmp_path / "desk", hostile, server)


def test_nothing_is_lost_doubled_disordered_or_stuck(
    storm: Storm, capsys: pytest.CaptureFixture[str]
) -> None:
    counted = storm.run(TICKETS, kills=20)
    with capsys.disabled():
        print(f"\n{counted}")
    assert counted.tickets >= TICKETS
    assert counted.is_well, counted
