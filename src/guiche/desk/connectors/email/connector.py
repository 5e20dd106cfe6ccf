"""Opens tickets by e-mail: one message opens, the later ones answer it.

`ref` is our own key: no number comes back at once. Where IMAP is set up, the number and the notes
are read from what the desk answers, and a message whose fate is not known is looked up, by its own
copy or by the desk's automatic answer. Without either nobody can tell, and `find` is not offered.
What a team is told, and that a ticket is to be closed, are words: the desk, or a rule in it, acts.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from email.message import EmailMessage
from secrets import token_hex

from guiche.desk import clock
from guiche.desk.connectors.case import Attachment, Case, Note
from guiche.desk.connectors.connector import (
    Check,
    Connector,
    Created,
    Customer,
    DeliveryError,
    Found,
    Outcome,
    Remote,
)
from guiche.desk.connectors.email.answer import Answer, number_of
from guiche.desk.connectors.email.mailbox import Mailbox
from guiche.desk.connectors.email.post import Post
from guiche.desk.connectors.email.settings import MailSettings
from guiche.desk.connectors.email.thread import KEY, Thread, part_of, with_file

_REPORTS_FOR = timedelta(days=15)


class Email(Connector[MailSettings]):
    """A mailbox behind which a desk, or a person, opens tickets."""

    Settings = MailSettings
    lag: timedelta = timedelta(minutes=10)
    at_once: int = 2
    poll_every: timedelta = timedelta(minutes=5)
    seconds: float = 60.0
    """How long any answer of a server is waited for."""

    def offers(self, capability: str) -> bool:
        """Looking up and reading need IMAP, and something to look for."""
        needs = {
            "find": self.settings.reads and self.settings.evidence != "none",
            "has": self.settings.copies,
            "read": self.settings.reads,
        }
        return super().offers(capability) and needs.get(capability, True)

    def create(self, case: Case, customer: Customer) -> Created:  # noqa: ARG002
        """Sends the message that opens the ticket."""
        # What looks like the desk's number would come back in its answers, and be taken for it.
        title = self.settings.pattern.sub(" ", case.title)
        self._send(self._thread(case.key).opening(replace(case, title=title)))
        return Created(case.key)

    def find(self, key: str, since: datetime) -> Sequence[Found]:  # noqa: ARG002
        """A ticket for each copy of its first message, or for each number that was answered."""
        if not self.offers("find"):
            why = "Sem IMAP não há como conferir se a mensagem chegou: veja no sistema."
            raise DeliveryError(why, Outcome.REJECTED)
        with self._mailbox() as mailbox:
            copies = mailbox.copies(key, "create@") if self.settings.copies else []
            answers = mailbox.answers(key)
        each = (self._number([answer], key)[0] for answer in answers)
        numbers = list(dict.fromkeys(number for number in each if number))
        many = max(len(copies), len(numbers), min(1, len(answers)))
        return [Found(key, key, number) for number in [*numbers, *[""] * many][:many]]

    def attach(self, ref: str, file: Attachment) -> None:
        """Sends the file."""
        part, text = f"{part_of(file.name)}.attach", f"Em anexo: {file.name}\n[{ref}]"
        self._send(with_file(self._follow_up(ref, part, "Arquivo", text), file))

    def note(self, ref: str, note: Note) -> None:
        """Sends the note."""
        self._send(self._follow_up(ref, f"{part_of(note.token)}.note", "Nota", note.text))

    def solve(self, ref: str, note: Note) -> None:
        """Sends the solution."""
        self._send(self._follow_up(ref, f"{part_of(note.token)}.solve", "Solução", note.text))

    def close(self, ref: str, note: Note) -> None:
        """Sends the note, and asks for the end of the ticket."""
        self._send(self._follow_up(ref, f"{part_of(note.token)}.close", "Encerrar", note.text))

    def forward(self, ref: str, team: str) -> None:
        """Writes to the team where its address is known, else asks the desk to hand it over."""
        # Not the same id each time: a ticket may go to one team twice, and a desk that drops what
        # it knows already would drop the second time.
        part, text = f"forward-{token_hex(6)}", f"Este chamado é da equipe {team}.\n[{ref}]"
        to = self.settings.teams.get(team, "")
        self._send(self._follow_up(ref, part, f"Encaminhar para {team}", text, to))

    def has(self, ref: str, token: str) -> bool:
        """Whether a copy says that it was sent."""
        with self._mailbox() as mailbox:
            return bool(mailbox.copies(ref, f"{part_of(token)}."))

    def read(self, refs: Sequence[str]) -> Iterable[Remote]:
        """Numbers, what people answered, and what did not arrive. A status is not known."""
        with self._mailbox() as mailbox:
            reports = mailbox.reports(clock.now() - _REPORTS_FOR)
            found = {ref: mailbox.answers(ref) for ref in refs if KEY.fullmatch(ref)}
        return [self._standing(ref, answers, reports) for ref, answers in found.items()]

    def check(self) -> Iterable[Check]:
        """Logs in on both sides, and names the addresses to the mail server without writing."""
        to = [self.settings.desk, *self._copy(), *self.settings.teams.values()]
        yield Check.tried("Envio", lambda: Post(self.settings, self.seconds).tried(to))
        if self.settings.reads:
            yield Check.tried("Respostas", self._visited)
        else:
            words = "Sem IMAP, o número do sistema e as respostas não voltam."
            yield Check("Respostas", ok=True, words=words)

    def _thread(self, ref: str) -> Thread:
        return Thread(ref, self.settings.sender, self.settings.desk)

    def _follow_up(self, ref: str, part: str, what: str, text: str, to: str = "") -> EmailMessage:
        tag = self._tag(ref) if self.settings.reads else ""
        return self._thread(ref).follow_up(part, what, text, tag=tag, to=to)

    def _tag(self, ref: str) -> str:
        """The desk's own mark: many desks know their tickets by nothing else."""
        with self._mailbox() as mailbox:
            return self._number(mailbox.answers(ref), ref)[1]

    def _number(self, answers: Iterable[Answer], key: str) -> tuple[str, str]:
        return number_of(answers, self.settings.pattern, f"[{key}]")

    def _standing(self, ref: str, answers: Sequence[Answer], reports: Sequence[Answer]) -> Remote:
        people = [each.note() for each in answers if not each.is_machine]
        returned = [each.note() for each in reports if each.is_on_return_of(ref)]
        return Remote(ref, "", number=self._number(answers, ref)[0], notes=[*people, *returned])

    def _send(self, message: EmailMessage) -> None:
        to = [address.addr_spec for address in message["To"].addresses]
        Post(self.settings, self.seconds).send(message, [*to, *self._copy()])

    def _copy(self) -> list[str]:
        return [self.settings.sender] if self.settings.copies else []

    def _mailbox(self) -> Mailbox:
        return Mailbox(self.settings, self.seconds)

    def _visited(self) -> None:
        with self._mailbox():
            """Opened, as for reading."""
