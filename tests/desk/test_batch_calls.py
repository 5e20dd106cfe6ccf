"""Several certificates of one caller: a call each, what is common typed once, one ticket each."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connections

from calls import cnpj_of, company, company_name
from guiche import sources
from guiche.desk.intake.batch import MOST, Batch, questions
from guiche.desk.intake.draft import Draft
from guiche.desk.models import Inspection, Ticket, User
from guiche.desk.refusal import Refused
from guiche.sources import Found

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]

COMMON = {
    "requester_name": "Célia Exemplo",
    "relation": "Contador",
    "phone_1": "(11) 3333-4444",
    "phone_2": "(11) 98765-4321",
    "email": "celia@exemplo.com.br",
    "email_confirmed": "sim",
    "system": "Conectividade Social, com e-CNPJ",
}
ONCE = {
    "holder_is_customer": "Sim",
    "wanted_kind": "Cliente vai confirmar",
    "card_medium": "Não sabe",
}
"""What is left when the common facts were typed; one answer serves all."""


def found(*ders: bytes) -> list[Found]:
    return [sources.read(der, "cliente.cer").leaves[0] for der in ders]


def companies(*numbers: int) -> list[Found]:
    return found(*map(company, numbers))


def names(batch: Batch) -> list[str]:
    return [call.values()["name"] for call in batch.calls]


@pytest.fixture
def call(suporte: User) -> Draft:
    draft = Draft.start(suporte)
    draft.type_in(COMMON)
    return draft


@pytest.fixture
def batch(call: Draft, suporte: User) -> Batch:
    return Batch.start(call, companies(1, 2, 3), suporte)


def asked(batch: Batch) -> list[str]:
    return [question.fact.key for question in questions([c.answers() for c in batch.open_calls])]


# Beginning


def test_each_certificate_has_a_call_with_what_is_common_as_typed(batch: Batch) -> None:
    assert names(batch) == [company_name(number) for number in (1, 2, 3)]
    assert [call.typed for call in batch.calls] == [COMMON] * 3
    assert len({call.values()["document"] for call in batch.calls}) == 3


def test_a_call_that_says_only_common_things_is_the_first(batch: Batch, call: Draft) -> None:
    assert batch.calls[0] == call
    assert Draft.objects.count() == 3


def test_a_call_of_a_known_customer_is_that_of_its_certificate(call: Draft, suporte: User) -> None:
    call.type_in({"document": cnpj_of(2), "card_medium": "Token"})
    batch = Batch.start(call, companies(1, 2), suporte)
    first, second = batch.calls
    assert (second, second.typed["card_medium"]) == (call, "Token")
    assert first.typed == COMMON


def test_a_call_with_a_reading_of_its_own_joins_with_it(call: Draft, suporte: User) -> None:
    [own] = companies(9)
    call.attach(Inspection.store(own.inspect(), der=own.der, by=suporte))
    batch = Batch.start(call, companies(1, 2), suporte)
    assert names(batch) == [company_name(number) for number in (9, 1, 2)]


def test_what_was_typed_of_nobody_chosen_stays_a_call_of_its_own(
    call: Draft, suporte: User
) -> None:
    call.type_in({"name": "Sítio Exemplo", "card_medium": "Token"})
    batch = Batch.start(call, companies(1, 2), suporte)
    assert names(batch) == [company_name(1), company_name(2), "Sítio Exemplo"]
    assert [call.typed.get("card_medium") for call in batch.calls] == [None, None, "Token"]


def test_a_confirmation_goes_along_with_what_it_confirms_or_not_at_all(suporte: User) -> None:
    call = Draft.start(suporte)
    [own] = companies(9)
    call.attach(Inspection.store(own.inspect(), der=own.der, by=suporte))
    call.type_in({"email_confirmed": "sim"})
    other = list(Batch.start(call, companies(1), suporte).calls)[-1]
    assert "email_confirmed" not in other.typed


def test_sent_twice_makes_nothing_twice(batch: Batch, call: Draft, suporte: User) -> None:
    assert Batch.start(call, companies(1, 2, 3), suporte) == batch
    assert len(batch.calls) == 3
    assert Inspection.objects.count() == 3


def test_more_files_read_in_one_of_its_calls_join_the_batch(batch: Batch, suporte: User) -> None:
    other = batch.calls[1]
    assert Batch.start(other, companies(2, 4), suporte) == batch
    assert names(batch)[-1] == company_name(4)
    assert len(batch.calls) == 4


def test_a_call_that_is_over_begins_no_batch(call: Draft, suporte: User) -> None:
    call.end(suporte, "Era só uma consulta")
    with pytest.raises(Refused, match="já foi registrado ou encerrado"):
        Batch.start(call, companies(1, 2), suporte)
    assert not Inspection.objects.exists()


def test_a_batch_is_bounded_and_what_is_too_much_changes_nothing(
    call: Draft, suporte: User
) -> None:
    with pytest.raises(Refused, match="até 50"):
        Batch.start(call, companies(*range(MOST)), suporte)
    call.refresh_from_db()
    assert call.batch is None
    assert len(Batch.start(call, companies(*range(MOST - 1)), suporte).calls) == MOST - 1


# Answering once


def test_asks_once_what_no_certificate_decides(batch: Batch) -> None:
    assert asked(batch) == ["holder_is_customer", "wanted_kind"]
    # What the form of an A1 proposes was taken back in one of them.
    batch.calls[0].type_in({"card_medium": ""})
    assert asked(batch) == ["holder_is_customer", "wanted_kind", "card_medium"]


def test_one_answer_is_for_all_that_miss_it_and_for_no_other(batch: Batch) -> None:
    first = batch.calls[0]
    first.type_in({"wanted_kind": "CNO"})
    batch.answer({**ONCE, "name": "Outro", "document": ""})
    kinds = [call.typed["wanted_kind"] for call in batch.calls]
    assert kinds == ["CNO", "Cliente vai confirmar", "Cliente vai confirmar"]
    assert all("name" not in call.typed for call in batch.calls)
    assert asked(batch) == ["wanted_number"]
    batch.answer({"wanted_number": "Cliente vai enviar"})
    assert not any(call.problems() for call in batch.calls)


def test_an_answer_that_is_not_accepted_is_asked_again(batch: Batch) -> None:
    batch.answer({**ONCE, "holder_is_customer": "Talvez"})
    assert asked(batch) == ["holder_is_customer"]


def test_an_e_mail_is_confirmed_only_where_it_is_said(suporte: User) -> None:
    call = Draft.start(suporte)
    batch = Batch.start(call, companies(1, 2), suporte)
    assert {"email", "email_confirmed"} <= set(asked(batch))
    batch.answer({"email_confirmed": "sim"})
    assert all("email_confirmed" not in call.typed for call in batch.calls)
    batch.answer({"email": "celia@exemplo.com.br", "email_confirmed": "sim"})
    assert {call.values()["email"] for call in batch.calls} == {"celia@exemplo.com.br"}
    assert "email" not in asked(batch)


# Registering


def test_each_complete_call_becomes_a_ticket_and_the_others_stay(
    batch: Batch, suporte: User
) -> None:
    batch.answer(ONCE)
    last = list(batch.calls)[-1]
    last.type_in({"card_medium": ""})
    assert batch.submit(suporte) == []
    assert [ticket.customer for ticket in Ticket.objects.order_by("pk")] == [
        company_name(1),
        company_name(2),
    ]
    assert list(batch.open_calls) == [last]
    assert len(batch.calls) == 3


def test_registered_again_opens_nothing_more(batch: Batch, suporte: User) -> None:
    batch.answer(ONCE)
    batch.submit(suporte)
    batch.submit(suporte)
    assert Ticket.objects.count() == 3


def test_one_call_that_fails_does_not_stop_the_others(
    batch: Batch, suporte: User, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    batch.answer(ONCE)
    second, opened = batch.calls[1], Ticket.open

    def failing(**given: Any) -> Ticket:
        if given["key"] == second.pk:
            raise RuntimeError("the disk is full")
        return opened(**given)

    monkeypatch.setattr(Ticket, "open", failing)
    assert batch.submit(suporte) == [second]
    assert Ticket.objects.count() == 2
    assert "not submitted with its batch" in caplog.text
    assert company_name(2) not in caplog.text
    monkeypatch.undo()
    assert batch.submit(suporte) == []
    assert Ticket.objects.count() == 3


@pytest.mark.django_db(transaction=True)
def test_any_number_of_simultaneous_forms_make_one_batch_and_its_tickets_once(
    call: Draft, suporte: User
) -> None:
    gate = threading.Barrier(4)

    def run(_: int) -> None:
        try:
            gate.wait()
            batch = Batch.start(Draft.objects.get(pk=call.pk), companies(1, 2, 3), suporte)
            batch.answer(ONCE)
            batch.submit(suporte)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(run, range(4)))
    assert Draft.objects.count() == 3
    assert Ticket.objects.count() == 3


# The team


def test_is_put_down_and_taken_up_whole(
    batch: Batch, suporte: User, supervisao: User, stopped_clock: Any
) -> None:
    batch.pause()
    assert all(call.is_waiting(stopped_clock.now) for call in batch.calls)
    batch.take(supervisao)
    assert {call.by for call in batch.calls} == {supervisao}
    assert not any(call.paused_at for call in batch.calls)
