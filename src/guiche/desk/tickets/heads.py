"""The heads of all histories, as they are kept elsewhere and compared later.

A file is a line for each ticket, `row number count head`, in the order of rows, and a last line
with the digest over them. What is added later is allowed; what was there must be there as it was.
"""

from collections.abc import Iterator
from hashlib import sha256
from typing import NamedTuple, TextIO

from guiche.desk.refusal import Refused
from guiche.desk.tickets.audit import Checked
from guiche.desk.tickets.chain import START

FIRST = "guiche heads 1"
CHANGES = {
    "gone": "o chamado não existe mais",
    "shorter": "o histórico tem menos eventos que antes",
    "changed": "o histórico de então não é mais o mesmo",
    "other": "o resumo é outro; só com o arquivo de --save se sabe se algo mudou ou só foi somado",
}
"""What differs from the file, by code."""


class HeadsRefused(Refused):
    """The file cannot be compared with."""


class Head(NamedTuple):
    """How one history ended."""

    ticket: int
    number: str
    seq: int
    link: str

    @property
    def line(self) -> str:
        """As it stands in a file."""
        return " ".join(map(str, self))


class Summary:
    """The digest over the lines of all heads; made as they come."""

    def __init__(self) -> None:
        self._hash, self.tickets, self.events = sha256(), 0, 0

    def add(self, head: Head) -> None:
        """The next one."""
        self._hash.update(f"{head.line}\n".encode())
        self.tickets += 1
        self.events += head.seq

    @property
    def line(self) -> str:
        """`sha256 9f86… tickets 2 events 10`."""
        return f"sha256 {self._hash.hexdigest()} tickets {self.tickets} events {self.events}"


Change = tuple[str, str]
"""Number of the ticket, "" of all, and a code of `CHANGES`."""


class Comparison:
    """What a file says was there, against the histories as they come; both in the order of rows."""

    def __init__(self, file: TextIO) -> None:
        self._file, self._before = file, Summary()
        first = file.readline().rstrip("\n")
        self._whole = first if first.startswith("sha256 ") else ""
        if not self._whole and first != FIRST:
            raise HeadsRefused("O arquivo não é de guiche history verify --save, nem de --head.")
        self._head = None if self._whole else self._next()

    def of(self, history: Checked) -> Iterator[Change]:
        """What is no longer there up to this history, and what of it is not as it was."""
        while (head := self._head) and head.ticket <= history.ticket:
            if head.ticket < history.ticket or head.number != history.number:
                yield head.number, "gone"
            elif history.seq < head.seq:
                yield head.number, "shorter"
            elif history.links.get(head.seq, START) != head.link:
                yield head.number, "changed"
            self._head = self._next()

    def rest(self, now: "Summary") -> Iterator[Change]:
        """What is no longer there after the last history; of a mere digest, whether it differs."""
        while head := self._head:
            yield head.number, "gone"
            self._head = self._next()
        if self._whole and self._whole != now.line:
            yield "", "other"

    def _next(self) -> Head | None:
        """The next head of the file. `HeadsRefused` where it is not as it was written."""
        line = self._file.readline().rstrip("\n")
        if line.startswith("sha256 ") and line == self._before.line:
            return None
        try:
            ticket, number, seq, link = line.split(" ")
            head = Head(int(ticket), number, int(seq), link)
        except ValueError:
            raise HeadsRefused(
                "O arquivo não está como foi gravado: foi mudado ou cortado."
            ) from None
        self._before.add(head)
        return head
