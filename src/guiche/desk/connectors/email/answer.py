"""A message that came back: which ticket it is about, who wrote it, what it says.

Everything in it is hostile: a header that cannot be read is empty.
"""

import hashlib
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from email.message import EmailMessage, Message
from email.utils import parsedate_to_datetime

from guiche.desk.connectors.connector import RemoteNote
from guiche.desk.connectors.email.body import parts, written
from guiche.desk.connectors.email.thread import one_line

_LONGEST = 4000
_STATUS = "message/delivery-status"


class Answer:
    """One message of the mailbox."""

    def __init__(self, message: EmailMessage) -> None:
        self._message = message

    @property
    def id(self) -> str:
        """Its id; of a message without one, a digest."""
        named = re.search(r"<[^<>\s]{1,250}>", self._header("Message-ID"))
        whole = f"{self._header('From')}\n{self._header('Date')}\n{self.subject}\n{self.text}"
        return named[0] if named else hashlib.sha256(whole.encode()).hexdigest()

    @property
    def subject(self) -> str:
        """Its subject."""
        return self._header("Subject")

    @property
    def domain(self) -> str:
        """Where it comes from; "" where that cannot be told."""
        found = re.search(r"@([A-Za-z0-9.-]+)>?$", self._header("From"))
        return found[1].lower() if found else ""

    @property
    def text(self) -> str:
        """What was written, without what it quotes."""
        return written(self._message)

    @property
    def is_machine(self) -> bool:
        """Whether no person wrote it (RFC 3834, and what was usual before)."""
        submitted = self._header("Auto-Submitted").partition(";")[0].strip().lower()
        return (
            submitted not in ("", "no")
            or self.is_report
            or self._header("Precedence").lower() in ("auto_reply", "bulk", "junk")
            or bool(self._header("X-Autoreply") or self._header("X-Autorespond"))
        )

    @property
    def is_report(self) -> bool:
        """Whether it is a report on the delivery of another one (RFC 3464)."""
        return any(part.get_content_type() == _STATUS for part in parts(self._message))

    def is_about(self, key: str) -> bool:
        """Whether it answers a message of this ticket, or bears its mark; our copies do not."""
        if self.id.startswith(f"<{key}."):
            return False
        named = self._header("References") + self._header("In-Reply-To")
        return f"<{key}." in named or f"[{key}]" in self.subject

    def is_on_return_of(self, key: str) -> bool:
        """Whether it is a report on a message of this ticket."""
        return self.is_report and f"<{key}." in "".join(
            _source(part)
            for part in parts(self._message)
            if part.get_content_type() in ("message/rfc822", "text/rfc822-headers")
        )

    def note(self) -> RemoteNote:
        """The same, as something written in the desk."""
        said = self._reported() if self.is_report else self.text
        return RemoteNote(self.id, said[:_LONGEST], self._header("From")[:200], self._written_at())

    def _reported(self) -> str:
        blocks = [
            block
            for part in parts(self._message)
            if part.get_content_type() == _STATUS and isinstance(part.get_payload(), list)
            for block in part.iter_parts()
        ]
        return "\n".join(_told(block) for block in blocks if block["Action"])

    def _written_at(self) -> datetime | None:
        try:
            at = parsedate_to_datetime(self._header("Date"))
        except ValueError:
            return None
        return at if at.tzinfo else at.replace(tzinfo=UTC)

    def _header(self, name: str) -> str:
        try:
            return one_line(str(self._message[name] or ""))
        except Exception:
            return ""


def number_of(answers: Iterable[Answer], pattern: "re.Pattern[str]", mark: str) -> tuple[str, str]:
    """The one number that the desk wrote, and how it stands there; two or none give "", "".

    Subjects are believed before texts, and our own text, which ends with our mark, is not believed
    where it comes back.
    """
    answers = list(answers)
    texts = [each.text for each in answers if mark not in each.text]
    for said in ([each.subject for each in answers], texts):
        hits = (hit for text in said for hit in pattern.finditer(text.replace(mark, " ")))
        found = {hit[1]: hit[0] for hit in hits if hit[1]}
        if found:
            return next(iter(found.items())) if len(found) == 1 else ("", "")
    return "", ""


def _told(block: Message) -> str:
    to = str(block.get("Final-Recipient", "")).rpartition(";")[2].strip()
    why = str(block.get("Diagnostic-Code") or block.get("Status") or "")
    failed = str(block["Action"]).strip().lower() == "failed"
    return one_line(f"A mensagem {'não chegou' if failed else 'está a caminho'} a {to}: {why}")


def _source(part: EmailMessage) -> str:
    try:
        return part.as_string()
    except Exception:
        return ""
