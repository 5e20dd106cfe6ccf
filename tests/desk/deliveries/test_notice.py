"""A desk that calls: heard where it is signed, told nothing otherwise."""

import hmac
from typing import Any

import pytest
from django.test import Client

from guiche.desk import clock
from guiche.desk.connectors.connector import Created
from guiche.desk.models import Connection, Link, Ticket
from guiche.desk.pages.notice import LARGEST

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock", "desk")]

SECRET = "segredo-dos-avisos"


@pytest.fixture
def sample() -> Connection:
    made = Connection(kind="sample", name="Exemplo")
    made.set({"url": "https://desk.exemplo.com.br", "password": "x", "hook": SECRET})
    made.keep()
    return made


def call(connection: int, body: bytes = b"7", signature: str | None = None) -> Any:
    signed = hmac.new(SECRET.encode(), body, "sha256").hexdigest()
    return Client(enforce_csrf_checks=True).post(
        f"/integracoes/{connection}/aviso/", body, "application/json",
        headers={"X-Signature": signed if signature is None else signature},
    )  # fmt: skip


def test_the_ticket_is_read_soon(sample: Connection, ticket: Ticket) -> None:
    Link.make(ticket, sample, Created("7", "M-7"))
    Link.objects.update(next_read_at=None)
    answer = call(sample.pk)
    assert (answer.status_code, answer.content) == (204, b"")
    assert Link.objects.get().next_read_at == clock.now()
    assert not answer.cookies


def test_a_ticket_that_we_do_not_know_is_no_news(sample: Connection) -> None:
    assert call(sample.pk, b"8").status_code == 204


@pytest.mark.parametrize("signature", ["", "0" * 64])
def test_a_bad_signature_is_told_nothing_else(
    sample: Connection, ticket: Ticket, signature: str
) -> None:
    Link.make(ticket, sample, Created("7", "M-7"))
    Link.objects.update(next_read_at=None)
    answer = call(sample.pk, signature=signature)
    assert (answer.status_code, answer.content) == (401, b"")
    assert Link.objects.get().next_read_at is None


def test_all_else_is_not_there(sample: Connection, connection: Connection, settings: Any) -> None:
    assert call(connection.pk).status_code == 404  # this kind does not call
    assert call(999).status_code == 404
    assert call(sample.pk, b"7" * (LARGEST + 1)).status_code == 404
    assert Client().get(f"/integracoes/{sample.pk}/aviso/").status_code == 404
    settings.DATA_KEY = "outra-chave-qualquer-de-teste-com-tamanho"
    assert call(sample.pk).status_code == 404
    Connection.objects.update(active=False)
    answer = call(sample.pk)
    assert (answer.status_code, answer.content) == (404, b"")


def test_the_largest_is_still_heard(sample: Connection) -> None:
    assert call(sample.pk, b"7" * LARGEST).status_code == 204
