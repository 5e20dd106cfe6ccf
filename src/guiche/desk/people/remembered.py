"""What is remembered for a moment: refused logins, codes that were used, attempts.

A row of the database, because every process must know it and a restart must not forget it. Values
are JSON: what Django's own database cache keeps is pickled, and runs when it is read.
"""

from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django.db import IntegrityError, models, transaction
from django.utils import timezone

_LONGEST = timedelta(days=365)


class Remembered(models.Model):
    """One value until its time."""

    key = models.CharField(max_length=64, primary_key=True)
    """A digest: keys name people and addresses."""
    value = models.JSONField(null=True)
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.key[:8]

    @classmethod
    def forget(cls, now: datetime) -> int:
        """Deletes what has run its time; how many."""
        return cls.objects.filter(expires_at__lte=now).delete()[0]


class Memory(BaseCache):
    """Django's cache over these rows. Its time is the machine's, as that of the logins is."""

    def __init__(self, _: str, params: dict[str, Any]) -> None:
        super().__init__(params)

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        """The value, or the default once its time is over."""
        row = self._rows(key, version).filter(expires_at__gt=timezone.now()).first()
        return row.value if row else default

    def set(
        self,
        key: Any,
        value: Any,
        timeout: float | None = DEFAULT_TIMEOUT,
        version: int | None = None,
    ) -> None:
        """Keeps the value, in place of another."""
        kept = {"value": value, "expires_at": self._end(timeout)}
        Remembered.objects.update_or_create(key=self._digest(key, version), defaults=kept)

    def add(
        self,
        key: Any,
        value: Any,
        timeout: float | None = DEFAULT_TIMEOUT,
        version: int | None = None,
    ) -> bool:
        """Keeps the value where there is none; False where there is. Of two at once one wins."""
        self._rows(key, version).filter(expires_at__lte=timezone.now()).delete()
        kept = Remembered(
            key=self._digest(key, version), value=value, expires_at=self._end(timeout)
        )
        try:
            with transaction.atomic():
                kept.save(force_insert=True)
        except IntegrityError:
            return False
        return True

    def touch(
        self,
        key: Any,
        timeout: float | None = DEFAULT_TIMEOUT,
        version: int | None = None,
    ) -> bool:
        """Keeps what is there for longer."""
        rows = self._rows(key, version).filter(expires_at__gt=timezone.now())
        return bool(rows.update(expires_at=self._end(timeout)))

    def delete(self, key: Any, version: int | None = None) -> bool:
        """Forgets it; whether it was there."""
        return bool(self._rows(key, version).delete()[0])

    def clear(self) -> None:
        """Forgets all."""
        Remembered.objects.all().delete()

    def _rows(self, key: Any, version: int | None) -> "models.QuerySet[Remembered]":
        return Remembered.objects.filter(key=self._digest(key, version))

    def _digest(self, key: Any, version: int | None) -> str:
        return sha256(self.make_key(key, version).encode()).hexdigest()

    def _end(self, timeout: Any) -> datetime:
        seconds = self.default_timeout if timeout is DEFAULT_TIMEOUT else timeout
        span = _LONGEST if seconds is None else timedelta(seconds=seconds)
        return timezone.now() + min(span, _LONGEST)
