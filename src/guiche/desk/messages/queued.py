"""An e-mail that waits in its row until it is sent, and is tried again when it could not be."""

from datetime import datetime, timedelta
from typing import Self

from django.db import models
from django.db.models import F, Q, QuerySet

from guiche.desk import clock

# Longer than the server may keep one e-mail waiting (`settings.EMAIL_TIMEOUT` for each step).
LEASE = timedelta(minutes=10)
PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 5, 15, 30, 60, 120))
"""Between one attempt and the next; so the last comes four hours after the first."""
MOST_ATTEMPTS = len(PAUSES) + 1


class Queued(models.Model):
    """The row is the queue. An attempt is known by its count: only the one that holds the row may
    mark it."""

    class State(models.TextChoices):
        """`sending` that was not finished is tried again: twice the same e-mail, with the same
        Message-ID, is less bad than none."""

        WAITING = "waiting", "Na fila"
        SENDING = "sending", "Enviando"
        SENT = "sent", "Enviada"
        FAILED = "failed", "Não enviada"

    to = models.CharField(max_length=254)
    subject = models.CharField(max_length=200)
    body = models.TextField()
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    attempts = models.PositiveIntegerField(default=0)
    next_at = models.DateTimeField(default=clock.now, db_index=True)
    """When it is tried next; while it is being sent, when the attempt counts as lost."""
    last_error = models.TextField(blank=True)
    created_at = models.DateTimeField(default=clock.now)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        """What it is about, and what follows once it is sent, its own kind says."""

        abstract = True

    def __str__(self) -> str:
        return f"{self.subject} {self.state}"

    @property
    def message_id(self) -> str:
        """The same at every attempt, so that a second copy is known for one."""
        raise NotImplementedError

    @property
    def about(self) -> str:
        """What the records call it."""
        raise NotImplementedError

    @property
    def refusal(self) -> str:
        """Why it is not to be sent any more; "" while it is."""
        return ""

    @classmethod
    def due(cls, now: datetime) -> "QuerySet[Self]":
        """What is to be tried now, lost attempts too, the longest waiting first."""
        open_ = Q(state__in=(cls.State.WAITING, cls.State.SENDING))
        rows: QuerySet[Self] = cls._default_manager.filter(open_, next_at__lte=now)
        return rows.order_by("next_at", "pk")

    def claim(self, now: datetime) -> bool:
        """Takes the row for one attempt; False when another worker has it."""
        mine = type(self).due(now).filter(pk=self.pk, attempts=self.attempts)
        taken = mine.update(
            state=self.State.SENDING, attempts=F("attempts") + 1, next_at=now + LEASE
        )
        if taken:
            self.refresh_from_db()
        return taken == 1

    def mark_sent(self, now: datetime) -> None:
        """The server has it."""
        self._mark(state=self.State.SENT, sent_at=now, last_error="")

    def mark_stored(self, now: datetime, note: str) -> None:
        """It was written, but to nobody: `note` says where it lies."""
        self._mark(state=self.State.SENT, sent_at=now, last_error=note)

    def mark_failed(self, why: str) -> None:
        """It is not tried again."""
        self._mark(state=self.State.FAILED, last_error=why)

    def put_back(self, now: datetime, why: str) -> None:
        """It is tried again after a pause, longer each time; after the last it failed."""
        if self.attempts >= MOST_ATTEMPTS:
            self.mark_failed(f"{why} Foram {self.attempts} tentativas.")
            return
        next_at = now + PAUSES[self.attempts - 1]
        self._mark(state=self.State.WAITING, next_at=next_at, last_error=why)

    def _mark(self, **changes: object) -> bool:
        held = type(self)._default_manager.filter(
            pk=self.pk, state=self.State.SENDING, attempts=self.attempts
        )
        marked = held.update(**changes) == 1
        self.refresh_from_db()
        return marked
