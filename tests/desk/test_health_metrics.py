"""The figures are right however many processes there are, cost a bounded number of queries, and
name nobody."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db.models import QuerySet
from django.db.utils import OperationalError
from django.test import Client
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families
from pytest_django.fixtures import DjangoAssertNumQueries

from calls import upload
from certificates import e_cnpj
from guiche.desk import clock
from guiche.desk.health import counters
from guiche.desk.health.figures import Figures
from guiche.desk.models import (
    Connection,
    Delivery,
    DigestMail,
    Draft,
    Heartbeat,
    Link,
    Message,
    Ticket,
    User,
)

Figure = tuple[str, tuple[str, ...]]


def scraped(*, figures: Figures | None = None) -> dict[Figure, float]:
    """As Prometheus reads it: name and values of labels, and the figure."""
    registry = CollectorRegistry()
    registry.register(figures or Figures(kept_seconds=0, totals_seconds=0))
    return read(generate_latest(registry).decode())


def read(text: str) -> dict[Figure, float]:
    return {
        (sample.name, tuple(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


@pytest.mark.django_db
def test_an_empty_desk() -> None:
    found = scraped()
    assert found[("database_up", ())] == 1
    assert found[("tickets_created_total", ("guiche", "done"))] == 0
    assert found[("promises_overdue", ())] == 0
    assert ("promise_left_seconds", ()) not in found


@pytest.mark.django_db
def test_tickets_and_promises(ticket: Ticket, stopped_clock: object) -> None:
    left = (ticket.promise.due_at - clock.now()).total_seconds()
    found = scraped()
    assert found[("tickets_created_total", ("guiche", "done"))] == 1
    assert found[("promise_left_seconds", ())] == left
    with clock.stopped_at(ticket.promise.due_at + timedelta(seconds=1)):
        found = scraped()
    assert found[("promises_overdue", ())] == 1
    assert ("promise_left_seconds", ()) not in found


@pytest.mark.django_db
def test_deliveries(ticket: Ticket, stopped_clock: object) -> None:
    now = clock.now()
    busy = Connection.objects.create(kind="http", name="Central")
    Connection.objects.create(kind="http", name="Ociosa")
    Connection.objects.create(kind="http", name="Antiga", active=False)
    submitted = ticket.events.get(kind="submitted")
    states = ("done", "waiting", "sending", "unknown", "rejected")
    for minutes, (step, state) in enumerate(zip(Delivery.Step.values[1:], states, strict=False)):
        Delivery.objects.create(
            event=submitted, ticket=ticket, connection=busy, step=step, state=state,
            created_at=now - timedelta(minutes=10 - minutes),
        )  # fmt: skip
    Link.objects.create(ticket=ticket, connection=busy, ref="18", linked_at=now)
    found = scraped()
    assert found[("tickets_created_total", ("Central", "done"))] == 1
    assert found[("deliveries_waiting", ("Central",))] == 2
    assert found[("deliveries_unknown", ("Central",))] == 1
    assert found[("deliveries_rejected", ("Central",))] == 1
    assert found[("deliveries_oldest_seconds", ("Central",))] == 9 * 60
    assert found[("deliveries_waiting", ("Ociosa",))] == 0
    assert ("deliveries_waiting", ("Antiga",)) not in found


@pytest.mark.django_db
def test_e_mails_and_workers(ticket: Ticket, suporte: User) -> None:
    Message.queue(ticket, suporte)
    DigestMail.objects.create(user=suporte, day=clock.now().date())
    Heartbeat.beat("um", clock.now())
    found = scraped()
    assert found[("emails_waiting", ())] == 2
    assert found[("workers", ())] == 1


@pytest.mark.django_db
def test_the_number_of_queries_is_bounded(
    open_ticket: Callable[..., Ticket], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(3):
        open_ticket()
    for number in range(3):
        Connection.objects.create(kind="http", name=f"Central {number}")
    figures = Figures(kept_seconds=60)
    with django_assert_num_queries(8):
        first = scraped(figures=figures)
    with django_assert_num_queries(0):
        assert scraped(figures=figures) == first


@pytest.mark.django_db
def test_without_the_database_that_is_what_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object) -> int:
        raise OperationalError("server closed the connection")

    monkeypatch.setattr(QuerySet, "count", away)
    assert scraped() == {("database_up", ()): 0}


@pytest.fixture
def counted() -> Callable[[], dict[Figure, float]]:
    """What the process has counted since the test began."""
    registry = CollectorRegistry()
    for meter in (counters.READ_SECONDS, counters.FAILURES, counters.VERDICTS):
        registry.register(meter)
    before = read(generate_latest(registry).decode())

    def since() -> dict[Figure, float]:
        now = read(generate_latest(registry).decode())
        changes = {key: value - before.get(key, 0.0) for key, value in now.items()}
        return {key: value for key, value in changes.items() if value}

    return since


@pytest.mark.django_db
def test_readings_are_counted_by_format_failure_and_verdict(
    client: Client, suporte: User, counted: Callable[[], dict[Figure, float]]
) -> None:
    client.force_login(suporte)
    address = f"/atender/{Draft.start(suporte).pk}/ler/"
    client.post(address, upload(e_cnpj().der()))
    client.post(address, {"texto": "nada que se leia"})
    found = counted()
    assert found[("certificate_read_seconds_count", ("der",))] == 1
    assert found[("verdicts_total", ("present",))] == 1
    failures = {key: value for key, value in found.items() if key[0] == "read_failures_total"}
    assert list(failures.values()) == [1]
    names = " ".join(value for _, values in found for value in values)
    assert not re.search(r"\d{8}", names)
