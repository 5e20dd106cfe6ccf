"""What is held of a person is given or erased at their request; the record keeps no datum."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from calls import signed_in
from certificates import e_cpf
from guiche import sources
from guiche.desk.intake.draft import Draft
from guiche.desk.models import Record, Ticket, User
from guiche.desk.people.record import digest_of
from guiche.desk.tickets.handover import hand_over, written
from guiche.desk.tickets.reading_told import KEYS, told

pytestmark = pytest.mark.django_db


@pytest.fixture
def number(ticket: Ticket) -> str:
    return str(ticket.facts[ticket.procedure.customer.document])


@pytest.fixture
def supervisor(supervisao: User) -> Client:
    return signed_in(supervisao)


def without_person(ticket: Ticket) -> bool:
    """Whether no record tells of the customer."""
    kept = json.dumps(list(Record.objects.values()), default=str)
    return ticket.customer not in kept and ticket.document not in kept


def test_gives_all_that_is_held(ticket: Ticket, number: str, suporte: User) -> None:
    told, record = hand_over(number, suporte)
    (case,) = told["chamados"]
    assert case["protocolo"] == ticket.spoken
    assert case["dados"]["E-mail"] == "contato@exemplo.com.br"
    assert case["leitura"]["conteudo"]["titular"]["cnpj"] == number
    assert case["leitura"]["conteudo"]["cei"]["situacao"] == "em branco"
    assert [each["o_que"] for each in case["historico"]] == ["Chamado aberto", "Encaminhado"]
    assert len(told["leituras"]) == 1
    assert (record.kind, record.by, record.digest) == ("exported", suporte, digest_of(number))
    assert record.detail["tickets"] == [ticket.number]
    assert without_person(ticket)
    ticket.verify_chain()


def test_gives_what_the_customer_sent_by_the_page(ticket: Ticket, number: str) -> None:
    """Also a certificate of another holder, which none of the numbers finds."""
    (found,) = sources.read(e_cpf().der(), "outro.cer").leaves
    ticket.take_certificate(found)
    (case,) = hand_over(number)[0]["chamados"]
    (sent,) = case["certificados_mandados"]
    assert sent["conteudo"]["impressao_digital_sha256"] == ticket.received.get().reading.sha256


def test_can_be_read_by_people(ticket: Ticket, number: str) -> None:
    assert ticket.inspection
    text = written(hand_over(number)[0])
    assert f"protocolo: {ticket.spoken}" in text
    assert "contato@exemplo.com.br" in text
    assert "situação: Encaminhado" in text
    assert f"impressão digital (SHA-256): {ticket.inspection.sha256}" in text
    assert "Qual sistema pede o CEI? " in text
    assert "True" not in text
    assert "None" not in text
    assert "{" not in text


def keys_of(content: Any) -> set[str]:
    """All keys, at any depth."""
    if isinstance(content, list):
        return set().union(*map(keys_of, content))
    if not isinstance(content, dict):
        return set()
    return set(content).union(*map(keys_of, content.values()))


def test_every_key_of_a_reading_is_told_in_portuguese(ticket: Ticket) -> None:
    (found,) = sources.read(e_cpf().der(), "um.cer").leaves
    inspection = ticket.inspection
    assert inspection
    for contract in (inspection.contract, found.contract(found.inspect())):
        assert keys_of(contract) <= KEYS.keys()
        assert len(keys_of(told(contract)) - set(KEYS.values())) == 0


def test_tells_of_a_call_that_is_no_ticket_yet(
    fill: Callable[..., Draft], ticket: Ticket, number: str
) -> None:
    fill()
    (call,) = hand_over(number)[0]["atendimentos_sem_chamado"]
    assert "contato@exemplo.com.br" in call["como_foi_escrito"].values()


@pytest.mark.parametrize(("form", "kind"), [("json", "application/json"), ("texto", "text/plain")])
def test_supervisors_download_it(
    supervisor: Client, ticket: Ticket, number: str, form: str, kind: str
) -> None:
    page = supervisor.post("/titular/", {"documento": number}).content.decode()
    assert ticket.spoken in page
    answer = supervisor.post("/titular/entregar/", {"documento": number, "formato": form})
    assert answer["Content-Type"].startswith(kind)
    assert answer["Content-Disposition"].startswith('attachment; filename="guiche-titular-')
    assert answer["Cache-Control"] == "no-store"
    assert ticket.customer in answer.content.decode()
    assert Record.objects.get().kind == "exported"


def test_erases_once_it_was_said_twice_and_reports_it(
    supervisor: Client, supervisao: User, ticket: Ticket, number: str, suporte: User
) -> None:
    ticket.move("cancel", suporte, "Aberto por engano")
    name = ticket.customer
    answer = supervisor.post("/titular/apagar/", {"documento": number})
    assert answer.status_code == 422
    assert not Record.objects.exists()
    page = supervisor.post("/titular/apagar/", {"documento": number, "certeza": "sim"})
    report = page.content.decode()
    assert "Relatório de apagamento" in report
    assert name not in report
    record = Record.objects.get()
    assert (record.kind, record.by, record.digest) == ("erased", supervisao, digest_of(number))
    ticket.refresh_from_db()
    assert ticket.erased_at
    ticket.verify_chain()
    assert record.what == "1 chamado, 0 atendimentos, 1 leitura"
    assert name not in supervisor.get("/registro/").content.decode()
    assert "Não há telefone" not in supervisor.get(f"/chamados/{ticket.number}/").content.decode()


def test_what_is_still_needed_stays_and_is_said(
    supervisor: Client, ticket: Ticket, number: str
) -> None:
    page = supervisor.post("/titular/apagar/", {"documento": number, "certeza": "sim"})
    assert "Encerre-o antes" in page.content.decode()
    record = Record.objects.get()
    assert len(record.detail["kept"]) == 1
    assert record.what == "0 chamados, 0 atendimentos, 1 leitura; 1 chamado em aberto não"


@pytest.mark.parametrize("typed", ["", "123", "111.111.111-11", "11.222.333/0001-82"])
def test_a_wrong_number_finds_nothing(supervisor: Client, typed: str) -> None:
    answer = supervisor.post("/titular/", {"documento": typed})
    assert answer.status_code == 422
    assert (
        supervisor.post("/titular/apagar/", {"documento": typed, "certeza": "sim"})["Location"]
        == "/titular/"
    )
    assert supervisor.post("/titular/entregar/", {"documento": typed})["Location"] == "/titular/"


@pytest.mark.parametrize("address", ["", "entregar/", "apagar/"])
def test_is_for_supervisors(client: Client, number: str, address: str) -> None:
    typed: dict[str, Any] = {"documento": number, "certeza": "sim"}
    assert client.post(f"/titular/{address}", typed).status_code == 403
    assert not Record.objects.exists()


def test_the_command_writes_a_file_for_this_account_alone(
    ticket: Ticket, number: str, tmp_path: Path
) -> None:
    file = tmp_path / "titular.json"
    call_command("export", number, str(file))
    assert file.stat().st_mode & 0o077 == 0
    assert json.loads(file.read_text("utf-8"))["chamados"][0]["protocolo"] == ticket.spoken
    with pytest.raises(CommandError, match="gravar"):
        call_command("export", number, str(file))
    assert Record.objects.count() == 1


def test_the_command_that_erases_leaves_a_record(
    ticket: Ticket, number: str, suporte: User
) -> None:
    ticket.move("cancel", suporte, "Aberto por engano")
    call_command("erase", number, "--yes")
    assert Record.objects.get().kind == "erased"
