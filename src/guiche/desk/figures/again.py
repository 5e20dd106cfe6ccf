"""Customers who come back: which tickets were opened for the same CPF or CNPJ shortly before."""

import logging
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from guiche.desk.procedures.procedure import Procedure
from guiche.desk.procedures.table import ProcedureError
from guiche.desk.procedures.version import ProcedureVersion
from guiche.desk.search.index import key as term_key
from guiche.desk.search.spelling import document
from guiche.desk.search.term import Term
from guiche.desk.tickets.ticket import Ticket

log = logging.getLogger(__name__)

AGAIN = timedelta(days=30)
"""Within which a second ticket of the same CPF or CNPJ is one of somebody who came back."""

_AT_ONCE = 500
_Terms = dict[bytes, list[Ticket]]


def earlier(tickets: Sequence[Ticket], begin: datetime, end: datetime) -> dict[int, list[Ticket]]:
    """For each of these tickets, all opened from `begin` to `end`, those of the same customer
    within `AGAIN` before it, the latest first; only where there are any.

    Index first: what it finds may be another's, whose certificate had that number.
    """
    terms: _Terms = {}
    for ticket in tickets:
        if number := customer_number(ticket):
            terms.setdefault(term_key(Term.Kind.DOCUMENT, document(number))[1], []).append(ticket)
    found: dict[int, list[Ticket]] = {}
    for term, other in _others(terms, begin - AGAIN, end):
        for ticket in terms[term]:
            if ticket.opened_at - AGAIN <= other.opened_at < ticket.opened_at:
                found.setdefault(ticket.pk, []).append(other)
    return found


def _others(terms: _Terms, begin: datetime, end: datetime) -> Iterator[tuple[bytes, Ticket]]:
    asked = list(terms)
    for start in range(0, len(asked), _AT_ONCE):
        rows = Term.objects.filter(
            kind=Term.Kind.DOCUMENT, term__in=asked[start : start + _AT_ONCE],
            ticket__opened_at__gte=begin, ticket__opened_at__lt=end,
        ).values_list("term", "ticket")  # fmt: skip
        # Most are the very tickets that are asked about, alone with their number.
        pairs = [(bytes(term), pk) for term, pk in rows if pk]
        times = Counter(term for term, _ in pairs)
        shared = [(term, pk) for term, pk in pairs if times[term] > 1]
        tickets = Ticket.objects.prefetch_related("procedure_version").in_bulk(
            [pk for _, pk in shared]
        )
        found = ((term, tickets[pk]) for term, pk in shared if pk in tickets)
        for term, other in sorted(found, key=lambda pair: pair[1].opened_at, reverse=True):
            number = customer_number(other)
            if number and term_key(Term.Kind.DOCUMENT, document(number))[1] == term:
                yield term, other


def customer_number(ticket: Ticket) -> str:
    """The CPF or CNPJ of the customer; "" where it is not known, or no longer."""
    procedure = None if ticket.erased_at else readable(ticket.procedure_version)
    if procedure is None:
        return ""
    key = procedure.customer.document
    facts: Mapping[str, str] = ticket.facts
    answer = facts.get(key, "")
    return "" if not answer or procedure.fact(key).is_exit(answer) else answer


def readable(version: ProcedureVersion) -> Procedure | None:
    """What the text says; None of an old one that is refused by now."""
    try:
        return version.procedure
    except ProcedureError as error:
        log.warning("procedure version %s is passed over: %s", version.pk, error)
        return None
