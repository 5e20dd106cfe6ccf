"""The ends of certificates as a calendar (RFC 5545): an entry for each that is in force."""

from datetime import datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from guiche.icpbrasil.validity import BRASILIA
from guiche.portfolio.report.actions import First
from guiche.portfolio.report.people import People, Row
from guiche.portfolio.report.words import kind, verdict
from guiche.portfolio.result import Batches, seconds

MOST = 5_000
"""Entries; more of them nobody imports."""
_NOTICE = timedelta(days=30)
_BEFORE, _AFTER = (
    b"BEGIN:VCALENDAR\r\nPRODID:-//Guich\xc3\xaa//guiche//PT\r\nVERSION:2.0\r\n",
    b"END:VCALENDAR\r\n",
)


def calendar(
    batches: Batches, out: Path, at: datetime, people: People, most: int = MOST
) -> tuple[int, int]:
    """Writes it, the first to end first; how many entries it has, and how many rows it left out.

    An entry is an all-day one on the last day, as Brasília counts it, with an alarm thirty days
    before; a day before, where fewer are left. Its UID is of the certificate: the calendar of a
    later audit changes it and adds none.
    """
    first = First(most)
    start = 0
    for batch in batches():
        ends = seconds(batch["not_after"])
        is_ahead = pc.greater(ends, int(at.timestamp()))
        keys = pc.if_else(is_ahead, ends, pa.scalar(None, pa.int64()))
        first.add(batch, keys, start)
        start += len(batch)
    count = 0
    with out.open("wb") as file:
        file.write(_BEFORE)
        for _, number, row, _ in first:
            if row["sha256"]:
                file.write(_entry(row, number, at, people))
                count += 1
        file.write(_AFTER)
    return count, first.left_out


def _entry(row: Row, number: int, at: datetime, people: People) -> bytes:
    from icalendar import Alarm, Event

    day = row["not_after"].astimezone(BRASILIA).date()
    entry, alarm = Event(), Alarm()
    entry.add("uid", f"{row['sha256']}@guiche")
    entry.add("dtstamp", at)
    entry.add("dtstart", day)
    entry.add("dtend", day + timedelta(days=1))
    holder = ", ".join(filter(None, (people.name(row), people.document(row))))
    entry.add("summary", f"Vence o certificado {kind(row)} de {holder or 'titular não informado'}")
    entry.add("description", _description(row, number, people))
    entry.add("transp", "TRANSPARENT")
    alarm.add("action", "DISPLAY")
    notice = _NOTICE if row["not_after"] - at > _NOTICE else timedelta(days=1)
    alarm.add("trigger", -notice)
    left = f"em {notice.days} dias" if notice.days > 1 else "amanhã"
    alarm.add("description", f"O certificado digital vence {left}.")
    entry.add_component(alarm)
    content: bytes = entry.to_ical()
    return content


def _description(row: Row, number: int, people: People) -> str:
    lines = (
        f"{verdict(row)}.",
        "Peça o novo antes desta data, com o CEI se algum sistema o exige.",
        people.place(row),
        f"Linha {number} da tabela da auditoria.",
    )
    return "\n".join(filter(None, lines))
