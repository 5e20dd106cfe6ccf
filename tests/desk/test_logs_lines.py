"""A record is one line or one object, tells its request, person and ticket, and is not forged."""

import json
import logging
import re
import runpy
from datetime import datetime
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from guiche.desk import settings as module
from guiche.desk.logs.context import RequestContext, about
from guiche.desk.logs.lines import Json, Lines
from guiche.desk.models import Ticket, User

log = logging.getLogger("guiche.desk.tried")
FORGED = "fim\n2026-01-01T00:00:00.000Z INFO root: forjado\r\u2028\x1b[31m"


def made(message: str, *arguments: object, error: BaseException | None = None) -> logging.LogRecord:
    exc_info = (type(error), error, error.__traceback__) if error else None
    return log.makeRecord(log.name, logging.WARNING, __file__, 1, message, arguments, exc_info)


def fields(record: logging.LogRecord) -> dict[str, Any]:
    line = Json().format(record)
    assert len(line.splitlines()) == 1
    read: dict[str, Any] = json.loads(line)
    return read


def test_one_object_with_moment_level_logger_and_message() -> None:
    found = fields(made("%s foi", "ação"))
    assert datetime.fromisoformat(found.pop("at")).utcoffset() is not None
    assert found == {"level": "WARNING", "logger": "guiche.desk.tried", "message": "ação foi"}


def test_one_line_with_the_same() -> None:
    line = Lines().format(made("%s foi", "ação"))
    assert re.fullmatch(r"\S+T\S+\.\d{3}Z WARNING guiche\.desk\.tried: ação foi", line)


def test_a_message_forges_no_record() -> None:
    assert len(Lines().format(made(FORGED)).splitlines()) == 1
    assert fields(made(FORGED))["message"] == FORGED


def test_an_exception_forges_no_record() -> None:
    error = ValueError(FORGED)
    first, *rest = Lines().format(made("falhou", error=error)).splitlines()
    assert first.endswith("falhou")
    assert rest
    assert all(line.startswith("  ") for line in rest)
    assert "forjado" in fields(made("falhou", error=error))["exception"]


def test_arguments_that_do_not_fit_are_not_shown() -> None:
    assert fields(made("só %s", "a", "529.982.247-25"))["message"].startswith("só %s (")


class View:
    """Stands for the rest of the chain, and keeps what is known within it."""

    def __call__(self, request: HttpRequest) -> HttpResponse:
        self.fields = fields(made("dentro"))
        return HttpResponse()


@pytest.mark.parametrize("given", ["4f9a0c1d2e3b4a5968778695a4b3c2d1", "proxy-1.42-abcdef"])
def test_the_id_of_the_proxy_is_kept(given: str) -> None:
    view = View()
    answer = RequestContext(view)(RequestFactory().get("/", headers={"X-Request-ID": given}))
    assert answer.headers["X-Request-ID"] == view.fields["request_id"] == given
    assert "request_id" not in fields(made("fora"))


@pytest.mark.parametrize("given", ["", "curto", "a b c d e f g h", "x" * 65, "529.982.247-25"])
def test_an_id_that_is_not_sane_is_replaced(given: str) -> None:
    view = View()
    RequestContext(view)(RequestFactory().get("/", headers={"X-Request-ID": given}))
    assert re.fullmatch(r"[0-9a-f]{32}", view.fields["request_id"])


@pytest.mark.django_db
def test_a_fault_in_a_page_tells_request_person_and_ticket(
    client: Client,
    relacionamento: User,
    ticket: Ticket,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    client.force_login(relacionamento)
    client.raise_request_exception = False
    told: list[dict[str, Any]] = []

    class Keeping(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            told.append(fields(record))

    def broken(*_: object) -> None:
        raise RuntimeError("quebrou para 529.982.247-25")

    monkeypatch.setattr(Ticket, "moves_for", broken)
    logger, handler = logging.getLogger("django.request"), Keeping()
    logger.addHandler(handler)
    try:
        answer = client.get(f"/chamados/{ticket.number}/", headers={"X-Request-ID": "pedido-00a1"})
    finally:
        logger.removeHandler(handler)
    assert answer.status_code == 500
    (fault,) = told
    assert fault["request_id"] == answer.headers["X-Request-ID"] == "pedido-00a1"
    assert fault["user_id"] == relacionamento.pk
    assert fault["protocolo"] == ticket.spoken
    assert f"/chamados/{ticket.number}/" in fault["message"]
    assert "quebrou para [número]" in fault["exception"]


def test_the_worker_tells_which_ticket() -> None:
    with about("482 170 365-7"):
        assert fields(made("x"))["protocolo"] == "482 170 365-7"
    assert "protocolo" not in fields(made("x"))


@pytest.mark.parametrize(("value", "form"), [("", "Lines"), ("lines", "Lines"), ("json", "Json")])
def test_the_setting_chooses(value: str, form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GUICHE_LOG", value)
    settings = runpy.run_path(str(module.__file__))
    assert settings["LOGGING"]["formatters"]["form"] == {"()": f"guiche.desk.logs.lines.{form}"}
