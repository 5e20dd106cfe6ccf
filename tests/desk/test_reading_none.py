"""A call whose certificate was not read: possible with a reason, and never “sem CEI”."""

import re
from collections.abc import Iterator
from html import unescape

import pytest
from django.test import Client

import pictures
from calls import answers, signed_in, upload, zeros
from guiche.desk.models import Draft, Ticket
from guiche.icpbrasil import inspect

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]

PROPOSED = ("problem", "category", "description", "solution", "card_medium")
UNREAD = {
    **dict.fromkeys(PROPOSED, ""),
    "system": "eSocial",
    "card_type": "Não foi possível ler",
    "card_issuer": "Não foi possível ler",
    "card_serial": "Não foi possível ler",
    "card_validity": "Não foi possível ler",
}
REASONS = (
    "Cliente vai enviar depois",
    "Cliente está longe do computador",
    "Token não conectado",
    "Arquivo não abre",
    "Só há imagem",
    "Cliente não quis",
)


def fill(draft: Draft, reason: str) -> None:
    typed = {key: text for key, text in answers(**UNREAD).items() if key not in PROPOSED}
    draft.type_in({**typed, "card_medium": "Não sabe", "no_reading": reason})


CLAIMS = re.compile(
    r"sem\s+(matrícula\s+)?CEI|não\s+(tem|traz|há)\s+(a\s+)?(matrícula\s+)?CEI", re.IGNORECASE
)
CHOICES = re.compile(r"<option(?! selected)[ >].*?</option>")


def assert_no_verdict(text: str) -> None:
    """Nothing claims an absence; what a list offers to choose is no claim."""
    assert not (claim := CLAIMS.search(CHOICES.sub("", unescape(text)))), claim


def page(client: Client, address: str) -> str:
    return unescape(client.get(address).content.decode())


def read(client: Client, draft: Draft, data: bytes) -> str:
    answer = client.post(f"/atender/{draft.pk}/ler/", upload(data), headers={"HX-Request": "true"})
    return unescape(answer.content.decode())


def texts(ticket: Ticket) -> Iterator[str]:
    yield ticket.say
    yield ticket.send
    yield ticket.procedure.texts.verdict.filled({}, ticket.known)
    for block in ticket.procedure.blocks:
        for key in block.fields:
            yield ticket.shown.get(key, "")
    yield from (event.text for event in ticket.history)
    client = signed_in(ticket.opened_by)
    yield page(client, f"/chamados/{ticket.number}/")


@pytest.mark.parametrize("reason", REASONS)
def test_a_ticket_is_opened_with_the_reason_and_says_no_verdict(
    client: Client, draft: Draft, reason: str
) -> None:
    fill(draft, reason)
    assert_no_verdict(page(client, f"/atender/{draft.pk}/"))
    ticket = draft.submit(draft.by)
    assert ticket.shown["no_reading"] == reason
    assert "não sabemos se tem CEI" in ticket.shown["description"]
    assert_no_verdict(page(client, f"/chamados/{ticket.number}/registrado/"))
    for text in texts(ticket):
        assert_no_verdict(text)


def test_without_a_reason_it_is_not_opened(client: Client, draft: Draft) -> None:
    fill(draft, "")
    answer = client.post(f"/atender/{draft.pk}/registrar/", {})
    assert answer.status_code == 422
    assert "Leia o certificado, ou diga por que não foi possível." in unescape(
        answer.content.decode()
    )


def test_a_picture_and_a_file_that_cannot_be_read_change_nothing(
    client: Client, draft: Draft
) -> None:
    fill(draft, "Só há imagem")
    for data in (b"%PDF-1.7", pictures.GIF):
        assert_no_verdict(read(client, draft, data))
    draft.refresh_from_db()
    for text in texts(draft.submit(draft.by)):
        assert_no_verdict(text)


def test_a_certificate_that_is_damaged_says_no_verdict_either(client: Client, draft: Draft) -> None:
    damaged = zeros()
    names = damaged.index(bytes.fromhex("0603551d11"))  # the subject's alternative names
    damaged = damaged[: names + 7] + bytes(200) + damaged[names + 207 :]
    assert inspect(damaged).enrolment.status == "unreadable"
    fill(draft, "Arquivo não abre")
    answer = read(client, draft, damaged)
    assert "Não consegui ler" in answer
    assert_no_verdict(answer)
    draft.refresh_from_db()
    for text in texts(draft.submit(draft.by)):
        assert_no_verdict(text)


def test_the_claim_would_be_found() -> None:
    for text in ("Sem CEI: o campo", "<option selected>sem matrícula CEI</option>", "não tem CEI"):
        with pytest.raises(AssertionError):
            assert_no_verdict(text)
