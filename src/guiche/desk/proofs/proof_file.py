"""The page that proves the reading of a ticket, as a file."""

from typing import NamedTuple

from guiche.desk.proofs.said import Said
from guiche.desk.tickets.ticket import Ticket


class ProofFile(NamedTuple):
    """A document and its name."""

    name: str
    media_type: str
    content: bytes


def name_of(ticket: Ticket) -> str:
    """`leitura-G4821703657.pdf`: by it another desk tells whether it has the file already."""
    return f"leitura-{ticket.key}.pdf"


def proof_of(ticket: Ticket) -> ProofFile | None:
    """Of the reading that the ticket was opened with; None where there is none, or no more."""
    if ticket.inspection is None:
        return None
    # Only who draws loads what draws.
    from guiche.desk.proofs.paper import MEDIA_TYPE, paper_of

    content = paper_of(Said.of(ticket.inspection, ticket.spoken))
    return ProofFile(name_of(ticket), MEDIA_TYPE, content)
