"""A connection is tried by the code that delivers, and nothing of it stays here."""

import pytest

from desk.deliveries.memory import Desk, before, refused
from guiche.desk.deliveries.trial import dry_run, try_out
from guiche.desk.models import Connection, Delivery, Link, Ticket

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
    checks = dry_run(connection)
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


def test_nothing_of_it_is_stored(connection: Connection, desk: Desk) -> None:
    dry_run(connection)
    assert not any(rows.objects.exists() for rows in (Ticket, Link, Delivery))


def test_it_stops_at_what_fails_with_the_words_of_the_desk(
    connection: Connection, desk: Desk
) -> None:
    desk.fail("forward", before(refused("Equipe 18 inexistente")))
    checks = dry_run(connection)
    assert (checks[-1].label, checks[-1].ok) == ("Encaminhar", False)
    assert checks[-1].words == "Equipe 18 inexistente"
