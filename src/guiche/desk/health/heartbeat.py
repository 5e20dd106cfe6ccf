"""Which workers are at work: each says so itself, in a row of its own."""

import os
import socket
from datetime import datetime, timedelta

from django.db import models
from django.db.models import QuerySet

import guiche

SILENT = timedelta(minutes=1)
"""After which a worker counts as gone; it says so every few seconds."""
_FORGOTTEN = timedelta(days=1)


class Heartbeat(models.Model):
    """One worker, by machine and process, and when it last said that it is there."""

    worker = models.CharField(max_length=120, unique=True)
    version = models.CharField(max_length=40)
    started_at = models.DateTimeField()
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.worker} {self.version}"

    @classmethod
    def beat(cls, now: datetime) -> None:
        """This process is at work; what has been silent for a day is forgotten."""
        worker = f"{socket.gethostname()[:100]}:{os.getpid()}"
        if cls.objects.filter(worker=worker, version=guiche.__version__).update(at=now):
            return
        cls.objects.filter(at__lte=now - _FORGOTTEN).delete()
        made = {"version": guiche.__version__, "started_at": now, "at": now}
        cls.objects.update_or_create(worker=worker, defaults=made)

    @classmethod
    def alive(cls, now: datetime) -> "QuerySet[Heartbeat]":
        """The workers that are there."""
        return cls.objects.filter(at__gt=now - SILENT)
