"""A whole ticket by the very code of deliveries, into the double of Qualitor, by both ways in."""

from collections.abc import Iterator

import pytest

from desk.conftest import StoppedClock
from desk.deliveries.conftest import Run, states
from desk.deliveries.test_delivered import Open, connect
from guiche.desk import clock
from guiche.desk.doubles.qualitor import Qualitor
from guiche.desk.models import Connection, Delivery, Link, Stray, User

pytestmark = pytest.mark.django_db


@pytest.fixture(params=["stateless", "soap"])
def qualitor(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, db: None
) -> Iterator[Qualitor]:
    with Qualitor() as double:
        double.desk.now = clock.now
        connect("qualitor", monkeypatch, **double.settings(transport=request.param))
        yield double


def minutes_pass(stopped_clock: StoppedClock, run: Run) -> None:
    for _ in range(6):
        stopped_clock.forward(minutes=1)
        run()


def test_a_ticket_stands_in_qualitor_complete_and_ends_there(
    qualitor: Qualitor, stopped_clock: StoppedClock, open_ticket: Open, run: Run, supervisao: User
) -> None:
    ticket = open_ticket()
    run()
    assert set(states(Connection.objects.get()).values()) == {"done"}
    (there,) = qualitor.desk.tickets
    link = Link.objects.get()
    assert (link.number, link.ref) == (there.ref, there.ref)
    assert f"[G{ticket.number}]" in there.data["nmtitulochamado"]
    assert there.data["dspalavrachave"] == f"G{ticket.number}"
    assert (there.team, len(there.files)) == ("18", 1)
    qualitor.desk.sessions.clear()
    ticket.move("cancel", supervisao, "Aberto por engano")
    run()
    assert there.closed


@pytest.mark.parametrize("fault", ["cut", "error_after", "empty", "bomb", "fault_after"])
def test_an_answer_that_is_lost_doubles_nothing(
    qualitor: Qualitor, stopped_clock: StoppedClock, open_ticket: Open, run: Run, fault: str
) -> None:
    qualitor.faults.inject("addTicketByData", fault)
    open_ticket()
    run()
    assert Delivery.objects.get(step="create").state == "unknown"
    minutes_pass(stopped_clock, run)
    assert set(states(Connection.objects.get()).values()) == {"done"}
    assert len(qualitor.desk.tickets) == 1


def test_what_surely_was_not_created_is_created_once(
    qualitor: Qualitor, stopped_clock: StoppedClock, open_ticket: Open, run: Run
) -> None:
    qualitor.faults.inject("addTicketByData", "html")
    open_ticket()
    run()
    assert qualitor.desk.tickets == []
    minutes_pass(stopped_clock, run)
    assert set(states(Connection.objects.get()).values()) == {"done"}
    assert len(qualitor.desk.tickets) == 1


def test_a_double_of_the_site_s_own_making_is_shown_and_the_oldest_kept(
    qualitor: Qualitor, stopped_clock: StoppedClock, open_ticket: Open, run: Run
) -> None:
    qualitor.faults.inject("addTicketByData", "cut")
    open_ticket()
    run()
    second = qualitor.desk.open(qualitor.desk.tickets[0].data, {})
    minutes_pass(stopped_clock, run)
    assert Link.objects.get().ref == qualitor.desk.tickets[0].ref
    assert Stray.objects.get().ref == second.ref
    assert len(qualitor.desk.tickets) == 2


def test_a_refusal_is_shown_and_nothing_follows(
    qualitor: Qualitor, stopped_clock: StoppedClock, open_ticket: Open, run: Run
) -> None:
    qualitor.faults.inject("addTicketByData", "gateway")
    open_ticket()
    run()
    creation = Delivery.objects.get(step="create")
    assert (creation.state, "ramal 200" in creation.last_error) == ("rejected", True)
    assert not qualitor.desk.tickets


def test_two_refused_logins_are_all_that_is_tried(
    qualitor: Qualitor, stopped_clock: StoppedClock, open_ticket: Open, run: Run
) -> None:
    qualitor.desk.password = "trocada"
    open_ticket()
    run()
    minutes_pass(stopped_clock, run)
    tried = [each for each in qualitor.requests if each.method == "POST"]
    assert len(tried) == 2
