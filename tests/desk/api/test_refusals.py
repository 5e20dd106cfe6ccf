"""No answer below /api/ is ever a page, and no cookie counts there."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from calls import answers, signed_in
from desk.api.caller import Caller, problem_of
from guiche.desk import clock
from guiche.desk.api import bearer
from guiche.desk.api.allowance import Allowance
from guiche.desk.api.token import ApiToken, Scope
from guiche.desk.models import User
from guiche.desk.search.query import Query

pytestmark = pytest.mark.django_db


@pytest.fixture
def caller(bruno: User) -> Caller:
    return Caller(bruno)


def bare(method: str, path: str, **headers: str) -> Any:
    return Client(raise_request_exception=False).generic(method, path, headers=headers)


@pytest.mark.parametrize("path", ["/api/", "/api/v1", "/api/v2/tickets", "/api/v1/nada"])
def test_404(path: str) -> None:
    problem_of(bare("GET", path), 404)


def test_405_says_what_is_allowed() -> None:
    answer = bare("DELETE", "/api/v1/tickets")
    problem_of(answer, 405)
    assert set(answer.headers["Allow"].split(", ")) == {"GET", "POST"}


def test_a_cookie_is_no_token(bruno: User) -> None:
    answer: Any = signed_in(bruno).get("/api/v1/tickets")
    problem_of(answer, 401)
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_another_host_is_refused() -> None:
    problem_of(bare("GET", "/api/v1/tickets", host="evil.example"), 400)


def test_only_json_is_json(caller: Caller) -> None:
    problem_of(caller.post("/tickets", "{}", content_type="text/plain"), 415)
    problem_of(caller.post("/tickets", "{"), 400)
    problem_of(caller.post("/tickets", '{"facts": {"name": NaN}}'), 400)
    problem_of(caller.post("/tickets", "[" * 100_000), 400)
    problem_of(caller.post("/tickets", b"\xff\xfe"), 400)


def test_keys_are_told_by_name(caller: Caller) -> None:
    told = problem_of(caller.post("/tickets", {"facts": {"name": 3}, "x": 1}), 422)
    assert told["errors"] == {
        "facts.name": "É um texto: escreva entre aspas.",
        "x": "Esta chave não existe aqui.",
    }


def test_what_is_too_large(caller: Caller, settings: Settings) -> None:
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 100
    kind = "application/octet-stream"
    problem_of(caller.post("/inspections", b"x" * 101, content_type=kind), 413)


def test_a_fault_of_ours_is_a_problem(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: Query) -> None:
        raise RuntimeError("segredo")

    monkeypatch.setattr(Query, "tickets", fail)
    told = problem_of(caller.post("/search", {"text": "ana exemplo"}), 500)
    assert "segredo" not in json.dumps(told)


def test_scopes(bruno: User) -> None:
    reader = Caller(bruno, Scope.READ)
    assert reader.get("/tickets").status_code == 200
    told = problem_of(reader.post("/tickets", {"facts": answers()}), 403)
    assert told["type"].endswith("scope-missing")
    problem_of(reader.post("/search", {"text": "x"}), 403)
    problem_of(reader.post("/inspections", "x", content_type="text/plain"), 403)
    problem_of(Caller(bruno, Scope.INSPECTIONS).get("/tickets"), 403)


def test_a_token_ends(bruno: User) -> None:
    for end in ("revoke", "expire", "account"):
        caller = Caller(bruno)
        assert caller.get("/tickets").status_code == 200
        if end == "revoke":
            caller.token.revoke()
        elif end == "expire":
            ApiToken.objects.filter(pk=caller.token.pk).update(expires_at=clock.now())
        else:
            User.objects.filter(pk=bruno.pk).update(is_active=False)
        problem_of(caller.get("/tickets"), 401)


def test_too_many(caller: Caller, bruno: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bearer, "ALLOWANCE", Allowance(2))
    with clock.stopped_at(clock.now().replace(second=0, microsecond=0)):
        assert [caller.get("/tickets").status_code for _ in range(3)] == [200, 200, 429]
        answer = caller.get("/tickets")
        problem_of(answer, 429)
        assert answer.headers["Retry-After"] == "60"
        assert Caller(bruno).get("/tickets").status_code == 200
    with clock.stopped_at(clock.now() + timedelta(minutes=2)):
        assert caller.get("/tickets").status_code == 200


def test_guessing_is_slowed_down(caller: Caller) -> None:
    with clock.stopped_at(clock.now()):
        headers = {"authorization": f"Bearer {caller.text[:-1]}?"}
        seen = [bare("GET", "/api/v1/tickets", **headers).status_code for _ in range(61)]
    assert seen == [401] * 60 + [429]


def test_the_token_is_nowhere_in_the_log(caller: Caller, caplog: pytest.LogCaptureFixture) -> None:
    caller.post("/tickets", {"facts": {}})
    bare("GET", "/api/v1/tickets", authorization=f"Bearer {caller.text}x")
    assert caller.token.shown in caplog.text
    assert caller.text not in caplog.text


def test_the_use_of_a_token_is_seen(caller: Caller) -> None:
    assert caller.token.last_used_at is None
    caller.get("/tickets")
    caller.token.refresh_from_db()
    assert caller.token.last_used_at


@pytest.mark.parametrize("name", ["opened_since", "opened_until", "moved_since"])
@pytest.mark.parametrize(
    "moment", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "9999-12-31T23:59:59"]
)
def test_a_moment_outside_of_all_time_is_refused(caller: Caller, name: str, moment: str) -> None:
    told = problem_of(caller.get("/tickets", **{name: moment}), 422)
    assert set(told["errors"]) == {name}


def test_a_moment_without_an_offset_is_of_the_desk(caller: Caller) -> None:
    assert caller.get("/tickets", opened_since="2026-11-23T02:00:00").status_code == 200


@pytest.mark.parametrize(
    "kind", ["multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; a=\xe9"]
)
def test_a_form_without_parts_is_not_understood(caller: Caller, kind: str) -> None:
    problem_of(caller.post("/inspections", "x", content_type=kind), 400)


def test_no_length_but_a_number_is_believed(caller: Caller) -> None:
    headers = {"Authorization": f"Bearer {caller.text}"}
    for length in ("9" * 5000, "٣", "-1"):
        answer: Any = caller.client.generic(
            "POST", "/api/v1/search", b"{}", headers=headers, CONTENT_LENGTH=length
        )
        problem_of(answer, 413)
