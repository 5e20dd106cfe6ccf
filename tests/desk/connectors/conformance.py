"""What every connector has to do, whatever the desk: one neutral life of a ticket, and its faults.

A connector's test module has a class that inherits `Conformance` and a fixture `bench`: the desk,
real or a double, with a connector set up for it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

import pytest

from guiche.desk import clock
from guiche.desk.connectors.case import Attachment, Case, Note
from guiche.desk.connectors.connector import Connector, Created, Customer, DeliveryError, Outcome

OPENED = datetime(2026, 11, 23, 17, 44, tzinfo=UTC)
CASE = Case(
    key="G4821703657",
    title="Certificado sem CEI - Padaria Açaí & Pão Ltda <ME> [G4821703657]",
    text="CNPJ ou CPF: 11.222.333/0001-81\nNome: Padaria Açaí & Pão Ltda <ME>\n"
    "Descrição: não abre o “Conectividade” – ação + 50% ç ã\n\nGuichê: [G4821703657]",
    name="Padaria Açaí & Pão Ltda <ME>",
    document="11222333000181",
    email="contato@exemplo.com.br",
    phones=("+551133334444", "+5511987654321"),
    team="Relacionamento",
    category="Certificado digital",
    solution="Emitir outro certificado, com o CEI.",
    facts={"wanted_number": "11.583.00249/85"},
    opened_at=OPENED,
    due_at=OPENED + timedelta(hours=24),
)
OTHER_KEY = "G1000000004"
FILE = Attachment("leitura-G4821703657.txt", "text/plain; charset=utf-8", "Sem CEI: ção\n".encode())


@dataclass(frozen=True)
class Seen:
    """A ticket as the desk itself holds it."""

    ref: str
    title: str
    text: str
    team: str
    closed: bool
    notes: Sequence[str] = ()
    files: Sequence[tuple[str, bytes]] = ()
    fields: dict[str, str] = field(default_factory=dict)


class Bench(Protocol):
    """A desk under test."""

    connector: Connector[Any]
    base_team: str
    """Where a ticket stands before it is forwarded."""
    can_fail: bool
    """Whether `fail` works: a double, or a real server behind `doubles.proxy`."""

    def tickets(self) -> Sequence[Seen]:
        """All tickets, in the order in which they were created."""

    def wrong_password(self) -> Connector[Any]:
        """The same connector with a login that the desk refuses."""

    def misspelt(self) -> Connector[Any]:
        """The same with a name (field, queue, id) in its settings that the desk does not know."""

    def unreachable(self) -> Connector[Any]:
        """The same pointed at a port where nobody listens."""

    def fail(self, fault: str) -> None:
        """The next call that creates goes wrong.

        `hang_before` and `hang_after` (the answer is withheld, nothing or the ticket stored; the
        connector's own timeout has to be short in the bench), `cut` (stored, connection cut in the
        answer), `error_after` (stored, 500), `truncated` (stored, half an answer), `html` (not
        stored, a page with 200), `busy` (429, `Retry-After: 7`), `down` (503), `refused` (not
        stored, refused for good with the words “Categoria inválida”).
        """


STORED_UNSEEN = ("hang_after", "cut", "error_after", "truncated")


def note(text: str, number: int) -> Note:
    token = f"[{CASE.key}.{number}]"
    return Note(f"{text}\n{token}", token)


def made(bench: Bench, case: Case = CASE) -> Created:
    connector: Any = bench.connector
    known = connector.customer(case) if can(bench, "customer") else Customer()
    return bench.connector.create(case, known)


def can(bench: Bench, capability: str) -> bool:
    return bench.connector.offers(capability)


def needs(bench: Bench, *capabilities: str) -> Any:
    for capability in capabilities:
        if not can(bench, capability):
            pytest.xfail(f"{type(bench.connector).__name__} cannot {capability}")
    return bench.connector


class Conformance:
    """Inherit it, and give it a fixture `bench`."""

    def test_settings_are_found_right(self, bench: Bench) -> None:
        checks = list(bench.connector.check())
        assert checks
        assert [check for check in checks if not check.ok] == []

    def test_a_ticket_is_created_whole(self, bench: Bench) -> None:
        created = made(bench)
        (seen,) = bench.tickets()
        assert seen.ref == created.ref
        assert CASE.mark in seen.title
        assert "Açaí & Pão Ltda <ME>" in seen.title
        assert "ação + 50% ç ã" in seen.text
        assert CASE.mark in seen.text
        assert "11.222.333/0001-81" in seen.text
        assert seen.team == bench.base_team
        assert not seen.closed

    def test_it_is_found_by_its_key_alone(self, bench: Bench) -> None:
        connector = needs(bench, "find")
        since = clock.now() - timedelta(hours=1)
        assert list(connector.find(CASE.key, since)) == []
        created = made(bench)
        (found,) = connector.find(CASE.key, since)
        assert (found.ref, found.key) == (created.ref, CASE.key)
        if created.number:  # a desk that answers later shows the number only when it is found
            assert found.number == created.number
        assert list(connector.find(OTHER_KEY, since)) == []

    def test_two_of_one_key_are_both_found_the_oldest_first(self, bench: Bench) -> None:
        connector = needs(bench, "find")
        first, second = made(bench), made(bench)
        found = connector.find(CASE.key, clock.now() - timedelta(hours=1))
        assert [each.ref for each in found] == [first.ref, second.ref]

    def test_what_carries_a_key_is_listed(self, bench: Bench) -> None:
        connector = needs(bench, "recent")
        other = replace(CASE, key=OTHER_KEY, title=f"Outro [{OTHER_KEY}]", text=f"[{OTHER_KEY}]")
        refs = {made(bench).ref: CASE.key, made(bench, other).ref: OTHER_KEY}
        found = connector.recent(clock.now() - timedelta(hours=1))
        assert {each.ref: each.key for each in found} == refs

    def test_a_file_is_kept_to_the_byte(self, bench: Bench) -> None:
        connector = needs(bench, "attach")
        ref = made(bench).ref
        connector.attach(ref, FILE)
        assert (FILE.name, FILE.content) in list(bench.tickets()[0].files)
        if can(bench, "has"):
            assert connector.has(ref, FILE.name)
            assert not connector.has(ref, "leitura-G1000000004.txt")

    def test_a_note_is_kept_and_remembered(self, bench: Bench) -> None:
        connector = needs(bench, "note")
        ref = made(bench).ref
        connector.note(ref, note("Tentativa: não atendeu.\nLigar às 15h & confirmar <nome>", 5))
        assert any("não atendeu" in text and "& confirmar <nome>" in text
                   for text in bench.tickets()[0].notes)  # fmt: skip
        if can(bench, "has"):
            assert connector.has(ref, f"[{CASE.key}.5]")
            assert not connector.has(ref, f"[{CASE.key}.50]")
            assert not connector.has(ref, f"[{CASE.key}.6]")

    def test_the_solution_is_kept(self, bench: Bench) -> None:
        connector = needs(bench, "solve")
        ref = made(bench).ref
        connector.solve(ref, note(CASE.solution, 1))
        (seen,) = bench.tickets()
        assert any(CASE.solution in text for text in seen.notes)
        assert not seen.closed

    def test_it_is_forwarded_and_again_is_done(self, bench: Bench) -> None:
        connector = needs(bench, "forward")
        ref = made(bench).ref
        connector.forward(ref, CASE.team)
        connector.forward(ref, CASE.team)
        assert bench.tickets()[0].team != bench.base_team
        if can(bench, "read"):
            (remote,) = connector.read([ref])
            assert remote.team
            assert not remote.closed

    def test_it_is_closed_and_again_is_done(self, bench: Bench) -> None:
        connector = needs(bench, "close")
        ref = made(bench).ref
        connector.close(ref, note("Novo certificado emitido e conferido", 9))
        connector.close(ref, note("Novo certificado emitido e conferido", 9))
        (seen,) = bench.tickets()
        assert seen.closed
        assert any("emitido e conferido" in text for text in seen.notes)
        if can(bench, "read"):
            (remote,) = connector.read([ref])
            assert remote.closed
            assert remote.status

    def test_many_are_read_and_what_is_gone_is_left_out(self, bench: Bench) -> None:
        connector = needs(bench, "read")
        refs = [made(bench).ref for _ in range(3)]
        read = list(connector.read([*refs, "999999"]))
        assert {remote.ref for remote in read} == set(refs)
        assert not any(remote.closed for remote in read)

    def test_a_refused_login_is_known_for_one(self, bench: Bench) -> None:
        wrong: Any = bench.wrong_password()
        with pytest.raises(DeliveryError) as refused:
            (wrong.customer if can(bench, "customer") else _creation_of(wrong))(CASE)
        assert refused.value.login
        assert refused.value.outcome is Outcome.RETRY
        assert any(not check.ok and check.words for check in wrong.check())
        assert not bench.tickets()

    def test_a_name_that_the_desk_does_not_know_is_found_at_set_up(self, bench: Bench) -> None:
        assert any(not check.ok and check.words for check in bench.misspelt().check())

    def test_a_desk_that_is_away_was_surely_not_reached(self, bench: Bench) -> None:
        away = bench.unreachable()
        with pytest.raises(DeliveryError) as error:
            away.create(CASE, Customer())
        assert (error.value.outcome, error.value.everywhere) == (Outcome.RETRY, True)
        assert any(not check.ok for check in away.check())

    @pytest.mark.parametrize("fault", [*STORED_UNSEEN, "hang_before", "html", "down"])
    def test_what_may_have_been_done_is_unknown(self, bench: Bench, fault: str) -> None:
        connector: Any = bench.connector  # one that has patience, whatever the fault
        error = _failing(bench, fault)
        assert error.outcome is Outcome.UNKNOWN
        assert str(error)
        if can(bench, "find"):
            found = connector.find(CASE.key, clock.now() - timedelta(hours=1))
            assert len(found) == len(bench.tickets()) == (fault in STORED_UNSEEN)

    def test_a_busy_desk_says_for_how_long(self, bench: Bench) -> None:
        error = _failing(bench, "busy")
        assert (error.outcome, error.pause) == (Outcome.RETRY, timedelta(seconds=7))
        assert error.everywhere

    def test_a_refusal_is_shown_in_the_words_of_the_desk(self, bench: Bench) -> None:
        error = _failing(bench, "refused")
        assert "Categoria inválida" in str(error)
        final = error.otherwise if error.outcome is Outcome.UNKNOWN else error.outcome
        assert final is Outcome.REJECTED


def _creation_of(connector: Connector[Any]) -> Any:
    return lambda case: connector.create(case, Customer())


def _failing(bench: Bench, fault: str) -> DeliveryError:
    if not bench.can_fail:
        pytest.xfail("a real server does not misbehave when told to")
    connector: Any = bench.connector
    customer = connector.customer(CASE) if can(bench, "customer") else Customer()
    bench.fail(fault)
    with pytest.raises(DeliveryError) as failed:
        bench.connector.create(CASE, customer)
    return failed.value
