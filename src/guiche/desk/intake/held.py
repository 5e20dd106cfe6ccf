"""Who has a call: put down, left alone, taken up by whoever of the team."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from django.db.models import F, Manager, Q, QuerySet

from guiche.desk import clock
from guiche.desk.intake.facts import mask_name
from guiche.desk.people.user import User
from guiche.icpbrasil.numbers import cpf

if TYPE_CHECKING:
    from guiche.desk.intake.draft import Draft

LEFT_ALONE = timedelta(minutes=15)
"""A call that nobody touched for so long waits like one that was paused: a call may drop, and so
may a technician's computer."""
OPEN_CALL = Q(submitted_at=None, ended_at=None)


class Held:
    """The part of `Draft` that says whose it is."""

    if TYPE_CHECKING:
        objects: ClassVar[Manager[Draft]]
        pk: Any
        procedure: Any
        inspection: Any
        typed: Any
        is_open: Any
        paused_at: Any
        updated_at: Any
        refresh_from_db: Any

    @classmethod
    def waiting(cls, user: User, now: datetime) -> "QuerySet[Draft]":
        """The calls that this person may take up, the latest first: their own, and the team's."""
        left = Q(paused_at__isnull=False) | Q(updated_at__lte=now - LEFT_ALONE)
        return cls.objects.filter(OPEN_CALL & (Q(by=user) | left)).order_by("-updated_at")

    def is_waiting(self, now: datetime) -> bool:
        """Whether nobody is at it now."""
        return self.is_open and (self.paused_at is not None or self.updated_at <= now - LEFT_ALONE)

    @property
    def called(self) -> str:
        """What it is called in a list: the customer, else who speaks; of a person the initials."""
        customer, known = self.procedure.customer, self.inspection.data if self.inspection else {}
        name: str = self.typed.get(customer.name) or known.get("name", "")
        document = self.typed.get(customer.document) or known.get("document", "")
        if name and len(cpf.compact(document)) != cpf.LENGTH:
            return name
        return mask_name(name or self.typed.get(customer.requester, ""))

    def pause(self) -> bool:
        """Puts it down, for whoever of the team takes it up."""
        return self._hold(paused_at=clock.now())

    def take(self, by: User) -> bool:
        """Takes it up; a page of it that somebody else has open becomes old."""
        return self._hold(by=by, paused_at=None, tab="", version=F("version") + 1)

    def touch(self) -> bool:
        """Notes that somebody is at it; False when it is no longer open.

        Within a transaction nobody else changes the call until the end of it.
        """
        return self._hold(updated_at=clock.now())

    def _hold(self, **changes: Any) -> bool:
        held = type(self).objects.filter(OPEN_CALL, pk=self.pk).update(**changes) == 1
        self.refresh_from_db()
        return held
