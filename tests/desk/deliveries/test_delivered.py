"""A whole ticket by the very code of deliveries, into the doubles of GLPI and Zammad."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from desk.conftest import StoppedClock
from desk.deliveries.conftest import Run, states
from guiche.desk.connectors import registry
from guiche.desk.doubles import glpi, zammad
from guiche.desk.models import Connection, Delivery, Link, Stray, Ticket, User

pytestmark = pytest.mark.django_db
KNOWN = registry.KINDS
Open = Callable[..., Ticket]


def connect(kind: str, monkeypatch: pytest.MonkeyPatch, **settings: object) -> Connection:
    kinds: Any = registry.KINDS  # those of this folder's tests
    monkeypatch.setitem(kinds, kind, KNOWN[kind])
    made = Connection(kind=kind, name="Central")
    made.set(settings)
    made.keep()
    return made


@pytest.fixture
def in_glpi(monkeypatch: pytest.MonkeyPatch, db: None) -> Iterator[glpi.Glpi]:
    with glpi.Glpi() as desk:
        connect(
            "glpi", monkeypatch, url=desk.url, user_token=glpi.USER_TOKEN,
            app_token=glpi.APP_TOKEN, teams="Relacionamento = 18",
        )  # fmt: skip
        yield desk


@pytest.fixture
def in_zammad(monkeypatch: pytest.MonkeyPatch, db: None) -> Iterator[zammad.Zammad]:
    with zammad.Zammad() as desk:
        connect(
            "zammad", monkeypatch, url=desk.url, token=zammad.TOKEN, group="Suporte",
            teams="Relacionamento = Relacionamento", attributes="guiche_key = key",
        )  # fmt: skip
        yield desk


def test_a_ticket_stands_in_glpi_complete_and_ends_there(
    in_glpi: glpi.Glpi, stopped_clock: StoppedClock, open_ticket: Open, run: Run, supervisao: User
) -> None:
    ticket = open_ticket()
    run()
    assert set(states(Connection.objects.get()).values()) == {"done"}
    assert Link.objects.get().number == "1"
    assert f"[G{ticket.number}]" in in_glpi.rows["Ticket"][1]["name"]
    assert [link["groups_id"] for link in in_glpi.of_ticket("Group_Ticket", 1)] == [18]
    assert len(in_glpi.of_ticket("Document_Item", 1)) == 1
    in_glpi.forget_sessions()
    ticket.move("cancel", supervisao, "Aberto por engano")
    run()
    assert in_glpi.rows["Ticket"][1]["status"] == glpi.SOLVED


def test_what_zammad_left_behind_is_completed_and_nothing_is_doubled(
    in_zammad: zammad.Zammad, stopped_clock: StoppedClock, open_ticket: Open, run: Run
) -> None:
    in_zammad.fail("half")
    ticket = open_ticket()
    run()
    assert Delivery.objects.get(step="create").state == "unknown"
    for _ in range(4):
        stopped_clock.forward(minutes=1)
        run()
    assert set(states(Connection.objects.get()).values()) == {"done"}
    assert len(in_zammad.tickets) == 1
    first, *_ = in_zammad.of_ticket(1)
    assert f"[G{ticket.number}]" in first["body"]
    assert in_zammad.tickets[1]["group"] == "Relacionamento"
    assert not Stray.objects.exists()


def test_what_zammad_refused_without_leaving_anything_is_shown_as_refused(
    in_zammad: zammad.Zammad, stopped_clock: StoppedClock, open_ticket: Open, run: Run
) -> None:
    in_zammad.fail("refused")
    open_ticket()
    run()
    for _ in range(4):
        stopped_clock.forward(minutes=1)
        run()
    creation = Delivery.objects.get(step="create")
    assert creation.state == "rejected"
    assert "Categoria inválida" in creation.last_error
    assert not in_zammad.tickets
