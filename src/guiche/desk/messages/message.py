"""An e-mail to a customer; the row is the queue."""

from datetime import datetime, timedelta

from django.db import models, transaction
from django.db.models import QuerySet

from guiche.desk.intake.facts import mask_email
from guiche.desk.messages.queued import Queued
from guiche.desk.people.user import User
from guiche.desk.refusal import Refused
from guiche.desk.tickets.ticket import Ticket

KEPT = timedelta(days=90)
_STALE = "O protocolo ou o prazo mudou, ou já houve contato, antes de a mensagem sair."


class MessageRefused(Refused):
    """The e-mail cannot be sent, or is on its way already."""


class Message(Queued):
    """One e-mail about one ticket: its number and its time, and nobody's data but the address."""

    ticket = models.ForeignKey("desk.Ticket", on_delete=models.PROTECT, related_name="messages")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

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
    def about(self) -> str:
        """The number of the ticket."""
        return self.ticket.spoken

    @property
    def refusal(self) -> str:
        """That the number or the time in it holds no longer; "" while both do."""
        return _STALE if self.is_stale else ""

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

    # Sending it

    @transaction.atomic
    def mark_sent(self, now: datetime) -> None:
        """The server has it, and so the customer knows the number."""
        if self._mark(state=self.State.SENT, sent_at=now, last_error=""):
            self.ticket.inform("email", by=None)

    # Forgetting it

    @classmethod
    def ended(cls) -> "QuerySet[Message]":
        """What is not tried again."""
        return cls.objects.filter(state__in=(cls.State.SENT, cls.State.FAILED))

    @staticmethod
    def forget(rows: "QuerySet[Message]") -> int:
        """Takes address and words out of rows that have ended; how many had them."""
        return rows.exclude(to="").update(to="", body="", last_error="")
