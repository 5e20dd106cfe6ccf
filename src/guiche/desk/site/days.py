"""Days with a name or with hours as a supervisor types or pastes them: lines, CSV, iCalendar.

>>> read_holidays("25/01 Aniversário da cidade\\n2027-06-04;Padroeira")
[['01-25', 'Aniversário da cidade'], ['2027-06-04', 'Padroeira']]
>>> read_openings("19/12/2026 08:00-12:00")
[['2026-12-19', '08:00-12:00']]
"""

import csv
import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from guiche.desk.intake.facts import clean_date, show_date
from guiche.desk.intake.problem import Problem
from guiche.desk.site.holiday import Named
from guiche.desk.site.hours import HoursRefused, read_day

_MOST = 500
_LONGEST_NAME = 80
_LONGEST_TEXT = 500_000
_MOST_ENTRIES = 2000
"""Lines or events, also where many are of one day: reading them holds the page up."""
_LONGEST_EVENT = timedelta(days=31)
_LEAP = 2000
"""Every day of a year is one of this one's."""
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}")
_DAY = re.compile(r"(\d{4}-\d{2}-\d{2}|\d{1,2}/\d{1,2}(?:/\d{2,4})?)(?:\s*([;,\t])\s*|\s+|$)(.*)")
_HEADER = re.compile(r"[^\d;,\t]+(?:[;,\t][^\d;,\t]*)+")
_ICALENDAR = "BEGIN:VCALENDAR"
_AS_IN = "escreva como 25/01/2027 Aniversário da cidade, ou 25/01 se é todo ano."


def read_holidays(text: str) -> list[list[str]]:
    """Pairs of a day (`2027-01-25`, or `01-25` of every year) and its name, each day once.

    Lines, CSV with the day first, or iCalendar. A `Problem` names the line that it is about.
    """
    _refuse_endless(text)
    if _is_calendar(text):
        return _each_once(_events(text))
    return _each_once(_lines(text, _holiday))


def read_openings(text: str) -> list[list[str]]:
    """Pairs of a day and its hours, as a weekday's are written."""
    _refuse_endless(text)
    return _each_once(_lines(text, _opening))


def show(days: Named) -> str:
    """The same as lines."""
    return "\n".join(f"{_show_day(day)} {text}" for day, text in days)


def _refuse_endless(text: str) -> None:
    entries = text.upper().count("BEGIN:") if _is_calendar(text) else len(text.splitlines())
    if len(text) > _LONGEST_TEXT or entries > _MOST_ENTRIES:
        raise Problem("é texto demais para ler de uma vez. Deixe só os anos que importam.")


def _is_calendar(text: str) -> bool:
    return text.lstrip("\ufeff \r\n").upper().startswith(_ICALENDAR)


def _each_once(days: Iterator[tuple[str, str]]) -> list[list[str]]:
    kept: dict[str, str] = {}
    for day, text in days:
        kept.setdefault(day, text)
        if len(kept) > _MOST:
            raise Problem(f"são mais de {_MOST} dias. Deixe só os anos que importam.")
    return [list(each) for each in sorted(kept.items())]


def _lines(text: str, read: Callable[[str, str], tuple[str, str]]) -> Iterator[tuple[str, str]]:
    for number, line in enumerate(filter(None, map(str.strip, text.strip("\ufeff").splitlines()))):
        if number == 0 and _HEADER.fullmatch(line):
            continue
        found = _DAY.fullmatch(line)
        day, comma, rest = found.groups() if found else ("", "", line)
        try:
            yield read(day, _column(rest, comma) if comma else rest)
        except (Problem, HoursRefused) as problem:
            raise Problem(f"“{line}”: {problem}") from problem


def _column(rest: str, comma: str) -> str:
    """The first of CSV; what else a line tells is not ours."""
    try:
        return next(csv.reader([rest], delimiter=comma), [""])[0]
    except csv.Error:  # longer than any column
        return rest


def _holiday(day: str, rest: str) -> tuple[str, str]:
    name = " ".join(rest.split())
    if not day or not name:
        raise Problem(_AS_IN)
    if len(name) > _LONGEST_NAME:
        raise Problem(f"resuma o nome em até {_LONGEST_NAME} letras.")
    return _day(day), name


def _opening(day: str, hours: str) -> tuple[str, str]:
    if day.count("/") == 1 or not day or not read_day(hours, "dia"):
        raise Problem("escreva a data e o horário, como 19/12/2026 08:00-12:00.")
    return _day(day), " ".join(hours.split())


def _day(text: str) -> str:
    try:
        if _ISO.fullmatch(text):
            return date.fromisoformat(text).isoformat()
        if text.count("/") == 1:
            day, month = map(int, text.split("/"))
            return f"{date(_LEAP, month, day):%m-%d}"
        return clean_date(text)
    except (Problem, ValueError) as error:
        raise Problem(f"“{text}” não é uma data; {_AS_IN}") from error


def _show_day(day: str) -> str:
    return show_date(day) if _ISO.fullmatch(day) else "/".join(reversed(day.split("-")))


def _events(text: str) -> Iterator[tuple[str, str]]:
    """The days of each event of a calendar; of one that comes each year, without the year."""
    from icalendar import Calendar
    from icalendar.error import BrokenCalendarProperty

    try:
        # The library fails in many ways, and looks zones up by whatever name they have.
        events = Calendar.from_ical(text.strip()).walk("VEVENT")
    except (ValueError, LookupError, TypeError, OSError, ArithmeticError, RecursionError) as error:
        raise Problem("não consegui ler este iCalendar. Cole o arquivo .ics inteiro.") from error
    for event in events:
        name = " ".join(str(event.get("SUMMARY", "")).split())[:_LONGEST_NAME]
        try:
            yield from _days_of(event, name)
        except (BrokenCalendarProperty, TypeError, OverflowError) as error:
            raise Problem(f"“{name}” tem uma data que não sei ler. Escreva-o em linhas.") from error


def _days_of(event: Any, name: str) -> Iterator[tuple[str, str]]:
    first, last = _span(event, name)
    if not name:
        raise Problem(f"o feriado de {first:%d/%m/%Y} está sem nome (SUMMARY).")
    yearly = _is_yearly(event, name)
    for number in range((last - first).days):
        day = first + timedelta(number)
        yield (f"{day:%m-%d}" if yearly else day.isoformat()), name


def _span(event: Any, name: str) -> tuple[date, date]:
    """First day, and the day after the last."""
    start, end = (_date_of(event.get(key)) for key in ("DTSTART", "DTEND"))
    if start is None:
        raise Problem(f"“{name}” está sem data (DTSTART).")
    end = max(end or start, start + timedelta(1))
    if end - start > _LONGEST_EVENT:
        raise Problem(f"“{name}” dura mais de um mês. Escreva-o em linhas.")
    return start, end


def _date_of(value: object) -> date | None:
    found = getattr(value, "dt", None)
    if isinstance(found, datetime):
        return found.date()
    return found if isinstance(found, date) else None


def _is_yearly(event: Any, name: str) -> bool:
    rule = event.get("RRULE")
    if not rule:
        return False
    if set(rule) - {"FREQ", "INTERVAL", "COUNT", "UNTIL"} or _first(rule, "FREQ") != "YEARLY":
        raise Problem(f"“{name}” se repete de um jeito que não sei ler. Escreva-o em linhas.")
    if {"COUNT", "UNTIL"} & set(rule) or _first(rule, "INTERVAL") not in ("", "1"):
        raise Problem(f"“{name}” não se repete todo ano. Escreva cada data em uma linha.")
    return True


def _first(rule: Any, key: str) -> str:
    values: Sequence[object] = rule.get(key) or []
    return str(values[0]) if values else ""
