"""What changes in the desk comes home, and changes nothing of ours by itself."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest

from desk.conftest import StoppedClock
from desk.deliveries.conftest import Run
from desk.deliveries.memory import Desk, Held, Memory, MemorySettings, away, before, refused
from guiche.desk import clock
from guiche.desk.connectors.connector import Remote
from guiche.desk.connectors.opened import Opened
from guiche.desk.deliveries import home, reconcile
from guiche.desk.deliveries.stray import StrayRefused
from guiche.desk.models import Connection, Delivery, Link, Stray, Ticket, User

pytestmark = pytest.mark.django_db
Open = Callable[..., Ticket]


@pytest.fixture
def delivered(
    connection: Connection, stopped_clock: StoppedClock, open_ticket: Open, run: Run
) -> Ticket:
    ticket = open_ticket()
    run()
    stopped_clock.forward(minutes=3)
    home.read_due(Opened(), clock.now())
    stopped_clock.forward(minutes=3)
    return ticket


def read() -> int:
    return home.read_due(Opened(), clock.now())


def heard(ticket: Ticket) -> list[str]:
    return [event.text for event in ticket.history if event.kind == "heard"]


class TestReading:
    def test_what_stands_as_we_left_it_is_nothing_new(self, delivered: Ticket) -> None:
        assert read() == 1
        assert heard(delivered) == []
        link = Link.objects.get()
        assert (link.status, link.team, link.closed_at) == ("Aberto", "Relacionamento", None)

    def test_a_ticket_is_read_when_its_turn_comes(self, delivered: Ticket) -> None:
        assert read() == 1
        assert read() == 0

    def test_a_ticket_closed_there_is_told_and_stays_open_here(
        self, delivered: Ticket, desk: Desk
    ) -> None:
        desk.tickets[0].closed = True
        desk.tickets[0].team = "Financeiro"
        read()
        delivered.refresh_from_db()
        assert delivered.is_open
        assert Link.objects.get().closed_at == clock.now()
        assert heard(delivered) == [
            "Central: Situação: Aberto → Encerrado. Equipe: Relacionamento → Financeiro."
        ]
        delivered.verify_chain()

    def test_a_note_of_others_comes_home_once(
        self, delivered: Ticket, desk: Desk, stopped_clock: StoppedClock
    ) -> None:
        desk.tickets[0].notes.append("Cliente ligou\ne confirmou.")
        for _ in range(2):
            read()
            stopped_clock.forward(minutes=3)
        assert heard(delivered) == ["Central: Anotação: Cliente ligou e confirmou."]

    def test_our_own_notes_do_not_come_back(
        self, delivered: Ticket, desk: Desk, run: Run, supervisao: User
    ) -> None:
        delivered.move("cancel", supervisao, "Aberto por engano")
        run()
        read()
        assert heard(delivered) == ["Central: Situação: Aberto → Encerrado."]
        assert Link.objects.get().next_read_at is None

    def test_one_that_is_gone_is_told_once(
        self, delivered: Ticket, desk: Desk, stopped_clock: StoppedClock
    ) -> None:
        desk.tickets.clear()
        for _ in range(2):
            read()
            stopped_clock.forward(minutes=3)
        assert heard(delivered) == ["Central: Não encontrado lá."]

    def test_one_that_may_not_be_seen_keeps_nobody_from_the_others(
        self, delivered: Ticket, desk: Desk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def read_then_refuse(memory: Memory, refs: Sequence[str]) -> Iterator[Remote]:
            yield from whole(memory, refs)
            raise refused("Sem acesso ao grupo")

        whole = Memory.read
        monkeypatch.setattr(Memory, "read", read_then_refuse)
        desk.tickets[0].closed = True
        assert read() == 0
        assert Link.objects.get().closed_at

    def test_a_call_of_the_desk_makes_it_read_at_once(self, delivered: Ticket, desk: Desk) -> None:
        read()
        desk.tickets[0].closed = True
        assert Link.read_soon(Connection.objects.get(), ["1", "77"], clock.now()) == 1
        read()
        assert Link.objects.get().closed_at


class TestOddNotes:
    def test_odd_letters_are_no_reason_to_stop_reading(self, delivered: Ticket, desk: Desk) -> None:
        desk.tickets[0].notes.append("Cliente\x00 ligou \ud800.")
        assert read() == 1
        assert heard(delivered) == ["Central: Anotação: Cliente ligou ?."]

    def test_a_note_that_quotes_our_mark_is_of_others(self, delivered: Ticket, desk: Desk) -> None:
        mark = f"[G{delivered.number}]"
        desk.tickets[0].notes.append(f"Sobre {mark}: o cliente desistiu.")
        desk.tickets[0].notes.append(f"Feito.\n> Nota\n> [G{delivered.number}.2]")
        read()
        told = f"Sobre {mark}: o cliente desistiu. Anotação: Feito. > Nota > {mark[:-1]}.2]"
        assert heard(delivered) == [f"Central: Anotação: {told}"]

    def test_many_notes_are_told_once_each(
        self, delivered: Ticket, desk: Desk, stopped_clock: StoppedClock
    ) -> None:
        desk.tickets[0].notes += [f"Nota {place}" for place in range(600)]
        for _ in range(3):
            read()
            stopped_clock.forward(minutes=3)
        assert len(heard(delivered)) == 1

    def test_two_readers_tell_a_note_once(self, delivered: Ticket, desk: Desk) -> None:
        """A call of the desk made the ticket be read again while it was being read."""
        desk.tickets[0].notes.append("Cliente ligou.")
        reader: Any = Opened().of(Connection.objects.get())
        (remote,) = reader.read(["1"])
        both = [Link.objects.get(), Link.objects.get()]
        for link in both:
            home.hear(link, remote, clock.now())
        assert len(heard(delivered)) == 1

    def test_a_ticket_that_is_open_again_is_read_again(
        self, delivered: Ticket, desk: Desk, run: Run, supervisao: User, stopped_clock: StoppedClock
    ) -> None:
        delivered.move("cancel", supervisao, "Aberto por engano")
        run()
        read()
        assert Link.objects.get().next_read_at is None
        delivered.move("reopen", supervisao, "Cliente ligou de novo")
        run()
        stopped_clock.forward(minutes=3)
        desk.tickets[0].closed = False
        assert read() == 1
        assert Link.objects.get().closed_at is None


class TestReconciling:
    def look(self) -> int:
        return reconcile.reconcile_due(Opened(), clock.now())

    def test_all_that_fits_is_passed_over(self, delivered: Ticket) -> None:
        assert self.look() == 0
        assert not Stray.objects.exists()

    def test_a_double_of_the_desks_own_making_is_found_once(
        self, delivered: Ticket, desk: Desk, stopped_clock: StoppedClock
    ) -> None:
        desk.tickets.append(replace(desk.tickets[0], ref="2"))
        assert self.look() == 1
        stopped_clock.forward(hours=2)
        assert self.look() == 0
        stray = Stray.unsettled().get()
        assert (stray.kind, stray.ticket, stray.shown) == (Stray.Kind.DOUBLE, delivered, "M-2")

    def test_an_hour_lies_between_two_looks(
        self, delivered: Ticket, desk: Desk, stopped_clock: StoppedClock
    ) -> None:
        self.look()
        desk.tickets.append(replace(desk.tickets[0], ref="2"))
        stopped_clock.forward(minutes=50)
        assert self.look() == 0
        stopped_clock.forward(minutes=11)
        assert self.look() == 1

    def test_what_is_still_being_created_is_left_to_its_step(
        self, connection: Connection, desk: Desk, stopped_clock: StoppedClock, open_ticket: Open
    ) -> None:
        ticket = open_ticket()
        desk.tickets.append(Held("1", f"G{ticket.number}", "x", clock.now()))
        assert self.look() == 0

    def test_what_appears_after_everybody_stopped_looking_is_shown_and_can_be_linked(
        self, connection: Connection, desk: Desk, stopped_clock: StoppedClock, open_ticket: Open,
        run: Run, supervisao: User,
    ) -> None:  # fmt: skip
        ticket = open_ticket()
        desk.fail("create", before(refused()))
        run()
        Delivery.objects.get(step="create").drop(supervisao, "Aberto à mão")
        desk.tickets.append(Held("1", f"G{ticket.number}", "x", clock.now()))
        assert self.look() == 1
        stray = Stray.unsettled().get()
        assert stray.kind == Stray.Kind.UNLINKED
        stray.adopt(supervisao)
        ticket.refresh_from_db()
        assert ticket.desk_number == "M-1"
        assert not Stray.unsettled().exists()
        with pytest.raises(StrayRefused):
            Stray.objects.get().settle(supervisao, "De novo")

    def test_a_number_that_comes_again_is_another_ticket(
        self, connection: Connection, desk: Desk, stopped_clock: StoppedClock, supervisao: User
    ) -> None:
        desk.tickets.append(Held("1", "G4821703657", "x", clock.now()))
        self.look()
        Stray.objects.get().settle(supervisao, "Era de outro Guichê")
        desk.tickets[0] = Held("1", "G1000000009", "x", clock.now())
        stopped_clock.forward(hours=2)
        assert self.look() == 1
        assert Stray.unsettled().get().key == "G1000000009"

    def test_what_was_linked_by_a_person_is_not_created_once_more(
        self, connection: Connection, desk: Desk, stopped_clock: StoppedClock, open_ticket: Open,
        run: Run, supervisao: User,
    ) -> None:  # fmt: skip
        """The number is not told, so nothing but the link says that it is there."""
        Connection.objects.update(numbers=False)
        ticket = open_ticket()
        desk.fail("create", before(refused("Erro interno")))
        run()
        desk.tickets.append(Held("1", f"G{ticket.number}", "x", clock.now()))
        assert self.look() == 1
        Stray.unsettled().get().adopt(supervisao)
        Delivery.repeat_refused(connection)
        run()
        assert "create" in desk.steps(f"G{ticket.number}")
        assert len(desk.tickets) == 1
        assert set(Delivery.objects.values_list("state", flat=True)) == {"done"}

    def test_a_key_that_is_nobodys_is_shown(
        self, connection: Connection, desk: Desk, stopped_clock: StoppedClock
    ) -> None:
        desk.tickets.append(Held("1", "G4821703657", "x", clock.now()))
        assert self.look() == 1
        assert Stray.unsettled().get().kind == Stray.Kind.FOREIGN

    def test_a_desk_that_is_away_is_asked_again(
        self, delivered: Ticket, desk: Desk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def gone(*_: object) -> None:
            raise away()

        monkeypatch.setattr("desk.deliveries.memory.Memory.recent", gone)
        assert self.look() == 0
        connection = Connection.objects.get()
        assert (connection.reconciled_at, connection.failures) == (None, 1)


class TestOneOfManyDesks:
    """One that is set up wrong, or answers what nobody expected, keeps nobody from the others."""

    @pytest.fixture
    def second(self, connection: Connection) -> Connection:
        """Comes after the first, and is well."""
        made = Connection(kind="memory", name="Zeladoria", numbers=False)
        made.set({"password": "outro-segredo"})
        made.keep()
        return made

    @staticmethod
    def of(broken: Connection, method: str, monkeypatch: pytest.MonkeyPatch) -> None:
        whole = getattr(Memory, method)

        def odd(memory: Memory, *args: Any) -> Any:
            if memory.settings.password == broken.secrets["password"]:
                raise KeyError("state")
            return whole(memory, *args)

        monkeypatch.setattr(Memory, method, odd)

    def test_of_a_kind_that_is_no_more(
        self, connection: Connection, second: Connection, stopped_clock: StoppedClock,
        open_ticket: Open, run: Run,
    ) -> None:  # fmt: skip
        open_ticket()
        Connection.objects.filter(pk=connection.pk).update(kind="extinto")
        run()
        assert Delivery.objects.get(connection=second, step="create").state == "done"
        stopped_clock.forward(minutes=3)
        assert read() == 1
        assert reconcile.reconcile_due(Opened(), clock.now()) == 0

    def test_with_a_token_that_no_header_holds(
        self, connection: Connection, second: Connection, stopped_clock: StoppedClock,
        open_ticket: Open, run: Run, monkeypatch: pytest.MonkeyPatch,
    ) -> None:  # fmt: skip
        open_ticket()
        whole = Memory.__init__

        def as_httpx_does(memory: Memory, settings: MemorySettings) -> None:
            settings.password.replace("segredo-de-teste", "ç").encode("ascii")
            whole(memory, settings)

        monkeypatch.setattr(Memory, "__init__", as_httpx_does)
        run()
        assert Delivery.objects.get(connection=second, step="create").state == "done"

    def test_that_answers_oddly_to_a_reading(
        self, connection: Connection, second: Connection, stopped_clock: StoppedClock,
        open_ticket: Open, run: Run, monkeypatch: pytest.MonkeyPatch,
    ) -> None:  # fmt: skip
        open_ticket()
        run()
        stopped_clock.forward(minutes=3)
        self.of(connection, "read", monkeypatch)
        assert read() == 1

    def test_that_refuses_to_list_is_not_asked_every_few_seconds(
        self, connection: Connection, second: Connection, monkeypatch: pytest.MonkeyPatch,
        stopped_clock: StoppedClock,
    ) -> None:  # fmt: skip
        asked: list[str] = []

        def no_right(memory: Memory, *_: Any) -> Any:
            asked.append(memory.settings.password)
            raise refused("Sem direito de listar") if len(asked) % 2 else KeyError("rows")

        monkeypatch.setattr(Memory, "recent", no_right)
        opened = Opened()
        for _ in range(10):
            reconcile.reconcile_due(opened, stopped_clock.forward(seconds=5))
        assert len(asked) == 2
        reconcile.reconcile_due(opened, stopped_clock.forward(hours=1))
        assert len(asked) == 4
