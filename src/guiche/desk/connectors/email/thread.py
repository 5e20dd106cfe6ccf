"""The messages of one ticket: the first one opens it, the others answer it.

Each has an id of its own that is the same at every attempt, so that a desk which drops what it has
got already takes it once, and so that a copy tells what was sent.
"""

import hashlib
import re
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import localtime

from guiche.desk.connectors.case import Attachment, Case
from guiche.desk.intake.plain import plain_text

KEY = re.compile(r"G\d{10}")
# RFC 3834 and Exchange's own: no machine answers these with a holiday greeting.
_AUTOMATIC = {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"}
_SEVEN_BITS = SMTP.clone(cte_type="7bit")
_LONGEST_SUBJECT = 200


@dataclass(frozen=True)
class Thread:
    """`key` is `G4821703657`; `sender` whoever sends, `desk` who gets it."""

    key: str
    sender: str
    desk: str

    @property
    def mark(self) -> str:
        """`[G4821703657]`, as it stands in subjects."""
        return f"[{self.key}]"

    def id(self, part: str) -> str:
        """The id of one of its messages: `<G4821703657.create@exemplo.com.br>`."""
        return f"<{self.key}.{part}@{self.sender.rpartition('@')[2]}>"

    def opening(self, case: Case) -> EmailMessage:
        """The message that opens the ticket."""
        subject = one_line(case.title)
        if len(subject) > _LONGEST_SUBJECT or self.mark not in subject:
            rest = subject.replace(self.mark, "").strip()
            subject = f"{rest[: _LONGEST_SUBJECT - len(self.mark)]} {self.mark}"
        return self._message("create", self.desk, subject, case.text)

    def follow_up(
        self, part: str, what: str, text: str, *, tag: str = "", to: str = ""
    ) -> EmailMessage:
        """A message that belongs to the first one; `tag` is the desk's own mark of the ticket."""
        subject = one_line(f"Re: {tag} {what} {self.mark}")
        message = self._message(part, to or self.desk, subject, text)
        message["In-Reply-To"] = message["References"] = self.id("create")
        return message

    def _message(self, part: str, to: str, subject: str, text: str) -> EmailMessage:
        message = EmailMessage(policy=_SEVEN_BITS)
        message["From"] = Address("Guichê", addr_spec=self.sender)
        message["To"] = Address(addr_spec=to)
        message["Subject"] = subject
        message["Date"] = localtime()
        message["Message-ID"] = self.id(part)
        for name, value in _AUTOMATIC.items():
            message[name] = value
        message.set_content(plain_text(text), cte="quoted-printable")
        return message


def with_file(message: EmailMessage, file: Attachment) -> EmailMessage:
    """The message, carrying a file to the byte."""
    main, _, sub = file.media_type.partition(";")[0].strip().partition("/")
    message.add_attachment(
        file.content, maintype=main, subtype=sub or "octet-stream", filename=one_line(file.name)
    )
    return message


def part_of(token: str) -> str:
    """`[G4821703657.5]` is part 5; a file is known by the digest of its name.

    >>> part_of("[G4821703657.5]"), part_of("leitura-G4821703657.txt")
    ('5', 'file-2c3fe2772735')
    """
    numbered = re.fullmatch(r"\[G\d{10}\.(\d+)\]", token)
    return numbered[1] if numbered else f"file-{hashlib.sha256(token.encode()).hexdigest()[:12]}"


def one_line(text: str) -> str:
    """The text without what could end a header."""
    shown = (letter if letter.isprintable() else " " for letter in plain_text(text))
    return " ".join("".join(shown).split())
