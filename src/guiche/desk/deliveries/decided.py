"""What a person decides of a delivery: to repeat it, to drop it, that it was done by hand."""

from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from django.db import models, transaction
from django.db.models import Case, Exists, Q, QuerySet, Value, When

from guiche.desk import clock
from guiche.desk.connectors.connection import Connection
from guiche.desk.connectors.connector import Outcome
from guiche.desk.people.user import User
from guiche.desk.refusal import Refused

if TYPE_CHECKING:
    from guiche.desk.deliveries.delivery import Delivery

LONGEST_WHY = 500
_OVER = "Este envio está em andamento ou já terminou. Atualize a página."


class DeliveryRefused(Refused):
    """A delivery that cannot be repeated or dropped now."""


class Decided:
    """The part of `Delivery` that people move."""

    if TYPE_CHECKING:
        objects: ClassVar[models.Manager[Delivery]]
        State: ClassVar[Any]
        Step: ClassVar[Any]
        pk: Any
        step: Any
        ticket_id: Any
        connection_id: Any
        refresh_from_db: Any
        confirm: ClassVar[Any]
        _before: ClassVar[Any]

    @classmethod
    def hold_creation(cls, ticket: int, words: str) -> int:
        """A person noted a number of the desk that is to give it: nothing is opened there before
        somebody has said whether that was this ticket.

        What is under way is not held, and its end is seen beside the number that was noted.
        """
        state, step = cls.State, cls.Step
        coming = cls.objects.filter(
            ticket=ticket, open=True, step__in=(step.CUSTOMER, step.CREATE),
            state__in=(state.WAITING, state.UNKNOWN), connection__numbers=True,
        )  # fmt: skip
        foremost = list(coming.filter(~Exists(cls._before())).values_list("pk", flat=True))
        return coming.filter(pk__in=foremost).update(
            state=state.REJECTED, last_error=words, empty_at=None
        )

    @transaction.atomic
    def repeat(self, *, not_there: bool = False) -> None:
        """Tries it again now. `DeliveryRefused` where it is under way or over.

        What may have been done is looked up first, as ever, unless a person has looked in the desk
        and says that it is `not_there`.
        """
        state = self.State
        again = type(self).objects.filter(
            pk=self.pk, state__in=(state.REJECTED, state.UNKNOWN, state.WAITING)
        )
        if not_there:
            again.update(unsure=False)
        if type(self)._again(again) != 1:
            raise DeliveryRefused(_OVER)
        self.refresh_from_db()

    @classmethod
    def repeatable(cls, connection: Connection) -> "QuerySet[Delivery]":
        """What a desk refused and may be tried again as it is.

        Left out is where a person has to choose a customer, or to look first whether it was done,
        or opened the ticket there by hand: a number was noted, and it would be opened twice.
        """
        opening = Q(step__in=(cls.Step.CUSTOMER, cls.Step.CREATE))
        refused = cls.objects.filter(
            connection=connection, state=cls.State.REJECTED, open=True, choices={}
        ).exclude(otherwise=Outcome.UNKNOWN)
        return refused.exclude(opening & ~Q(ticket__desk_number=""))

    @classmethod
    def repeat_refused(cls, connection: Connection) -> int:
        """Tries all of that again now; how many."""
        return cls._again(cls.repeatable(connection))

    @classmethod
    def _again(cls, rows: "QuerySet[Delivery]") -> int:
        state = cls.State
        turned = Case(When(unsure=True, then=Value(state.UNKNOWN)), default=Value(state.WAITING))
        return rows.update(state=turned, next_at=clock.now(), tries=0, empty_at=None)

    @transaction.atomic
    def drop(self, by: User | None, why: str) -> int:
        """Gives it up, and all that needs it: without its creation a ticket gets no further step.

        How many were given up. `by` None: from the command line, and `why` says by whom.
        """
        if not why.strip():
            raise DeliveryRefused("Escreva por que este envio é dispensado.")
        state = self.State
        rows = type(self).objects.filter(
            state__in=(state.WAITING, state.UNKNOWN, state.REJECTED), ticket=self.ticket_id,
            connection=self.connection_id,
        )  # fmt: skip
        chain = Q(pk=self.pk)
        if self.step in (self.Step.CUSTOMER, self.Step.CREATE):
            chain |= Q(pk__gt=self.pk)
        if not rows.filter(pk=self.pk).exists():
            raise DeliveryRefused(_OVER)
        ended = {"done_at": clock.now(), "ended_by": by, "why": why.strip()[:LONGEST_WHY]}
        return rows.filter(chain).update(state=state.DROPPED, open=False, **ended)

    @classmethod
    def opened_by_hand(cls, ticket: Any, connection: Connection, now: datetime) -> None:
        """A person says which ticket of the desk it is: none is created, and the rest goes on.

        An attempt that is under way ends as ever, and what it creates is shown as a double.
        """
        opening = cls.objects.filter(
            ticket=ticket, connection=connection, open=True,
            step__in=(cls.Step.CUSTOMER, cls.Step.CREATE),
        )  # fmt: skip
        cls.confirm(opening.exclude(state=cls.State.SENDING), now)
