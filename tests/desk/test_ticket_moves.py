"""A ticket moves by the table and in no other way."""

from uuid import uuid4

import pytest

from guiche.desk.intake.problem import Problem
from guiche.desk.models import Ticket, User
from guiche.desk.people.role import Role
from guiche.desk.refusal import Refused
from guiche.desk.tickets.event import AlreadyRecorded
from guiche.desk.tickets.moves import MOVES, STATES, MoveRefused

People = dict[str, User]

# A way into each state, by a supervisor.
WAYS = {
    "forwarded": [],
    "waiting_customer": ["wait"],
    "returned": ["return"],
    "resolved": ["resolve"],
    "cancelled": ["cancel"],
}


NOTE = "Falta o CNPJ da obra."


def reason_for(ticket: Ticket, name: str) -> str:
    return (ticket.procedure.reasons.get(name) or ("",))[0]


def go(ticket: Ticket, by: User, *names: str) -> Ticket:
    for name in names:
        ticket.move(name, by, reason_for(ticket, name), NOTE)
    return ticket


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("name", MOVES)
def test_every_move_from_every_state_by_every_role(
    ticket: Ticket, people: People, name: str, state: str, role: Role
) -> None:
    go(ticket, people["supervisao"], *WAYS[state])
    rule, events = MOVES[name], ticket.events.count()
    allowed = state in rule.origins and role in rule.roles
    assert (name in [move.rule.name for move in ticket.moves_for(people[role])]) == allowed
    if allowed:
        go(ticket, people[role], name)
    else:
        with pytest.raises(MoveRefused):
            go(ticket, people[role], name)
    ticket.refresh_from_db()
    assert ticket.state == (rule.target if allowed else state)
    assert ticket.events.count() == events + allowed
    ticket.verify_chain()


def test_who_may_do_what() -> None:
    by_role = {role: [m.name for m in MOVES.values() if role in m.roles] for role in Role}
    assert by_role == {
        Role.SUPORTE: ["forward", "cancel", "reopen"],
        Role.RELACIONAMENTO: ["wait", "resume", "resolve", "return"],
        Role.SUPERVISAO: list(MOVES),
    }


def test_the_reason_comes_from_the_procedure(ticket: Ticket, relacionamento: User) -> None:
    move = next(m for m in ticket.moves_for(relacionamento) if m.rule.name == "return")
    assert move.rule.label == "Devolver ao suporte"
    assert move.rule.needs_reason
    assert move.reasons[0] == "Dados insuficientes"
    for reason in ("", "Porque sim", reason_for(ticket, "resolve")):
        with pytest.raises(MoveRefused, match="motivo"):
            ticket.move("return", relacionamento, reason)


def test_the_history_tells_the_move(ticket: Ticket, relacionamento: User) -> None:
    event = ticket.move("return", relacionamento, "Dados insuficientes", "Falta o CNPJ da obra.")
    assert event.label == "Devolvido ao suporte"
    assert event.text == "Motivo: Dados insuficientes. Falta o CNPJ da obra."
    assert event.by == relacionamento
    assert [e.seq for e in ticket.history] == [1, 2, 3]


def test_a_reason_where_none_is_asked_is_not_kept(ticket: Ticket, people: People) -> None:
    go(ticket, people["supervisao"], "return")
    event = ticket.move("forward", people["suporte"], "Qualquer coisa", NOTE)
    assert (event.label, event.text) == ("Encaminhado de novo", NOTE)


@pytest.mark.parametrize(
    ("name", "words"),
    [("return", "o que o Suporte precisa acertar"), ("forward", "o que foi acertado")],
)
def test_the_next_team_is_told_what_to_do(
    ticket: Ticket, supervisao: User, name: str, words: str
) -> None:
    if name == "forward":
        go(ticket, supervisao, "return")
    with pytest.raises(MoveRefused, match=words):
        ticket.move(name, supervisao, reason_for(ticket, name), " \n")


def test_a_form_that_was_sent_before_changes_nothing(ticket: Ticket, people: People) -> None:
    form, by = uuid4(), people["supervisao"]
    ticket.move("resolve", by, "Cliente desistiu", form=form)
    ticket.move("reopen", by, "Problema continua", form=uuid4())
    promise = Ticket.objects.get(pk=ticket.pk).promise
    with pytest.raises(AlreadyRecorded):
        ticket.move("resolve", by, "Cliente desistiu", form=form)
    ticket.verify_chain()
    assert Ticket.objects.get(pk=ticket.pk).promise == promise
    assert ticket.is_open


@pytest.mark.parametrize("note", ["senha: 12345", "A senha do token é abc123", "PIN 9876"])
def test_a_password_is_not_written_into_a_note(
    ticket: Ticket, relacionamento: User, note: str
) -> None:
    with pytest.raises(Problem, match="senha"):
        ticket.move("return", relacionamento, "Dados insuficientes", note)
    assert ticket.events.count() == 2


def test_a_note_has_a_limit(ticket: Ticket, relacionamento: User) -> None:
    with pytest.raises(Problem, match="A anotação passa de 2000 caracteres"):
        ticket.move("return", relacionamento, "Dados insuficientes", "longo " * 400)


def test_an_unknown_move_is_refused(ticket: Ticket, supervisao: User) -> None:
    with pytest.raises(MoveRefused):
        ticket.move("delete", supervisao)


def test_a_page_left_open_does_not_move_what_others_moved(ticket: Ticket, people: People) -> None:
    stale = Ticket.objects.get(pk=ticket.pk)
    go(ticket, people["supervisao"], "resolve")
    with pytest.raises(MoveRefused, match="Resolvido"):
        go(stale, people["relacionamento"], "return")
    assert stale.state == "resolved"


def test_closing_ends_the_promise_and_reopening_makes_another(
    ticket: Ticket, people: People
) -> None:
    first = ticket.promise
    go(ticket, people["supervisao"], "resolve")
    first.refresh_from_db()
    assert first.closed_at
    event = ticket.move("reopen", people["suporte"], "Problema continua")
    ticket = Ticket.objects.get(pk=ticket.pk)
    assert ticket.promise != first
    assert ticket.promise.previous == first
    assert ticket.promise.closed_at is None
    assert ticket.promise.written in event.text


def test_a_refused_reopening_promises_nothing(ticket: Ticket, people: People) -> None:
    promise = ticket.promise
    with pytest.raises(Refused):
        ticket.move("reopen", people["suporte"], "Problema continua")
    assert Ticket.objects.get(pk=ticket.pk).promise == promise
