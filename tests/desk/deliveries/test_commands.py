"""`guiche deliveries` and `guiche connections`: lines and NDJSON, masked, with an exit status."""

import json

import pytest

from calls import ticket_of
from desk.conftest import Command
from desk.deliveries.conftest import Run
from desk.deliveries.memory import Desk, Held, before, refused
from guiche.cli import FAILED
from guiche.desk import clock
from guiche.desk.connectors.connector import DeliveryError, Outcome
from guiche.desk.models import Connection, Delivery, User

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]


@pytest.fixture
def create(desk: Desk, connection: Connection, suporte: User, run: Run) -> Delivery:
    desk.fail("create", before(refused("Categoria inválida\x1b[2J")))
    ticket_of(suporte, document="111.444.777-35", name="Ana Exemplo da Silva")
    run()
    return Delivery.objects.get(step="create")


def test_lines_are_masked_and_safe_to_show(guiche: Command, create: Delivery) -> None:
    status, out, _ = guiche("deliveries", "list")
    assert status == 0
    first = out.splitlines()[0]
    assert first.startswith(f"{create.pk}  Recusado  Abrir o chamado  Central  ")
    assert "Ana E. S." in first
    assert "Categoria inválida?[2J" in first
    assert "Ana Exemplo" not in out
    assert len(out.splitlines()) == Delivery.objects.exclude(state="done").count()


def test_objects_are_one_a_line(guiche: Command, create: Delivery) -> None:
    status, out, _ = guiche("deliveries", "list", "--state", "rejected", "--json")
    (row,) = map(json.loads, out.splitlines())
    assert status == 0
    assert (row["id"], row["state"], row["step"]) == (create.pk, "rejected", "create")
    assert row["error"].startswith("Categoria inválida")
    assert row["customer"] == "Ana E. S."


def test_none_is_an_answer(guiche: Command, create: Delivery) -> None:
    assert guiche("deliveries", "list", "--connection", "Outra") == (1, "", "")
    assert guiche("deliveries", "list", "--state", "unknown")[0] == 1


def test_one_is_shown_whole(guiche: Command, create: Delivery) -> None:
    status, out, _ = guiche("deliveries", "show", str(create.pk))
    assert status == 0
    assert "Criado em: 23/11/2026 14:44" in out
    assert "Tentativas: 1" in out
    row = json.loads(guiche("deliveries", "show", str(create.pk), "--json")[1])
    assert row["attempts"] == 1


def test_one_is_tried_again(guiche: Command, create: Delivery, run: Run) -> None:
    assert guiche("deliveries", "retry", str(create.pk))[0] == 0
    run()
    create.refresh_from_db()
    assert create.state == Delivery.State.DONE
    status, out, err = guiche("deliveries", "retry", str(create.pk))
    assert (status, out) == (FAILED, "")
    assert "já terminou" in err


def test_one_is_dropped_with_a_reason(guiche: Command, create: Delivery) -> None:
    assert guiche("deliveries", "drop", str(create.pk))[0] == FAILED
    status, _, err = guiche("deliveries", "drop", str(create.pk), "--why", " ")
    assert status == FAILED
    assert "Escreva por que" in err
    assert guiche("deliveries", "drop", str(create.pk), "--why", "À mão")[:2] == (
        0, "Dispensados: 4.\n",
    )  # fmt: skip
    create.refresh_from_db()
    assert create.why.startswith("À mão (")
    assert create.ended_by is None
    assert "Motivo: À mão (" in guiche("deliveries", "show", str(create.pk))[1]


@pytest.mark.parametrize(
    "words",
    [
        ("deliveries", "show", "999999"),
        ("deliveries", "retry", "999999"),
        ("deliveries", "show", "x"),
        ("connections", "check", "Outra"),
    ],
)
def test_what_there_is_not_is_a_failure(guiche: Command, words: tuple[str, ...]) -> None:
    status, out, err = guiche(*words)
    assert (status, out) == (FAILED, "")
    assert err.strip()


def test_connections_and_how_they_stand(guiche: Command, connection: Connection) -> None:
    assert guiche("connections", "list") == (
        0, "Central  Memória  Ligada; nenhum chamado enviado ainda.\n", "",
    )  # fmt: skip
    row = json.loads(guiche("connections", "list", "--json")[1])
    assert (row["name"], row["stopped"]) == ("Central", False)
    assert "segredo" not in str(row)
    Connection.objects.all().delete()
    assert guiche("connections", "list")[0] == 1


def test_a_connection_is_checked(guiche: Command, connection: Connection) -> None:
    assert guiche("connections", "check", "Central") == (0, "certo  Fila\n", "")
    connection.set({"queue": "Outra"})
    connection.keep()
    status, out, _ = guiche("connections", "check", "Central")
    assert (status, out) == (1, "NÃO  Fila  Esta fila não existe.\n")
    row = json.loads(guiche("connections", "check", "Central", "--json")[1])
    assert row == {"label": "Fila", "ok": False, "words": "Esta fila não existe."}


def test_what_a_restored_copy_has_waiting_is_looked_up_before_it_is_sent(
    guiche: Command, desk: Desk, connection: Connection, suporte: User, run: Run
) -> None:
    """It was sent after the copy was made."""
    run()  # a worker was here before
    ticket = ticket_of(suporte, document="111.444.777-35", name="Ana Exemplo da Silva")
    desk.tickets.append(Held("1", f"G{ticket.number}", "x", clock.now()))
    assert guiche("deliveries", "doubt")[:2] == (0, "Vão ser conferidos antes de sair: 5.\n")
    run()
    assert len(desk.tickets) == 1
    assert Delivery.objects.get(step="create").state == "done"


def test_nobody_is_named_by_the_words_and_choices_of_the_desk(
    guiche: Command, desk: Desk, connection: Connection, suporte: User, run: Run
) -> None:
    words, choices = "Mais de um com 111.444.777-35", {"7": "Ana Exemplo da Silva"}
    desk.fail("customer", before(DeliveryError(words, Outcome.REJECTED, choices=choices)))
    ticket_of(suporte, document="111.444.777-35", name="Ana Exemplo da Silva")
    run()
    number = str(Delivery.objects.get(step="customer").pk)
    told = [
        guiche("deliveries", *each)[1]
        for each in (["list"], ["list", "--json"], ["show", number], ["show", number, "--json"])
    ]
    assert all("Mais de um com [" in each for each in told)
    assert not any("Ana Exemplo" in each or "444.777" in each for each in told)
    assert "Escolha em Envios: 7" in told[2]


def test_what_is_over_is_said_without_a_page(guiche: Command, create: Delivery) -> None:
    Delivery.objects.filter(pk=create.pk).update(state="done", open=False)
    for words in (["retry", str(create.pk)], ["drop", str(create.pk), "--why", "x"]):
        status, _out, said = guiche("deliveries", *words)
        assert status == FAILED
        assert f"já terminou. Veja guiche deliveries show {create.pk}." in said


def test_what_is_missing_or_not_known_is_named_as_it_is_typed(guiche: Command) -> None:
    assert "Falta informar --why." in guiche("deliveries", "drop", "1")[2]
    assert (
        "--state precisa ser um destes: waiting, sending, "
        in guiche("deliveries", "list", "--state", "foo")[2]
    )
