"""Who may see the page of a ticket: by its link, or by its number and the end of a telephone."""

import hmac
import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet

from guiche.desk.portal.ticket_token import Opened, opened, token_of
from guiche.desk.search import spelling
from guiche.desk.search.term import Term
from guiche.desk.tickets import number as numbers
from guiche.desk.tickets.ticket import Ticket
from guiche.desk.tickets.told import LONGEST

VISIT = timedelta(minutes=30)
"""For so long whoever gave the right digits sees the page."""
ENDING = 4
_MOST_TYPED = 2 * LONGEST


@dataclass(frozen=True)
class Visit:
    """Somebody before the page of a ticket."""

    ticket: Ticket
    token: str
    by_link: bool
    """He has the link itself, which only its customer was sent; digits may have been guessed."""

    @classmethod
    def of(cls, token: str, now: datetime) -> "Visit | None":
        """By a token. None alike of one that is wrong, expired or replaced, and of a ticket that
        was closed long ago or erased."""
        said = opened(token)
        if said is None or (said.until and now >= said.until):
            return None
        rows = Ticket.objects.select_related("promise", "procedure_version", "inspection")
        ticket = rows.filter(pk=said.ticket, link_epoch=said.epoch).first()
        if ticket is None or not ticket.opens_at(now):
            return None
        return cls(ticket, token, by_link=said.until is None)


def asked(number: str) -> str:
    """A number as it is counted and looked for: the same however it is written.

    >>> asked(" 482 170 365-7 "), asked("[G4821703657]"), asked("#2026/ab-17")
    ('4821703657', '4821703657', '2026ab17')
    """
    compact = spelling.number(number[:_MOST_TYPED])
    own = compact.removeprefix("g")
    return own if numbers.is_valid(own) else compact


def check(number: str, digits: str, now: datetime) -> str:
    """A token for `VISIT`, where the ticket of this number has a telephone that ends so; else "".

    Two queries whatever is typed, and a comparison always: nothing tells a wrong number from wrong
    digits, from a ticket without a telephone or from one that was erased.
    """
    compact = asked(number)
    known = list(
        Ticket.objects.filter(number=compact).values_list("pk", flat=True)
        .union(_of_desk(compact))
    )  # fmt: skip
    phones = Term.objects.filter(kind=Term.Kind.PHONE, ticket__in=[0, *known])
    terms = [bytes(term) for term in phones.values_list("term", flat=True)]
    typed = re.sub("[^0-9]", "", digits[:_MOST_TYPED]).encode()
    # With something also where there is nothing, and with each whichever fits.
    fits = [hmac.compare_digest(term[-ENDING:], typed) for term in (*terms, b"-" * ENDING)]
    if not any(fits) or len(known) != 1:
        return ""
    ticket = Ticket.objects.get(pk=known[0])
    if not ticket.opens_at(now):
        return ""
    return token_of(Opened(ticket.pk, ticket.link_epoch, now + VISIT))


def _of_desk(number: str) -> "QuerySet[Term, int | None]":
    """The tickets that another desk calls so."""
    term = number.encode()[: spelling.LONGEST]
    return Term.objects.filter(kind=Term.Kind.NUMBER, term=term).values_list("ticket", flat=True)
