"""The end of a certificate as an entry of a calendar (RFC 5545)."""

from datetime import datetime, timedelta

from icalendar import Alarm, Calendar, Event

from guiche.icpbrasil.validity import BRASILIA

_NOTICE = timedelta(days=30)


def calendar(holder: str, sha256: str, end: datetime, now: datetime) -> bytes:
    """An all-day entry on the last day, as Brasília counts it, with an alarm thirty days before; a
    day before, where fewer are left.

    The same certificate is the same entry: a second import changes it and adds none.
    """
    day = end.astimezone(BRASILIA).date()
    entry, alarm, whole = Event(), Alarm(), Calendar()
    entry.add("uid", f"{sha256}@guiche")
    entry.add("dtstamp", now)
    entry.add("dtstart", day)
    entry.add("dtend", day + timedelta(days=1))
    entry.add("summary", f"Vence o certificado digital de {holder}".removesuffix(" de "))
    entry.add("description", "Peça o novo antes desta data, com o CEI se algum sistema o exige.")
    entry.add("transp", "TRANSPARENT")
    alarm.add("action", "DISPLAY")
    notice = _NOTICE if end - now > _NOTICE else timedelta(days=1)
    alarm.add("trigger", -notice)
    left = f"em {notice.days} dias" if notice.days > 1 else "amanhã"
    alarm.add("description", f"O certificado digital vence {left}.")
    entry.add_component(alarm)
    whole.add("prodid", "-//Guichê//guiche//PT")
    whole.add("version", "2.0")
    whole.add_component(entry)
    content: bytes = whole.to_ical()
    return content
