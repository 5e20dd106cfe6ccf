"""Which tickets the figures are of: a period, a team, a procedure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import QuerySet

from guiche.desk.figures.tally import Tally
from guiche.desk.intake.plain import plain_text

PERIODS = {
    "hoje": ("Hoje", 1),
    "7": ("7 dias", 7),
    "30": ("30 dias", 30),
    "90": ("90 dias", 90),
    "365": ("12 meses", 365),
}
"""Key in the address: name, and days up to today."""
USUAL = "30"
NAMED = ("equipe", "procedimento")
"""What an address may say beside the days."""
LONGEST = timedelta(days=5 * 366)
_EARLIEST = date(2000, 1, 1)
"""No ticket is older, and days may be counted back from it."""


@dataclass(frozen=True)
class Choice:
    """The days from `first` to `last`, both in it; "" of team or procedure is any."""

    first: date
    last: date
    period: str = ""
    """The key of one of `PERIODS`, or "" of days that were typed."""
    team: str = ""
    procedure: str = ""

    @classmethod
    def of(cls, asked: Mapping[str, str], today: date) -> "Choice":
        """From an address; what cannot be understood is passed over.

        A form sends the days beside the name of a period: where they are other days, they hold.
        """
        team, procedure = (plain_text(asked.get(name, "")) for name in NAMED)
        named = {"team": team, "procedure": procedure}
        period = asked.get("periodo", "")
        period = period if period in PERIODS else USUAL
        usual = cls(today - timedelta(days=PERIODS[period][1] - 1), today, period, **named)
        first, last = _day(asked.get("de", "")), _day(asked.get("ate", ""))
        last = max(min(last or today, today), _EARLIEST)
        first = max(min(first or usual.first, last), last - LONGEST)
        if (first, last) == (usual.first, usual.last):
            return usual
        return cls(first, last, **named)

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.last - self.first).days + 1

    @property
    def address(self) -> dict[str, str]:
        """What stands in an address for it."""
        span = (
            {"periodo": self.period}
            if self.period
            else {"de": self.first.isoformat(), "ate": self.last.isoformat()}
        )
        named = {"equipe": self.team, "procedimento": self.procedure}
        return span | {key: value for key, value in named.items() if value}

    @property
    def words(self) -> str:
        """`30 dias, de 25/10/2026 a 23/11/2026`."""
        if self.first == self.last:
            return f"{self.first:%d/%m/%Y}"
        name = f"{PERIODS[self.period][0]}, " if self.period else ""
        return f"{name}de {self.first:%d/%m/%Y} a {self.last:%d/%m/%Y}"

    def tallies(self, *, ever: bool = False) -> QuerySet[Tally]:
        """The rows of it; `ever`, of any day."""
        rows = Tally.objects.order_by()
        if not ever:
            rows = rows.filter(day__gte=self.first, day__lte=self.last)
        return rows.filter(**self._named("team", "procedure"))

    def tickets(self, path: str = "") -> dict[str, Any]:
        """The conditions that hold for a ticket of the team and procedure, found by `path`."""
        return self._named(f"{path}team", f"{path}procedure_version__slug")

    def _named(self, team: str, procedure: str) -> dict[str, str]:
        named = {team: self.team, procedure: self.procedure}
        return {key: value for key, value in named.items() if value}


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
