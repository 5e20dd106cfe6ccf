"""The probes answer a load balancer, which knows no name, no TLS and no login."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.db.utils import OperationalError
from django.test import Client
from pytest_django.fixtures import DjangoAssertNumQueries, Settings

from guiche.desk import clock
from guiche.desk.models import Connection, Delivery, DigestMail, Heartbeat, Message, Ticket, User


@pytest.fixture
def balancer(settings: Settings) -> Client:
    """Asks by address and over http, as in production it may."""
    settings.ALLOWED_HOSTS = ["guiche.exemplo.com.br"]
    settings.SECURE_SSL_REDIRECT = True
    return Client(headers={"Host": "10.0.0.7:8000"})


def test_live_asks_nothing_of_the_database(balancer: Client) -> None:
    answer = balancer.get("/livez")
    assert (answer.status_code, answer.content) == (200, b"ok\n")
    assert answer.headers["Cache-Control"] == "no-store"
    assert not answer.cookies


def test_every_other_address_asks_for_name_and_tls(balancer: Client) -> None:
    assert balancer.get("/livez/").status_code in (301, 400)
    assert balancer.get("/entrar/").status_code in (301, 400)
    assert balancer.post("/livez").status_code == 405


@pytest.mark.django_db
def test_ready_touches_no_login(
    balancer: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_max_num_queries(6):
        answer = balancer.get("/readyz", headers={"Cookie": "sessionid=" + "a" * 32})
    assert answer.status_code == 200
    assert answer.json() == {"ready": True, "database": "ok", "worker": "silent", "outbox": "ok"}
    assert not answer.cookies
    assert not Session.objects.exists()
    assert balancer.head("/readyz").status_code == 200


@pytest.mark.django_db
def test_not_ready_before_the_migrations(balancer: Client) -> None:
    MigrationRecorder.Migration.objects.filter(app="desk").latest("id").delete()
    answer = balancer.get("/readyz")
    assert answer.status_code == 503
    assert answer.json() == {"ready": False, "database": "not migrated"}


@pytest.mark.django_db
def test_ready_on_the_database_of_a_later_version(balancer: Client) -> None:
    MigrationRecorder(connection).record_applied("desk", "9999_of_tomorrow")
    assert balancer.get("/readyz").status_code == 200


@pytest.mark.django_db
def test_not_ready_without_the_database(balancer: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def away() -> None:
        raise OperationalError("server closed the connection")

    monkeypatch.setattr(connection, "ensure_connection", away)
    answer = balancer.get("/readyz")
    assert answer.status_code == 503
    assert answer.json() == {"ready": False, "database": "unreachable"}
    assert balancer.get("/livez").status_code == 200


@pytest.mark.django_db
def test_a_worker_is_heard_of_for_a_minute(balancer: Client) -> None:
    now = clock.now()
    Heartbeat.beat("um", now)
    assert balancer.get("/readyz").json()["worker"] == "ok"
    with clock.stopped_at(now + timedelta(seconds=61)):
        answer = balancer.get("/readyz")
    assert (answer.status_code, answer.json()["worker"]) == (200, "silent")


def waiting_step(ticket: Ticket, **of_connection: object) -> Delivery:
    desk = Connection.objects.create(kind="http", name="Central", **of_connection)
    submitted = ticket.events.get(kind="submitted")
    return Delivery.objects.create(
        event=submitted, ticket=ticket, connection=desk, step="create", next_at=clock.now()
    )


def outbox(balancer: Client, minutes: int) -> str:
    with clock.stopped_at(clock.now() + timedelta(minutes=minutes)):
        answer = balancer.get("/readyz")
    assert answer.status_code == 200
    state: str = answer.json()["outbox"]
    return state


@pytest.mark.django_db
def test_what_nobody_sends_is_told(balancer: Client, ticket: Ticket) -> None:
    waiting_step(ticket)
    assert outbox(balancer, 4) == "ok"
    assert outbox(balancer, 6) == "behind"


@pytest.mark.django_db
def test_a_desk_that_is_away_is_not(balancer: Client, ticket: Ticket) -> None:
    waiting_step(ticket, open_until=clock.now() + timedelta(minutes=30))
    assert outbox(balancer, 6) == "ok"


@pytest.mark.django_db
def test_an_e_mail_that_nobody_sends_is_told(
    balancer: Client, ticket: Ticket, suporte: User
) -> None:
    Message.queue(ticket, suporte)
    assert outbox(balancer, 6) == "behind"


@pytest.mark.django_db
def test_a_digest_that_nobody_sends_is_told(balancer: Client, supervisao: User) -> None:
    DigestMail.objects.create(user=supervisao, day=clock.now().date())
    assert outbox(balancer, 6) == "behind"
