"""The reading as a file that goes with the ticket to another desk: the page that proves it."""

from guiche.desk.connectors.case import Attachment
from guiche.desk.proofs.proof_file import name_of, proof_of
from guiche.desk.tickets.ticket import Ticket


def reading_report(ticket: Ticket) -> Attachment | None:
    """`leitura-G4821703657.pdf`; None of a ticket whose certificate was not read."""
    file = proof_of(ticket)
    return Attachment(file.name, file.media_type, file.content) if file else None


def report_name(ticket: Ticket) -> str:
    """The name, which tells whether the file is there already."""
    return name_of(ticket)
