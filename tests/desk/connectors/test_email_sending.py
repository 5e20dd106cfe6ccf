"""What each answer of a mail server means, what a message may hold, which settings are refused."""

from collections.abc import Iterator
from dataclasses import replace
from email.parser import BytesParser
from email.policy import default
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.connectors.conformance import CASE, FILE
from guiche.desk.connectors.case import Attachment
from guiche.desk.connectors.connector import Customer, DeliveryError, Outcome
from guiche.desk.connectors.email import Email, MailSettings
from guiche.desk.connectors.email.thread import Thread, one_line, with_file
from guiche.desk.connectors.settings import SettingsRefused
from mail_server import MailServer, mail_server

RAW = {
    "server": "127.0.0.1",
    "tls": "none",
    "user": "guiche",
    "password": "senha-secreta",
    "sender": "guiche@cliente.exemplo",
    "desk": "chamados@desk.exemplo",
}
IMAP = {"imap_server": "127.0.0.1", "imap_user": "a", "imap_password": "b", "imap_tls": "none"}
THREAD = Thread(CASE.key, RAW["sender"], RAW["desk"])


@pytest.fixture
def server() -> Iterator[MailServer]:
    with mail_server() as running:
        running.answers["AUTH"] = "235 bem-vindo"
        yield running


def email(server: MailServer, **changes: Any) -> Email:
    connector = Email(replace(MailSettings.read(RAW), port=server.port, **changes))
    connector.seconds = 60
    return connector


@pytest.mark.parametrize(
    ("command", "answer", "expected"),
    [
        ("CONNECT", "554 fechado", (Outcome.RETRY, True, False)),
        ("CONNECT", "421 fechado", (Outcome.RETRY, True, False)),
        ("AUTH", "535 senha errada", (Outcome.RETRY, True, True)),
        ("AUTH", "454 mais tarde", (Outcome.RETRY, True, False)),
        ("MAIL", "530 entre antes", (Outcome.RETRY, True, True)),
        ("MAIL", "550 remetente", (Outcome.REJECTED, False, False)),
        ("MAIL", "451 mais tarde", (Outcome.RETRY, True, False)),
        ("RCPT", "550 inexistente", (Outcome.REJECTED, False, False)),
        ("RCPT", "450 lista cinza", (Outcome.RETRY, True, False)),
        ("RCPT", "421 fechando", (Outcome.RETRY, True, False)),
        ("DATA", "554 recusada", (Outcome.REJECTED, False, False)),
        ("DATA", "451 mais tarde", (Outcome.RETRY, True, False)),
        ("END", "554 parece vírus", (Outcome.REJECTED, False, False)),
        ("END", "452 sem espaço", (Outcome.RETRY, False, False)),
        ("END", "nada disso", (Outcome.UNKNOWN, True, False)),
    ],
)
def test_what_the_server_says_is_told_apart(
    server: MailServer, command: str, answer: str, expected: tuple[Outcome, bool, bool]
) -> None:
    """Outcome, whether it concerns everything, whether the login is refused."""
    server.answers[command] = answer
    with pytest.raises(DeliveryError) as error:
        email(server).create(CASE, Customer())
    told = error.value
    assert (told.outcome, told.everywhere, told.login) == expected
    assert "senha-secreta" not in str(told)
    if command != "CONNECT":
        assert answer.partition(" ")[2] in str(told)


def test_a_server_that_lacks_starttls_is_not_told_the_password(server: MailServer) -> None:
    with pytest.raises(DeliveryError) as error:
        email(server, tls="starttls").create(CASE, Customer())
    assert (error.value.outcome, error.value.everywhere) == (Outcome.RETRY, True)
    assert not server.envelopes


def test_a_copy_goes_to_the_own_mailbox_and_is_named_nowhere(server: MailServer) -> None:
    imap = MailSettings.read({**RAW, **IMAP})
    copying = Email(replace(imap, port=server.port))
    copying.create(CASE, Customer())
    assert server.envelopes == [[
        f"mail FROM:<{RAW['sender']}>", f"rcpt TO:<{RAW['desk']}>", f"rcpt TO:<{RAW['sender']}>",
    ]]  # fmt: skip
    assert RAW["sender"] not in str(server.mails[0]["To"]) + str(server.mails[0]["Bcc"])


def test_a_check_writes_nothing(server: MailServer) -> None:
    assert all(check.ok for check in email(server).check())
    server.answers["RCPT"] = "550 inexistente"
    sent, _ = email(server, teams={"A": "a@desk.exemplo"}).check()
    assert not sent.ok
    assert RAW["desk"] in sent.words
    assert not server.raw


def test_lines_of_a_dot_arrive_as_they_are(server: MailServer) -> None:
    email(server).create(replace(CASE, text=".\n..\n.fim\n"), Customer())
    assert server.mails[0].get_content().splitlines() == [".", "..", ".fim"]


@given(st.text(), st.text())
def test_nothing_that_is_typed_makes_a_header(title: str, text: str) -> None:
    case = replace(CASE, title=title + CASE.mark, text=text)
    raw = THREAD.opening(case).as_bytes()
    assert raw.isascii()
    read = BytesParser(policy=default).parsebytes(raw)
    assert [name for name, _ in read.items()] == [
        "From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "X-Auto-Response-Suppress",
        "Content-Type", "Content-Transfer-Encoding", "MIME-Version",
    ]  # fmt: skip
    assert CASE.mark in read["Subject"]
    assert len(read["Subject"]) <= 201


@given(st.text(max_size=60), st.binary(max_size=200))
def test_a_file_of_any_name_is_kept_to_the_byte(name: str, content: bytes) -> None:
    file = Attachment(name, "application/octet-stream", content)
    raw = with_file(THREAD.follow_up("5.note", "Nota", "texto"), file).as_bytes()
    (part,) = BytesParser(policy=default).parsebytes(raw).iter_attachments()
    assert part.get_payload(decode=True) == content
    assert "\n" not in (part.get_filename() or "")


def test_a_message_is_the_same_at_every_attempt_but_for_its_date() -> None:
    first, again = (with_file(THREAD.opening(CASE), FILE) for _ in range(2))
    assert first["Message-ID"] == again["Message-ID"]
    assert first["Subject"] == again["Subject"] == one_line(CASE.title)


@pytest.mark.parametrize(
    ("key", "changes", "words"),
    [
        ("sender", {"sender": "guiche"}, "não é um endereço"),
        ("sender", {"sender": "a@b.exemplo, c@d.exemplo"}, "não é um endereço"),
        ("sender", {"sender": "a..b@b.exemplo"}, "não é um endereço"),
        ("sender", {"sender": '"a b"@b.exemplo'}, "não é um endereço"),
        ("sender", {"sender": "a@[10.0.0.1]"}, "não é um endereço"),
        ("desk", {"desk": "Desk <a@b.exemplo>"}, "não é um endereço"),
        ("teams", {"teams": {"A": "a@b.exemplo", "B": "b"}}, "b"),
        ("user", {"password": ""}, "vão juntos"),
        ("imap_user", {**IMAP, "imap_user": "", "imap_password": ""}, "vão juntos"),
        ("password", {"password": "é"}, "sem acento"),
        ("tls", {"server": "correio.exemplo.com.br"}, "não vai sem TLS"),
        ("imap_tls", {**IMAP, "imap_server": "10.0.0.1"}, "não vai sem TLS"),
        ("number_pattern", {"number": "own"}, "escreva a expressão"),
        ("number_pattern", {"number": "own", "number_pattern": "("}, "não serve"),
        ("number_pattern", {"number": "own", "number_pattern": r"(\d)(\d)"}, "2 grupos"),
        ("imap_folder", {"imap_folder": 'A" B'}, "sem aspas"),
        ("imap_folder", {"imap_folder": "Não lidos"}, "sem acento"),
    ],
)
def test_what_cannot_be_used_is_refused_when_it_is_set_up(
    key: str, changes: dict[str, Any], words: str
) -> None:
    with pytest.raises(SettingsRefused) as refused:
        MailSettings.read({**RAW, **changes})
    assert list(refused.value.problems) == [key]
    assert words in refused.value.problems[key]


def test_an_address_of_the_own_network_is_one() -> None:
    assert MailSettings.read({**RAW, "desk": "chamados@correio.local"}).domains == {"correio.local"}
    named = MailSettings.read({**RAW, "answers_from": "Desk.Exemplo, mail.desk.exemplo"})
    assert named.domains == {"desk.exemplo", "mail.desk.exemplo"}
