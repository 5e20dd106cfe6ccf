"""Who has a ticket: one at a time, by the table, and told to whoever comes second."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from uuid import uuid4

import pytest

from at_once import at_once
from guiche.desk import clock
from guiche.desk.api.token import ServiceAccount
from guiche.desk.models import Membership, Ticket, User
from guiche.desk.people.role import Role
from guiche.desk.refusal import Refused
from guiche.desk.tickets import erasure
from guiche.desk.tickets.event import AlreadyRecorded
from guiche.desk.tickets.hands import HANDS, HandRefused, Whose

Open = Callable[..., Ticket]


@pytest.fixture
def diana(db: None) -> User:
    """A colleague of Carla."""
    return User.objects.create_user("diana", name="Diana Exemplo", role=Role.RELACIONAMENTO)


def owner_of(ticket: Ticket) -> User | None:
    return Ticket.objects.get(pk=ticket.pk).owner


def test_taken_passed_on_and_let_go(ticket: Ticket, carla: User, diana: User) -> None:
    ticket.claim(carla)
    assert owner_of(ticket) == carla
    ticket.pass_to(diana, carla, "Cliente prefere à tarde.")
    assert owner_of(ticket) == diana
    ticket.release(diana)
    assert owner_of(ticket) is None
    told = [(event.label, event.text, event.by) for event in ticket.history][-3:]
    assert told == [
        ("Assumido", "", carla),
        ("Passado adiante", "Para Diana Exemplo. Cliente prefere à tarde.", carla),
        ("Liberado", "", diana),
    ]
    ticket.verify_chain()


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("whose", Whose)
@pytest.mark.parametrize("name", HANDS)
def test_every_hand_by_every_role(
    ticket: Ticket, people: dict[str, User], diana: User, name: str, whose: Whose, role: Role
) -> None:
    user, hand = people[role], HANDS[name]
    owner = {Whose.NOBODYS: None, Whose.OWN: user, Whose.ANOTHERS: diana}[whose]
    Ticket.objects.filter(pk=ticket.pk).update(owner=owner)
    ticket.refresh_from_db()
    events = ticket.events.count()
    taker = people["supervisao" if role != Role.SUPERVISAO else "relacionamento"]
    does: Callable[[], object] = {
        "claim": partial(ticket.claim, user),
        "pass": partial(ticket.pass_to, taker, user),
        "release": partial(ticket.release, user),
    }[name]
    allowed = role != Role.SUPORTE and hand.allows(owner, user)
    assert (hand in ticket.hands_for(user)) == allowed
    if allowed:
        does()
    else:
        with pytest.raises(HandRefused):
            does()
    assert ticket.events.count() == events + allowed
    ticket.verify_chain()


def test_support_works_on_what_came_back(ticket: Ticket, carla: User, suporte: User) -> None:
    ticket.claim(carla)
    ticket.move("return", carla, "Dados insuficientes", "Falta o CNPJ.")
    assert owner_of(ticket) is None
    ticket.claim(suporte)
    with pytest.raises(HandRefused, match="é de Suporte ou Supervisão"):
        ticket.claim(carla)
    ticket.move("forward", suporte, note="Completei.")
    assert owner_of(ticket) is None


def test_who_comes_second_is_told_who_has_it(ticket: Ticket, carla: User, diana: User) -> None:
    stale = Ticket.objects.get(pk=ticket.pk)
    ticket.claim(carla)
    with pytest.raises(HandRefused, match="com Carla Exemplo"):
        stale.claim(diana)
    with pytest.raises(HandRefused, match="com você"):
        stale.claim(carla)


@pytest.mark.django_db(transaction=True)
def test_of_those_who_claim_at_once_one_has_it(open_ticket: Open) -> None:
    ticket = open_ticket()
    people = [
        User.objects.create_user(f"p{n}", name=f"Pessoa {n}", role=Role.RELACIONAMENTO)
        for n in range(6)
    ]

    def claim(user: User) -> str:
        try:
            Ticket.objects.get(pk=ticket.pk).claim(user)
        except HandRefused as refused:
            return str(refused)
        return ""

    said = at_once([partial(claim, user) for user in people])
    owner = owner_of(ticket)
    assert said.count("") == 1
    assert owner == people[said.index("")]
    assert {words for words in said if words} == {f"O chamado está com {owner}."}
    assert ticket.events.filter(kind="claimed").count() == 1
    ticket.verify_chain()


def test_a_form_that_was_sent_before_changes_nothing(
    ticket: Ticket, carla: User, diana: User
) -> None:
    form = uuid4()
    ticket.claim(carla, form)
    ticket.pass_to(diana, carla)
    with pytest.raises(AlreadyRecorded):
        ticket.claim(carla, form)
    assert owner_of(ticket) == diana


def test_passed_to_a_team_it_is_nobodys(ticket: Ticket, carla: User, diana: User) -> None:
    Membership.objects.create(user=diana, team="Documentos")
    ticket.claim(carla)
    event = ticket.pass_to("Documentos", carla, "É com vocês.")
    assert event.text == "Equipe: Documentos. É com vocês."
    assert (ticket.team, owner_of(ticket)) == ("Documentos", None)
    assert ticket.other_teams() == ["Relacionamento"]


@pytest.mark.parametrize("team", ["", "Não existe"])
def test_a_team_that_is_none_is_refused(ticket: Ticket, carla: User, team: str) -> None:
    with pytest.raises(HandRefused, match="Escolha na lista"):
        ticket.pass_to(team, carla)


def test_it_is_passed_to_who_works_on_it(ticket: Ticket, carla: User, suporte: User) -> None:
    with pytest.raises(HandRefused, match="Suporte Exemplo não trabalha"):
        ticket.pass_to(suporte, carla)
    assert suporte not in ticket.takers(carla)


def test_nothing_is_done_to_what_is_closed(ticket: Ticket, carla: User) -> None:
    ticket.move("resolve", carla, "Cliente desistiu")
    assert ticket.hands_for(carla) == []
    with pytest.raises(HandRefused, match="Resolvido"):
        ticket.claim(carla)


def test_a_call_takes_what_is_nobodys(ticket: Ticket, carla: User, diana: User) -> None:
    ticket.promise.log_attempt(carla, ticket.phones[0], "no_answer")
    assert owner_of(ticket) == carla
    ticket = Ticket.objects.get(pk=ticket.pk)
    ticket.promise.log_attempt(diana, ticket.phones[0], "busy")
    assert owner_of(ticket) == carla
    texts = [event.text for event in ticket.history if event.kind == "attempted"]
    assert ["Assumiu o chamado." in text for text in texts] == [True, False]
    ticket.verify_chain()


def test_a_call_about_what_support_has_takes_nothing(ticket: Ticket, carla: User) -> None:
    ticket.move("return", carla, "Dados insuficientes", "Falta o CNPJ.")
    ticket.promise.log_attempt(carla, ticket.phones[0], "spoke")
    assert owner_of(ticket) is None


def test_a_program_has_no_ticket(ticket: Ticket, carla: User, supervisao: User) -> None:
    """It may log a call, for somebody made it; nobody would see to what it had."""
    program = ServiceAccount.named("discador", Role.RELACIONAMENTO, supervisao)
    ticket.promise.log_attempt(program, ticket.phones[0], "no_answer")
    assert owner_of(ticket) is None
    assert program not in ticket.takers(supervisao)
    with pytest.raises(HandRefused, match="não trabalha"):
        ticket.pass_to(program, supervisao)
    ticket.promise.log_attempt(carla, ticket.phones[0], "no_answer")
    assert owner_of(ticket) == carla


def test_whoever_leaves_leaves_no_ticket_behind(ticket: Ticket, carla: User, diana: User) -> None:
    ticket.claim(carla)
    carla.is_active = False
    carla.save()
    ticket.refresh_from_db()
    assert ticket.is_abandoned
    assert ticket.whose == "com Carla Exemplo, que não tem mais acesso"
    assert [hand.name for hand in ticket.hands_for(diana)] == ["claim", "pass"]
    assert Ticket.release_all_of(carla) == 1
    assert owner_of(ticket) is None
    event = ticket.history.last()
    assert event
    assert (event.label, event.by) == ("Liberado", None)
    assert "foi encerrada" in event.text
    ticket.verify_chain()


def test_what_was_abandoned_is_anybodys(ticket: Ticket, carla: User, diana: User) -> None:
    ticket.claim(carla)
    User.objects.filter(pk=carla.pk).update(is_active=False)
    ticket.claim(diana)
    assert owner_of(ticket) == diana


def test_erasure_keeps_who_had_it_and_not_the_note(
    ticket: Ticket, carla: User, diana: User
) -> None:
    ticket.pass_to(diana, carla, "Ana prefere à tarde.")
    ticket.move("resolve", carla, "Cliente desistiu")
    erasure.erase(ticket, erasure.ON_REQUEST)
    passed = ticket.events.get(kind="handed_over")
    assert passed.text == "Conteúdo apagado."
    kept = ticket.events.get(kind="erased").payload["kept"]  # type: ignore[index]
    mine = next(each for each in kept if each["seq"] == passed.seq)
    assert mine["to"] == "Diana Exemplo"
    assert "note" not in mine
    ticket.verify_chain()
    with pytest.raises(Refused):
        ticket.claim(carla)


def test_the_clock_is_the_desks(ticket: Ticket, carla: User) -> None:
    later = clock.now() + timedelta(hours=3)
    with clock.stopped_at(later):
        assert ticket.claim(carla).at == later
