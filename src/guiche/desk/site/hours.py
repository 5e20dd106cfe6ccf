"""When the team that calls back is at work, in the time of the desk.

>>> from datetime import datetime
>>> from zoneinfo import ZoneInfo
>>> hours = Hours.read(
...     ["08:00-12:00 13:00-18:00"] * 5 + ["", ""],
...     closed=["2026-11-24"], openings=[["2026-11-28", "09:00-12:00"]],
... )
>>> def at(day, hour): return datetime(2026, 11, day, hour, tzinfo=ZoneInfo("America/Sao_Paulo"))
>>> hours.covers(at(23, 12)), hours.covers(at(22, 12)), hours.covers(at(24, 12))
(True, False, False)
>>> hours.covers(at(28, 12)), hours.covers(at(28, 13))
(True, False)
>>> always = Hours.read(["00:00-24:00"] * 7)
>>> always.covers(at(24, 0)), always.is_open(at(24, 0))
(True, True)
>>> for moment in (hours.end_before(at(22, 12)), hours.start_after(at(22, 12))):
...     print(timezone.localtime(moment))
2026-11-19 18:00:00-03:00
2026-11-23 08:00:00-03:00
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from django.utils import timezone

from guiche.desk.refusal import Refused
from guiche.desk.site.holiday import Frozen, Holidays, Named

DAYS = ("segunda", "terça", "quarta", "quinta", "sexta", "sábado", "domingo")
_SPAN = re.compile(r"(\d{1,2})(?:[:h](\d{2})?)?\s*(?:-|–|às|a)\s*(\d{1,2})(?:[:h](\d{2})?)?")
_MIDNIGHT = time.max
"""The end of a day, `24:00`."""
_SEARCHED = 60
"""Days looked ahead or back: a year has no longer holiday."""

Span = tuple[time, time]
Interval = tuple[datetime, datetime]
"""Begin and end, in UTC."""


class HoursRefused(Refused):
    """Hours that cannot be understood; says which day and what to write."""


@dataclass(frozen=True)
class Hours:
    """The spans of each weekday, Monday first; none on `closed` days and holidays.

    On a day of `openings` its own spans hold, whatever day it is.
    """

    week: tuple[tuple[Span, ...], ...]
    closed: frozenset[date] = frozenset()
    holidays: Holidays = field(default_factory=Holidays)
    openings: Mapping[date, tuple[Span, ...]] = field(default_factory=dict)

    @classmethod
    def read(
        cls,
        week: Sequence[str],
        *,
        closed: Iterable[str] = (),
        holidays: bool = True,
        state: str = "",
        frozen: Frozen | None = None,
        city: Named = (),
        openings: Named = (),
    ) -> "Hours":
        """From texts: `08:00-12:00 13:00-18:00` for each of seven days, and days in ISO form."""
        spans = tuple(read_day(text, day) for text, day in zip(week, DAYS, strict=True))
        if not any(spans):
            raise HoursRefused("Diga o horário de pelo menos um dia.")
        try:
            days = frozenset(map(date.fromisoformat, closed))
        except ValueError as error:
            raise HoursRefused("Escreva os dias fechados como 24/12/2026, um por linha.") from error
        named = Holidays.read(holidays=holidays, state=state, frozen=frozen, city=city)
        extra = {date.fromisoformat(day): read_day(text, day) for day, text in openings}
        return cls(spans, days, named, extra)

    def covers(self, moment: datetime) -> bool:
        """Whether the team is at work; the last minute counts, the first does not yet."""
        today = timezone.localdate(moment)
        spans = (*self.on(today - timedelta(1)), *self.on(today))
        return any(start < moment <= end for start, end in spans)

    def is_open(self, moment: datetime) -> bool:
        """Whether somebody would see a warning now."""
        return any(start <= moment < end for start, end in self.on(timezone.localdate(moment)))

    def end_before(self, moment: datetime) -> datetime | None:
        """The last end of work before the moment, or None in two months."""
        today = timezone.localdate(moment)
        for days in range(_SEARCHED):
            ends = [end for _, end in self.on(today - timedelta(days)) if end <= moment]
            if ends:
                return ends[-1]
        return None

    def start_after(self, moment: datetime) -> datetime | None:
        """The next start of work after the moment, or None in two months."""
        today = timezone.localdate(moment)
        for days in range(_SEARCHED):
            starts = [start for start, _ in self.on(today + timedelta(days)) if start >= moment]
            if starts:
                return starts[0]
        return None

    def on(self, day: date) -> Iterator[Interval]:
        """When there is work on a day, in order and apart from each other."""
        held: Interval | None = None
        for start, end in self._spans(day):
            begins, ends = _first(day, start), _end(day, end)
            if ends <= begins:  # in an hour that the clock skips
                continue
            if held and begins <= held[1]:  # the clock was put, and two spans came to be one
                held = held[0], max(held[1], ends)
                continue
            if held:
                yield held
            held = begins, ends
        if held:
            yield held

    def _spans(self, day: date) -> tuple[Span, ...]:
        if day in self.openings:
            return self.openings[day]
        if day in self.closed or self.holidays.name(day):
            return ()
        return self.week[day.weekday()]


def _first(day: date, at: time) -> datetime:
    """The moment; of a time that is skipped, as RFC 5545, 3.3.5 reads it."""
    return datetime.combine(day, at, timezone.get_default_timezone()).astimezone(UTC)


def _end(day: date, at: time) -> datetime:
    """The same; within an hour that comes twice its second passing, for both are worked."""
    if at == _MIDNIGHT:
        day, at = day + timedelta(1), time()
    first, again = _first(day, at), _first(day, at.replace(fold=1))
    return again if again > first and not _is_put_back(again) else first


def _until(hour: int, minute: int) -> time:
    return _MIDNIGHT if (hour, minute) == (24, 0) else time(hour, minute)


def _is_put_back(moment: datetime) -> bool:
    """Whether the clock is put back at this very moment: then what is repeated is only to come."""
    before = moment - timedelta(seconds=1)
    return timezone.localtime(before).utcoffset() != timezone.localtime(moment).utcoffset()


def read_day(text: str, day: str) -> tuple[Span, ...]:
    """The spans of one weekday, none where nothing is written; `HoursRefused` names the day."""
    spans: list[Span] = []
    for found in _SPAN.finditer(text):
        hour, minute, until, until_minute = (int(part or 0) for part in found.groups())
        try:
            spans.append((time(hour, minute), _until(until, until_minute)))
        except ValueError as error:
            raise HoursRefused(f"{day.capitalize()}: “{found[0]}” não é um horário.") from error
    left = _SPAN.sub("", text).replace(",", " ").replace(" e ", " ").strip()
    ends = [moment for span in spans for moment in span]
    if left or ends != sorted(set(ends)):
        raise HoursRefused(
            f"{day.capitalize()}: escreva como 08:00-12:00 13:00-18:00, ou deixe vazio se fechado."
        )
    return tuple(spans)
