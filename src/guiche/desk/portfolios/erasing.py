"""What portfolios hold of a person: found by CPF or CNPJ, given to the person, or erased."""

from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from guiche.desk.portfolios.line import Line
from guiche.desk.portfolios.portfolio import UNDER_WAY, Portfolio, State


class Held(NamedTuple):
    """Portfolios that name the number, with the rows that do; how many are not read yet, of which
    that is not known."""

    number: str
    named: tuple[tuple[Portfolio, list[dict[str, Any]]], ...]
    unread: int

    @classmethod
    def of(cls, number: str) -> "Held":
        """By the compact number: as holder, and as who answers for the certificate."""
        every = list(Portfolio.objects.exclude(state__in=(State.CANCELLED, State.FAILED)))
        read = [each for each in every if each.is_read and each.folder.table.is_file()]
        if not read:
            return cls(number, (), _unread(every))
        from guiche.desk.portfolios.writing import naming

        rows = ((each, naming(each.folder.table, number)) for each in read)
        named = tuple((each, found) for each, found in rows if found)
        return cls(number, named, _unread(every))

    @property
    def rows(self) -> int:
        """Of all of them."""
        return sum(len(rows) for _, rows in self.named)

    def told(self) -> list[dict[str, Any]]:
        """All of it, for the person."""
        return [
            {"carteira": portfolio.name, "lida_em": _moment(portfolio), "linhas": rows}
            for portfolio, rows in self.named
        ]

    def erase(self) -> None:
        """Takes the rows out of tables and lists, and has the reports and sheets made anew."""
        for portfolio, _ in self.named:
            _erase(portfolio, self.number)


def _moment(portfolio: Portfolio) -> str:
    return f"{timezone.localtime(portfolio.at or portfolio.created_at):%d/%m/%Y %H:%M}"


def _unread(every: list[Portfolio]) -> int:
    return sum(each.state in UNDER_WAY and not each.is_read for each in every)


def _erase(portfolio: Portfolio, number: str) -> None:
    from guiche.desk.portfolios.writing import without

    gone = without(portfolio.folder.table, number)
    counts = dict(portfolio.counts)
    with transaction.atomic():
        lines = Line.objects.filter(portfolio=portfolio)
        lines.filter(Q(document=number) | Q(responsible=number)).delete()
        # The last first, so that the numbers of those before it still hold.
        for position, status in reversed(gone):
            lines.filter(number__gt=position).update(number=F("number") - 1)
            counts[status] = counts.get(status, 1) - 1
        told = {status: count for status, count in counts.items() if count > 0}
        portfolio.write_again(State.WRITING, State.DONE, counts=told)
    portfolio.folder.drop_made()
    # A report that compares with it names whoever is gone.
    for later in Portfolio.objects.filter(since=portfolio):
        later.write_again(State.WRITING, State.DONE)
        later.folder.drop_made()
