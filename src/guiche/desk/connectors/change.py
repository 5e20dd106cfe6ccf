"""A change of a connection by a person or by the file of connections: made whole, and told."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import models, transaction
from django.db.models import QuerySet

from guiche.desk import clock
from guiche.desk.connectors.connection import Connection
from guiche.desk.connectors.registry import connector_class
from guiche.desk.connectors.settings import SettingsRefused
from guiche.desk.people.turn import take_turn
from guiche.desk.people.user import User
from guiche.desk.refusal import Refused

LONGEST_NAME = 80
NAME = "name"
"""The key of the name among the problems; no setting is called so."""
_LONGEST_TEXT = 500


class ConnectionChanged(Refused):
    """Somebody else changed the connection since this form was opened."""


@dataclass(frozen=True)
class Wanted:
    """How a connection shall be. A secret that is left out stays, unless it is to be forgotten."""

    name: str
    settings: Mapping[str, Any]
    active: bool = True
    numbers: bool = True
    forget: Collection[str] = field(default_factory=frozenset)


class ConnectionChange(models.Model):
    """Who changed what, by the names of the settings; no value is kept."""

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="changes")
    at = models.DateTimeField(default=clock.now)
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    """None: the file of connections."""
    text = models.CharField(max_length=_LONGEST_TEXT)

    def __str__(self) -> str:
        return self.text

    @classmethod
    def of(cls, connection: Connection, most: int) -> "QuerySet[ConnectionChange]":
        """The latest changes, the last one first."""
        return connection.changes.select_related("by").order_by("-pk")[:most]

    @classmethod
    @transaction.atomic
    def make(
        cls, connection: Connection, wanted: Wanted, by: User | None, *, seen: int | None = None
    ) -> "ConnectionChange | None":
        """Makes a connection as wanted and saves it; None where it is so already.

        `seen` is the version that the form was filled from: where another one holds by now,
        `ConnectionChanged`. `SettingsRefused` names all that is wrong.
        """
        take_turn()
        if connection.pk:
            connection.refresh_from_db()
        if seen is not None and seen != connection.version:
            raise ConnectionChanged(_meanwhile(connection))
        before = _told(connection)
        _set(connection, wanted)
        text = "Criada." if not connection.pk else ", ".join(_differences(connection, before))
        if not text:
            return None
        connection.keep()
        return cls.objects.create(connection=connection, by=by, text=text[:_LONGEST_TEXT])


def _meanwhile(connection: Connection) -> str:
    last = ConnectionChange.of(connection, 1).first()
    who = (last and last.by) or "Alguém"
    return f"{who} mudou esta integração depois que você abriu a página."


def _set(connection: Connection, wanted: Wanted) -> None:
    problems = dict(_name_problems(connection, wanted.name))
    try:
        connection.set(wanted.settings, forget=wanted.forget)
    except SettingsRefused as refused:
        problems |= refused.problems
    if problems:
        raise SettingsRefused(problems)
    connection.name, connection.active = wanted.name, wanted.active
    connection.numbers = wanted.numbers


def _name_problems(connection: Connection, name: str) -> Iterator[tuple[str, str]]:
    if not name:
        yield NAME, "dê um nome à integração."
    elif len(name) > LONGEST_NAME:
        yield NAME, f"tem {len(name)} caracteres; o limite é {LONGEST_NAME}."
    elif Connection.objects.filter(name__iexact=name).exclude(pk=connection.pk).exists():
        yield NAME, "já há uma integração com este nome."


def _told(connection: Connection) -> dict[str, Any]:
    """All of a connection by the names that people know; what cannot be opened is left out."""
    declared = connector_class(connection.kind).Settings
    try:
        secrets = connection.secrets
    except SettingsRefused:
        secrets = {}
    whole = declared.meant({**connection.content, **secrets})
    return {
        "nome": connection.name,
        "ligada": connection.active,
        "número para o cliente": connection.numbers,
        **{each.label: whole[each.key] for each in declared.described()},
    }


def _differences(connection: Connection, before: Mapping[str, Any]) -> Iterator[str]:
    after = _told(connection)
    yield from (label for label in after if after[label] != before.get(label))
