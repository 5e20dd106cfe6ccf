"""A certificate that came for an open ticket: the customer sent it by its page, or it was attached;
whoever calls back judges it."""

from django.db import models

from guiche.desk import clock
from guiche.desk.intake.reading import Inspection


class Received(models.Model):
    """One reading that came so. It is nobody's proof until somebody closes the ticket by it."""

    ticket = models.ForeignKey("desk.Ticket", on_delete=models.CASCADE, related_name="received")
    reading = models.ForeignKey(Inspection, on_delete=models.PROTECT, related_name="receipts")
    at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.at:%Y-%m-%d %H:%M}"

    @property
    def holder(self) -> str:
        """Whose certificate it is, as it says itself."""
        name: str = self.reading.contract["holder"]["name"] or ""
        return name
