"""A program that is called: signed, in order, again after a failure, and never into the network."""

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from calls import signed_in
from guiche.desk import clock
from guiche.desk.connectors.connection import Connection
from guiche.desk.connectors.connector import DeliveryError, Outcome
from guiche.desk.connectors.happening import Happening
from guiche.desk.connectors.settings import SettingsRefused
from guiche.desk.connectors.webhook import Webhook
from guiche.desk.connectors.webhook.settings import WebhookSettings
from guiche.desk.connectors.webhook.signature import signed
from guiche.desk.deliveries.dispatch import Dispatcher
from guiche.desk.models import Delivery, Ticket, User
from guiche.desk.tickets.erasure import erase

SECRET = "whsec_" + "A" * 43 + "="


def test_it_is_asked_for_no_number_and_no_test_ticket(supervisao: User) -> None:
    client = signed_in(supervisao)
    shown = client.get("/integracoes/nova/webhook/").content.decode()
    assert "os próximos eventos são avisados" in shown
    assert 'name="numbers"' not in shown
    assert 'name="numbers"' in client.get("/integracoes/nova/rt/").content.decode()


class Program:
    """A program that is called; `statuses` are what it answers, then 204."""

    def __init__(self) -> None:
        self.calls: list[tuple[dict[str, str], bytes]] = []
        self.statuses: list[int] = []
        program = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                program.calls.append(({k.lower(): v for k, v in self.headers.items()}, body))
                status = program.statuses.pop(0) if program.statuses else 204
                self.send_response(status)
                if status == 302:
                    self.send_header("Location", "http://127.0.0.1:1/")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/aviso?loja=1"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def told(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _, body in self.calls]


@pytest.fixture
def program() -> Iterator[Program]:
    program = Program()
    yield program
    program.server.shutdown()
    program.server.server_close()


@pytest.fixture
def inside(settings: Settings) -> None:
    settings.WEBHOOK_PRIVATE = True


@pytest.fixture
def connection(db: None, inside: None, program: Program) -> Connection:
    connection = Connection(kind="webhook", name="Programa", numbers=False)
    connection.set({"url": program.url, "secret": SECRET})
    connection.keep()
    return connection


def deliver(rounds: int = 6) -> None:
    dispatcher = Dispatcher(threads=1)
    for _ in range(rounds):
        dispatcher.round()
        dispatcher.finish()


@pytest.mark.usefixtures("connection")
def test_every_event_is_told_in_order(program: Program, ticket: Ticket, supervisao: User) -> None:
    reason = ticket.procedure.reasons["cancel"][0]
    ticket.move("cancel", supervisao, reason, "Ana Exemplo desistiu.")
    erase(ticket, "Pedido do titular dos dados", supervisao)
    deliver()
    kinds = [told["event"]["kind"] for told in program.told]
    assert kinds == ["submitted", "forwarded", "cancelled", "erased"]
    assert [told["event"]["state"] for told in program.told] == [
        None, "forwarded", "cancelled", None,
    ]  # fmt: skip
    ids = [headers["webhook-id"] for headers, _ in program.calls]
    assert ids == [f"{ticket.key}.{seq}" for seq in (1, 2, 3, 4)]
    assert not Delivery.objects.filter(open=True).exists()


@pytest.mark.usefixtures("connection")
def test_nothing_of_the_customer_is_told(program: Program, ticket: Ticket) -> None:
    deliver()
    said = str(program.calls)
    assert ticket.number in said
    for key in ("name", "document", "requester_name", "phone_1", "email", "wanted_number"):
        assert ticket.facts[key] not in said


@pytest.mark.usefixtures("connection")
def test_the_signature_is_that_of_the_standard(program: Program, ticket: Ticket) -> None:
    deliver()
    headers, body = program.calls[0]
    expected = signed(SECRET, f"{ticket.key}.1", clock.now(), body)
    assert {name: headers[name] for name in expected} == expected


def test_a_failure_is_told_again_with_the_same_id(
    program: Program, connection: Connection, stopped_clock: Any, open_ticket: Callable[..., Ticket]
) -> None:
    program.statuses = [503]
    ticket = open_ticket()
    deliver(1)
    assert Delivery.objects.filter(open=True).count() == 2
    stopped_clock.forward(minutes=10)
    deliver()
    ids = [headers["webhook-id"] for headers, _ in program.calls]
    assert ids == [f"{ticket.key}.1", f"{ticket.key}.1", f"{ticket.key}.2"]


@pytest.mark.usefixtures("connection")
def test_a_refusal_is_shown_to_a_person(
    program: Program, open_ticket: Callable[..., Ticket]
) -> None:
    program.statuses = [410]
    open_ticket()
    deliver()
    states = list(Delivery.objects.order_by("pk").values_list("state", flat=True))
    assert states == ["rejected", "done"]


def test_a_redirect_is_not_followed(program: Program, inside: None) -> None:
    program.statuses = [302]
    webhook = Webhook(WebhookSettings.read({"url": program.url, "secret": SECRET}))
    with pytest.raises(DeliveryError) as caught:
        webhook.tell(Happening("G1.1", {}))
    assert caught.value.outcome is Outcome.RETRY
    assert len(program.calls) == 1


def test_nothing_is_called_inside_the_network(program: Program) -> None:
    port = program.server.server_port
    for host in ("127.0.0.1", "localhost"):
        settings = WebhookSettings.read({"url": f"https://{host}:{port}", "secret": SECRET})
        with pytest.raises(DeliveryError, match="GUICHE_WEBHOOK_PRIVATE"):
            Webhook(settings).tell(Happening("G1.1", {}))
    assert program.calls == []


@pytest.mark.parametrize(
    ("url", "secret", "key"),
    [
        ("http://programa.example", SECRET, "url"),
        ("https://xn--/", SECRET, "url"),
        ("https://0177.0.0.1/", SECRET, "url"),
        ("https://programa.example\t/", SECRET, "url"),
        ("https://ⓛocalhost/", SECRET, "url"),
        ("https://programa.example", "segredo", "secret"),
        ("https://programa.example", "whsec_" + "A" * 8, "secret"),
    ],
)
def test_settings_that_are_refused(url: str, secret: str, key: str) -> None:
    with pytest.raises(SettingsRefused) as caught:
        WebhookSettings.read({"url": url, "secret": secret})
    assert key in caught.value.problems


def test_the_check_calls_it(program: Program, connection: Connection) -> None:
    checks = list(connection.connect().check())
    assert [check.ok for check in checks] == [True]
    assert program.told[0]["type"] == "ping"
