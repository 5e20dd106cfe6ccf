"""Who has a ticket open: one row a person and ticket, written over while the page asks."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import models

from guiche.desk.people.user import User

if TYPE_CHECKING:
    from guiche.desk.tickets.ticket import Ticket

SEEN_FOR = timedelta(seconds=60)
"""Three times as long as a page waits between two signs of life."""


class Presence(models.Model):
    """That somebody has a ticket open; `working`: and wrote on its page since the last sign."""

    ticket = models.ForeignKey("desk.Ticket", on_delete=models.CASCADE, related_name="presences")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    seen_at = models.DateTimeField(db_index=True)
    working = models.BooleanField(default=False)

    class Meta:
        """One for each person and ticket, whatever number of pages."""

        constraints = (models.UniqueConstraint(fields=["ticket", "user"], name="presence_once"),)

    def __str__(self) -> str:
        return f"{self.user} {'está mexendo aqui' if self.working else 'está com a página aberta'}"

    @classmethod
    def mark(cls, ticket: "Ticket", user: User, now: datetime, *, working: bool) -> None:
        """A sign of life of a page; any number of web processes may write it."""
        Presence.objects.bulk_create(
            [Presence(ticket=ticket, user=user, seen_at=now, working=working)],
            update_conflicts=True,
            unique_fields=["ticket", "user"],
            update_fields=["seen_at", "working"],
        )

    @classmethod
    def others(
        cls, tickets: "Iterable[Ticket]", user: User, now: datetime
    ) -> "dict[int, list[Presence]]":
        """Who else has these tickets open at `now`, by ticket."""
        rows = cls.objects.filter(
            ticket__in=[each.pk for each in tickets], seen_at__gt=now - SEEN_FOR
        ).exclude(user=user)
        found: dict[int, list[Presence]] = {}
        for row in rows.select_related("user").order_by("user__name", "pk"):
            found.setdefault(row.ticket_id, []).append(row)
        return found

    @classmethod
    def forget(cls, now: datetime) -> int:
        """Drops what is no longer so; how much."""
        return cls.objects.filter(seen_at__lte=now - SEEN_FOR).delete()[0]
