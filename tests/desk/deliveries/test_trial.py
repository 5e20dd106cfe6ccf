"""A connection is tried by the code that delivers, and nothing of it stays here."""

import pytest

from desk.deliveries.memory import Desk, after, before, lost, refused
from guiche.desk import clock
from guiche.desk.connectors.opened import Opened
from guiche.desk.deliveries.reconcile import reconcile_due
from guiche.desk.deliveries.trial import trial_ticket, try_out
from guiche.desk.models import Connection, Delivery, Link, Stray, Ticket

pytestmark = pytest.mark.django_db


def test_the_settings_are_checked(connection: Connection) -> None:
    assert [check.ok for check in try_out(connection)] == [True]
    connection.set({"queue": "Suprote"})
    (check,) = try_out(connection)
    assert (check.ok, check.words) == (False, "Esta fila não existe.")


def test_settings_that_cannot_be_used_say_so(connection: Connection) -> None:
    connection.sealed = b"nothing"
    (check,) = try_out(connection)
    assert not check.ok
    assert "Digite-as de novo" in check.words


def test_a_test_ticket_goes_through_every_step_and_is_ended(
    connection: Connection, desk: Desk
) -> None:
    checks = trial_ticket(connection)
    assert [check for check in checks if not check.ok] == []
    (held,) = desk.tickets
    assert "TESTE do Guichê" in held.title
    assert held.closed
    assert held.team == "Relacionamento"
    assert any("ação – ç ã €" in note for note in held.notes)
    assert held.files
    assert [check.label for check in checks] == [
        "Achar o cliente", "Abrir o chamado", "Achar pela marca", "Anexar a leitura",
        "Escrever a solução", "Encaminhar", "Anotar", "Encerrar",
    ]  # fmt: skip


def test_nothing_of_it_is_stored_but_that_it_was_a_test(connection: Connection, desk: Desk) -> None:
    trial_ticket(connection)
    assert Stray.objects.get().why == "Chamado de teste."
    assert reconcile_due(Opened(), clock.now()) == 0
    assert not Stray.unsettled().exists()
    assert not any(rows.objects.exists() for rows in (Ticket, Link, Delivery))


def test_it_stops_at_what_fails_with_the_words_of_the_desk(
    connection: Connection, desk: Desk
) -> None:
    desk.fail("forward", before(refused("Equipe 18 inexistente")))
    checks = trial_ticket(connection)
    assert [(check.label, check.ok) for check in checks[-2:]] == [
        ("Encaminhar", False), ("Encerrar", True),
    ]  # fmt: skip
    assert checks[-2].words == "Equipe 18 inexistente"
    assert [held.closed for held in desk.tickets] == [True]


def test_one_that_stays_open_is_told(connection: Connection, desk: Desk) -> None:
    desk.fail("forward", before(refused("Equipe 18 inexistente")))
    desk.fail("close", before(refused("Sem permissão.")))
    last = trial_ticket(connection)[-1]
    assert (last.label, last.ok) == ("Encerrar", False)
    assert last.words == "Sem permissão. O chamado nº M-1 ficou aberto lá: encerre-o."


def test_where_nobody_knows_whether_it_is_open_a_person_looks(
    connection: Connection, desk: Desk
) -> None:
    desk.fail("create", after(lost()))
    last = trial_ticket(connection)[-1]
    assert not last.ok
    assert f"Procure lá por {desk.tickets[0].key}" in last.words


def test_names_that_the_desk_would_never_miss(desk: Desk, db: None) -> None:
    made = Connection(kind="sample", name="Exemplo")
    made.set({
        "url": "https://desk.exemplo.com.br", "password": "segredo-de-teste",
        "teams": "Relacionamento = 18\nN2 = 19", "categories": "Certificado digital = 345",
        "infos": "phone_1 = 1\nemail = 2\nwanted_number = 3",
    })  # fmt: skip
    names = [check for check in try_out(made) if check.label.startswith("Nomes em")]
    assert [(check.label, check.ok) for check in names] == [
        ("Nomes em Equipes", False), ("Nomes em Categorias", False), ("Nomes em Informações", True),
    ]  # fmt: skip
    assert names[0].words == "O Guichê não conhece: N2. Conhece: Relacionamento."
    assert "não conhece: Certificado digital. Conhece: Certificado digital: sem" in names[1].words
    made.set({"url": "https://desk.exemplo.com.br", "infos": "telefone_2 = 322"})
    assert "não conhece: telefone_2. Conhece: key; name; " in try_out(made)[-1].words
