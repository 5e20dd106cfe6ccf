"""An SMTP server on this machine that keeps what it gets, and refuses what it is told to."""

import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default


@dataclass
class MailServer:
    """`answers` by command, `250` where none is given; `during` is called before DATA ends."""

    port: int = 0
    answers: dict[str, str] = field(default_factory=dict)
    during: Callable[[], object] = lambda: None
    raw: list[bytes] = field(default_factory=list)
    envelopes: list[list[str]] = field(default_factory=list)

    @property
    def mails(self) -> list[EmailMessage]:
        """What was accepted, in order."""
        parse = BytesParser(policy=default).parsebytes
        return [mail for raw in self.raw if isinstance(mail := parse(raw), EmailMessage)]


@contextmanager
def mail_server() -> Iterator[MailServer]:
    """Serves on a free port of the loopback address for as long as the block lasts."""
    state = MailServer()

    class Session(socketserver.StreamRequestHandler):
        def say(self, line: str) -> None:
            self.wfile.write(f"{line}\r\n".encode())

        def handle(self) -> None:
            with suppress(ConnectionError):
                self.converse()

        def converse(self) -> None:
            self.say(state.answers.get("CONNECT", "220 correio.exemplo"))
            envelope: list[str] = []
            while line := self.rfile.readline():
                command = line.decode().split()[0].upper()
                if command in ("MAIL", "RCPT"):
                    envelope.append(line.decode().strip())
                if command == "QUIT":
                    self.say("221 até logo")
                    return
                if command == "EHLO" and command not in state.answers:
                    self.say("250-correio.exemplo")
                    self.say("250 AUTH PLAIN")
                elif command == "DATA" and command not in state.answers:
                    self.take(envelope)
                else:
                    self.say(state.answers.get(command, "250 ok"))

        def take(self, envelope: list[str]) -> None:
            self.say("354 pode mandar")
            lines = []
            while (line := self.rfile.readline()) != b".\r\n":
                lines.append(line.removeprefix(b"."))
            state.during()
            if "END" not in state.answers:
                state.raw.append(b"".join(lines))
                state.envelopes.append(envelope)
            self.say(state.answers.get("END", "250 recebida"))

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Session) as server:
        server.daemon_threads = True
        state.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield state
        finally:
            server.shutdown()
