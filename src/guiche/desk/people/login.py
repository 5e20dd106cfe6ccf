"""Entradas: each login of an account, so that its owner sees them and ends those of others."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.models import Session
from django.db import models
from django.utils import timezone

from guiche.desk.people import device
from guiche.desk.people.user import User

BEGAN, SEEN = "login_began", "login_seen"
"""Where the session itself keeps the times, so that no page asks the database for them."""


class Login(models.Model):
    """One login: from where, since when, last used when. Its session is what holds it open.

    The times are the machine's and not the desk's clock, as those of Django's sessions are.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="logins")
    session_key = models.CharField(max_length=40, unique=True)
    device = models.CharField(max_length=60)
    network = models.CharField(max_length=45, blank=True)
    """A part of the address: enough to know the place."""
    began_at = models.DateTimeField()
    seen_at = models.DateTimeField()

    class Meta:
        """The last used first."""

        ordering = ("-seen_at", "-pk")

    def __str__(self) -> str:
        return self.device

    @classmethod
    def begin(cls, user: User, session: SessionBase, *, agent: str, address: str) -> "Login":
        """The login of a session that has just been made."""
        now = timezone.now()
        if session.session_key is None:  # of somebody else who was logged in here: it was emptied
            session.create()
        session[BEGAN] = session[SEEN] = now.timestamp()
        told: dict[str, Any] = {"device": device.words(agent), "network": device.network(address)}
        return cls.objects.update_or_create(
            session_key=session.session_key,
            defaults={"user": user, "began_at": now, "seen_at": now, **told},
        )[0]

    @classmethod
    def held(cls, now: datetime) -> "models.QuerySet[Login]":
        """Those that are not over at `now`."""
        return cls.objects.filter(
            seen_at__gt=now - settings.LOGIN_IDLE, began_at__gt=now - settings.LOGIN_LONGEST
        )

    @classmethod
    def end_all(cls, user: User, but: str | None = None) -> int:
        """Ends the logins of a person, but that of one session; how many were open."""
        logins = cls.objects.filter(user=user).exclude(session_key=but)
        return sum(login.end() for login in logins)

    @classmethod
    def forget(cls, now: datetime) -> int:
        """Deletes those that are over, with their sessions; how many."""
        over = cls.objects.exclude(pk__in=cls.held(now).values("pk"))
        Session.objects.filter(session_key__in=over.values("session_key")).delete()
        return over.delete()[0]

    def end(self) -> bool:
        """Ends it at once; whether it was open."""
        open_until_now = Session.objects.filter(session_key=self.session_key).delete()[0]
        self.delete()
        return bool(open_until_now)
