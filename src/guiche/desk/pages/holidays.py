"""The holidays of a calendar as Ajustes shows them: by year, what ends, what the law says anew."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from guiche.desk.promises.due_time import WEEKDAYS
from guiche.desk.site import days
from guiche.desk.site.holiday import STATES, optional_by_law
from guiche.desk.site.hours import Hours
from guiche.desk.site.typed import news

_WARNED_FROM = 10
"""The month of the last frozen year from which on a supervisor is told."""


@dataclass(frozen=True)
class Year:
    """The holidays of the law in one year, as `25/12, sexta: Natal`."""

    year: str
    days: list[str]


@dataclass(frozen=True)
class Law:
    """What there is to say of the holidays of the law."""

    states: Mapping[str, str]
    years: list[Year]
    saved: bool
    """Whether these are the frozen ones; else they will be when somebody saves."""
    warning: str
    news: list[tuple[str, str]]
    optional: str
    """Days on which many close, as the field for the holidays of the city takes them."""

    @classmethod
    def of(cls, content: Mapping[str, Any], latest: Mapping[str, Any], today: date) -> "Law":
        """Of the settings as they are typed, with those that are saved."""
        frozen = (content.get("hours") or {}).get("frozen") or {}
        saved = (latest.get("hours") or {}).get("frozen") or {}
        return cls(
            STATES,
            [Year(year, list(_days(frozen[year]))) for year in sorted(frozen, reverse=True)],
            bool(saved) and all(saved.get(year) == frozen[year] for year in frozen),
            running_out(Hours.read(**latest["hours"]), today) if latest.get("hours") else "",
            news(latest, today),
            _optional([int(year) for year in frozen], today) if frozen else "",
        )


def running_out(hours: Hours, today: date) -> str:
    """What a supervisor is told when the frozen holidays come to their end; "" before that."""
    last = hours.holidays.last_year
    if last is None or (today.year, today.month) < (last, _WARNED_FROM):
        return ""
    ended = "acabaram" if today.year > last else "acabam"
    return f"Os feriados fixados {ended} em 31/12/{last}. Abra Ajustes e salve: os próximos entram."


def _days(named: list[list[str]]) -> Iterator[str]:
    for day, name in named:
        on = date.fromisoformat(day)
        yield f"{on:%d/%m}, {WEEKDAYS[on.weekday()]}: {name}"


def _optional(years: list[int], today: date) -> str:
    coming = {
        day: name
        for year in sorted(years)
        for day, name in optional_by_law(year).items()
        if day >= today
    }
    return days.show([[day.isoformat(), name] for day, name in coming.items()])
