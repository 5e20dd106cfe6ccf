"""How the clock of a machine stood when a worker last looked: whether it was set since."""

from typing import Self

from django.db import models

_JUMP_SECONDS = 20.0


class HostClock(models.Model):
    """One row for each machine that had a worker.

    `offset` is what the clock reads, in seconds since 1970, less what the monotonic one does. It
    changes where the clock is set, and where the machine begins anew.
    """

    host = models.CharField(max_length=80, unique=True)
    offset = models.FloatField()

    def __str__(self) -> str:
        return self.host

    @classmethod
    def of(cls, host: str) -> Self | None:
        """As it stood; None for a machine that never had a worker."""
        return cls.objects.filter(host=host).first()

    @classmethod
    def keep(cls, host: str, offset: float) -> None:
        """As it stands now."""
        cls.objects.update_or_create(host=host, defaults={"offset": offset})


def jumped(before: float, offset: float) -> bool:
    """Whether a clock was set between two looks; less than that is drift being mended."""
    return abs(offset - before) > _JUMP_SECONDS
