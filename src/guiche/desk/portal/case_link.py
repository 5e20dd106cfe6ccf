"""The link that a customer opens: one call, for a day, and whoever has it may only give.

The certificate port and the customer's page both go through `CaseLink.of` and `receive`; nothing
else of a call can be reached by a link.
"""

import base64
import hmac
import secrets
from datetime import datetime, timedelta
from hashlib import sha256

from django.db import models, transaction
from django.db.models import F, Q
from django.utils.crypto import salted_hmac

from guiche.desk import clock
from guiche.desk.intake.draft import Draft
from guiche.desk.intake.reading import Inspection
from guiche.desk.people.user import User
from guiche.sources import Found

VALID = timedelta(hours=24)
MOST = 10
"""Readings by one link: a wrong certificate, and another, and no more."""

_SALT = "guiche.desk.portal"
_OPEN_CALL = Q(draft__submitted_at=None, draft__ended_at=None)


class CaseLink(models.Model):
    """One link. The token is not kept: the row has its digest, and the secret key makes it anew."""

    draft = models.ForeignKey("desk.Draft", on_delete=models.CASCADE, related_name="links")
    nonce = models.CharField(max_length=43)
    """What the secret key makes the token of."""
    digest = models.CharField(max_length=64, unique=True)
    browser = models.BooleanField(default=False)
    """Whether the page leads to the certificate port. With a token the browser asks for its PIN."""
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField(db_index=True)
    revoked_at = models.DateTimeField(null=True)
    readings = models.PositiveSmallIntegerField(default=0)
    received_at = models.DateTimeField(null=True)
    """When the last reading came."""

    def __str__(self) -> str:
        return f"{self.draft_id} {self.created_at:%Y-%m-%d %H:%M}"

    @classmethod
    def create(cls, draft: Draft, by: User, *, browser: bool = False) -> "CaseLink":
        """A new link of this call; those before no longer open anything."""
        now, nonce = clock.now(), secrets.token_urlsafe(32)
        with transaction.atomic():
            cls.objects.filter(draft=draft, revoked_at=None).update(revoked_at=now)
            return cls.objects.create(
                draft=draft, nonce=nonce, digest=_digest(_token(nonce)), browser=browser, by=by,
                created_at=now, expires_at=now + VALID,
            )  # fmt: skip

    @classmethod
    def of(cls, token: str, now: datetime) -> "CaseLink | None":
        """The link of this token. None alike of one that is wrong, expired, revoked or used up,
        and of a call that is over."""
        return cls._open(now).filter(digest=_digest(token)).select_related("by").first()

    @classmethod
    def latest(cls, draft: Draft) -> "CaseLink | None":
        """The one that was made last for this call, whether it still opens anything or not."""
        return cls.objects.filter(draft=draft).order_by("-pk").first()

    @classmethod
    def _open(cls, now: datetime) -> "models.QuerySet[CaseLink]":
        unused = Q(revoked_at=None, expires_at__gt=now, readings__lt=MOST)
        return cls.objects.filter(_OPEN_CALL & unused)

    @property
    def token(self) -> str:
        """What stands in the address; "" where the secret key was changed since."""
        token = _token(self.nonce)
        return token if hmac.compare_digest(_digest(token), self.digest) else ""

    def is_open(self, now: datetime) -> bool:
        """Whether it can still be used, as far as its own row tells."""
        return self.revoked_at is None and now < self.expires_at and self.readings < MOST

    def revoke(self) -> None:
        """From now on it opens nothing."""
        CaseLink.objects.filter(pk=self.pk, revoked_at=None).update(revoked_at=clock.now())
        self.refresh_from_db()

    @transaction.atomic
    def receive(self, found: Found) -> Inspection | None:
        """Stores the reading of what the customer gave and takes it into the call, in place of the
        one before. Of where it was found the kind stays, of the name the extension; and that the
        customer sent it.

        The same certificate again gives the reading that is there. None, and nothing is stored,
        where the link no longer holds.
        """
        now = clock.now()
        row = Inspection.of_found(found, found.inspect(at=now), self.by)
        row.contract["source"]["sent"] = "customer"
        # Whoever sends at the same time waits here, and then finds what came before.
        draft = Draft.held(self.draft_id)
        links = CaseLink._open(now).select_for_update(of=("self",))
        if draft is None or links.filter(pk=self.pk).first() is None:
            return None
        if draft.inspection and row.repeats(draft.inspection):
            return draft.inspection
        CaseLink.objects.filter(pk=self.pk).update(readings=F("readings") + 1, received_at=now)
        draft.receive(row)
        return row


def _token(nonce: str) -> str:
    signed = salted_hmac(_SALT, nonce, algorithm="sha256").digest()
    return base64.urlsafe_b64encode(signed).rstrip(b"=").decode("ascii")


def _digest(token: str) -> str:
    return sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
