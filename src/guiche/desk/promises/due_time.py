"""A due time in words, as it is said on the phone; all in the time of the desk.

>>> from datetime import datetime, UTC
>>> due = datetime(2026, 11, 24, 17, 30, tzinfo=UTC)
>>> spoken(due, datetime(2026, 11, 23, 17, 44, tzinfo=UTC))
'até amanhã, terça, 24/11, às 14h30'
>>> written(due)
'até terça, 24/11, às 14h30'
>>> whole_quarter(datetime(2026, 11, 24, 17, 44, 59, tzinfo=UTC))
datetime.datetime(2026, 11, 24, 17, 30, tzinfo=datetime.timezone.utc)
"""

from datetime import datetime, timedelta

from django.utils import timezone

WEEKDAYS = ("segunda", "terça", "quarta", "quinta", "sexta", "sábado", "domingo")
_NEAR = {-1: "ontem, ", 0: "hoje, ", 1: "amanhã, "}
_QUARTER = 15


def whole_quarter(moment: datetime) -> datetime:
    """The quarter of an hour that the moment is in: what can be said is what is kept."""
    return moment.replace(minute=moment.minute // _QUARTER * _QUARTER, second=0, microsecond=0)


def spoken(due: datetime, now: datetime) -> str:
    """With today or tomorrow, for somebody who is listening now."""
    return f"até {said(due, now)}"


def said(moment: datetime, now: datetime) -> str:
    """The same of any moment: `amanhã, terça, 24/11, às 14h30`."""
    local = timezone.localtime(moment)
    days = (local.date() - timezone.localtime(now).date()).days
    return f"{_NEAR.get(days, '')}{_day_and_time(local, timezone.localtime(now).year)}"


def written(due: datetime) -> str:
    """Without such words, for somebody who reads it later."""
    return f"até {noted(due)}"


def noted(moment: datetime) -> str:
    """The same of any moment: `terça, 24/11, às 14h30`."""
    local = timezone.localtime(moment)
    return _day_and_time(local, local.year)


def _day_and_time(local: datetime, year: int) -> str:
    day = f"{local:%d/%m}" if local.year == year else f"{local:%d/%m/%Y}"
    return f"{WEEKDAYS[local.weekday()]}, {day}, {_time(local)}"


def _time(local: datetime) -> str:
    if local.hour == 0 and local.minute == 0:
        return "à meia-noite"
    minutes = f"{local:%M}" if local.minute else ""
    return f"{'à' if local.hour < 2 else 'às'} {local.hour}h{minutes}"


def length(span: timedelta) -> str:
    """A span in its two largest parts: `1 dia e 3 h`, `3 h e 20 min`, `5 min`.

    >>> length(timedelta(hours=3, minutes=20, seconds=59))
    '3 h e 20 min'
    """
    minutes = int(abs(span).total_seconds()) // 60
    days, hours, minutes = minutes // 1440, minutes // 60 % 24, minutes % 60
    if days:
        parts = [f"{days} dia{'s' if days > 1 else ''}", f"{hours} h" if hours else ""]
    else:
        parts = [f"{hours} h" if hours else "", f"{minutes} min" if minutes or not hours else ""]
    return " e ".join(part for part in parts if part)
