"""The customers who came back: which tickets, newest first, each with the customer masked."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from guiche.desk.figures.choice import Choice
from guiche.desk.figures.count import AGAIN, bounds, customer_number
from guiche.desk.figures.table import Table
from guiche.desk.figures.tally import Tally
from guiche.desk.search.index import key as term_key
from guiche.desk.search.spelling import document
from guiche.desk.search.term import Term
from guiche.desk.tickets.ticket import Ticket

MOST = 50
_DAYS = 31
_HEADINGS = ("Cliente", "CPF ou CNPJ", "Chamados em 30 dias", "Último protocolo", "Aberto em")


@dataclass(frozen=True)
class Repeated:
    """A customer by the last of his tickets in the period, and those shortly before it."""

    ticket: Ticket
    before: tuple[Ticket, ...]

    @classmethod
    def all(cls, choice: Choice) -> "list[Repeated]":
        """Up to `MOST`, the latest first, each customer once.

        The tallies say on which days there are any: no other day is looked through.
        """
        found: dict[bytes, Repeated] = {}
        days = choice.tallies().filter(kind=Tally.Kind.AGAIN).values_list("day", flat=True)
        for day in days.distinct().order_by("-day")[:_DAYS]:
            for term, each in cls._of_day(choice, *bounds(day)):
                found.setdefault(term, each)
            if len(found) >= MOST:
                break
        return list(found.values())[:MOST]

    @classmethod
    def _of_day(
        cls, choice: Choice, begin: datetime, end: datetime
    ) -> "Iterator[tuple[bytes, Repeated]]":
        opened = Ticket.objects.filter(
            opened_at__gte=begin, opened_at__lt=end, erased_at=None, **choice.tickets()
        )
        tickets = opened.prefetch_related("procedure_version").order_by("-opened_at", "-pk")
        terms = {ticket: _term(ticket) for ticket in tickets}
        others = _others(set(terms.values()), begin - AGAIN, end)
        for ticket, term in terms.items():
            before = tuple(
                other
                for other in others.get(term, ())
                if ticket.opened_at - AGAIN <= other.opened_at < ticket.opened_at
            )
            if term and before:
                yield term, cls(ticket, before)

    @property
    def count(self) -> int:
        """Tickets within the days, this one too."""
        return len(self.before) + 1

    @classmethod
    def table(cls, choice: Choice) -> Table:
        """The same for a sheet."""
        rows = tuple(
            (
                each.ticket.customer_masked, each.ticket.document_masked, each.count,
                each.ticket.spoken, f"{timezone.localtime(each.ticket.opened_at):%d/%m/%Y %H:%M}",
            )
            for each in cls.all(choice)
        )  # fmt: skip
        return Table("repetidos", "Clientes que voltaram em 30 dias", _HEADINGS, rows)


def _term(ticket: Ticket) -> bytes:
    number = customer_number(ticket)
    return term_key(Term.Kind.DOCUMENT, document(number))[1] if number else b""


def _others(terms: set[bytes], begin: datetime, end: datetime) -> dict[bytes, list[Ticket]]:
    rows: QuerySet[Term] = Term.objects.filter(
        kind=Term.Kind.DOCUMENT, term__in=terms - {b""},
        ticket__opened_at__gte=begin, ticket__opened_at__lt=end,
    )  # fmt: skip
    more = Term.objects.filter(kind=Term.Kind.DOCUMENT, term=OuterRef("term")).exclude(
        ticket=OuterRef("ticket")
    )
    found: dict[bytes, list[Ticket]] = {}
    for row in rows.filter(Exists(more)).select_related("ticket").order_by("-ticket__opened_at"):
        if row.ticket:
            found.setdefault(bytes(row.term), []).append(row.ticket)
    return found
