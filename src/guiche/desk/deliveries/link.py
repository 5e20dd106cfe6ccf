"""Which ticket of a desk is which of ours, and how it stands there."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, models, transaction
from django.db.models import QuerySet

from guiche.desk import clock
from guiche.desk.connectors.connection import Connection
from guiche.desk.connectors.connector import Created, Customer
from guiche.desk.intake.plain import plain, plain_text
from guiche.desk.people.user import User
from guiche.desk.refusal import Refused
from guiche.desk.tickets.ticket import Ticket

LONGEST_REF = 200
LONGEST_URL = 500
_FIRST_READING = timedelta(seconds=30)
"""By then our own steps are taken, and what differs is the doing of others."""


class LinkRefused(Refused):
    """A ticket of the desk cannot be linked to this one."""


def stored(created: Created) -> dict[str, str]:
    """`ref`, `number` and `url` as they can be kept; an address that is none of the web is not."""
    ref, number, url = plain([created.ref, created.number, created.url])
    is_web = url.lower().startswith(("https://", "http://")) and len(url) <= LONGEST_URL
    return {"ref": ref[:LONGEST_REF], "number": number[:LONGEST_REF], "url": url if is_web else ""}


def _known(created: Created) -> dict[str, Any]:
    now = clock.now()
    return {**stored(created), "linked_at": now, "next_read_at": now + _FIRST_READING}


class Link(models.Model):
    """One ticket toward one connection; made once its customer or its ticket is known there."""

    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="links")
    connection = models.ForeignKey(Connection, on_delete=models.PROTECT, related_name="links")
    customer: "models.JSONField[dict[str, str], dict[str, str]]" = models.JSONField(default=dict)
    """The desk's own ids of the customer."""
    warning = models.TextField(blank=True)
    ref = models.CharField(max_length=LONGEST_REF, blank=True)
    """By which the desk's calls know the ticket; "" before it is created."""
    number = models.CharField(max_length=LONGEST_REF, blank=True)
    url = models.CharField(max_length=LONGEST_URL, blank=True)
    linked_at = models.DateTimeField(null=True)

    status = models.CharField(max_length=200, blank=True)
    team = models.CharField(max_length=200, blank=True)
    closed_at = models.DateTimeField(null=True)
    """Since when it is ended there."""
    gone_at = models.DateTimeField(null=True)
    """Since when the desk knows it no longer."""
    notes_seen: "models.JSONField[list[str], list[str]]" = models.JSONField(default=list)
    read_at = models.DateTimeField(null=True)
    next_read_at = models.DateTimeField(null=True, db_index=True)
    """When it is read again; None: never."""

    class Meta:
        """A ticket has one counterpart in a desk, and a ticket of a desk belongs to one of ours."""

        constraints = (
            models.UniqueConstraint(fields=["ticket", "connection"], name="link_once"),
            models.UniqueConstraint(
                fields=["connection", "ref"], condition=~models.Q(ref=""), name="link_ref_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.connection}: {self.shown}"

    @property
    def shown(self) -> str:
        """The number in the desk, as people call it."""
        return self.number or self.ref

    @classmethod
    def of(cls, ticket: Ticket, connection: Connection) -> "Link | None":
        """The counterpart of a ticket; None before anything of it is known there."""
        return cls.objects.filter(ticket=ticket, connection=connection).first()

    @classmethod
    def of_all(cls, connection: Connection, tickets: Iterable[int]) -> "dict[int, Link]":
        """The counterparts of several tickets, by the id of the ticket."""
        links = cls.objects.filter(connection=connection, ticket__in=list(tickets))
        return {link.ticket_id: link for link in links}

    @classmethod
    def meet(cls, ticket: Ticket, connection: Connection, customer: Customer) -> "Link":
        """Keeps who the customer is there."""
        known = {"customer": plain(dict(customer.ids)), "warning": plain_text(customer.warning)}
        return cls.objects.update_or_create(ticket=ticket, connection=connection, defaults=known)[0]

    @classmethod
    @transaction.atomic(savepoint=False)
    def make(
        cls, ticket: Ticket, connection: Connection, created: Created, *, by: User | None = None
    ) -> "Link":
        """Keeps which ticket it is there, and gives its number to ours.

        One that is linked already keeps its first: the returned link tells which. Raises
        `LinkRefused` where the other ticket belongs to another one of ours.
        """
        own, known = {"ticket": ticket, "connection": connection}, _known(created)
        try:
            with transaction.atomic():
                link, first = cls.objects.get_or_create(**own, defaults=known)
                first = first or cls.objects.filter(pk=link.pk, ref="").update(**known) == 1
        except IntegrityError as error:
            other = cls.objects.get(connection=connection, ref=known["ref"]).ticket.spoken
            raise LinkRefused(f"Este chamado já está ligado ao protocolo {other}.") from error
        if first:
            for name, value in {**own, **known}.items():
                setattr(link, name, value)
            link.give_number(by)
        else:
            link.refresh_from_db()
        return link

    @classmethod
    @transaction.atomic
    def make_all(cls, connection: Connection, made: Mapping[Ticket, Created]) -> None:
        """The same of many tickets of which nothing is known there yet: all of them, or none.

        Raises what stands in the way of any.
        """
        links = [
            Link(ticket=ticket, connection=connection, **_known(created))
            for ticket, created in made.items()
        ]
        Link.objects.bulk_create(links)
        Ticket.take_numbers({link.ticket: link.number for link in links if link._is_first_told})

    def give_number(self, by: User | None = None) -> None:
        """The customer is told this number from now on, unless a person set another one."""
        if not self._is_first_told:
            return
        try:
            self.ticket.take_number(self.number, by)
        except Refused as refused:
            self.warn(str(refused))

    @property
    def _is_first_told(self) -> bool:
        """Whether its number is the first one that the customer is to be told."""
        return bool(self.connection.numbers and self.number and not self.ticket.desk_number)

    def warn(self, words: str) -> None:
        """Adds something that a person should look at."""
        if words not in self.warning:
            self.warning = f"{self.warning}\n{words}".strip()
            self.save(update_fields=["warning"])

    @property
    def number_differs(self) -> bool:
        """Whether the customer was told another number than the one that this desk gave."""
        told: Any = self.ticket.desk_number
        return bool(self.connection.numbers and self.number and told and told != self.number)

    # Reading how it stands

    @classmethod
    @transaction.atomic
    def claim_reading(
        cls, connection: Connection, now: datetime, every: timedelta, most: int
    ) -> "list[Link]":
        """Takes up to `most` links whose turn has come; nobody else reads them before the next."""
        due = cls.objects.filter(connection=connection, next_read_at__lte=now).exclude(ref="")
        rows = due.select_for_update(skip_locked=True).order_by("next_read_at", "pk")
        taken = list(rows.values_list("pk", flat=True)[:most])
        cls.objects.filter(pk__in=taken).update(next_read_at=now + every)
        return list(cls.objects.filter(pk__in=taken).select_related("ticket", "connection"))

    @classmethod
    def read_soon(cls, connection: Connection, refs: Iterable[str], now: datetime) -> int:
        """The desk called: these are read at the next round."""
        rows = cls.objects.filter(connection=connection, ref__in=list(refs))
        return rows.update(next_read_at=now)

    @classmethod
    def read_again(cls, ticket_id: int, now: datetime) -> None:
        """The ticket is open again: what was over is read again."""
        over = cls.objects.filter(ticket=ticket_id, next_read_at=None).exclude(ref="")
        over.update(next_read_at=now + _FIRST_READING)

    @classmethod
    def of_ticket(cls, ticket: Ticket) -> "QuerySet[Link]":
        """Every counterpart of a ticket."""
        return cls.objects.filter(ticket=ticket).select_related("connection").order_by("pk")
