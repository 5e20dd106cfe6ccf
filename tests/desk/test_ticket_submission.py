"""One draft gives one ticket, however often and however simultaneously it is sent."""

from collections.abc import Callable
from uuid import uuid4

import pytest

from at_once import at_once
from guiche.desk.intake.draft import Incomplete
from guiche.desk.models import Connection, Delivery, Draft, Event, Promise, Ticket, User
from guiche.desk.tickets.event import AlreadyRecorded
from guiche.desk.tickets.moves import MoveRefused

Fill = Callable[..., Draft]
THREADS = 6


def test_submitting_opens_forwards_and_promises(
    stopped_clock: object, fill: Fill, suporte: User
) -> None:
    ticket = fill().submit(suporte)
    assert ticket.state_label == "Encaminhado"
    assert ticket.team == "Relacionamento"
    assert ticket.opened_by == suporte
    assert ticket.facts["document"] == "11222333000181"
    assert ticket.facts["phone_2"] == "+5511987654321"
    assert ticket.typed["phone_2"] == "(11) 98765-4321"
    assert ticket.shown["phone_2"] == "(11) 98765-4321"
    assert ticket.shown["email_confirmed"] == "23/11/2026 14:44"
    assert ticket.say == (
        f"Seu protocolo é {ticket.spoken}. A equipe de Relacionamento liga até amanhã, terça, "
        "24/11, às 14h30, no telefone (11) 3333-4444. Não precisa abrir outro chamado."
    )
    assert ticket.send == (
        f"Olá. Seu protocolo é {ticket.spoken}. O Relacionamento liga até terça, 24/11, às 14h30. "
        "Não precisa abrir outro chamado.\n"
        f"Acompanhe seu atendimento: {ticket.link}"
    )


def test_a_second_submission_shows_the_same_ticket(fill: Fill, suporte: User) -> None:
    draft = fill()
    assert Ticket.submitted_from(draft.pk) is None
    ticket = draft.submit(suporte)
    assert Draft.objects.get(pk=draft.pk).submit(suporte) == ticket
    assert Ticket.submitted_from(draft.pk) == ticket
    assert Event.objects.count() == 2


def test_a_submitted_draft_takes_nothing_in(fill: Fill, suporte: User) -> None:
    draft = fill()
    other = Draft.objects.get(pk=draft.pk)
    draft.submit(suporte)
    assert not other.type_in({"name": "Outra"})
    assert other.inspection
    assert not other.attach(other.inspection)
    assert Draft.objects.get(pk=draft.pk).typed == {}


def test_an_incomplete_draft_opens_nothing(fill: Fill, suporte: User) -> None:
    draft = fill(phone_1="", email_confirmed="")
    with pytest.raises(Incomplete) as refused:
        draft.submit(suporte)
    assert list(refused.value.problems) == ["phone_1", "email_confirmed"]
    assert not Ticket.objects.exists()
    assert not Promise.objects.exists()
    assert Draft.objects.get(pk=draft.pk).submitted_at is None


@pytest.mark.django_db(transaction=True)
def test_simultaneous_submissions_give_one_ticket(fill: Fill, suporte: User) -> None:
    for _ in range(3):
        key = fill().pk
        drafts = [Draft.objects.get(pk=key) for _ in range(THREADS)]
        tickets = at_once([lambda d=draft: d.submit(suporte) for draft in drafts])  # type: ignore[misc]
        assert len({ticket.pk for ticket in tickets}) == 1
        assert Ticket.objects.filter(submission_key=key).count() == 1
    assert Promise.objects.count() == 3
    assert Event.objects.count() == 6


@pytest.mark.django_db(transaction=True)
def test_simultaneous_moves_are_made_once(
    open_ticket: Callable[..., Ticket], relacionamento: User
) -> None:
    ticket = open_ticket()

    def resolve(copy: Ticket) -> bool:
        try:
            copy.move("resolve", relacionamento, "Cliente desistiu")
        except MoveRefused:
            return False
        return True

    copies = [Ticket.objects.get(pk=ticket.pk) for _ in range(THREADS)]
    made = at_once([lambda c=copy: resolve(c) for copy in copies])  # type: ignore[misc]
    assert made.count(True) == 1
    ticket.verify_chain()


@pytest.mark.django_db(transaction=True)
def test_simultaneous_calls_are_all_in_the_history(
    open_ticket: Callable[..., Ticket], relacionamento: User
) -> None:
    ticket = open_ticket()
    promises = [Promise.objects.get(pk=ticket.promise_id) for _ in range(THREADS)]
    at_once(
        [
            lambda p=promise: p.log_attempt(relacionamento, ticket.phones[0], "busy")  # type: ignore[misc]
            for promise in promises
        ]
    )
    assert [event.seq for event in ticket.history] == [*range(1, THREADS + 3)]
    ticket.verify_chain()


@pytest.mark.django_db(transaction=True)
def test_one_form_sent_many_times_at_once_is_one_call(
    open_ticket: Callable[..., Ticket], relacionamento: User
) -> None:
    ticket, form = open_ticket(), uuid4()

    def log(promise: Promise) -> bool:
        try:
            promise.log_attempt(relacionamento, ticket.phones[0], "busy", form=form)
        except AlreadyRecorded:
            return False
        return True

    promises = [Promise.objects.get(pk=ticket.promise_id) for _ in range(THREADS)]
    made = at_once([lambda p=promise: log(p) for promise in promises])  # type: ignore[misc]
    assert made.count(True) == 1
    assert ticket.promise.attempts.count() == 1
    ticket.verify_chain()


def test_deliveries_are_written_with_the_event(
    fill: Fill, suporte: User, relacionamento: User
) -> None:
    Connection.objects.create(kind="qualitor", name="Qualitor")
    Connection.objects.create(kind="glpi", name="Antigo", active=False)
    ticket = fill().submit(suporte)
    assert [(d.step, d.event.kind) for d in Delivery.objects.order_by("pk")] == [
        *((step, "submitted") for step in ("customer", "create", "attach", "solve")),
        ("forward", "forwarded"),
    ]
    ticket.move("resolve", relacionamento, "Cliente desistiu")
    assert Delivery.objects.filter(step="close", state="waiting").count() == 1
