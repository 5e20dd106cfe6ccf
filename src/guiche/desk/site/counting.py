"""How the time of a promise is counted: hour by hour, or only while the team is at work.

Both ways have the same verbs, and between them hold, for `t` and spans `a`, `b` that are not
negative:

- order: `add(t, a) <= add(t, a + b)`, and `add(s, a) <= add(t, a)` where `s <= t`;
- additivity: `add(add(t, a), b) == add(t, a + b)`, and of moments in any order
  `between(r, t) == between(r, s) + between(s, t)`;
- inverse: `between(t, add(t, a)) == a`.

Times of work are those of the wall (`Hours`); what passes is what a stopwatch measures. A time that
the clock skips is read by the offset before (RFC 5545, 3.3.5), and an hour that comes twice is
worked twice.

>>> from zoneinfo import ZoneInfo
>>> hours = Hours.read(["08:00-12:00 13:00-18:00"] * 5 + ["", ""], holidays=False)
>>> friday = datetime(2026, 11, 27, 17, tzinfo=ZoneInfo("America/Sao_Paulo"))
>>> print(timezone.localtime(Working(hours).add(friday, timedelta(hours=6))))
2026-11-30 14:00:00-03:00
>>> Working(hours).between(friday, friday + timedelta(days=3)) == timedelta(hours=9)
True
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Protocol

from django.utils import timezone

from guiche.desk.refusal import Refused
from guiche.desk.site.hours import Hours, Interval

_NONE = timedelta()
_SEARCHED = 366 * 12
"""Days looked ahead: 1440 hours at three a week take nine years."""


class NeverOver(Refused):
    """The team is hardly ever at work: so much working time does not pass in twelve years."""

    def __init__(self) -> None:
        super().__init__(
            "O horário da equipe não chega para este prazo. Confira os dias em Ajustes, e o prazo "
            "no procedimento."
        )


class Counting(Protocol):
    """A way to count time."""

    def add(self, start: datetime, span: timedelta) -> datetime:
        """The moment when, from `start` on, the span has passed; the first such moment."""

    def between(self, start: datetime, end: datetime) -> timedelta:
        """What passes from one moment to the other; negative where `end` is earlier."""


class Elapsed:
    """Every hour counts."""

    def add(self, start: datetime, span: timedelta) -> datetime:
        """Simply later."""
        return start.astimezone(UTC) + span

    def between(self, start: datetime, end: datetime) -> timedelta:
        """Simply the difference."""
        return end.astimezone(UTC) - start.astimezone(UTC)


@dataclass(frozen=True)
class Working:
    """Only the hours count in which the team is at work."""

    hours: Hours

    def add(self, start: datetime, span: timedelta) -> datetime:
        """When so much work is done; `NeverOver` where that cannot be told."""
        if span <= _NONE:
            return start.astimezone(UTC)
        for begins, ends in self._from(start):
            if span <= ends - begins:
                return begins + span
            span -= ends - begins
        raise NeverOver

    def between(self, start: datetime, end: datetime) -> timedelta:
        """The working time in between."""
        if end < start:
            return -self.between(end, start)
        end, worked = end.astimezone(UTC), _NONE
        last = timezone.localdate(end)
        for begins, ends in self._from(start, last):
            worked += max(min(ends, end) - begins, _NONE)
        return worked

    def _from(self, start: datetime, last: date | None = None) -> Iterator[Interval]:
        """What is worked after `start`, in order, to the end of a day or of what is looked at."""
        reached, day = start.astimezone(UTC), timezone.localdate(start)
        final = last or day + timedelta(_SEARCHED)
        while day <= final:
            for begins, ends in self.hours.on(day):
                if ends > reached:
                    yield max(begins, reached), ends
                    reached = ends
            day += timedelta(1)


def counting(*, business: bool, hours: Hours | None) -> Counting:
    """The way that a promise is counted, with the hours of the team as they are now."""
    return Working(hours) if business and hours else Elapsed()
