"""What was answered to a request that carried a key: the same is answered again, nothing is done.

The answer is written in the transaction of what it tells of, so that neither is there without the
other, however the process ends. Who asks with the same key meanwhile is told so, or waits (SQLite
has one writer), and never does it a second time.
"""

from collections.abc import Sequence
from datetime import timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.db import connection as database
from django.db import models
from django.db.models import Q
from django.http import HttpResponse

from guiche.desk import clock, vault
from guiche.desk.api.token import ApiToken
from guiche.desk.rows import find, insert
from guiche.desk.tickets.event import Event

KEPT = timedelta(days=2)
LONGEST_KEY = 255
REFUSED = 400
"""From this status on nothing was done."""


class Answered(models.Model):
    """One answer; its body enciphered, and none of a refusal, which may quote the customer."""

    token = models.ForeignKey(ApiToken, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=LONGEST_KEY)
    digest = models.CharField(max_length=64)
    """Of the request that was answered."""
    status = models.PositiveSmallIntegerField()
    location = models.CharField(max_length=200, blank=True)
    sealed = models.BinaryField()
    created_at = models.DateTimeField(default=clock.now, db_index=True)

    class Meta:
        """A key is one request's."""

        constraints = (models.UniqueConstraint(fields=["token", "key"], name="api_answered_once"),)

    def __str__(self) -> str:
        return f"{self.status} {self.created_at:%Y-%m-%d %H:%M}"

    @classmethod
    def alone_at(cls, token: ApiToken, key: str) -> bool:
        """Whether nobody else is at this key until the end of the transaction."""
        if database.vendor != "postgresql":
            return True  # who writes is alone
        with database.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_lock(token, key)])
            row = cursor.fetchone()
        return bool(row and row[0])

    @classmethod
    def to(cls, token: ApiToken, key: str) -> "Answered | None":
        """What was answered to this key."""
        return find(cls, token_id=token.pk, key=key)

    def keep(self, digest: str, answer: HttpResponse) -> None:
        """Keeps what was answered to this request; in place of what refused it before."""
        self.digest, self.status, self.created_at = digest, answer.status_code, clock.now()
        self.location = answer.headers.get("Location", "")
        self.sealed = b"" if self.is_refusal else vault.seal(answer.content)
        if self.pk:
            self.save()
        else:
            insert([self])

    @property
    def is_refusal(self) -> bool:
        """Whether nothing was done."""
        return self.status >= REFUSED

    @property
    def body(self) -> bytes | None:
        """What was said; None where the key of the data was changed since."""
        return vault.unseal(bytes(self.sealed))


def forget(events: Sequence[Event], **_: Any) -> None:
    """Of a ticket whose customer was forgotten no answer is kept: phones and notes are in it."""
    for event in events:
        if event.kind == "erased":
            place = f"/tickets/{event.ticket.number}"
            kept = Answered.objects.filter(created_at__gt=clock.now() - KEPT)
            kept.filter(Q(location__endswith=place) | Q(location__contains=f"{place}/")).delete()


def digest_of(method: str, path: str, body: bytes) -> str:
    """By what two requests are known to be the same."""
    return sha256(b"\n".join((method.encode(), path.encode(), body))).hexdigest()


def mark_of(token: ApiToken, key: str) -> UUID:
    """What stands for the key in the rows that a request leaves behind: of a ticket its submission
    key, of an event its form. They are unique, and outlive the answer."""
    return UUID(bytes=_hashed(token, key)[:16])


def _lock(token: ApiToken, key: str) -> int:
    return int.from_bytes(_hashed(token, key)[16:24], signed=True)


def _hashed(token: ApiToken, key: str) -> bytes:
    return sha256(f"guiche api {token.pk} {key}".encode()).digest()
