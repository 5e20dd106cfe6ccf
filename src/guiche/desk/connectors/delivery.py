"""One step of one event toward one connection; the row is the queue."""

from typing import Any

from django.db import models

from guiche.desk import clock
from guiche.desk.connectors.connection import Connection
from guiche.desk.tickets.event import Event

# What a desk is told of each kind of event; of the others, nothing.
STEPS = {
    "submitted": "create",
    "forwarded": "forward",
    "forwarded_again": "forward",
    "returned": "note",
    "reopened": "note",
    "attempted": "note",
    "resolved": "close",
    "cancelled": "close",
}


class Delivery(models.Model):
    """A step to be taken, or taken. Exactly one for each event, connection and step."""

    class State(models.TextChoices):
        """`unknown`: the desk may have it; it is looked up there before anything is sent again."""

        WAITING = "waiting", "Na fila"
        SENDING = "sending", "Enviando"
        DONE = "done", "Confirmado"
        REJECTED = "rejected", "Recusado"
        UNKNOWN = "unknown", "Verificando"

    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="deliveries")
    connection = models.ForeignKey(Connection, on_delete=models.PROTECT, related_name="deliveries")
    step = models.CharField(max_length=20)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    attempts = models.PositiveIntegerField(default=0)
    next_at = models.DateTimeField(default=clock.now, db_index=True)
    lease_owner = models.CharField(max_length=80, blank=True)
    lease_until = models.DateTimeField(null=True)
    last_error = models.TextField(blank=True)
    external_ref = models.CharField(max_length=120, blank=True)

    class Meta:
        """The constraint is what makes a step be taken once."""

        constraints = (
            models.UniqueConstraint(
                fields=["event", "connection", "step"], name="delivery_step_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.step} {self.state}"


def enqueue(event: Event, **_: Any) -> None:
    """Writes the deliveries of an event, in the transaction that writes the event."""
    if step := STEPS.get(event.kind):
        Delivery.objects.bulk_create(
            Delivery(event=event, connection=connection, step=step)
            for connection in Connection.objects.filter(active=True)
        )
