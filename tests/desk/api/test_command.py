"""`guiche ticket` against the API itself, over a socket."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import httpx
import pytest
from click.testing import CliRunner, Result
from pytest_django.live_server_helper import LiveServer

from calls import answers, zeros
from desk.api.caller import Caller as Token
from guiche.cli.ticket import command
from guiche.cli.ticket.caller import PAUSES, Caller, Denied
from guiche.desk.models import Ticket, User

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def token(supervisao: User) -> Token:
    return Token(supervisao)


@pytest.fixture
def environment(live_server: LiveServer, token: Token) -> dict[str, str]:
    return {"GUICHE_API_URL": live_server.url, "GUICHE_API_TOKEN": token.text}


def run(environment: dict[str, str], *arguments: str, typed: str = "") -> Result:
    return CliRunner().invoke(command, arguments, env=environment, input=typed)


def test_a_whole_life(environment: dict[str, str], tmp_path: Path) -> None:
    file = tmp_path / "cliente.cer"
    file.write_bytes(zeros())
    opened = run(
        environment, "open", "--facts", "-", "--fact", "name=Mercado Exemplo Ltda", "--certificate",
        str(file), "--key", "chave-1", "--json", typed=json.dumps(answers()),
    )  # fmt: skip
    assert opened.exit_code == 0, opened.output
    ticket = Ticket.objects.get()
    assert json.loads(opened.stdout)["number"] == ticket.number
    assert ticket.facts["name"] == "Mercado Exemplo Ltda"

    assert run(environment, "show", ticket.spoken).exit_code == 0
    shown = run(environment, "show", *ticket.spoken.split())
    assert "  name: Mercado Exemplo Ltda\n" in shown.stdout
    assert "?" not in shown.stdout, "a line break that was taken for a control mark"
    assert ticket.spoken in run(environment, "list", "--state", "forwarded").stdout
    assert ticket.spoken in run(environment, "search", typed="mercado exemplo\n").stdout
    number, result = ticket.spoken.split(), ["--phone", "11988887777", "--result", "no_answer"]
    called = run(environment, "attempt", *number, *result)
    assert called.exit_code == 0, called.stdout
    assert "cancel  Cancelar o chamado\n    " in run(environment, "move", ticket.number).stdout
    possible = run(environment, "move", ticket.number, "--json").stdout.splitlines()
    cancel = next(each for each in map(json.loads, possible) if each["name"] == "cancel")
    moved = run(environment, "move", ticket.number, "cancel", "--reason", cancel["reasons"][0])
    assert moved.exit_code == 0, moved.output
    ticket.refresh_from_db()
    assert ticket.state == "cancelled"


def test_what_is_refused_is_said_key_by_key(environment: dict[str, str]) -> None:
    refused = run(environment, "open", "--fact", "phone_1=123")
    assert refused.exit_code == 1
    assert "phone_1: Escreva o telefone com DDD" in refused.output
    assert run(environment, "show", "4821703657").exit_code == 1
    assert run(environment, "list").exit_code == 1


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"GUICHE_API_URL": ""}, "GUICHE_API_URL"),
        ({"GUICHE_API_URL": "http://guiche.example"}, "TLS"),
        ({"GUICHE_API_TOKEN": ""}, "GUICHE_API_TOKEN"),
        ({"GUICHE_API_TOKEN": "guiche_errado"}, "Faça outro em Programas (API), no rodapé"),
        ({"GUICHE_API_TOKEN": "", "GUICHE_API_TOKEN_FILE": "/nada"}, "GUICHE_API_TOKEN_FILE"),
    ],
)
def test_what_is_set_up_wrong(
    environment: dict[str, str], changes: dict[str, str], words: str
) -> None:
    done = run({**environment, **changes}, "list")
    assert done.exit_code not in (0, 1) or "Error" in done.output
    assert words in done.output


def test_no_sentence_of_the_help_is_cut() -> None:
    _, _, listed = run({}, "--help").output.partition("Comandos:")
    assert "  move     Muda um chamado, " in listed
    assert "..." not in listed


class Unsteady(httpx.BaseTransport):
    """What each request meets in turn."""

    def __init__(self, *meets: Exception | httpx.Response) -> None:
        self.meets, self.keys = list(meets), list[str]()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.keys.append(request.headers["Idempotency-Key"])
        met = self.meets.pop(0)
        if isinstance(met, Exception):
            raise met
        return met


def calling(*meets: Exception | httpx.Response) -> Iterator[Any]:
    transport, slept = Unsteady(*meets), list[float]()
    client = httpx.Client(base_url="http://localhost", transport=transport)
    yield Caller(client, slept.append)
    yield transport.keys
    yield slept


def test_what_did_not_arrive_is_asked_again_with_the_same_key() -> None:
    caller, keys, slept = calling(
        httpx.ConnectError("x"), httpx.ReadTimeout("x"), httpx.Response(503),
        httpx.Response(409, headers={"Retry-After": "7"}),
        httpx.Response(201, json={"number": "1"}),
    )  # fmt: skip
    assert caller.post("/tickets", {}, "chave") == {"number": "1"}
    assert keys == ["chave"] * 5
    assert slept == [*PAUSES[:3], 7.0]


def test_there_is_an_end_to_it() -> None:
    caller, keys, _ = calling(*[httpx.ConnectError("x")] * 5)
    with pytest.raises(click.ClickException, match="GUICHE_API_URL"):
        caller.post("/tickets", {}, "chave")
    assert len(keys) == 5


def test_a_conflict_that_will_not_pass_is_none_to_wait_for() -> None:
    caller, keys, _ = calling(httpx.Response(409, json={"detail": "Mudou."}))
    with pytest.raises(Denied, match="Mudou"):
        caller.post("/tickets", {}, "chave")
    assert keys == ["chave"]


def test_what_is_no_desk() -> None:
    caller, *_ = calling(httpx.Response(200, text="<html>"))
    with pytest.raises(click.ClickException, match="não é um Guichê"):
        caller.post("/tickets", {}, "chave")
