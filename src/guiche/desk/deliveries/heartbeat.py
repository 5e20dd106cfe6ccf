"""That a sending worker lives, for whoever looks at what waits."""

from datetime import datetime, timedelta

from django.db import models

EVERY = timedelta(seconds=10)
_ALIVE = timedelta(minutes=1)
_KEPT = timedelta(days=1)


class Heartbeat(models.Model):
    """One row for each worker that runs, or ended without taking its leave."""

    owner = models.CharField(max_length=80, unique=True)
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.owner

    @classmethod
    def beat(cls, owner: str, now: datetime) -> None:
        """This worker lives."""
        if not cls.objects.filter(owner=owner).update(seen_at=now):
            cls.objects.create(owner=owner, started_at=now, seen_at=now)
            cls.objects.filter(seen_at__lte=now - _KEPT).delete()

    @classmethod
    def leave(cls, owner: str) -> None:
        """It ends."""
        cls.objects.filter(owner=owner).delete()

    @classmethod
    def alive(cls, now: datetime) -> int:
        """How many live."""
        return cls.objects.filter(seen_at__gt=now - _ALIVE).count()

    @classmethod
    def last_seen(cls) -> datetime | None:
        """When the last one gave a sign; None where there was none for a day, or all took leave."""
        newest = cls.objects.order_by("-seen_at").first()
        return newest.seen_at if newest else None
