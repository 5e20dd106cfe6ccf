"""The desk is tested on both databases it runs on: each test that uses one runs once on each.

`GUICHE_TEST_DATABASES=sqlite` leaves PostgreSQL out. `GUICHE_TEST_DATABASE_URL` names a server to
use; without it a throw-away one is started.
"""

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import postgresql
import pytest
from django.conf import settings
from django.db import connections

from guiche.desk import clock, environment
from guiche.desk.models import User

DATABASES = os.environ.get("GUICHE_TEST_DATABASES", "sqlite,postgresql").split(",")
USES_DATABASE = {"db", "transactional_db", "live_server", "django_db_serialized_rollback"}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    marked = metafunc.definition.get_closest_marker("django_db") is not None
    if marked or USES_DATABASE & set(metafunc.fixturenames):
        # A browser sees the same pages whatever the database is.
        kinds = ["sqlite"] if "e2e" in metafunc.definition.path.parts else DATABASES
        metafunc.fixturenames.insert(0, "database")
        metafunc.parametrize("database", kinds, indirect=True, scope="session")


@pytest.fixture(scope="session")
def database(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """Points Django at the database of that kind."""
    if request.param == "sqlite":
        # A file, as in service: a database in memory knows neither WAL nor waiting for a lock.
        folder = tmp_path_factory.mktemp("sqlite")
        _use(environment.sqlite(folder / "guiche.sqlite3"), folder / "test.sqlite3")
        yield "sqlite"
        return
    url = os.environ.get("GUICHE_TEST_DATABASE_URL")
    if url:
        _use(environment.database(url, sqlite_file=Path()))
        yield "postgresql"
        return
    try:
        with postgresql.server() as url:
            _use(environment.database(url, sqlite_file=Path()))
            yield "postgresql"
    except postgresql.NotInstalled as error:
        pytest.skip(str(error))


def _use(database: dict[str, Any], test_name: Path | None = None) -> None:
    database["CONN_MAX_AGE"] = 0
    if test_name:
        database["TEST"] = {"NAME": str(test_name)}
    settings.DATABASES["default"] = database
    connections.settings = connections.configure_settings(settings.DATABASES)
    connections["default"].close()
    del connections["default"]


@pytest.fixture(scope="session")
def django_db_modify_db_settings(database: str) -> None:
    """What pytest-django asks for before it makes the test database."""


NOW = datetime(2026, 11, 23, 17, 44, tzinfo=UTC)
"""A Monday, 14:44 in São Paulo."""


@pytest.fixture
def at() -> Iterator[Callable[[datetime], None]]:
    """Sets the clock; it stands still from then on."""
    with clock.stopped_at(NOW):
        yield lambda moment: None
