"""A file put beside a ticket: by the limits of the pages, once, and found again."""

from typing import Any
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import NoEncryption, pkcs12
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test.client import encode_multipart

from calls import answers, zeros
from desk.api.caller import Caller, problem_of
from guiche.desk.api.answered import Answered
from guiche.desk.api.token import Scope
from guiche.desk.intake.image import MOST as MOST_IMAGES
from guiche.desk.models import Image, Inspection, Ticket, User
from guiche.desk.tickets import filed
from guiche.desk.tickets.undo import undo

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]

PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR and more"


@pytest.fixture
def caller(bruno: User) -> Caller:
    return Caller(bruno)


@pytest.fixture
def number(caller: Caller) -> str:
    return str(caller.post("/tickets", {"facts": answers()}).json()["number"])


def send(caller: Caller, number: str, *files: bytes, key: str = "") -> Any:
    named = [SimpleUploadedFile("nome do cliente.bin", each) for each in files]
    line = uuid4().hex  # as programs part a form, another one each time
    body = encode_multipart(line, {"file": named})
    kind = f"multipart/form-data; boundary={line}"
    return caller.post(f"/tickets/{number}/attachments", body, key, content_type=kind)


def test_a_certificate_is_read_and_kept(caller: Caller, number: str, bruno: User) -> None:
    answer = send(caller, number, zeros())
    assert answer.status_code == 201, answer.content
    told, ticket = answer.json(), Ticket.objects.get()
    assert (told["kind"], told["verdict"]) == ("received", "blank")
    listed = caller.get(f"/tickets/{number}/attachments").json()["items"]
    assert listed == [told]
    path = answer.headers["Location"].partition("/api/v1")[2]
    assert caller.get(path).content == zeros()
    event = ticket.history.last()
    assert event
    assert (event.kind, event.by) == ("attached", bruno)
    assert event.text.startswith("Um certificado. Sem CEI")
    ticket.verify_chain()
    assert ticket.received.get().reading.by == bruno


def test_a_picture_is_kept(caller: Caller, number: str) -> None:
    told = send(caller, number, PNG).json()
    assert (told["kind"], told["media_type"]) == ("image", "image/png")
    assert caller.get(f"/tickets/{number}/attachments/image/{told['id']}").content == PNG
    assert Image.objects.get().ticket == Ticket.objects.get()


def test_a_key_attaches_once_though_each_form_is_parted_anew(caller: Caller, number: str) -> None:
    first, second = (send(caller, number, zeros(), key="anexo") for _ in range(2))
    assert (first.status_code, first.content) == (201, second.content)
    assert second.headers["Idempotent-Replayed"] == "true"
    told = problem_of(send(caller, number, PNG, key="anexo"), 422)
    assert told["type"].endswith("key-reused")
    Answered.objects.all().delete()
    assert send(caller, number, zeros(), key="anexo").json() == first.json()
    assert Inspection.objects.count() == 1
    picture = send(caller, number, PNG, key="imagem").json()
    Answered.objects.all().delete()
    assert send(caller, number, PNG, key="imagem").json() == picture
    Answered.objects.all().delete()
    Image.objects.all().delete()
    assert problem_of(send(caller, number, PNG, key="imagem"), 409)["type"].endswith("answer-lost")


@pytest.mark.parametrize("files", [(), (PNG, PNG), (b"nada que se leia",), (b"\x89PNG",)])
def test_what_is_refused_leaves_nothing(
    caller: Caller, number: str, files: tuple[bytes, ...]
) -> None:
    problem_of(send(caller, number, *files), 422)
    assert [event.kind for event in Ticket.objects.get().history] == ["submitted", "forwarded"]
    assert not Image.objects.exists()
    assert not Inspection.objects.exists()


def test_only_a_form_is_taken(caller: Caller, number: str) -> None:
    path = f"/tickets/{number}/attachments"
    problem_of(caller.post(path, zeros(), content_type="application/pkix-cert"), 415)


def test_the_limits_are_those_of_the_page(
    caller: Caller, number: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(MOST_IMAGES):
        assert send(caller, number, PNG).status_code == 201
    assert "limite" in problem_of(send(caller, number, PNG), 422)["detail"]
    large = PNG + bytes(5 * 1024 * 1024)
    assert "o limite é 5 MB" in problem_of(send(caller, number, large, key="x"), 422)["detail"]
    monkeypatch.setattr(filed, "MOST", MOST_IMAGES)
    assert "é o limite" in problem_of(send(caller, number, zeros()), 422)["detail"]


def test_a_private_key_is_refused_as_on_the_page(caller: Caller, number: str) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    pfx = pkcs12.serialize_key_and_certificates(b"ana", key, None, None, NoEncryption())
    told = problem_of(send(caller, number, pfx), 422)
    assert "não foi guardado" in told["detail"]
    assert not Inspection.objects.exists()


def test_the_scope_and_an_open_ticket_are_needed(
    caller: Caller, number: str, supervisao: User
) -> None:
    told = problem_of(send(Caller(supervisao, Scope.READ), number, PNG), 403)
    assert told["type"].endswith("scope-missing")
    Ticket.objects.get().move("cancel", supervisao, "Aberto por engano")
    assert "Reabra" in problem_of(send(caller, number, PNG), 422)["detail"]


def test_an_answer_of_the_customer_still_waits(caller: Caller, number: str) -> None:
    ticket = Ticket.objects.get()
    ticket.answer("now")
    assert send(caller, number, PNG).status_code == 201
    ticket.refresh_from_db()
    assert ticket.answered_at


def test_what_was_done_before_it_can_still_be_undone(
    caller: Caller, number: str, supervisao: User
) -> None:
    ticket = Ticket.objects.get()
    seq = ticket.move("wait", supervisao, "Cliente vai enviar um documento").seq
    assert send(caller, number, PNG).status_code == 201
    undo(ticket, seq, supervisao)
    ticket.refresh_from_db()
    assert (ticket.state, ticket.images.count()) == ("forwarded", 1)
    ticket.verify_chain()
