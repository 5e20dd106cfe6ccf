"""A customer on the way to a provider and back: begun by a link, in one browser, ended once.

The state that comes back is known by its digest. The verifier of PKCE rests in the customer's
browser and nowhere else: who is sent to a provider by somebody that began elsewhere comes back with
nothing to show. Nothing of the provider is kept, neither code nor token.
"""

import secrets
from datetime import datetime, timedelta
from hashlib import sha256
from typing import NamedTuple

from django.db import models

from guiche.desk import clock
from guiche.desk.portal.case_link import CaseLink
from guiche.sources.psc import new_verifier
from guiche.sources.psc.pkce import challenge

VALID = timedelta(minutes=10)
"""To find the phone, open its application and say yes."""
MOST, SPAN = 10, timedelta(hours=1)
"""Attempts of one link: each may hold a thread of the pages for as long as the provider likes."""


class Begun(NamedTuple):
    """What the browser takes along: the state to the provider, the verifier for itself."""

    state: str
    verifier: str


class PscAttempt(models.Model):
    """One attempt; it tells of nobody, and goes with its link."""

    digest = models.CharField(max_length=64, unique=True)
    challenge = models.CharField(max_length=43)
    link = models.ForeignKey(CaseLink, on_delete=models.CASCADE, related_name="cloud_attempts")
    provider_key = models.CharField(max_length=40)
    created_at = models.DateTimeField(default=clock.now)
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.provider_key} {self.created_at:%Y-%m-%d %H:%M}"

    @classmethod
    def begin(cls, link: CaseLink, provider_key: str, now: datetime) -> Begun | None:
        """A new attempt; None where the link had too many within the hour."""
        if cls.objects.filter(link=link, created_at__gt=now - SPAN).count() >= MOST:
            return None
        begun = Begun(secrets.token_urlsafe(32), new_verifier())
        cls.objects.create(
            digest=digest(begun.state), challenge=challenge(begun.verifier), link=link,
            provider_key=provider_key, created_at=now,
        )  # fmt: skip
        return begun

    @classmethod
    def of(cls, begun: Begun) -> "PscAttempt | None":
        """The attempt that this browser began; None for any other state or browser."""
        if not begun.verifier.isascii():
            return None
        mark = challenge(begun.verifier)
        rows = cls.objects.select_related("link", "link__by")
        return rows.filter(digest=digest(begun.state), challenge=mark).first()

    def is_late(self, now: datetime) -> bool:
        """Whether it took too long."""
        return now >= self.created_at + VALID

    def take(self, now: datetime) -> bool:
        """Uses it up; whether this is the call that did."""
        row = PscAttempt.objects.filter(pk=self.pk, used_at=None)
        return row.update(used_at=now) == 1


def digest(state: str) -> str:
    """What of a state is kept."""
    return sha256(state.encode("utf-8", "surrogatepass")).hexdigest()
