"""The desk is tested on both databases it runs on: each test that uses one runs once on each.

`GUICHE_TEST_DATABASES=sqlite` leaves PostgreSQL out. `GUICHE_TEST_DATABASE_URL` names a server to
use; without it a throw-away one is started. Of tests that run in several processes (`pytest -n`)
each process has its own databases.
"""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connections
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

import postgresql
from calls import signed_in
from certificates import profiles
from certificates.certificate import Certificate
from guiche import sources
from guiche.cli import group
from guiche.desk import clock, environment
from guiche.desk.api import bearer
from guiche.desk.models import Draft, Inspection, SiteVersion, Ticket, User
from guiche.desk.pages.giving import PACE
from guiche.desk.people.role import Role
from mail_server import MailServer, mail_server

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
        _use(environment.sqlite(folder / "guiche.sqlite3"), str(folder / "test.sqlite3"))
        yield "sqlite"
        return
    url = os.environ.get("GUICHE_TEST_DATABASE_URL")
    if url:
        _use_postgresql(url)
        yield "postgresql"
        return
    try:
        with postgresql.server() as url:
            _use_postgresql(url)
            yield "postgresql"
    except postgresql.NotInstalled as error:
        pytest.skip(str(error))


def _use_postgresql(url: str) -> None:
    database = environment.database(url, sqlite_file=Path())
    process = os.environ.get("PYTEST_XDIST_WORKER", "")
    _use(database, "_".join(filter(None, ("test", database["NAME"], process))))


def _use(database: dict[str, Any], test_name: str) -> None:
    database["CONN_MAX_AGE"] = 0
    database["TEST"] = {"NAME": test_name}
    settings.DATABASES["default"] = database
    connections.settings = connections.configure_settings(settings.DATABASES)
    connections["default"].close()
    del connections["default"]


@pytest.fixture(scope="session")
def django_db_modify_db_settings(database: str) -> None:
    """What pytest-django asks for before it makes the test database."""


@pytest.fixture(scope="session", autouse=True)
def _quick_passwords() -> None:
    """Hashing one password takes the time of fifty tests."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(scope="session", autouse=True)
def _own_folder_of_mails(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Not that of a desk which is tried out here: old e-mails are deleted."""
    settings.EMAIL_FILE_PATH = tmp_path_factory.mktemp("emails")


@pytest.fixture(autouse=True)
def _clock_goes_on() -> Iterator[None]:
    """A test that leaves it standing is told of it, and not one that comes after."""
    yield
    assert clock._read is timezone.now


Command = Callable[..., tuple[int, str, str]]


@pytest.fixture
def guiche(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> Iterator[Command]:
    """Carries out a command; its status, and what it printed on either stream."""
    monkeypatch.setenv("GUICHE_DATA", str(tmp_path / "data"))
    umask = os.umask(0o077)

    def carried_out(*words: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["guiche", *map(str, words)])
        capsys.readouterr()
        try:
            status = group.run()
        except SystemExit as ended:
            status = int(ended.code or 0)
        said = capsys.readouterr()
        return status, said.out, said.err

    yield carried_out
    os.umask(umask)


NOW = datetime(2026, 11, 23, 17, 44, tzinfo=UTC)
"""A Monday, 14:44 in São Paulo."""


class StoppedClock:
    """The clock of the desk, standing still until it is told to go on."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack
        self.set(NOW)

    def set(self, moment: datetime) -> datetime:
        self.now = moment
        self._stack.enter_context(clock.stopped_at(moment))
        return moment

    def forward(self, **span: float) -> datetime:
        return self.set(self.now + timedelta(**span))


@pytest.fixture
def stopped_clock() -> Iterator[StoppedClock]:
    with ExitStack() as stack:
        yield StoppedClock(stack)


@pytest.fixture(autouse=True)
def _unhurried() -> None:
    """Nobody waits for what the test before asked: the clock of many tests stands still."""
    for pace in (PACE, bearer.ALLOWANCE, bearer.WRONG):
        pace.forget()


SITE = {"hours": {"week": ["00:00-24:00"] * 7, "holidays": False}}
"""A team that is always there: any time may be promised."""


@pytest.fixture
def site(db: None) -> SiteVersion:
    return SiteVersion.objects.create(content=SITE)


@pytest.fixture(autouse=True)
def _site(request: pytest.FixtureRequest) -> None:
    """Every desk that is tested has set its hours; what happens before is a test of its own."""
    marked = request.node.get_closest_marker("django_db") is not None
    if marked or USES_DATABASE & set(request.fixturenames):
        request.getfixturevalue("site")


def _account(role: Role) -> User:
    return User.objects.create_user(f"{role}.exemplo", name=f"{role.label} Exemplo", role=role)


@pytest.fixture
def suporte(db: None) -> User:
    return _account(Role.SUPORTE)


@pytest.fixture
def relacionamento(db: None) -> User:
    return _account(Role.RELACIONAMENTO)


@pytest.fixture
def supervisao(db: None) -> User:
    return _account(Role.SUPERVISAO)


@pytest.fixture
def bruno(db: None) -> User:
    """Who takes the calls that pages show."""
    return User.objects.create_user("bruno", name="Bruno Exemplo")


@pytest.fixture
def carla(db: None) -> User:
    """Who returns them."""
    return User.objects.create_user("carla", name="Carla Exemplo", role=Role.RELACIONAMENTO)


@pytest.fixture
def client(bruno: User) -> Client:
    """Bruno's browser session."""
    return signed_in(bruno)


@pytest.fixture
def visitor() -> Client:
    """A browser in which nobody signed in."""
    return Client()


@pytest.fixture
def draft(bruno: User) -> Draft:
    """A call that Bruno has just begun."""
    return Draft.start(bruno)


@pytest.fixture
def people(suporte: User, relacionamento: User, supervisao: User) -> dict[str, User]:
    return {user.role: user for user in (suporte, relacionamento, supervisao)}


ANSWERS = {
    "requester_name": "Bento Exemplo",
    "relation": "Representante",
    "system": "Conectividade Social, com e-CNPJ",
    "wanted_kind": "CEI",
    "wanted_number": "11.583.00249/85",
    "holder_is_customer": "Sim",
    "card_medium": "Token",
    "phone_1": "(11) 3333-4444",
    "phone_2": "(11) 98765-4321",
    "email": "contato@exemplo.com.br",
    "email_confirmed": "sim",
}
"""What a person has to say when the certificate was read; the rest is known or proposed."""

OLD = replace(profiles.e_cnpj(profiles.ZEROS), not_before=datetime(2025, 3, 2, 12, tzinfo=UTC))
"""The certificate of most calls; one that is made for a test is newer."""

Store = Callable[[Certificate], Inspection]
Fill = Callable[..., Draft]


@pytest.fixture
def store(suporte: User) -> Store:
    """Reads a certificate and keeps the reading, as an upload does."""

    def stored(certificate: Certificate) -> Inspection:
        found = sources.read(certificate.der(), "cliente.cer").leaves[0]
        reading = found.inspect(at=clock.now())
        return Inspection.store(reading, der=found.der, by=suporte, source=found.source)

    return stored


@pytest.fixture
def fill(suporte: User, store: Store) -> Fill:
    """A draft that can be submitted, less what `answers` change."""

    def filled(certificate: Certificate | None = None, **answers: str) -> Draft:
        draft = Draft.start(suporte)
        draft.attach(store(certificate or OLD))
        draft.type_in({**ANSWERS, **answers})
        return draft

    return filled


@pytest.fixture
def open_ticket(suporte: User, fill: Fill) -> Callable[..., Ticket]:
    """Submits a filled draft."""
    return lambda *certificate, **answers: fill(*certificate, **answers).submit(suporte)


@pytest.fixture
def ticket(stopped_clock: StoppedClock, open_ticket: Callable[..., Ticket]) -> Ticket:
    return open_ticket()


@pytest.fixture
def server(settings: Settings) -> Iterator[MailServer]:
    """A mail server of our own, to which e-mails go."""
    with mail_server() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
        settings.DEFAULT_FROM_EMAIL = "Suporte Exemplo <suporte@exemplo.com.br>"
        settings.EMAIL_REPLY_TO = "atendimento@exemplo.com.br"
        yield server
