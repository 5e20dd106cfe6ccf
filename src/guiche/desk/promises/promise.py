"""The promise of a return: made once, watched, kept by a contact or told as overdue."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from django.db import models, transaction

from guiche.desk import clock
from guiche.desk.intake.facts import clean_note, clean_phone
from guiche.desk.people.role import Role
from guiche.desk.people.user import User
from guiche.desk.promises import due_time
from guiche.desk.promises.attempt import (
    AttemptRefused,
    ContactAttempt,
    Result,
    lacking,
    next_try,
)
from guiche.desk.tickets.moves import OPEN

_CALLERS = (Role.RELACIONAMENTO, Role.SUPERVISAO)
_LONGEST_NOTE = 2000


class PromiseState(StrEnum):
    """How a promise stands; the values are what the screen says.

    | contact  | tried in time | closed         | state                                      |
    |----------|---------------|----------------|--------------------------------------------|
    | in time  | any           | any            | `KEPT`                                     |
    | late     | yes           | any            | `KEPT`: nothing was missed                 |
    | late     | no            | any            | `KEPT_LATE`                                |
    | no       | yes           | no, before due | `TRIED`                                    |
    | no       | yes           | no, after due  | `TRIED_IN_TIME`                            |
    | no       | yes           | yes            | `TRIED_IN_TIME`                            |
    | no       | no            | no             | `ON_TIME`, then `ENDING`, then `OVERDUE`   |
    | no       | no            | before due     | `CLOSED`: nobody was kept waiting in vain  |
    | no       | no            | after due      | `UNTRIED`                                  |

    The end of a promise is one of three: contact made, tried in time, not tried. Only the last is a
    failure.
    """

    ON_TIME = "no prazo"
    ENDING = "perto do fim"
    TRIED = "tentado"
    OVERDUE = "vencido"
    KEPT = "contato feito"
    KEPT_LATE = "cumprido com atraso"
    TRIED_IN_TIME = "tentado no prazo"
    CLOSED = "encerrado sem contato"
    UNTRIED = "não tentado"


RUNNING = (PromiseState.ON_TIME, PromiseState.ENDING, PromiseState.TRIED)
"""While it may still be said to the customer."""


class Promise(models.Model):
    """A return promised for `due_at`, which is exactly the time that was spoken."""

    made_at = models.DateTimeField()
    warn_at = models.DateTimeField(db_index=True)
    due_at = models.DateTimeField(db_index=True)
    warned_at = models.DateTimeField(null=True)
    overdue_at = models.DateTimeField(null=True)
    tried_at = models.DateTimeField(null=True)
    """When the attempts came to be as many as the procedure asks for."""
    kept_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    previous = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    """The promise that this one replaced when the ticket was reopened."""

    class Meta:
        """Those that a call is still owed for are few among all, and asked for often."""

        indexes = (
            models.Index(
                fields=["due_at"], name="promise_owed",
                condition=models.Q(kept_at=None, tried_at=None, closed_at=None),
            ),
        )  # fmt: skip

    def __str__(self) -> str:
        return due_time.written(self.due_at)

    @classmethod
    def make(
        cls,
        *,
        at: datetime,
        due_at: datetime,
        warning: float,
        previous: "Promise | None" = None,
    ) -> "Promise":
        """A promise made at a moment, for the time that is spoken; near its end after `warning`, a
        share of its time."""
        warn_at = at + (due_at - at) * warning
        return cls.objects.create(made_at=at, warn_at=warn_at, due_at=due_at, previous=previous)

    def spoken(self, now: datetime) -> str:
        """`até amanhã, terça, 24/11, às 14h30`."""
        return due_time.spoken(self.due_at, now)

    @property
    def written(self) -> str:
        """`até terça, 24/11, às 14h30`."""
        return due_time.written(self.due_at)

    def left(self, now: datetime) -> timedelta:
        """The time left; negative once overdue."""
        return self.due_at - now

    def left_spoken(self, now: datetime) -> str:
        """`faltam 3 h e 20 min`, `venceu há 5 min`."""
        left = self.left(now)
        words = due_time.length(left)
        if left <= timedelta():
            return f"venceu há {words}"
        return f"{'falta' if words.startswith('1 ') else 'faltam'} {words}"

    def state(self, now: datetime) -> PromiseState:
        """Computed, never stored: what the worker marks is only that it was told."""
        if self.kept_at:
            late = self.kept_at > self.due_at and not self.tried_at
            return PromiseState.KEPT_LATE if late else PromiseState.KEPT
        if self.tried_at:
            runs = not self.closed_at and now < self.due_at
            return PromiseState.TRIED if runs else PromiseState.TRIED_IN_TIME
        if self.closed_at:
            return PromiseState.CLOSED if self.closed_at < self.due_at else PromiseState.UNTRIED
        if now >= self.due_at:
            return PromiseState.OVERDUE
        return PromiseState.ENDING if now >= self.warn_at else PromiseState.ON_TIME

    def close(self, at: datetime) -> None:
        """Ends the watch: the ticket was closed."""
        self.closed_at = at
        self.save(update_fields=["closed_at"])

    def may_log(self, user: User) -> bool:
        """Whether this person may record an attempt to keep it now."""
        return user.role in _CALLERS and self.closed_at is None

    @property
    def next_try(self) -> datetime | None:
        """When the next attempt is meant to be made, as the last one said."""
        last = max(self.attempts.all(), key=lambda each: (each.at, each.pk), default=None)
        return last.next_at if last else None

    def lacking(self) -> tuple[str, ...]:
        """What is still to be done in time for the attempts to count as having tried."""
        in_time = [each for each in self.attempts.all() if each.at <= self.due_at]
        return lacking(self.ticket.procedure.promise, self.ticket.phones, in_time)

    @transaction.atomic
    def log_attempt(
        self,
        by: User,
        phone: str,
        result: str,
        note: str = "",
        form: UUID | None = None,
        again: str = "",
    ) -> ContactAttempt:
        """Records a call and its result, in the history too; `AttemptRefused` or `Problem` else.

        `again` is the key of one of `NEXT_TRIES`. A `form` that was sent before raises
        `AlreadyRecorded`: a call is never counted twice.
        """
        if by.role not in _CALLERS:
            raise AttemptRefused("Quem registra tentativas é o Relacionamento ou a Supervisão.")
        if result not in Result.values:
            raise AttemptRefused("Escolha o resultado da ligação.")
        ticket, now = self.ticket, clock.now()
        attempt = ContactAttempt(
            promise=self, by=by, phone=_called(phone, ticket.phones), result=result,
            note=clean_note(note, _LONGEST_NOTE, "A anotação"),
            at=now, next_at=next_try(again, now),
        )  # fmt: skip
        payload = {"phone": attempt.phone, "result": result, "note": attempt.note}
        if attempt.next_at:
            payload["next"] = due_time.noted(attempt.next_at)
        event = ticket.record("attempted", by=by, payload=payload, origins=OPEN, at=now, form=form)
        if event is None:
            raise AttemptRefused("O chamado já foi encerrado. Reabra-o para registrar a ligação.")
        self.attempts.add(attempt, bulk=False)
        self._settle(result, now)
        return attempt

    def _settle(self, result: str, now: datetime) -> None:
        """Marks what the attempt brought about; a later one does not move the moment."""
        row = Promise.objects.filter(pk=self.pk)
        if result == Result.SPOKE:
            row.filter(kept_at=None).update(kept_at=now)
        elif now <= self.due_at and not self.lacking():
            row.filter(tried_at=None).update(tried_at=now)
        self.refresh_from_db(fields=["kept_at", "tried_at"])


def _called(phone: str, phones: Sequence[str]) -> str:
    """The number called; "" only where the customer has none."""
    return clean_phone(phone) if phone or phones else ""
