"""A call to the customer, what came of it, and when so many calls count as having tried."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import models
from django.utils import timezone

from guiche.desk.intake.facts import show_phone
from guiche.desk.people.user import User
from guiche.desk.procedures.procedure import Promised
from guiche.desk.refusal import Refused

_MORNING = 9


class AttemptRefused(Refused):
    """The contact attempt cannot be recorded."""


class Result(models.TextChoices):
    """What came of a call. Only speaking with the customer keeps the promise."""

    SPOKE = "spoke", "Falou com o cliente"
    LEFT_MESSAGE = "left_message", "Deixou recado"
    NO_ANSWER = "no_answer", "Não atendeu"
    BUSY = "busy", "Ocupado"
    VOICEMAIL = "voicemail", "Caixa postal"
    WRONG_NUMBER = "wrong_number", "Número errado"


class ContactAttempt(models.Model):
    """Who called which number when, and what came of it."""

    promise = models.ForeignKey("desk.Promise", on_delete=models.PROTECT, related_name="attempts")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    phone = models.CharField(max_length=16)
    """In E.164; "" of a customer who has no telephone, and is reached otherwise."""
    result = models.CharField(max_length=20, choices=Result)
    note = models.TextField(blank=True)
    at = models.DateTimeField()
    next_at = models.DateTimeField(null=True)
    """When the next one is meant to be made."""

    def __str__(self) -> str:
        return Result(self.result).label

    @property
    def phone_text(self) -> str:
        """The number as people write it."""
        return show_phone(self.phone) if self.phone else ""


class NextTry(NamedTuple):
    """When to try again, as it is chosen; `span` None: tomorrow, in the morning."""

    key: str
    label: str
    span: timedelta | None

    def at(self, now: datetime) -> datetime:
        """The moment that is meant."""
        if self.span is not None:
            return now + self.span
        tomorrow = timezone.localtime(now) + timedelta(days=1)
        return tomorrow.replace(hour=_MORNING, minute=0, second=0, microsecond=0)


NEXT_TRIES = (
    NextTry("30min", "em 30 min", timedelta(minutes=30)),
    NextTry("1h", "em 1 h", timedelta(hours=1)),
    NextTry("2h", "em 2 h", timedelta(hours=2)),
    NextTry("amanha", "amanhã às 9h", None),
)


def next_try(key: str, now: datetime) -> datetime | None:
    """The moment of one of `NEXT_TRIES`; "" is none, and another key is refused."""
    if not key:
        return None
    for choice in NEXT_TRIES:
        if choice.key == key:
            return choice.at(now)
    raise AttemptRefused("Escolha na lista quando tentar de novo.")


def lacking(
    policy: Promised, phones: Sequence[str], attempts: Iterable[ContactAttempt]
) -> tuple[str, ...]:
    """What is still to be done for these attempts to count as having tried; empty: they do."""
    made = list(attempts)
    called, results = {each.phone for each in made}, {each.result for each in made}
    more = policy.attempts - len(made)
    words = [f"mais {more} {'tentativas' if more > 1 else 'tentativa'}"] if more > 0 else []
    words += [f"ligar para {show_phone(phone)}" for phone in phones if phone not in called]
    if policy.message and Result.LEFT_MESSAGE not in results:
        words.append("deixar recado")
    return tuple(words)
