"""A ticket reaches the desk once, in order, whatever happens on the way."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from desk.conftest import StoppedClock
from desk.deliveries.conftest import Run, states
from desk.deliveries.memory import LAG, Desk, Fault, Memory, after, away, before, lost, refused
from guiche.desk import clock
from guiche.desk.connectors.connector import Created, Customer, DeliveryError, Found, Outcome
from guiche.desk.connectors.web import Web
from guiche.desk.deliveries.attempt import Attempt, Done
from guiche.desk.deliveries.confirm import confirm
from guiche.desk.deliveries.decided import DeliveryRefused
from guiche.desk.deliveries.delivery import PAUSES
from guiche.desk.deliveries.dispatch import Dispatcher
from guiche.desk.models import Connection, Delivery, Link, Stray, Ticket, User
from guiche.desk.tickets.erasure import ON_REQUEST, erase
from ports import free_port

pytestmark = pytest.mark.django_db
Open = Callable[..., Ticket]
State = Delivery.State
ALL = ["customer", "create", "attach", "solve", "forward"]


@pytest.fixture
def opened(connection: Connection, stopped_clock: StoppedClock, open_ticket: Open) -> Ticket:
    return open_ticket()


def key(ticket: Ticket) -> str:
    return f"G{ticket.number}"


def row(step: str) -> Delivery:
    return Delivery.objects.get(step=step)


class TestOpening:
    def test_every_step_waits_in_the_order_in_which_it_is_taken(self, opened: Ticket) -> None:
        rows = Delivery.objects.order_by("pk")
        assert [each.step for each in rows] == ALL
        assert {each.state for each in rows} == {State.WAITING}

    def test_the_ticket_stands_whole_in_the_desk(
        self, opened: Ticket, desk: Desk, run: Run, connection: Connection
    ) -> None:
        run()
        assert states(connection) == dict.fromkeys(ALL, State.DONE)
        assert desk.steps(key(opened)) == ALL
        (held,) = desk.tickets
        assert opened.mark in held.title
        assert held.files == [f"leitura-{key(opened)}.pdf"]
        assert held.team == "Relacionamento"
        assert f"[{key(opened)}.1]" in held.notes[0]

    def test_the_customer_is_told_the_number_of_the_desk(self, opened: Ticket, run: Run) -> None:
        run()
        opened.refresh_from_db()
        assert (opened.desk_number, opened.protocol) == ("M-1", "M-1")
        assert [e.kind for e in opened.history][-1] == "numbered"
        opened.verify_chain()

    def test_a_number_that_a_person_noted_holds_the_creation_back(
        self, opened: Ticket, desk: Desk, run: Run, suporte: User
    ) -> None:
        opened.take_number("777", suporte)
        run()
        assert desk.calls == []
        assert row("customer").state == State.REJECTED
        assert "O número 777 foi anotado à mão" in row("customer").last_error
        row("customer").drop(suporte, "Aberto à mão")
        run()
        assert desk.tickets == []

    def test_whoever_says_that_it_was_another_has_it_created(
        self, opened: Ticket, desk: Desk, run: Run, suporte: User
    ) -> None:
        opened.take_number("777", suporte)
        row("customer").repeat()
        run()
        assert len(desk.tickets) == 1
        opened.refresh_from_db()
        assert opened.desk_number == "777"
        assert Link.objects.get().number_differs

    def test_without_a_connection_nothing_waits(self, db: None, open_ticket: Open) -> None:
        open_ticket()
        assert not Delivery.objects.exists()

    def test_a_ticket_from_before_the_connection_is_not_followed(
        self, desk: Desk, db: None, open_ticket: Open, suporte: User
    ) -> None:
        ticket = open_ticket()
        made = Connection(kind="memory", name="Depois")
        made.set({"password": "x"})
        made.keep()
        ticket.move("cancel", suporte, "Aberto por engano")
        assert not Delivery.objects.exists()

    def test_what_happens_later_follows_in_order(
        self, opened: Ticket, desk: Desk, run: Run, supervisao: User
    ) -> None:
        opened.move("cancel", supervisao, "Aberto por engano")
        run()
        assert desk.steps(key(opened)) == [*ALL, "close"]
        assert desk.tickets[0].closed

    def test_a_number_that_the_desk_gave_before_is_not_taken_for_ours(
        self, opened: Ticket, open_ticket: Open, desk: Desk, run: Run
    ) -> None:
        run()
        desk.tickets.clear()
        second = open_ticket(document="123.456.789-09")
        run()
        creation = Delivery.objects.get(ticket=second, step="create")
        assert creation.state == State.REJECTED
        assert opened.spoken in creation.last_error


class TestUnknown:
    def test_what_was_created_is_found_and_not_created_again(
        self, opened: Ticket, desk: Desk, run: Run, stopped_clock: StoppedClock
    ) -> None:
        desk.fail("create", after(lost()))
        run()
        assert row("create").state == State.UNKNOWN
        stopped_clock.forward(seconds=11)
        run()
        assert len(desk.tickets) == 1
        assert row("create").state == row("forward").state == State.DONE
        assert desk.steps(key(opened)).count("create") == 1

    def test_a_lagging_index_is_waited_for(
        self, opened: Ticket, desk: Desk, run: Run, stopped_clock: StoppedClock
    ) -> None:
        desk.lag = LAG + timedelta(seconds=5)
        desk.fail("create", after(lost()))
        run()
        stopped_clock.forward(seconds=11)
        run()
        assert row("create").empty_at == stopped_clock.now
        run()
        assert desk.steps(key(opened)).count("find") == 1
        stopped_clock.forward(seconds=11)
        run()
        assert len(desk.tickets) == 1
        assert row("create").state == State.DONE

    def test_what_was_not_created_is_created_after_two_looks(
        self, opened: Ticket, desk: Desk, run: Run, stopped_clock: StoppedClock
    ) -> None:
        desk.fail("create", before(lost()))
        for _ in range(3):
            run()
            stopped_clock.forward(seconds=11)
        assert desk.steps(key(opened))[:5] == ["customer", "create", "find", "find", "create"]
        assert len(desk.tickets) == 1

    def test_a_refusal_that_may_have_half_created_is_no_loop(
        self, opened: Ticket, desk: Desk, run: Run, stopped_clock: StoppedClock
    ) -> None:
        error = DeliveryError("mime-type fehlt", Outcome.UNKNOWN, otherwise=Outcome.REJECTED)
        desk.fail("create", before(error))
        for _ in range(4):
            run()
            stopped_clock.forward(seconds=11)
        assert row("create").state == State.REJECTED
        assert row("create").last_error == "mime-type fehlt"
        assert desk.steps(key(opened)).count("create") == 1

    def test_two_of_the_same_key_the_oldest_is_taken_the_other_shown(
        self, opened: Ticket, desk: Desk, run: Run, stopped_clock: StoppedClock
    ) -> None:
        def twice(do: Callable[[], object]) -> None:
            do()
            do()
            raise lost()

        desk.fail("create", twice)
        run()
        stopped_clock.forward(seconds=11)
        run()
        assert Link.objects.get().ref == "1"
        stray = Stray.objects.get()
        assert (stray.ref, stray.kind, stray.ticket) == ("2", Stray.Kind.DOUBLE, opened)

    def test_what_only_a_person_can_look_for_is_left_out_of_a_bulk_retry(
        self, opened: Ticket, desk: Desk, run: Run, stopped_clock: StoppedClock,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:  # fmt: skip
        monkeypatch.setattr(Memory, "offers", lambda _, capability: capability != "find")
        desk.fail("create", after(lost()))
        run()
        stopped_clock.forward(seconds=11)
        run()
        assert row("create").state == State.REJECTED
        assert "Confira lá" in row("create").last_error
        assert Delivery.repeat_refused(row("create").connection) == 0
        run()
        assert len(desk.tickets) == 1
        row("create").repeat()
        run()
        assert len(desk.tickets) == 2

    @pytest.mark.parametrize("step", ["attach", "solve"])
    def test_a_note_or_file_is_not_written_twice(
        self, opened: Ticket, desk: Desk, run: Run, stopped_clock: StoppedClock, step: str
    ) -> None:
        desk.fail(step, after(lost()))
        run()
        stopped_clock.forward(seconds=11)
        run()
        assert (len(desk.tickets[0].files), len(desk.tickets[0].notes)) == (1, 1)
        assert row(step).state == State.DONE

    def test_forwarding_twice_does_no_harm_and_is_not_looked_up(
        self, opened: Ticket, desk: Desk, run: Run, stopped_clock: StoppedClock
    ) -> None:
        desk.fail("forward", before(lost()))
        run()
        stopped_clock.forward(seconds=11)
        run()
        assert desk.tickets[0].team == "Relacionamento"


class TestWorkers:
    def test_a_dead_worker_loses_nothing_and_creates_nothing_twice(
        self, opened: Ticket, desk: Desk, run: Run, stopped_clock: StoppedClock
    ) -> None:
        run_step = Delivery.claim
        connection = Connection.objects.get()
        run_step(connection, "morto", stopped_clock.now, timedelta(seconds=30), 1)
        run()
        assert desk.calls == []
        stopped_clock.forward(seconds=31)
        run()
        # It had the step of the customer, which may be repeated.
        assert len(desk.tickets) == 1

    def test_a_creation_under_way_in_a_dead_worker_is_looked_up(
        self, opened: Ticket, desk: Desk, run: Run, stopped_clock: StoppedClock
    ) -> None:
        connection = Connection.objects.get()
        Delivery.objects.filter(step="customer").update(state=State.DONE, open=False)
        (taken,) = Delivery.claim(connection, "morto", stopped_clock.now, LAG, 5)
        assert taken.step == "create"
        run()  # this one saw how the clock stood before the lease was over
        stopped_clock.forward(seconds=31)
        run()
        assert desk.steps(key(opened)) == ["find"]
        # The other one may have lost the network alone, and its call be on the way still.
        stopped_clock.forward(seconds=11)
        run()
        assert desk.steps(key(opened)) == ["find"]
        stopped_clock.forward(seconds=150)
        run()
        assert desk.steps(key(opened))[:3] == ["find", "find", "create"]
        assert len(desk.tickets) == 1

    def test_a_late_answer_is_still_believed(
        self, opened: Ticket, stopped_clock: StoppedClock
    ) -> None:
        connection = Connection.objects.get()
        (late,) = Delivery.claim(connection, "lento", stopped_clock.now, LAG, 1)
        now = stopped_clock.forward(seconds=11)
        Delivery.claim(connection, "outro", now, LAG, 1)
        assert not late.put_off(away(), now, LAG)
        assert Delivery.confirm([late], now)
        assert row("customer").state == State.DONE

    def test_a_process_that_stood_still_sends_nothing(
        self, opened: Ticket, desk: Desk, run: Run
    ) -> None:
        worker = Dispatcher(threads=1, lease=timedelta())
        worker.round()
        worker.finish()
        assert desk.calls == []
        assert row("customer").state == State.WAITING

    def test_our_own_mistake_is_put_aside_and_others_go_on(
        self, opened: Ticket, open_ticket: Open, desk: Desk, run: Run
    ) -> None:
        def broken(_do: object) -> None:
            raise ZeroDivisionError

        other = open_ticket(document="123.456.789-09")
        desk.fail("customer", broken)
        run()
        broken_one = Delivery.objects.get(state=State.UNKNOWN)
        assert broken_one.unsure
        assert "Guichê falhou" in broken_one.last_error
        assert {held.key for held in desk.tickets} == {key(opened), key(other)} - {
            key(broken_one.ticket)
        }


class TestTrouble:
    def test_a_desk_that_is_away_is_left_alone_and_nothing_is_lost(
        self, opened: Ticket, desk: Desk, run: Run, stopped_clock: StoppedClock
    ) -> None:
        desk.fail("customer", *[before(away())] * 6)
        for _ in range(3):
            stopped_clock.forward(seconds=2)
            run()
        connection = Connection.objects.get()
        assert connection.in_trouble
        assert connection.open_until is not None
        calls = len(desk.calls)
        run()
        assert len(desk.calls) == calls
        for _ in range(6):
            stopped_clock.forward(minutes=6)
            run()
        assert len(desk.tickets) == 1
        connection.refresh_from_db()
        assert connection.failures == 0
        assert connection.open_until is None

    def test_a_pause_that_the_desk_asks_for_is_kept(
        self, opened: Ticket, desk: Desk, run: Run, stopped_clock: StoppedClock
    ) -> None:
        pause = timedelta(seconds=70)
        busy = DeliveryError("Devagar", Outcome.RETRY, everywhere=True, pause=pause)
        desk.fail("customer", before(busy))
        run()
        stopped_clock.forward(seconds=69)
        run()
        assert len(desk.calls) == 1
        stopped_clock.forward(seconds=2)
        run()
        assert len(desk.tickets) == 1

    def test_after_two_refused_logins_nothing_is_sent_until_a_person_mends_it(
        self, opened: Ticket, desk: Desk, run: Run, stopped_clock: StoppedClock
    ) -> None:
        wrong = DeliveryError("Senha inválida", Outcome.RETRY, everywhere=True, login=True)
        desk.fail("customer", *[before(wrong)] * 5)
        for _ in range(6):
            run()
            stopped_clock.forward(minutes=10)
        assert len(desk.calls) == 2
        connection = Connection.objects.get()
        assert (connection.stopped, connection.last_error) == (True, "Senha inválida")
        desk.faults.clear()
        connection.set({"password": "outra"})
        connection.keep()
        stopped_clock.forward(minutes=1)
        run()
        assert len(desk.tickets) == 1

    def test_a_refused_creation_stops_its_ticket_alone(
        self, opened: Ticket, open_ticket: Open, desk: Desk, run: Run
    ) -> None:
        desk.fail("create", before(refused()))
        run()
        other = open_ticket(document="123.456.789-09")
        run()
        assert [held.key for held in desk.tickets] == [key(other)]
        first = Delivery.objects.filter(ticket=opened).order_by("pk")
        assert [each.state for each in first] == [
            State.DONE, State.REJECTED, State.WAITING, State.WAITING, State.WAITING,
        ]  # fmt: skip
        assert first[1].last_error == "Categoria inválida"

    def test_a_refused_file_does_not_keep_the_ticket_from_its_team(
        self, opened: Ticket, desk: Desk, run: Run
    ) -> None:
        desk.fail("attach", before(refused("Arquivo proibido")))
        run()
        assert desk.tickets[0].team == "Relacionamento"
        assert row("attach").state == State.REJECTED

    def test_a_step_in_trouble_rests_longer_each_time_and_then_is_shown(
        self, opened: Ticket, desk: Desk, run: Run, stopped_clock: StoppedClock
    ) -> None:
        desk.fail("customer", *[before(DeliveryError("Trancado", Outcome.RETRY))] * 50)
        for pause in PAUSES:
            run()
            assert row("customer").state == State.WAITING
            stopped_clock.set(stopped_clock.now + pause)
        run()
        assert row("customer").state == State.REJECTED
        assert row("customer").last_error == "Trancado Foram 11 tentativas."

    def test_words_that_no_database_keeps_are_kept_without_what_it_refuses(
        self, opened: Ticket, desk: Desk, run: Run
    ) -> None:
        desk.fail("create", before(refused("Categoria\0 inválida")))
        run()
        assert (row("create").state, row("create").last_error) == (
            State.REJECTED, "Categoria inválida",
        )  # fmt: skip

    def test_settings_that_do_not_open_stop_nothing_else(
        self, opened: Ticket, desk: Desk, run: Run, stopped_clock: StoppedClock
    ) -> None:
        Connection.objects.update(sealed=b"nothing", version=9)
        run()
        assert desk.calls == []
        connection = Connection.objects.get()
        assert "chave que cifra" in connection.last_error


class TestPeople:
    def test_a_person_repeats_what_was_refused(self, opened: Ticket, desk: Desk, run: Run) -> None:
        desk.fail("create", before(refused()))
        run()
        row("create").repeat()
        run()
        assert len(desk.tickets) == 1
        assert row("forward").state == State.DONE

    def test_what_may_be_there_is_looked_up_when_a_person_repeats(
        self, opened: Ticket, desk: Desk, run: Run
    ) -> None:
        desk.fail("create", after(lost()))
        run()
        row("create").repeat()
        run()
        assert len(desk.tickets) == 1

    def test_what_nobody_can_look_up_is_sent_again_when_a_person_says_so(
        self, opened: Ticket, desk: Desk, run: Run, stopped_clock: StoppedClock,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:  # fmt: skip
        monkeypatch.delattr(Memory, "find")
        desk.fail("create", before(lost()))
        run()
        stopped_clock.forward(seconds=11)
        run()
        assert row("create").state == State.REJECTED
        assert "Confira lá" in row("create").last_error
        row("create").repeat()
        run()
        assert len(desk.tickets) == 1

    def test_dropping_a_creation_drops_what_needs_it(
        self, opened: Ticket, desk: Desk, run: Run, supervisao: User
    ) -> None:
        desk.fail("create", before(refused()))
        run()
        assert row("create").drop(supervisao, "Aberto à mão") == 4
        run()
        assert {each.state for each in Delivery.objects.exclude(step="customer")} == {State.DROPPED}
        opened.move("cancel", supervisao, "Aberto por engano")
        assert not Delivery.objects.filter(step="close").exists()

    def test_dropping_needs_a_reason(self, opened: Ticket, supervisao: User) -> None:
        with pytest.raises(DeliveryRefused, match="por que"):
            row("create").drop(supervisao, "  ")

    def test_what_is_done_is_neither_repeated_nor_dropped(
        self, opened: Ticket, run: Run, supervisao: User
    ) -> None:
        run()
        with pytest.raises(DeliveryRefused):
            row("create").repeat()
        with pytest.raises(DeliveryRefused):
            row("create").drop(supervisao, "Sem motivo")

    def test_secrets_rest_enciphered(self, connection: Connection) -> None:
        connection.refresh_from_db()
        assert b"segredo" not in bytes(connection.sealed)
        assert "segredo" not in str(connection.content)
        assert connection.secrets == {"password": "segredo-de-teste"}
        connection.set({"password": "", "queue": "Outra"})
        assert connection.secrets == {"password": "segredo-de-teste"}


class TestAge:
    def test_what_is_over_costs_nothing(self, connection: Connection, database: str) -> None:
        plan = Delivery.due(connection, clock.now()).explain()
        if database == "sqlite":
            assert "INDEX delivery_due" in plan
            assert "INDEX delivery_before" in plan
        assert "open" in plan or "delivery_due" in plan


class TestClock:
    @pytest.mark.parametrize("hours", [1, -1])
    def test_a_clock_that_is_set_stops_nothing_and_cuts_no_wait_short(
        self, opened: Ticket, desk: Desk, stopped_clock: StoppedClock, hours: int, run: Run
    ) -> None:
        worker = Dispatcher(threads=1, owner="relógio")
        desk.lag = timedelta(hours=2)
        desk.fail("create", before(lost()))
        run(worker)
        stopped_clock.forward(hours=hours)
        run(worker)
        assert desk.steps(key(opened)) == ["customer", "create"]
        for _ in range(18):
            stopped_clock.forward(seconds=11)
            run(worker)
        assert len(desk.tickets) == 1
        assert row("forward").state == State.DONE


class TestRest:
    """A desk that asked to be left alone is left alone."""

    def test_a_success_that_was_under_way_does_not_end_it(
        self, connection: Connection, stopped_clock: StoppedClock
    ) -> None:
        connection.failed(_busy(70), stopped_clock.now)
        connection.succeeded(stopped_clock.now)
        assert not Connection.open_for_work(stopped_clock.forward(seconds=69))
        assert Connection.open_for_work(stopped_clock.forward(seconds=1))

    def test_another_failure_does_not_make_it_shorter(
        self, connection: Connection, stopped_clock: StoppedClock
    ) -> None:
        for pause in (70, 5, 0):
            connection.failed(_busy(pause), stopped_clock.now)
        assert not Connection.open_for_work(stopped_clock.forward(seconds=69))

    def test_one_trouble_of_all_that_is_under_way_is_one(
        self, connection: Connection, stopped_clock: StoppedClock
    ) -> None:
        for _ in range(8):
            connection.failed(away(), stopped_clock.now)
        assert connection.in_trouble
        assert not Connection.open_for_work(stopped_clock.now)
        assert Connection.open_for_work(stopped_clock.forward(seconds=2))


class TestLog:
    """The trouble of a desk is told when it begins, when it lasts, and when it is over."""

    def test_one_that_is_away(
        self,
        connection: Connection,
        stopped_clock: StoppedClock,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        caplog.set_level("INFO")
        error = _refused_connection()
        for _ in range(5):
            connection.failed(error, stopped_clock.forward(minutes=6))
        for _ in range(2):
            connection.succeeded(stopped_clock.forward(minutes=6))
        assert [each.partition(" em ")[0] for each in caplog.messages] == [
            "connection Central fails: O servidor recusou a conexão",
            "connection Central rests: O servidor recusou a conexão",
            "connection Central works again",
        ]
        assert [each.levelname for each in caplog.records] == ["WARNING", "WARNING", "INFO"]

    def test_what_the_desk_said_is_not_in_it(
        self,
        opened: Ticket,
        desk: Desk,
        run: Run,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        said = DeliveryError("Ana Exemplo travou", Outcome.RETRY, everywhere=True, status=503)
        desk.fail("customer", before(said))
        run()
        assert "connection Central fails: HTTP 503" in caplog.messages
        assert "Ana Exemplo" not in caplog.text

    def test_one_that_refuses_the_login(
        self,
        connection: Connection,
        stopped_clock: StoppedClock,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        refusal = DeliveryError("Senha errada", Outcome.RETRY, everywhere=True, login=True)
        for _ in range(2):
            connection.failed(refusal, stopped_clock.forward(minutes=6))
        assert caplog.messages == [
            "connection Central fails: see its page",
            "connection Central stopped: see its page",
        ]


def _refused_connection() -> DeliveryError:
    web = Web(f"http://localhost:{free_port()}")
    with pytest.raises(DeliveryError) as caught:
        web.call("GET", "/", writes=False)
    web.close()
    return caught.value


def _busy(seconds: int) -> DeliveryError:
    pause = timedelta(seconds=seconds)
    return DeliveryError("Devagar", Outcome.RETRY, everywhere=True, pause=pause)


class TestOddAnswers:
    """What a desk says is stored, whatever letters it is made of."""

    ODD = "a\x00b\ud800c"

    def test_a_refusal(self, opened: Ticket, desk: Desk, run: Run) -> None:
        error = DeliveryError(self.ODD, Outcome.REJECTED, choices={"1\x00": self.ODD})
        desk.fail("customer", before(error))
        run()
        assert row("customer").state == State.REJECTED
        assert row("customer").last_error == "ab?c"
        assert row("customer").choices == {"1": "ab?c"}

    def test_a_desk_that_is_away(self, opened: Ticket, desk: Desk, run: Run) -> None:
        error = DeliveryError(self.ODD, Outcome.RETRY, everywhere=True)
        desk.fail("customer", *[before(error)] * 3)
        run()
        assert Connection.objects.get().last_error == "ab?c"
        assert row("customer").last_error == "ab?c"

    def test_a_customer_a_ticket_and_a_double(
        self, opened: Ticket, desk: Desk, run: Run, stopped_clock: StoppedClock
    ) -> None:
        def odd(_do: object) -> Customer:
            return Customer({"id": self.ODD}, self.ODD)

        def created(do: Callable[[], Any]) -> Created:
            return Created(do().ref, self.ODD, f"https://desk.example/{self.ODD}")

        desk.fail("customer", odd)
        desk.fail("create", created)
        run()
        assert row("create").state == State.DONE
        link = Link.objects.get()
        assert link.customer == {"id": "ab?c"}
        assert link.warning.startswith("ab?c\nEscreva só o número")
        assert (link.number, link.url) == ("ab?c", "https://desk.example/ab?c")
        found = Found("9", key(opened), self.ODD, self.ODD)
        assert Stray.note(link.connection, opened, Stray.Kind.DOUBLE, found)

    def test_no_page_leads_to_an_address_that_is_a_script(
        self, opened: Ticket, desk: Desk, run: Run
    ) -> None:
        def created(do: Callable[[], Any]) -> Created:
            return Created(do().ref, "1", "javascript:alert(1)")

        desk.fail("create", created)
        run()
        link = Link.objects.get()
        assert link.url == ""
        found = Found("9", key(opened), "9", "javascript:alert(1)")
        Stray.note(link.connection, opened, Stray.Kind.DOUBLE, found)
        assert Stray.objects.get().url == ""


class TestErased:
    """What comes back after the data were erased brings nothing of the person with it."""

    @pytest.fixture
    def erased_meanwhile(self, opened: Ticket, supervisao: User) -> Fault:
        def fault(_do: object) -> Customer:
            opened.move("cancel", supervisao, "Aberto por engano")
            assert erase(opened, ON_REQUEST, supervisao)
            return Customer({"id": "7", "name": "Ana Exemplo"}, "Ana Exemplo está bloqueada")

        return fault

    def test_a_customer(
        self, opened: Ticket, desk: Desk, dispatcher: Dispatcher, erased_meanwhile: Fault,
        connection: Connection,
    ) -> None:  # fmt: skip
        in_flight = attempt_of(dispatcher, connection)
        done = Done(customer=erased_meanwhile(lambda: None))
        confirm([(in_flight, done)], connection, clock.now())
        assert not Link.objects.exclude(customer={}, warning="").exists()

    def test_a_refusal(
        self, opened: Ticket, desk: Desk, dispatcher: Dispatcher, erased_meanwhile: Fault,
        connection: Connection,
    ) -> None:  # fmt: skip
        in_flight = attempt_of(dispatcher, connection)
        erased_meanwhile(lambda: None)
        several = DeliveryError("Ana?", Outcome.REJECTED, choices={"7": "Ana Exemplo"})
        confirm([(in_flight, several)], connection, clock.now())
        assert row("customer").state == State.REJECTED
        assert (row("customer").choices, "Ana" in row("customer").last_error) == ({}, False)

    def test_why_it_was_given_up(self, opened: Ticket, supervisao: User) -> None:
        row("customer").drop(supervisao, "A Ana Exemplo desistiu")
        opened.move("cancel", supervisao, "Aberto por engano")
        assert erase(opened, ON_REQUEST, supervisao)
        assert set(Delivery.objects.values_list("why", flat=True)) == {""}


def attempt_of(dispatcher: Dispatcher, connection: Connection) -> Attempt:
    """The first step, claimed and on its way."""
    (taken,) = Delivery.claim(connection, dispatcher.owner, clock.now(), LAG, 1)
    connector = dispatcher.opened.of(connection)
    assert connector
    return Attempt(taken, connector, None, lambda: True)


class TestManyAtOnce:
    """Three tickets that the desk made, and that are written down in one go."""

    @pytest.fixture
    def made(self, connection: Connection, stopped_clock: StoppedClock, open_ticket: Open,
             dispatcher: Dispatcher) -> list[Attempt]:  # fmt: skip
        for _ in range(3):
            open_ticket()
        Delivery.objects.filter(step="customer").update(state=State.DONE, open=False)
        connector = dispatcher.opened.of(connection)
        assert connector
        taken = Delivery.claim(connection, dispatcher.owner, clock.now(), LAG, 3)
        return [Attempt(each, connector, None, lambda: True) for each in taken]

    def test_each_has_its_number_and_a_history_that_fits(
        self, made: list[Attempt], connection: Connection
    ) -> None:
        self.confirm(made, connection, "1", "2", "3")
        assert [each.desk_number for each in self.tickets()] == ["M-1", "M-2", "M-3"]
        assert set(Delivery.objects.filter(step="create").values_list("state", flat=True)) == {
            State.DONE
        }
        assert [Ticket.objects.get(terms__term=b"m2").pk] == [self.tickets()[1].pk]
        for ticket in self.tickets():
            assert [event.kind for event in ticket.history][-1] == "numbered"
            ticket.verify_chain()

    def test_one_of_another_ticket_keeps_no_other_from_its_number(
        self, made: list[Attempt], connection: Connection
    ) -> None:
        self.confirm(made, connection, "1", "1", "3")
        assert [each.desk_number for each in self.tickets()] == ["M-1", "", "M-3"]
        refused = Delivery.objects.get(state=State.REJECTED)
        assert refused.ticket_id == self.tickets()[1].pk
        assert "já está ligado" in refused.last_error
        for ticket in self.tickets():
            ticket.verify_chain()

    def test_a_number_of_another_ticket_is_a_warning(
        self, made: list[Attempt], connection: Connection, suporte: User
    ) -> None:
        first = Ticket.objects.earliest("pk")
        first.take_number("M-2", suporte)
        self.confirm(made, connection, "1", "2", "3")
        assert [each.desk_number for each in self.tickets()] == ["M-2", "", "M-3"]
        assert "Este número já é do chamado" in Link.objects.get(ref="2").warning

    def test_what_was_written_to_one_meanwhile_stands(
        self, made: list[Attempt], connection: Connection, suporte: User
    ) -> None:
        Ticket.objects.earliest("pk").inform("voice", suporte)
        self.confirm(made, connection, "1", "2", "3")
        assert [each.desk_number for each in self.tickets()] == ["M-1", "M-2", "M-3"]
        kinds = [event.kind for event in self.tickets()[0].history]
        assert kinds[-2:] == ["informed", "numbered"]
        for ticket in self.tickets():
            ticket.verify_chain()

    def test_one_that_was_erased_meanwhile_is_only_linked(
        self, made: list[Attempt], connection: Connection, supervisao: User
    ) -> None:
        first = Ticket.objects.earliest("pk")
        first.move("cancel", supervisao, "Aberto por engano")
        assert erase(first, ON_REQUEST, supervisao)
        self.confirm(made, connection, "1", "2", "3")
        assert [each.desk_number for each in self.tickets()] == ["", "M-2", "M-3"]
        assert Link.objects.count() == 3
        assert "foram apagados" in Link.objects.get(ref="1").warning

    def confirm(self, made: list[Attempt], connection: Connection, *refs: str) -> None:
        results = [Done(created=Created(ref, f"M-{ref}")) for ref in refs]
        confirm(list(zip(made, results, strict=True)), connection, clock.now())

    def tickets(self) -> list[Ticket]:
        return list(Ticket.objects.order_by("pk"))
