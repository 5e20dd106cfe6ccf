"""A key that is repeated: the first answer again, and never a second ticket, move or call."""

import json
from base64 import b64encode
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test.client import encode_multipart

from at_once import at_once
from calls import answers, zeros
from certificates import ZEROS, e_cnpj
from desk.api.caller import Caller, problem_of
from guiche.desk import clock, retention, vault
from guiche.desk.api.answered import KEPT, Answered
from guiche.desk.models import ContactAttempt, Inspection, Promise, Ticket, User
from guiche.desk.tickets.erasure import erase
from guiche.desk.tickets.undo import undo

pytestmark = pytest.mark.django_db

WHOLE = {"facts": answers()}
FORM = "multipart/form-data; boundary=limite"


@pytest.fixture
def caller(bruno: User) -> Caller:
    return Caller(bruno)


def test_the_first_answer_is_given_again(caller: Caller) -> None:
    first, second = (caller.post("/tickets", WHOLE, "chave-1") for _ in range(2))
    assert (first.status_code, first.content) == (second.status_code, second.content)
    assert first.headers["Location"] == second.headers["Location"]
    assert second.headers["Idempotent-Replayed"] == "true"
    assert Ticket.objects.count() == 1


def test_another_request_with_the_same_key_is_refused(caller: Caller) -> None:
    caller.post("/tickets", WHOLE, "chave-1")
    told = problem_of(caller.post("/tickets", {"facts": answers(name="Outra")}, "chave-1"), 422)
    assert told["type"].endswith("key-reused")
    number = Ticket.objects.get().number
    move = {"name": "cancel", "reason": "x"}
    problem_of(caller.post(f"/tickets/{number}/moves", move, "chave-1"), 422)


@pytest.mark.parametrize("kind", ["application/pkix-cert", "application/json", FORM])
def test_a_reading_is_kept_once(caller: Caller, kind: str) -> None:
    def ask(der: bytes, key: str) -> Any:
        content = {
            "application/pkix-cert": der,
            "application/json": json.dumps({"certificate": b64encode(der).decode()}),
            FORM: encode_multipart("limite", {"file": SimpleUploadedFile("c.cer", der)}),
        }[kind]
        return caller.post("/inspections?keep=true", content, key, content_type=kind)

    first, second = ask(zeros(), "chave-1"), ask(zeros(), "chave-1")
    assert first.status_code == 200, first.content
    assert first.json() == second.json()
    assert second.headers["Idempotent-Replayed"] == "true"
    assert Inspection.objects.get().pk == first.json()["items"][0]["id"]
    assert Answered.objects.get().body == f"[{Inspection.objects.get().pk}]".encode()
    told = problem_of(ask(e_cnpj(cei=ZEROS).der(), "chave-1"), 422)
    assert told["type"].endswith("key-reused")
    assert ask(zeros(), "chave-2").json() != first.json()


@pytest.mark.parametrize("key", ["", " ", "é", "a\tb", "k" * 256])
def test_what_is_no_key_is_refused_and_not_taken_for_none(caller: Caller, key: str) -> None:
    headers = {"Authorization": f"Bearer {caller.text}", "Idempotency-Key": key}
    answer: Any = caller.client.post("/api/v1/tickets", WHOLE, "application/json", headers=headers)
    assert "Idempotency-Key" in problem_of(answer, 400)["errors"]
    assert not Ticket.objects.exists()


def test_of_a_refusal_no_word_is_kept_and_it_is_judged_again(
    caller: Caller, supervisao: User
) -> None:
    first = caller.post("/tickets", {"facts": {"phone_1": "123"}}, "chave-1")
    assert problem_of(first, 422)["errors"]
    kept = Answered.objects.get()
    assert (kept.status, bytes(kept.sealed), kept.body) == (422, b"", None)
    again = caller.post("/tickets", {"facts": {"phone_1": "123"}}, "chave-1")
    assert again.content == first.content
    assert "Idempotent-Replayed" not in again.headers
    assert Answered.objects.count() == 1
    told = problem_of(caller.post("/tickets", WHOLE, "chave-1"), 422)
    assert told["type"].endswith("key-reused")


def test_what_was_refused_may_be_done_later_with_its_key_and_then_once(
    caller: Caller, supervisao: User
) -> None:
    number = caller.post("/tickets", WHOLE).json()["number"]
    ticket, boss = Ticket.objects.get(), Caller(supervisao)
    reopen = {"name": "reopen", "reason": "Problema continua"}
    problem_of(boss.post(f"/tickets/{number}/moves", reopen, "reabre"), 422)
    ticket.move("resolve", supervisao, "Cliente desistiu")
    done = [boss.post(f"/tickets/{number}/moves", reopen, "reabre") for _ in range(2)]
    assert [each.status_code for each in done] == [201, 201]
    assert done[1].headers["Idempotent-Replayed"] == "true"
    assert [event.kind for event in ticket.history].count("reopened") == 1


def test_two_tokens_may_use_the_same_key(caller: Caller, bruno: User) -> None:
    for each in (caller, Caller(bruno)):
        assert each.post("/tickets", WHOLE, "chave-1").status_code == 201
    assert Ticket.objects.count() == 2


def test_without_a_key_each_is_a_ticket(caller: Caller) -> None:
    numbers = {caller.post("/tickets", WHOLE).json()["number"] for _ in range(2)}
    assert len(numbers) == 2


def test_a_key_outlives_its_answer(caller: Caller) -> None:
    """As after a crash, were the two not one transaction; and after the answer was swept."""
    first = caller.post("/tickets", WHOLE, "chave-1").json()
    with clock.stopped_at(clock.now() + KEPT + timedelta(minutes=1)):
        assert retention.sweep(clock.now())["answers of the API"] == 1
        assert caller.post("/tickets", WHOLE, "chave-1").json()["number"] == first["number"]
    assert Ticket.objects.count() == 1


def test_a_failure_leaves_nothing_and_may_be_repeated(
    caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: bytes) -> bytes:
        raise OSError

    with monkeypatch.context() as patch:
        patch.setattr(vault, "seal", fail)
        problem_of(caller.post("/tickets", WHOLE, "chave-1"), 500)
    assert not Ticket.objects.exists()
    assert caller.post("/tickets", WHOLE, "chave-1").status_code == 201


def test_an_answer_is_kept_enciphered(caller: Caller) -> None:
    number = caller.post("/tickets", WHOLE, "chave-1").json()["number"]
    row = Answered.objects.get()
    assert number.encode() not in bytes(row.sealed)
    assert row.body
    assert json.loads(row.body)["number"] == number


@pytest.mark.parametrize("key", ["x" * 256, "çédille", "a\tb"])
def test_a_key_is_short_and_plain(caller: Caller, key: str) -> None:
    problem_of(caller.post("/tickets", WHOLE, key.encode("latin-1").decode("latin-1")), 400)


def test_a_move_and_a_call_are_made_once(caller: Caller, supervisao: User) -> None:
    number = caller.post("/tickets", WHOLE).json()["number"]
    boss, phone = Caller(supervisao), "(11) 98888-7777"
    call = {"phone": phone, "result": "no_answer"}
    for _ in range(2):
        assert boss.post(f"/tickets/{number}/attempts", call, "ligou").status_code == 201
    Answered.objects.all().delete()
    assert boss.post(f"/tickets/{number}/attempts", call, "ligou").status_code == 201
    assert ContactAttempt.objects.count() == 1
    reasons = {
        each["name"]: each["reasons"]
        for each in boss.get(f"/tickets/{number}/moves").json()["items"]
    }
    move = {"name": "cancel", "reason": reasons["cancel"][0]}
    assert boss.post(f"/tickets/{number}/moves", move, "cancela").status_code == 201
    Answered.objects.all().delete()
    assert boss.post(f"/tickets/{number}/moves", move, "cancela").json()["kind"] == "cancelled"
    kinds = [each["kind"] for each in boss.get(f"/tickets/{number}/events").json()["items"]]
    assert kinds == ["submitted", "forwarded", "attempted", "cancelled"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("keys", [1, 3])
def test_keys_that_race(database: str, keys: int) -> None:
    caller = Caller(User.objects.create_user("bruno"))

    def send(number: int) -> Any:
        answer = caller.post("/tickets", WHOLE, f"chave-{number % keys}")
        # Who is told to wait asks again, as a program would.
        for _ in range(200):
            if answer.status_code != 409:
                break
            assert answer.headers["Retry-After"] == "1"
            answer = caller.post("/tickets", WHOLE, f"chave-{number % keys}")
        return answer

    done = at_once([lambda n=n: send(n) for n in range(6)])  # type: ignore[misc]
    assert {answer.status_code for answer in done} == {201}
    assert len({answer.json()["number"] for answer in done}) == keys
    assert Ticket.objects.count() == Promise.objects.count() == keys


@pytest.mark.django_db(transaction=True)
def test_while_the_first_is_under_way(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """PostgreSQL says so at once; on SQLite the second waits, for one alone writes."""
    caller = Caller(User.objects.create_user("bruno"))
    real, second = vault.seal, list[Future[list[Any]]]()

    def meanwhile(content: bytes) -> bytes:
        monkeypatch.setattr(vault, "seal", real)
        second.append(pool.submit(at_once, [lambda: caller.post("/tickets", WHOLE, "chave-1")]))
        if database == "postgresql":
            second[0].result()
        return real(content)

    monkeypatch.setattr(vault, "seal", meanwhile)
    with ThreadPoolExecutor(1) as pool:
        first = caller.post("/tickets", WHOLE, "chave-1")
    assert first.status_code == 201
    (answer,) = second[0].result()
    assert Ticket.objects.count() == 1
    if database == "sqlite":
        assert answer.content == first.content
        return
    assert problem_of(answer, 409)["type"].endswith("in-progress")
    assert answer.headers["Retry-After"] == "1"


def test_a_call_that_was_undone_is_not_told_as_made(
    caller: Caller, carla: User, stopped_clock: Any
) -> None:
    """Also long after the answer itself was forgotten."""
    ticket = Ticket.find(caller.post("/tickets", WHOLE).json()["number"])
    assert ticket
    program, path = Caller(carla), f"/tickets/{ticket.number}/attempts"
    sent = {"phone": ticket.phones[0], "result": "no_answer"}
    assert program.post(path, sent, "chave-2").status_code == 201
    undo(ticket, 3, carla)
    retention.sweep(stopped_clock.forward(days=3))
    assert problem_of(program.post(path, sent, "chave-2"), 409)["type"].endswith("undone")
    assert not ContactAttempt.objects.exists()


def test_a_call_of_an_earlier_promise_is_told_again(
    caller: Caller, supervisao: User, stopped_clock: Any
) -> None:
    ticket = Ticket.find(caller.post("/tickets", WHOLE).json()["number"])
    assert ticket
    program, path = Caller(supervisao), f"/tickets/{ticket.number}/attempts"
    sent = {"phone": ticket.phones[0], "result": "no_answer"}
    first = program.post(path, sent, "chave-2")
    ticket.move("resolve", supervisao, "Cliente desistiu")
    ticket.move("reopen", supervisao, "Problema continua")
    retention.sweep(stopped_clock.forward(days=3))
    assert program.post(path, sent, "chave-2").json() == first.json()


def test_no_answer_outlives_the_data_of_its_customer(caller: Caller, supervisao: User) -> None:
    number = caller.post("/tickets", WHOLE, "chave-1").json()["number"]
    other = caller.post("/tickets", WHOLE, "chave-2").json()["number"]
    ticket, program = Ticket.find(number), Caller(supervisao)
    assert ticket
    sent = {"phone": ticket.phones[0], "result": "no_answer"}
    program.post(f"/tickets/{number}/attempts", sent, "chave-3")
    move = {"name": "cancel", "reason": "Aberto por engano", "note": "Falar com a Ana"}
    program.post(f"/tickets/{number}/moves", move, "chave-4")
    ticket.refresh_from_db()
    assert erase(ticket, "Pedido do titular dos dados")
    (kept,) = Answered.objects.all()
    assert kept.location.endswith(other)
    problem_of(program.post(f"/tickets/{number}/moves", move, "chave-4"), 422)
