"""Two years after a ticket is closed, or on request, nothing tells any more whom it was about."""

import re
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import connection

import documents
from calls import signed_in
from certificates import ZEROS, e_cnpj, e_cpf
from certificates.profiles import Person
from guiche.desk import clock, environment, retention
from guiche.desk.intake.draft import DRAFT_KEPT
from guiche.desk.intake.image import IMAGE_KEPT, Image
from guiche.desk.intake.reading import DER_KEPT
from guiche.desk.messages.message import KEPT
from guiche.desk.models import (
    Connection,
    ContactAttempt,
    Delivery,
    Draft,
    Event,
    Inspection,
    Login,
    Message,
    ProcedureVersion,
    Record,
    Remembered,
    Term,
    Ticket,
    User,
)
from guiche.desk.tickets.erasure import ErasureRefused, erase
from guiche.desk.tickets.handover import forget, hand_over
from guiche.desk.tickets.moves import MoveRefused
from stored import assert_nowhere, everything_stored

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]

CPF = "52998224725"
IRIS = Person("IRIS EXEMPLO QUADROS", CPF)
SECRETS = (
    CPF, "529.982.247-25", "QUADROS", "Quadros", "quadros", "iris@quadros.com.br",
    "96543-2187", "965432187", "3219-8765", "32198765", "Sítio Ipê Roxo",
    "Amadeu", "ligar depois das dez", "PEDIDO-77",
)  # fmt: skip
ANSWERS = {
    "requester_name": "Amadeu Quadros",
    "phone_1": "(11) 96543-2187",
    "phone_2": "(11) 3219-8765",
    "email": "iris@quadros.com.br",
    "property": "Sítio Ipê Roxo",
    "holder_is_customer": "Sim",
}
Open = Callable[..., Ticket]


@pytest.fixture
def told(
    open_ticket: Open, relacionamento: User, supervisao: User, store: Callable[..., Inspection]
) -> Ticket:
    """A ticket with all that can be known of a person, closed."""
    Connection.objects.create(kind="x", name="Exemplo")
    ticket = open_ticket(e_cpf(ZEROS, person=IRIS), **ANSWERS)
    Delivery.objects.update(last_error="iris@quadros.com.br: recusado")
    Image.objects.create(
        ticket=ticket, kind="image/png", sealed=b"x", by=supervisao, expires_at=clock.now()
    )
    Message.objects.create(
        ticket=ticket, to="iris@quadros.com.br", subject="Protocolo", body="Iris Quadros",
        by=supervisao, last_error="550 iris@quadros.com.br",
    )  # fmt: skip
    Term.objects.create(ticket=ticket, kind="name", term=b"quadros")
    ticket.promise.log_attempt(relacionamento, "(11) 96543-2187", "busy", "ligar depois das dez")
    ticket.move("resolve", relacionamento, "Cliente desistiu", "Iris Quadros pediu")
    ticket.move("reopen", supervisao, "Cliente ligou de novo")
    ticket.promise.log_attempt(relacionamento, "(11) 3219-8765", "spoke", "ligar depois das dez")
    ticket.proof = store(e_cpf(person=IRIS))
    ticket.order_number = "PEDIDO-77"
    ticket.save()
    ticket.move("resolve", relacionamento, "Cliente desistiu", "Iris Quadros pediu")
    return ticket


@pytest.fixture
def other(open_ticket: Open) -> Ticket:
    """A ticket of somebody else, which nothing of this touches."""
    return open_ticket()


def after(days: int) -> dict[str, int]:
    """A sweep so many days from now."""
    with clock.stopped_at(clock.now() + timedelta(days=days)):
        return retention.sweep(clock.now())


# After two years


def test_nothing_of_the_person_is_left_anywhere(told: Ticket, other: Ticket) -> None:
    stored = "\n".join(everything_stored())
    assert all(secret in stored for secret in ("QUADROS", CPF, "+5511965432187", "PEDIDO-77"))
    assert after(729)["tickets"] == 0
    assert after(730)["tickets"] == 1
    assert_nowhere(SECRETS)
    other.refresh_from_db()
    assert other.erased_at is None
    assert other.customer == "PADARIA EXEMPLO LTDA"


def test_the_history_still_proves_what_happened_when_and_why(told: Ticket) -> None:
    before = [(e.seq, e.kind, e.at, e.by, e.link) for e in told.history]
    after(730)
    told.refresh_from_db()
    assert [(e.seq, e.kind, e.at, e.by, e.link) for e in told.history][:-1] == before
    told.verify_chain()
    last = told.history.last()
    assert last
    assert (last.kind, last.by) == ("erased", None)
    assert last.text == (
        "Motivo: Fim do prazo de guarda. Motivos que ficam: Cliente desistiu; Cliente desistiu."
    )
    kept = last.payload["kept"] if last.payload else []
    assert [each.get("reason") for each in kept if "reason" in each] == ["Cliente desistiu"] * 2
    assert [each.get("result") for each in kept if "result" in each] == ["busy", "spoke"]
    assert "Cliente ligou de novo" in [e.payload and e.payload.get("reason") for e in told.history]


def test_of_the_answers_those_of_closed_lists_stay(told: Ticket) -> None:
    after(730)
    told.refresh_from_db()
    procedure = told.procedure
    assert told.facts["system"] == "Conectividade Social, com e-CNPJ"
    assert all(value in procedure.fact(key).answers for key, value in told.facts.items())
    assert told.typed == {}
    assert ContactAttempt.objects.values_list("result", flat=True).count() == 2


def test_a_second_sweep_finds_nothing(told: Ticket) -> None:
    after(730)
    assert after(731)["tickets"] == 0
    assert told.history.filter(kind="erased").count() == 1
    assert not erase(told, "de novo")


def test_a_ticket_that_is_open_or_was_reopened_stays(told: Ticket, supervisao: User) -> None:
    told.move("reopen", supervisao, "Problema continua")
    assert after(900)["tickets"] == 0
    with pytest.raises(ErasureRefused, match="está aberto"):
        erase(told, "pedido")
    told.refresh_from_db()
    assert told.facts["phone_1"] == "+5511965432187"


def test_nothing_happens_to_an_erased_ticket_any_more(told: Ticket, supervisao: User) -> None:
    stale = Ticket.objects.get(pk=told.pk)
    after(730)
    with pytest.raises(MoveRefused, match="foram apagados"):
        stale.move("reopen", supervisao, "Problema continua")
    assert stale.moves_for(supervisao) == []


def test_one_ticket_that_fails_does_not_keep_the_others(
    told: Ticket, open_ticket: Open, supervisao: User, monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    second = open_ticket()
    second.move("cancel", supervisao, "Aberto por engano")
    recorded = Ticket.record

    def failing(self: Ticket, kind: str, **given: object) -> Event | None:
        if self.pk == told.pk:
            raise RuntimeError("the disk is full")
        return recorded(self, kind, **given)  # type: ignore[arg-type]

    monkeypatch.setattr(Ticket, "record", failing)
    assert after(730)["tickets"] == 1
    told.refresh_from_db()
    assert told.erased_at is None
    assert "QUADROS" not in caplog.text


def test_is_logged_as_counts_alone(told: Ticket, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("INFO"):
        after(730)
    assert "1 tickets" in caplog.text
    assert not any(secret in caplog.text for secret in SECRETS)


def test_the_pages_still_open_and_say_since_when(told: Ticket, supervisao: User) -> None:
    after(730)
    client = signed_in(supervisao)
    page = client.get(f"/chamados/{told.number}/").content.decode()
    assert "Dados apagados em 22/11/2028." in page
    assert "Conteúdo apagado." in page
    assert "Dados do cliente apagados" in page
    assert "Reabrir" not in page
    assert client.get(f"/chamados/{told.number}/registrado/").status_code == 200
    row = client.get("/fila/?estado=encerrados").content.decode()
    assert "Dados apagados" in row
    assert "Sem leitura" not in row


def test_a_reading_that_another_ticket_uses_stays(
    told: Ticket, suporte: User, fill: Callable[..., Draft]
) -> None:
    draft = fill()
    draft.attach(told.inspection)
    ticket = draft.submit(suporte)
    after(730)
    assert Inspection.objects.get() == ticket.inspection == told.inspection


def test_of_an_ended_call_the_reason_stays_for_the_same_time(
    fill: Callable[..., Draft], suporte: User
) -> None:
    draft = fill(e_cpf(ZEROS, person=IRIS), **ANSWERS)
    Term.objects.create(draft=draft, kind="name", term=b"quadros")
    Image.objects.create(
        draft=draft, kind="image/png", sealed=b"x", by=suporte, expires_at=clock.now()
    )
    draft.end(suporte, "Era só uma consulta")
    after(7)
    assert_nowhere(SECRETS)
    assert Draft.objects.get().ended_reason == "Era só uma consulta"
    assert after(729)["ended calls"] == 0
    assert after(730)["ended calls"] == 1
    assert not Draft.objects.exists()


def test_a_reading_that_closed_a_ticket_is_kept_with_it(told: Ticket) -> None:
    after(8)
    told.refresh_from_db()
    assert told.proof


def test_how_long_is_a_setting_with_bounds() -> None:
    def days(value: str) -> int:
        given = {"X": value}
        return environment.number(given, "X", 730, at_least=30, at_most=3650)

    assert (days(""), days("30"), days(" 1825 ")) == (730, 30, 1825)
    for value in ("29", "3651", "-730", "dois anos", "7e2", "٧٣٠"):
        with pytest.raises(ImproperlyConfigured, match="de 30 a 3650"):
            days(value)


# On request


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("erase", *arguments, stdout=out)
    return out.getvalue()


def test_without_yes_it_only_says_masked_what_there_is(told: Ticket) -> None:
    said = run("529.982.247-25")
    assert told.spoken in said
    assert "***.982.247-**" in said
    assert "Nada foi apagado" in said
    assert CPF not in said
    told.refresh_from_db()
    assert told.erased_at is None


def test_with_yes_nothing_of_the_person_is_left(
    told: Ticket, other: Ticket, fill: Callable[..., Draft], store: Callable[..., Inspection]
) -> None:
    fill(e_cpf(ZEROS, person=IRIS), **ANSWERS)
    fill(e_cnpj(ZEROS), **{**ANSWERS, "document": CPF})
    store(e_cpf(person=IRIS))
    assert "Chamados apagados: 1." in run(CPF, "--yes")
    assert_nowhere(SECRETS)
    other.refresh_from_db()
    assert other.erased_at is None
    told.verify_chain()
    assert "Chamados apagados: 0." in run(CPF, "--yes")


def test_any_number_of_readings_is_handed_over_and_erased_some_at_a_time(
    store: Callable[..., Inspection], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("guiche.desk.tickets.erasure._KEYS", 20)
    readings = [store(e_cpf(person=IRIS)) for _ in range(50)]
    widest = 0

    def seen(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:  # noqa: FBT001
        nonlocal widest
        widest = max(widest, len(params or ()))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(seen):
        assert len(hand_over(CPF)[0]["leituras"]) == len(readings)
        forget(CPF)
    assert not Inspection.objects.exists()
    assert widest < len(readings)


def test_who_answers_for_the_certificate_of_a_company_is_found_too(
    open_ticket: Open, supervisao: User
) -> None:
    ticket = open_ticket(e_cnpj(ZEROS, person=IRIS))
    ticket.move("cancel", supervisao, "Aberto por engano")
    run(CPF, "--yes")
    assert_nowhere([CPF, "QUADROS"])


def test_a_procedure_that_can_no_longer_be_read_keeps_no_data(
    told: Ticket, suporte: User, caplog: pytest.LogCaptureFixture
) -> None:
    call = Draft.start(suporte)
    call.type_in({"document": "529.982.247-25", "name": "Iris Quadros"})
    old = ProcedureVersion.objects.create(slug="antigo", digest="0" * 64, content="title = 1")
    Ticket.objects.filter(pk=told.pk).update(procedure_version=old, inspection=None, proof=None)
    Draft.objects.filter(pk=call.pk).update(procedure_version=old)
    assert "Chamados apagados: 1." in run(CPF, "--yes")
    assert f"procedure version {old.pk} is passed over: antigo.toml" in caplog.text
    assert not Draft.objects.filter(pk=call.pk).exists()
    assert_nowhere(SECRETS)
    told.verify_chain()


def test_a_call_is_found_by_a_number_that_was_only_typed(suporte: User) -> None:
    call, other = Draft.start(suporte), Draft.start(suporte)
    call.type_in({"document": "529 982 247-25"})
    other.type_in({"document": "111.444.777-35"})
    assert "1 em atendimento" in run(CPF, "--yes")
    assert list(Draft.objects.all()) == [other]


def test_an_open_ticket_is_refused_with_the_reason_and_the_rest_is_erased(
    told: Ticket, open_ticket: Open
) -> None:
    still = open_ticket(e_cpf(ZEROS, person=IRIS), **ANSWERS)
    with pytest.raises(CommandError, match=f"{still.spoken} está aberto"):
        run(CPF, "--yes")
    told.refresh_from_db()
    still.refresh_from_db()
    assert told.erased_at
    assert still.erased_at is None


def test_a_number_that_is_none_is_refused() -> None:
    with pytest.raises(CommandError, match="não confere"):
        run("52998224726", "--yes")


# The document

LGPD = documents.ROOT / "docs" / "lgpd.md"


@pytest.mark.parametrize(
    ("what", "kept"),
    [
        ("Certificado público", DER_KEPT),
        ("Imagem", IMAGE_KEPT),
        ("Endereço e texto de e-mail", KEPT),
        ("Atendimento que não virou chamado", DRAFT_KEPT),
        ("Motivo de um atendimento encerrado sem chamado", settings.KEEP_TICKETS),
        ("Dados do chamado", settings.KEEP_TICKETS),
    ],
)
def test_the_document_says_the_periods_of_the_code(what: str, kept: timedelta) -> None:
    rows = [line for line in LGPD.read_text("utf-8").splitlines() if line.startswith(f"| {what}")]
    assert [re.findall(r"\| (\d+) dias", row) for row in rows] == [[str(kept.days)]]


def test_the_document_says_how_long_a_login_holds() -> None:
    assert f"| {settings.SESSION_COOKIE_AGE // 3600} horas |" in LGPD.read_text("utf-8")


def test_the_document_names_every_table_with_data_of_a_person() -> None:
    text = LGPD.read_text("utf-8")
    persons = (Ticket, Event, ContactAttempt, Draft, Inspection, Image, Message, Term)
    team = (User, Login, Record, Remembered, Authenticator, SocialAccount)
    for model in (*persons, *team):
        assert f"`{model._meta.db_table}`" in text
