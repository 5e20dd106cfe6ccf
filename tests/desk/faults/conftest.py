import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

import postgresql
from desk.faults.hostile import Hostile
from desk.faults.server import Server
from desk.faults.storm import LAG, RATE, Storm

DATABASES = os.environ.get("GUICHE_TEST_DATABASES", "sqlite,postgresql").split(",")


@pytest.fixture(params=DATABASES)
def server(request: pytest.FixtureRequest) -> Iterator[Server | None]:
    """A PostgreSQL, or None for SQLite."""
    with ExitStack() as stack:
        try:
            is_sqlite = request.param == "sqlite"
            yield None if is_sqlite else stack.enter_context(Server())
        except postgresql.NotInstalled as error:
            pytest.skip(str(error))


@pytest.fixture
def storm(server: Server | None, tmp_path: Path) -> Iterator[Storm]:
    with Hostile(rate=RATE, lag=LAG) as hostile, Storm(tmp_path / "desk", hostile, server) as storm:
        yield storm
