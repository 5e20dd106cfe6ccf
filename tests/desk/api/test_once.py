"""A key that is repeated: the first answer again, and never a second ticket, move or call."""

import json
from datetime import timedelta
from typing import Any

import pytest

from at_once import at_once
from calls import answers
from desk.api.caller import Caller, problem_of
from guiche.desk import clock, retention, vault
from guiche.desk.api.answered import KEPT, Answered
from guiche.desk.models import ContactAttempt, Promise, Ticket, User
from guiche.desk.tickets.erasure import ON_REQUEST, erase
from guiche.desk.tickets.undo import undo

pytestmark = pytest.mark.django_db

WHOLE = {"facts": answers()}


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


def test_a_refusal_is_an_answer_too(caller: Caller, bruno: User) -> None:
    first = caller.post("/tickets", {"facts": {}}, "chave-1")
    problem_of(first, 422)
    again = caller.post("/tickets", {"facts": {}}, "chave-1")
    assert again.content == first.content
    assert problem_of(again, 422)["errors"]


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
    if database == "sqlite":
        pytest.skip("one writer")
    caller = Caller(User.objects.create_user("bruno"))
    real, second = vault.seal, list[Any]()

    def meanwhile(content: bytes) -> bytes:
        monkeypatch.setattr(vault, "seal", real)
        second.extend(at_once([lambda: caller.post("/tickets", WHOLE, "chave-1")]))
        return real(content)

    monkeypatch.setattr(vault, "seal", meanwhile)
    assert caller.post("/tickets", WHOLE, "chave-1").status_code == 201
    told = problem_of(second[0], 409)
    assert told["type"].endswith("in-progress")
    assert second[0].headers["Retry-After"] == "1"
    assert Ticket.objects.count() == 1


def test_what_was_answered_of_an_erased_ticket_is_not_given_again(supervisao: User) -> None:
    caller = Caller(supervisao)
    number = caller.post("/tickets", WHOLE, "chave-1").json()["number"]
    ticket = Ticket.objects.get()
    call = {"result": "busy", "phone": ticket.phones[0], "note": "O genro atende."}
    reason = ticket.procedure.reasons["cancel"][0]
    cancel = {"name": "cancel", "reason": reason, "note": "Falei com o genro."}
    asked = {f"/tickets/{number}/attempts": call, f"/tickets/{number}/moves": cancel}
    for path, content in asked.items():
        answer = caller.post(path, content, path)
        assert answer.status_code == 201
        assert "genro" in answer.content.decode()
    ticket.refresh_from_db()
    erase(ticket, ON_REQUEST, supervisao)
    for path, content in asked.items():
        again = caller.post(path, content, path).content.decode()
        assert "genro" not in again
        assert "3333" not in again
    assert caller.post("/tickets", WHOLE, "chave-1").json()["number"] == number


def test_a_call_that_was_undone_is_not_made_again(supervisao: User) -> None:
    caller = Caller(supervisao)
    caller.post("/tickets", WHOLE)
    ticket = Ticket.objects.get()
    path, call = f"/tickets/{ticket.number}/attempts", {"result": "busy", "phone": ticket.phones[0]}
    assert caller.post(path, call, "chave-1").status_code == 201
    undo(ticket, ticket.events.count(), supervisao)
    Answered.objects.all().delete()  # as after its time
    told = problem_of(caller.post(path, call, "chave-1"), 409)
    assert told["type"].endswith("answer-lost")
    assert not ContactAttempt.objects.exists()
