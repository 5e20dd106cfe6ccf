"""The customers who came back: which tickets, newest first, each with the customer masked."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from guiche.desk.figures.again import customer_number, earlier
from guiche.desk.figures.choice import Choice
from guiche.desk.figures.count import bounds
from guiche.desk.figures.table import Table
from guiche.desk.figures.tally import Tally
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
        found: dict[str, Repeated] = {}
        days = choice.tallies().filter(kind=Tally.Kind.AGAIN).values_list("day", flat=True)
        for day in days.distinct().order_by("-day")[:_DAYS]:
            for each in cls._of_day(choice, *bounds(day)):
                found.setdefault(customer_number(each.ticket), each)
            if len(found) >= MOST:
                break
        return list(found.values())[:MOST]

    @classmethod
    def _of_day(cls, choice: Choice, begin: datetime, end: datetime) -> "Iterator[Repeated]":
        opened = Ticket.objects.filter(
            opened_at__gte=begin, opened_at__lt=end, erased_at=None, **choice.tickets()
        )
        tickets = list(opened.prefetch_related("procedure_version").order_by("-opened_at", "-pk"))
        before = earlier(tickets, begin, end)
        return (cls(each, tuple(before[each.pk])) for each in tickets if each.pk in before)

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
