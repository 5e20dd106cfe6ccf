"""What comes home: how the tickets stand in the desk, read now and then and when the desk calls.

What differs there is told in the history of the ticket and shown beside it. It changes nothing of
ours: a ticket is closed by the new certificate, or by a person with a reason.
"""

import logging
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import DatabaseError, transaction

from guiche.desk.connectors.connection import Connection
from guiche.desk.connectors.connector import Connector, DeliveryError, Remote, RemoteNote
from guiche.desk.connectors.opened import Opened
from guiche.desk.deliveries.link import LONGEST_REF, Link
from guiche.desk.intake.plain import plain, plain_text

log = logging.getLogger(__name__)

AT_ONCE = 50
"""So many tickets are asked for in one call."""
_SEEN_KEPT = 500
_LONGEST_NOTE = 1000
_OURS = re.compile(r"^\s*(Arquivo: \S+ )?\[G\d{10}(\.\d+)?\]\s*$", re.MULTILINE)
"""A line of its own: who quotes our mark within a sentence, or behind `>`, is somebody else."""
_HEARD = ["gone_at", "status", "team", "closed_at", "notes_seen", "read_at"]
_GONE = "Não encontrado lá."


def read_due(opened: Opened, now: datetime) -> int:
    """Reads the tickets whose turn has come, of every desk that answers; how many."""
    return sum(_read_any(connection, opened, now) for connection in Connection.open_for_work(now))


def _read_any(connection: Connection, opened: Opened, now: datetime) -> int:
    """One desk that answers what nobody expected keeps nobody from hearing of the others."""
    try:
        return _read(connection, opened, now)
    except DatabaseError:
        raise
    except Exception:
        log.exception("connection %s could not be read", connection.pk)
        return 0


def _read(connection: Connection, opened: Opened, now: datetime) -> int:
    connector = opened.of(connection)
    if connector is None or not connector.offers("read"):
        return 0
    count = 0
    while links := Link.claim_reading(connection, now, connector.poll_every, AT_ONCE):
        try:
            _hear_all(connector, links, now)
        except DeliveryError as error:
            if error.everywhere:
                connection.failed(error, now)
            return count
        count += len(links)
    return count


def _hear_all(connector: Connector[Any], links: list[Link], now: datetime) -> None:
    reader: Any = connector
    read: dict[str, Remote] = {}
    try:
        for remote in reader.read([link.ref for link in links]):
            read[remote.ref] = remote
    except DeliveryError:
        # One that the desk refuses to show keeps nobody from hearing of the others.
        for link in links:
            if link.ref in read:
                hear(link, read[link.ref], now)
        raise
    for link in links:
        hear(link, read.get(link.ref), now)


@transaction.atomic
def hear(link: Link, remote: Remote | None, now: datetime) -> None:
    """Writes how a ticket stands there; None: the desk knows it no longer."""
    # Two may read it at once, where the desk called meanwhile: the second finds nothing new.
    link.refresh_from_db(fields=_HEARD, from_queryset=Link.objects.select_for_update())
    remote = remote and _plain(remote)
    notes = [] if remote is None else _new_notes(link, remote)
    changes = list(_changes(link, remote))
    changes += [f"{_who(note)}: {_short(note.text)}" for note in notes]
    _keep(link, remote, now)
    if remote and remote.number and remote.number != link.number:
        link.number = remote.number
        link.save(update_fields=["number"])
        link.give_number()
    if changes:
        payload = {"desk": link.connection.name, "changes": changes}
        link.ticket.record("heard", by=None, payload=payload, at=now)


def _keep(link: Link, remote: Remote | None, now: datetime) -> None:
    if remote is None:
        link.gone_at = link.gone_at or now
    else:
        link.gone_at, link.status, link.team = None, remote.status[:200], remote.team[:200]
        link.closed_at = (link.closed_at or now) if remote.closed else None
        there = [note.id for note in remote.notes]
        gone = [id_ for id_ in link.notes_seen if id_ not in set(there)]
        link.notes_seen = [*gone, *there][-max(_SEEN_KEPT, len(there)) :]
    link.read_at = now
    over = not link.ticket.is_open and (link.closed_at or link.gone_at)
    if over:
        link.next_read_at = None
    link.save(update_fields=[*_HEARD, *(["next_read_at"] if over else [])])


def _plain(remote: Remote) -> Remote:
    """The same, in letters that can be stored."""
    notes = [
        replace(n, id=plain_text(n.id), text=plain_text(n.text), author=plain_text(n.author))
        for n in remote.notes
    ]
    status, team, number = plain([remote.status, remote.team, remote.number])
    return replace(remote, status=status, team=team, number=number[:LONGEST_REF], notes=notes)


def _changes(link: Link, remote: Remote | None) -> Iterator[str]:
    if remote is None:
        if link.gone_at is None:
            yield _GONE
        return
    if link.read_at is None:
        return  # as it was created: nothing changed yet
    for label, before, after in (
        ("Situação", link.status, remote.status),
        ("Equipe", link.team, remote.team),
    ):
        if before != after[:200]:
            yield f"{label}: {before or '—'} → {after[:200] or '—'}."


def _new_notes(link: Link, remote: Remote) -> list[RemoteNote]:
    """What others wrote; ours carry a token."""
    seen = set(link.notes_seen)
    return [n for n in remote.notes if n.id not in seen and not _OURS.search(n.text)]


def _who(note: RemoteNote) -> str:
    return note.author or "Anotação"


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST_NOTE else f"{line[:_LONGEST_NOTE]}…"
