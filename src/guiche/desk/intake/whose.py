"""Who has a call: put down, left alone, taken up by whoever of the team."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from django.db.models import Exists, F, Manager, OuterRef, Q, QuerySet

from guiche.desk import clock
from guiche.desk.intake.image import Image
from guiche.desk.people.user import User
from guiche.icpbrasil.masks import mask_name
from guiche.icpbrasil.numbers import cnpj

if TYPE_CHECKING:
    from guiche.desk.intake.draft import Draft

LEFT_ALONE = timedelta(minutes=15)
"""A call that nobody touched for so long waits like one that was paused: a call may drop, and so
may a technician's computer."""
OPEN_CALL = Q(submitted_at=None, ended_at=None)


class Whose:
    """The part of `Draft` that says who has it."""

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
        """The calls that this person may take up, the latest first: their own, and the team's.

        One of which nothing is known yet is none of them.
        """
        left = Q(paused_at__isnull=False) | Q(updated_at__lte=now - LEFT_ALONE)
        pictured = Exists(Image.objects.filter(draft=OuterRef("pk")))
        touched = ~Q(typed={}) | Q(inspection__isnull=False) | pictured
        waiting = cls.objects.filter(OPEN_CALL & (Q(by=user) | left) & touched)
        return waiting.order_by("-updated_at")

    def is_waiting(self, now: datetime) -> bool:
        """Whether nobody is at it now."""
        return self.is_open and (self.paused_at is not None or self.updated_at <= now - LEFT_ALONE)

    @property
    def called(self) -> str:
        """What a list calls it: the customer, else who speaks; in initials, but a company."""
        customer, known = self.procedure.customer, self.inspection.data if self.inspection else {}
        name: str = self.typed.get(customer.name) or known.get("name", "")
        document = self.typed.get(customer.document) or known.get("document", "")
        if name and cnpj.is_valid(document):
            return name
        return mask_name(name or self.typed.get(customer.requester, ""))

    def pause(self) -> bool:
        """Puts it down, for whoever of the team takes it up.

        An autosave that is still on its way is too late: it would take it up again.
        """
        return self._hold(paused_at=clock.now(), tab="", version=F("version") + 1)

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
