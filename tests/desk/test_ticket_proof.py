"""Closing by proof: only the right certificate closes, and what differs is said in words."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certificates import CEI, ZEROS, e_cnpj, e_cpf, other_pki, profiles, selo_eletronico
from certificates.certificate import Certificate
from guiche.desk import clock, retention
from guiche.desk.models import Inspection, Ticket, User
from guiche.desk.tickets.event import AlreadyRecorded
from guiche.desk.tickets.moves import MoveRefused
from guiche.desk.tickets.proof import DIFFERENCES, Expected, judge
from guiche.icpbrasil import inspect
from guiche.icpbrasil.numbers import cei

NOW = datetime(2026, 11, 23, 17, 44, tzinfo=UTC)
EXPECTED = Expected(document=profiles.CNPJ, register="CEI", number=CEI, previous="0" * 64)
ALPHANUMERIC = "12ABC34501DE35"
OTHER = "512345678907"
PROOF = "Novo certificado emitido e conferido"
HOLDER = "Emitido para o responsável, em um e-CPF"

Store = Callable[[Certificate], Inspection]


def read(der: bytes) -> Inspection:
    """A reading as it would be stored, without a row."""
    reading = inspect(der, at=NOW)
    return Inspection(
        sha256=reading.sha256 or "", status=reading.enrolment.status.value,
        headline=reading.headline, contract=reading.to_dict(),
    )  # fmt: skip


def codes(
    certificate: Certificate, expected: Expected = EXPECTED, now: datetime = NOW
) -> list[str]:
    return [each.code for each in judge(read(certificate.der()), expected, now)]


def words(certificate: Certificate, expected: Expected = EXPECTED) -> str:
    return " ".join(each.words for each in judge(read(certificate.der()), expected, NOW))


NEW = e_cnpj(cei=CEI)


def test_the_right_certificate_is_the_proof() -> None:
    assert codes(NEW) == []
    assert codes(NEW, replace(EXPECTED, register="CNO")) == []


def test_a_number_that_nobody_knows_yet_is_not_compared() -> None:
    assert codes(NEW, replace(EXPECTED, register="", number="")) == []


@pytest.mark.parametrize(
    ("certificate", "found"),
    [
        (e_cnpj(cei=ZEROS), ["status"]),
        (e_cnpj(cei="115830024984"), ["status"]),
        (e_cnpj(cei="1234567"), ["status"]),
        (e_cnpj(cei=OTHER), ["number"]),
        (selo_eletronico(), ["status"]),
        (other_pki(), ["not_icp_brasil"]),
        (replace(NEW, not_after=NOW - timedelta(seconds=1)), ["expired"]),
        (replace(NEW, not_before=NOW + timedelta(days=1)), ["not_yet"]),
        (e_cpf(cei=CEI), ["holder"]),
        (replace(e_cpf(cei=OTHER), not_after=NOW - timedelta(days=9)),
         ["number", "expired", "holder"]),
    ],
)  # fmt: skip
def test_each_reason_for_refusal(certificate: Certificate, found: list[str]) -> None:
    assert codes(certificate) == found
    assert set(found) <= DIFFERENCES.keys()


def test_both_ends_of_the_validity_belong_to_it() -> None:
    assert codes(replace(NEW, not_after=NOW.replace(microsecond=0))) == []
    assert codes(replace(NEW, not_before=NOW)) == []


def test_a_date_before_all_calendars_is_expired_like_any_other() -> None:
    first = datetime(1, 1, 1, 0, 30, tzinfo=UTC)
    assert codes(replace(NEW, not_before=first, not_after=first)) == ["expired"]


def test_what_cannot_be_read_confirms_nothing() -> None:
    for der in (b"0\x03\x02\x01\x01", NEW.der()[:200]):
        assert [each.code for each in judge(read(der), EXPECTED, NOW)] == ["unreadable"]
    damaged = NEW.with_san(b"\x30\x84\x00\x00\x00\x05abc")
    assert codes(damaged) == ["unreadable"]


def test_a_pasted_field_is_not_a_certificate() -> None:
    reading = read(NEW.der())
    reading.sha256, reading.contract["validity"] = "", None
    assert [each.code for each in judge(reading, EXPECTED, NOW)] == ["not_whole"]


def test_the_certificate_of_before_is_not_the_new_one() -> None:
    previous = read(NEW.der()).sha256
    assert codes(NEW, replace(EXPECTED, previous=previous)) == ["same"]
    assert "Peça o novo." in words(NEW, replace(EXPECTED, previous=previous))


def test_a_caepf_is_never_in_the_field() -> None:
    wanted = replace(EXPECTED, document="11144477735", register="CAEPF", number="11144477700154")
    for certificate in (e_cpf(cei=CEI), e_cpf(cei="111444777001")):
        assert codes(certificate, wanted) == ["no_field"]
    assert "nenhum certificado o traz" in words(NEW, wanted)
    unknown = replace(wanted, number="")
    assert codes(e_cpf(cei=CEI), unknown) == ["no_field"]


def test_a_caepf_cut_to_the_field_is_said_as_it_is() -> None:
    wanted = replace(EXPECTED, document="11144477735")
    assert codes(e_cpf(cei="111444777001"), wanted) == ["status"]
    assert "CAEPF 111.444.777/001-54" in words(e_cpf(cei="111444777001"), wanted)


def test_an_alphanumeric_cnpj_is_compared_like_any_other() -> None:
    certificate = e_cnpj(cei=CEI).with_names(profiles.field(3, ALPHANUMERIC))
    assert codes(certificate, replace(EXPECTED, document=ALPHANUMERIC)) == []
    assert codes(certificate) == ["holder"]
    assert "12.ABC.345/01DE-35" in words(certificate)


def test_another_holder_needs_a_reason() -> None:
    assert codes(e_cpf(cei=CEI), replace(EXPECTED, other_holder=HOLDER)) == []
    assert codes(NEW, replace(EXPECTED, document="")) == ["holder"]
    assert "não tem o CNPJ ou CPF" in words(NEW, replace(EXPECTED, document=""))


def test_what_differs_is_said_with_both_numbers() -> None:
    assert words(e_cnpj(cei=OTHER)) == (
        "O número no certificado é 51.234.56789/07, e o que deve constar é 11.583.00249/85."
    )
    assert "venceu em 02/03/2026" in words(
        replace(NEW, not_after=datetime(2026, 3, 2, 12, tzinfo=UTC))
    )


@given(st.integers(0, 11), st.integers(1, 9))
def test_a_number_that_differs_by_one_digit_is_never_the_proof(place: int, shift: int) -> None:
    digit = (int(CEI[place]) + shift) % 10
    wanted = f"{CEI[:place]}{digit}{CEI[place + 1 :]}"
    (difference,) = judge(read(NEW.der()), replace(EXPECTED, number=wanted), NOW)
    assert difference.code == "number"
    assert "só um dígito é diferente" in difference.words


# The ticket


def test_the_proof_resolves_the_ticket(ticket: Ticket, relacionamento: User, store: Store) -> None:
    reading = store(NEW)
    assert ticket.prove(relacionamento, reading) == ()
    ticket.refresh_from_db()
    assert (ticket.state, ticket.proof) == ("resolved", reading)
    assert ticket.promise.closed_at
    event = ticket.history.last()
    assert event
    assert event.kind == "resolved"
    assert event.payload
    assert event.payload["sha256"] == reading.sha256
    assert event.text == f"Motivo: {PROOF}. Certificado lido: CEI ***830024***."
    ticket.verify_chain()


@pytest.mark.parametrize(
    ("kind", "name"), [("CEI", "CEI"), ("CNO", "CNO"), ("Cliente vai confirmar", "número")]
)
def test_the_history_names_the_register_that_was_wanted(
    ticket: Ticket, relacionamento: User, store: Store, kind: str, name: str
) -> None:
    ticket.facts["wanted_kind"] = kind
    ticket.prove(relacionamento, store(e_cnpj(cei="1234567")))
    ticket.prove(relacionamento, store(NEW))
    checked, resolved = (event.text for event in list(ticket.history)[-2:])
    assert checked == f"Não encerra: não traz um {name} conferido."
    assert resolved.endswith(f"Certificado lido: {name} ***830024***.")


def test_the_history_names_the_register_without_a_field(
    ticket: Ticket, relacionamento: User, store: Store
) -> None:
    ticket.facts["wanted_kind"] = "CAEPF"
    ticket.prove(relacionamento, store(NEW))
    event = ticket.history.last()
    assert event
    assert event.text == "Não encerra: o CAEPF não cabe no certificado."


def test_what_differs_leaves_the_ticket_open_and_the_try_in_its_history(
    ticket: Ticket, relacionamento: User, store: Store
) -> None:
    (difference,) = ticket.prove(relacionamento, store(e_cnpj(cei=OTHER)))
    assert difference.code == "number"
    ticket.refresh_from_db()
    assert (ticket.state, ticket.proof) == ("forwarded", None)
    event = ticket.history.last()
    assert event
    assert (event.kind, event.text) == ("checked", "Não encerra: o número é outro.")
    ticket.verify_chain()


def test_the_certificate_that_opened_the_ticket_does_not_close_it(
    ticket: Ticket, relacionamento: User, store: Store
) -> None:
    same = replace(e_cnpj(cei=ZEROS), not_before=datetime(2025, 3, 2, 12, tzinfo=UTC))
    (difference,) = ticket.prove(relacionamento, store(same))
    assert difference.code == "same"


def test_another_holder_is_recorded_with_its_reason(
    ticket: Ticket, relacionamento: User, store: Store
) -> None:
    assert ticket.prove(relacionamento, store(e_cpf(cei=CEI)), HOLDER) == ()
    event = ticket.history.last()
    assert event
    assert event.text.endswith(f"Titular: {HOLDER}.")


def test_a_reason_that_was_not_needed_is_not_recorded(
    ticket: Ticket, relacionamento: User, store: Store
) -> None:
    ticket.prove(relacionamento, store(NEW), HOLDER)
    event = ticket.history.last()
    assert event
    assert HOLDER not in event.text


def test_who_may_prove_and_when(ticket: Ticket, people: dict[str, User], store: Store) -> None:
    reading = store(NEW)
    with pytest.raises(MoveRefused, match="Relacionamento"):
        ticket.prove(people["suporte"], reading)
    with pytest.raises(MoveRefused, match="lista"):
        ticket.prove(people["relacionamento"], reading, "Porque sim")
    ticket.move("resolve", people["supervisao"], "Cliente desistiu")
    with pytest.raises(MoveRefused, match="Resolvido"):
        ticket.prove(people["relacionamento"], reading)
    assert not ticket.may_prove(people["supervisao"])


def test_the_reason_of_the_proof_is_not_to_be_had_without_it(
    ticket: Ticket, relacionamento: User
) -> None:
    with pytest.raises(MoveRefused, match="Leia o novo certificado"):
        ticket.move("resolve", relacionamento, PROOF)
    assert ticket.events.count() == 2


def test_a_form_sent_twice_is_one_try(ticket: Ticket, relacionamento: User, store: Store) -> None:
    form, reading = uuid4(), store(e_cnpj(cei=OTHER))
    ticket.prove(relacionamento, reading, form=form)
    with pytest.raises(AlreadyRecorded):
        ticket.prove(relacionamento, reading, form=form)
    assert ticket.events.count() == 3


def test_the_proof_stays_when_old_readings_go(
    ticket: Ticket, relacionamento: User, store: Store
) -> None:
    proof, failed = store(NEW), store(e_cnpj(cei=OTHER))
    ticket.prove(relacionamento, failed)
    ticket.prove(relacionamento, proof)
    retention.sweep(clock.now() + timedelta(days=30))
    assert Inspection.objects.filter(pk=proof.pk).exists()
    assert not Inspection.objects.filter(pk=failed.pk).exists()


# Order and appointment


def test_the_order_and_the_appointment_may_be_corrected(
    ticket: Ticket, relacionamento: User
) -> None:
    tomorrow = clock.now() + timedelta(days=1)
    ticket.order(relacionamento, " PED  1 ")
    event = ticket.order(relacionamento, "PED 2", tomorrow)
    assert event.text == "Pedido PED 2. Validação em 24/11/2026 14:44."
    fresh = Ticket.objects.get(pk=ticket.pk)
    assert (fresh.order_number, fresh.validation_at) == ("PED 2", tomorrow)
    assert ticket.order(relacionamento, "", tomorrow).text == "Validação em 24/11/2026 14:44."
    ticket.verify_chain()


@pytest.mark.parametrize(
    ("number", "days", "why"),
    [("", None, "número do pedido"), ("1" * 41, None, "40"), ("1", -1, "já passou"),
     ("senha: 1234", None, "senha")],
)  # fmt: skip
def test_an_order_that_is_refused(
    ticket: Ticket, relacionamento: User, number: str, days: int | None, why: str
) -> None:
    moment = None if days is None else clock.now() + timedelta(days=days)
    with pytest.raises(Exception, match=why):
        ticket.order(relacionamento, number, moment)
    ticket.refresh_from_db()
    assert (ticket.order_number, ticket.validation_at) == ("", None)
    assert ticket.events.count() == 2


def test_an_appointment_that_is_past_may_keep_its_place(
    ticket: Ticket, relacionamento: User
) -> None:
    moment = clock.now() + timedelta(hours=1)
    ticket.order(relacionamento, "1", moment)
    with clock.stopped_at(moment + timedelta(days=1)):
        ticket.order(relacionamento, "2", moment)
    assert ticket.order_number == "2"


def test_support_orders_nothing(ticket: Ticket, suporte: User) -> None:
    with pytest.raises(MoveRefused, match="Relacionamento"):
        ticket.order(suporte, "1")


def test_the_other_number_of_these_tests_is_a_cei() -> None:
    assert cei.is_valid(OTHER)


@pytest.mark.parametrize(("days", "codes"), [(-1, ["not_newer"]), (0, ["not_newer"]), (1, [])])
def test_a_certificate_that_was_there_before_is_not_the_new_one(
    store: Store, days: int, codes: list[str]
) -> None:
    reading = store(e_cnpj(CEI))
    began = datetime(2026, 3, 2, 12, tzinfo=UTC)
    expected = replace(EXPECTED, since=began - timedelta(days=days))
    assert [each.code for each in judge(reading, expected, NOW)] == codes
