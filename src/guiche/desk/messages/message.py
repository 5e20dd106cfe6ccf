"""An e-mail to a customer; the row is the queue."""

from django.db import models

from guiche.desk import clock
from guiche.desk.people.user import User


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
    last_error = models.TextField(blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=clock.now)
    sent_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.subject} {self.state}"
