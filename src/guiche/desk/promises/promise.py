"""The promise of a return: made once, watched, kept by a contact or told as overdue."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db import models, transaction
from django.db.models import Q

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
from guiche.desk.rows import insert
from guiche.desk.site.counting import Counting, Elapsed, NeverOver, counting
from guiche.desk.site.site import Site

# What was neither kept nor tried nor told as run out, and does not stand still.
UNTOLD = Q(kept_at=None, closed_at=None, tried_at=None, overdue_at=None, paused_at=None)
_CALLERS = (Role.RELACIONAMENTO, Role.SUPERVISAO)
_LONGEST_NOTE = 2000
_STAND = ("warn_at", "due_at", "paused_at")


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
    | no       | no            | no, and paused | `PAUSED`: it stands still before its end   |
    | no       | no            | before due     | `CLOSED`: nobody was kept waiting in vain  |
    | no       | no            | after due      | `UNTRIED`                                  |

    The end of a promise is one of three: contact made, tried in time, not tried. Only the last is a
    failure.
    """

    ON_TIME = "no prazo"
    ENDING = "perto do fim"
    TRIED = "tentado"
    PAUSED = "em pausa"
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
    paused_at = models.DateTimeField(null=True)
    """Since when it stands still, for the customer is waited for."""
    previous = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    """The promise that this one replaced when the ticket was reopened."""

    class Meta:
        """Few promises are still to be told of, or owed a call, and they are asked for often."""

        indexes = (
            models.Index(fields=["due_at"], condition=UNTOLD, name="promise_to_run_out"),
            models.Index(
                fields=["warn_at"], condition=UNTOLD & Q(warned_at=None), name="promise_to_warn"
            ),
            models.Index(
                fields=["due_at"], name="promise_owed",
                condition=Q(kept_at=None, tried_at=None, closed_at=None),
            ),
        )  # fmt: skip

    def __str__(self) -> str:
        return due_time.written(self.due_at)

    @property
    def line(self) -> "Iterator[Promise]":
        """This one, and before it those that it replaced."""
        promise: Promise | None = self
        while promise:
            yield promise
            promise = promise.previous

    @classmethod
    def make(
        cls,
        *,
        at: datetime,
        due_at: datetime,
        warning: float,
        previous: "Promise | None" = None,
        counts: Counting | None = None,
    ) -> "Promise":
        """A promise made at a moment, for the time that is spoken; near its end after `warning`, a
        share of its time, of which every hour counts unless `counts` says otherwise."""
        counts = counts or Elapsed()
        warn_at = counts.add(at, counts.between(at, due_at) * warning)
        promise = cls(made_at=at, warn_at=warn_at, due_at=due_at, previous=previous)
        insert([promise])
        return promise

    def spoken(self, now: datetime) -> str:
        """`até amanhã, terça, 24/11, às 14h30`."""
        return due_time.spoken(self.due_at, now)

    @property
    def written(self) -> str:
        """`até terça, 24/11, às 14h30`."""
        return due_time.written(self.due_at)

    @property
    def ends_at(self) -> datetime | None:
        """The due time; None while it stands still, for then nobody knows it."""
        return None if self.paused_at and not self.closed_at else self.due_at

    @property
    def said(self) -> dict[str, str]:
        """The due time as events keep it: in words, and exactly."""
        return {"due": self.written, "due_at": _exact(self.due_at)}

    def left(self, now: datetime) -> timedelta:
        """The time left; negative once overdue."""
        return self.due_at - (self.paused_at or now)

    def left_spoken(self, now: datetime) -> str:
        """`faltam 3 h e 20 min`, `venceu há 5 min`."""
        left = self.left(now)
        words = due_time.length(left)
        if left <= timedelta():
            return f"venceu há {words}"
        return f"{'falta' if words.startswith('1 ') else 'faltam'} {words}"

    def state(self, now: datetime) -> PromiseState:
        """Computed, never stored: what the worker marks is only that it was told."""
        now = self.paused_at or now
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
        if self.paused_at:
            return PromiseState.PAUSED
        return PromiseState.ENDING if now >= self.warn_at else PromiseState.ON_TIME

    def _is_in_time(self, at: datetime) -> bool:
        return at <= self.due_at or (self.paused_at is not None and at >= self.paused_at)

    # Standing still

    @property
    def may_pause(self) -> bool:
        """Whether there is anything that could stand still: nobody has spoken with the customer."""
        return not (self.kept_at or self.closed_at or self.paused_at)

    def pause(self, at: datetime) -> dict[str, Any]:
        """Stands still from now on, unless it has run out; what the event says of it."""
        if not self.may_pause or at >= self.due_at:
            return {}
        before = self._stand
        self.paused_at = at
        self.save(update_fields=["paused_at"])
        left = self._counts.between(at, self.due_at)
        return {
            "paused": due_time.length(left), "due_at": _exact(self.due_at), "stood": before,
        }  # fmt: skip

    def go_on(self, at: datetime) -> dict[str, Any]:
        """Counts on, where it stood still; what the event says of it.

        What was left is left again: hours of work where these are counted.
        """
        if self.paused_at is None:
            return {}
        before = self._stand
        if self.warned_at is None and self.warn_at > self.paused_at:
            self.warn_at = self._later(self.warn_at, at)
        self.due_at, self.paused_at = self.due_when_resumed(at), None
        self.save(update_fields=_STAND)
        return {**self.said, "stood": before}

    @property
    def _stand(self) -> dict[str, str | None]:
        """How it is counted, as an event keeps it so that it can be undone."""
        moments = {name: getattr(self, name) for name in _STAND}
        return {name: moment and moment.isoformat() for name, moment in moments.items()}

    def stand_again(self, stood: Mapping[str, str | None]) -> dict[str, str]:
        """Is counted as before a pause, or before its end, that was a mistake; what the event says
        of it."""
        for name, moment in stood.items():
            setattr(self, name, moment and datetime.fromisoformat(moment))
        self.save(update_fields=_STAND)
        return {"due_at": _exact(self.due_at)} if self.paused_at else self.said

    def due_when_resumed(self, at: datetime) -> datetime:
        """The due time if it goes on then: to the minute, for it is said, and still to come."""
        exact = self._later(self.due_at, at)
        minute = exact.replace(second=0, microsecond=0)
        return minute if minute > at else minute + timedelta(minutes=1)

    def _later(self, moment: datetime, at: datetime) -> datetime:
        if self.paused_at is None:
            return moment
        try:
            return self._counts.add(at, self._counts.between(self.paused_at, moment))
        except NeverOver:  # the hours were cut down meanwhile, which must keep nobody from going on
            return at + (moment - self.paused_at)

    @property
    def _counts(self) -> Counting:
        promised = self.ticket.procedure.promise
        return counting(business=promised.business, hours=Site.current().hours)

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
        in_time = [each for each in self.attempts.all() if self._is_in_time(each.at)]
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
        ticket.hold_promise(self)
        attempt = ContactAttempt(
            promise=self, by=by, phone=_called(phone, ticket.phones), result=result,
            note=clean_note(note, _LONGEST_NOTE, "A anotação"),
            at=now, next_at=next_try(again, now),
        )  # fmt: skip
        payload = {"phone": attempt.phone, "result": result, "note": attempt.note}
        if attempt.next_at:
            payload["next"] = due_time.noted(attempt.next_at)
        if result == Result.SPOKE:
            payload |= self.go_on(now)
        event = ticket.record_attempt(by, payload, now, form)
        if event is None:
            raise AttemptRefused("O chamado já foi encerrado. Reabra-o para registrar a ligação.")
        self.attempts.add(attempt, bulk=False)
        self._settle(result, now)
        return attempt

    def take_back(self, at: datetime, by: User) -> None:
        """The attempt that this person recorded at that moment was none, with all it led to."""
        self.attempts.filter(at=at, by=by).delete()
        row = Promise.objects.filter(pk=self.pk)
        row.filter(kept_at=at).update(kept_at=None)
        row.filter(tried_at=at).update(tried_at=None)

    def reopen(self, at: datetime) -> None:
        """The ticket was not to be closed at that moment: the promise is watched as before."""
        Promise.objects.filter(pk=self.pk, closed_at=at).update(closed_at=None)

    def _settle(self, result: str, now: datetime) -> None:
        """Marks what the attempt brought about; a later one does not move the moment."""
        row = Promise.objects.filter(pk=self.pk)
        if result == Result.SPOKE:
            row.filter(kept_at=None).update(kept_at=now)
        elif self._is_in_time(now) and not self.lacking():
            row.filter(tried_at=None).update(tried_at=now)
        self.refresh_from_db(fields=["kept_at", "tried_at"])


def _exact(moment: datetime) -> str:
    """As events keep it, so that every due time that was ever promised can be told."""
    return moment.astimezone(UTC).isoformat(timespec="minutes")


def _called(phone: str, phones: Sequence[str]) -> str:
    """The number called; "" only where the customer has none."""
    return clean_phone(phone) if phone or phones else ""
