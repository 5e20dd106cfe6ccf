"""E-mail against a real SMTP server and a real IMAP server."""

import re
import ssl
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from desk.connectors.conformance import CASE, FILE, Conformance, Seen, made, note
from doubles import mail_desk
from doubles.mail_desk import DESK, OWN, PASSWORD, TEAM, USER, MailDesk
from guiche.desk import clock
from guiche.desk.connectors.case import Note
from guiche.desk.connectors.connector import Connector, Customer, DeliveryError, Outcome
from guiche.desk.connectors.email import Email, MailSettings
from guiche.desk.connectors.registry import connector_class
from servers import dovecot
from servers.dovecot import Dovecot

ONE_HOUR = timedelta(hours=1)
PAGE = Path(__file__).parents[3] / "docs" / "connectors" / "email.md"
EXAMPLE = tomllib.loads(PAGE.read_text("utf-8").split("```toml\n")[1].split("\n```")[0])
_mailboxes = count(1)


def test_the_example_of_the_page_can_be_set_up() -> None:
    read = MailSettings.read(EXAMPLE)
    assert (read.sender, read.desk, dict(read.teams)) == (OWN, DESK, {CASE.team: TEAM})
    assert connector_class("email") is Email


def certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate for this machine that only whoever is told to trusts, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "correio.exemplo")])
    at = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(at - ONE_HOUR).not_valid_after(at + ONE_HOUR)
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    files = folder / "certificate.pem", folder / "key.pem"
    files[0].write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    files[1].write_bytes(key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ))  # fmt: skip
    return files


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture(scope="module")
def imap(pair: tuple[Path, Path]) -> Iterator[Dovecot]:
    try:
        with dovecot.server(*pair) as running:
            yield running
    except dovecot.NotInstalled as error:
        pytest.skip(str(error))


@dataclass
class MailBench:
    desk: MailDesk
    imap: Dovecot
    mailbox: str
    connector: Connector[Any]
    base_team: str = "Suporte"
    can_fail: bool = True

    def tickets(self) -> Sequence[Seen]:
        return [
            Seen(each.key, each.title, each.text, each.team, each.closed, each.notes, each.files)
            for each in self.desk.tickets
        ]

    def with_(self, **changes: Any) -> Email:
        email = Email(replace(self.connector.settings, **changes))
        email.seconds = 60
        return email

    def wrong_password(self) -> Email:
        return self.with_(password="outra-senha")

    def misspelt(self) -> Email:
        return self.with_(desk="chamado@desk.exemplo")

    def unreachable(self) -> Email:
        return self.with_(port=9)

    def fail(self, fault: str) -> None:
        self.desk.fault = fault


def settings(desk: MailDesk, imap: Dovecot, mailbox: str) -> MailSettings:
    """The example of the page, with the servers of this test."""
    return MailSettings.read({
        **EXAMPLE,
        "server": "127.0.0.1", "port": desk.port, "tls": "none", "user": USER, "password": PASSWORD,
        "imap_server": "127.0.0.1", "imap_port": imap.port, "imap_tls": "none",
        "imap_user": mailbox, "imap_password": dovecot.PASSWORD,
    })  # fmt: skip


@pytest.fixture
def bench(imap: Dovecot) -> Iterator[MailBench]:
    mailbox = f"caixa-{next(_mailboxes)}"
    with mail_desk.serving(lambda content: imap.deliver(mailbox, content)) as desk:
        email = Email(settings(desk, imap, mailbox))
        email.seconds = 60
        yield MailBench(desk, imap, mailbox, email)


class TestEmail(Conformance):
    """Where mail cannot do what the suite asks for, a test says what it does instead."""

    @pytest.mark.parametrize("fault", ["hang_before", "hang_after", "cut", "truncated", "garbled"])
    def test_what_may_have_been_done_is_unknown(self, bench: MailBench, fault: str) -> None:  # type: ignore[override]
        if fault.startswith("hang"):
            bench.connector.seconds = 2  # type: ignore[attr-defined]
        bench.fail(fault)
        with pytest.raises(DeliveryError) as error:
            bench.connector.create(CASE, Customer())
        assert (error.value.outcome, error.value.everywhere) == (Outcome.UNKNOWN, True)
        found = bench.with_().find(CASE.key, clock.now() - ONE_HOUR)
        assert len(found) == len(bench.tickets()) == (fault not in ("hang_before", "garbled"))

    def test_a_busy_desk_says_for_how_long(self, bench: MailBench) -> None:  # type: ignore[override]
        """SMTP has no word for how long."""
        bench.fail("busy")
        with pytest.raises(DeliveryError, match="Tente mais tarde") as error:
            bench.connector.create(CASE, Customer())
        assert (error.value.outcome, error.value.everywhere) == (Outcome.RETRY, True)
        assert not bench.tickets()

    @pytest.mark.parametrize(
        "teams", [{}, {CASE.team: TEAM}], ids=["by the desk", "by its address"]
    )
    def test_it_is_forwarded_and_again_is_done(  # type: ignore[override]
        self, bench: MailBench, teams: dict[str, str]
    ) -> None:
        ref, email = made(bench).ref, bench.with_(teams=teams)
        email.forward(ref, CASE.team)
        email.forward(ref, CASE.team)
        (seen,) = bench.tickets()
        assert seen.team == CASE.team
        sent = bench.desk.mails[1:]
        assert [str(mail["To"]) for mail in sent] == [teams.get(CASE.team, DESK)] * 2
        assert len({str(mail["Message-ID"]) for mail in sent}) == 2

    def test_it_is_closed_and_again_is_done(self, bench: MailBench) -> None:  # type: ignore[override]
        ref, connector = made(bench).ref, bench.with_()
        connector.close(ref, note("Novo certificado emitido e conferido", 9))
        connector.close(ref, note("Novo certificado emitido e conferido", 9))
        (seen,) = bench.tickets()
        assert seen.closed
        assert "emitido e conferido" in seen.notes[0]
        assert len({str(mail["Message-ID"]) for mail in bench.desk.mails}) == 2
        (remote,) = connector.read([ref])
        assert (remote.status, remote.closed) == ("", False)  # mail does not tell


def test_the_first_message_says_what_it_is_and_the_others_follow_it(bench: MailBench) -> None:
    email = bench.with_()
    email.create(CASE, Customer())
    email.note(CASE.key, note("Tentativa: não atendeu.", 5))
    email.attach(CASE.key, FILE)
    first, *others = bench.desk.mails
    assert first["Message-ID"] == "<G4821703657.create@cliente.exemplo>"
    assert first["Subject"] == CASE.title
    assert first["To"] == DESK
    assert "In-Reply-To" not in first
    for mail in bench.desk.mails:
        assert mail["Auto-Submitted"] == "auto-generated"
        assert mail["X-Auto-Response-Suppress"] == "All"
        assert OWN not in str(mail["To"]) + str(mail["Cc"])
    for mail in others:
        assert mail["In-Reply-To"] == mail["References"] == first["Message-ID"]
        assert f"[Ticket#{bench.desk.tickets[0].number}]" in mail["Subject"]
        assert CASE.mark in mail["Subject"]
    assert others[0]["Message-ID"] == "<G4821703657.5.note@cliente.exemplo>"
    assert len(bench.desk.tickets) == 1


def test_the_number_comes_with_the_answer_and_so_do_the_words_of_people(bench: MailBench) -> None:
    email = bench.with_()
    email.create(CASE, Customer())
    ticket = bench.desk.tickets[0]
    unread = bench.imap.unread(bench.mailbox)
    (remote,) = email.read([CASE.key])
    assert (remote.number, list(remote.notes)) == (ticket.number, [])
    bench.desk.answer(
        ticket,
        "Falei com o cliente.\nVolta amanhã.\n\nEm 23/11/2026, Guichê escreveu:\n> CNPJ ou CPF",
    )
    bench.desk.answer(ticket, "Estou de férias.", machine=True)
    bench.desk.answer(ticket, "Sou outra pessoa.", sender="alguem@estranho.exemplo")
    (remote,) = email.read([CASE.key])
    (said,) = remote.notes
    assert said.text == "Falei com o cliente.\nVolta amanhã."
    assert said.author == f"Atendimento <{DESK}>"
    assert said.at == datetime(2026, 11, 23, 18, tzinfo=UTC)
    assert remote.number == ticket.number
    assert bench.imap.unread(bench.mailbox) == unread + 3  # nothing was marked as read


def test_two_numbers_are_none(bench: MailBench) -> None:
    email = bench.with_()
    email.create(CASE, Customer())
    email.create(CASE, Customer())
    (remote,) = email.read([CASE.key])
    assert remote.number == ""
    numbers = [ticket.number for ticket in bench.desk.tickets]
    assert [each.number for each in email.find(CASE.key, clock.now())] == numbers


def test_a_title_that_looks_like_a_number_is_not_taken_for_one(bench: MailBench) -> None:
    email = bench.with_()
    email.create(replace(CASE, title=f"Padaria [Ticket#99] Ltda {CASE.mark}"), Customer())
    (ticket,) = bench.desk.tickets
    assert ticket.title == f"Padaria Ltda {CASE.mark}"
    (remote,) = email.read([CASE.key])
    assert remote.number == ticket.number


def test_what_did_not_arrive_is_shown(bench: MailBench) -> None:
    email = bench.with_()
    email.create(CASE, Customer())
    bench.imap.deliver(bench.mailbox, REPORT.replace("KEY", CASE.key).encode())
    bench.imap.deliver(bench.mailbox, REPORT.replace("KEY", "G1000000004").encode())
    (remote,) = email.read([CASE.key])
    (said,) = remote.notes
    assert said.text == f"A mensagem não chegou a {DESK}: smtp; 550 5.1.1 User unknown"


REPORT = f"""\
From: MAILER-DAEMON@correio.exemplo
To: {OWN}
Subject: Undelivered Mail Returned to Sender
Message-ID: <KEY-report@correio.exemplo>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
 boundary="corte"

--corte

Sorry.
--corte
Content-Type: message/delivery-status

Reporting-MTA: dns; correio.exemplo

Final-Recipient: rfc822; {DESK}
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 User unknown

--corte
Content-Type: message/rfc822

From: {OWN}
Subject: Certificado
Message-ID: <KEY.create@cliente.exemplo>

texto
--corte--
""".replace("\n", "\r\n")


def test_it_is_found_by_the_answer_of_the_desk_where_no_copy_is_kept(bench: MailBench) -> None:
    email = bench.with_(evidence="answer")
    assert email.find(CASE.key, clock.now()) == []
    email.create(CASE, Customer())
    assert bench.desk.mails[0]["Bcc"] is None
    (found,) = email.find(CASE.key, clock.now())
    assert found.number == bench.desk.tickets[0].number
    assert not email.offers("has")


def test_a_copy_is_enough_where_the_desk_confirms_nothing(bench: MailBench) -> None:
    bench.desk.confirms = False
    email = bench.with_()
    email.create(CASE, Customer())
    email.note(CASE.key, note("Ligar às 15h", 5))  # by the thread alone
    (found,) = email.find(CASE.key, clock.now())
    assert (found.ref, found.number) == (CASE.key, "")
    assert len(bench.desk.tickets) == 1


def test_without_imap_nobody_can_tell_and_that_is_said(bench: MailBench) -> None:
    blind = bench.with_(imap_server="")
    assert [each for each in ("find", "has", "read") if blind.offers(each)] == []
    assert [each for each in ("create", "note", "attach", "close") if not blind.offers(each)] == []
    with pytest.raises(DeliveryError, match="Sem IMAP não há como conferir") as error:
        blind.find(CASE.key, clock.now())
    assert error.value.outcome is Outcome.REJECTED
    assert all(check.ok for check in blind.check())
    blind.create(CASE, Customer())
    blind.note(CASE.key, note("Ligar às 15h", 5))
    assert bench.desk.tickets[0].notes


@pytest.mark.parametrize(
    ("changes", "words", "login"),
    [
        ({"imap_password": "outra"}, "recusou usuário e senha", True),
        ({"imap_folder": "Nenhuma"}, "Não consegui ler a caixa", False),
        ({"imap_port": 9}, "Não consegui ler a caixa", False),
        ({"imap_tls": "starttls"}, "certificado do servidor das respostas não confere", False),
    ],
)
def test_a_mailbox_that_cannot_be_read_is_found_at_set_up(
    bench: MailBench,
    changes: dict[str, Any],
    words: str,
    login: bool,  # noqa: FBT001
) -> None:
    email = bench.with_(**changes)
    sent, answers = email.check()
    assert sent.ok
    assert not answers.ok
    assert words in answers.words
    with pytest.raises(DeliveryError) as error:
        list(email.read([CASE.key]))
    assert (error.value.outcome, error.value.login) == (Outcome.RETRY, login)
    assert "outra" not in str(error.value)


@pytest.mark.parametrize("imap_tls", ["tls", "starttls"])
def test_tls_is_spoken_with_whom_is_trusted_and_nobody_else(
    imap: Dovecot, pair: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch, imap_tls: str
) -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*pair)
    mailbox = f"caixa-{next(_mailboxes)}"
    with mail_desk.serving(lambda content: imap.deliver(mailbox, content), context) as desk:
        email = Email(replace(
            settings(desk, imap, mailbox), tls="starttls", imap_tls=imap_tls,
            imap_port=imap.tls_port if imap_tls == "tls" else imap.port,
        ))  # fmt: skip
        email.seconds = 60
        with pytest.raises(DeliveryError, match="certificado do servidor de envio não confere"):
            email.create(CASE, Customer())
        assert not any(check.ok for check in email.check())
        monkeypatch.setenv("SSL_CERT_FILE", str(pair[0]))
        email.create(CASE, Customer())
        assert len(email.find(CASE.key, clock.now())) == 1
        plain = Email(replace(email.settings, tls="none"))
        with pytest.raises(DeliveryError) as error:
            plain.create(CASE, Customer())
        assert error.value.outcome is not Outcome.UNKNOWN


def test_what_is_not_ours_is_not_asked_for(bench: MailBench) -> None:
    email = bench.with_()
    assert list(email.read(['G1" OR ALL', "999999"])) == []
    with pytest.raises(DeliveryError, match="não é um código"):
        email.find('"] ALL', clock.now())


def test_a_token_is_remembered_by_its_copy_alone(bench: MailBench) -> None:
    email = bench.with_()
    email.create(CASE, Customer())
    email.solve(CASE.key, Note(f"Outro certificado\n[{CASE.key}.1]", f"[{CASE.key}.1]"))
    assert email.has(CASE.key, f"[{CASE.key}.1]")
    assert not email.has(CASE.key, f"[{CASE.key}.10]")
    assert re.fullmatch(
        r"Re: \[Ticket#\d+\] Solução \[G4821703657\]", bench.desk.mails[1]["Subject"]
    )
