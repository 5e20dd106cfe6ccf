"""The page that shows what the API does: nothing of the document is missing, its examples serve."""

import json
from typing import Any

import pytest

from calls import answers, signed_in
from desk.api.caller import Caller
from guiche.desk.api.v1 import api
from guiche.desk.models import User
from guiche.desk.pages import operations
from guiche.desk.pages.operations import Operation

ALL = [each for _, group in operations.groups() for each in group]

pytestmark = pytest.mark.django_db


def test_every_operation_stands_there_once() -> None:
    paths = api.get_openapi_schema()["paths"]
    told = {(method.upper(), path) for path, each in paths.items() for method in each}
    assert {(each.method, each.path) for each in ALL} == told
    assert len({each.key for each in ALL}) == len(ALL) == len(told)


def test_each_says_which_permission_it_needs() -> None:
    scopes = {(each.method, each.path): each.scope for each in ALL}
    assert scopes["POST", "/api/v1/tickets"] == "tickets:write"
    assert scopes["GET", "/api/v1/tickets"] == "tickets:read"
    assert scopes["POST", "/api/v1/search"] == "search"


def test_what_is_sent_and_answered_is_told_with_its_bounds() -> None:
    opens = next(each for each in ALL if each.title == "Abre um chamado")
    rows = {row.name: row for body in opens.sent for row in body.rows}
    assert rows["procedure"].kind == "texto, até 80 caracteres, ou null"
    assert rows["due"].kind == "vazio ou term ou before ou after"
    answered = [row.name for _, bodies in opens.answers for body in bodies for row in body.rows]
    assert "promise.due_at" in answered
    lists = next(each for each in ALL if each.title == "Lista chamados")
    parameters = {row.name: row.kind for row in lists.parameters}
    assert parameters["limit"] == "número inteiro, de 1 a 200"
    assert parameters["state"].startswith("lista de forwarded ou waiting_customer")


@pytest.mark.parametrize(
    "operation", [each for each in ALL if each.sent], ids=lambda each: each.key
)
def test_its_example_has_the_right_form(operation: Operation, supervisao: User) -> None:
    caller = Caller(supervisao)
    number = caller.post("/tickets", {"facts": answers()}).json()["number"]
    path = operation.path.removeprefix("/api/v1").replace("{number}", number)
    example: Any = json.loads(operation.sent[0].example)
    told = caller.post(path, example).json()
    assert not told.get("type", "").endswith(("invalid", "bad-request"))


def test_the_page_says_all_of_it(supervisao: User) -> None:
    page = signed_in(supervisao).get("/programas/documento/")
    text = page.content.decode()
    for each in ALL:
        assert f"{each.method} {each.path}</code>" in text
    assert "key-reused" in text
    assert "Content-Security-Policy" in page.headers
    assert "data:" not in page.headers["Content-Security-Policy"]
