"""A desk that is spoken to by e-mail: a ticket a thread, a number in its answers, faults when told.

Its SMTP side is real (aiosmtpd); what it answers, and the copies that are sent beside, it puts into
a real mailbox.
"""

import asyncio
import re
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import SMTP, default
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from ports import free_port

USER, PASSWORD = "guiche", "senha-de-envio"
OWN, DESK, TEAM = "guiche@cliente.exemplo", "chamados@desk.exemplo", "relacionamento@desk.exemplo"

Deliver = Callable[[bytes], object]


@dataclass
class Ticket:
    key: str
    number: str
    title: str
    text: str
    ids: set[str]
    team: str = "Suporte"
    closed: bool = False
    notes: list[str] = field(default_factory=list)
    files: list[tuple[str, bytes]] = field(default_factory=list)


class MailDesk:
    """`deliver` puts a message into the mailbox that answers come to."""

    def __init__(self, deliver: Deliver) -> None:
        self.deliver = deliver
        self.tickets: list[Ticket] = []
        self.mails: list[EmailMessage] = []
        self.fault = ""
        self.confirms = True
        self.port = 0

    async def handle_MAIL(  # noqa: N802
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        if self.fault in ("busy", "down"):
            return "451 4.3.2 Tente mais tarde"
        envelope.mail_from = address
        return "250 2.1.0 ok"

    async def handle_RCPT(  # noqa: N802
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        if address not in (OWN, DESK, TEAM):
            return "550 5.1.1 Caixa inexistente"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 ok"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        fault, self.fault = self.fault, ""
        if fault == "refused":
            return "554 5.6.0 Categoria inválida"
        if fault not in ("hang_before", "garbled"):
            await asyncio.to_thread(self._take, envelope.content, list(envelope.rcpt_tos))
        if fault == "garbled":
            server.transport.write(b"<html>Manutencao</html>\r\n")
        if fault == "truncated":
            server.transport.write(b"25")
        if fault in ("truncated", "cut"):
            server.transport.close()
        if fault:
            await asyncio.sleep(60)  # ends with the connection
        return "250 2.0.0 recebida"

    def _take(self, content: bytes, to: list[str]) -> None:
        mail = BytesParser(policy=default).parsebytes(content)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        if OWN in to:
            self.deliver(content)
        ticket = self._ticket_of(mail)
        if ticket is None:
            self._open(mail)
        else:
            self._add(ticket, mail, to)

    def _ticket_of(self, mail: EmailMessage) -> Ticket | None:
        number = re.search(r"\[Ticket#(\d+)\]", str(mail["Subject"]))
        named = set(re.findall(r"<[^<>]+>", f"{mail['References']} {mail['In-Reply-To']}"))
        for ticket in self.tickets:
            if number and ticket.number == number[1]:
                return ticket
        return next((ticket for ticket in self.tickets if ticket.ids & named), None)

    def _open(self, mail: EmailMessage) -> None:
        identity = str(mail["Message-ID"])
        key = identity.strip("<").partition(".")[0]
        number = f"{20261123000001 + len(self.tickets)}"
        ticket = Ticket(key, number, str(mail["Subject"]), text_of(mail), {identity})
        self.tickets.append(ticket)
        if self.confirms:
            self.answer(ticket, "Recebemos o seu chamado.", machine=True)

    def _add(self, ticket: Ticket, mail: EmailMessage, to: list[str]) -> None:
        ticket.ids.add(str(mail["Message-ID"]))
        ticket.notes.append(text_of(mail))
        for part in mail.iter_attachments():
            content = part.get_payload(decode=True)
            assert isinstance(content, bytes)
            ticket.files.append((part.get_filename() or "", content))
        subject = str(mail["Subject"])
        ticket.closed = ticket.closed or "Encerrar" in subject
        if TEAM in to or "Encaminhar para" in subject:
            ticket.team = "Relacionamento"

    def answer(
        self, ticket: Ticket, text: str, *, machine: bool = False, sender: str = DESK
    ) -> None:
        """Answers the first message of a ticket, as a person or as a machine."""
        mail = EmailMessage(policy=SMTP)
        mail["From"], mail["To"] = f"Atendimento <{sender}>", OWN
        mail["Subject"] = f"[Ticket#{ticket.number}] Re: {ticket.title}"
        mail["Message-ID"] = f"<{len(ticket.ids)}.{ticket.number}.{len(text)}@desk.exemplo>"
        mail["In-Reply-To"] = next(iter(ticket.ids))
        mail["Date"] = "Mon, 23 Nov 2026 15:00:00 -0300"
        if machine:
            mail["Auto-Submitted"] = "auto-replied"
        mail.set_content(text)
        self.deliver(mail.as_bytes())


def text_of(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    return str(body.get_content()) if body else ""


@contextmanager
def serving(deliver: Deliver, tls: ssl.SSLContext | None = None) -> Iterator[MailDesk]:
    """The desk, listening on a port of the loopback address for as long as the block lasts."""
    desk = MailDesk(deliver)
    desk.port = free_port()

    def authenticator(*arguments: Any) -> AuthResult:
        given = arguments[4]
        right = LoginPassword(USER.encode(), PASSWORD.encode())
        return AuthResult(success=given == right, handled=False)

    controller = Controller(
        desk, hostname="127.0.0.1", port=desk.port, authenticator=authenticator,
        auth_required=tls is not None, auth_require_tls=tls is not None, tls_context=tls,
        require_starttls=tls is not None, enable_SMTPUTF8=True, ready_timeout=60,
    )  # fmt: skip
    controller.start()
    try:
        yield desk
    finally:
        controller.stop()
