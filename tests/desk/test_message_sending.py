"""The worker hands e-mails to a mail server: once each, and again where it surely did not go."""

import logging
import stat
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from pytest_django.fixtures import Settings

from guiche.desk import clock, retention
from guiche.desk.messages.message import Message
from guiche.desk.messages.outbox import send_due
from guiche.desk.messages.queued import LEASE, MOST_ATTEMPTS, PAUSES
from guiche.desk.models import Ticket, User
from mail_server import MailServer, mail_server

pytestmark = pytest.mark.django_db


@pytest.fixture
def message(ticket: Ticket, suporte: User) -> Message:
    return Message.queue(ticket, suporte)


def again(message: Message) -> Message:
    return Message.objects.get(pk=message.pk)


def test_arrives_with_its_headers_and_nobody_answers_it(
    server: MailServer, message: Message
) -> None:
    assert send_due(clock.now()) == 1
    (mail,) = server.mails
    assert mail["Subject"] == message.subject
    assert mail["From"] == "Suporte Exemplo <suporte@exemplo.com.br>"
    assert mail["Reply-To"] == "atendimento@exemplo.com.br"
    assert mail["To"] == "contato@exemplo.com.br"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["X-Auto-Response-Suppress"] == "All"
    assert mail["Message-ID"].endswith("@exemplo.com.br>")
    assert parsedate_to_datetime(mail["Date"])
    assert mail.get_content_type() == "text/plain"
    assert mail.get_content_charset() == "utf-8"
    assert mail.get_content().strip().splitlines() == message.body.splitlines()
    assert server.envelopes[0][1].startswith("rcpt TO:<contato@exemplo.com.br>")
    done = again(message)
    assert (done.state, done.sent_at, done.attempts) == ("sent", clock.now(), 1)
    assert send_due(clock.now() + timedelta(days=1)) == 0


def test_the_history_says_that_the_customer_was_told(
    server: MailServer, message: Message, ticket: Ticket
) -> None:
    send_due(clock.now())
    (told,) = ticket.informed
    assert (told.text, told.by) == (f"Por e-mail: {ticket.spoken}.", None)
    ticket.verify_chain()


@pytest.mark.parametrize("where", ["RCPT", "END", "MAIL", "CONNECT"])
def test_a_temporary_refusal_is_tried_again_after_growing_pauses(
    server: MailServer, message: Message, where: str, stopped_clock: Any
) -> None:
    server.answers[where] = "451 4.7.1 tente mais tarde"
    for attempt, pause in enumerate(PAUSES, start=1):
        send_due(clock.now())
        waiting = again(message)
        assert (waiting.state, waiting.attempts) == ("waiting", attempt)
        assert waiting.next_at == clock.now() + pause
        assert "451" in waiting.last_error
        stopped_clock.forward(seconds=pause.total_seconds() - 1)
        send_due(clock.now())
        assert again(message).attempts == attempt
        stopped_clock.forward(seconds=1)
    send_due(clock.now())
    failed = again(message)
    assert (failed.state, failed.attempts) == ("failed", MOST_ATTEMPTS)
    assert f"Foram {MOST_ATTEMPTS} tentativas." in failed.last_error


def test_the_second_attempt_is_the_same_mail(
    server: MailServer, message: Message, stopped_clock: Any
) -> None:
    seen: list[int] = []
    server.during = lambda: seen.append(1)
    send_due(clock.now())
    # As if the answer had been lost on the way: the server has it, the row does not know.
    Message.objects.update(state="sending", next_at=clock.now())
    send_due(stopped_clock.forward(minutes=1))
    first, second = server.mails
    assert first["Message-ID"] == second["Message-ID"]
    assert len(seen) == 2


@pytest.mark.parametrize(
    ("where", "words"),
    [
        ("RCPT", "O servidor recusou o endereço (550 5.1.1 caixa não existe)."),
        ("MAIL", "O servidor recusou a mensagem (550 5.1.1 caixa não existe)."),
        ("END", "O servidor recusou a mensagem (550 5.1.1 caixa não existe)."),
    ],
)
def test_a_lasting_refusal_is_told_and_not_tried_again(
    server: MailServer, message: Message, ticket: Ticket, where: str, words: str
) -> None:
    server.answers[where] = "550 5.1.1 caixa não existe"
    send_due(clock.now())
    failed = again(message)
    assert (failed.state, failed.last_error) == ("failed", words)
    assert send_due(clock.now() + timedelta(days=1)) == 0
    assert list(ticket.informed) == []


def test_a_wrong_password_of_ours_is_no_fault_of_the_mail(
    server: MailServer, message: Message, settings: Settings
) -> None:
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "guiche", "girassol"
    server.answers["AUTH"] = "535 5.7.8 senha errada"
    send_due(clock.now())
    assert again(message).state == "waiting"
    assert "não aceitou o Guichê (535" in again(message).last_error


def test_a_server_that_is_away_holds_nobody_up(
    settings: Settings, message: Message, stopped_clock: Any
) -> None:
    with mail_server() as gone:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", gone.port
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    assert send_due(clock.now()) == 0
    waiting = again(message)
    assert waiting.state == "waiting"
    assert waiting.last_error == "Não consegui falar com o servidor de e-mail."


def test_one_refusal_does_not_stop_the_others(
    server: MailServer, message: Message, open_ticket: Callable[..., Ticket], suporte: User
) -> None:
    other = Message.queue(open_ticket(), suporte)
    server.answers["END"] = "550 não"
    send_due(clock.now())
    assert {again(message).state, again(other).state} == {"failed"}
    Message.objects.update(state="waiting", attempts=0, next_at=clock.now())
    server.answers = {"CONNECT": "421 fechado"}
    send_due(clock.now())
    assert sorted([again(message).attempts, again(other).attempts]) == [0, 1]


def test_the_log_names_no_address(
    server: MailServer, message: Message, caplog: pytest.LogCaptureFixture
) -> None:
    server.answers["RCPT"] = "550 contato@exemplo.com.br não existe"
    with caplog.at_level(logging.DEBUG):
        send_due(clock.now())
    assert "SMTPRecipientsRefused" in caplog.text
    assert "contato" not in caplog.text


# Workers that are killed, and workers at once


def test_what_a_killed_worker_held_is_taken_up_after_its_time(
    server: MailServer, message: Message, stopped_clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Message, "mark_sent", killed)
        with pytest.raises(KeyboardInterrupt):
            send_due(clock.now())
    assert again(message).state == "sending"
    stopped_clock.forward(seconds=LEASE.total_seconds() - 1)
    assert send_due(clock.now()) == 0
    assert send_due(stopped_clock.forward(seconds=1)) == 1
    assert again(message).state == "sent"
    assert len({mail["Message-ID"] for mail in server.mails}) == 1


def test_a_mail_that_kills_every_worker_is_given_up(
    server: MailServer, message: Message, ticket: Ticket
) -> None:
    Message.objects.update(state="sending", attempts=MOST_ATTEMPTS, next_at=clock.now())
    assert send_due(clock.now()) == 0
    assert again(message).last_error == "O envio foi interrompido vezes demais."
    assert server.raw == []


def test_a_late_worker_marks_nothing_of_the_one_that_took_over(
    ticket: Ticket, message: Message, stopped_clock: Any
) -> None:
    late, quick = again(message), again(message)
    assert late.claim(clock.now())
    assert not quick.claim(clock.now())
    quick = again(message)
    assert quick.claim(stopped_clock.forward(seconds=LEASE.total_seconds()))
    late.mark_failed("tarde")
    assert again(message).state == "sending"
    quick.mark_sent(clock.now())
    late.mark_sent(clock.now())
    assert ticket.informed.count() == 1


@pytest.mark.django_db(transaction=True)
def test_many_workers_send_each_mail_once(
    server: MailServer,
    open_ticket: Callable[..., Ticket],
    suporte: User,
    stopped_clock: Any,
) -> None:
    tickets = [open_ticket() for _ in range(4)]
    for each in tickets:
        Message.queue(each, suporte)
    gate, now, sent = threading.Barrier(4), clock.now(), []

    def work() -> None:
        try:
            gate.wait()
            sent.append(send_due(now))
        finally:
            connections.close_all()

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sum(sent) == 4
    assert len({mail["Message-ID"] for mail in server.mails}) == len(server.raw) == 4
    assert {message.state for message in Message.objects.all()} == {"sent"}
    assert [each.informed.count() for each in tickets] == [1] * 4


@pytest.mark.django_db(transaction=True)
def test_many_clicks_make_one_message(ticket: Ticket, suporte: User) -> None:
    gate, refused = threading.Barrier(4), []

    def click() -> None:
        try:
            gate.wait()
            Message.queue(ticket, suporte)
        except Exception as error:
            refused.append(str(error))
        finally:
            connections.close_all()

    clicks = [threading.Thread(target=click) for _ in range(4)]
    for each in clicks:
        each.start()
    for each in clicks:
        each.join()
    assert Message.objects.count() == 1
    assert len(set(refused)) == 1
    assert len(refused) == 3


# Without a server


def test_without_a_server_it_lies_in_a_folder_and_is_not_called_sent(
    settings: Settings, tmp_path: Path, message: Message, ticket: Ticket
) -> None:
    settings.EMAIL_BACKEND = "guiche.desk.messages.folder.Folder"
    settings.EMAIL_FILE_PATH = tmp_path / "emails"
    send_due(clock.now())
    assert stat.S_IMODE((tmp_path / "emails").stat().st_mode) == 0o700
    (file,) = (tmp_path / "emails").iterdir()
    assert message.subject in file.read_text("utf-8")
    assert "só gravada na pasta" in again(message).last_error
    assert list(ticket.informed) == []
    written = datetime.fromtimestamp(file.stat().st_mtime, UTC)
    assert retention.sweep(written + timedelta(days=89))["e-mail files"] == 0
    assert retention.sweep(written + timedelta(days=91))["e-mail files"] == 1
    assert not file.exists()
