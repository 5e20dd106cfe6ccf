"""The index: written with the ticket, kept with the call, gone when there is nothing to find."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from calls import answers
from certificates import profiles
from certificates.certificate import Certificate
from guiche.desk import clock, retention
from guiche.desk.intake.draft import DRAFT_KEPT
from guiche.desk.models import Draft, Inspection, Term, Ticket, User
from guiche.desk.search import spelling
from guiche.desk.search.index import index_ticket
from guiche.desk.search.query import Query

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]

Fill = Callable[..., Draft]


def terms(**owner: Any) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for term in Term.objects.filter(**owner):
        found.setdefault(term.kind, set()).add(bytes(term.term).decode())
    return found


def test_a_ticket_is_found_by_what_its_customer_may_remember(ticket: Ticket) -> None:
    assert ticket.inspection
    assert terms(ticket=ticket) == {
        "document": {"11222333000181"},
        "phone": {"1133334444", "33334444", "11987654321", "987654321"},
        "name": {"padaria", "exemplo", "bento"},
        "fingerprint": {ticket.inspection.sha256},
        "email": {"contato@exemplo.com.br", *_email_of(ticket)},
    }


def _email_of(ticket: Ticket) -> set[str]:
    held = ticket.inspection.data["email"] if ticket.inspection else ""
    return {held.casefold()} if held else set()


def test_the_holder_of_the_certificate_is_found_too(
    store: Callable[[Certificate], Inspection], suporte: User
) -> None:
    draft = Draft.start(suporte)
    draft.type_in(answers(document="12ABC34501DE35", name="Fazenda Outra"))
    holder = store(profiles.e_cpf())
    draft.attach(holder)
    found = terms(draft=draft)
    assert found["document"] == {"12ABC34501DE35", "11144477735"}
    assert {"fazenda", "outra"} < found["name"]
    assert found["fingerprint"] == {holder.sha256}


def test_a_way_out_is_nobodys_name(open_ticket: Callable[..., Ticket]) -> None:
    ticket = open_ticket(
        requester_name="Não quis se identificar", phone_1_whose="Ana Exemplo",
        phone_2_whose="Ana Exemplo",
    )  # fmt: skip
    assert not {"nao", "quis", "identificar"} & terms(ticket=ticket)["name"]


def test_terms_are_of_one_transaction_with_the_ticket(fill: Fill, suporte: User) -> None:
    draft = fill()
    before = Term.objects.filter(draft=draft).count()
    with transaction.atomic():
        draft.submit(suporte)
        assert Term.objects.exclude(ticket=None).exists()
        transaction.set_rollback(True)
    assert not Term.objects.exclude(ticket=None).exists()
    assert Term.objects.filter(draft=draft).count() == before


def test_a_call_is_found_as_soon_as_its_phone_is_whole(suporte: User) -> None:
    draft = Draft.start(suporte)
    draft.type_in({"phone_1": "11 9876"})
    assert terms(draft=draft) == {}
    draft.type_in({"phone_1": "11 98765-4321"})
    assert terms(draft=draft) == {"phone": {"11987654321", "987654321"}}
    draft.type_in({"phone_1": "98765-4321"})
    assert terms(draft=draft) == {"phone": {"987654321"}}


def test_what_stays_the_same_is_not_written_again(suporte: User) -> None:
    draft = Draft.start(suporte)
    draft.type_in({"phone_1": "11 98765-4321", "name": "Padaria"})
    kept = set(Term.objects.filter(kind="phone").values_list("pk", flat=True))
    draft.type_in({"phone_1": "(11) 98765-4321", "name": "Padaria Exemplo"})
    assert set(Term.objects.filter(kind="phone").values_list("pk", flat=True)) == kept
    assert terms(draft=draft)["name"] == {"padaria", "exemplo"}


def test_a_term_that_stands_twice_is_kept_once_and_goes_whole(suporte: User) -> None:
    draft = Draft.start(suporte)
    draft.type_in({"name": "Padaria"})
    Term.objects.create(draft=draft, kind="name", term=b"padaria")
    draft.type_in({"name": "Padaria Nova"})
    assert Term.objects.filter(draft=draft, term=b"padaria").count() == 1
    Term.objects.create(draft=draft, kind="name", term=b"padaria")
    draft.type_in({"name": ""})
    assert terms(draft=draft) == {}


def test_a_save_that_is_refused_changes_no_term(suporte: User) -> None:
    draft = Draft.start(suporte)
    draft.type_in({"name": "Padaria Nova"}, revision=2000)
    assert not Draft.objects.get().type_in({"name": "Padaria Velha"}, revision=1000)
    assert terms(draft=draft)["name"] == {"padaria", "nova"}


def test_the_terms_of_a_call_end_with_it(fill: Fill, suporte: User) -> None:
    submitted, ended, discarded = fill(), fill(), fill()
    assert Term.objects.values("draft").distinct().count() == 3
    submitted.submit(suporte)
    ended.end(suporte, ended.procedure.reasons["end"][0])
    discarded.discard()
    assert not Term.objects.exclude(draft=None).exists()


def test_retention_takes_the_terms_and_counts_the_calls(fill: Fill) -> None:
    fill()
    assert retention.sweep(clock.now() + DRAFT_KEPT)["drafts"] == 1
    assert not Term.objects.exists()


def test_the_number_of_the_other_desk_is_found_once_it_is_told(ticket: Ticket) -> None:
    Ticket.objects.filter(pk=ticket.pk).update(desk_number="2026/00123-A")
    ticket.refresh_from_db()
    index_ticket(ticket)
    assert terms(ticket=ticket)["number"] == {"202600123a"}
    Ticket.objects.filter(pk=ticket.pk).update(desk_number="77")
    ticket.refresh_from_db()
    with transaction.atomic():
        ticket.record("numbered", by=ticket.opened_by, payload={}, at=clock.now())
    assert terms(ticket=ticket)["number"] == {"77"}


def test_of_an_erased_ticket_the_number_stays_alone(ticket: Ticket) -> None:
    Ticket.objects.filter(pk=ticket.pk).update(desk_number="77")
    ticket.refresh_from_db()
    index_ticket(ticket)
    with transaction.atomic():
        ticket.record("erased", by=None, payload={}, at=clock.now())
    assert terms(ticket=ticket) == {"number": {"77"}}
    ticket.erased_at = clock.now()
    index_ticket(ticket)
    assert terms(ticket=ticket) == {"number": {"77"}}


# The spelling


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Padaria São João Ltda. - ME", {"padaria", "sao", "joao"}),
        ("ÂNGELA D'Ávila de Sá e Souza", {"angela", "avila", "souza"}),
        ("Auto Posto 2000 S/A", {"auto", "posto", "2000"}),
        ("STRASSE Straße", {"strasse"}),
        ("de da e", set()),
        ("", set()),
    ],
)
def test_a_name_is_its_telling_words(name: str, words: set[str]) -> None:
    assert set(spelling.words(name)) == words


@pytest.mark.parametrize(
    ("text", "forms"),
    [
        ("(11) 98765-4321", ("11987654321", "987654321")),
        ("+5511987654321", ("11987654321", "987654321")),
        ("011 3333 4444", ("1133334444", "33334444")),
        ("55 3333-4444", ("5533334444", "33334444")),
        ("+55 55 3333-4444", ("5533334444", "33334444")),
        ("3333-4444 ramal 12", ("33334444",)),
        ("1234", ()),
        ("Cliente não tem telefone", ()),
    ],
)
def test_a_telephone_has_one_form_however_it_is_written(text: str, forms: tuple[str, ...]) -> None:
    assert spelling.phone(text) == forms


@given(st.text(max_size=300))
def test_any_text_has_a_spelling_and_a_meaning(text: str) -> None:
    for word in spelling.words(text):
        assert spelling.words(word) == (word,)
    query = Query.of(text)
    assert all(len(term) <= spelling.LONGEST for some in query.meanings for _, term in some)
    assert all(isinstance(doubt, str) for doubt in query.doubts)


def test_the_index_can_be_written_anew(
    ticket: Ticket, fill: Fill, suporte: User, capsys: pytest.CaptureFixture[str]
) -> None:
    call, ended = fill(), fill()
    ended.end(suporte, ended.procedure.reasons["end"][0])
    before, of_call = terms(ticket=ticket), terms(draft=call)
    Term.objects.all().delete()
    call_command("reindex")
    assert terms(ticket=ticket) == before
    assert terms(draft=call) == of_call != {}
    assert not Term.objects.filter(draft=ended).exists()
    said = "Índice da busca refeito. Chamados: 1. Atendimentos em aberto: 1.\n"
    assert capsys.readouterr().out == said
