"""A configured desk of somebody else."""

from django.db import models

from guiche.desk import clock


class Connection(models.Model):
    """Where events are delivered to."""

    kind = models.CharField(max_length=40)
    name = models.CharField(max_length=80, unique=True)
    active = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return self.name
