"""One step of one event toward one connection; the row is the queue."""

import random
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.db.models import Exists, F, OuterRef, Prefetch, Q, QuerySet, prefetch_related_objects

from guiche.desk import clock
from guiche.desk.connectors.connection import Connection
from guiche.desk.connectors.connector import DeliveryError, Outcome
from guiche.desk.deliveries.decided import LONGEST_WHY, Decided
from guiche.desk.intake.reading import Inspection
from guiche.desk.people.user import User
from guiche.desk.tickets.event import Event

PAUSES = tuple(timedelta(seconds=s) for s in (2, 5, 15, 60, 300, 900, 1800, 3600, 3600, 3600))
"""Between one try of a step and the next, when the trouble is with this step alone."""
POISON_PAUSE = timedelta(hours=1)


class Delivery(Decided, models.Model):
    """A step to be taken, or taken. Exactly one for each event, connection and step.

    Steps of one ticket toward one connection are taken in the order of their rows.
    """

    class State(models.TextChoices):
        """`unknown`: the desk may have it; it is looked up there before anything is sent again."""

        WAITING = "waiting", "Na fila"
        SENDING = "sending", "Enviando"
        DONE = "done", "Confirmado"
        REJECTED = "rejected", "Recusado"
        UNKNOWN = "unknown", "Verificando"
        DROPPED = "dropped", "Dispensado"

    class Step(models.TextChoices):
        """What is done in the desk."""

        CUSTOMER = "customer", "Achar o cliente"
        CREATE = "create", "Abrir o chamado"
        ATTACH = "attach", "Anexar a leitura"
        SOLVE = "solve", "Escrever a solução"
        FORWARD = "forward", "Encaminhar"
        NOTE = "note", "Anotar"
        CLOSE = "close", "Encerrar"
        TELL = "tell", "Avisar o programa"

    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="deliveries")
    ticket = models.ForeignKey("desk.Ticket", on_delete=models.PROTECT, related_name="deliveries")
    connection = models.ForeignKey(Connection, on_delete=models.PROTECT, related_name="deliveries")
    step = models.CharField(max_length=20, choices=Step)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    open = models.BooleanField(default=True)
    """Neither done nor dropped. A column, because SQLite uses a partial index only for a condition
    without parameters: what is not over is found as fast when millions are."""
    attempts = models.PositiveIntegerField(default=0)
    tries = models.PositiveIntegerField(default=0)
    """Attempts that failed for a reason of this step alone."""
    unsure = models.BooleanField(default=False)
    """An attempt may have succeeded: the desk is asked before anything is sent again."""
    otherwise = models.CharField(max_length=10, default="retry")
    """What is done once the desk shows that it did not; `unknown` of what was refused: nobody but a
    person can see whether it did."""
    empty_at = models.DateTimeField(null=True)
    """When the desk was asked for the first time since, and had nothing."""
    next_at = models.DateTimeField(default=clock.now)
    lease_owner = models.CharField(max_length=80, blank=True)
    lease_until = models.DateTimeField(null=True)
    last_error = models.TextField(blank=True)
    choices: "models.JSONField[dict[str, str], dict[str, str]]" = models.JSONField(default=dict)
    """What a person may choose from before it is tried again: value to label."""
    created_at = models.DateTimeField(default=clock.now)
    done_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    why = models.CharField(max_length=LONGEST_WHY, blank=True)
    """Who dropped it, and why."""

    was_lost = False
    """Of an attempt: the one before was never ended, and may be under way in a worker that lost its
    lease with the network or the database."""

    class Meta:
        """The constraint is what makes a step be taken once."""

        constraints = (
            models.UniqueConstraint(
                fields=["event", "connection", "step"], name="delivery_step_once"
            ),
        )
        indexes = (
            models.Index(fields=["connection", "id"], name="delivery_due", condition=Q(open=True)),
            models.Index(
                fields=["ticket", "connection", "id"],
                name="delivery_before",
                condition=Q(open=True),
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_step_display()}: {self.get_state_display()}"

    @property
    def token(self) -> str:
        """`[G4821703657.5]`, by which what this step wrote is known in the desk."""
        return f"[{self.ticket.key}.{self.event.seq}]"

    # Claiming

    @classmethod
    def due(cls, connection: Connection, now: datetime) -> "QuerySet[Delivery]":
        """What may be sent to a connection now, the oldest first.

        Among it is what a worker took and did not end before its lease ran out.
        """
        state = cls.State
        ready = Q(state__in=(state.WAITING, state.UNKNOWN), next_at__lte=now)
        lost = Q(state=state.SENDING, lease_until__lte=now)
        return (
            cls.objects.filter(ready | lost, connection=connection, open=True)
            .filter(~Exists(cls._before()))
            .order_by("pk")
        )

    @classmethod
    def _before(cls) -> "QuerySet[Delivery]":
        """What a step has to wait for: earlier ones of its ticket. Without a ticket in the desk
        nothing follows; of all else that was refused a person decides, and the rest goes on."""
        state, step = cls.State, cls.Step
        unfinished = Q(state__in=(state.WAITING, state.SENDING, state.UNKNOWN))
        no_ticket = Q(state=state.REJECTED, step__in=(step.CUSTOMER, step.CREATE))
        return cls.objects.filter(
            unfinished | no_ticket,
            open=True,
            ticket=OuterRef("ticket"),
            connection=OuterRef("connection"),
            pk__lt=OuterRef("pk"),
        )

    @classmethod
    def foremost(cls) -> "QuerySet[Delivery]":
        """What is not over and waits for no other step of its ticket."""
        return cls.objects.filter(open=True).filter(~Exists(cls._before()))

    @classmethod
    @transaction.atomic
    def claim(
        cls, connection: Connection, owner: str, now: datetime, lease: timedelta, most: int
    ) -> "list[Delivery]":
        """Takes up to `most` steps for one worker; each is nobody else's until the lease is over.

        One that was under way in a worker that is gone is `unsure` from now on, and what the desk
        did not have before says nothing of it.
        """
        due = cls.due(connection, now).select_for_update(skip_locked=True)
        taken = cls._whole(due.values_list("pk", flat=True)[:most])
        for each in taken:
            each._take(owner, now + lease)
        lost = [each.pk for each in taken if each.was_lost]
        if lost:
            cls.objects.filter(pk__in=lost).update(unsure=True, empty_at=None)
        if taken:
            cls.objects.filter(pk__in=[each.pk for each in taken]).update(
                state=cls.State.SENDING, attempts=F("attempts") + 1, lease_owner=owner,
                lease_until=now + lease,
            )  # fmt: skip
        return taken

    @classmethod
    def _whole(cls, pks: Iterable[int]) -> "list[Delivery]":
        """The rows with what their steps need, in few queries: a reading is large, and one step of
        a ticket alone sends it."""
        rows: list[Delivery] = list(
            cls.objects.filter(pk__in=list(pks))
            .select_related("event", "ticket__promise")
            .defer("ticket__typed")
            .prefetch_related("ticket__procedure_version")  # one, and large, for many tickets
            .order_by("pk")
        )
        readings = Prefetch("ticket__inspection", Inspection.objects.defer("sealed_der", "chain"))
        for steps, related in ((_WITH_READING, readings), (_SIGNED, "event__by")):
            prefetch_related_objects([each for each in rows if each.step in steps], related)
        return rows

    def _take(self, owner: str, until: datetime) -> None:
        """The same for the row that is here."""
        self.was_lost = self.state == self.State.SENDING
        if self.was_lost:
            self.unsure, self.empty_at = True, None
        self.state, self.attempts = self.State.SENDING, self.attempts + 1
        self.lease_owner, self.lease_until = owner, until

    @classmethod
    def under_way(cls, connection: Connection, now: datetime) -> list[str]:
        """The owners of the steps that are being taken there, one for each step."""
        rows = cls.objects.filter(
            connection=connection, open=True, state=cls.State.SENDING, lease_until__gt=now
        )
        return list(rows.values_list("lease_owner", flat=True))

    @classmethod
    @transaction.atomic
    def renew(cls, owner: str, held: Mapping[int, int], until: datetime) -> dict[int, int]:
        """A worker that is alive keeps what it took, row and attempt; returns what is still its."""
        mine = cls.objects.filter(state=cls.State.SENDING, lease_owner=owner, pk__in=held)
        mine.update(lease_until=until)
        kept = dict(mine.values_list("pk", "attempts"))
        return {pk: attempt for pk, attempt in held.items() if kept.get(pk) == attempt}

    # Ending an attempt. One that was lost meanwhile may still say that it succeeded, nothing else.

    @classmethod
    def confirm(cls, taken: "Iterable[Delivery]", now: datetime) -> int:
        """The desk did these; how many of them were not known to be done."""
        open_ = cls.objects.filter(pk__in=[each.pk for each in taken]).exclude(state=cls.State.DONE)
        return open_.update(
            state=cls.State.DONE, open=False, done_at=now, unsure=False, last_error="", choices={},
            lease_owner="", lease_until=None,
        )  # fmt: skip

    def put_off(self, error: DeliveryError, now: datetime, lag: timedelta) -> bool:
        """Writes what an attempt that did not succeed leads to; False where it was lost."""
        if error.outcome is Outcome.UNKNOWN:
            return self._end(
                self.State.UNKNOWN, str(error), next_at=now + max(lag, error.pause or lag),
                unsure=True, otherwise=error.otherwise,
            )  # fmt: skip
        if error.outcome is Outcome.REJECTED:
            otherwise = self.otherwise if self.unsure else error.otherwise
            return self._end(
                self.State.REJECTED, str(error), choices=error.choices, otherwise=otherwise
            )
        if error.everywhere or (self.was_lost and self.unsure):
            return self.let_go(str(error), now)
        if self.tries >= len(PAUSES):
            words = f"{error} Foram {self.tries + 1} tentativas."
            return self._end(self.State.REJECTED, words)
        pause = PAUSES[self.tries] * random.uniform(0.5, 1)  # noqa: S311  no secret
        return self._end(self._still, str(error), next_at=now + pause, tries=F("tries") + 1)

    def let_go(self, words: str, now: datetime) -> bool:
        """Nothing was done, for no reason of this step; False where it was lost."""
        if self.was_lost and self.unsure:
            # Still not looked up; the next attempt does not know how long it has to wait.
            under_way = now + settings.DELIVERY_LONGEST_CALL
            return self._end(self.State.UNKNOWN, words, next_at=under_way)
        return self._end(self._still, words, next_at=now + _soon())

    def wait_for_index(self, now: datetime, wait: timedelta) -> bool:
        """The desk had nothing; it is asked once more after a while."""
        return self._end(self.State.UNKNOWN, self.last_error, empty_at=now, next_at=now + wait)

    def poisoned(self, words: str, now: datetime) -> bool:
        """Our own mistake: others go first, and whether it was sent is found out later."""
        return self._end(self.State.UNKNOWN, words, next_at=now + POISON_PAUSE, unsure=True)

    @property
    def _still(self) -> "Delivery.State":
        return self.State.UNKNOWN if self.unsure else self.State.WAITING

    def _end(self, state: "Delivery.State", words: str, **changes: Any) -> bool:
        mine = type(self).objects.filter(
            pk=self.pk, state=self.State.SENDING, lease_owner=self.lease_owner,
            attempts=self.attempts,
        )  # fmt: skip
        ended = {
            "state": state, "last_error": words, "unsure": self.unsure, "empty_at": None,
            "otherwise": self.otherwise if self.unsure else Outcome.RETRY,
            "lease_owner": "", "lease_until": None,
        }  # fmt: skip
        return mine.update(**{**ended, **changes}) == 1

    @classmethod
    def doubt_waiting(cls) -> int:
        """An old copy of the database is in place: what waits in it may have been sent since.

        How many are looked up in the desk before they are sent.
        """
        waiting = cls.objects.filter(state=cls.State.WAITING, open=True)
        return waiting.update(state=cls.State.UNKNOWN, unsure=True, empty_at=None)

    @classmethod
    def clock_jumped(
        cls, connection: Connection, now: datetime, wait: timedelta, lease: timedelta
    ) -> None:
        """The clock was set: what waits is due now, what is unsure waits anew, and so do leases.

        A jump forward would cut those short, one backward make a queue wait for an hour.
        """
        rows, state = cls.objects.filter(connection=connection), cls.State
        rows.filter(state=state.WAITING, next_at__gt=now).update(next_at=now)
        rows.filter(state=state.UNKNOWN).update(next_at=now + wait)
        rows.filter(state=state.SENDING).update(lease_until=now + lease)


_WITH_READING = (Delivery.Step.ATTACH,)
_SIGNED = (Delivery.Step.NOTE, Delivery.Step.CLOSE)


def _soon() -> timedelta:
    return timedelta(seconds=random.uniform(0.5, 1.5))  # noqa: S311  no secret
