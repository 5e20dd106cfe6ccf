"""The promise of a return: made once, watched, kept by a contact or told as overdue."""

from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from django.db import models, transaction

from guiche.desk import clock
from guiche.desk.intake.facts import clean_phone, refuse_secrets
from guiche.desk.intake.plain import plain_text
from guiche.desk.people.role import Role
from guiche.desk.people.user import User
from guiche.desk.promises import due_time
from guiche.desk.refusal import Refused
from guiche.desk.tickets.moves import OPEN

_CALLERS = (Role.RELACIONAMENTO, Role.SUPERVISAO)
_LONGEST_NOTE = 2000


class AttemptRefused(Refused):
    """The contact attempt cannot be recorded."""


class PromiseState(StrEnum):
    """How a promise stands; the values are what the screen says."""

    ON_TIME = "no prazo"
    ENDING = "perto do fim"
    OVERDUE = "vencido"
    KEPT = "cumprido"
    KEPT_LATE = "cumprido com atraso"
    CLOSED = "encerrado sem contato"


RUNNING = (PromiseState.ON_TIME, PromiseState.ENDING)
"""While it may still be said to the customer."""


class Result(models.TextChoices):
    """What came of a call. Only speaking with the customer keeps the promise."""

    SPOKE = "spoke", "Falou com o cliente"
    LEFT_MESSAGE = "left_message", "Deixou recado"
    NO_ANSWER = "no_answer", "Não atendeu"
    BUSY = "busy", "Ocupado"
    VOICEMAIL = "voicemail", "Caixa postal"
    WRONG_NUMBER = "wrong_number", "Número errado"


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

    def __str__(self) -> str:
        return due_time.written(self.due_at)

    @classmethod
    def make(
        cls,
        *,
        at: datetime,
        due_at: datetime,
        warning: timedelta,
        previous: "Promise | None" = None,
    ) -> "Promise":
        """A promise made at a moment, for the time that is spoken."""
        return cls.objects.create(
            made_at=at, warn_at=min(at + warning, due_at), due_at=due_at, previous=previous
        )

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
            late = self.kept_at > self.due_at
            return PromiseState.KEPT_LATE if late else PromiseState.KEPT
        if self.closed_at:
            return PromiseState.CLOSED
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

    @transaction.atomic
    def log_attempt(
        self, by: User, phone: str, result: str, note: str = "", form: UUID | None = None
    ) -> "ContactAttempt":
        """Records a call and its result, in the history too; `AttemptRefused` or `Problem` else.

        A `form` that was sent before raises `AlreadyRecorded`: a call is never counted twice.
        """
        if by.role not in _CALLERS:
            raise AttemptRefused("Quem registra tentativas é o Relacionamento ou a Supervisão.")
        if result not in Result.values:
            raise AttemptRefused("Escolha o resultado da ligação.")
        note = _clean_note(note)
        ticket, now = self.ticket, clock.now()
        attempt = ContactAttempt(
            promise=self, by=by, phone=clean_phone(phone), result=result, note=note, at=now
        )
        payload = {"phone": attempt.phone, "result": result, "note": note}
        event = ticket.record("attempted", by=by, payload=payload, origins=OPEN, at=now, form=form)
        if event is None:
            raise AttemptRefused("O chamado já foi encerrado. Reabra-o para registrar a ligação.")
        attempt.save()
        if result == Result.SPOKE:
            # The first contact keeps the promise; a later one does not move the moment.
            Promise.objects.filter(pk=self.pk, kept_at=None).update(kept_at=now)
            self.refresh_from_db(fields=["kept_at"])
        return attempt


def _clean_note(note: str) -> str:
    note = plain_text(note).strip()
    if len(note) > _LONGEST_NOTE:
        raise AttemptRefused(f"A anotação passa de {_LONGEST_NOTE} caracteres. Resuma.")
    refuse_secrets(note)
    return note


class ContactAttempt(models.Model):
    """Who called which number when, and what came of it."""

    promise = models.ForeignKey(Promise, on_delete=models.PROTECT, related_name="attempts")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    phone = models.CharField(max_length=16)
    result = models.CharField(max_length=20, choices=Result)
    note = models.TextField(blank=True)
    at = models.DateTimeField()
    next_at = models.DateTimeField(null=True)
    """When the next one is meant to be made."""

    def __str__(self) -> str:
        return Result(self.result).label
