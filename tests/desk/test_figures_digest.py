"""The digest: once a day to whoever wants it, at its hour, with nobody's data in it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from at_once import at_once
from calls import signed_in
from guiche.desk import clock, worker
from guiche.desk.figures import keep
from guiche.desk.figures.digest import Digest, DigestMail, DigestRefused, forget_old, send_digests
from guiche.desk.messages.queued import LEASE
from guiche.desk.models import SiteVersion, Ticket, User
from guiche.desk.people.role import Role
from mail_server import MailServer

pytestmark = pytest.mark.django_db

WEEK = {"week": ["08:00-18:00"] * 5 + ["", ""], "holidays": False}
MONDAY = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
"""Seven in the morning in São Paulo."""


@pytest.fixture
def dora(stopped_clock: Any, site: SiteVersion) -> User:
    """A supervisor who has asked for it, before the day begins."""
    stopped_clock.set(MONDAY)
    SiteVersion.objects.create(content={"hours": WEEK})
    user = User.objects.create_user(
        "dora", name="Dora Exemplo", role=Role.SUPERVISAO, email="dora@exemplo.com.br"
    )
    Digest.ask(user, None)
    return user


def test_it_comes_when_the_team_begins(dora: User, server: MailServer, stopped_clock: Any) -> None:
    assert send_digests(stopped_clock.forward(minutes=59)) == 0
    assert send_digests(stopped_clock.forward(minutes=1)) == 1
    (mail,) = server.mails
    assert mail["To"] == "dora@exemplo.com.br"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["X-Auto-Response-Suppress"] == "All"
    assert mail["Subject"] == "Resumo de segunda, 23/11: 0 vencidos, 0 vencem em 2 h"
    assert "/painel/" in mail.get_content()


def test_it_comes_once_a_day_and_on_working_days(
    dora: User, server: MailServer, stopped_clock: Any
) -> None:
    for _ in range(9 * 24 * 4):
        send_digests(stopped_clock.forward(minutes=15))
    days = [mail["Subject"].split(":")[0].rpartition(" ")[2] for mail in server.mails]
    assert days == ["23/11", "24/11", "25/11", "26/11", "27/11", "30/11", "01/12"]


@pytest.mark.django_db(transaction=True)
def test_any_number_of_workers_sends_one(
    dora: User, server: MailServer, stopped_clock: Any
) -> None:
    stopped_clock.forward(hours=1)
    at_once([lambda: send_digests(clock.now())] * 4)
    assert len(server.mails) == 1
    worker.work_once()
    assert len(server.mails) == 1


def test_a_worker_that_dies_while_sending_loses_nothing(
    dora: User, server: MailServer, stopped_clock: Any
) -> None:
    assert send_digests(stopped_clock.forward(hours=1)) == 1
    # As if it had died after the server took it: the row does not know.
    DigestMail.objects.update(state="sending", sent_at=None, next_at=clock.now() + LEASE)
    assert send_digests(clock.now()) == 0
    assert send_digests(stopped_clock.forward(seconds=LEASE.total_seconds())) == 1
    first, second = server.mails
    assert first["Message-ID"] == second["Message-ID"]


def test_a_server_that_is_away_delays_it(
    dora: User, server: MailServer, stopped_clock: Any
) -> None:
    server.answers["CONNECT"] = "421 fechado"
    stopped_clock.forward(hours=1)
    assert send_digests(clock.now()) == 0
    del server.answers["CONNECT"]
    assert send_digests(stopped_clock.forward(minutes=1)) == 1


def test_what_did_not_go_on_its_day_is_not_sent_the_next(
    dora: User, server: MailServer, stopped_clock: Any
) -> None:
    server.answers["CONNECT"] = "421 fechado"
    send_digests(stopped_clock.forward(hours=1))
    del server.answers["CONNECT"]
    assert send_digests(stopped_clock.forward(hours=20)) == 0
    assert DigestMail.objects.get().state == "failed"


def test_an_hour_of_ones_own(dora: User, server: MailServer, stopped_clock: Any) -> None:
    Digest.ask(dora, 17)
    assert send_digests(stopped_clock.forward(hours=2)) == 0
    assert send_digests(stopped_clock.forward(hours=8)) == 1


def test_what_was_due_before_it_was_asked_for_is_not_sent(
    dora: User, server: MailServer, stopped_clock: Any
) -> None:
    Digest.stop(dora)
    stopped_clock.forward(hours=3)
    Digest.ask(dora, 8)
    assert send_digests(clock.now()) == 0
    assert send_digests(stopped_clock.forward(hours=22)) == 1


@pytest.mark.parametrize("change", [{"is_active": False}, {"role": Role.SUPORTE}])
def test_only_a_supervisor_has_it(
    change: dict[str, Any], dora: User, server: MailServer, stopped_clock: Any
) -> None:
    User.objects.filter(pk=dora.pk).update(**change)
    assert send_digests(stopped_clock.forward(hours=1)) == 0
    assert server.mails == []


def test_it_tells_of_yesterday_and_of_nobody(
    dora: User, server: MailServer, open_ticket: Callable[..., Ticket], stopped_clock: Any
) -> None:
    stopped_clock.set(MONDAY - timedelta(days=1) + timedelta(hours=6))
    SiteVersion.objects.create(content={"hours": {**WEEK, "week": ["00:00-24:00"] * 7}})
    ticket = open_ticket()
    stopped_clock.set(MONDAY + timedelta(hours=2))
    keep.count_due(clock.now())
    Digest.objects.update(hour=9)
    assert send_digests(clock.now()) == 1
    body = server.mails[0].get_content()
    assert "Ontem, domingo, 22/11" in body
    assert "- Chamados abertos: 1" in body
    for private in (ticket.customer, ticket.phones[0], ticket.facts["document"], ticket.number):
        assert private not in body


def test_it_is_switched_on_and_off_on_the_page(dora: User) -> None:
    browser = signed_in(dora)
    for sent, hour in (("7", 7), ("abre", None)):
        browser.post("/painel/resumo/", {"hora": sent})
        assert Digest.objects.get().hour == hour
    browser.post("/painel/resumo/", {"hora": "nunca"})
    assert not Digest.objects.exists()
    answer = browser.post("/painel/resumo/", {"hora": "3"}, follow=True)
    assert "Escolha a hora na lista." in answer.content.decode()
    assert not Digest.objects.exists()


def test_without_an_address_it_cannot_be_asked_for(supervisao: User, client: Client) -> None:
    with pytest.raises(DigestRefused):
        Digest.ask(supervisao, 8)
    assert "A sua conta não tem e-mail" in signed_in(supervisao).get("/painel/").content.decode()
    assert client.post("/painel/resumo/", {"hora": "8"}).status_code == 403


def test_old_ones_are_forgotten(dora: User, server: MailServer, stopped_clock: Any) -> None:
    send_digests(stopped_clock.forward(hours=1))
    assert forget_old(stopped_clock.forward(days=7)) == 0
    assert forget_old(stopped_clock.forward(days=2)) == 1
