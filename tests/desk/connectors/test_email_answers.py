"""What is read from messages that anybody may have sent: numbers, notes, and never a crash."""

import re
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.connectors.conformance import CASE
from guiche.desk.connectors.email.answer import Answer, number_of
from guiche.desk.connectors.email.settings import PATTERNS

KEY = CASE.key


def read(raw: bytes) -> Answer:
    message = BytesParser(policy=default).parsebytes(raw)
    assert isinstance(message, EmailMessage)
    return Answer(message)


def mail(subject: str = "", body: str = "", *headers: str) -> Answer:
    lines = [f"Subject: {subject}", 'Content-Type: text/plain; charset="utf-8"', *headers, "", body]
    return read("\r\n".join(lines).encode())


@pytest.mark.parametrize(
    ("kind", "subject", "number"),
    [
        ("hash", f"Re: Certificado [{KEY}] [#123456]", "123456"),
        ("hash", f"Re: Certificado [{KEY}]", ""),
        ("hash", "[rt.exemplo #12]", ""),
        ("ticket_hash", "[Ticket#2026112310000017] Recebido", "2026112310000017"),
        ("ticket_hash", "[Ticket# 77] Recebido", "77"),
        ("ticket_hash", "Ticket#77", ""),
        ("named_hash", "[rt.exemplo #12] AutoReply: x", "12"),
        ("named_hash", "[GLPI #0000123] Novo chamado", "0000123"),
        ("ticket", f"Ticket 1234 recebido [{KEY}]", "1234"),
        ("ticket", "Ticket 1234 e Ticket 1234", "1234"),
        ("ticket", "Ticket 1234 e Ticket 1235", ""),
        ("ticket", "MegaTicket 12", ""),
    ],
)
def test_a_number_is_taken_from_where_this_desk_writes_it(
    kind: str, subject: str, number: str
) -> None:
    assert number_of([mail(subject)], re.compile(PATTERNS[kind]), CASE.mark)[0] == number


def test_a_subject_is_believed_before_a_text_and_our_mark_is_no_number() -> None:
    ticket = re.compile(PATTERNS["ticket"])
    assert number_of([mail("Ticket 1", "Veja o Ticket 2")], ticket, CASE.mark)[0] == "1"
    assert number_of([mail("Oi", "Abrimos o Ticket 2")], ticket, CASE.mark)[0] == "2"
    assert number_of([mail("Oi", "Certo.\n> Abrimos o Ticket 2")], ticket, CASE.mark)[0] == ""
    assert number_of([mail("Ticket 1"), mail("Ticket 2")], ticket, CASE.mark) == ("", "")
    echoed = f"Recebemos:\r\nO cliente já tem o Ticket 2\r\n[{KEY}]"
    assert number_of([mail("Oi", echoed)], ticket, CASE.mark)[0] == ""
    anything = re.compile(r"\[(\w+)\]")
    assert number_of([mail(f"[{KEY}] [77]")], anything, CASE.mark) == ("77", "[77]")


@pytest.mark.parametrize(
    ("header", "machine"),
    [
        ("X-Nothing: 1", False),
        ("Auto-Submitted: no", False),
        ("Auto-Submitted: No (a comment)", True),
        ("Auto-Submitted: auto-replied; owner=x", True),
        ("Auto-Submitted: auto-generated", True),
        ("Precedence: bulk", True),
        ("X-Autoreply: yes", True),
    ],
)
def test_machines_are_told_from_people(header: str, machine: bool) -> None:  # noqa: FBT001
    assert mail("Oi", "Oi", header).is_machine is machine


@pytest.mark.parametrize(
    ("headers", "about"),
    [
        ([f"In-Reply-To: <{KEY}.create@x>"], True),
        ([f"References: <a@b>\r\n <{KEY}.5.note@x>"], True),
        ([f"References: <{KEY}0.create@x>"], False),
        ([f"In-Reply-To: <{KEY}.create@x>", f"Message-ID: <{KEY}.5.note@x>"], False),
        ([], False),
    ],
)
def test_it_is_known_which_ticket_is_answered(headers: list[str], about: bool) -> None:  # noqa: FBT001
    assert mail("Oi", "Oi", *headers).is_about(KEY) is about
    assert mail(f"Re: [{KEY}]").is_about(KEY)


HTML = (
    "<html><head><style>p{}</style></head><body><p>Falei com ele &amp; volta<br>amanhã.</p>"
    "<blockquote>CNPJ</blockquote></body></html>"
)


@pytest.mark.parametrize(
    ("kind", "body", "text"),
    [
        ("text/plain", "Falei.\r\n\r\n-----Mensagem original-----\r\nDe: x", "Falei."),
        ("text/plain", "Falei.\r\nOn Mon, 23 Nov 2026, x wrote:\r\n> y", "Falei."),
        ("text/plain", "Falei.\r\n________________________________\r\nDe: x", "Falei."),
        ("text/plain", "Em casa ele atende.\r\n", "Em casa ele atende."),
        ("text/html", HTML, "Falei com ele & volta\namanhã."),
        ("application/pdf", "%PDF", ""),
    ],
)
def test_what_was_written_is_told_from_what_is_quoted(kind: str, body: str, text: str) -> None:
    raw = f"From: a@b\r\nContent-Type: {kind}; charset=utf-8\r\n\r\n{body}"
    assert read(raw.encode()).text == text


PIECES = st.sampled_from([
    b"From: ", b"Date: ", b"Message-ID: ", b"References: ", b"Subject: =?utf-8?b?", b"?=", b"\r\n",
    b"Content-Type: multipart/report; boundary=x", b"Content-Type: text/plain; charset=nada",
    b"Content-Type: message/delivery-status", b"--x\r\n", b"--x--", b"Action: failed", b"<", b">",
    b"Content-Transfer-Encoding: base64", b"@", b"\xff\xfe", b"\x00", b"[", b"]", b";",
    b"Final-Recipient: rfc822; ", b"message/rfc822", b"<G4821703657.create@", b"\r\n\r\n", b"(",
    b"Auto-Submitted: ", b'"',
])  # fmt: skip


@given(st.lists(PIECES | st.binary(max_size=8), max_size=40).map(b"".join))
def test_whatever_was_sent_can_be_read(raw: bytes) -> None:
    answer = read(raw)
    note = answer.note()
    assert answer.id
    assert "\x00" not in note.text + note.author
    assert note.at is None or note.at.tzinfo
    assert answer.is_machine in (True, False)
    assert answer.is_about(KEY) in (True, False)
    assert answer.is_on_return_of(KEY) <= answer.is_report
    assert "@" not in answer.domain
    number_of([answer], re.compile(PATTERNS["hash"]), CASE.mark)


def test_two_messages_without_ids_are_two() -> None:
    assert mail("Oi", "Um").id != mail("Oi", "Dois").id
    assert mail("Oi", "Um").id == mail("Oi", "Um").id
