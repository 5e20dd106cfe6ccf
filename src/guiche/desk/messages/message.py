"""An e-mail to a customer; the row is the queue."""

from datetime import datetime, timedelta

from django.db import models, transaction
from django.db.models import F, Q, QuerySet

from guiche.desk import clock
from guiche.desk.intake.facts import mask_email
from guiche.desk.people.user import User
from guiche.desk.refusal import Refused
from guiche.desk.tickets.ticket import Ticket

KEPT = timedelta(days=90)
# Longer than the server may keep one e-mail waiting (`settings.EMAIL_TIMEOUT` for each step).
LEASE = timedelta(minutes=10)
PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 5, 15, 30, 60, 120))
"""Between one attempt and the next; so the last comes four hours after the first."""
MOST_ATTEMPTS = len(PAUSES) + 1


class MessageRefused(Refused):
    """The e-mail cannot be sent, or is on its way already."""


class Message(models.Model):
    """One e-mail about one ticket: its number and its time, and nobody's data but the address."""

    class State(models.TextChoices):
        """`sending` that was not finished is tried again: twice the same e-mail, with the same
        Message-ID, is less bad than none."""

        WAITING = "waiting", "Na fila"
        SENDING = "sending", "Enviando"
        SENT = "sent", "Enviada"
        FAILED = "failed", "Não enviada"

    ticket = models.ForeignKey("desk.Ticket", on_delete=models.PROTECT, related_name="messages")
    to = models.CharField(max_length=254)
    subject = models.CharField(max_length=200)
    body = models.TextField()
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    attempts = models.PositiveIntegerField(default=0)
    next_at = models.DateTimeField(default=clock.now, db_index=True)
    """When it is tried next; while it is being sent, when the attempt counts as lost."""
    last_error = models.TextField(blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=clock.now)
    sent_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.subject} {self.state}"

    # Asking for it

    @classmethod
    @transaction.atomic
    def queue(cls, ticket: Ticket, by: User) -> "Message":
        """The e-mail with the words of now; once for each number and time, unless it failed."""
        # Two clicks at once: the second waits here, and finds what the first wrote.
        ticket = Ticket.objects.select_for_update().get(pk=ticket.pk)
        if not ticket.email:
            raise MessageRefused("O cliente não deixou e-mail.")
        if not ticket.email.partition("@")[0].isascii():
            raise MessageRefused("O e-mail tem acentos antes do @: copie a mensagem e mande-a.")
        if not ticket.is_promising:
            raise MessageRefused("O prazo já não pode ser informado: passou, ou já houve contato.")
        if cls.standing(ticket):
            raise MessageRefused("Esta mensagem já está a caminho, ou já foi enviada.")
        subject = f"Protocolo {ticket.protocol}"
        return cls.objects.create(
            ticket=ticket, to=ticket.email, subject=subject, body=ticket.send, by=by
        )

    @classmethod
    def standing(cls, ticket: Ticket) -> "Message | None":
        """The e-mail with the words of now that was sent, or still may be."""
        words = ticket.messages.filter(body=ticket.send).exclude(state=cls.State.FAILED)
        return words.order_by("-pk").first()

    @property
    def is_stale(self) -> bool:
        """Whether the number or the time in it holds no longer."""
        return not self.ticket.is_promising or self.body != self.ticket.send

    @property
    def to_masked(self) -> str:
        """`c***@exemplo.com.br`; "" once it is forgotten."""
        return mask_email(self.to) if self.to else ""

    @property
    def message_id(self) -> str:
        """The same at every attempt, so that a second copy is known for one."""
        return f"{self.ticket.number}.{self.pk}.guiche"

    # Sending it. An attempt is known by its count: only the one that holds the row may mark it.

    @classmethod
    def due(cls, now: datetime) -> "QuerySet[Message]":
        """What is to be tried now, lost attempts too, the longest waiting first."""
        open_ = Q(state__in=(cls.State.WAITING, cls.State.SENDING))
        return cls.objects.filter(open_, next_at__lte=now).order_by("next_at", "pk")

    def claim(self, now: datetime) -> bool:
        """Takes the row for one attempt; False when another worker has it."""
        mine = type(self).due(now).filter(pk=self.pk, attempts=self.attempts)
        taken = mine.update(
            state=self.State.SENDING, attempts=F("attempts") + 1, next_at=now + LEASE
        )
        if taken:
            self.refresh_from_db()
        return taken == 1

    @transaction.atomic
    def mark_sent(self, now: datetime) -> None:
        """The server has it, and so the customer knows the number."""
        if self._mark(state=self.State.SENT, sent_at=now, last_error=""):
            self.ticket.inform("email", by=None)

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
        held = type(self).objects.filter(
            pk=self.pk, state=self.State.SENDING, attempts=self.attempts
        )
        marked = held.update(**changes) == 1
        self.refresh_from_db()
        return marked

    # Forgetting it

    @classmethod
    def ended(cls) -> "QuerySet[Message]":
        """What is not tried again."""
        return cls.objects.filter(state__in=(cls.State.SENT, cls.State.FAILED))

    @staticmethod
    def forget(rows: "QuerySet[Message]") -> int:
        """Takes address and words out of rows that have ended; how many had them."""
        return rows.exclude(to="").update(to="", body="", last_error="")
