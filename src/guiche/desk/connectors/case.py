"""What a desk is told of a ticket, free of rows: a connector sees nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from guiche.desk.tickets.ticket import Ticket


@dataclass(frozen=True)
class Case:
    """A ticket as it is delivered. Texts are plain, in pt-BR, with `\\n` between lines."""

    key: str
    """`G4821703657`: ours, minted before anything was sent, by which the ticket is found again."""
    title: str
    """`Certificado sem CEI - Padaria Exemplo Ltda [G4821703657]`."""
    text: str
    """All answers, a line each; the last one is the mark."""
    name: str
    document: str
    """CPF or CNPJ, digits or the letters of an alphanumeric CNPJ; "" where it is not known."""
    email: str
    phones: tuple[str, ...]
    """In E.164, the first to call first."""
    team: str
    category: str
    solution: str
    facts: Mapping[str, str]
    """Every answer by its key in the procedure, as people read it."""
    opened_at: datetime
    due_at: datetime

    @property
    def mark(self) -> str:
        """`[G4821703657]`, as it stands in titles."""
        return f"[{self.key}]"

    def title_within(self, length: int) -> str:
        """The title in so many characters at most, with the mark whole: a desk cuts at the end."""
        if len(self.title) <= length:
            return self.title
        rest = self.title.replace(self.mark, "")[: length - len(self.mark) - 2].rstrip()
        return f"{rest}… {self.mark}"


@dataclass(frozen=True)
class Note:
    """Something to be written into a ticket; `token` is the last line of `text`."""

    text: str
    token: str
    """`[G4821703657.5]`: the fifth event of this ticket."""


@dataclass(frozen=True)
class Attachment:
    """A file to be kept with a ticket; the key in its name tells whether it is there already."""

    name: str
    media_type: str
    content: bytes


def case_of(ticket: "Ticket") -> Case:
    """The case of a ticket whose data were not erased."""
    from guiche.desk.tickets.block import copy_blocks

    customer, procedure = ticket.procedure.customer, ticket.procedure
    shown = ticket.shown
    answers: Any = ticket.facts
    return Case(
        key=ticket.key,
        title=f"{procedure.title} - {ticket.customer} {ticket.mark}",
        text="\n\n".join(block.copied for block in copy_blocks(ticket)),
        name=ticket.customer,
        document=answers.get(customer.document, ""),
        email=ticket.email,
        phones=tuple(ticket.phones),
        team=ticket.team,
        category=shown.get("category", ""),
        solution=ticket.solution,
        facts=shown,
        opened_at=ticket.opened_at,
        due_at=ticket.promise.due_at,
    )
